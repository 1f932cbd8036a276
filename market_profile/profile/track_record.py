"""How the published hotspots did: the month that came, the months tested backwards, the grid laid elsewhere."""

from __future__ import annotations

from typing import Any

import pandas as pd

from market_profile.document import Sentence
from market_profile.profile.findings import Findings
from market_profile.profile.names import first_upper, month_words
from market_profile.profile.text import Blocks, Record, col, counted, label, number, para, say, score, secret, table
from market_profile.values import Count, Estimate, Measure, Ratio

RECORD_MONTHS = 12
METHODS = {
    "Poisson GLM": "Poisson model",
    "Poisson model of other districts": "Poisson model learned elsewhere",
    "KDE": "Smoothed density (KDE)",
    "EWMA": "Months weighted by age (EWMA)",
}


def record_blocks(findings: Findings) -> Blocks:
    """Return what last month's hotspots caught, and the table of the months before (planners)."""
    record = findings.geography.track_record
    if record.empty:
        return (para("No hotspots were published before this month, so there is no track record yet.", tone="note"),)
    last = record.iloc[-1]
    sentence = say(
        "Last month's hotspots covered {area} of the area and caught {hits} of this month's events, {times} times what "
        "the same ground would hold by chance.",
        area=score(last["area_share_pct"], 0, "%"),
        hits=_backtest_rate({**last.to_dict(), "n": last["events"]}),
        times=score(last["pai"], 0),
    )
    rows = [
        (
            label(month_words(row["month"])),
            label(method_words(row["method"])),
            counted(row["events"]),
            _rate(row),
            score(row["pai"], 1),
        )
        for row in record.to_dict("records")
    ]
    columns = (col("Month"), col("Method"), col("Events", True), col("Caught", True), col("Times chance", True))
    return (para(sentence), table("track_record", "How published hotspots did", columns, rows))


def record_brief(findings: Findings) -> Blocks:
    """Return the record in counts that a partner can read: events that came, and those on the marked ground."""
    record = findings.geography.track_record.tail(RECORD_MONTHS)
    if record.empty:
        return ()
    spans = (("Last month", record.tail(1)), (f"The last {len(record)} months together", record))
    rows = []
    for words, span in spans[: 1 if len(record) == 1 else 2]:
        key = f"{span['month'].iloc[0]}..{span['month'].iloc[-1]}"
        came = Count(int(span["events"].sum()), cell=f"placed_events|{key}")
        caught = Count(int(span["hits"].sum()), cell=f"placed_events_on_marked_ground|{key}")
        rows.append((label(words), came, caught, Ratio(caught, came)))
    columns = (col("Span"), col("Events that came", True), col("On marked ground", True), col("Share", True))
    words = (
        "Each month this profile marks the small part of the area where it expects most, and a month later counts how "
        "much came there. The ground itself is not named here."
    )
    return (para(words), table("own_record", "How the marked ground did", columns, tuple(rows)))


def shifted_grid(findings: Findings) -> Blocks:
    """Return how far the share caught moves when the grid is laid elsewhere."""
    moved = findings.geography.maup
    own = moved[moved["method"].str.startswith("chosen")] if len(moved) else moved
    if own.empty:
        return ()
    row = own.iloc[0]
    sentence = say(
        "Laid in {offsets} other ways, the grid would have caught {low} to {high}, {mean} on average.",
        offsets=counted(int(row["offsets"])),
        low=score(row["low_pct"], 0, "%"),
        high=score(row["high_pct"], 0, "%"),
        mean=score(row["mean_pct"], 0, "%"),
    )
    return (para(sentence, tone="note"),)


def _backtest_words(findings: Findings) -> Sentence[Measure]:
    """Return how the method in use and a plain repeat of last month did on months already past."""
    rows = {str(row["method"]): row for row in findings.geography.backtest.to_dict("records")}
    own = rows.get(findings.geography.chosen_method, next(iter(rows.values())))
    months = counted(own["months"])
    if "last month" not in rows:
        return say(
            "On {months} past months the forecast in use caught {own} of the events that followed.",
            months=months,
            own=_backtest_rate(own),
        )
    return say(
        "On {months} past months the forecast in use caught {own} of the events that followed, last month's count "
        "alone {plain}.",
        months=months,
        own=_backtest_rate(own),
        plain=_backtest_rate(rows["last month"]),
    )


def _backtest_rate(row: Record) -> Estimate:
    return Estimate(number(row["hit_rate_pct"]), number(row["low"]), number(row["high"]), int(row["n"]), "%", 0)


def method_words(method: object) -> str:
    """Return a forecast's name for readers."""
    return METHODS.get(str(method), first_upper(str(method)))


def _rate(row: Record | pd.Series[Any]) -> Estimate:
    return Estimate(number(row["hit_rate_pct"]), number(row["low"]), number(row["high"]), int(row["events"]), "%", 1)


def backtest_blocks(findings: Findings) -> Blocks:
    """Return how each method did on months already past, and why the one in use was chosen (planners)."""
    tested = findings.geography.backtest
    if tested.empty:
        return (para(told(findings.geography.choice_reason), tone="note"),)
    rows = [
        (
            label(method_words(row["method"])),
            Estimate(number(row["hit_rate_pct"]), number(row["low"]), number(row["high"]), int(row["n"]), "%", 1),
            score(row["pai"], 1),
            score(row["attainable_pct"], 0, "%"),
        )
        for row in tested.to_dict("records")
    ]
    columns = (col("Method"), col("Caught", True), col("Times chance", True), col("Of the best possible", True))
    return (
        para(_backtest_words(findings), told(findings.geography.choice_reason)),
        table("backtest", "Forecasts of past months by method", columns, rows, annex=True),
    )


def told(words: str) -> Sentence[Measure]:
    """Return a sentence that geography made, numbers and all, as one value; planners only."""
    return say("{words}", words=secret(words if words.endswith(".") else f"{words}."))
