"""The case forum's risk matrix: score and its range, drift, decisions carried, and where carrot and stick conflict.

Guide (seed 002): a fortnightly forum scores agreed criteria; good progress in treatment may relax attention, and a
failure to engage may raise it. The register and the forum record progress here; treatment data are never used.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_profile.contracts.columns import SYSTEM_COLUMNS
from market_profile.contracts.kinds import KINDS
from market_profile.periods import Month
from market_profile.room_settings import ForumSettings
from market_profile.terms import RecordGroup

STICK = r"enforce|arrest|warrant|disrupt|target"
CARROT = r"progress|treat|outreach|support|engag|divert"
"""Words of a forum's decision; a decision that holds both counts as neither."""
COLUMNS = (
    "nominal_ref", "person", "assessed_on", "total", "low", "high", "not_known", "drift", "meets_threshold", "override",
    "override_reason", "decision", "decision_before", "next_review", "is_review_overdue", "is_new",
)  # fmt: skip
CONFLICT_COLUMNS = ("person", "nominal_ref", "conflict", "since")


def criteria_of(forum: pd.DataFrame, named: Sequence[str]) -> list[str]:
    """Return the criteria: those named in area.toml, else every numeric column that is not the kind's own."""
    own = set(KINDS["case_forum"].names) | set(SYSTEM_COLUMNS)
    wanted = [name for name in (named or forum.columns) if name in forum.columns and name not in own]
    return [name for name in wanted if pd.api.types.is_numeric_dtype(forum[name])]


def assess_forum(forum: pd.DataFrame, named: Sequence[str], settings: ForumSettings, month: Month) -> pd.DataFrame:
    """Return COLUMNS, the latest assessment of each person, highest possible score first.

    ``forum`` carries ``person`` beside its own columns. ``total`` adds the known criteria by their weights; ``low``
    and ``high`` put the least and the most for each criterion that is not known. ``drift`` compares the criteria
    known both now and the time before; NaN where there is none.
    """
    rows = forum[forum["assessed_on"] < month.end].sort_values(["person", "assessed_on", "record_ref"], kind="stable")
    names = criteria_of(rows, named)
    if rows.empty or not names:
        return pd.DataFrame(columns=list(COLUMNS))
    weights = np.array([settings.weights.get(name, 1.0) for name in names])
    marks = rows[names].astype("float64")
    missing = marks.isna().to_numpy() @ weights
    known = np.nansum(marks.to_numpy() * weights, axis=1)
    before = marks.groupby(rows["person"], sort=False).shift(1)
    both = (marks - before).to_numpy() * weights
    drift = np.where(np.isnan(both).all(axis=1), np.nan, np.nansum(both, axis=1))
    scored = rows.assign(
        total=np.where(marks.isna().all(axis=1), np.nan, known),
        low=known + missing * settings.lowest,
        high=known + missing * settings.highest,
        not_known=marks.isna().sum(axis=1).to_numpy(),
        drift=drift,
        decision_before=rows.groupby("person", sort=False)["decision"].shift(1).fillna("").astype("str"),
        is_new=rows["assessed_on"] >= month.start,
        is_review_overdue=rows["next_review"].notna() & (rows["next_review"] < month.end),
    )
    latest = scored.drop_duplicates("person", keep="last")
    latest = latest.assign(meets_threshold=_meets(latest, settings.threshold))
    order = latest.sort_values(["high", "total", "person"], ascending=[False, False, True], kind="stable")
    return order[list(COLUMNS)].reset_index(drop=True)


def _meets(scored: pd.DataFrame, threshold: float | None) -> pd.Series:
    """Return yes, no, or *depends* where the answer hangs on what is not known; "" without a threshold."""
    if threshold is None:
        return pd.Series("", index=scored.index, dtype="str")
    words = np.select([scored["low"] >= threshold, scored["high"] < threshold], ["yes", "no"], "depends")
    return pd.Series(words, index=scored.index, dtype="str")


def forum_conflicts(latest: pd.DataFrame, register: pd.DataFrame, arrests: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return CONFLICT_COLUMNS: people for whom the carrot and the stick are out at once, each to be settled by people.

    ``register`` and ``arrests`` carry ``person``. A person may stand in several rows.
    """
    live = register[
        (register["accepted_on"].isna() | (register["accepted_on"] < month.end))
        & (register["removed_on"].isna() | (register["removed_on"] >= month.end))
        & (register["person"] != "")
    ]
    reached = live[live["record_group"] == RecordGroup.OUTREACH]
    struck = live[live["record_group"] == RecordGroup.ENFORCEMENT]
    stick, carrot = _says(latest["decision"], STICK, CARROT), _says(latest["decision"], CARROT, STICK)
    was_carrot = _says(latest["decision_before"], CARROT, STICK)
    found = [
        _conflict(latest[stick & latest["person"].isin(reached["person"])], "enforcement decided, and in outreach"),
        _conflict(latest[stick & was_carrot], "enforcement decided straight after progress was recorded"),
        _conflict(latest[carrot & latest["person"].isin(struck["person"])],
                  "progressing by the forum, and still in the enforcement group"),
        _both_groups(reached, struck),
        _arrested_since(latest[carrot], arrests, month),
    ]  # fmt: skip
    filled = [one for one in found if len(one)]
    if not filled:
        return pd.DataFrame(columns=list(CONFLICT_COLUMNS))
    table = pd.concat(filled, ignore_index=True)
    return table.sort_values(["person", "conflict"], kind="stable", ignore_index=True)


def _says(decision: pd.Series, words: str, not_words: str) -> pd.Series:
    folded = decision.str.casefold()
    return folded.str.contains(words, regex=True) & ~folded.str.contains(not_words, regex=True)


def _conflict(rows: pd.DataFrame, words: str) -> pd.DataFrame:
    return rows.assign(conflict=words, since=rows["assessed_on"])[list(CONFLICT_COLUMNS)]


def _both_groups(reached: pd.DataFrame, struck: pd.DataFrame) -> pd.DataFrame:
    rows = reached[reached["person"].isin(struck["person"])].drop_duplicates("person")
    words = "in the enforcement and the outreach group at once"
    return rows.assign(conflict=words, since=rows["accepted_on"])[list(CONFLICT_COLUMNS)]


def _arrested_since(progressing: pd.DataFrame, arrests: pd.DataFrame, month: Month) -> pd.DataFrame:
    if progressing.empty:
        return pd.DataFrame(columns=list(CONFLICT_COLUMNS))
    taken = arrests[(arrests["arrested_at"] < month.end) & (arrests["person"] != "")][["person", "arrested_at"]]
    joined = progressing[["person", "nominal_ref", "assessed_on"]].merge(taken, on="person", how="inner")
    later = joined[joined["arrested_at"] >= joined["assessed_on"] + pd.Timedelta(days=1)]
    first = later.sort_values(["person", "arrested_at"], kind="stable").drop_duplicates("person")
    words = "arrested after the forum recorded progress"
    return first.assign(conflict=words, since=first["arrested_at"])[list(CONFLICT_COLUMNS)]
