"""Demand: spend and its concentration, main drugs and the treatment funnel, from consented records alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.indicators.concentration import top_decile_bounds, top_decile_share
from market_profile.indicators.consent import consent_holds
from market_profile.indicators.estimates import empty_figures, figures
from market_profile.indicators.names import ALL_DRUGS
from market_profile.indicators.windows import YEAR_MONTHS
from market_profile.intervals import FloatArray, median_interval
from market_profile.periods import Month


def consented(treatment: pd.DataFrame, month: Month, is_required: bool) -> pd.DataFrame:
    """Return the rows of clients whose consent to share with the police holds at the cut-off (``consent_holds``).

    All rows where ``is_required`` is false.
    """
    frame = treatment.sort_values("record_ref", kind="stable").reset_index(drop=True)
    return frame[consent_holds(frame, month.end)].reset_index(drop=True) if is_required else frame


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
    known = consenting[consenting["weekly_spend_gbp"].notna()]
    order = ["client_key", "referred_on", "stage_on", "record_ref"]
    latest = known.sort_values(order, kind="stable", na_position="first").drop_duplicates("client_key", keep="last")
    return np.sort(latest["weekly_spend_gbp"].to_numpy(dtype=float))


def funnel(consenting: pd.DataFrame) -> pd.DataFrame:
    """Return referrals by stage: ``referred`` first, then stages by size. A referral may be in several stages.

    Columns stage, referrals, clients. Stages overlap, so none is a part of the one above it.
    """
    keys = consenting["client_key"] + "/" + consenting["referred_on"].dt.strftime("%Y-%m-%d").fillna("")
    rows = consenting.assign(referral=keys)
    staged = rows[rows["stage"] != ""].assign(stage=rows["stage"].str.casefold())
    by_stage = staged.groupby("stage", sort=True).agg(
        referrals=("referral", "nunique"), clients=("client_key", "nunique")
    )
    by_stage = by_stage.drop(index="referred", errors="ignore").reset_index()
    by_stage = by_stage.sort_values(["referrals", "stage"], ascending=[False, True], kind="stable")
    top = pd.DataFrame(
        {"stage": ["referred"], "referrals": [rows["referral"].nunique()], "clients": [rows["client_key"].nunique()]}
    )
    return pd.concat([top, by_stage], ignore_index=True) if len(rows) else top.iloc[:0]


def main_drugs(consenting: pd.DataFrame) -> pd.DataFrame:
    """Return clients by main drug of their latest referral, most frequent first: drug, clients."""
    order = ["client_key", "referred_on", "stage_on", "record_ref"]
    known = consenting[consenting["main_drug"] != ""].sort_values(order, kind="stable", na_position="first")
    latest = known.drop_duplicates("client_key", keep="last")
    counted = latest.groupby("main_drug", sort=True).size().rename("clients").reset_index()
    counted = counted.rename(columns={"main_drug": "drug"})
    return counted.sort_values(["clients", "drug"], ascending=[False, True], kind="stable").reset_index(drop=True)


def demand_history(consenting: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    """Return total and median spend and the stages as they stood at the end of each of the twelve months before.

    Clients who no longer consent are out of the past, too.
    """
    return [figure for one in month.previous().window(YEAR_MONTHS) for figure in _as_at(consenting, one)]


def _as_at(consenting: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    is_known = (consenting["referred_on"] < month.end) & ~(consenting["stage_on"] >= month.end)
    then = consenting[is_known]
    spend = client_spend(then)
    if then.empty:
        return []
    base = {"drug": ALL_DRUGS, "period": month.text, "n": spend.size, "low": np.nan, "high": np.nan}
    middle = float(np.median(spend)) if spend.size else np.nan
    return [
        figures(pd.DataFrame([{**base, "value": float(spend.sum())}]), "treatment_spend_total", "gbp_per_week"),
        figures(pd.DataFrame([{**base, "value": middle}]), "treatment_spend_median", "gbp_per_week"),
        figures(pd.DataFrame([{**base, "value": 100 * top_decile_share(spend)}]), "treatment_spend_top_decile", "pct"),
        _stage_figures(funnel(then), month),
    ]


def demand_figures(spend: pd.DataFrame, stages: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    """Return the figures of spend and funnel, for the whole register as at the month's end."""
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
    return [*parts, _stage_figures(stages, month)]


def _stage_figures(stages: pd.DataFrame, month: Month) -> pd.DataFrame:
    staged = stages.assign(drug=ALL_DRUGS, period=month.text, value=stages["referrals"].astype(float))
    referrals = figures(staged.assign(n=stages["referrals"]), "treatment_stage", "count")
    referrals["indicator"] = ("treatment_stage_" + stages["stage"].str.replace(r"\W+", "_", regex=True)).to_numpy()
    return referrals
