"""The attacker: what the whole ledger says of each hidden count, by linear programmes over its atoms.

Every released cell bounds a sum of atoms: a rounded one to half a step either side, a hidden one to 0-7. The least and
the greatest value of a hidden cell under all of them are two linear programmes (scipy HiGHS). One solution bounds
every cell at once from inside, so cells that it shows to be wide need no programme of their own (optimisation-based
bound tightening); tables that share no atom are solved apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, vstack
from scipy.sparse.csgraph import connected_components

from market_profile.editions.cells import Atom, Cell, Leaves, Structure, Sum, parse_cell
from market_profile.editions.disclosure import Policy
from market_profile.editions.show import Entry

_DRAWS = 12
"""Directions tried before cells are solved one by one; the seed is fixed, so results are too."""

_SLACK = 1e-6


@dataclass(frozen=True)
class Inferred:
    """A hidden cell and the whole numbers that the attacker is left with (both ends included)."""

    cell: str
    low: int
    high: int


@dataclass(frozen=True)
class Attack:
    """What was inferred, how many hidden cells were attacked, and cells of editions that contradict each other."""

    inferred: tuple[Inferred, ...]
    hidden: int
    contradictory: tuple[str, ...] = ()


@dataclass(frozen=True)
class _System:
    """``low <= cells @ atoms <= high`` and ``order @ atoms <= 0``, atoms at least 0."""

    names: tuple[str, ...]
    cells: csr_matrix
    low: np.ndarray
    high: np.ndarray
    order: csr_matrix
    is_hidden: np.ndarray


def attack_ledger(entries: Iterable[Entry], policy: Policy, structure: Structure) -> Attack:
    """Return what every released sum, of every edition and geography, lets an attacker infer.

    A hidden count is inferred where it can be told from none and fewer than ``policy.least_values`` whole numbers are
    left for it. A cell that stands twice counts as it was released last.
    """
    latest = {entry.cell: entry for entry in entries}
    system = _system([latest[name] for name in sorted(latest)], policy, structure)
    found: list[Inferred] = []
    torn: list[str] = []
    for rows, columns, order in _components(system):
        if not system.is_hidden[rows].any():
            continue
        part = _part(system, rows, columns, order)
        bounds = _bounds(part, policy)
        if bounds is None:
            torn.extend(part.names)
            continue
        for name, low, high in bounds:
            if low >= 1 and high - low + 1 < policy.least_values:
                found.append(Inferred(name, low, high))
    return Attack(tuple(sorted(found, key=lambda one: one.cell)), int(system.is_hidden.sum()), tuple(sorted(torn)))


def bounds_of(value: int | None, policy: Policy) -> tuple[float, float]:
    """Return what a released number says of the true one: 0-7 where hidden, else half a step either side.

    Example:
        >>> bounds_of(None, Policy()), bounds_of(10, Policy()), bounds_of(15, Policy())
        ((0.0, 7.0), (8.0, 12.0), (13.0, 17.0))
    """
    if value is None:
        return 0.0, float(policy.hidden_up_to)
    half = policy.round_to / 2
    return max(policy.hidden_up_to + 1.0, float(np.ceil(value - half))), float(np.ceil(value + half) - 1)


def _system(entries: Sequence[Entry], policy: Policy, structure: Structure) -> _System:
    cells = [parse_cell(entry.cell) for entry in entries]
    leaves = Leaves(cells, structure)
    sums = [leaves.atoms(cell) for cell in cells]
    places: dict[Atom, int] = {}
    for atoms in sums:
        for atom in atoms:
            places.setdefault(atom, len(places))
    rows = np.repeat(np.arange(len(sums)), [len(atoms) for atoms in sums])
    columns = np.fromiter((places[atom] for atoms in sums for atom in atoms), dtype=np.int64)
    matrix = csr_matrix((np.ones(len(columns)), (rows, columns)), shape=(len(sums), len(places)))
    bounds = np.array([bounds_of(entry.value, policy) for entry in entries]).reshape(-1, 2)
    return _System(
        names=tuple(entry.cell for entry in entries),
        cells=matrix,
        low=bounds[:, 0],
        high=bounds[:, 1],
        order=_order(cells, leaves, places, structure),
        is_hidden=np.array([entry.value is None for entry in entries], dtype=bool),
    )


def _order(cells: Sequence[Cell], leaves: Leaves, places: dict[Atom, int], structure: Structure) -> csr_matrix:
    """Return rows ``part - whole <= 0`` and, where the parts cover it, ``whole - parts <= 0``, a month at a time."""
    rows: list[dict[int, float]] = []
    tied = [cell for cell in cells if structure.sum_of(cell.family) in {Sum.OVERLAP, Sum.NESTED}]
    top = [cell for cell in tied if any(leaves.is_whole(cell, place) for place in range(len(cell.labels)))]
    wholes = {atom: cell for cell in top for atom in leaves.atoms(cell)}
    parts: dict[tuple[str, str], set[int]] = {}
    for (path, month), place in places.items():
        if len(path) == 2:
            parts.setdefault((path[0], month), set()).add(place)
    for (path, month), cell in sorted(wholes.items(), key=lambda item: places[item[0]]):
        whole = places[(path, month)]
        others = sorted(parts[(path[0], month)] - {whole}) if len(path) == 2 and path[0] == cell.family else []
        rows.extend({part: 1.0, whole: -1.0} for part in others)
        if others and structure.sum_of(cell.family) is Sum.OVERLAP and len(others) > 1:
            rows.append({whole: 1.0, **dict.fromkeys(others, -1.0)})
    where = [(row, column, value) for row, content in enumerate(rows) for column, value in content.items()]
    at, columns, values = zip(*where, strict=True) if where else ((), (), ())
    return coo_matrix((values, (at, columns)), shape=(len(rows), len(places))).tocsr()


def _components(system: _System) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return the rows, columns and order rows of every part of the system that shares no atom with another."""
    stacked = vstack([system.cells, system.order]) if system.order.shape[0] else system.cells
    links = coo_matrix(stacked)
    rows, columns = stacked.shape
    graph = coo_matrix((np.ones(links.nnz), (links.row, rows + links.col)), shape=(rows + columns, rows + columns))
    count, labels = connected_components(graph, directed=False)
    split = system.cells.shape[0]
    sides = (labels[:split], labels[rows:], labels[split:rows])
    orders = [np.argsort(side, kind="stable") for side in sides]
    cuts = [np.searchsorted(side[order], np.arange(count + 1)) for side, order in zip(sides, orders, strict=True)]
    found = []
    for part in range(count):
        picked = [order[cut[part] : cut[part + 1]] for order, cut in zip(orders, cuts, strict=True)]
        if len(picked[0]):
            found.append((picked[0], picked[1], picked[2]))
    return found


