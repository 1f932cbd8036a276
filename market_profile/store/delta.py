"""Delta Lake tables in a folder: opened once for as long as they do not change, read by column, appended to.

A table's files hold the rows of one batch each, in order of record; Delta keeps the least and largest value of every
column with each file, so a question about some records or batches reads only the files that may hold them.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError
from pyarrow import fs

from market_profile.errors import WrongUse
from market_profile.store.markers import BRING_BACK

_Stamp = tuple[str, int, int, int]


class DeltaFolder:
    """The tables below ``root``, by name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> list[str]:
        """Return the names of the tables, in order."""
        folders = sorted(folder.name for folder in self._root.iterdir()) if self._root.is_dir() else []
        return [name for name in folders if self.has(name)]

    def has(self, name: str) -> bool:
        """Tell whether there is a table ``name``."""
        return _last_commit(self._root / name) is not None

    def version(self, name: str) -> int:
        """Return the version of a table, the number of its last commit: it changes with every row added or removed."""
        stamp = _last_commit(self._root / name)
        if stamp is None:
            raise FileNotFoundError(f"there is no table {name}")
        return int(stamp[0].removesuffix(".json"))

    def columns(self, name: str) -> list[str]:
        """Return the names of a table's columns."""
        with _told(name):
            return list(self._open(name).schema.names)

    def read(self, name: str, columns: Sequence[str], where: pc.Expression | None = None) -> pa.Table:
        """Return the columns of the rows for which ``where`` holds; in no order."""
        with _told(name):
            files = self._open(name)
            try:
                return files.to_table(columns=list(columns), filter=where)
            except pa.ArrowNotImplementedError:
                return _read_whole(files, columns, where)

    def append(self, name: str, rows: pa.Table, metadata: Mapping[str, str]) -> None:
        """Add rows to a table, made where there is none; columns that it lacks are added to it."""
        with _told(name):
            write_deltalake(
                str(self._root / name),
                rows,
                mode="append",
                schema_mode="merge" if self.has(name) else None,
                commit_properties=CommitProperties(custom_metadata=dict(metadata)),
            )

    def drop_after(self, batch: int) -> None:
        """Remove the rows of later batches, which a killed run left."""
        for name in self.names():
            last = pc.max(self.read(name, ["batch"], pc.field("batch") > batch)["batch"]).as_py()
            if last is not None:
                DeltaTable(str(self._root / name)).delete(f"batch > {batch}")

    def _open(self, name: str) -> Any:
        path = self._root / name
        stamp = _last_commit(path)
        if stamp is None:
            raise FileNotFoundError(f"there is no table {name}")
        return _opened(str(path), stamp)


def _read_whole(files: Any, columns: Sequence[str], where: pc.Expression) -> pa.Table:
    """Return what ``DeltaFolder.read`` does, from whole files: their rows are chosen after they were read.

    A file that an erasure wrote anew holds its texts as views, which Arrow can read but not compare as it reads.
    """
    parts = [part.to_table(schema=files.schema).filter(where) for part in files.get_fragments()]
    return pa.concat_tables(parts or [files.schema.empty_table()]).select(list(columns))


def _last_commit(path: Path) -> _Stamp | None:
    """Return the last commit of a table's log with its file's identity; None where there is none."""
    try:
        names = [entry.name for entry in os.scandir(path / "_delta_log") if entry.name.endswith(".json")]
    except (FileNotFoundError, NotADirectoryError):
        return None
    commits = [name for name in names if name.removesuffix(".json").isdigit()]
    if not commits:
        return None
    last = max(commits)
    state = (path / "_delta_log" / last).stat()
    return last, state.st_ino, state.st_mtime_ns, state.st_size


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Say in words that a table is damaged; what the machine lacks (disk, memory, rights) is said elsewhere."""
    try:
        yield
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, DeltaError, OSError) as fault:
        text = str(fault)
        is_of_machine = getattr(fault, "errno", None) not in (None, errno.ENOENT) or "(os error " in text
        if is_of_machine and "(os error 2)" not in text:
            raise
        raise WrongUse(f"the store's table {name} is damaged and cannot be read; {BRING_BACK}") from None


@lru_cache(maxsize=64)
def _opened(path: str, stamp: _Stamp) -> Any:
    """Return the table's files as a dataset that Arrow reads by itself.

    Delta's own file system is a Python object: Arrow's threads would wait for the interpreter at every read.
    """
    return DeltaTable(path).to_pyarrow_dataset(filesystem=fs.SubTreeFileSystem(path, fs.LocalFileSystem()))
