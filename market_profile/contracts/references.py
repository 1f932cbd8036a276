"""References: the key of a record as one text, its columns joined by ``/``, no two keys alike.

A slash inside a part would make ``A/B`` and ``C`` the same text as ``A`` and ``B/C``. So of several free texts in a key
one stands as written (the record that the row belongs to, else the last), and a slash in the others is written ``\\/``;
a backslash in any of them is doubled. A key of one free text is that text.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.contracts.columns import ColumnType, Kind
from market_profile.contracts.kinds import KINDS

_TEXT = pa.large_string()
_FURTHER = r"(/([^/\\]|\\.)*){%d}$"
"""The last parts of a reference: a slash that is none of its own begins each."""


def joined_key(kind: Kind, parts: Sequence[pd.Series[str]], index: pd.Index) -> pd.Series[str]:
    """Return the texts of the key columns of ``kind`` joined into references; blank where the kind has no key.

    Example:
        A seizure ``SZ/19`` with the exhibit ``JS/1`` is ``SZ\\/19/JS/1``; ``SZ`` with ``19/JS/1`` is ``SZ/19/JS/1``.
    """
    if not parts:
        return pd.Series("", index=index, dtype="str")
    columns = [pa.array(part.fillna(""), type=_TEXT) for part in parts]
    forms = marked_parts(kind)
    named = zip(kind.key, columns, strict=True)
    columns = [_marked(column, "/" in forms[name]) if name in forms else column for name, column in named]
    joined = pc.binary_join_element_wise(*columns, pa.scalar("/", type=_TEXT))
    return pd.Series(pd.array(joined, dtype="str"), index=index)


def marked_parts(kind: Kind) -> dict[str, str]:
    """Return the free texts of the key, where there are several, and the characters that are marked in each."""
    free = [name for name in kind.key if kind.column(name).type is ColumnType.TEXT]
    as_written = free[0] if kind.parent else free[-1] if free else ""
    return {name: "\\" if name == as_written else "/\\" for name in free} if len(free) > 1 else {}


def parents_of(kind: Kind, references: pd.Series[str]) -> pd.Series[str]:
    """Return the reference of the record that each record of ``kind`` belongs to."""
    return _without_last(references, len(kind.key) - 1)


def is_of_logs(references: pd.Series, urns: Collection[str], kind: str = "") -> pd.Series[bool]:
    """Tell which references are those of the logs ``urns``, or of a subject or link of one.

    A reference of another ``kind`` is none; where the kind is not known it is any that might be.
    """
    texts = references.fillna("").astype("str").str.strip()
    kinds = [KINDS[kind]] if kind else list(KINDS.values())
    depths = {len(one.key) - 1 for one in kinds if one.parent is not None or one.name == "intelligence_logs"}
    found = pd.Series(False, index=references.index)
    for depth in sorted(depths):
        found |= _without_last(texts, depth).isin(urns)
    return found


def _marked(column: pa.Array, has_slashes_marked: bool) -> pa.Array:
    doubled = pc.replace_substring(column, "\\", "\\\\") if _any_holds(column, "\\") else column
    if has_slashes_marked and _any_holds(doubled, "/"):
        return pc.replace_substring(doubled, "/", "\\/")
    return doubled


def _any_holds(column: pa.Array, mark: str) -> bool:
    return bool(pc.any(pc.match_substring(column, mark), min_count=0).as_py())


def _without_last(references: pd.Series[str], parts: int) -> pd.Series[str]:
    if not parts:
        return references
    columns = pc.replace_substring_regex(pa.array(references, type=_TEXT), _FURTHER % parts, "")
    first = pc.replace_substring(columns, "\\\\", "\\")
    return pd.Series(pd.array(first, dtype="str"), index=references.index)
