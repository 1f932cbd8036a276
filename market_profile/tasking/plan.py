"""The plan of attempts: who is tried in which week by which team, as a mixed-integer programme (HiGHS through SciPy).

Most expected purchases, each further attempt on one target worth less, weighted by how far the post is likely to be
filled again in that week (the market's replacement clock). A market is tried in one phase of consecutive weeks; phases
of markets follow back to back, so that teams never wait; a share of the attempts is kept for exploration.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from market_profile.tasking.candidates import KEY
from market_profile.tasking.model import Inputs, Plan

MOST_TARGETS = 60
"""Targets that the programme looks at, best first; the plan never needs more than some forty attempts a month."""

MOST_ATTEMPTS = 3
"""Attempts on one target in a plan; more of the same teaches little and shows the officer too often."""

FIRST_IN_AREA = 0.05
"""What a first attempt in an area is worth beside its chance: places are covered before they are doubled."""

TIE = 1e-6
"""Equals go to the better rank: so small that it decides nothing else."""

DIGITS = 9
"""What an attempt is worth is rounded to so many: the last bit of a chance, which another order of adding up moves,
must not choose among plans that are as good as each other."""

MORE_TEAMS = 2
"""The plan says what up to so many further teams would add."""

ATTEMPT_COLUMNS = [
    "week", "starts_on", "ends_on", "team", "shift", *KEY, "market_id", "area_code", "hours", "reach",
    "success_probability", "expected",
]  # fmt: skip


@dataclass(frozen=True)
class _Task:
    """The programme's numbers: chance (targets, weeks, attempt number), allowed (targets, weeks), groups of rows."""

    worth: np.ndarray
    allowed: np.ndarray
    market: np.ndarray
    area: np.ndarray
    explore: np.ndarray
    gap_weeks: int
    phase_weeks: int
    share: float


def make_plan(targets: pd.DataFrame, inputs: Inputs) -> Plan | None:
    """Return the plan over the next weeks from the ranked ``targets``; None without capacity or targets.

    ``targets``: the board with suggested_from and suggested_to as the windows of the replacement clock.
    """
    settings = inputs.settings
    capacity = settings.teams * settings.shifts_per_team_week
    rows = targets[targets["rank"].notna()].sort_values("rank", kind="stable").head(MOST_TARGETS)
    if not capacity or rows.empty:
        return None
    rows = rows.reset_index(drop=True)
    task = _task(rows, inputs)
    chosen = _solve(task, capacity)
    attempts = _attempts(rows, task, chosen, inputs)
    return Plan(attempts, _teams(rows, task, chosen, inputs), settings.plan_weeks, capacity)


def dated(targets: pd.DataFrame, plan: Plan | None) -> pd.DataFrame:
    """Return ``targets`` with the first and last day, hours and weeks of the plan; the others keep their window."""
    if plan is None or plan.attempts.empty:
        return targets.assign(planned_weeks="")
    grouped = plan.attempts.groupby(KEY, sort=True)
    frame = grouped.agg(first=("starts_on", "min"), last=("ends_on", "max"))
    frame["weeks"] = grouped["week"].agg(lambda weeks: "|".join(str(week) for week in sorted(set(weeks))))
    found = frame.reindex(pd.MultiIndex.from_frame(targets[KEY])).set_index(targets.index)
    has = found["first"].notna()
    return targets.assign(
        suggested_from=targets["suggested_from"].where(~has, found["first"]),
        suggested_to=targets["suggested_to"].where(~has, found["last"]),
        planned_weeks=found["weeks"].astype("object").fillna("").astype("str"),
    )


def _task(rows: pd.DataFrame, inputs: Inputs) -> _Task:
    settings = inputs.settings
    weeks = settings.plan_weeks
    starts = inputs.month.end + pd.to_timedelta(np.arange(weeks) * 7, unit="D")
    ends = starts + pd.Timedelta(days=6)
    opens = pd.to_datetime(rows["suggested_from"]).to_numpy()[:, None]
    closes = pd.to_datetime(rows["suggested_to"]).to_numpy()[:, None]
    allowed = (ends.to_numpy()[None, :] >= opens) & (starts.to_numpy()[None, :] <= closes)
    blocked = pd.to_datetime(rows["blocked_until"]).to_numpy()[:, None]
    allowed &= ~(starts.to_numpy()[None, :] <= blocked)
    chance = rows["success_probability"].to_numpy(dtype=float)
    filled = _refilled(rows, starts, inputs)
    each = np.power(1 - chance[:, None], np.arange(MOST_ATTEMPTS)[None, :])
    worth = (chance[:, None, None] * filled[:, :, None] * each[:, None, :]).round(DIGITS)
    own = rows["target_kind"] + ":" + rows["target_id"]
    market = pd.factorize(rows["market_id"].where(rows["market_id"] != "", own))[0]
    area = pd.factorize(rows["area_code"].where(rows["area_code"] != "", own))[0]
    gap = math.ceil(settings.minimum_gap_days / 7)
    explore = (rows["reach"] == "explore").to_numpy()
    return _Task(worth, allowed, market, area, explore, gap, settings.phase_weeks, settings.exploration_share)


