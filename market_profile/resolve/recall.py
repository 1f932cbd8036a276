"""How much blocking may miss, without labels: a sample compared far more widely than the keys allow.

Of the pairs that would match if all who share a sound, a forename, a birth year, a phone, an address, a street name
or a corner were compared, the share that the blocking keys bring together. Splink's demonstrations reach .67 to .81
on labelled data; no labels exist on a force's own records, so the wide comparison stands in for them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.resolve.blocks import candidate_pairs
from market_profile.resolve.coded import Coded, is_in
from market_profile.resolve.link import Evidence
from market_profile.resolve.lists import Flags, Numbers, distinct, packed, unpacked
from market_profile.resolve.model import LinkModel
from market_profile.resolve.weigh import Weigher

_SEED = 3
_SAMPLE = 200
"""Units compared widely: enough for a standard error of about half a point at 99 %."""
_WIDE = ("surname_sound", "forename", "dob_year", "phone", "address", "vrm", "nominal_ref")
_WIDE_LISTS = ("aliases", "spots")
_WIDE_BLOCK = 5_000
"""Units that may share a wide key: no key of a town of this size is left out."""


def blocking_recall(
    units: Coded, keys: pd.DataFrame, model: LinkModel, evidence: Evidence, largest: int
) -> float | None:
    """Return the share (percent) of matching pairs of a sample that share a blocking key; None without any.

    ``keys`` are those of ``blocking_keys``, in blocks of no more than ``largest`` units (as the link compared them). A
    pair matches where its weight reaches ``model.cut_weight``; the sample has a fixed seed.
    """
    count = len(units)
    chosen = np.zeros(count, dtype=bool)
    chosen[np.random.default_rng(_SEED).permutation(count)[:_SAMPLE]] = True
    wide = _codes(_wide_keys(units), _WIDE_BLOCK, chosen)
    usual = _codes(keys, largest, chosen)
    code = distinct(np.r_[wide, usual])
    weigher = Weigher(units, model, evidence.frequencies, evidence.persons)
    matching = code[weigher.weigh_from(*unpacked(code), model.cut_weight) >= model.cut_weight]
    return round(100 * float(is_in(matching, usual).mean()), 1) if len(matching) else None


def _codes(keys: pd.DataFrame, largest_block: int, chosen: Flags) -> Numbers:
    pairs = candidate_pairs(keys, largest_block, chosen)
    return packed(pairs["left"].to_numpy(), pairs["right"].to_numpy())


def _wide_keys(units: Coded) -> pd.DataFrame:
    """Return one row per unit and wide key: a number for the column in the high half, the value's code in the low."""
    parts = []
    for name in _WIDE:
        column = units.columns[name]
        parts.append((np.flatnonzero(column), column[column != 0]))
    for name in _WIDE_LISTS:
        held = units.lists[name]
        parts.append((held.rows, held.values))
    word, roots = units.by_word["forename_roots"]
    of_unit = roots.take(units.columns[word].astype(np.int64))
    parts.append((of_unit.rows, of_unit.values))
    numbered = [packed(np.full(len(value), number), value.astype(np.int64)) for number, (_, value) in enumerate(parts)]
    return pd.DataFrame({"unit": np.concatenate([unit for unit, _ in parts]), "key": np.concatenate(numbered)})
