"""The rooms' memory: keys by content, what is kept comes back, and nothing that is broken, old or another program's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market_profile.kept import NOTHING, Kept, Memory, key_of
from market_profile.store import KeptFolder, forget_kept

FRAME = pd.DataFrame(
    {
        "name": pd.Series(["ann", "", "zoë"], dtype="str"),
        "events": np.array([1, 2, 3], dtype=np.int32),
        "at": pd.to_datetime(["2019-01-01", None, "2019-03-01"]),
        "is_new": [True, False, True],
        "share": [0.5, np.nan, -0.0],
    }
)


@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_what_is_kept_comes_back_as_it_was(kind: str, tmp_path: Path) -> None:
    memory: Kept = Memory() if kind == "memory" else KeptFolder(tmp_path, "planner", "p")
    assert memory.look("geography", "k") is None
    memory.keep("geography", "k", {"one": FRAME, "none": FRAME.iloc[:0]})
    found = memory.look("geography", "k")
    assert found is not None and list(found) == ["one", "none"]
    pd.testing.assert_frame_equal(found["one"], FRAME)
    pd.testing.assert_frame_equal(found["none"], FRAME.iloc[:0])
    assert memory.look("network", "k") is None and memory.look("geography", "l") is None


def test_nothing_has_nothing() -> None:
    NOTHING.keep("geography", "k", {"one": FRAME})
    assert NOTHING.look("geography", "k") is None


@pytest.mark.parametrize(
    "changed",
    [
        FRAME.assign(events=[1, 2, 4]),
        FRAME.assign(events=FRAME["events"].astype("int64")),
        FRAME.iloc[::-1],
        FRAME.iloc[:2],
        FRAME.rename(columns={"name": "surname"}),
        FRAME.assign(at=pd.NaT),
    ],
)
def test_a_key_changes_with_values_types_order_rows_and_columns(changed: pd.DataFrame) -> None:
    assert key_of(FRAME) == key_of(FRAME.set_axis([7, 8, 9]))
    assert key_of(changed) != key_of(FRAME)


def test_keys_of_small_parts_do_not_run_into_each_other() -> None:
    parts = [("a", "b"), ("ab",), ("a|b",), (b"ab",), (1,), ("1",), (1.0,), (np.array([1]),), (np.array([[1]]),)]
    assert len({key_of(*part) for part in parts}) == len(parts)
    assert key_of(np.array(["a", "b"], dtype=object)) != key_of(np.array(["a", "c"], dtype=object))


def _only_entry(store: Path) -> Path:
    (folder,) = (store / "kept" / "planner" / "geography").iterdir()
    return folder


@pytest.mark.parametrize("break_it", ["cut", "turned", "gone", "no sums"])
def test_a_broken_entry_is_not_there(break_it: str, tmp_path: Path) -> None:
    memory = KeptFolder(tmp_path, "planner", "p")
    memory.keep("geography", "k", {"one": FRAME})
    file = _only_entry(tmp_path) / ("sums.json" if break_it == "no sums" else "one.arrow")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    if break_it in ("gone", "no sums"):
        file.unlink()
    else:
        file.write_bytes(data if break_it == "turned" else data[: len(data) // 2])
    assert memory.look("geography", "k") is None
    memory.keep("geography", "k", {"one": FRAME})
    assert memory.look("geography", "k") is not None


def test_another_program_and_another_audience_find_nothing(tmp_path: Path) -> None:
    KeptFolder(tmp_path, "planner", "p").keep("geography", "k", {"one": FRAME})
    assert KeptFolder(tmp_path, "planner", "q").look("geography", "k") is None
    assert KeptFolder(tmp_path, "partner", "p").look("geography", "k") is None
    assert KeptFolder(tmp_path, "planner", "p").look("geography", "k") is not None


def test_what_a_refresh_does_not_ask_for_is_dropped(tmp_path: Path) -> None:
    first = KeptFolder(tmp_path, "planner", "p")
    for key in ("asked", "not asked"):
        first.keep("geography", key, {"one": FRAME})
    second = KeptFolder(tmp_path, "planner", "p")
    second.look("geography", "asked")
    second.keep("geography", "new", {"one": FRAME})
    second.drop_others()
    third = KeptFolder(tmp_path, "planner", "p")
    assert [third.look("geography", key) is not None for key in ("asked", "not asked", "new")] == [True, False, True]
    forget_kept(tmp_path)
    assert third.look("geography", "asked") is None and not (tmp_path / "kept").exists()


def test_a_memory_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"a file where the folder should be")
    memory = KeptFolder(tmp_path, "planner", "p")
    memory.keep("geography", "k", {"one": FRAME})
    assert memory.look("geography", "k") is None
    memory.drop_others()
