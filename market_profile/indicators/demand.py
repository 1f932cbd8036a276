"""Demand: spend and its concentration, main drugs and the treatment funnel, from consented records alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.contracts.consent import ORDER
from market_profile.indicators.concentration import top_decile_bounds, top_decile_share
from market_profile.indicators.estimates import empty_figures, figures
from market_profile.indicators.names import ALL_DRUGS
from market_profile.indicators.windows import YEAR_MONTHS
from market_profile.intervals import FloatArray, median_interval
from market_profile.periods import Month

_SPEND_UNITS = {
    "treatment_spend_total": "gbp_per_week",
    "treatment_spend_median": "gbp_per_week",
    "treatment_spend_top_decile": "pct",
}


def spend_summary(consenting: pd.DataFrame, all_clients: int) -> pd.DataFrame:
    """Return one row: total, median and top-decile share of weekly spend a client with bounds, and who was left out.

    A client's spend is the latest that was recorded. The bounds of the share are those of ``concentration``.
    """
    spend = client_spend(consenting)
    low, high = top_decile_bounds(spend)
    median, median_low, median_high = median_interval(spend)
    clients = consenting["client_key"].nunique()
    row = {
        "total_gbp": float(spend.sum()) if spend.size else np.nan,
        "median_gbp": median,
        "median_low_gbp": median_low,
        "median_high_gbp": median_high,
        "top_decile_share": top_decile_share(spend),
        "top_decile_low": low,
        "top_decile_high": high,
        "clients_with_spend": int(spend.size),
        "clients": int(clients),
        "excluded": int(all_clients - clients),
    }
    return pd.DataFrame([row])


def client_spend(consenting: pd.DataFrame) -> FloatArray:
    """Return the latest recorded weekly spend of each client, sorted by size (£ a week)."""
    ordered = _in_time(consenting)
    return _latest_spend(ordered["client_key"], ordered["weekly_spend_gbp"])


def _in_time(consenting: pd.DataFrame) -> pd.DataFrame:
    return consenting.sort_values(ORDER, kind="stable", na_position="first")


def _latest_spend(client: pd.Series, spend_gbp: pd.Series) -> FloatArray:
    """Return ``client_spend`` of rows that are in time already."""
    known = spend_gbp.notna()
    is_earlier = client[known].duplicated(keep="last").to_numpy()
    return np.sort(spend_gbp[known].to_numpy(float)[~is_earlier])


def funnel(consenting: pd.DataFrame) -> pd.DataFrame:
    """Return referrals by stage: ``referred`` first, then stages by size. A referral may be in several stages.

    Columns stage, referrals, clients. Stages overlap, so none is a part of the one above it.
    """
    return _funnel(*_numbered(consenting))


def _numbered(consenting: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return each row's referral, client and stage as numbers (stage -1 where blank), and the stages in order."""
    referral = consenting["client_key"] + "/" + consenting["referred_on"].dt.strftime("%Y-%m-%d").fillna("")
    stage, names = pd.factorize(consenting["stage"].str.casefold().where(consenting["stage"] != ""), sort=True)
    numbers = {"referral": pd.factorize(referral)[0], "client": pd.factorize(consenting["client_key"])[0]}
    return pd.DataFrame({**numbers, "stage": stage}), list(names)


