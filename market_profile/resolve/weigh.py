"""The same weights as ``score``, from the model's conditions over numbers: each two words are compared once.

Splink carries whole records through its tables and compares every pair's texts; here texts are numbers, a pair costs
a few look-ups, and pairs are weighed a million at a time, so that memory does not grow with them. A test holds both
to the same weights, pair by pair.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.coded import Coded
from market_profile.resolve.compare import SCORERS, Compared, Levels, asks_for_lists
from market_profile.resolve.lists import Numbers
from market_profile.resolve.model import Field, LinkModel
from market_profile.resolve.score import ROUNDING, empty_pairs

Weights = npt.NDArray[np.float64]
_SLACK = 0.01
"""Bits by which a bound must miss the floor: more than all rounding."""
_AT_ONCE = 1 << 19
"""Pairs weighed at a time: their columns stay in the processor's caches."""


class Weigher:
    """Weighs pairs of ``units`` under a model; ``frequencies`` and ``persons`` as of ``score.score_pairs``.

    ``adds_up``: each field's part is rounded before they are added, so that the weight is that of ``parts``.
    """

    def __init__(
        self,
        units: Coded,
        model: LinkModel,
        frequencies: Mapping[str, pd.Series[float]],
        persons: int,
        adds_up: bool = False,
    ) -> None:
        self._units, self._model, self._adds_up = units, model, adds_up
        prior = model.prior(persons)
        self._start = float(np.log2(prior / (1 - prior)))
        self._share = {name: self._shares(frequencies[name]) for name in model.frequency_columns}

    def _shares(self, frequency: pd.Series[float]) -> Weights:
        """Return the share of persons by code of the word, missing where not known."""
        code = self._units.words.known(frequency.index)
        share = np.full(len(self._units.words), np.nan)
        share[code] = frequency.to_numpy()
        return share

    def weigh(self, left: Numbers, right: Numbers) -> Weights:
        """Return the match weight (bits) of each pair of units."""
        parts = [self._weigh(left[n : n + _AT_ONCE], right[n : n + _AT_ONCE]) for n in range(0, len(left), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def weigh_from(self, left: Numbers, right: Numbers, floor: float) -> Weights:
        """Return the weight of each pair that weighs ``floor`` or more; others may be missing.

        Fields of words and numbers come first. Where the marks of the lists cannot lift what they say to the floor,
        the lists themselves are not looked at.
        """
        parts = []
        for n in range(0, len(left), _AT_ONCE):
            one, other = left[n : n + _AT_ONCE], right[n : n + _AT_ONCE]
            parts.append(self._weigh(one, other, floor))
        return np.concatenate(parts) if parts else np.zeros(0)

    def _weigh(self, left: Numbers, right: Numbers, floor: float = -np.inf) -> Weights:
        compared = Compared(self._units, left, right)
        is_late = [floor > -np.inf and _waits(field) for field in self._model.fields]
        bits = {}
        for field, late in zip(self._model.fields, is_late, strict=True):
            if not late:
                bits[field.name] = self._bits(field, compared.levels(field), left, right)
        at = self._reaching(compared, bits, floor) if any(is_late) else np.arange(len(left))
        one, other = left[at], right[at]
        compared = Compared(self._units, one, other)
        total = np.zeros(len(at))
        for field, late in zip(self._model.fields, is_late, strict=True):
            own = self._bits(field, compared.levels(field), one, other) if late else bits[field.name][at]
            total += np.round(own, ROUNDING) if self._adds_up else own
        found = np.full(len(left), np.nan)
        found[at] = np.round(total + (round(self._start, ROUNDING) if self._adds_up else self._start), ROUNDING)
        return found

    def _reaching(self, compared: Compared, bits: Mapping[str, Weights], floor: float) -> Numbers:
        """Return the pairs that may weigh ``floor`` or more, from the bits of some fields and bounds of the others."""
        total = np.full(len(next(iter(bits.values()))), self._start - floor + _SLACK)
        for part in bits.values():
            total += part
        late = [field for field in self._model.fields if field.name not in bits]
        tops = [max(0.0, *(level.weight for level in field.levels)) for field in late]
        at = np.flatnonzero(total + sum(tops) >= 0)
        total = total[at]
        for number, field in enumerate(late):
            total += compared.most(field, at)
            reaching = np.flatnonzero(total + sum(tops[number + 1 :]) >= 0)
            at, total = at[reaching], total[reaching]
        return at

    def parts(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Return ``pairs`` with ``weight``, its contributions ``mw_<field>`` and ``prior``, and ``gamma_<field>``."""
        left, right = pairs["left"].to_numpy(np.int64), pairs["right"].to_numpy(np.int64)
        compared = Compared(self._units, left, right)
        levels = {field.name: compared.levels(field) for field in self._model.fields}
        bits = {field.name: self._bits(field, levels[field.name], left, right) for field in self._model.fields}
        rounded = {f"mw_{name}": np.round(part, ROUNDING) for name, part in bits.items()}
        start = round(self._start, ROUNDING)
        weight = np.round(np.sum([*rounded.values()], axis=0) + start, ROUNDING)
        gammas = {f"gamma_{field.name}": _gammas(field)[levels[field.name]] for field in self._model.fields}
        return pd.DataFrame({"left": left, "right": right}).assign(weight=weight, **rounded, **gammas, prior=start)

    def _bits(self, field: Field, place: Levels, left: Numbers, right: Numbers) -> Weights:
        """Return the bits of each pair: of its level, with u replaced by how common the value is where told to."""
        bits = np.array([level.weight for level in field.levels])[place]
        for number, level in enumerate(field.levels):
            if level.frequency_of and level.u:
                at = np.flatnonzero(place == number)
                share = self._share[level.frequency_of][self._units.columns[level.frequency_of]]
                common = np.fmax(share[left[at]], share[right[at]])
                bits[at] += np.where(np.isnan(common), 0.0, np.log2(level.u / np.where(np.isnan(common), 1.0, common)))
        return bits


def weigh_pairs(
    units: Coded,
    pairs: pd.DataFrame,
    model: LinkModel,
    frequencies: Mapping[str, pd.Series[float]],
    persons: int,
    with_parts: bool = False,
) -> pd.DataFrame:
    """Return ``pairs`` with their match ``weight`` in bits (arguments and columns as of ``score.score_pairs``)."""
    if pairs.empty:
        return empty_pairs()
    found = pairs[["left", "right"]].astype("int64").sort_values(["left", "right"], kind="stable", ignore_index=True)
    weigher = Weigher(units, model, frequencies, persons)
    if with_parts:
        return weigher.parts(found)
    return found.assign(weight=weigher.weigh(found["left"].to_numpy(), found["right"].to_numpy()))


def _waits(field: Field) -> bool:
    """Tell whether a field waits until the others spoke: lists decide it, or it can only speak against a pair."""
    if max(level.weight for level in field.levels) <= 0:
        return True
    asks = [level.sql for level in field.levels]
    plain = not any(scorer in sql for sql in asks for scorer in SCORERS)
    return plain and any(asks_for_lists(sql) for sql in asks) and not any(v.frequency_of for v in field.levels)


def _gammas(field: Field) -> Numbers:
    """Return Splink's comparison value of each level: -1 where not known, else rising with the list read upwards."""
    known = [not level.is_unknown for level in field.levels]
    left = np.cumsum(known[::-1])[::-1]
    return np.where(known, left - 1, -1).astype(np.int64)
