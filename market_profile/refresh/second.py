"""What the second process of a refresh does: a part of the inbox, the partner edition, and measures for the planner.

It makes the plan and reads the records from the store itself, and lays its product down in ``store/work`` under the
plan's key. The planner's analysis is the longer one, so its places come first; what else is measured for it comes as
soon as the first process says who is who, and partners' analysis goes on while it does not say so yet.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from market_profile.refresh.beside import Ends
from market_profile.refresh.handing import as_child, beat, hand_over, handed, is_there, told
from market_profile.refresh.memory import give_back
from market_profile.refresh.plan import Plan, make_plan, open_workspace, read_apart
from market_profile.refresh.product import Products
from market_profile.refresh.rooms import read_rooms
from market_profile.refresh.timing import Stopwatch
from market_profile.terms import Audience

if TYPE_CHECKING:
    from market_profile.geography import Geography
    from market_profile.refresh.case import Case
    from market_profile.refresh.making import Loaded
    from market_profile.refresh.measured import Measured

SOON_SECONDS = 1.0
"""Who is who is waited for so long before partners' analysis is begun: in a month upon another the planner's places and
who is who take much the same time. In a first month who is who takes much longer, and is not waited for."""

_MODELS = ("sklearn.linear_model", "statsmodels.genmod.generalized_linear_model")


def main(folder: Path, given: dict[str, Any]) -> int:
    """Do what the first process tells; return 1 where the plan is not the one that was asked for."""
    as_child(int(given["parent"]))
    ends = Ends(
        socket.socket(fileno=given["ends"]["line"]),
        os.fdopen(given["ends"]["records"], "rb"),
        os.fdopen(given["ends"]["made"], "wb"),
    )
    watch = Stopwatch(lambda name: beat(ends.line), lambda stage: beat(ends.line))
    watch.began("partner: start")
    what = told(ends.line)
    if what is None:
        return 0
    workspace = open_workspace(folder)
    if "read" in what:
        with watch.stage("partner: read inbox", None):
            hand_over(ends.line, ends.made, read_apart(workspace))
        give_back()
        with watch.stage("partner: read the rooms", None):
            read_rooms(_MODELS)
        what = told(ends.line)
    if what is None:
        return 0
    with watch.stage("partner: plan", None):
        plan = make_plan(workspace, int(what["batch"]), str(what["month"]), ())
    if plan.key != what["key"]:
        return 1
    _make(plan, ends, watch, bool(what["with_measures"]))
    return 0


@dataclass
class _ForPlanner:
    """The planner's measures; ``case`` is None once they are handed over, or where they are not wanted.

    Their stages are timed by ``stages``, apart from the partners': they are handed over with them.
    """

    plan: Plan
    ends: Ends
    stages: Stopwatch
    case: Case | None = None
    places: Geography | None = None

    def begin(self, loaded: Loaded) -> None:
        """Find the places, and measure the rest where who is who is known soon."""
        from market_profile.refresh.making import case_for
        from market_profile.refresh.measured import find_places

        with self.stages.stage("planner: case", None):
            self.case = case_for(self.plan, loaded, Audience.PLANNER)
        self.places = find_places(self.case, self.stages)
        self._finish(SOON_SECONDS if self.plan.parent else 0)

    def resolved(self, records: pd.DataFrame) -> None:
        """Measure where who is who is known by now; ``records`` are the partners' own and not looked at."""
        self._finish(0)

    def measured(self, watch: Stopwatch) -> Measured | None:
        """Measure for the planner; return None: what partners' analysis needs is made in its own turn."""
        self._finish(None)
        return None

    def _finish(self, seconds: float | None) -> None:
        """Measure and hand over, where the other process says who is who within so many seconds (None: any)."""
        from market_profile.refresh.making import drop_unasked
        from market_profile.refresh.measured import with_places

        if self.case is None or self.places is None:
            return
        with self.stages.stage("wait for who is who", None):
            is_known = is_there(self.ends.line, seconds)
            records = handed(self.ends.line, self.ends.records) if is_known else None
        if not is_known:
            return
        if not isinstance(records, pd.DataFrame):
            raise EOFError("the other process is gone")
        made = with_places(self.case, self.places, records, self.stages)
        hand_over(self.ends.line, self.ends.made, (made, self.stages.stages))
        drop_unasked(self.plan, self.case)
        self.case = self.places = None
        del made, records
        give_back()


def _make(plan: Plan, ends: Ends, watch: Stopwatch, with_measures: bool) -> None:
    """Measure for the planner and make the partner edition; whole tables are let go as soon as nothing needs them."""
    from market_profile.refresh.making import case_for, load_records, partner_of

    with watch.stage("partner: load records", None):
        loaded = load_records(plan)
    give_back()
    beside = _ForPlanner(plan, ends, Stopwatch(watch.on_stage, watch.on_end))
    if with_measures:
        beside.begin(loaded)
    with watch.stage("partner: case", None):
        case = case_for(plan, loaded, Audience.PARTNER)
        del loaded
        give_back()
    product = partner_of(plan, case, watch, beside)
    Products(plan.workspace.store).save(Audience.PARTNER.value, plan.key, product)
