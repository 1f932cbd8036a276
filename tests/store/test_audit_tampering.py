"""Every kind of tampering with the audit log is found (TRUST.md 12); the tail is watched by the manifest's head."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from market_profile.errors import MarketProfileError
from market_profile.store.audit import AuditCategory, append_event, audit_head, export_csv, verify_audit

Lines = list[bytes]


def written(folder: Path, lines: int = 24) -> Path:
    """A log of all six categories."""
    log = folder / "audit.jsonl"
    categories = list(AuditCategory)
    for number in range(lines):
        append_event(log, categories[number % len(categories)], {"month": "2019-02", "batch": number})
    return log


def edited(lines: Lines, chance: random.Random) -> Lines:
    """Change one value of one line."""
    place = chance.randrange(len(lines))
    entry = json.loads(lines[place])
    entry["details"]["batch"] = 999 + chance.randrange(99)
    lines[place] = json.dumps(entry, sort_keys=True).encode()
    return lines


def flipped(lines: Lines, chance: random.Random) -> Lines:
    """Change one byte anywhere."""
    place = chance.randrange(len(lines))
    line = bytearray(lines[place])
    line[chance.randrange(len(line))] ^= 1 << chance.randrange(7)
    lines[place] = bytes(line)
    return lines


def deleted(lines: Lines, chance: random.Random) -> Lines:
    """Take one line out of the middle."""
    del lines[chance.randrange(len(lines) - 1)]
    return lines


def swapped(lines: Lines, chance: random.Random) -> Lines:
    """Exchange two lines."""
    first, second = chance.sample(range(len(lines)), 2)
    lines[first], lines[second] = lines[second], lines[first]
    return lines


def forged(lines: Lines, chance: random.Random) -> Lines:
    """Put a line with a right hash of its own in between."""
    place = chance.randrange(1, len(lines))
    lines.insert(place, lines[chance.randrange(len(lines))])
    return lines


def cut(lines: Lines, chance: random.Random) -> Lines:
    """Cut the tail off; the chain alone cannot see it, the head in the manifest can."""
    return lines[: chance.randrange(len(lines))]


KINDS: tuple[Callable[[Lines, random.Random], Lines], ...] = (edited, flipped, deleted, swapped, forged, cut)


def assert_found(log: Path, times: int) -> None:
    whole, head = log.read_bytes().split(b"\n")[:-1], audit_head(log)
    assert verify_audit(log, head).fault == ""
    for change in KINDS:
        chance = random.Random(change.__name__)
        for _ in range(times):
            changed = change(list(whole), chance)
            log.write_bytes(b"".join(line + b"\n" for line in changed))
            assert verify_audit(log, head).fault, change.__name__
    log.write_bytes(b"".join(line + b"\n" for line in whole))


def test_six_kinds_of_tampering_are_found(tmp_path: Path) -> None:
    assert_found(written(tmp_path), 20)


@pytest.mark.slow
def test_six_kinds_of_tampering_five_hundred_times_each(tmp_path: Path) -> None:
    assert_found(written(tmp_path), 500)


def test_a_torn_tail_is_repaired_and_the_chain_goes_on(tmp_path: Path) -> None:
    log = written(tmp_path, 3)
    whole = log.read_bytes()
    for torn in (1, 20, len(whole.split(b"\n")[2])):
        log.write_bytes(whole[:-torn])
        append_event(log, AuditCategory.COLLECTION, {"batch": 9})
        assert verify_audit(log).fault == ""
        assert verify_audit(log).lines == 3
        log.write_bytes(whole)


def test_lines_say_when_and_under_which_account_and_name_nobody(tmp_path: Path) -> None:
    log = written(tmp_path, 6)
    rows = list(csv.DictReader(io.StringIO(export_csv(log).decode())))
    assert {row["category"] for row in rows} == {category.value for category in AuditCategory}
    assert all(row["at"].endswith("+00:00") and len(row["account"]) == 12 for row in rows)
    log.write_bytes(log.read_bytes().replace(b'"batch": 3', b'"batch": 4'))
    with pytest.raises(MarketProfileError, match="not whole"):
        export_csv(log)
