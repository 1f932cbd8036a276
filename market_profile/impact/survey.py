"""The community survey by wave: weighted shares with intervals; another wording is another question."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from market_profile.intervals import wilson

KEYS = ["wave", "question", "question_version"]
SHARE_COLUMNS = (*KEYS, "response", "n", "asked", "share_pct", "low_pct", "high_pct")
CHANGE_COLUMNS = (
    "question", "question_version", "response", "from_wave", "to_wave", "from_pct", "to_pct", "points", "low_points",
    "high_points",
)  # fmt: skip


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SEASONS = {"winter": 1, "spring": 4, "summer": 7, "autumn": 10}


def waves_in_time(waves: Iterable[str]) -> list[str]:
    """Return the waves, each once, oldest first: by the year they name, its season or month, then by their numbers.

    Example:
        >>> waves_in_time(["Wave 10", "Wave 9"]), waves_in_time(["Autumn 2018", "Spring 2019", "Spring 2018"])
        (['Wave 9', 'Wave 10'], ['Spring 2018', 'Autumn 2018', 'Spring 2019'])
    """
    return sorted(set(waves), key=_place_in_time)


def _place_in_time(wave: str) -> tuple[str, int, str, str]:
    words = wave.casefold()
    year = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", words)
    named = [_SEASONS[word] for word in re.findall(r"[a-z]+", words) if word in _SEASONS]
    named += [_MONTHS.index(word[:3]) + 1 for word in re.findall(r"[a-z]{3,}", words) if word[:3] in _MONTHS]
    padded = re.sub(r"\d+", lambda number: number[0].zfill(12), words)
    return (year[0] if year else "", named[0] if named else 0, padded, wave)


def wave_numbers(waves: pd.Series) -> pd.Series:
    """Return each row's wave as its number in time, from 0 for the oldest."""
    return waves.map({wave: at for at, wave in enumerate(waves_in_time(waves.unique()))})


def survey_shares(survey: pd.DataFrame) -> pd.DataFrame:
    """Return SHARE_COLUMNS; the interval is Wilson's on the effective sample ``(sum w)^2 / sum w^2`` (Kish 1965)."""
    rows = survey.assign(weight=survey["weight"].fillna(1.0))
    rows = rows.assign(squared=rows["weight"] ** 2)
    grouped = rows.groupby([*KEYS, "response"], sort=True)["weight"].agg(["size", "sum"]).reset_index()
    whole = rows.groupby(KEYS, sort=True).agg(
        total=("weight", "sum"), squared=("squared", "sum"), asked=("weight", "size")
    )
    joined = grouped.merge(whole.reset_index(), on=KEYS, how="left")
    share = joined["sum"] / joined["total"].where(joined["total"] > 0)
    effective = joined["total"] ** 2 / joined["squared"].where(joined["squared"] > 0)
    low, high = wilson((share * effective).to_numpy(float), effective.to_numpy(float))
    shares = joined.assign(share_pct=100 * share, low_pct=100 * low, high_pct=100 * high)
    return shares.rename(columns={"size": "n"})[list(SHARE_COLUMNS)]


def survey_changes(shares: pd.DataFrame) -> pd.DataFrame:
    """Return CHANGE_COLUMNS between the last two waves that asked a question in the same words.

    The interval of the difference is Newcombe's, from the two score intervals (Newcombe 1998, Statistics in
    Medicine 17:873, method 10). A question whose wording changed since has no row.
    """
    if shares.empty:
        return pd.DataFrame(columns=list(CHANGE_COLUMNS))
    shares = shares.assign(number=wave_numbers(shares["wave"]))
    now = shares[shares["number"] == shares["number"].max()]
    before = shares[shares["number"] < shares["number"].max()].sort_values("number", kind="stable")
    keys = ["question", "question_version", "response"]
    last_asked = before.groupby(keys[:2], sort=True)["number"].transform("max")
    joined = now.merge(before[before["number"] == last_asked], on=keys, suffixes=("_to", "_from"), how="inner")
    difference = joined["share_pct_to"] - joined["share_pct_from"]
    down = np.hypot(joined["share_pct_to"] - joined["low_pct_to"], joined["high_pct_from"] - joined["share_pct_from"])
    up = np.hypot(joined["high_pct_to"] - joined["share_pct_to"], joined["share_pct_from"] - joined["low_pct_from"])
    changes = joined.assign(points=difference, low_points=difference - down, high_points=difference + up)
    names = {"wave_from": "from_wave", "wave_to": "to_wave", "share_pct_from": "from_pct", "share_pct_to": "to_pct"}
    found: pd.DataFrame = changes.rename(columns=names)[list(CHANGE_COLUMNS)]
    return found.sort_values(keys, kind="stable", ignore_index=True)


def reworded(shares: pd.DataFrame) -> tuple[str, ...]:
    """Return the questions of the latest wave that earlier waves asked in other words only."""
    if shares.empty:
        return ()
    numbers = wave_numbers(shares["wave"])
    now, before = shares[numbers == numbers.max()], shares[numbers < numbers.max()]
    asked = set(zip(before["question"], before["question_version"], strict=True))
    pairs = now[["question", "question_version"]].drop_duplicates()
    changed = [
        question
        for question, version in zip(pairs["question"], pairs["question_version"], strict=True)
        if (question, version) not in asked and question in set(before["question"])
    ]
    return tuple(sorted(changed))
