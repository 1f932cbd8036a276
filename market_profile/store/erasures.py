"""Records of what retention erased: how many rows of which kind and batch, under which rule; never which.

While an erasure is under way ``store/erasing.json`` says what it takes out, so that one that was killed is completed
by the next ``market-profile retain``; until then the store is not read.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import astuple, dataclass
from pathlib import Path

from market_profile.errors import WrongUse
from market_profile.store.markers import BRING_BACK
from market_profile.store.publish import write_file

_COLUMNS = ("kind", "batch", "rows", "rule")


@dataclass(frozen=True)
class Erasure:
    """How many rows of a kind and batch were erased, and under which rule."""

    kind: str
    batch: int
    rows: int
    rule: str


@dataclass(frozen=True)
class Begun:
    """An erasure under way: logs and telephones that go, the records it leaves, and how many stood before it."""

    urns: frozenset[str]
    phones: frozenset[str]
    records: tuple[Erasure, ...]
    earlier: int


def erasures(store: Path) -> tuple[Erasure, ...]:
    """Return every erasure record, oldest first."""
    path = store / "erasures.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return tuple(Erasure(row["kind"], int(row["batch"]), int(row["rows"]), row["rule"]) for row in rows)


def keep_begun(store: Path, begun: Begun) -> None:
    """Note an erasure before its first row goes."""
    said = {
        "urns": sorted(begun.urns),
        "phones": sorted(begun.phones),
        "records": [astuple(one) for one in begun.records],
        "earlier": begun.earlier,
    }
    write_file(store / "erasing.json", json.dumps(said).encode())


def begun_erasure(store: Path) -> Begun | None:
    """Return the erasure that is under way or was broken off, None where there is none."""
    path = store / "erasing.json"
    if not path.is_file():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        records = tuple(Erasure(*one) for one in said["records"])
        return Begun(frozenset(said["urns"]), frozenset(said["phones"]), records, int(said["earlier"]))
    except (ValueError, KeyError, TypeError):
        raise WrongUse(f"store/erasing.json, the note of an erasure under way, is damaged; {BRING_BACK}") from None


def end_erasure(store: Path, begun: Begun) -> None:
    """Add the records to ``store/erasures.csv`` and take the note of the erasure away."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(astuple(one) for one in (*erasures(store)[: begun.earlier], *begun.records))
    write_file(store / "erasures.csv", buffer.getvalue().encode())
    (store / "erasing.json").unlink()


def check_none_begun(store: Path) -> None:
    """Raise ``WrongUse`` where an erasure was broken off."""
    if (store / "erasing.json").is_file():
        raise WrongUse(
            "an erasure of this store was broken off; run market-profile retain again with the same day and --erase, "
            "which completes it, then go on"
        )
