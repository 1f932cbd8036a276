"""A network as GraphML, written column by column: every attribute once a kind of element, missing ones left out."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

import pandas as pd

from market_profile.render.csv_files import FLOATS
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
    names = [_quoted(nodes[node_id]), *(_quoted(links[end]) for end in ends)]
    known = set(names[0])
    others = [name for name in dict.fromkeys([*names[1], *names[2]]) if name not in known]
    parts = [_HEAD, *node_keys, *link_keys, '<graph edgedefault="directed">\n']
    parts += [f"<node id={name}>{data}</node>\n" for name, data in zip(names[0], node_data, strict=True)]
    parts += [f"<node id={name}/>\n" for name in others]
    parts += [
        f'<edge source={source} target={target} id="{number}">{data}</edge>\n'
        for number, (source, target, data) in enumerate(zip(names[1], names[2], link_data, strict=True))
    ]
    return "".join([*parts, "</graph>\n</graphml>\n"]).encode()


def _quoted(column: pd.Series) -> list[str]:
    texts = column.astype(str)
    made = {text: quoteattr(clean(text)) for text in texts.unique()}
    return [made[text] for text in texts]


def _attributes(frame: pd.DataFrame, element: str) -> tuple[list[str], list[str]]:
    """Return the key declarations of the columns, and the data of each row."""
    keys, columns = [], []
    for name in frame.columns:
        kind, cells = _cells(frame[name])
        key = quoteattr(f"{element}_{clean(str(name))}")
        keys.append(f'<key id={key} for="{element}" attr.name={quoteattr(clean(str(name)))} attr.type="{kind}"/>\n')
        columns.append([f"<data key={key}>{cell}</data>" if cell is not None else "" for cell in cells])
    data = ["".join(row) for row in zip(*columns, strict=True)] if columns else [""] * len(frame)
    return keys, data


def _cells(column: pd.Series) -> tuple[str, Sequence[str | None]]:
    """Return the GraphML type of a column and its cells as text, None where missing."""
    missing: list[bool] = column.isna().tolist()
    if pd.api.types.is_bool_dtype(column):
        return "boolean", _with_gaps(column.map({True: "true", False: "false"}).tolist(), missing)
    if pd.api.types.is_integer_dtype(column):
        return "long", _with_gaps(column.astype("str").tolist(), missing)
    if pd.api.types.is_float_dtype(column):
        return "double", _with_gaps([repr(float(FLOATS % cell)) for cell in column.to_numpy("float64")], missing)
    if pd.api.types.is_datetime64_any_dtype(column):
        return "string", [None if cell is pd.NaT else str(cell.isoformat()) for cell in column]
    texts = ["|".join(map(str, cell)) if isinstance(cell, list | tuple | set) else cell for cell in column]
    known = [text for text, is_missing in zip(texts, missing, strict=True) if not is_missing]
    made = {text: escape(clean(str(text))) for text in dict.fromkeys(known)}
    return "string", [None if is_missing else made[text] for text, is_missing in zip(texts, missing, strict=True)]


def _with_gaps(texts: list[str], missing: Sequence[bool]) -> list[str | None]:
    return [None if is_missing else text for text, is_missing in zip(texts, missing, strict=True)]