def _funnel(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return ``funnel`` of rows whose referrals, clients and stages are numbered; ``names`` are those of the stages."""
    by_stage = pd.DataFrame(
        {
            "stage": pd.Series(names, dtype="str"),
            "referrals": _distinct(rows, "referral", len(names)),
            "clients": _distinct(rows, "client", len(names)),
        }
    )
    by_stage = by_stage[(by_stage["referrals"] > 0) & (by_stage["stage"] != "referred")]
    by_stage = by_stage.sort_values(["referrals", "stage"], ascending=[False, True], kind="stable")
    top = pd.DataFrame(
        {"stage": ["referred"], "referrals": [rows["referral"].nunique()], "clients": [rows["client"].nunique()]}
    )
    return pd.concat([top, by_stage], ignore_index=True) if len(rows) else top.iloc[:0]


def _distinct(rows: pd.DataFrame, what: str, stages: int) -> NDArray[np.int64]:
    """Return how many different ``what`` each stage has."""
    stage, size = rows["stage"].to_numpy(), int(rows[what].max()) + 1 if len(rows) else 1
    pairs = pd.unique((stage * size + rows[what].to_numpy())[stage >= 0])
    return np.bincount(pairs // size, minlength=stages)


def main_drugs(consenting: pd.DataFrame) -> pd.DataFrame:
    """Return clients by main drug of their latest referral, most frequent first: drug, clients."""
    known = _in_time(consenting[consenting["main_drug"] != ""])
    latest = known.drop_duplicates("client_key", keep="last")
    counted = latest.groupby("main_drug", sort=True).size().rename("clients").reset_index()
    counted = counted.rename(columns={"main_drug": "drug"})
    return counted.sort_values(["clients", "drug"], ascending=[False, True], kind="stable").reset_index(drop=True)


def demand_history(consenting: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    """Return total and median spend and a year's stages as they stood at the end of each of the twelve months before.

    Clients who no longer consent are out of the past, too.
    """
    ordered = _in_time(consenting)
    numbered, names = _numbered(ordered)
    numbered["spend_gbp"] = ordered["weekly_spend_gbp"].to_numpy(float)
    referred, staged = (ordered[name].to_numpy() for name in ("referred_on", "stage_on"))
    spent, stages = [], []
    for one in month.previous().window(YEAR_MONTHS):
        is_known = (referred < np.datetime64(one.end)) & ~(staged >= np.datetime64(one.end))
        if is_known.any():
            then = numbered[is_known]
            spent.append(_spend_as_at(then, one))
            is_of_year = is_known & (referred >= np.datetime64(one.plus(1 - YEAR_MONTHS).start))
            stages.append(_funnel(numbered[is_of_year], names).assign(period=one.text))
    if not spent:
        return []
    base = pd.DataFrame(spent).assign(drug=ALL_DRUGS, low=np.nan, high=np.nan)
    sums = [figures(base.assign(value=base[name]), name, unit) for name, unit in _SPEND_UNITS.items()]
    return [*sums, _stage_figures(pd.concat(stages, ignore_index=True))]


def _spend_as_at(then: pd.DataFrame, month: Month) -> dict[str, object]:
    """Return period, n and the three figures of spend from rows that are in time already."""
    spend = _latest_spend(then["client"], then["spend_gbp"])
    figures_of = (float(spend.sum()), float(np.median(spend)) if spend.size else np.nan, 100 * top_decile_share(spend))
    return {"period": month.text, "n": spend.size, **dict(zip(_SPEND_UNITS, figures_of, strict=True))}


def demand_figures(spend: pd.DataFrame, stages: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    """Return the figures of spend, of all clients at the month's end, and of the funnel."""
    row = spend.iloc[0]
    if row["clients"] == 0:
        return [empty_figures()]
    base = {"drug": ALL_DRUGS, "period": month.text, "n": int(row["clients_with_spend"])}
    total = pd.DataFrame([{**base, "value": row["total_gbp"]}])
    median = {"value": row["median_gbp"], "low": row["median_low_gbp"], "high": row["median_high_gbp"]}
    bounds = zip(("value", "low", "high"), ("top_decile_share", "top_decile_low", "top_decile_high"), strict=True)
    share = {key: 100 * row[name] for key, name in bounds}
    parts = [
        figures(total, "treatment_spend_total", "gbp_per_week"),
        figures(pd.DataFrame([{**base, **median}]), "treatment_spend_median", "gbp_per_week"),
        figures(pd.DataFrame([{**base, **share}]), "treatment_spend_top_decile", "pct"),
    ]
    return [*parts, _stage_figures(stages.assign(period=month.text))]


def _stage_figures(stages: pd.DataFrame) -> pd.DataFrame:
    staged = stages.assign(drug=ALL_DRUGS, value=stages["referrals"].astype(float))
    referrals = figures(staged.assign(n=stages["referrals"]), "treatment_stage", "count")
    referrals["indicator"] = ("treatment_stage_" + stages["stage"].str.replace(r"\W+", "_", regex=True)).to_numpy()
    return referrals
