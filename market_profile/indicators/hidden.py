"""The hidden population: how many people use drugs and are in no record, by capture-recapture.

Two sources give Chapman's estimate (1951) with Sadinle's transformed-logit interval (2009), which keeps its level where
few people are on both lists; three give the log-linear models of ``loglinear``. Every estimate rests on assumptions
that records cannot prove, so they stand beside it: ASSUMPTIONS.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from market_profile.among import is_among
from market_profile.indicators.estimates import figures
from market_profile.indicators.linkage import Linked
from market_profile.indicators.loglinear import Population, log_linear
from market_profile.indicators.names import ALL_DRUGS
from market_profile.indicators.police import CUSTODY, INTELLIGENCE, TREATMENT, PoliceSide
from market_profile.indicators.windows import year_label
from market_profile.periods import Month

ASSUMPTIONS = (
    "nobody came or went in the year",
    "people were matched rightly",
    "all were as likely to be listed",
    "lists led to each other no more than the model allows",
)
"""What capture-recapture takes for granted; printed with every estimate."""

LEAST_OVERLAP = 7
"""With fewer people on both of two lists Chapman's estimate is biased low (Robson and Regier 1964): none is given."""

COLUMNS = ("method", "sources", "seen", "overlap", "people", "low", "high", "model", "is_chosen")


@dataclass(frozen=True)
class Chapman:
    """Chapman's estimate of a population from two lists, with its variance and interval."""

    total: float
    variance: float
    low: float
    high: float


def chapman(first: int, second: int, both: int, confidence: float = 0.95) -> Chapman:
    """Return Chapman's estimate from two lists of ``first`` and ``second`` people, ``both`` of them on each.

    Variance: Seber (1970). Interval: Sadinle (2009), on the logit of the share of unseen people.

    Example:
        >>> round(chapman(135, 122, 49).total, 2)
        333.56
    """
    one, other = first - both, second - both
    total = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (first + 1) * (second + 1) * one * other / ((both + 1) ** 2 * (both + 2))
    unseen = (one + 0.5) * (other + 0.5) / (both + 0.5)
    spread = np.sqrt(1 / (one + 0.5) + 1 / (other + 0.5) + 1 / (both + 0.5) + 1 / unseen)
    reach = float(np.exp(special.ndtri(0.5 + confidence / 2) * spread))
    base = one + other + both - 0.5
    return Chapman(total, variance, max(base + unseen / reach, one + other + both), base + unseen * reach)


def hidden_population(police: PoliceSide, linked: Linked) -> pd.DataFrame:
    """Return COLUMNS: one row for each pair of sources and, with three, one for the log-linear models.

    ``seen`` counts people on any of the row's lists, ``overlap`` those on more than one. The chosen row is the
    log-linear one where it could be fitted, else the pair with the largest overlap; none with too small an overlap.
    """
    lists = _lists(police, linked)
    names = sorted(lists.columns)
    rows = [_pair(lists, one, other) for at, one in enumerate(names) for other in names[at + 1 :]]
    if len(names) >= 3:
        rows.append(_several(lists[names]))
    frame = pd.DataFrame([row for row in rows if row is not None], columns=list(COLUMNS))
    usable = frame[frame["overlap"] >= LEAST_OVERLAP]
    if usable.empty:
        return frame
    best = usable.sort_values(["method", "overlap", "sources"], ascending=[False, False, True], kind="stable").index[0]
    return frame.assign(is_chosen=frame.index == best)


def hidden_figures(hidden: pd.DataFrame, month: Month) -> list[pd.DataFrame]:
    """Return the chosen estimate: all people who use drugs; ``n`` counts those on more than one list."""
    chosen = hidden[hidden["is_chosen"]]
    if chosen.empty:
        return []
    row = chosen.assign(drug=ALL_DRUGS, period=year_label(month), value=chosen["people"], n=chosen["overlap"])
    return [figures(row, "hidden_population", "people")]


def _lists(police: PoliceSide, linked: Linked) -> pd.DataFrame:
    """Return one row a person and one flag a list. Nominals that share a pseudonym are one person."""
    same = police.keys["nominal_id"].where(~police.keys["linkage_key"].duplicated()).ffill()
    asked = is_among(
        police.keys["nominal_id"], [*police.captures["nominal_id"].tolist(), *linked.people["nominal_id"].tolist()]
    )
    one = dict(zip(police.keys["nominal_id"][asked].tolist(), same[asked].tolist(), strict=True))
    captures = police.captures.assign(person=police.captures["nominal_id"].map(lambda id: one.get(id, id)))
    parts = [captures[["source", "person"]]]
    if linked.is_linked and linked.matched:
        clients = linked.people[linked.people["is_recent"].astype(bool)]
        known = clients["nominal_id"].map(lambda id: one.get(id, id))
        parts.append(
            pd.DataFrame({"source": TREATMENT, "person": known.where(known != "", "client " + clients["client_key"])})
        )
    every = pd.concat(parts, ignore_index=True).drop_duplicates()
    wide = every.assign(on=True).pivot(index="person", columns="source", values="on").notna()
    names = [CUSTODY, INTELLIGENCE, *([TREATMENT] if TREATMENT in wide else [])]
    return wide.reindex(columns=names, fill_value=False).astype(bool)


def _pair(lists: pd.DataFrame, one: str, other: str) -> tuple[object, ...] | None:
    first, second = int(lists[one].sum()), int(lists[other].sum())
    both = int((lists[one] & lists[other]).sum())
    found = chapman(first, second, both)
    seen = first + second - both
    return ("chapman", f"{one} and {other}", seen, both, found.total, found.low, found.high, "independent", False)


def _several(lists: pd.DataFrame) -> tuple[object, ...] | None:
    found = log_linear(history_counts(lists))
    if found is None:
        return None
    overlap = int((lists.sum(axis=1) > 1).sum())
    names = list(lists.columns)
    return (
        "log-linear", ", ".join(names), found.seen, overlap, found.total, found.low, found.high,
        model_words(found, names), False,
    )  # fmt: skip


def history_counts(lists: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return how many people have each history on the columns of ``lists``, in the order that ``log_linear`` takes."""
    powers = 2 ** np.arange(lists.shape[1])[::-1]
    code = lists.to_numpy(dtype=int) @ powers
    return np.bincount(code, minlength=2 ** lists.shape[1])[1:].astype(float)


def model_words(found: Population, names: list[str]) -> str:
    """Return the chosen model in words, such as ``custody with treatment``; ``independent`` without pairs."""
    pairs = [f"{names[one]} with {names[other]}" for one, other in found.fits[0].pairs]
    return "; ".join(pairs) or "independent"
