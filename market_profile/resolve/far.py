"""What two units weigh that share no blocking key: told from the levels "same", "different" and "not known" alone.

Average-link needs the weight of every pair within a component. Most of those pairs share nothing, so that the field
by field comparison of Splink would only find out, at the greatest cost of the whole link, that they differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.model import LinkModel

Weights = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
FIELDS = {
    "surname": "surname",
    "forename": "forename",
    "date_of_birth": "dob",
    "nominal_ref": "nominal_ref",
    "phone": "phone",
    "address": "address",
    "vehicle": "vrm",
    "sex": "sex",
}
"""Fields with one value a unit, and the column that holds it."""
GENERATION_YEARS = 12
"""Births of one full name that lie so far apart are two people (as in the model's field ``relatives``)."""


@dataclass(frozen=True)
class Far:
    """Whole-number codes of the columns of ``FIELDS`` (-1 where blank), and weights of "same" and "different"."""

    codes: dict[str, Numbers]
    weights: dict[str, tuple[float, float]]
    prior: float
    years: Numbers
    apart: float

    def weigh(self, left: Numbers, right: Numbers) -> Weights:
        """Return the weights (bits) of pairs of unit numbers."""
        total = np.full(len(left), self.prior)
        for name, code in self.codes.items():
            a, b = code[left], code[right]
            same, different = self.weights[name]
            total += np.where((a < 0) | (b < 0), 0.0, np.where(a == b, same, different))
        first, second = self.years[left], self.years[right]
        surname = self.codes["surname"]
        rift = (first > 0) & (second > 0) & (np.abs(first - second) >= GENERATION_YEARS)
        total += np.where(rift & (surname[left] >= 0) & (surname[left] == surname[right]), self.apart, 0.0)
        return np.asarray(total.round(4), dtype=np.float64)


def far_weights(units: pd.DataFrame, model: LinkModel, persons: int) -> Far:
    """Return how to weigh pairs of ``units`` (columns as the model compares them) that share no blocking key."""
    prior = model.prior(persons)
    codes, weights = {}, {}
    for field in model.fields:
        if field.name in FIELDS:
            column = units[FIELDS[field.name]]
            codes[field.name] = np.where(column.eq(""), -1, pd.factorize(column)[0]).astype(np.int64)
            same = next(level.weight for level in field.levels if level.label.startswith("same"))
            weights[field.name] = (same, field.levels[-1].weight)
    initials = np.where(units["forename"].str.len() == 1, -1, codes["forename"])
    codes["forename"] = initials.astype(np.int64)
    relatives = next(field for field in model.fields if field.name == "relatives")
    apart = min(level.weight for level in relatives.levels)
    return Far(codes, weights, float(np.log2(prior / (1 - prior))), units["dob_year"].to_numpy(np.int64), apart)
