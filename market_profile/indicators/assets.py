"""Cash and assets through their stages; the stages of one case overlap and are never added to one another."""

from __future__ import annotations

import pandas as pd

from market_profile.indicators.estimates import empty_figures, figures
from market_profile.indicators.results import ALL_DRUGS
from market_profile.indicators.windows import by_period, in_year
from market_profile.periods import Month
from market_profile.terms import AssetStage


def asset_stages(assets: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return cases and pounds by stage over the rolling year, in the order of the stages: stage, cases, amount_gbp."""
    year = in_year(assets, "stage_on", month)
    grouped = year.groupby("stage", sort=True).agg(cases=("case_ref", "nunique"), amount_gbp=("amount_gbp", "sum"))
    present = [str(stage) for stage in AssetStage if str(stage) in grouped.index]
    return grouped.loc[present].rename_axis("stage").reset_index()


def asset_figures(assets: pd.DataFrame, seizures: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    """Return pounds by stage and period, and cash seized with exhibits; sums have no interval."""
    return [
        _sums(by_period(assets, "stage_on", month).rename(columns={"amount_gbp": "gbp"}), "assets"),
        _sums(_cash(seizures, month), "cash_seized"),
    ]


def _cash(seizures: pd.DataFrame, month: Month) -> pd.DataFrame:
    with_cash = seizures[seizures["cash_gbp"] > 0]
    return by_period(with_cash, "seized_at", month).rename(columns={"cash_gbp": "gbp"}).assign(stage="")


def _sums(rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    if rows.empty:
        return empty_figures()
    grouped = rows.groupby(["period", "stage"], sort=True)["gbp"]
    frame = grouped.agg(["sum", "size"]).reset_index().rename(columns={"sum": "value", "size": "n"})
    summed = figures(frame.assign(drug=ALL_DRUGS), indicator, "gbp")
    summed["indicator"] = [f"{indicator}_{stage}" if stage else indicator for stage in frame["stage"]]
    return summed
