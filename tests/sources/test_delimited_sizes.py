"""Cells and headers too large to be read, and marks that part nothing, are refused with the true cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from market_profile.sources.delimited import MAX_CELL, read_delimited
from market_profile.sources.refusal import BAD_ENCODING, HEADER, MALFORMED, TOO_LARGE, FileRefused

LONG = "x" * (MAX_CELL + 1)
WIDE = ",".join(f"c{number}" for number in range(50_000))


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        (f"a,b\n1,2\n3,{LONG}\n", TOO_LARGE, 3),
        (f'a,b\n1,2\n3,"{LONG}"\n', TOO_LARGE, 3),
        ("a,b\n1,2\n" + '3,"' + ("x" * 99 + "\n") * 2000, MALFORMED, 3),
        (f"{WIDE}\n1\n", HEADER, None),
        (f"{LONG}\n1\n", HEADER, None),
        ("a\0,b\n1,2\n", BAD_ENCODING, None),
    ],
    ids=["long cell", "long quoted cell", "unclosed quote", "many headings", "one long heading", "NUL in the header"],
)
def test_the_cause_is_named(tmp_path: Path, content: str, reason: str, line: int | None) -> None:
    path = tmp_path / "seizures.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        read_delimited(path, frozenset({"a", "b"}))
    assert (refused.value.reason, refused.value.line) == (reason, line)


def test_the_longest_cell_is_read(tmp_path: Path) -> None:
    path = tmp_path / "seizures.csv"
    path.write_text(f"a,b\n1,{LONG[1:]}\n", encoding="utf-8")
    table = read_delimited(path, frozenset({"a", "b"}))
    assert (table.read, len(table.faults)) == (1, 0)


@pytest.mark.parametrize("mark", ["\0", '"', "\n", ",,"])
def test_a_delimiter_that_cannot_part_cells_is_refused(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "seizures.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(FileRefused, match="must be one character"):
        read_delimited(path, frozenset({"a", "b"}), delimiter=mark)
