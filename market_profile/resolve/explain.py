"""Why two mentions were, or were not, taken for one person."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.errors import WrongUse
from market_profile.periods import Month
from market_profile.resolve.mentions import MENTION_KEY, collect_mentions
from market_profile.resolve.model import LinkModel, shipped_model
from market_profile.resolve.units import make_units
from market_profile.resolve.weigh import weigh_pairs

MentionKey = tuple[str, str, str]
"""(kind, record_ref, subject_no)."""


def explain_pair(
    tables: Tables, month: Month, left: MentionKey, right: MentionKey, model: LinkModel | None = None
) -> pd.DataFrame:
    """Return the evidence for and against two mentions being one person, field by field.

    Returns:
        Frame with ``field``, ``level`` (in words), ``weight`` (bits, log2 m/u) and ``why``; the first row is the prior
        and the weights add up to the match weight. No value of a record stands in it.

    Raises:
        WrongUse: where a mention is not held at the end of ``month``.
    """
    model = model or shipped_model()
    mentions = collect_mentions(tables, month)
    keys = list(mentions[MENTION_KEY].itertuples(index=False, name=None))
    if left not in keys or right not in keys or left == right:
        raise WrongUse("explain needs two different mentions held at the end of the month (kind, record_ref, subject)")
    alone = np.zeros(len(mentions), dtype=bool)
    numbers = [keys.index(left), keys.index(right)]
    alone[numbers] = True
    units = make_units(mentions, alone)
    low, high = sorted(int(unit) for unit in units.of_mention[numbers])
    pair = pd.DataFrame({"left": [low], "right": [high]})
    frequencies, persons = units.evidence.frequencies, units.evidence.persons
    parts = weigh_pairs(units.coded, pair, model, frequencies, persons, with_parts=True).iloc[0]
    return _in_words(parts, model)


def _in_words(parts: pd.Series, model: LinkModel) -> pd.DataFrame:
    rows = [("prior", "two random mentions", float(parts["prior"]), "Chance before anything is compared.")]
    for field in model.fields:
        told = [level for level in field.levels if not level.is_unknown]
        gamma = int(parts[f"gamma_{field.name}"])
        level = field.levels[0] if gamma < 0 else told[len(told) - 1 - gamma]
        rows.append((field.name, level.label, float(parts[f"mw_{field.name}"]), field.why))
    return pd.DataFrame(rows, columns=["field", "level", "weight", "why"])
