"""Layout 3: records whose key holds slashes in several parts get the references of ``contracts.references``.

Until then two of them could have one reference and passed for versions of one record; each is a record of its own
again. States of months that name such a record follow it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from market_profile.contracts.columns import Kind
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.references import joined_key, marked_parts
from market_profile.store.publish import write_file

_NAMED = (("kind", "record_ref"), *((f"{side}_kind", f"{side}_{ref}") for side in ("left", "right")
                                    for ref in ("ref", "record_ref")))  # fmt: skip
"""Columns of a month's states that name a record: its kind and its reference."""


def rename_references(store: Path) -> None:
    """Rename what must be renamed, table by table; what a killed run has renamed already is left as it is."""
    renamed = {}
    for kind in KINDS.values():
        path = store / "tables" / kind.name
        if marked_parts(kind) and DeltaTable.is_deltatable(str(path)):
            renamed[kind.name] = _rename(kind, path)
    names = {kind: _one_to_one(rows) for kind, rows in renamed.items() if len(rows)}
    for path in sorted((store / "months").rglob("*.parquet")) if names else ():
        _rename_in_state(path, names)


def _rename(kind: Kind, path: Path) -> pd.DataFrame:
    """Rename in a table; return the rows renamed (the free texts of the key, ``old`` and ``new``)."""
    forms = marked_parts(kind)
    held = DeltaTable(str(path)).to_pyarrow_dataset().to_table(columns=["record_ref", *forms])
    is_marked = np.zeros(len(held), dtype=bool)
    for name, marks in forms.items():
        for mark in marks:
            is_marked |= np.asarray(pc.match_substring(held[name].cast(pa.string()), mark), dtype=bool)
    rows: pd.DataFrame = held.filter(pa.array(is_marked)).to_pandas()
    frame = rows.astype("str").drop_duplicates(ignore_index=True)
    parts = [_parts(kind, row) for row in frame.to_dict("records")]
    frame = frame[[part is not None for part in parts]].reset_index(drop=True)
    texts = [pd.Series(part, dtype="str") for part in zip(*(part for part in parts if part), strict=True)]
    if frame.empty:
        return frame
    frame = frame.rename(columns={"record_ref": "old"}).assign(new=joined_key(kind, texts, frame.index))
    frame = frame[frame["new"] != frame["old"]]
    if len(frame):
        same = " AND ".join(f"t.{name} = s.{name}" for name in forms)
        merged = DeltaTable(str(path)).merge(
            pa.Table.from_pandas(frame, preserve_index=False), f"t.record_ref = s.old AND {same}", "s", "t"
        )
        merged.when_matched_update({"record_ref": "s.new"}).execute()
    return frame


def _parts(kind: Kind, row: Mapping[Any, str]) -> tuple[str, ...] | None:
    """Return the parts of a reference joined as they stand; None where it is not (it was renamed before)."""
    rest = row["record_ref"] + "/"
    found = []
    for name in kind.key:
        part = row[name] if name in row else rest.partition("/")[0]
        if not rest.startswith(part + "/"):
            return None
        found.append(part)
        rest = rest[len(part) + 1 :]
    return tuple(found) if not rest else None


def _one_to_one(rows: pd.DataFrame) -> dict[str, str]:
    """Return new by old name, without old names that two records had."""
    pairs = rows[["old", "new"]].drop_duplicates()
    return dict(pairs[~pairs["old"].duplicated(keep=False)].itertuples(index=False, name=None))


def _rename_in_state(path: Path, names: dict[str, dict[str, str]]) -> None:
    frame = pd.read_parquet(path)
    is_changed = False
    for kind, ref in (pair for pair in _NAMED if set(pair) <= set(frame.columns)):
        for name, new in names.items():
            hits = (frame[kind].astype("str") == name) & frame[ref].astype("str").isin(new)
            if hits.any():
                frame[ref] = frame[ref].astype("str").where(~hits, frame[ref].astype("str").map(new)).astype("str")
                is_changed = True
    if is_changed:
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        write_file(path, buffer.getvalue())
