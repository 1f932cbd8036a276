"""One file of the inbox read to text under our column names; nothing is judged here."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from market_profile.contracts.columns import Kind
from market_profile.settings import SourceSettings
from market_profile.sources.columnar import read_parquet
from market_profile.sources.delimited import read_delimited
from market_profile.sources.files import InboxFile
from market_profile.sources.headers import Header, known_headings, match_header
from market_profile.sources.raw import RawTable
from market_profile.sources.workbook import read_workbook


@dataclass(frozen=True)
class FileText:
    """A file as text: ``text`` has our column names and the record number as index; ``table`` the rest of it."""

    file: InboxFile
    table: RawTable
    header: Header
    text: pd.DataFrame


def read_text(kind: Kind, file: InboxFile, source: SourceSettings) -> FileText:
    """Return the file's cells under our names; FileRefused where it cannot be used as a whole."""
    table = read_table(kind, file, source)
    header = match_header(kind, table.headings, source)
    return FileText(file, table, header, _in_our_names(kind, table, header))


def read_table(kind: Kind, file: InboxFile, source: SourceSettings) -> RawTable:
    """Return the file as text, by the reader of its format; what is neither workbook nor Parquet is delimited text."""
    name = file.path.name.lower()
    if name.endswith((".xlsx", ".ods")):
        return read_workbook(file.path, source.sheet)
    if name.endswith(".parquet"):
        return read_parquet(file.path)
    return read_delimited(file.path, frozenset(known_headings(kind, source)), source.encoding, source.delimiter)


def _in_our_names(kind: Kind, table: RawTable, header: Header) -> pd.DataFrame:
    """Return the cells under our names in the order of the file (a total stands in its first cell), then the blanks."""
    positions = {**header.positions, **header.others}
    columns = {name: table.cells[positions[name]] for name in sorted(positions, key=lambda name: positions[name])}
    blank = pd.Series("", index=table.cells.index, dtype="str")
    columns |= {name: blank for name in kind.names if name not in columns}
    return pd.DataFrame(columns, index=table.cells.index)