def _refilled(rows: pd.DataFrame, starts: pd.DatetimeIndex, inputs: Inputs) -> np.ndarray:
    """Return how far the post is filled again in each week, against fully: 1 - Kaplan-Meier at the days since arrest.

    Targets without a recent arrest in their market stand at 1 in every week.
    """
    curve = inputs.network.replacement.curve
    arrested = pd.to_datetime(rows["last_arrest_on"]).to_numpy()
    days = (starts.to_numpy()[None, :] + np.timedelta64(3, "D") - arrested[:, None]) / np.timedelta64(1, "D")
    if curve.empty:
        return np.ones(days.shape)
    place = np.searchsorted(curve["days"].to_numpy(), np.nan_to_num(days, nan=1e9), side="right") - 1
    share = 1 - curve["share"].to_numpy()[np.clip(place, 0, None)]
    full = max(float(1 - curve["share"].min()), 1e-9)
    return np.where(np.isnan(days), 1.0, np.clip(share / full, 0.05, 1.0))


@dataclass(frozen=True)
class _Variables:
    """Places in the vector of variables: x (target, week, attempt), s (market, week its phase starts), c (area)."""

    x: np.ndarray
    s: np.ndarray
    c: np.ndarray

    @property
    def total(self) -> int:
        """Number of variables."""
        return self.x.size + self.s.size + self.c.size


class _Rules:
    """Rows of the programme, each at most a bound."""

    def __init__(self) -> None:
        self._entries: list[tuple[np.ndarray, np.ndarray]] = []
        self.bounds: list[float] = []

    def at_most(self, columns: np.ndarray, values: np.ndarray, limit: float) -> None:
        """Add: the sum of ``values`` times the variables in ``columns`` is at most ``limit``."""
        self._entries.append((columns.ravel(), np.broadcast_to(values, columns.shape).ravel()))
        self.bounds.append(limit)

    def matrix(self, width: int) -> Any:
        """Return the rows as a sparse matrix."""
        from scipy.sparse import csr_matrix

        rows = np.repeat(np.arange(len(self._entries)), [len(columns) for columns, _ in self._entries])
        columns = np.concatenate([columns for columns, _ in self._entries])
        values = np.concatenate([values for _, values in self._entries])
        return csr_matrix((values, (rows, columns)), shape=(len(self._entries), width))


def _variables(task: _Task) -> _Variables:
    size, weeks, most = task.worth.shape
    markets, areas = int(task.market.max()) + 1, int(task.area.max()) + 1
    n_x, n_s = size * weeks * most, markets * weeks
    x = np.arange(n_x).reshape(size, weeks, most)
    return _Variables(x, n_x + np.arange(n_s).reshape(markets, weeks), n_x + n_s + np.arange(areas))


def _rules(task: _Task, at: _Variables, capacity: int) -> _Rules:
    """Return the rules: capacity, gaps and phases of each target, one phase a market, areas covered, exploration."""
    rules, one = _Rules(), np.array(1.0)
    size, weeks, most = task.worth.shape
    for week in range(weeks):
        rules.at_most(at.x[:, week, :], one, capacity)
    for target in range(size):
        _rules_of_target(rules, task, at, target)
    for phase in at.s:
        rules.at_most(phase, one, 1)
    for area, covered in enumerate(at.c):
        inside = at.x[task.area == area]
        rules.at_most(np.concatenate([[covered], inside.ravel()]), np.r_[1.0, -np.ones(inside.size)], 0)
    if task.explore.any() and task.share > 0:
        kept = np.where(task.explore[:, None, None], task.share - 1, task.share)
        possible = min(int(task.allowed[task.explore].sum()), int(task.explore.sum()) * most)
        if possible >= math.ceil(task.share * capacity * weeks):
            rules.at_most(at.x, np.broadcast_to(kept, at.x.shape), 0)
    return rules


