"""The same weights as ``score``, straight from the model's SQL: for the pairs of a month and for profiles.

Splink prepares every prediction for a fixed third of a second and carries whole records through its tables: little
beside the first link of everything, most of the cost of a month. Here each field is one CASE over the pairs in
DuckDB, and its weight is looked up. A test holds both to the same weights, pair by pair.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.model import Field, LinkModel
from market_profile.resolve.score import ROUNDING, as_arrow, connect, empty_pairs

_SIDED = re.compile(r"\b([a-z][a-z_]*)_([lr])\b")
_FEW_PAIRS = 20_000
"""Pairs up to which a second thread costs more than it gains."""
Numbers = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Told:
    """Per field: the level of each pair (place in ``field.levels``), and the row of each side among ``units``."""

    levels: dict[str, Numbers]
    units: pd.DataFrame
    left: Numbers
    right: Numbers


def weigh_pairs(
    units: pd.DataFrame,
    pairs: pd.DataFrame,
    model: LinkModel,
    frequencies: Mapping[str, pd.Series[float]],
    persons: int,
    with_parts: bool = False,
) -> pd.DataFrame:
    """Return ``pairs`` with their match ``weight`` in bits (arguments and columns as of ``score.score_pairs``)."""
    if pairs.empty:
        return empty_pairs()
    found = pairs[["left", "right"]].astype("int64").sort_values(["left", "right"], kind="stable", ignore_index=True)
    told = _told(units, found, model)
    prior = model.prior(persons)
    start = float(np.log2(prior / (1 - prior)))
    parts = {field.name: _weights(field, told, frequencies) for field in model.fields}
    if not with_parts:
        return found.assign(weight=np.round(np.sum([*parts.values()], axis=0) + start, ROUNDING))
    rounded = {f"mw_{name}": np.round(part, ROUNDING) for name, part in parts.items()}
    start = round(start, ROUNDING)
    weight = np.round(np.sum([*rounded.values()], axis=0) + start, ROUNDING)
    gammas = {f"gamma_{field.name}": _gammas(field)[told.levels[field.name]] for field in model.fields}
    return found.assign(weight=weight, **rounded, **gammas, prior=start)


def _told(units: pd.DataFrame, pairs: pd.DataFrame, model: LinkModel) -> _Told:
    rows = np.union1d(pairs["left"].to_numpy(), pairs["right"].to_numpy())
    sql = " ".join(level.sql for field in model.fields for level in field.levels)
    columns = sorted({match[1] for match in _SIDED.finditer(sql)} | set(model.frequency_columns))
    used = units.iloc[rows][columns].reset_index(drop=True)
    left, right = (np.searchsorted(rows, pairs[side].to_numpy()).astype(np.int64) for side in ("left", "right"))
    cases = ", ".join(f'{_case(field)} AS "{field.name}"' for field in model.fields)
    connection = _database(len(pairs) <= _FEW_PAIRS).cursor()
    try:
        connection.register("units", as_arrow(used.assign(row_at=np.arange(len(used)))))
        connection.register("pairs", as_arrow(pd.DataFrame({"n": np.arange(len(left)), "a": left, "b": right})))
        tables = "pairs p JOIN units l ON l.row_at = p.a JOIN units r ON r.row_at = p.b"
        # chosen_model lets no condition through but the shipped ones
        found = connection.execute(f"SELECT {cases} FROM {tables} ORDER BY p.n").fetchnumpy()  # nosec B608
    finally:
        connection.close()
    levels = {field.name: np.asarray(found[field.name], dtype=np.int64) for field in model.fields}
    return _Told(levels, used, left, right)


@cache
def _database(is_small: bool) -> Any:
    """Return the process's database for small or large tasks: making one costs as much as weighing a month's pairs."""
    connection = connect()
    if is_small:
        connection.execute("SET threads = 1")
    return connection


def _case(field: Field) -> str:
    """Return the field as SQL: the place of the first level that holds."""
    whens, rest = [], len(field.levels) - 1
    for place, level in enumerate(field.levels):
        if level.sql.strip().upper() == "ELSE":
            rest = place
        else:
            condition = _SIDED.sub(r"\2.\1", level.sql)
            whens.append(f"WHEN {condition} THEN {place}")
    return f"CASE {' '.join(whens)} ELSE {rest} END"


def _weights(field: Field, told: _Told, frequencies: Mapping[str, pd.Series[float]]) -> Weights:
    """Return the bits of each pair: of its level, with u replaced by how common the value is where the level says."""
    place = told.levels[field.name]
    bits = np.array([level.weight for level in field.levels])[place]
    for number, level in enumerate(field.levels):
        if level.frequency_of and level.u:
            share = told.units[level.frequency_of].map(frequencies[level.frequency_of]).to_numpy("float64")
            common = np.fmax(share[told.left], share[told.right])
            adjust = np.where(np.isnan(common), 0.0, np.log2(level.u / np.where(np.isnan(common), 1.0, common)))
            bits = bits + np.where(place == number, adjust, 0.0)
    return np.asarray(bits, dtype=np.float64)


def _gammas(field: Field) -> Numbers:
    """Return Splink's comparison value of each level: -1 where not known, else rising with the list read upwards."""
    known = [not level.is_unknown for level in field.levels]
    left = np.cumsum(known[::-1])[::-1]
    return np.where(known, left - 1, -1).astype(np.int64)
