"""The partner edition in a process of its own, beside the planner's.

Two processes use two cores and share no library state (geometry and font libraries are not safe between threads).
The child gets the plan, reads the records from the store itself and leaves its result in ``store/work``; where it
cannot run, the caller makes the edition itself, so that any fault is met in the open.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from market_profile.refresh.plan import Plan
from market_profile.store.publish import write_file


@dataclass(frozen=True)
class Beside:
    """What the child made: files of the edition, the state for next month, and its stages."""

    files: dict[str, bytes]
    state: dict[str, pd.DataFrame]
    stages: list[dict[str, Any]]


@dataclass(frozen=True)
class Running:
    """A child at work; ``folder`` holds its plan and its result, both written by this program alone."""

    process: subprocess.Popen[bytes]
    folder: Path

    def result(self) -> Beside | None:
        """Wait for the child and return what it made, None where it failed."""
        if self.process.wait() != 0:
            return None
        made = pickle.loads((self.folder / "made").read_bytes())
        return made if isinstance(made, Beside) else None

    def stop(self) -> None:
        """End the child where it still runs, and remove what was exchanged."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for name in ("plan", "made"):
            (self.folder / name).unlink(missing_ok=True)


def start_beside(plan: Plan) -> Running:
    """Start the partner edition of ``plan`` in a child process."""
    folder = plan.workspace.store / "work"
    write_file(folder / "plan", pickle.dumps(plan))
    (folder / "made").unlink(missing_ok=True)
    command = [sys.executable, "-m", "market_profile.refresh.beside", str(folder)]
    quiet = subprocess.DEVNULL
    return Running(subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet), folder)


def main(folder: Path) -> None:
    """Make the partner edition of the plan in ``folder`` and leave it there."""
    from market_profile.refresh import beside
    from market_profile.refresh.run import load_records, make_partner

    plan = pickle.loads((folder / "plan").read_bytes())
    made = make_partner(plan, load_records(plan))
    write_file(folder / "made", pickle.dumps(beside.Beside(made.files, made.state, made.stages)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
