"""Journeys through treatment: waits, who is still engaged after twelve weeks, and people from prison (seed 004)."""

from __future__ import annotations

import pandas as pd

from market_profile.indicators.estimates import figures
from market_profile.indicators.names import ALL_DRUGS
from market_profile.indicators.windows import in_year, year_label
from market_profile.intervals import median_interval, wilson
from market_profile.periods import Month

RETAINED_DAYS = 84
"""Twelve weeks, the period by which treatment systems in England count retention."""

STRUCTURED = "structured"
COLUMNS = ("measure", "value", "low", "high", "n", "of")


def journeys(consenting: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return COLUMNS for referrals of the rolling year.

    ``wait_days``: median days from referral to structured treatment, of those who started. ``started``: referrals that
    started. ``retained``: of those who started at least RETAINED_DAYS before the cut-off, who had a later stage or an
    outcome on or after that day; a client of whom nothing more is recorded counts as not retained. ``from_prison``:
    referrals from prison that started. Shares are per cent with Wilson's bounds; ``n`` of ``of``.
    """
    referrals = _referrals(consenting, month)
    started = referrals["wait_days"].notna()
    old_enough = started & (referrals["started_on"] + pd.Timedelta(days=RETAINED_DAYS) < month.end)
    retained = old_enough & (
        referrals["is_completed"] | (referrals["last_on"] >= referrals["started_on"] + pd.Timedelta(days=RETAINED_DAYS))
    )
    prison = referrals["referral_source"].str.casefold().str.contains("prison", regex=False)
    waits = referrals.loc[started, "wait_days"].to_numpy(dtype=float)
    rows = [
        ("wait_days", *median_interval(waits), int(started.sum()), len(referrals)),
        _share("started", int(started.sum()), len(referrals)),
        _share("retained", int(retained.sum()), int(old_enough.sum())),
        _share("from_prison", int((prison & started).sum()), int(prison.sum())),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _referrals(consenting: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return one row a referral made in the rolling year: waits, when started, when last seen."""
    rows = in_year(consenting, "referred_on", month)
    rows = rows.assign(stage=rows["stage"].str.casefold())
    ended = (rows["stage"] == "completed") | rows["outcome"].str.contains("complet", case=False)
    rows = rows.assign(started_on=rows["stage_on"].where(rows["stage"] == STRUCTURED), is_completed=ended)
    grouped = rows.groupby(["client_key", "referred_on"], sort=True)
    frame = grouped.agg(
        referral_source=("referral_source", "first"), started_on=("started_on", "min"), last_on=("stage_on", "max"),
        is_completed=("is_completed", "any"),
    ).reset_index()  # fmt: skip
    frame["wait_days"] = (frame["started_on"] - frame["referred_on"]).dt.days
    return frame.astype({"referral_source": "str"})


def _share(measure: str, n: int, of: int) -> tuple[object, ...]:
    low, high = wilson(n, of)
    return measure, 100 * n / of if of else float("nan"), 100 * float(low), 100 * float(high), n, of


def journey_figures(measured: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    """Return the figures of ``journeys`` for the rolling year."""
    shown = measured[measured["of"] > 0].assign(drug=ALL_DRUGS, period=year_label(month))
    shown = shown.assign(n=shown["of"].where(shown["measure"] != "wait_days", shown["n"]))
    return [
        figures(shown[shown["measure"] == name], f"treatment_{name}", "days" if name == "wait_days" else "pct")
        for name in measured["measure"]
    ]
