"""The second process of a large refresh as the first one sees it, and what the two hand to each other.

The other side is ``second``. Two processes use two cores and share no library state (geometry and font libraries are
not safe between threads). The child reads a part of the new files, makes the partner edition, and measures for the
planner's what needs no network. It is started before this process reads its own libraries where the refresh looks
large (``looks_large``), else once the inbox says that it is; this module imports none of them. Where the child fails,
or gives no sign for ``[run] patience_minutes``, its part is made here, so that any fault is met in the open.
"""

from __future__ import annotations

import json
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

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
from market_profile.terms import Audience

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from market_profile.refresh.measured import Measured
    from market_profile.refresh.plan import Plan
    from market_profile.refresh.product import Product
    from market_profile.refresh.timing import Stopwatch
    from market_profile.sources import Taken

BYTES_A_ROW = 600
"""A file holds about a row for so many bytes."""
NO_SIGN = "second process ended: it gave no sign"
"""The stage that run.json and the journal name where a child was not waited for any longer."""
_LARGE_ROWS = 30_000


def looks_large(folder: Path) -> bool:
    """Guess from names and sizes alone whether a refresh has new files and many rows; False where it cannot tell.

    A file is new that came into the inbox after the last batch was taken in.
    """
    try:
        markers = list((folder / "store" / "batches").glob("*.json"))
        rows = sum(sum(json.loads(path.read_bytes())["accepted"].values()) for path in markers)
        last = max((path.stat().st_ctime for path in markers), default=0.0)
        states = [path.stat() for path in (folder / "inbox").rglob("*") if path.is_file() and not path.is_symlink()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    fresh = [state.st_size for state in states if state.st_ctime > last]
    return bool(fresh) and rows + sum(fresh) / BYTES_A_ROW > _LARGE_ROWS


@dataclass(frozen=True)
class Ends:
    """One process's ends: the socket that says what is ready, who is who (to the child), what it made (from it)."""

    line: socket.socket
    records: IO[bytes]
    made: IO[bytes]

    def close(self) -> None:
        """Close every end: whoever waits at the other one reads an end of file."""
        for end in (self.line, self.records, self.made):
            end.close()


@dataclass(frozen=True)
class Child:
    """A child that waits to be told what to do, and this process's ends."""

    process: subprocess.Popen[bytes]
    ends: Ends

    def stop(self) -> None:
        """End the child where it still runs."""
        end_child(self.process)
        self.ends.close()


@dataclass(frozen=True)
class Running:
    """A child at work on the product of a plan; it is given up where it is silent for ``patience`` seconds."""

    child: Child
    plan: Plan
    patience: float = 3600

    def resolved(self, records: pd.DataFrame) -> None:
        """Tell the child who is who; where it is gone or the disk is full, neither waits and its part is made here."""
        ends = self.child.ends
        try:
            hand_over(ends.line, ends.records, records)
        except OSError:
            ends.line.close()

    def measured(self, watch: Stopwatch) -> Measured | None:
        """Return what the child measured, waiting for it; None where it failed."""
        made: tuple[Measured, list[dict[str, Any]]] | None = None
        try:
            with watch.stage("wait for measures", None):
                made = handed(self.child.ends.line, self.child.ends.made, self.patience)
        except GaveNoSign:
            self._give_up(watch)
        if made is None:
            return None
        watch.stages.extend(made[1])
        return made[0]

    def result(self, watch: Stopwatch) -> Product | None:
        """Wait for the child and return what it made, None where it failed."""
        from market_profile.refresh.product import Products

        try:
            with watch.stage("wait for partner edition", None):
                wait_for_end(self.child.ends.line, self.patience)
        except GaveNoSign:
            self._give_up(watch)
        if self.child.process.wait() != 0:
            return None
        return Products(self.plan.workspace.store).load(Audience.PARTNER.value, self.plan.key)

    def ends_within(self, seconds: float, watch: Stopwatch) -> bool:
        """Tell whether the child is through, or gone, within so many seconds."""
        with watch.stage("wait a little for partner edition", None), suppress(subprocess.TimeoutExpired):
            self.child.process.wait(seconds)
        return self.child.process.returncode is not None

    def _give_up(self, watch: Stopwatch) -> None:
        with watch.stage(NO_SIGN, None):
            self.child.stop()


class SecondProcess:
    """The second process of a refresh, where it has one; it writes nothing before it is told what to make."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.child: Child | None = None

    def expect(self) -> None:
        """Start it where the refresh looks large; what hinders that is met where it is wanted."""
        if looks_large(self._folder):
            with suppress(OSError):
                self.stand_by()

    def stand_by(self) -> Child:
        """Start it, where it is not there yet."""
        if self.child is None:
            ours, theirs = socket.socketpair()
            work = self._folder / "store" / "work"
            ends = Ends(ours, unnamed(work), unnamed(work))
            files = {"records": ends.records, "made": ends.made}
            self.child = Child(start_child(self._folder, theirs, files), ends)
        return self.child

    def read_apart(self) -> None:
        """Have it read the new files of some kinds, and wait for its plan then."""
        tell(self.stand_by().ends.line, {"read": True})

    def taken(self, patience: float) -> Mapping[str, Taken] | None:
        """Return what it read, waiting for it; None where it failed, and it is ended then."""
        child = self.stand_by()
        rows: Mapping[str, Taken] | None = None
        with suppress(GaveNoSign):
            rows = handed(child.ends.line, child.ends.made, patience)
        if rows is None:
            self.stop()
        return rows

    def begin(self, plan: Plan, with_measures: bool) -> Running:
        """Have it make the partner edition of ``plan``, and the planner's measures first where they are wanted."""
        child = self.stand_by()
        what = {"batch": plan.batch, "month": plan.month.text, "key": plan.key, "with_measures": with_measures}
        tell(child.ends.line, what)
        return Running(child, plan, plan.workspace.settings.run.patience_minutes * 60)

    def stop(self) -> None:
        """End it where it still runs; it is started anew where it is wanted after all."""
        if self.child is not None:
            self.child.stop()
        self.child = None
