"""The model's conditions, written in SQL for Splink, worked out over whole columns of pairs as numbers.

A condition is parsed once; AND and OR look only at the pairs that are still open; distances between words are worked
out once for each two words. What is understood is what the shipped model says; anything else is refused.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from market_profile.errors import WrongUse
from market_profile.resolve.coded import TEXTS, Coded, Codes, Words
from market_profile.resolve.lists import Flags, Numbers
from market_profile.resolve.model import Field

Levels = npt.NDArray[np.int8]
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_PYTHON = (
    (r"::INT\b", ""),
    (r"<>", "!="),
    (r"(?<![<>!])=", "=="),
    (r"\bAND\b", "and"),
    (r"\bOR\b", "or"),
    (r"\bNOT\b", "not"),
)
"""SQL of the conditions to the Python expression of the same form."""
SCORERS = ("damerau_levenshtein", "jaro_winkler_similarity")
"""What tells how far two words are apart."""
_MANY = 1 << 20
"""What two lists may share, where only their marks are asked."""


@cache
def parsed(sql: str) -> ast.expr:
    """Return a condition as a syntax tree; ``WrongUse`` where it is not of the form that the model uses."""
    for old, new in _PYTHON:
        sql = re.sub(old, new, sql)
    try:
        return ast.parse(sql, mode="eval").body
    except SyntaxError as error:
        raise WrongUse("linkage model: a condition is not understood") from error


class Compared:
    """Pairs of units: which level of a field each stands at."""

    def __init__(self, units: Coded, left: Numbers, right: Numbers) -> None:
        self._units = units
        self._rows = {"l": left, "r": right}
        self._sides: dict[str, npt.NDArray[Any]] = {}
        self._shared: dict[str, npt.NDArray[np.int32]] = {}
        self._is_bound = False

    def levels(self, field: Field) -> Levels:
        """Return the place in ``field.levels`` of the first level that holds, for each pair."""
        count = len(self._rows["l"])
        told = [level.sql.strip().upper() == "ELSE" for level in field.levels]
        place = np.full(count, told.index(True) if any(told) else len(told) - 1, dtype=np.int8)
        at = np.arange(count)
        for number, level in enumerate(field.levels):
            if not told[number] and len(at):
                hit = self._holds(parsed(level.sql), at)
                place[at.take(np.flatnonzero(hit))] = number
                at = at.take(np.flatnonzero(~hit))
        return place

    def most(self, field: Field, at: Numbers) -> npt.NDArray[np.float64]:
        """Return an upper bound of the bits of ``field`` for the pairs ``at``: lists that may share values do.

        A level whose condition asks for no list is told for sure, and ends the search as in ``levels``.
        """
        top = max(level.weight for level in field.levels)
        if top <= 0 or any(_is_negated(level.sql) for level in field.levels):
            return np.full(len(at), max(top, 0.0))
        found, still = np.full(len(at), -np.inf), np.arange(len(at))
        self._is_bound = True
        for level in field.levels:
            if level.sql.strip().upper() == "ELSE":
                hit = still
            else:
                holds = self._holds(parsed(level.sql), at.take(still))
                hit = still.take(np.flatnonzero(holds))
                still = still if asks_for_lists(level.sql) else still.take(np.flatnonzero(~holds))
            found[hit] = np.maximum(found[hit], level.weight)
        self._is_bound = False
        found[np.isinf(found)] = top
        return found

    def _holds(self, node: ast.expr, at: Numbers) -> Flags:
        """Tell for which of the pairs ``at`` a condition holds."""
        if isinstance(node, ast.BoolOp):
            is_and = isinstance(node.op, ast.And)
            found = self._holds(node.values[0], at)
            for part in node.values[1:]:
                still = np.flatnonzero(found == is_and)
                found[still] = self._holds(part, at.take(still))
            return found
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ~self._holds(node.operand, at)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            compare = _COMPARE[type(node.ops[0])]
            other = self._value(node.comparators[0], at)
            if isinstance(node.left, ast.Call) and _called(node.left) in SCORERS and np.ndim(other) == 0:
                return np.asarray(compare(self._distances(node.left, at, float(other)), other), dtype=bool)
            return np.asarray(compare(self._value(node.left, at), other), dtype=bool)
        if isinstance(node, ast.Call):
            return np.asarray(self._call(node, at), dtype=bool)
        raise WrongUse("linkage model: a condition is not understood")

    def _value(self, node: ast.expr, at: Numbers) -> Any:
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and node.value:
                raise WrongUse("linkage model: a condition may compare with a blank text, not with another")
            return node.value or 0
        if isinstance(node, ast.Name):
            return _only(self._side(node.id), at)
        if isinstance(node, ast.BinOp):
            apply = operator.add if isinstance(node.op, ast.Add) else operator.sub
            return apply(*(np.asarray(self._value(part, at), np.int64) for part in (node.left, node.right)))
        if isinstance(node, ast.Call):
            return self._call(node, at)
        return self._holds(node, at)

    def _call(self, node: ast.Call, at: Numbers) -> Any:
        name = _called(node)
        if name == "len" and isinstance(node.args[0], ast.Call):
            return self._overlap(node.args[0], at)
        if name == "len":
            return self._sizes(_named(node.args[0]), at)
        if name == "list_has_any":
            return self._overlap(node, at) > 0
        if name == "list_contains":
            return self._contains(node, at)
        given = [self._value(part, at) for part in node.args]
        words = self._units.words
        if name == "length":
            return words.lengths()[given[0]]
        if name == "substr":
            return words.slices(given[0], given[1] - 1, given[1] - 1 + given[2])
        if name in SCORERS:
            return self.distances(words, name, given[0], given[1])
        if name in ("abs", "greatest"):
            return np.abs(given[0]) if name == "abs" else np.maximum(given[0], given[1])
        raise WrongUse("linkage model: a condition calls what is not known here")

    def _distances(self, node: ast.Call, at: Numbers, limit: float) -> npt.NDArray[np.float64]:
        """Return the distances of words that may lie at ``limit`` or on its far side, and bounds of the others."""
        left, right = (self._value(part, at) for part in node.args)
        name, letters = _called(node), self._units.words.letters()
        is_apart = name == "damerau_levenshtein"
        bound = letters.least_apart(left, right) if is_apart else letters.most_alike(left, right)
        open_pairs = np.flatnonzero(bound <= limit if is_apart else bound >= limit)
        bound[open_pairs] = self.distances(self._units.words, name, left[open_pairs], right[open_pairs])
        return bound

    @staticmethod
    def distances(words: Words, name: str, left: Codes, right: Codes) -> npt.NDArray[np.float64]:
        """Return DuckDB's ``damerau_levenshtein`` or ``jaro_winkler_similarity`` of words, as rapidfuzz knows them."""
        from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

        scorer = DamerauLevenshtein.distance if name == "damerau_levenshtein" else JaroWinkler.similarity
        return words.measure(name, left, right, scorer)

    def _side(self, name: str) -> npt.NDArray[Any]:
        """Return a column of one side (``surname_l``) for all pairs."""
        if name not in self._sides:
            column, side = name[:-2], name[-1]
            held = self._units.columns[column]
            value = held.take(self._rows[side])
            self._sides[name] = value if column in TEXTS else value.astype(np.int64)
        return self._sides[name]

    def _overlap(self, node: ast.Call, at: Numbers) -> npt.NDArray[np.int32]:
        """Return how many values the two lists share: worked out for all pairs where it is asked for most of them."""
        name = _named(node.args[0])[:-2]
        overlap, words = self._units.overlap(name)
        if words is not None:
            left, right = (_only(self._side(f"{self._units.by_word[name][0]}_{side}"), at) for side in "lr")
            return overlap.counts(left.astype(np.int64), right.astype(np.int64))
        if self._is_bound:
            left, right = (_only(self._rows[side], at) for side in "lr")
            return np.where(overlap.may_share(left, right), _MANY, 0).astype(np.int32)
        if name not in self._shared:
            self._shared[name] = overlap.counts(self._rows["l"], self._rows["r"])
        return _only(self._shared[name], at)

    def _contains(self, node: ast.Call, at: Numbers) -> Flags:
        whole, one = _named(node.args[0]), _named(node.args[1])
        overlap, _ = self._units.overlap(whole[:-2])
        value = _only(self._side(one), at).astype(np.int64)
        holds = overlap.may_contain if self._is_bound else overlap.contains
        held = holds(_only(self._rows[whole[-1]], at), value)
        return np.asarray(held & (value > 0))

    def _sizes(self, name: str, at: Numbers) -> Numbers:
        return np.asarray(self._units.lists[name[:-2]].sizes[_only(self._rows[name[-1]], at)], dtype=np.int64)


def asks_for_lists(sql: str) -> bool:
    """Tell whether a condition asks what two lists share, or whether a list holds a word."""
    return "list_" in sql


def _is_negated(sql: str) -> bool:
    return re.search(r"\bNOT\b", sql) is not None


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _only(column: npt.NDArray[Any], at: Numbers) -> npt.NDArray[Any]:
    """Return the rows ``at`` (each once, in order) of a column."""
    return column if len(at) == len(column) else column.take(at)


def _named(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    raise WrongUse("linkage model: a condition compares lists that are no columns")
