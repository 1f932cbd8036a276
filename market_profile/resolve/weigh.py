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
from market_profile.resolve.score import HOPELESS, ROUNDING, empty_pairs

Weights = npt.NDArray[np.float64]
_SLACK = 0.01
"""Bits by which a bound must miss the floor: more than all rounding."""
_AT_ONCE = 1 << 18
"""Pairs weighed at a time: their columns stay in the processor's caches."""


class Weigher:
    """Weighs pairs of ``units`` under a model; ``frequencies`` and ``persons`` as of ``score.score_pairs``.

    ``adds_up``: each field's part is rounded before they are added, so that the weight is that of ``parts``.
    ``lowest``: a pair that stays below it whatever company its two keep is weighed as ``HOPELESS`` by ``weigh_from``.
    """

    def __init__(
        self,
        units: Coded,
        model: LinkModel,
        frequencies: Mapping[str, pd.Series[float]],
        persons: int,
        adds_up: bool = False,
        lowest: float = -np.inf,
    ) -> None:
        self._units, self._model, self._adds_up, self._lowest = units, model, adds_up, lowest
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
        """Return the weight of each pair that weighs ``floor`` or more; others may be missing, or ``HOPELESS``.

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
        late = [field for field in self._model.fields if floor > -np.inf and _waits(field)]
        bits = {
            field.name: self._bits(field, compared.levels(field), left, right)
            for field in self._model.fields
            if field not in late
        }
        found = np.full(len(left), np.nan)
        at = self._reaching(compared, bits, late, floor, found) if late else np.arange(len(left))
        one, other = left[at], right[at]
        compared = Compared(self._units, one, other)
        total = np.zeros(len(at))
        for field in self._model.fields:
            own = self._bits(field, compared.levels(field), one, other) if field in late else bits[field.name][at]
            total += np.round(own, ROUNDING) if self._adds_up else own
        found[at] = np.round(total + (round(self._start, ROUNDING) if self._adds_up else self._start), ROUNDING)
        return found

    def _reaching(
        self, compared: Compared, bits: Mapping[str, Weights], late: list[Field], floor: float, found: Weights
    ) -> Numbers:
        """Return the pairs that may weigh ``floor`` or more, from the bits of some fields and bounds of the others.

        Hopeless ones are marked in ``found``: there, what the lists of company say comes last, for it changes by the
        round.
        """
        total = np.full(len(found), self._start) + sum(bits.values())
        at = np.arange(len(found))
        late = sorted(late, key=_knows_company) if self._lowest > -np.inf else late
        rest = [max(0.0, *(level.weight for level in field.levels)) for field in late]
        is_fixed = not any(_knows_company(field) for field in self._model.fields if field.name in bits)
        for number in range(len(late) + 1):
            if number:
                total = total + compared.most(late[number - 1], at)
                is_fixed = is_fixed and not _knows_company(late[number - 1])
            bound = total + sum(rest[number:])
            if is_fixed:
                found[at[bound < self._lowest - _SLACK]] = HOPELESS
            reaching = np.flatnonzero(bound >= floor - _SLACK)
            at, total = at[reaching], total[reaching]
        return at

    def parts(self, left: Numbers, right: Numbers) -> pd.DataFrame:
        """Return each pair's ``weight``, its contributions ``mw_<field>`` and ``prior``, and ``gamma_<field>``."""
        compared = Compared(self._units, left, right)
        levels = {field.name: compared.levels(field) for field in self._model.fields}
        bits = {field.name: self._bits(field, levels[field.name], left, right) for field in self._model.fields}
        rounded = {f"mw_{name}": np.round(part, ROUNDING) for name, part in bits.items()}
        start = round(self._start, ROUNDING)
        weight = np.round(np.sum([*rounded.values()], axis=0) + start, ROUNDING)
        gammas = {f"gamma_{field.name}": _gammas(field)[levels[field.name]] for field in self._model.fields}
        return pd.DataFrame({"weight": weight, **rounded, **gammas, "prior": start})

    def _bits(self, field: Field, place: Levels, left: Numbers, right: Numbers) -> Weights:
        """Return the bits of each pair: of its level, with u replaced by how common the value is where told to."""
        bits = np.array([level.weight for level in field.levels]).take(place)
        for number, level in enumerate(field.levels):
            if level.frequency_of and level.u:
                at = np.flatnonzero(place == number)
                share, code = self._share[level.frequency_of], self._units.columns[level.frequency_of]
                common = np.fmax(*(share.take(code.take(side.take(at))) for side in (left, right)))
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
    weigher, left, right = (
        Weigher(units, model, frequencies, persons),
        found["left"].to_numpy(),
        found["right"].to_numpy(),
    )
    if with_parts:
        return pd.concat([found, weigher.parts(left, right)], axis=1)
    return found.assign(weight=weigher.weigh(left, right))


def _waits(field: Field) -> bool:
    """Tell whether a field waits until the others spoke: lists decide it, or it can only speak against a pair."""
    if max(level.weight for level in field.levels) <= 0:
        return True
    asks = [level.sql for level in field.levels]
    plain = not any(scorer in sql for sql in asks for scorer in SCORERS)
    return plain and any(asks_for_lists(sql) for sql in asks) and not any(v.frequency_of for v in field.levels)


def _knows_company(field: Field) -> bool:
    """Tell whether a field asks who is named with whom, which follows from where the others were put."""
    return any(name in level.sql for level in field.levels for name in ("associates_", "close_"))


def _gammas(field: Field) -> Numbers:
    """Return Splink's comparison value of each level: -1 where not known, else rising with the list read upwards."""
    known = [not level.is_unknown for level in field.levels]
    left = np.cumsum(known[::-1])[::-1]
    return np.where(known, left - 1, -1).astype(np.int64)
