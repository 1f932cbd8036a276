"""References that name no record, or only look like one: what a spreadsheet, a placeholder or a look-alike left."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.contracts.columns import ColumnType, Kind
from market_profile.contracts.readings import plain
from market_profile.sources.raw import faults_at
from market_profile.terms import Reason
from market_profile.visible import LOOKALIKE, UNSEEN

LONGEST = 200
"""Characters of a reference; a longer one is a narrative in the wrong column."""
_DOUBTFUL = r"[\t-\r]|[^\x00-\x7f]"
_SHEET = r"""^(=".*"|'.*|#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!))$"""
_NOTHING = r"(?i)^(null|none|nil|nan|n/?a|n/?k|not (known|applicable)|unknown|undefined|tb[ac]|-+|\?+|\.+|0+)$"
_HIDDEN = "The reference holds characters that nobody sees, so that it only looks like another one; retype it."
_ALIKE = "The reference only looks like one in Latin letters and digits; it is written with others. Retype it."
_OF_SHEET = "The reference is what a spreadsheet makes of one (a formula, an apostrophe, an error); export its value."
_NO_NAME = "The reference is a word for none, which many rows may share; give each record its own."
_TOO_LONG = f"The reference has more than {LONGEST} characters; check that no column has moved."


def doubtful_references(kind: Kind, text: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows whose reference cannot be taken for that of one record, as faults.

    A word for none is refused in the first column of a key alone: an exhibit may well have no number of its own.
    """
    found = []
    for name in (name for name in kind.key if name in text and kind.column(name).type is ColumnType.TEXT):
        cells = pa.array(plain(text[name]), type=pa.large_string())
        doubtful = np.flatnonzero(_hits(cells, _DOUBTFUL))
        some = cells.take(pa.array(doubtful))
        told = [
            (doubtful[_hits(some, UNSEEN)], Reason.BAD_ENCODING, _HIDDEN),
            (doubtful[_hits(some, LOOKALIKE)], Reason.BAD_ENCODING, _ALIKE),
            (np.flatnonzero(_hits(cells, _SHEET)), Reason.UNKNOWN_VALUE, _OF_SHEET),
            (np.flatnonzero(np.asarray(pc.greater(pc.utf8_length(cells), LONGEST))), Reason.OUT_OF_RANGE, _TOO_LONG),
        ]
        if name == kind.key[0]:
            told.append((np.flatnonzero(_hits(cells, _NOTHING)), Reason.MISSING_REQUIRED, _NO_NAME))
        found += [
            faults_at(text.index[rows].tolist(), name, reason, words) for rows, reason, words in told if len(rows)
        ]
    return found


def _hits(cells: pa.Array, form: str) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.match_substring_regex(cells, form), dtype=bool)
