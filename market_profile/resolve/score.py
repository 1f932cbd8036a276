"""Score pairs of units with Splink on an in-memory DuckDB; candidate pairs come from blocking keys."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from market_profile.resolve.model import LinkModel

PAIR_DTYPES = {"left": "int64", "right": "int64", "weight": "float64"}
ROUNDING = 4
"""Decimals of a match weight: far below any meaning, far above the last bits of floating point."""


def connect() -> Any:
    """Return a DuckDB connection in memory that loads nothing from outside."""
    import duckdb

    return duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})


def empty_pairs() -> pd.DataFrame:
    """Return a pairs frame without rows: left, right (unit numbers, left < right), weight (bits)."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in PAIR_DTYPES.items()})


def candidate_pairs(keys: pd.DataFrame, largest_block: int, fresh: np.ndarray | None = None) -> pd.DataFrame:
    """Return the pairs of units that share a blocking key.

    Args:
        keys: columns ``unit`` (int64) and ``key`` (text, or a number that stands for it).
        largest_block: keys held by more units are left out; they name nobody (a hostel, a common first name).
        fresh: flags by unit number; only pairs with at least one fresh unit are made.

    Returns:
        Frame with ``left`` < ``right``, each pair once, in order.
    """
    if fresh is not None and not fresh.all():
        return _pairs_of_fresh(keys, largest_block, fresh)
    keys = keys.drop_duplicates()
    size = keys.groupby("key")["unit"].transform("size")
    keys = keys[(size > 1) & (size <= largest_block)]
    if keys.empty:
        return empty_pairs()[["left", "right"]]
    flags = np.ones(int(keys["unit"].max()) + 1, dtype=bool) if fresh is None else fresh
    blocks = pd.DataFrame(
        {
            "unit": keys["unit"].to_numpy(),
            "code": pd.factorize(keys["key"], sort=False)[0],
            "fresh": flags[keys["unit"].to_numpy()],
        }
    )
    connection = connect()
    try:
        connection.register("blocks", blocks)
        query = """
            SELECT DISTINCT a.unit AS "left", b.unit AS "right" FROM blocks a JOIN blocks b
            ON a.code = b.code AND a.unit < b.unit WHERE a.fresh OR b.fresh ORDER BY 1, 2"""
        found: pd.DataFrame = connection.execute(query).df().astype({"left": "int64", "right": "int64"})
        return found
    finally:
        connection.close()


def _pairs_of_fresh(keys: pd.DataFrame, largest_block: int, fresh: np.ndarray) -> pd.DataFrame:
    """Return the pairs with at least one fresh unit, without a join: each fresh unit meets its whole block."""
    unit, code = keys["unit"].to_numpy("int64"), pd.factorize(keys["key"], sort=False)[0].astype("int64")
    met = np.bincount(code, weights=fresh[unit]) > 0
    unit, code = unit[met[code]], code[met[code]]
    width = len(fresh)
    code, unit = np.divmod(np.unique(code * width + unit), width)
    starts, ends = np.searchsorted(code, code, side="left"), np.searchsorted(code, code, side="right")
    at = np.flatnonzero(fresh[unit] & (ends - starts <= largest_block))
    count = (ends - starts)[at]
    shift = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    one, other = np.repeat(unit[at], count), unit[np.repeat(starts[at], count) + shift]
    low, high = np.minimum(one, other), np.maximum(one, other)
    left, right = np.divmod(np.unique((low * width + high)[low != high]), width)
    return pd.DataFrame({"left": left, "right": right})


def score_pairs(
    units: pd.DataFrame,
    pairs: pd.DataFrame,
    model: LinkModel,
    frequencies: Mapping[str, pd.Series[float]],
    persons: int,
    with_parts: bool = False,
) -> pd.DataFrame:
    """Return ``pairs`` with their match ``weight`` in bits, by Splink with the fixed parameters of ``model``.

    Args:
        units: one row a unit with ``unit`` (int64) and the columns that the model compares (missing text ``""``).
        pairs: ``left``, ``right`` unit numbers.
        frequencies: per frequency column, share of persons by value.
        persons: distinct persons seen, for the prior.
        with_parts: add a column ``mw_<field>`` for each field; with ``prior`` they add up to ``weight``.
    """
    if pairs.empty:
        return empty_pairs()
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = connect()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            api = DuckDBAPI(connection)
            linker = Linker(
                api.register(as_arrow(units)),
                model.splink_settings(persons, with_parts),
                log_level=None,
                validate_settings=False,
            )
            for name in model.frequency_columns:
                table = frequencies[name].rename(f"tf_{name}").rename_axis(name).reset_index()
                linker.table_management.register_term_frequency_lookup(api.register(as_arrow(table)), name)
            blocked = pd.DataFrame({"join_key_l": pairs["left"], "join_key_r": pairs["right"], "match_key": "0"})
            linker.table_management.register_blocked_pairs_for_predict(api.register(as_arrow(blocked)))
            predicted = linker.inference.predict(warning_mode="never").as_duckdbpyrelation()
            return _tidy(predicted.project(_wanted(model, with_parts)).df(), model, persons)
    finally:
        connection.close()


def as_arrow(frame: pd.DataFrame) -> Any:
    """Return ``frame`` as an Arrow table, as DuckDB reads it quickest."""
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False)


def _wanted(model: LinkModel, with_parts: bool) -> str:
    columns = ['unit_l AS "left"', 'unit_r AS "right"', "match_weight AS weight"]
    if with_parts:
        columns += [_part_sql(field.name, any(level.frequency_of for level in field.levels)) for field in model.fields]
        columns += [f"gamma_{field.name}" for field in model.fields]
    return ", ".join(columns)


def _part_sql(name: str, has_frequency: bool) -> str:
    adjusted = f" + mw_tf_adj_{name}" if has_frequency else ""
    return f"mw_{name}{adjusted} AS mw_{name}"


def _tidy(found: pd.DataFrame, model: LinkModel, persons: int) -> pd.DataFrame:
    left, right = found["left"].to_numpy("int64"), found["right"].to_numpy("int64")
    found = found.assign(left=np.minimum(left, right), right=np.maximum(left, right))
    parts = [name for name in found.columns if name == "weight" or name.startswith("mw_")]
    found = found.astype(PAIR_DTYPES)
    found[parts] = found[parts].astype("float64").round(ROUNDING)
    if len(parts) > 1:
        prior = model.prior(persons)
        found["prior"] = round(float(np.log2(prior / (1 - prior))), ROUNDING)
        fields = [f"mw_{field.name}" for field in model.fields]
        found["weight"] = found[["prior", *fields]].sum(axis=1).round(ROUNDING)
    return found.sort_values(["left", "right"], kind="stable").reset_index(drop=True)


def probability(weight: pd.Series[float]) -> pd.Series[float]:
    """Return match probabilities of weights in bits."""
    return pd.Series(1.0 / (1.0 + np.exp2(-weight.clip(-60, 60).to_numpy())), index=weight.index)