def _part(system: _System, rows: np.ndarray, columns: np.ndarray, order: np.ndarray) -> _System:
    return _System(
        names=tuple(system.names[row] for row in rows),
        cells=system.cells[rows][:, columns],
        low=system.low[rows],
        high=system.high[rows],
        order=system.order[order][:, columns],
        is_hidden=system.is_hidden[rows],
    )


def _bounds(part: _System, policy: Policy) -> list[tuple[str, int, int]] | None:
    """Return the whole numbers left for each hidden cell, None where the releases contradict each other."""
    hidden = np.flatnonzero(part.is_hidden)
    if len(part.names) == 1:
        return [(part.names[0], 0, policy.hidden_up_to)]
    inner = _Inner(part, hidden)
    random = np.random.default_rng(20_180_401)
    for draw in range(_DRAWS):
        narrow = inner.narrow(policy.least_values)
        if not narrow.any():
            break
        signs = -np.ones(len(hidden)) if draw == 0 else random.choice([-1.0, 0.0, 1.0], len(hidden))
        if inner.towards(signs * narrow) is None:
            return None
    for place in np.flatnonzero(inner.narrow(policy.least_values)):
        if inner.narrow(policy.least_values)[place]:
            unit = (np.arange(len(hidden)) == place).astype("float64")
            inner.towards(unit)
            inner.towards(-unit)
    low, high = np.ceil(inner.low - _SLACK).astype(int), np.floor(inner.high + _SLACK).astype(int)
    return [(part.names[row], int(low[place]), int(high[place])) for place, row in enumerate(hidden)]


class _Inner:
    """Values that hidden cells are known to be able to take; every solution widens them."""

    def __init__(self, part: _System, hidden: np.ndarray) -> None:
        from scipy.optimize import LinearConstraint

        self._targets = part.cells[hidden]
        self._rules = [LinearConstraint(part.cells, part.low, part.high)]
        if part.order.shape[0]:
            self._rules.append(LinearConstraint(part.order, -np.inf, 0.0))
        self.low = np.full(len(hidden), np.inf)
        self.high = np.full(len(hidden), -np.inf)

    def towards(self, weights: np.ndarray) -> np.ndarray | None:
        """Push the hidden cells in the direction ``weights``; return what they reached, None where nothing fits."""
        from scipy.optimize import milp

        solved = milp(-(self._targets.T @ weights), constraints=self._rules)
        if solved.x is None:
            return None
        reached = np.asarray(self._targets @ solved.x)
        self.low, self.high = np.minimum(self.low, reached), np.maximum(self.high, reached)
        return reached

    def narrow(self, least_values: int) -> np.ndarray:
        """Tell which cells are not yet known to be possibly nought, nor to have enough whole numbers left."""
        whole = np.floor(self.high + _SLACK) - np.ceil(self.low - _SLACK) + 1
        return np.asarray((self.low >= 1 - _SLACK) & (whole < least_values))
