"""Files of the inbox: one a month and kind, most CSV, some as other systems write them; and the line of every row."""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from market_profile.synthetic.logs import PARTNER_FILE
from market_profile.synthetic.plan import Array
from market_profile.terms import Reason


@dataclass(frozen=True)
class Form:
    """How a kind is exported: suffix, encoding, delimiter, sheet, our headings to theirs, our values to theirs."""

    suffix: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    date_format: str = ""
    headings: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)


BRITISH = "%d/%m/%Y %H:%M"
FORMS: dict[str, Form] = {
    "intelligence_logs": Form(
        date_format=BRITISH,
        headings={"urn": "Log Ref", "submitted_at": "Date Submitted", "location_text": "Location", "text": "Report"},
    ),
    "log_subjects": Form(
        headings={"urn": "Log Ref", "subject_no": "Subject No", "date_of_birth": "DOB"},
        values={"role": {"dealer": "STREET DEALER", "line_holder": "LINE HOLDER", "cuckooed": "CUCKOO VICTIM"}},
    ),
    "log_links": Form(suffix="csv.gz"),
    "seizures": Form(encoding="cp1252", delimiter=";", date_format=BRITISH,
                     headings={"seizure_ref": "Seizure No", "seized_at": "Date Seized", "quantity": "Qty"}),
    "arrests": Form(suffix="xlsx", sheet="Custody", date_format=BRITISH,
                    headings={"custody_ref": "Custody No", "arrested_at": "Arrested"}),
    "harm_events": Form(suffix="parquet"),
    "community_survey": Form(suffix="tsv", delimiter="\t"),
}  # fmt: skip
"""Kinds that differ from plain UTF-8 CSV in our own names; ``area.toml`` declares the same."""
NOT_IN = {
    "": ("grade",),
    PARTNER_FILE: ("source_evaluation", "intelligence_assessment", "handling_code", "easting_m", "northing_m"),
}
"""Columns that each stream of intelligence logs does not have."""
EXTRA_CELL = "?"


def write_inbox(folder: Path, frames: dict[str, pd.DataFrame], months: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Write every file below ``folder`` and return the frames with ``_file`` (name) and ``_line`` of each row.

    The line is the physical line on which the row starts (the header is line 1); in Parquet the row number from 1.
    A kind without rows gets a file with its headings only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    placed = {}
    for kind, frame in frames.items():
        form = FORMS.get(kind, Form())
        parts = []
        for _, rows in frame.groupby(["_month", "_tag"], sort=True):
            month, tag = int(rows["_month"].iloc[0]), str(rows["_tag"].iloc[0])
            name = f"{kind}_{tag + '_' if tag else ''}{months[month]}.{form.suffix}"
            lines = _write(folder / name, kind, rows, form, tag)
            parts.append(rows.assign(_file=name, _line=lines))
        if not parts:
            name = f"{kind}_{months[0]}.{form.suffix}"
            parts = [frame.assign(_file=name, _line=_write(folder / name, kind, frame, form, ""))]
        placed[kind] = pd.concat(parts, ignore_index=True)
    return placed


def _write(path: Path, kind: str, rows: pd.DataFrame, form: Form, tag: str) -> Array:
    absent = NOT_IN.get(tag, ()) if kind == "intelligence_logs" else ()
    own = [name for name in rows.columns if not name.startswith("_") and name not in absent]
    table = rows[own].astype(object)
    for column, codes in form.values.items():
        table[column] = table[column].replace(codes)
    table = table.rename(columns=form.headings)
    if form.suffix == "xlsx":
        _write_workbook(path, table, form.sheet)
    elif form.suffix == "parquet":
        table.astype("str").to_parquet(path, index=False)
    else:
        text = _csv_text(table, rows["_reason"].to_numpy() == str(Reason.MALFORMED_ROW), form.delimiter)
        data = text.encode(form.encoding)
        path.write_bytes(gzip.compress(data, mtime=0) if form.suffix.endswith("gz") else data)
    if form.suffix == "parquet":
        return 1 + np.arange(len(rows))
    newlines = rows["text"].str.count("\n").to_numpy() if "text" in own else np.zeros(len(rows))
    lines: Array = (2 + np.arange(len(rows)) + np.concatenate([[0], np.cumsum(newlines)[:-1]])).astype(int)
    return lines


def _csv_text(table: pd.DataFrame, malformed: Array, delimiter: str) -> str:
    """Return the file's text; malformed rows get a cell too many."""
    out = io.StringIO()
    table.iloc[:0].to_csv(out, index=False, sep=delimiter, lineterminator="\n")
    start = 0
    for row in [*np.flatnonzero(malformed), len(table)]:
        table.iloc[start:row].to_csv(out, index=False, header=False, sep=delimiter, lineterminator="\n")
        if row < len(table):
            line = table.iloc[row : row + 1].to_csv(index=False, header=False, sep=delimiter, lineterminator="\n")
            out.write(line.removesuffix("\n") + delimiter + EXTRA_CELL + "\n")
        start = row + 1
    return out.getvalue()


def _write_workbook(path: Path, table: pd.DataFrame, sheet: str) -> None:
    """Write a workbook of text cells whose bytes do not depend on the clock."""
    import datetime
    import zipfile

    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(list(table.columns))
    for row in table.itertuples(index=False):
        page.append([cell if cell != "" else None for cell in row])
    book.properties.created = book.properties.modified = datetime.datetime(2018, 1, 1)  # noqa: DTZ001
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "docProps/core.xml":
                data = _fixed_times(data)
            target.writestr(zipfile.ZipInfo(entry.filename, (2018, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


def _fixed_times(core: bytes) -> bytes:
    import re

    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2018-01-01T00:00:00Z", core)
