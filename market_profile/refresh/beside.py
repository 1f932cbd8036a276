"""The partner edition in a process of its own, beside the planner's, and what the two hand to each other.

Two processes use two cores and share no library state (geometry and font libraries are not safe between threads).
The child is told which batch and month to work on, makes the plan and reads the records from the store itself, and
lays its product down in ``store/work`` under the plan's key. The planner's analysis is the longer one, so the child
sees to a part of it too: once told who is who, it measures what needs no network (``measured``). Where the child cannot
run, the caller makes everything itself, so that any fault is met in the open.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pandas as pd

from market_profile.refresh.handing import as_child, end_child, hand_over, handed, start_child, unnamed
from market_profile.refresh.memory import give_back
from market_profile.refresh.plan import Plan, plan_of
from market_profile.refresh.product import Product, Products
from market_profile.refresh.timing import Stopwatch
from market_profile.terms import Audience

if TYPE_CHECKING:
    from market_profile.refresh.making import Loaded
    from market_profile.refresh.measured import Measured


@dataclass(frozen=True)
class Ends:
    """One process's ends: the socket that says what is ready, who is who (to the child), measures (from it)."""

    line: socket.socket
    records: IO[bytes]
    measures: IO[bytes]

    def close(self) -> None:
        """Close every end: whoever waits at the other one reads an end of file."""
        for end in (self.line, self.records, self.measures):
            end.close()


@dataclass(frozen=True)
class Running:
    """A child at work on the product of ``key``; ``ends`` are this process's."""

    process: subprocess.Popen[bytes]
    products: Products
    key: str
    ends: Ends

    def resolved(self, records: pd.DataFrame) -> None:
        """Tell the child who is who; where it is gone or the disk is full, neither waits and its part is made here."""
        try:
            hand_over(self.ends.line, self.ends.records, records)
        except OSError:
            self.ends.line.close()

    def measured(self, watch: Stopwatch) -> Measured | None:
        """Return what the child measured, waiting for it; None where it failed."""
        with watch.stage("wait for measures", None):
            made: tuple[Measured, list[dict[str, Any]]] | None = handed(self.ends.line, self.ends.measures)
        if made is None:
            return None
        watch.stages.extend(made[1])
        return made[0]

    def result(self) -> Product | None:
        """Wait for the child and return what it made, None where it failed."""
        if self.process.wait() != 0:
            return None
        return self.products.load(Audience.PARTNER.value, self.key)

    def stop(self) -> None:
        """End the child where it still runs."""
        end_child(self.process)
        self.ends.close()


def start_beside(plan: Plan, with_measures: bool) -> Running:
    """Start the partner edition of ``plan`` in a child process, and the planner's measures where they are wanted."""
    ours, theirs = socket.socketpair()
    work = plan.workspace.store / "work"
    ends = Ends(ours, unnamed(work), unnamed(work))
    told = {"batch": plan.batch, "month": plan.month.text, "key": plan.key, "with_measures": with_measures}
    files = {"records": ends.records, "measures": ends.measures}
    child = start_child("market_profile.refresh.beside", plan.workspace.folder, told, theirs, files)
    return Running(child, Products(plan.workspace.store), plan.key, ends)


@dataclass
class _Child:
    """The child's side: it measures for the planner as soon as it knows who is who among partners' records."""

    plan: Plan
    loaded: Loaded | None
    ends: Ends

    def resolved(self, records: pd.DataFrame) -> None:
        """Measure for the planner and hand it over; ``records`` are the partners' own and not looked at.

        The whole records are let go then: partners' analysis has its own.
        """
        from market_profile.refresh.making import case_for, drop_unasked
        from market_profile.refresh.measured import measure

        if self.loaded is None:
            return
        watch = Stopwatch()
        case = case_for(self.plan, self.loaded, Audience.PLANNER)
        self.loaded = None
        made = measure(case, self._who, watch)
        hand_over(self.ends.line, self.ends.measures, (made, watch.stages))
        drop_unasked(self.plan, case)
        del case, made
        give_back()

    def measured(self, watch: Stopwatch) -> Measured | None:
        """Return None: what partners' analysis needs is made in its own turn."""
        return None

    def _who(self) -> pd.DataFrame:
        records = handed(self.ends.line, self.ends.records)
        if not isinstance(records, pd.DataFrame):
            raise EOFError("the other process is gone")
        return records


def main(folder: Path, told: dict[str, Any]) -> int:
    """Make the partner edition and lay it down; return 1 where the plan is not the one that was asked for."""
    from market_profile.refresh.making import case_for, load_records, partner_of

    as_child(int(told["parent"]))
    plan = plan_of(folder, int(told["batch"]), str(told["month"]))
    if plan.key != told["key"]:
        return 1
    given = told["ends"]
    ends = Ends(
        socket.socket(fileno=given["line"]), os.fdopen(given["records"], "rb"), os.fdopen(given["measures"], "wb")
    )
    loaded = load_records(plan)
    case = case_for(plan, loaded, Audience.PARTNER)
    child = _Child(plan, loaded if told["with_measures"] else None, ends)
    del loaded
    Products(plan.workspace.store).save(Audience.PARTNER.value, plan.key, partner_of(plan, case, Stopwatch(), child))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), json.loads(sys.argv[2])))
