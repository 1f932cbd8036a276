"""Rows set aside, as an analyst reads them: where they stand, every fault at once, what to do, and the raw text."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from market_profile.contracts.columns import Kind
from market_profile.sources.judging import KindRows

QUARANTINE_COLUMNS = {
    "kind": "str",
    "file": "str",
    "file_id": "str",
    "line": "int64",
    "record_ref": "str",
    "reason_codes": "str",
    "columns": "str",
    "explanation": "str",
    "raw": "str",
}
PLACE_FAULT_COLUMNS = {
    "kind": "str",
    "file": "str",
    "file_id": "str",
    "line": "int64",
    "record_ref": "str",
    "place_fault": "str",
    "raw_place": "str",
    "explanation": "str",
}


def quarantine_rows(kind: Kind, rows: KindRows) -> pd.DataFrame:
    """Return one row a quarantined record of the kind's files (columns: QUARANTINE_COLUMNS), by file and line.

    Faults stand in the order of the contract's columns; ``reason_codes`` and ``columns`` are joined by ``|``.
    """
    if rows.faults.empty:
        return _empty(QUARANTINE_COLUMNS)
    faults = _ordered(kind, rows.faults)
    numbers = pd.Index(faults["row"].unique(), dtype="int64")
    named = faults["column"] != ""
    spoken = faults["column"].str.replace("|", ", ", regex=False).add(": ").where(named, "")
    told = pd.DataFrame({
        "row": faults["row"], "reason": faults["reason"], "column": faults["column"],
        "words": spoken + faults["sentence"],
    })  # fmt: skip
    order = rows.file_of(numbers.to_numpy())
    local = numbers.to_numpy() - rows.starts[order]
    raw = [rows.files[place].raw[row] for place, row in zip(order.tolist(), local.tolist(), strict=True)]
    files = [file.file for file in rows.files]
    frame = pd.DataFrame(
        {
            "kind": kind.name,
            "file": pd.Series([file.name for file in files], dtype="str").take(order).set_axis(numbers),
            "file_id": pd.Series([file.file_id for file in files], dtype="str").take(order).set_axis(numbers),
            "line": np.concatenate([file.lines for file in rows.files])[numbers.to_numpy()],
            "record_ref": rows.refs.reindex(numbers).fillna(""),
            "reason_codes": _joined(told, "reason", "|"),
            "columns": _distinct(_joined(told[named], "column", "|")).reindex(numbers).fillna(""),
            "explanation": _joined(told, "words", " "),
            "raw": pd.Series(raw, index=numbers, dtype="str"),
        },
        index=numbers,
    )
    return frame.astype(QUARANTINE_COLUMNS).reset_index(drop=True)


def place_fault_rows(kind: Kind, accepted: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the accepted rows whose place was set aside; ``names`` gives the file name by file id."""
    rows = accepted[accepted["place_fault"] != ""]
    if rows.empty:
        return _empty(PLACE_FAULT_COLUMNS)
    frame = pd.DataFrame(
        {
            "kind": kind.name,
            "file": rows["source_file"].map(names),
            "file_id": rows["source_file"],
            "line": rows["source_line"],
            "record_ref": rows["record_ref"],
            "place_fault": rows["place_fault"],
            "raw_place": rows["raw_place"],
            "explanation": rows["place_sentence"],
        },
        index=rows.index,
    )
    return frame.astype(PLACE_FAULT_COLUMNS).sort_values(["file", "line"], kind="stable", ignore_index=True)


def _empty(columns: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})


def _ordered(kind: Kind, faults: pd.DataFrame) -> pd.DataFrame:
    order = {name: number for number, name in enumerate(kind.names)}
    places = faults["column"].str.split("|").str[0].map(order).fillna(len(order))
    return faults.assign(place=places).sort_values(
        ["row", "place", "column", "reason"], kind="stable", ignore_index=True
    )


def _joined(told: pd.DataFrame, name: str, mark: str) -> pd.Series[str]:
    """Return the different texts of each row joined by ``mark``; nearly every row has one, which is not touched."""
    pairs = told[["row", name]].drop_duplicates()
    is_alone = ~pairs["row"].duplicated(keep=False)
    several = pairs[~is_alone].groupby("row", sort=True)[name].agg(mark.join)
    joined: pd.Series[str] = pd.concat([pairs[is_alone].set_index("row")[name], several]).sort_index()
    return joined


def _distinct(columns: pd.Series[str]) -> pd.Series[str]:
    """Return the names of columns without repeats."""
    made = {text: "|".join(dict.fromkeys(text.split("|"))) for text in columns.unique()}
    return columns.map(made).astype("str")
