"""Score pairs of units with Splink on an in-memory DuckDB: for estimating models, and as oracle of ``weigh``."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from market_profile.resolve.lists import Numbers
from market_profile.resolve.model import LinkModel

PAIR_DTYPES = {"left": "int64", "right": "int64", "weight": "float64"}
ROUNDING = 4
"""Decimals of a match weight: far below any meaning, far above the last bits of floating point."""

HOPELESS = -np.inf
"""Weight of a pair that no company can lift to a floor: it is not asked again while its two stay as they are."""


def connect() -> Any:
    """Return a DuckDB connection in memory that loads nothing from outside."""
    import duckdb

    return duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})


def empty_pairs() -> pd.DataFrame:
    """Return a pairs frame without rows: left, right (unit numbers, left < right), weight (bits)."""
    return pd.DataFrame({name: np.zeros(0, dtype=dtype) for name, dtype in PAIR_DTYPES.items()})


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
            _give(linker, api, pairs, {name: frequencies[name] for name in model.frequency_columns})
            predicted = linker.inference.predict(warning_mode="never").as_duckdbpyrelation()
            return _tidy(predicted.project(_wanted(model, with_parts)).df(), model, persons)
    finally:
        connection.close()


def _give(linker: Any, api: Any, pairs: pd.DataFrame, frequencies: Mapping[str, pd.Series[float]]) -> None:
    """Give a linker the pairs to weigh and the shares of persons by value."""
    for name, frequency in frequencies.items():
        table = frequency.rename(f"tf_{name}").rename_axis(name).reset_index()
        linker.table_management.register_term_frequency_lookup(api.register(as_arrow(table)), name)
    blocked = pd.DataFrame({"join_key_l": pairs["left"], "join_key_r": pairs["right"], "match_key": "0"})
    linker.table_management.register_blocked_pairs_for_predict(api.register(as_arrow(blocked)))


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
    return pd.Series(chance(np.asarray(weight, dtype=np.float64)), index=weight.index)


def chance(weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return match probabilities of weights in bits.

    Example:
        >>> chance(np.array([0.0, 2.0, 1e9])).round(3).tolist()
        [0.5, 0.8, 1.0]
    """
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(weight, -60, 60))))


@dataclass(frozen=True)
class SplinkScorer:
    """Weighs pairs of ``units`` with Splink (arguments as of ``score_pairs``), for ``link``."""

    units: pd.DataFrame
    model: LinkModel
    frequencies: Mapping[str, pd.Series[float]]
    persons: int

    def weigh(self, left: Numbers, right: Numbers) -> npt.NDArray[np.float64]:
        """Return the weight of each pair of unit numbers."""
        pairs = pd.DataFrame({"left": left, "right": right})
        scored = score_pairs(self.units, pairs, self.model, self.frequencies, self.persons)
        order = np.lexsort((right, left))
        weight = np.empty(len(left))
        weight[order] = scored["weight"].to_numpy()
        return weight

    def weigh_from(self, left: Numbers, right: Numbers, floor: float) -> npt.NDArray[np.float64]:
        """Return the weight of each pair of unit numbers, whatever the ``floor``."""
        return self.weigh(left, right)
