"""Rows that waited for their parent: judged again when the log that they belong to has come.

The row is read anew from its own file, which stands in the inbox still; where it does not, the row stays in
quarantine until it is sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from market_profile.contracts.columns import Kind
from market_profile.contracts.readings import is_among
from market_profile.contracts.references import parents_of
from market_profile.settings import SourceSettings
from market_profile.sources.files import InboxFile
from market_profile.sources.raw import no_faults
from market_profile.sources.reading import FileText, read_text
from market_profile.sources.refusal import FileRefused


def late_files(
    kind: Kind, files: list[InboxFile], waiting: pd.DataFrame | None, accepted: Mapping[str, pd.DataFrame]
) -> list[InboxFile]:
    """Return the files taken in before that hold rows whose parent was accepted only now.

    ``waiting`` has kind, file_id, line, record_ref; ``accepted`` the frames of this intake by kind.
    """
    if kind.parent is None or waiting is None or kind.parent[0] not in accepted:
        return []
    mine = waiting[(waiting["kind"] == kind.name) & (waiting["record_ref"] != "")]
    parents = parents_of(kind, mine["record_ref"])
    ready = set(mine.loc[is_among(parents, accepted[kind.parent[0]]["record_ref"]), "file_id"])
    return [file for file in files if file.file_id in ready]


def late_rows(kind: Kind, file: InboxFile, source: SourceSettings, waiting: pd.DataFrame | None) -> FileText | None:
    """Return the waiting rows alone of a file taken in before; None where it can no longer be read."""
    try:
        whole = read_text(kind, file, source)
    except FileRefused:
        return None
    lines = set() if waiting is None else set(waiting.loc[waiting["file_id"] == file.file_id, "line"])
    table = whole.table
    stands = np.isin(table.lines[table.numbers], sorted(lines))
    data, numbers = table.data.filter(pa.array(stands)), table.numbers[stands]
    return replace(whole, table=replace(table, data=data, numbers=numbers, faults=no_faults()))
