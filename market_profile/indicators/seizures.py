"""Seizures counted both ways: one in the total and one in each drug; forms are never added to one another.

The number of seizures is the trend; quantities are a few big ones. Neither measures prevalence.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.indicators.classes import drug_classes_on
from market_profile.indicators.estimates import counts
from market_profile.indicators.names import ALL_DRUGS
from market_profile.indicators.windows import by_period, in_year
from market_profile.periods import Month

WEIGHT_BANDS = ((0.5, "under 0.5 g"), (1, "0.5 to 1 g"), (5, "1 to 5 g"), (28, "5 to 28 g"), (500, "28 to 500 g"))
"""Upper bounds in grams (exclusive), from street deals over an ounce (28 g) to wholesale."""


def seizure_counts(seizures: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return seizures, exhibits and grams by period and drug; ``all`` counts a multi-drug seizure once.

    Columns period, drug, seizures, exhibits, quantity_g. Quantities count weights only, never tablets or plants.
    """
    counted = seizures[["seized_at", "drug", "seizure_ref", "record_ref", "quantity_g"]]
    periods = by_period(counted, "seized_at", month)
    both = pd.concat([periods, periods.assign(drug=ALL_DRUGS)], ignore_index=True)
    grouped = both.groupby(["period", "drug"], sort=True)
    frame = grouped.agg(
        seizures=("seizure_ref", "nunique"), exhibits=("record_ref", "size"), quantity_g=("quantity_g", "sum")
    )
    return frame.reset_index()


def seizure_figures(counted: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the figures of ``seizure_counts`` with exact Poisson bounds."""
    return [counts(counted[["drug", "period", "seizures"]].rename(columns={"seizures": "n"}), "seizures")]


def class_figures(seizures: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    """Return seizures by class of the drug on the day of seizure; a seizure counts once in each class."""
    periods = by_period(seizures[["seized_at", "drug", "seizure_ref"]], "seized_at", month)
    named = "class " + drug_classes_on(periods["drug"], periods["seized_at"])
    grouped = periods.assign(drug=named).groupby(["drug", "period"], sort=True)["seizure_ref"]
    return [counts(grouped.nunique().rename("n").reset_index(), "seizures_by_class")]


def seizure_forms(seizures: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return seizures of the rolling year by drug, class, form and weight band.

    Weights of one seizure, drug and form are added before banding; without a weight the band is ``not weighed``.
    """
    year = in_year(seizures, "seized_at", month)
    year = year.assign(drug_class=drug_classes_on(year["drug"], year["seized_at"]))
    keys = ["seizure_ref", "drug", "drug_class", "form"]
    weighed = year.groupby(keys, sort=True)["quantity_g"].sum(min_count=1).reset_index()
    weighed["form"] = weighed["form"].where(weighed["form"] != "", "not stated")
    weighed["weight_band"] = _bands(weighed["quantity_g"])
    grouped = weighed.groupby(["drug", "drug_class", "form", "weight_band"], sort=True)
    return grouped.agg(seizures=("seizure_ref", "nunique"), quantity_g=("quantity_g", "sum")).reset_index()


def _bands(grams: pd.Series) -> pd.Series:
    bounds = np.array([bound for bound, _ in WEIGHT_BANDS])
    names = np.array([*(name for _, name in WEIGHT_BANDS), "500 g and over", "not weighed"])
    place = np.searchsorted(bounds, grams.to_numpy(dtype=float), side="right")
    return pd.Series(names[np.where(grams.isna(), len(names) - 1, place)], index=grams.index)
