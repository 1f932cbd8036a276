"""Records of what retention erased: how many rows of which kind and batch, under which rule; never which."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from market_profile.store.publish import write_file

_COLUMNS = ("kind", "batch", "rows", "rule")


@dataclass(frozen=True)
class Erasure:
    """How many rows of a kind and batch were erased, and under which rule."""

    kind: str
    batch: int
    rows: int
    rule: str


def erasures(store: Path) -> tuple[Erasure, ...]:
    """Return every erasure record, oldest first."""
    path = store / "erasures.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return tuple(Erasure(row["kind"], int(row["batch"]), int(row["rows"]), row["rule"]) for row in rows)


def keep_erasures(store: Path, found: Iterable[Erasure]) -> None:
    """Add records to ``store/erasures.csv``."""
    every = [*erasures(store), *found]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((one.kind, one.batch, one.rows, one.rule) for one in every)
    write_file(store / "erasures.csv", buffer.getvalue().encode())
