"""Every monthly figure against last month and its normal range."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.periods import Month

HISTORY, LEAST = 12, 6
"""The normal range is the mean of up to twelve earlier months plus and minus two standard deviations; six at least."""

COLUMNS = (
    "indicator", "drug", "month", "value", "n", "before", "change", "mean", "normal_low", "normal_high", "months",
    "verdict", "unit", "definition_id",
)  # fmt: skip
CUMULATIVE = ("treatment_stage", "treatment_spend_total")
"""Figures of a year or of the whole register as at a day: months that overlap tell no normal range."""

NO_RANGE, WITHIN, ABOVE, BELOW = "no range yet", "within", "above", "below"


def figure_changes(frame: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return COLUMNS, one row a figure of ``frame`` that has a value this month, sorted by indicator and drug.

    ``frame`` has FRAME_COLUMNS. A count without a row in a month is zero from the first month of its series on; other
    figures are missing there.
    """
    monthly = frame[frame["period"].str.len() == len(month.text)]
    now = monthly[monthly["period"] == month.text].set_index(["indicator", "drug"])
    wide = monthly.pivot_table(index=["indicator", "drug"], columns="period", values="value", aggfunc="first")
    past = [one.text for one in month.previous().window(HISTORY)]
    wide = wide.reindex(columns=past).reindex(now.index)
    begun = wide.notna().cummax(axis=1)
    is_count = (now["unit"] == "count").to_numpy()[:, None]
    wide = wide.mask(wide.isna() & begun & is_count, 0.0)
    months = wide.notna().sum(axis=1)
    mean, spread = wide.mean(axis=1), wide.std(axis=1, ddof=1)
    low, high = (mean - 2 * spread).where(months >= LEAST), (mean + 2 * spread).where(months >= LEAST)
    low = low.clip(lower=0)
    grows = now["definition_id"].isin(CUMULATIVE)
    verdict = np.select([low.isna() | grows, now["value"] > high, now["value"] < low], [NO_RANGE, ABOVE, BELOW], WITHIN)
    before = wide[month.previous().text]
    found = now[["value", "n", "unit", "definition_id"]].assign(
        month=month.text, before=before, change=now["value"] - before, mean=mean, normal_low=low, normal_high=high,
        months=months, verdict=verdict,
    )  # fmt: skip
    return found.reset_index()[list(COLUMNS)].sort_values(["indicator", "drug"], kind="stable", ignore_index=True)
