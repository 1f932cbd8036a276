"""Released tables and figures as tidy frames, one file each: what partners may download is what the page shows."""

from __future__ import annotations

import pandas as pd

from market_profile.document import AreaMap, Bars, Document, Drawing, Figure, HeatStrip, Survival, Table, Trend
from market_profile.editions.model import Shown


def tidy_tables(document: Document[Shown]) -> dict[str, pd.DataFrame]:
    """Return a frame of shown texts for every table and figure of the document, by its id."""
    frames: dict[str, pd.DataFrame] = {}
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                frames[_file_name(block.id)] = _table(block)
            elif isinstance(block, Figure):
                frame = _drawing(block.drawing)
                if frame is not None:
                    frames[_file_name(block.id)] = frame
    return frames


def _file_name(identifier: str) -> str:
    return identifier.replace("-", "_")


def _text(value: Shown) -> str:
    return str(value.text.value)


def _table(table: Table[Shown]) -> pd.DataFrame:
    headings = [str(column.heading) for column in table.columns]
    return pd.DataFrame([[_text(value) for value in row] for row in table.rows], columns=headings, dtype="str")


def _drawing(drawing: Drawing[Shown]) -> pd.DataFrame | None:
    rows: list[dict[str, str]]
    if isinstance(drawing, Trend):
        rows = [
            {"series": name, "period": period, "value": _text(value)}
            for name, values in drawing.series
            for period, value in zip(drawing.periods, values, strict=True)
        ]
    elif isinstance(drawing, Bars):
        rows = [{"category": label, "value": _text(value)} for label, value in drawing.items]
    elif isinstance(drawing, HeatStrip):
        rows = [
            {"row": label, "column": heading, "value": _text(value)}
            for label, cells in zip(drawing.row_labels, drawing.cells, strict=True)
            for heading, value in zip(drawing.column_labels, cells, strict=True)
        ]
    elif isinstance(drawing, AreaMap):
        rows = [{"area_code": area.code, "area_name": area.name, "value": _text(area.value)} for area in drawing.areas]
    elif isinstance(drawing, Survival):
        rows = [
            {"day": f"{day:g}", "share_without_replacement": f"{share:g}", "low": f"{low:g}", "high": f"{high:g}"}
            for day, share, low, high in zip(drawing.days, drawing.share, drawing.low, drawing.high, strict=True)
        ]
    else:
        return None
    return pd.DataFrame(rows, dtype="str")
