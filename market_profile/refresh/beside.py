"""The partner edition in a process of its own, beside the planner's.

Two processes use two cores and share no library state (geometry and font libraries are not safe between threads).
The child is told which batch and month to work on, makes the plan and reads the records from the store itself, and
lays its product down in ``store/work`` under the plan's key. Where it cannot run, the caller makes the edition itself,
so that any fault is met in the open. A child whose parent was killed is ended by the kernel.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from market_profile.refresh.plan import Plan, plan_of
from market_profile.refresh.product import Product, Products
from market_profile.terms import Audience

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Running:
    """A child at work on the product of ``key``."""

    process: subprocess.Popen[bytes]
    products: Products
    key: str

    def result(self) -> Product | None:
        """Wait for the child and return what it made, None where it failed."""
        if self.process.wait() != 0:
            return None
        return self.products.load(Audience.PARTNER.value, self.key)

    def stop(self) -> None:
        """End the child where it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def start_beside(plan: Plan) -> Running:
    """Start the partner edition of ``plan`` in a child process."""
    told = {"batch": plan.batch, "month": plan.month.text, "key": plan.key, "parent": os.getpid()}
    command = [sys.executable, "-m", "market_profile.refresh.beside", str(plan.workspace.folder), json.dumps(told)]
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
    return Running(child, Products(plan.workspace.store), plan.key)


def _end_with(parent: int) -> None:
    """Have the kernel end this process with its parent; end at once where the parent is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def main(folder: Path, told: dict[str, str | int]) -> int:
    """Make the partner edition and lay it down; return 1 where the plan is not the one that was asked for."""
    from market_profile.refresh.run import load_records, make_partner

    _end_with(int(told["parent"]))
    os.umask(0o077)
    plan = plan_of(folder, int(told["batch"]), str(told["month"]))
    if plan.key != told["key"]:
        return 1
    Products(plan.workspace.store).save(Audience.PARTNER.value, plan.key, make_partner(plan, load_records(plan)))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), json.loads(sys.argv[2])))
