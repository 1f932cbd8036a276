"""One file of the inbox read to text under our column names; nothing is judged here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_profile.contracts.columns import Kind
from market_profile.settings import SourceSettings
from market_profile.sources.columnar import read_parquet
from market_profile.sources.delimited import read_delimited
from market_profile.sources.files import InboxFile
from market_profile.sources.headers import Header, known_headings, match_header
from market_profile.sources.opening import stamp_of
from market_profile.sources.raw import RawTable, text_series
from market_profile.sources.refusal import UNREADABLE, FileRefused
from market_profile.sources.workbook import read_workbook


@dataclass(frozen=True)
class FileText:
    """A file as text: ``table`` as read, ``header`` says which cell of a row is which column of ours."""

    file: InboxFile
    table: RawTable
    header: Header

    @property
    def places(self) -> dict[str, int]:
        """The place of each of our columns, in the order of the file (a total stands in its first cell)."""
        places = {**self.header.positions, **self.header.others}
        return {name: places[name] for name in sorted(places, key=lambda name: places[name])}

    @property
    def repeats(self) -> list[int]:
        """The numbers of the records that say the header again, as where exports were joined."""
        headings, data = self.table.headings, self.table.data
        said = pc.equal(data.column(0), headings[0]) if len(headings) and headings[0] else None
        if said is None or not pc.any(said).as_py():
            return []
        rows = np.flatnonzero(np.asarray(said, dtype=bool))
        records = data.take(pa.array(rows)).to_pylist()
        return [
            int(self.table.numbers[row]) for row, one in zip(rows, records, strict=True) if (*one.values(),) == headings
        ]


def read_text(kind: Kind, file: InboxFile, source: SourceSettings) -> FileText:
    """Return the file's cells and our names for them; FileRefused where it cannot be used as a whole."""
    table = read_table(kind, file, source)
    if file.stamp is not None and file.stamp != stamp_of(file.path):
        raise FileRefused(UNREADABLE, "changed while it was read; wait until it is whole, then run this again")
    return FileText(file, table, match_header(kind, table.headings, source))


def read_table(kind: Kind, file: InboxFile, source: SourceSettings) -> RawTable:
    """Return the file as text, by the reader of its format; what is neither workbook nor Parquet is delimited text."""
    name = file.path.name.lower()
    if name.endswith((".xlsx", ".ods")):
        return read_workbook(file.path, source.sheet)
    if name.endswith(".parquet"):
        return read_parquet(file.path)
    return read_delimited(file.path, frozenset(known_headings(kind, source)), source.encoding, source.delimiter)


def in_our_names(files: Sequence[FileText], starts: Sequence[int]) -> pd.DataFrame:
    """Return the cells of files with the same columns under our names; a column that they lack is not there.

    The index is the record number, in each file counted from its number in ``starts``.
    """
    rows = np.concatenate([file.table.numbers + start for file, start in zip(files, starts, strict=True)])
    index = pd.Index(rows, dtype="int64")
    columns = {
        name: text_series([file.table.data.column(file.places[name]) for file in files]).set_axis(index)
        for name in files[0].places
    }
    return pd.DataFrame(columns, index=index, copy=False)