def _rules_of_target(rules: _Rules, task: _Task, at: _Variables, target: int) -> None:
    _, weeks, most = task.worth.shape
    mine, one = at.x[target], np.array(1.0)
    for number in range(most):
        rules.at_most(mine[:, number], one, 1)
        if number:
            columns = np.concatenate([mine[:, number], mine[:, number - 1]])
            rules.at_most(columns, np.repeat([1.0, -1.0], weeks), 0)
    for week in range(weeks):
        rules.at_most(mine[week : week + max(task.gap_weeks, 1), :], one, 1)
        first = max(0, week - task.phase_weeks + 1)
        columns = np.concatenate([mine[week, :], at.s[task.market[target], first : week + 1]])
        rules.at_most(columns, np.repeat([1.0, -1.0], [most, week + 1 - first]), 0)


def _solve(task: _Task, capacity: int) -> np.ndarray:
    """Return the attempts (targets, weeks) of the best plan for ``capacity`` attempts a week."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    size, weeks, _ = task.worth.shape
    at = _variables(task)
    rules = _rules(task, at, capacity)
    gain, upper = np.zeros(at.total), np.ones(at.total)
    gain[at.x] = task.worth - TIE * np.arange(size)[:, None, None]
    gain[at.c] = FIRST_IN_AREA
    upper[at.x[~task.allowed]] = 0
    done = milp(
        -gain,
        constraints=LinearConstraint(rules.matrix(at.total), -np.inf, np.array(rules.bounds)),
        integrality=np.r_[np.ones(at.x.size + at.s.size), np.zeros(at.c.size)],
        bounds=Bounds(0, upper),
        options={"mip_rel_gap": 0.002, "node_limit": 2000},
    )
    if done.x is None:
        return np.zeros((size, weeks), dtype=int)
    found: np.ndarray = np.round(done.x[: at.x.size]).astype(int).reshape(at.x.shape).sum(axis=2)
    return found


def _attempts(rows: pd.DataFrame, task: _Task, chosen: np.ndarray, inputs: Inputs) -> pd.DataFrame:
    """Return the attempts in order of week, team and shift; a week's targets are dealt to teams by market."""
    target, week = np.nonzero(chosen)
    before = np.cumsum(chosen, axis=1) - chosen
    frame = rows.iloc[target].reset_index(drop=True)
    start = inputs.month.end + pd.to_timedelta(week * 7, unit="D")
    frame = frame.assign(
        week=week + 1,
        starts_on=pd.Series(start).dt.strftime("%Y-%m-%d"),
        ends_on=pd.Series(start + pd.Timedelta(days=6)).dt.strftime("%Y-%m-%d"),
        expected=task.worth[target, week, np.minimum(before[target, week], MOST_ATTEMPTS - 1)].round(6),
        hours=frame["suggested_hours"],
    )
    frame = frame.sort_values(["week", "area_code", "market_id", "rank"], kind="stable").reset_index(drop=True)
    place = frame.groupby("week").cumcount()
    shifts = inputs.settings.shifts_per_team_week
    frame["team"], frame["shift"] = place // shifts + 1, place % shifts + 1
    return frame[ATTEMPT_COLUMNS]


def _teams(rows: pd.DataFrame, task: _Task, chosen: np.ndarray, inputs: Inputs) -> pd.DataFrame:
    """Return what one team to some more than there are would bring, in the columns of ``Plan.teams``."""
    settings = inputs.settings
    found = []
    before = 0.0
    for teams in range(1, settings.teams + MORE_TEAMS + 1):
        is_now = teams == settings.teams
        plan = chosen if is_now else _solve(task, teams * settings.shifts_per_team_week)
        expected = _expected(task, plan)
        reached = plan.sum(axis=1) > 0
        bought = 1 - np.power(1 - rows["success_probability"].to_numpy(), plan.sum(axis=1))
        found.append(
            {
                "teams": teams,
                "attempts": int(plan.sum()),
                "expected": round(expected, 4),
                "added": round(expected - before, 4),
                "markets": len(np.unique(task.market[reached])),
                "effect": round(float((bought * rows["customers"].to_numpy()).sum()), 2),
            }
        )
        before = expected
    return pd.DataFrame(found)


def _expected(task: _Task, plan: np.ndarray) -> float:
    done = np.minimum(np.cumsum(plan, axis=1) - plan, MOST_ATTEMPTS - 1)
    first, second = np.indices(plan.shape)
    return float((plan * task.worth[first, second, done]).sum())
