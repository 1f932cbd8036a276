"""Partial pooling of small months: a month with few purchases borrows from its drug's other months.

Empirical Bayes on the log scale (Morris 1983, JASA 78): months of a drug vary round its mean with variance tau2
(DerSimonian and Laird's moments), purchases in a month with variance s2. A month's mean is drawn towards the
drug's mean by ``(k-3)/(k-1) x s2/n / (tau2 + s2/n)`` for k months, and not at all with three or fewer; the figure is
a geometric mean, which is the median where prices are log-normal. The bounds are Morris's, which count the doubt
about tau2, with Student's t.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from market_profile.indicators.estimates import empty_figures, figures


def pooled_levels(observed: pd.DataFrame, indicator: str, unit: str) -> pd.DataFrame:
    """Return the partially pooled level by drug and month, on the log scale; per cents on the logit scale.

    ``observed`` has columns drug, period (``YYYY-MM``), value (positive, per cents below 100); others are left out.
    """
    is_share = unit == "pct"
    kept = observed[(observed["value"] > 0) & ((observed["value"] < 100) | (not is_share))]
    kept = kept.sort_values(["drug", "period", "value"], kind="stable")
    if kept.empty:
        return empty_figures()
    logs = kept.assign(log=special.logit(kept["value"] / 100) if is_share else np.log(kept["value"]))
    cells = logs.groupby(["drug", "period"], sort=True)["log"].agg(["mean", "size", "var"]).reset_index()
    drugs = _drug_levels(cells)
    joined = cells.merge(drugs, on="drug", how="left")
    error = joined["s2"] / joined["size"]
    months = joined["months"]
    drawn = (error / (joined["tau2"] + error)).fillna(0.0) * ((months - 3) / (months - 1)).where(months > 3, 0.0)
    level = (1 - drawn) * joined["mean"] + drawn * joined["mu"]
    doubt = 2 / (months - 3).where(months > 3) * drawn**2 * (joined["mean"] - joined["mu"]) ** 2
    spread = np.sqrt(error * (1 - (months - 1) / months * drawn) + doubt.fillna(0.0))
    reach = special.stdtrit(np.maximum(joined["df"], 1), 0.975) * spread
    back = (lambda scaled: 100 * special.expit(scaled)) if is_share else np.exp
    frame = joined.assign(value=back(level), low=back(level - reach), high=back(level + reach), n=joined["size"])
    return figures(frame, indicator, unit)


def _drug_levels(cells: pd.DataFrame) -> pd.DataFrame:
    work = cells.assign(
        within=(cells["var"].fillna(0.0) * (cells["size"] - 1)),
        df=cells["size"] - 1,
        total=cells["mean"] * cells["size"],
        months=1,
        squares=cells["size"] ** 2,
    )
    sums = work.groupby("drug", sort=True)[["within", "df", "size", "total", "months", "squares"]].sum()
    overall = sums["within"].sum() / max(sums["df"].sum(), 1)
    s2 = (sums["within"] / sums["df"].where(sums["df"] > 0)).fillna(overall)
    centre = sums["total"] / sums["size"]
    deviation = work["size"] * (work["mean"] - work["drug"].map(centre)) ** 2
    between = deviation.groupby(work["drug"], sort=True).sum()
    scale = sums["size"] - sums["squares"] / sums["size"]
    tau2 = ((between - (sums["months"] - 1) * s2) / scale.where(scale > 0)).clip(lower=0.0).fillna(0.0)
    precision = 1 / (work["drug"].map(tau2) + work["drug"].map(s2) / work["size"]).where(lambda v: v > 0)
    weights = precision.groupby(work["drug"], sort=True).sum()
    weighted = (precision * work["mean"]).groupby(work["drug"], sort=True).sum()
    mu = (weighted / weights.where(weights > 0)).fillna(centre)
    frame = pd.DataFrame({"s2": s2, "tau2": tau2, "mu": mu, "months": sums["months"], "df": sums["df"]})
    return frame.reset_index()
