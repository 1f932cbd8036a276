"""The flat list that link-chart tools import: one row a link, with the attributes of both its ends.

A node stands in many rows: its cells are written once and taken from there for every row.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from market_profile.among import is_among
from market_profile.render.column_texts import Texts
from market_profile.render.csv_files import cells_csv, column_cells

Places = NDArray[np.intp]
"""The row of each cell in the nodes, -1 where there is none."""


def link_chart(nodes: pd.DataFrame, links: pd.DataFrame, node_id: str, ends: tuple[str, str]) -> bytes:
    """Return one row a link as CSV: the columns of ``links``, then those of ``nodes`` for the source and the target.

    ``nodes`` has one row a ``node_id``; ``ends`` are the columns of ``links`` that name them, such as
    ``source_nominal_id``. A node without a link stands in a row of its own with the other end empty.
    """
    ids, rest = nodes[node_id].astype(str).reset_index(drop=True), nodes.drop(columns=[node_id])
    names = [links[end].astype(str).reset_index(drop=True) for end in ends]
    alone = np.flatnonzero(~is_among(ids, pd.concat(names)))
    source, target = (pd.Index(ids).get_indexer(pd.Index(each)) for each in names)
    sides = (np.append(source, alone), np.append(target, np.full(len(alone), -1)))
    every = links.reset_index(drop=True).reindex(range(len(sides[0])))
    every = every.assign(**{ends[0]: pd.concat([names[0], ids[alone]], ignore_index=True), ends[1]: names[1]})
    width = len(every.columns) + 2 * len(rest.columns)
    headings, cells = every.columns.tolist(), [column_cells(every[name], width) for name in every.columns]
    at_ends = [_at_ends(rest[name].reset_index(drop=True), sides, width) for name in rest.columns]
    for place, end in enumerate(ends):
        prefix = end.removesuffix(node_id)
        named = [f"{prefix}{name}" for name in rest.columns]
        headings += [f"{name}_node" if name in every.columns else name for name in named]
        cells += [both[place] for both in at_ends]
    return cells_csv(headings, cells)


def _at_ends(column: pd.Series, sides: tuple[Places, Places], width: int) -> list[Texts]:
    """Return a column of the nodes as cells of the source and of the target of every row.

    Times are written in view of their whole column (``csv_files``), so they are taken first and written then.
    """
    if column.dtype == object or pd.api.types.is_datetime64_any_dtype(column):
        return [column_cells(column.reindex(places).reset_index(drop=True), width) for places in sides]
    written = column_cells(column, width)
    return [written.take(pa.array(places, mask=places < 0)) for places in sides]
