"""Supply: markets and how they sell, who is tied to whom, lines, and how soon an arrested dealer is replaced."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from market_profile.document import Figure, Section, Survival
from market_profile.profile.counts import YEAR_MONTHS, year_of
from market_profile.profile.findings import Findings
from market_profile.profile.names import (
    drug_words,
    first_upper,
    hours_words,
    month_words,
)
from market_profile.profile.text import (
    PARTNER,
    PLANNER,
    Blocks,
    Record,
    Row,
    col,
    counted,
    gap,
    label,
    number,
    para,
    say,
    secret,
    section,
    table,
)
from market_profile.profile.ties import key_player_blocks, network_blocks
from market_profile.profile.what_if import outreach_count, what_if_blocks
from market_profile.terms import Sensitivity
from market_profile.values import Count, Estimate, Measure, Ratio

MARKET_ROWS = 15
KEPT_ROWS = 10
PERSONAL = Sensitivity.PERSONAL


def supply_section(findings: Findings) -> Section[Measure]:
    """Return market cards, the network, lines and replacement (planners)."""
    blocks: Blocks = (
        *_markets(findings),
        *network_blocks(findings),
        *key_player_blocks(findings),
        *what_if_blocks(findings),
        *_lines(findings),
        *_replacement(findings),
    )
    return section("supply", "Supply", blocks, PLANNER)


def market_section(findings: Findings) -> Section[Measure]:
    """Return the market in brief (partners): how many markets of each type, and replacement."""
    blocks: Blocks = (
        *_market_types(findings),
        *_lines_counted(findings),
        *_replacement(findings),
        *outreach_count(findings),
    )
    return section("market", "The market in brief", blocks, PARTNER)


def _markets(findings: Findings) -> Blocks:
    markets = findings.geography.markets
    if markets.empty:
        return (para("No market stood out from its surroundings this month.", tone="note"),)
    types = findings.indicators.market_types
    joined = markets.merge(types, on="market_id", how="left")
    joined = joined.sort_values(["score", "market_id"], ascending=[False, True], kind="stable", na_position="last")
    columns = (
        col("Market"), col("Area"), col("How it sells"), col("Sold to strangers", True), col("Met a seller", True),
        col("Events", True), col("Reported", True), col("Busiest hours"),
    )  # fmt: skip
    counts = findings.geography.area_counts
    names = dict(zip(counts["area_code"], counts["area_name"], strict=True))
    rows = [_market_row(row, names) for row in joined.head(MARKET_ROWS).to_dict("records")]
    note = (
        "P is a place, LP a phone line. How it sells is judged from the attempts of twelve months that met a seller; "
        "reported events came from the public and partners, the others from police looking."
    )
    return (table("markets", "Markets, by the events expected next month", columns, rows, note=note, keep=KEPT_ROWS),)


def _market_row(row: Record, names: Mapping[str, str]) -> Row:
    kind = row["type"] if isinstance(row["type"], str) else "insufficient"
    contacts = number(row["contacts"]) or 0
    sold = Estimate(
        number(row["stranger_pct"]),
        number(row["stranger_low_pct"]),
        number(row["stranger_high_pct"]),
        int(contacts),
        "%",
    )
    return (
        label(row["market_id"]),
        label(names.get(row["area_code"], row["area_code"]) or "phone line"),
        label("too few attempts to say" if kind == "insufficient" else kind),
        sold,
        counted(contacts),
        counted(row["events"]),
        counted(row["reported"]),
        label(hours_words(row["peak_hours"])),
    )


def _lines(findings: Findings) -> Blocks:
    if not findings.has("county_lines"):
        return (gap("county_lines"),)
    lines = findings.tables.get("county_lines").sort_values("line_ref", kind="stable")
    rows = [
        (
            secret(row["line_ref"]),
            label(first_upper(row["status"])),
            label(", ".join(drug_words(drug) for drug in row["drugs"].split("|"))),
            counted(0 if pd.isna(row["cuckooed_addresses"]) else row["cuckooed_addresses"]),
            counted(0 if pd.isna(row["safeguarding_visits"]) else row["safeguarding_visits"]),
            label("yes" if row["closure_evidence"] else "no"),
        )
        for row in lines.to_dict("records")
    ]
    columns = (
        col("Line", sensitivity=Sensitivity.COVERT), col("Status"), col("Drugs"), col("Cuckooed homes", True),
        col("Safeguarding visits", True), col("Closure evidence"),
    )  # fmt: skip
    return (table("lines", "County lines", columns, rows, note="A line is closed on evidence, not on a status."),)


def _lines_counted(findings: Findings) -> Blocks:
    if not findings.has("county_lines"):
        return (gap("county_lines"),)
    lines = findings.tables.get("county_lines")
    total = Count(len(lines), "", f"lines|known|as at {findings.month.text}")
    return (para(say("County lines known in the area: {lines}.", lines=total)),)


def _market_types(findings: Findings) -> Blocks:
    if not findings.has("test_purchases"):
        return (gap("test_purchases"),)
    attempts = findings.tables.get("test_purchases")
    year = attempts[attempts["attempted_at"] >= findings.month.plus(1 - YEAR_MONTHS).start]
    period = year_of(findings.month)
    contact = Count(int(year["outcome"].isin(["purchase", "refused"]).sum()), "", f"contacts|{period}")
    needed = year["introducer_needed"].fillna(True).astype(bool)
    stranger = Count(int(((year["outcome"] == "purchase") & ~needed).sum()), "", f"stranger sales|{period}")
    return (
        para(
            say(
                "Of test purchases that met a seller over twelve months, {share} sold to a stranger without an "
                "introduction: the higher the share, the more open the market.",
                share=Ratio(stranger, contact),
            )
        ),
    )


def _replacement(findings: Findings) -> Blocks:
    replaced = findings.network.replacement
    if replaced.n == 0:
        return (para("No arrest of a dealer could be followed to see how soon others took over.", tone="gap"),)
    curve = replaced.curve
    n = Count(replaced.n, "", f"replacement clocks|as at {findings.month.text}")
    curve = curve.assign(days=np.ceil(curve["days"])).drop_duplicates("days", keep="last")
    drawing: Survival[Measure] = Survival(
        days=tuple(float(day) for day in curve["days"]),
        share=tuple(float(share) for share in curve["share"]),
        low=tuple(float(low) for low in curve["low"]),
        high=tuple(float(high) for high in curve["high"]),
        n=n,
    )
    bounds = (replaced.median_days, replaced.median_low, replaced.median_high)
    middle, low, high = (number(np.ceil(days)) for days in bounds)
    median = Estimate(middle, low, high, replaced.n, "days")
    figure = Figure(
        id="replacement",
        headline=say("Half were seen replaced within {days}", days=median)
        if median.value is not None
        else say("Fewer than half of arrested dealers were seen replaced"),
        subtitle="Share of arrested dealers whose market has no other seller yet, by days since the arrest, "
        f"{findings.area_name}, to {month_words(findings.month)}",
        drawing=drawing,
        source="arrests; intelligence logs; test purchases",
        caveat="Those not yet replaced count until the cut-off (Kaplan-Meier). The next purchase is best tried early.",
    )
    usual = Estimate(number(replaced.usual_days), None, None, replaced.n, "days")
    late = say(
        "The curve dates when another seller was first seen. By estimate that seller began sooner: the place stood "
        "empty for {days}.",
        days=usual,
    )
    return (figure, para(late))


def window_blocks(findings: Findings) -> Blocks:
    """Return the linked users of arrested dealers with the days left to reach them (planners)."""
    window = findings.network.window
    if window.empty:
        return (para("No linked users of a recently arrested dealer are within the outreach window.", tone="note"),)
    ordered = window.sort_values(["days_left", "user_id", "dealer_id"], kind="stable")
    rows = [
        (
            secret(row["user_id"]),
            secret(row["dealer_id"]),
            counted(row["days_left"], "days"),
            counted(row["other_suppliers"]),
        )
        for row in ordered.to_dict("records")
    ]
    users = counted(window["user_id"].nunique())
    words = para(
        say(
            "Users linked to a dealer arrested in the last 21 days: {users}. Outreach now reaches them before another "
            "seller does.",
            users=users,
        )
    )
    columns = (
        col("User", sensitivity=PERSONAL), col("Arrested dealer", sensitivity=PERSONAL), col("Days left", True),
        col("Other suppliers", True),
    )  # fmt: skip
    note = "Outreach within 21 days of a dealer's arrest, before another takes over."
    return (
        words,
        table("window", "Window of opportunity for outreach", columns, rows, note=note, annex=True),
    )
