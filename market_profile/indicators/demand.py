"""Demand: spend and its concentration, main drugs and the treatment funnel, from consented records alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.indicators.consent import consent_holds
from market_profile.indicators.estimates import empty_figures, figures
from market_profile.indicators.results import ALL_DRUGS
from market_profile.intervals import FloatArray, median_interval
from market_profile.periods import Month

BOOTSTRAP_SEED = 2002
"""Fixed, so that the same records give the same interval; the draws are over sorted values."""

DRAWS = 999
TOP_SHARE = 0.1
"""Seed 003 asks for the few 'big spenders': the top tenth."""


def consented(treatment: pd.DataFrame, month: Month, is_required: bool) -> pd.DataFrame:
    """Return the rows of clients whose consent to share with the police holds at the cut-off (``consent_holds``).

    All rows where ``is_required`` is false.
    """
    frame = treatment.sort_values("record_ref", kind="stable").reset_index(drop=True)
    return frame[consent_holds(frame, month.end)].reset_index(drop=True) if is_required else frame


def top_decile_share(spend: FloatArray) -> float:
    """Return the share of the total spent by the top tenth, on the Lorenz curve with straight lines between clients.

    Example:
        >>> top_decile_share(np.array([10.0] * 9 + [110.0]))
        0.55
    """
    ordered = np.sort(spend)
    total = ordered.sum()
    if total <= 0:
        return float("nan")
    lorenz = np.concatenate(([0.0], np.cumsum(ordered) / total))
    return float(1 - np.interp(1 - TOP_SHARE, np.linspace(0, 1, len(lorenz)), lorenz))


def lorenz_curve(spend: FloatArray) -> pd.DataFrame:
    """Return the Lorenz curve at tenths of clients: clients_pct, spend_pct."""
    ordered = np.sort(spend)
    total = ordered.sum()
    if total <= 0:
        return pd.DataFrame({"clients_pct": pd.Series(dtype="float64"), "spend_pct": pd.Series(dtype="float64")})
    curve = np.concatenate(([0.0], np.cumsum(ordered) / total))
    tenths = np.linspace(0, 1, 11)
    shares = np.interp(tenths, np.linspace(0, 1, len(curve)), curve)
    return pd.DataFrame({"clients_pct": 100 * tenths, "spend_pct": 100 * shares})


def spend_summary(consenting: pd.DataFrame, all_clients: int) -> pd.DataFrame:
    """Return one row: total, median and top-decile share of weekly spend a client with bounds, and who was left out.

    A client's spend is the latest that was recorded. The bounds of the share are bootstrap percentiles.
    """
    spend = client_spend(consenting)
    low, high = _bootstrap_share(spend)
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
    staged = stages.assign(drug=ALL_DRUGS, period=month.text, value=stages["referrals"].astype(float))
    staged = staged.assign(n=stages["referrals"])
    parts = [
        figures(total, "treatment_spend_total", "gbp_per_week"),
        figures(pd.DataFrame([{**base, **median}]), "treatment_spend_median", "gbp_per_week"),
        figures(
            pd.DataFrame([{**base, **{k: 100 * v for k, v in share.items()}}]), "treatment_spend_top_decile", "pct"
        ),
    ]
    referrals = figures(staged, "treatment_stage", "count")
    referrals["indicator"] = ("treatment_stage_" + stages["stage"].str.replace(r"\W+", "_", regex=True)).to_numpy()
    return [*parts, referrals]


def _bootstrap_share(spend: FloatArray) -> tuple[float, float]:
    if spend.size < 10:
        return float("nan"), float("nan")
    draws = np.random.default_rng(BOOTSTRAP_SEED).choice(spend, size=(DRAWS, spend.size), replace=True)
    draws.sort(axis=1)
    cumulative = np.concatenate([np.zeros((DRAWS, 1)), np.cumsum(draws, axis=1)], axis=1)
    place = (1 - TOP_SHARE) * spend.size
    below = int(np.floor(place))
    above = min(below + 1, spend.size)
    at = cumulative[:, below] + (place - below) * (cumulative[:, above] - cumulative[:, below])
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = 1 - at / cumulative[:, -1]
    low, high = np.nanpercentile(shares, [2.5, 97.5])
    return float(low), float(high)
