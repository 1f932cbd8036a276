"""Parquet extracts, turned to the text that a CSV export of the same values would hold."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from market_profile.sources.opening import MAX_RATIO, open_regular
from market_profile.sources.raw import RawTable, control_faults
from market_profile.sources.refusal import EMPTY, HEADER, TOO_LARGE, UNREADABLE, FileRefused

MAX_CELLS = 100_000_000
_NO_TEXT = "has a column that cannot be turned to text; export it as text, numbers, dates or lists of them"
MAX_TEXT = 1024**3
"""A dictionary-encoded column can repeat one long text at no cost on disk."""
RATIO_FREE_TEXT = 64 * 1024**2


def read_parquet(path: Path) -> RawTable:
    """Return the Parquet file as a RawTable of text; line numbers are row numbers, 1 first.

    Whole numbers lose ``.0``, dates and times become ISO 8601, lists are joined by ``|``, missing is ``""``. Refuses
    nested columns, files that are not Parquet, and what unpacks beyond the limits.
    """
    with open_regular(path) as stream:
        if not stream.read(1):
            raise FileRefused(EMPTY, "holds no bytes; export it again")
        stream.seek(0)
        try:
            table = _read(stream)
        except FileRefused:
            raise
        except (pa.ArrowException, OSError, ValueError, KeyError):
            raise FileRefused(UNREADABLE, "is not a whole Parquet file; export it again") from None
    try:
        columns = [_text(column) for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, KeyError):
        raise FileRefused(UNREADABLE, _NO_TEXT) from None
    data = pa.Table.from_arrays(columns, names=[str(place) for place in range(len(columns))])
    numbers = np.arange(table.num_rows, dtype="int64")
    return RawTable(
        headings=tuple(table.column_names),
        data=data,
        numbers=numbers,
        read=table.num_rows,
        lines=np.arange(1, table.num_rows + 1, dtype="int64"),
        raw_text=lambda rows: _raw_text(data, rows),
        faults=control_faults(data, numbers),
    )


def _read(stream: Any) -> pa.Table:
    file = pq.ParquetFile(stream)
    schema, rows = file.schema_arrow, file.metadata.num_rows
    if not schema.names:
        raise FileRefused(HEADER, "has no columns")
    if rows * len(schema.names) > MAX_CELLS:
        raise FileRefused(TOO_LARGE, f"holds more than {MAX_CELLS} cells; split it by month")
    packed = sum(file.metadata.row_group(n).total_byte_size for n in range(file.metadata.num_row_groups))
    if packed > MAX_TEXT:
        raise FileRefused(TOO_LARGE, "unpacks to far more than it may; split it by month")
    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    table = pq.ParquetFile(stream, read_dictionary=texts).read(use_threads=False)
    most = min(MAX_TEXT, max(RATIO_FREE_TEXT, os.fstat(stream.fileno()).st_size * MAX_RATIO))
    if sum(_text_size(column) for column in table.columns) > most:
        raise FileRefused(TOO_LARGE, "holds more text than it may; split it by month")
    return table


def _text_size(column: pa.ChunkedArray) -> int:
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    total = 0
    for chunk in column.chunks:
        sizes = pc.binary_length(chunk.dictionary.cast(pa.large_string()))
        total += int(pc.sum(sizes.take(chunk.indices)).as_py() or 0)
    return total


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        column = pc.binary_join(column.cast(pa.list_(pa.string())), "|")
    elif pa.types.is_nested(kind):
        raise FileRefused(HEADER, "has a nested column; flatten it before the export")
    elif pa.types.is_floating(kind):
        column = _float_text(column if kind == pa.float64() else _widened(column))
    elif pa.types.is_timestamp(kind):
        column = _time_text(column)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = column.cast(pa.large_string())
    return pc.fill_null(column.cast(pa.large_string()), "")


def _widened(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return numbers of fewer digits as float64 with the digits that they are written with: 12.3, not 12.30000019."""
    return column.cast(pa.float32()).cast(pa.string()).cast(pa.float64())


def _float_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    finite = pc.if_else(pc.is_finite(column), column, pa.scalar(None, pa.float64()))
    endless = pc.if_else(pc.is_inf(column), "inf", pa.scalar(None, pa.string()))
    is_whole = pc.and_(pc.equal(pc.floor(finite), finite), pc.less(pc.abs(finite), 1e15))
    whole = pc.if_else(is_whole, finite, pa.scalar(None, pa.float64())).cast(pa.int64()).cast(pa.string())
    return pc.coalesce(whole, finite.cast(pa.string()), endless)


def _time_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    zone = column.type.tz
    whole = pc.all(pc.equal(pc.floor_temporal(column, unit="second"), column), min_count=0).as_py()
    plain = column.cast(pa.timestamp("s" if whole else "us", tz=zone), safe=False)
    return pc.strftime(plain, format="%Y-%m-%dT%H:%M:%S" + ("%z" if zone else ""))


def _raw_text(data: pa.Table, rows: Sequence[int]) -> list[str]:
    texts = []
    for values in zip(*data.take(list(rows)).to_pydict().values(), strict=True):
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(values)
        texts.append(line.getvalue())
    return texts
