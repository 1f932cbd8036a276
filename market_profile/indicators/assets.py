"""Cash and assets through their stages; the stages of one case overlap and are never added to one another."""

from __future__ import annotations

import pandas as pd

from market_profile.indicators.estimates import empty_figures, figures
from market_profile.indicators.names import ALL_DRUGS
from market_profile.indicators.windows import by_period, in_year
from market_profile.periods import Month
from market_profile.terms import AssetStage


def asset_stages(assets: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return the pipeline of cash and assets, one row a stage in order, all five: seized to reinvested.

    ``cases`` and ``amount_gbp`` that reached the stage in the rolling year; ``waiting`` and ``waiting_gbp``: cases
    whose latest stage it is, at whatever time reached, with the amount then; ``days_median``: days from the case's
    first seizure to the stage, over cases that reached it in the year and were seized before.
    """
    year = in_year(assets, "stage_on", month)
    grouped = year.groupby("stage", sort=True).agg(cases=("case_ref", "nunique"), amount_gbp=("amount_gbp", "sum"))
    order = {str(stage): place for place, stage in enumerate(AssetStage)}
    placed = assets.assign(place=assets["stage"].map(order))
    placed = placed.sort_values(["case_ref", "place", "stage_on"], kind="stable")
    last = placed.drop_duplicates("case_ref", keep="last").groupby("stage", sort=True)
    waiting = last.agg(waiting=("case_ref", "size"), waiting_gbp=("amount_gbp", "sum"))
    seized = assets[assets["stage"] == AssetStage.SEIZED].groupby("case_ref", sort=True)["stage_on"].min()
    days = (year["stage_on"] - seized.reindex(year["case_ref"]).set_axis(year.index)).dt.days
    middle = days[days >= 0].groupby(year["stage"], sort=True).median().rename("days_median")
    frame = grouped.join(waiting, how="outer").join(middle, how="left").reindex(list(order))
    frame.loc[str(AssetStage.SEIZED), "days_median"] = float("nan")
    whole = {"cases": "int64", "waiting": "int64"}
    filled = frame.fillna({"cases": 0, "amount_gbp": 0.0, "waiting": 0, "waiting_gbp": 0.0})
    return filled.astype(whole).rename_axis("stage").reset_index()


def asset_figures(assets: pd.DataFrame, seizures: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    """Return pounds by stage and period, and cash seized with exhibits; sums have no interval."""
    return [
        _sums(by_period(assets, "stage_on", month).rename(columns={"amount_gbp": "gbp"}), "assets"),
        _sums(_cash(seizures, month), "cash_seized"),
    ]


def _cash(seizures: pd.DataFrame, month: Month) -> pd.DataFrame:
    with_cash = seizures.loc[seizures["cash_gbp"] > 0, ["seized_at", "cash_gbp"]]
    return by_period(with_cash, "seized_at", month).rename(columns={"cash_gbp": "gbp"}).assign(stage="")


def _sums(rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    if rows.empty:
        return empty_figures()
    grouped = rows.groupby(["period", "stage"], sort=True)["gbp"]
    frame = grouped.agg(["sum", "size"]).reset_index().rename(columns={"sum": "value", "size": "n"})
    summed = figures(frame.assign(drug=ALL_DRUGS), indicator, "gbp")
    summed["indicator"] = [f"{indicator}_{stage}" if stage else indicator for stage in frame["stage"]]
    return summed
