"""How a process ends: at once, with all that it said, and in the usual way where that cannot be written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import atexit, sys
from market_profile.refresh.process import end_at_once
atexit.register(lambda: print("taken apart", file=sys.stderr))
sys.stdout = open(sys.argv[1], "w")
print("said")
end_at_once(3)
sys.stderr.write("not ended, ")
"""


def ended(out: Path) -> tuple[int, str]:
    """Return the code of a process that says something into ``out`` and ends, and what else it said."""
    command = [sys.executable, "-c", CODE, str(out)]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stderr


def test_a_process_ends_at_once_with_its_code_and_what_it_said(tmp_path: Path) -> None:
    assert ended(tmp_path / "said") == (3, "")
    assert (tmp_path / "said").read_text(encoding="utf-8") == "said\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_where_it_cannot_say_it_the_process_ends_in_its_usual_way() -> None:
    assert ended(Path("/dev/full"))[1].startswith("not ended, taken apart\n")
