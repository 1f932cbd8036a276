"""A network as GraphML, written column by column: every attribute once a kind of element, missing ones left out."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd

from market_profile.render.column_texts import (
    Plain,
    Texts,
    as_texts,
    content,
    each_text,
    flag_cells,
    joined,
    number_cells,
    one_text,
    others,
    text_cells,
    time_cells,
    whole_cells,
    wrapped,
)
from market_profile.render.csv_files import FLOATS, PRINTED
from market_profile.render.gate import clean

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns '
    'http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
)


def graphml(nodes: pd.DataFrame, links: pd.DataFrame, node_id: str, ends: tuple[str, str]) -> bytes:
    """Return the network as GraphML (graphml.graphdrawing.org): columns of nodes and links are attributes.

    ``nodes`` has the column ``node_id``, ``links`` the two columns ``ends``; ends that are no node become nodes without
    attributes. Dates are ISO 8601 texts, floats have ten digits, a blank cell leaves its attribute out.
    """
    node_keys, node_data = _attributes(nodes.drop(columns=[node_id]), "node")
    link_keys, link_data = _attributes(links.drop(columns=list(ends)), "edge")
    names = _quoted(nodes[node_id])
    sources, targets = (_quoted(links[end]) for end in ends)
    number = whole_cells(pd.Series(np.arange(len(links))))
    return b"".join(
        [
            "".join([_HEAD, *node_keys, *link_keys, '<graph edgedefault="directed">\n']).encode(),
            _rows("<node id=", names, ">", *node_data, "</node>\n"),
            _rows("<node id=", others(names, sources, targets), "/>\n"),
            _rows("<edge source=", sources, " target=", targets, ' id="', number, '">', *link_data, "</edge>\n"),
            b"</graph>\n</graphml>\n",
        ]
    )


def _rows(*parts: Texts | str) -> bytes:
    """Return one line a row, its columns and fixed texts in turn."""
    return content(joined([one_text(part) if isinstance(part, str) else part for part in parts], ""))


def _quoted(column: pd.Series) -> Texts:
    """Return the ids of a column as attributes of XML, in quotation marks."""
    texts = column.astype("str")
    return text_cells(texts, lambda odd: each_text(odd, lambda text: quoteattr(clean(text))), PLAIN, '"')


_AS_THEY_ARE = "".join(letter for letter in PRINTED if letter not in '"&<>')
PLAIN = Plain.of(_AS_THEY_ARE, first=_AS_THEY_ARE)
"""Texts that XML holds as they are: plain letters but for its own marks."""


def _attributes(frame: pd.DataFrame, element: str) -> tuple[list[str], list[Texts]]:
    """Return the key declarations of the columns, and the data of each column, null where missing."""
    keys, columns = [], []
    for name in frame.columns:
        kind, cells = _cells(frame[name])
        key = quoteattr(f"{element}_{clean(str(name))}")
        keys.append(f'<key id={key} for="{element}" attr.name={quoteattr(clean(str(name)))} attr.type="{kind}"/>\n')
        columns.append(wrapped(cells, f"<data key={key}>", "</data>"))
    return keys, columns


def _cells(column: pd.Series) -> tuple[str, Texts]:
    """Return the GraphML type of a column and its cells as text, null where missing."""
    if pd.api.types.is_bool_dtype(column):
        return "boolean", flag_cells(column, ("true", "false"))
    if pd.api.types.is_integer_dtype(column):
        return "long", whole_cells(column)
    if pd.api.types.is_float_dtype(column):
        return "double", number_cells(column.to_numpy("float64"), lambda cell: repr(float(FLOATS % cell)))
    if pd.api.types.is_datetime64_any_dtype(column):
        return "string", time_cells(column)
    if isinstance(column.dtype, pd.StringDtype):
        return "string", text_cells(column, lambda odd: each_text(odd, _escaped), PLAIN)
    missing: list[bool] = column.isna().tolist()
    texts = ["|".join(map(str, cell)) if isinstance(cell, list | tuple | set) else cell for cell in column]
    return "string", as_texts(
        [None if is_missing else _escaped(str(text)) for text, is_missing in zip(texts, missing, strict=True)]
    )


def _escaped(text: str) -> str:
    return escape(clean(text))
