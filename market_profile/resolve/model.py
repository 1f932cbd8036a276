"""The frozen linkage model: what is compared, at which levels, and how strong each level is.

The shipped model stands in ``model.json`` with a reason beside each field. Nothing is trained at refresh, so that a
small month cannot bend it; ``estimate.reestimate`` makes another model from a force's own data.
Method: Fellegi and Sunter (1969), with weights in bits: log2(m / u).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from market_profile.errors import WrongUse


@dataclass(frozen=True)
class Level:
    """One level of a field: its condition in DuckDB SQL over ``<column>_l`` and ``<column>_r``, and its m and u.

    ``m`` is the share of pairs of one person at this level, ``u`` that of pairs of two persons. A level without m and
    u is *no evidence* (weight 0). ``frequency_of`` names the column whose value frequency replaces u.
    """

    label: str
    sql: str
    m: float | None = None
    u: float | None = None
    frequency_of: str | None = None

    @property
    def is_unknown(self) -> bool:
        """Tell whether the level means that one side does not say."""
        return self.label == "not known"

    @property
    def weight(self) -> float:
        """Match weight in bits before any frequency adjustment."""
        return 0.0 if self.m is None or self.u is None else math.log2(self.m / self.u)


@dataclass(frozen=True)
class Field:
    """One comparison: its levels are tried in order and the first that holds counts."""

    name: str
    why: str
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class LinkModel:
    """All fields, the prior and the cuts of the clustering.

    ``prior_persons``: the prior chance that two random units are one person is 1 / (prior_persons + persons / 8),
    where persons is the number of distinct names seen: a fixed rule instead of a trained value. (An eighth, for few
    people fill most records, so that two random mentions are one person far more often than one in all names.)
    ``edge_weight`` (bits): pairs at or above it tie units into components; ``cut_weight``: two clusters are joined
    while the mean weight between them is at least this; ``profile_cut_weight``: the same for profiles; ``cap``:
    weights above it are clipped before averaging.
    """

    version: str
    fields: tuple[Field, ...]
    prior_persons: float = 1000.0
    edge_weight: float = 0.0
    cut_weight: float = 3.0
    profile_cut_weight: float = 1.0
    cap: float = 16.0

    def prior(self, persons: int) -> float:
        """Return the prior probability that two random units are one person."""
        return 1.0 / (self.prior_persons + persons / 8.0)

    @property
    def frequency_columns(self) -> tuple[str, ...]:
        """Columns whose value frequencies adjust a level."""
        names = {level.frequency_of for field in self.fields for level in field.levels if level.frequency_of}
        return tuple(sorted(names))

    def splink_settings(self, persons: int, with_parts: bool) -> dict[str, Any]:
        """Return the model as Splink settings; ``with_parts`` keeps the contribution of each field."""
        return {
            "link_type": "dedupe_only",
            "unique_id_column_name": "unit",
            "probability_two_random_records_match": self.prior(persons),
            "blocking_rules_to_generate_predictions": ["l.unit = r.unit"],  # never used: pairs are registered
            "comparisons": [_splink_comparison(field) for field in self.fields],
            "retain_matching_columns": with_parts,
            "retain_intermediate_calculation_columns": with_parts,
        }

    def with_parameters(self, values: dict[tuple[str, str], tuple[float, float]], version: str) -> LinkModel:
        """Return the model with (m, u) of some (field, level label) replaced."""
        fields = []
        for field in self.fields:
            levels = []
            for level in field.levels:
                m, u = values.get((field.name, level.label), (level.m, level.u))
                levels.append(replace(level, m=m, u=u))
            fields.append(replace(field, levels=tuple(levels)))
        return replace(self, fields=tuple(fields), version=version)


def _splink_comparison(field: Field) -> dict[str, Any]:
    levels: list[dict[str, Any]] = []
    for level in field.levels:
        entry: dict[str, Any] = {"sql_condition": level.sql, "label_for_charts": level.label}
        if level.is_unknown:
            entry |= {"is_null_level": True}
        elif level.m is None or level.u is None:
            entry |= {"m_probability": 0.5, "u_probability": 0.5}
        else:
            entry |= {"m_probability": level.m, "u_probability": level.u}
        if level.frequency_of:
            entry |= {"tf_adjustment_column": level.frequency_of, "tf_adjustment_weight": 1.0}
        levels.append(entry)
    return {"output_column_name": field.name, "comparison_levels": levels}


def model_text(model: LinkModel, about: str) -> str:
    """Return the model as JSON that ``parse_model`` reads back; ``about`` says where it comes from."""
    fields = []
    for field in model.fields:
        levels = [{name: value for name, value in vars(level).items() if value is not None} for level in field.levels]
        fields.append({"name": field.name, "why": field.why, "levels": levels})
    numbers = {name: getattr(model, name) for name in _NUMBERS}
    return json.dumps({"version": model.version, "about": about, **numbers, "fields": fields}, indent=1) + "\n"


_NUMBERS = ("prior_persons", "edge_weight", "cut_weight", "profile_cut_weight", "cap")
_LARGEST = 1e12
_LONGEST_VERSION = 100


def chosen_model(text: str) -> LinkModel:
    """Return the model in ``text``, the shipped one where it is blank; WrongUse where it is no model.

    The levels' conditions are the shipped ones, whatever the file says: it may change weights, never what is run.
    """
    shipped = shipped_model()
    if not text:
        return shipped
    try:
        own = parse_model(text)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise WrongUse("the file that resolve.model names is no linkage model; run market-profile estimate") from None
    if _shape(own) != _shape(shipped):
        raise WrongUse("the linkage model was made by another version; run market-profile estimate again")
    return own


def parse_model(text: str) -> LinkModel:
    """Return the model in ``text`` (JSON as in ``model.json``).

    KeyError, TypeError, AttributeError or ValueError where a part is missing or is no such part, RecursionError where
    it is nested too deeply.
    """
    raw = json.loads(text)
    fields = tuple(Field(part["name"], part["why"], tuple(map(_level, part["levels"]))) for part in raw["fields"])
    numbers = {name: float(raw[name]) for name in _NUMBERS}
    version = str(raw["version"])
    if not all(abs(number) <= _LARGEST for number in numbers.values()) or numbers["prior_persons"] < 1:
        raise ValueError("a number of the model is out of range")
    if not version.isprintable() or len(version) > _LONGEST_VERSION:
        raise ValueError("the version is no short text")
    return LinkModel(version=version, fields=fields, **numbers)


def _level(raw: dict[str, Any]) -> Level:
    level = Level(**raw)
    for share in (level.m, level.u):
        if share is not None and (isinstance(share, bool) or not 0 < share <= 1):
            raise ValueError("m and u are shares above 0")
    return level


def _shape(model: LinkModel) -> list[object]:
    """Return what a model of the area's own has in common with the shipped one: everything but its numbers."""
    return [
        (field.name, level.label, level.sql, level.frequency_of, level.m is None, level.u is None)
        for field in model.fields
        for level in field.levels
    ]


@cache
def shipped_model() -> LinkModel:
    """Return the model that ships with the package.

    Example:
        >>> shipped_model().fields[0].name
        'surname'
    """
    return parse_model((Path(__file__).parent / "model.json").read_text(encoding="utf-8"))
