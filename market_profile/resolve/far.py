"""What two units weigh that share no blocking key: told from the levels "same", "different" and "not known" alone.

Average-link needs the weight of every pair within a component. Most of those pairs share nothing, so that the field
by field comparison would only find out, at the greatest cost of the whole link, that they differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from market_profile.resolve.coded import Coded, Codes
from market_profile.resolve.lists import Numbers
from market_profile.resolve.model import LinkModel

Weights = npt.NDArray[np.float64]
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
    """Codes of the columns of ``FIELDS`` (0 where blank), and weights of "same" and "different"."""

    codes: dict[str, Codes]
    weights: dict[str, tuple[float, float]]
    prior: float
    years: Codes
    apart: float

    def weigh(self, left: Numbers, right: Numbers) -> Weights:
        """Return the weights (bits) of pairs of unit numbers."""
        total = np.full(len(left), self.prior)
        for name, code in self.codes.items():
            a, b = code[left], code[right]
            total += np.array([0.0, *self.weights[name]])[((a != 0) & (b != 0)) * (1 + (a != b))]
        first, second = self.years[left], self.years[right]
        surname = self.codes["surname"]
        rift = np.flatnonzero((first > 0) & (second > 0) & (np.abs(first - second) >= GENERATION_YEARS))
        names = surname[left[rift]]
        total[rift] += np.where((names != 0) & (names == surname[right[rift]]), self.apart, 0.0)
        return total.round(4)


def far_weights(units: Coded, model: LinkModel, persons: int) -> Far:
    """Return how to weigh pairs of ``units`` that share no blocking key."""
    prior = model.prior(persons)
    codes, weights = {}, {}
    for field in model.fields:
        if field.name in FIELDS:
            codes[field.name] = units.columns[FIELDS[field.name]]
            same = next(level.weight for level in field.levels if level.label.startswith("same"))
            weights[field.name] = (same, field.levels[-1].weight)
    codes["forename"] = np.where(units.words.lengths()[codes["forename"]] == 1, 0, codes["forename"])
    relatives = next(field for field in model.fields if field.name == "relatives")
    apart = min(level.weight for level in relatives.levels)
    return Far(codes, weights, float(np.log2(prior / (1 - prior))), units.columns["dob_year"], apart)
