"""What earlier refreshes left beside the tables, without the logs that are erased.

States of months lose the rows that refer to an erased log and the lines whose telephone only such logs named; the
months' copies of decisions lose what was decided on them. The check report and the rooms' memory go whole: a check
and a refresh make them anew. The force's own ``decisions/`` and ``inbox/`` are the force's to keep or to destroy.
"""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pandas as pd
from deltalake import DeltaTable

from market_profile.contracts.kinds import KINDS
from market_profile.contracts.references import is_of_logs
from market_profile.store.kept import forget_kept
from market_profile.store.publish import write_file

_TELLING_DIGITS = 9
"""The last digits of a telephone number, in which the ways of writing it (0, +44, spaces) agree."""


def phones_of_none_but(store: Path, urns: frozenset[str]) -> frozenset[str]:
    """Return the telephones, as their last digits, that records of these logs name and no other record does."""
    named: set[str] = set()
    others: set[str] = set()
    for kind in KINDS.values():
        columns = [column.name for column in kind.columns if column.name.endswith("phone")]
        path = store / "tables" / kind.name
        if not columns or not DeltaTable.is_deltatable(str(path)):
            continue
        rows = DeltaTable(str(path)).to_pyarrow_dataset().to_table(columns=["record_ref", *columns]).to_pandas()
        is_named = is_of_logs(rows["record_ref"], urns, kind.name)
        for column in columns:
            digits = _telling(rows[column])
            named.update(digits[is_named])
            others.update(digits[~is_named])
    return frozenset(named - others - {""})


def forget_logs(store: Path, urns: frozenset[str], phones: frozenset[str]) -> None:
    """Take the logs, and telephones of ``phones_of_none_but``, out of what stands in the store beside its tables."""
    for path in sorted((store / "months").rglob("*.parquet")):
        _forget_in_state(path, urns, phones)
    for path in sorted((store / "months").glob("*/decisions/*.csv")):
        _forget_in_decisions(path, urns)
    shutil.rmtree(store / "check", ignore_errors=True)
    forget_kept(store)


def _forget_in_state(path: Path, urns: frozenset[str], phones: frozenset[str]) -> None:
    frame = pd.read_parquet(path)
    gone = pd.Series(False, index=frame.index)
    for name in frame:
        if _is_reference(str(name)):
            gone |= is_of_logs(frame[name], urns)
        elif name == "phone":
            gone |= _telling(frame[name]).isin(phones)
    if gone.any():
        buffer = io.BytesIO()
        frame[~gone].to_parquet(buffer, index=False)
        write_file(path, buffer.getvalue())


def _forget_in_decisions(path: Path, urns: frozenset[str]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        head, *rows = list(csv.reader(handle)) or [[]]
    gone = pd.Series(False, index=range(len(rows)))
    for place in (place for place, name in enumerate(head) if _is_reference(name.strip().casefold())):
        gone |= is_of_logs(pd.Series([row[place] if place < len(row) else "" for row in rows], dtype="str"), urns)
    left = [row for row, is_gone in zip(rows, gone, strict=True) if not is_gone]
    if len(left) < len(rows):
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows([head, *left])
        write_file(path, buffer.getvalue().encode())


def _is_reference(name: str) -> bool:
    return name == "urn" or name.endswith("_ref")


def _telling(numbers: pd.Series) -> pd.Series:
    return numbers.fillna("").astype("str").str.replace(r"\D", "", regex=True).str[-_TELLING_DIGITS:]
