"""The partner edition in a process of its own, beside the planner's, and what the two hand to each other.

This is the side of the planner's process; the other one's is ``second``. Two processes use two cores and share no
library state (geometry and font libraries are not safe between threads). The child is started while the inbox is read,
so that what it imports costs no time, and waits to be told which batch and month to work on. Where it cannot run, or
gives no sign for ``[run] patience_minutes``, the caller makes everything itself, so that any fault is met in the open.
"""

from __future__ import annotations

import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pandas as pd

from market_profile.refresh.handing import (
    GaveNoSign,
    end_child,
    hand_over,
    handed,
    start_child,
    tell,
    unnamed,
    wait_for_end,
)
from market_profile.refresh.plan import Plan
from market_profile.refresh.product import Product, Products
from market_profile.refresh.timing import Stopwatch
from market_profile.terms import Audience

if TYPE_CHECKING:
    from market_profile.refresh.measured import Measured

NO_SIGN = "second process ended: it gave no sign"
"""The stage that run.json and the journal name where a child was not waited for any longer."""


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
class Waiting:
    """A child that reads what it needs and waits to be told what to make; ``ends`` are this process's."""

    process: subprocess.Popen[bytes]
    ends: Ends

    def begin(self, plan: Plan, with_measures: bool) -> Running:
        """Have it make the partner edition of ``plan``, and the planner's measures first where they are wanted."""
        what = {"batch": plan.batch, "month": plan.month.text, "key": plan.key, "with_measures": with_measures}
        tell(self.ends.line, what)
        patience = plan.workspace.settings.run.patience_minutes * 60
        return Running(self.process, Products(plan.workspace.store), plan.key, self.ends, patience)

    def stop(self) -> None:
        """End the child."""
        end_child(self.process)
        self.ends.close()


@dataclass(frozen=True)
class Running:
    """A child at work on the product of ``key``; it is given up where it is silent for ``patience`` seconds."""

    process: subprocess.Popen[bytes]
    products: Products
    key: str
    ends: Ends
    patience: float = 3600

    def resolved(self, records: pd.DataFrame) -> None:
        """Tell the child who is who; where it is gone or the disk is full, neither waits and its part is made here."""
        try:
            hand_over(self.ends.line, self.ends.records, records)
        except OSError:
            self.ends.line.close()

    def measured(self, watch: Stopwatch) -> Measured | None:
        """Return what the child measured, waiting for it; None where it failed."""
        made: tuple[Measured, list[dict[str, Any]]] | None = None
        try:
            with watch.stage("wait for measures", None):
                made = handed(self.ends.line, self.ends.measures, self.patience)
        except GaveNoSign:
            self._give_up(watch)
        if made is None:
            return None
        watch.stages.extend(made[1])
        return made[0]

    def result(self, watch: Stopwatch) -> Product | None:
        """Wait for the child and return what it made, None where it failed."""
        try:
            with watch.stage("wait for partner edition", None):
                wait_for_end(self.ends.line, self.patience)
        except GaveNoSign:
            self._give_up(watch)
        if self.process.wait() != 0:
            return None
        return self.products.load(Audience.PARTNER.value, self.key)

    def _give_up(self, watch: Stopwatch) -> None:
        with watch.stage(NO_SIGN, None):
            self.stop()

    def stop(self) -> None:
        """End the child where it still runs."""
        end_child(self.process)
        self.ends.close()


def stand_by(folder: Path) -> Waiting:
    """Start a child for the workspace that waits to be told what to make; it writes nothing before."""
    ours, theirs = socket.socketpair()
    work = folder / "store" / "work"
    ends = Ends(ours, unnamed(work), unnamed(work))
    files = {"records": ends.records, "measures": ends.measures}
    return Waiting(start_child("market_profile.refresh.second", folder, theirs, files), ends)


@dataclass
class SecondProcess:
    """The second process of a refresh, where it has one."""

    folder: Path
    waiting: Waiting | None = None

    def stand_by(self) -> None:
        """Start it, where it is not there yet."""
        self.waiting = self.waiting or stand_by(self.folder)

    def begin(self, plan: Plan, with_measures: bool) -> Running:
        """Have it make the partner edition of ``plan``, and the planner's measures first where they are wanted."""
        waiting = self.waiting or stand_by(self.folder)
        self.waiting = waiting
        return waiting.begin(plan, with_measures)

    def stop(self) -> None:
        """End it where it still runs."""
        if self.waiting is not None:
            self.waiting.stop()
