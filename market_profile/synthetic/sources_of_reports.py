"""Who reports: sources of each provenance, how good each is, and the grades that their logs are given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.synthetic.plan import Array, Plan

PROVENANCES = ("officer", "public", "crimestoppers", "partner", "technical", "chis", "undercover")
SHARES = {
    "market": (0.42, 0.21, 0.13, 0.13, 0.02, 0.07, 0.02),
    "tie": (0.34, 0.12, 0.10, 0.16, 0.09, 0.16, 0.03),
    "scattered": (0.46, 0.26, 0.14, 0.14, 0.0, 0.0, 0.0),
}
"""Provenance of logs about a market, about a tie between people, and about small-scale supply elsewhere."""
PREFIX = {"officer": "OFF", "public": "PUB", "partner": "PTR", "technical": "TEC", "chis": "HS", "undercover": "UC"}
POOL = {"officer": 70, "public": 900, "crimestoppers": 1, "partner": 14, "technical": 5, "chis": 12, "undercover": 3}
"""Sources of each provenance in the reference town of 10,000 logs."""
QUALITY = {"officer": (9, 2), "public": (4, 3), "crimestoppers": (4, 3), "partner": (7, 2), "technical": (16, 1),
           "chis": (5, 2), "undercover": (18, 1)}  # fmt: skip
"""Beta parameters of the share of a source's reports that are right."""


@dataclass(frozen=True)
class Sources:
    """``quality`` by source number; ``refs`` ('' for anonymous ones); ``first`` number by provenance."""

    refs: Array
    quality: Array
    first: Array
    size: Array


def make_sources(plan: Plan) -> Sources:
    """Return the sources of ``plan``."""
    rng = plan.stream("sources")
    size = np.array([max(1, round(POOL[p] * plan.scale**0.8)) for p in PROVENANCES])
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    refs: list[str] = []
    quality = []
    for name, count in zip(PROVENANCES, size, strict=True):
        numbers = rng.permutation(np.arange(1_000, 1_000 + 9 * count))[:count]
        refs += [f"{PREFIX[name]}{n}" if name in PREFIX else "" for n in numbers]
        quality.append(rng.beta(*QUALITY[name], count))
    texts = np.array(refs, dtype=object)
    public = np.arange(len(texts))
    is_public = (public >= first[1]) & (public < first[1] + size[1])
    texts = np.where(is_public & (rng.random(len(texts)) < 0.5), "", texts)
    return Sources(texts, np.concatenate(quality), first, size)


def choose_sources(sources: Sources, provenance: Array, beat: Array, rng: np.random.Generator) -> Array:
    """Return a source number for each report: three or four sources of each provenance keep an eye on one beat."""
    draw = rng.choice(4, len(beat), p=[0.45, 0.3, 0.17, 0.08])
    spot = (beat * 7_919 + draw * 104_729 + provenance * 1_299_709) % sources.size[provenance]
    anyone = rng.integers(0, sources.size[provenance])
    spot = np.where((provenance == 1) | (beat < 0), anyone, spot)
    chosen: Array = sources.first[provenance] + spot
    return chosen


def grade(reports: pd.DataFrame, sources: Sources, rng: np.random.Generator) -> pd.DataFrame:
    """Return grade_scheme, source_evaluation, intelligence_assessment, handling_code as officers would give them."""
    count = len(reports)
    quality = sources.quality[reports["source"].to_numpy()] + rng.normal(0, 0.09, count)
    provenance = reports["provenance"].to_numpy()
    anonymous = np.isin(provenance, [1, 2])
    source = np.where(
        anonymous, np.where(quality < 0.32, 3, 2), np.where(quality > 0.74, 1, np.where(quality > 0.42, 2, 3))
    )
    direct = np.isin(provenance, [0, 4, 6]) | (rng.random(count) < 0.12)
    u = rng.random(count)
    known = np.where(direct, np.where(u < 0.72, 0, 1), np.where(u < 0.14, 1, np.where(u < 0.5, 2, 3)))
    doubted = rng.random(count) < np.where(reports["is_false"], 0.22, 0.012)
    known = np.where(doubted, 4, known)
    covert = np.isin(provenance, [5, 6])
    v = rng.random(count)
    may_share = np.where(covert, v < 0.04, v < 0.78)
    legacy = (rng.random(count) < 0.08) & (reports["month"].to_numpy() < 4)
    handling = np.where(may_share, "P", np.where(v > 0.965, "", "C")).astype(object)
    five = np.where(may_share, "1", np.array(list("2345"))[rng.integers(0, 4, count)])
    letters, digits = np.array(list("ABCDE"), dtype=object), np.array(list("12345"), dtype=object)
    five_source = letters[np.minimum(4, np.where(source == 1, 0, np.where(source == 2, 1 + (u > 0.6), 4)))]
    return pd.DataFrame({
        "grade_scheme": np.where(legacy, "5x5x5", np.where(rng.random(count) < 0.5, "3x5x2", "")).astype(object),
        "source_evaluation": np.where(legacy, five_source, digits[source - 1]),
        "intelligence_assessment": np.where(legacy, digits[known], letters[known]),
        "handling_code": np.where(legacy, five, handling),
    })  # fmt: skip
