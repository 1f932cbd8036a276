"""How much blocking may miss, without labels: a sample compared far more widely than the keys allow.

Of the pairs that would match if all who share a sound, a forename, a birth year, a phone, an address, a street name
or a corner were compared, the share that the blocking keys bring together. Splink's demonstrations reach .67 to .81
on labelled data; no labels exist on a force's own records, so the wide comparison stands in for them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.resolve.link import LARGEST_BLOCK, Evidence
from market_profile.resolve.lists import exploded
from market_profile.resolve.model import LinkModel
from market_profile.resolve.score import candidate_pairs
from market_profile.resolve.weigh import weigh_pairs

_SEED = 3
_SAMPLE = 200
"""Units compared widely: enough for a standard error of about half a point at 99 %."""
_WIDE = ("surname_sound", "forename", "dob_year", "phone", "address", "vrm", "nominal_ref")
_WIDE_LISTS = ("aliases", "forename_roots", "spots")
_WIDE_BLOCK = 5_000
"""Units that may share a wide key: no key of a town of this size is left out."""


def blocking_recall(units: pd.DataFrame, keys: pd.DataFrame, model: LinkModel, evidence: Evidence) -> float | None:
    """Return the share (percent) of matching pairs of a sample that share a blocking key; None without any.

    ``keys`` are those of ``blocking_keys``. A pair matches where its weight reaches ``model.cut_weight``; the sample
    has a fixed seed.
    """
    count = len(units)
    chosen = np.zeros(count, dtype=bool)
    chosen[np.random.default_rng(_SEED).permutation(count)[:_SAMPLE]] = True
    wide = candidate_pairs(_wide_keys(units), _WIDE_BLOCK, chosen)
    usual = candidate_pairs(keys, LARGEST_BLOCK, chosen)
    everything = pd.concat([wide, usual], ignore_index=True).drop_duplicates(["left", "right"])
    scored = weigh_pairs(units, everything, model, evidence.frequencies, evidence.persons)
    matching = scored[scored["weight"] >= model.cut_weight]
    if matching.empty:
        return None
    code = (part["left"].to_numpy() * count + part["right"].to_numpy() for part in (matching, usual))
    return round(100 * float(np.isin(next(code), next(code)).mean()), 1)


def _wide_keys(units: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for name in _WIDE:
        known = units[name].ne(0 if name == "dob_year" else "")
        parts.append(pd.DataFrame({"unit": units["unit"][known], "key": name + ":" + units[name][known].astype("str")}))
    for name in _WIDE_LISTS:
        row, value = exploded(units[name])
        keys = pd.Series(value, dtype=object).astype("str")
        parts.append(pd.DataFrame({"unit": units["unit"].to_numpy()[row], "key": name + ":" + keys})[keys.ne("")])
    return pd.concat(parts, ignore_index=True)
