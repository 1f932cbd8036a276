"""Which records a partner's analysis may rest on, declared per kind (TRUST.md 1), and retention for every edition.

The partner edition is built by a second analysis over these records alone. Filtering the internal profile afterwards
cannot be safe: hidden records would already have moved identities, ranks and thresholds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import shapely

from market_profile.contracts.consent import consent_holds
from market_profile.contracts.readings import is_among
from market_profile.contracts.tables import Areas, Tables
from market_profile.periods import Month
from market_profile.terms import COVERT, GradeScheme, Precision

_PUBLISHED = frozenset({"street_crime", "stop_and_search"})
_FREE_TEXT = ("text", "location_text", "handling_conditions", "override_reason", "comment")
"""Words that people typed: partners' analysis has no use for them, so it does not get them."""


@dataclass(frozen=True)
class _Context:
    """What the rules need: the tables, the month, logs granted by decision, operations that have ended."""

    tables: Tables
    month: Month
    granted: frozenset[str]
    ended: frozenset[str]


def within_retention(tables: Tables, month: Month) -> tuple[Tables, int]:
    """Return the tables without intelligence logs past their review date (nor their subjects and links), and how many.

    Rows past review are reported and excluded from every edition until someone reviews them (MoPI/APP).
    """
    logs = tables.get("intelligence_logs")
    overdue = logs["review_date"].notna() & (logs["review_date"] < month.end)
    kept = logs.loc[~overdue, "urn"]
    return tables.replace(**_with_logs(tables, logs[~overdue], kept)), int(overdue.sum())


def shareable(tables: Tables, grants: pd.DataFrame, month: Month) -> Tables:
    """Return the records that the partner analysis may use.

    ``grants`` has columns ``urn`` and ``expires_on`` (a C-coded log granted for partners until that day). Kinds
    without a rule below do not reach partners at all. Free text is blank, and rows are in order of ``record_ref``:
    neither what people typed nor the order of an extract can move a byte. A log whose text or point says that its place
    is not known has none.
    """
    context = _Context(tables, month, _granted(grants, month), ended_operations(tables, month))
    frames: dict[str, pd.DataFrame] = {}
    for kind in sorted(tables.frames):
        rule = _RULES.get(kind)
        if rule is not None:
            frames[kind] = rule(tables.get(kind), context)
    logs = frames.get("intelligence_logs")
    kept = pd.Series(dtype="str") if logs is None else logs["urn"]
    for kind in ("log_subjects", "log_links"):
        if kind in tables.frames:
            rows = tables.get(kind)
            frames[kind] = rows[is_among(rows["urn"], kept)]
    return Tables({kind: _plain(kind, frame) for kind, frame in frames.items() if len(frame)})


def _plain(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows without free text, in order of record; what a text says of a log's place is kept as precision."""
    if kind == "intelligence_logs":
        from market_profile.geography.events import stands_nowhere

        nowhere = stands_nowhere(rows)
        places = {name: rows[name].mask(nowhere) for name in ("easting_m", "northing_m")}
        precision = rows["location_precision"].mask(nowhere, Precision.NONE.value)
        rows = rows.assign(**places, location_precision=precision)
    rows = rows.assign(**{name: "" for name in _FREE_TEXT if name in rows})
    if "closure_evidence" in rows:
        rows = rows.assign(closure_evidence=rows["closure_evidence"].mask(rows["closure_evidence"] != "", "stated"))
    return rows.sort_values("record_ref", kind="stable", ignore_index=True)


def in_whole_areas(tables: Tables, areas: Areas) -> Tables:
    """Return the tables with every point moved to its partner area's inner point; points outside lose their place.

    Partners see whole areas, so their analysis knows no more than that: where in an area a record lies cannot move
    their edition. Published open data keep the places at which they were published. CRS: that of ``areas``.
    """
    inner = areas.frame.geometry.representative_point()
    tree = shapely.STRtree(areas.frame.geometry.to_numpy())
    frames = {}
    for kind in sorted(set(tables.frames) - _PUBLISHED):
        frame = tables.get(kind)
        if {"easting_m", "northing_m"} <= set(frame.columns):
            points = shapely.points(frame["easting_m"].to_numpy("float64"), frame["northing_m"].to_numpy("float64"))
            which, area = tree.query(points, predicate="intersects")
            first = pd.Series(area).groupby(which).min()
            place = pd.DataFrame({"x": inner.x.to_numpy(), "y": inner.y.to_numpy()}).iloc[first]
            place = place.set_axis(first.index).reindex(range(len(frame)))
            frames[kind] = frame.assign(easting_m=place["x"].to_numpy(), northing_m=place["y"].to_numpy())
    return tables.replace(**frames)


def ended_operations(tables: Tables, month: Month) -> frozenset[str]:
    """Return the operations whose arrest phase ended before the cut-off and of which no phase is still open."""
    rows = tables.get("operations")
    if rows.empty:
        return frozenset()
    is_over = rows["ends_on"].notna() & (rows["ends_on"] < month.end)
    words = rows["phase"].str.casefold() + " " + rows["tactic"].str.casefold()
    has_arrests = set(rows.loc[is_over & words.str.contains("arrest", regex=False), "operation"])
    still_open = set(rows.loc[~is_over, "operation"])
    return frozenset(has_arrests - still_open)


def _granted(grants: pd.DataFrame, month: Month) -> frozenset[str]:
    if grants.empty:
        return frozenset()
    expires = pd.to_datetime(grants["expires_on"])
    return frozenset(grants.loc[expires >= month.end, "urn"])


def _with_logs(tables: Tables, logs: pd.DataFrame, kept: pd.Series[str]) -> dict[str, pd.DataFrame]:
    frames = {"intelligence_logs": logs} if tables.is_supplied("intelligence_logs") else {}
    for kind in ("log_subjects", "log_links"):
        if tables.is_supplied(kind):
            rows = tables.get(kind)
            frames[kind] = rows[is_among(rows["urn"], kept)]
    return frames


def _logs(rows: pd.DataFrame, context: _Context) -> pd.DataFrame:
    is_legacy = rows["grade_scheme"] == GradeScheme.FIVE.value
    source, assessment, handling = (
        rows[name] for name in ("source_evaluation", "intelligence_assessment", "handling_code")
    )
    # 5x5x5 handling 2 lets material go to non-prosecuting parties; 1 is for law enforcement only.
    is_open = (~is_legacy & (handling == "P")) | (is_legacy & (handling == "2"))
    is_weak = (~is_legacy & ((source == "3") | (assessment == "E"))) | (
        is_legacy & (source.isin(["D"]) | (assessment == "5"))
    )
    is_covert = rows["provenance"].isin([provenance.value for provenance in COVERT])
    return rows[(is_open | rows["urn"].isin(context.granted)) & ~is_covert & ~is_weak]


def _of_ended_operations(rows: pd.DataFrame, context: _Context) -> pd.DataFrame:
    return rows[rows["operation"].isin(context.ended)]


def _of_ended_or_no_operation(rows: pd.DataFrame, context: _Context) -> pd.DataFrame:
    return rows[(rows["operation"] == "") | rows["operation"].isin(context.ended)]


def _consented(rows: pd.DataFrame, context: _Context) -> pd.DataFrame:
    """Consent and its expiry are enforced without a switch; a client's latest row decides for all of them."""
    return rows[consent_holds(rows, context.month.end)]


def _all(rows: pd.DataFrame, context: _Context) -> pd.DataFrame:
    return rows


_RULES: dict[str, Callable[[pd.DataFrame, _Context], pd.DataFrame]] = {
    "intelligence_logs": _logs,
    "test_purchases": _of_ended_operations,
    "operations": _of_ended_operations,
    "seizures": _of_ended_or_no_operation,
    "arrests": _of_ended_or_no_operation,
    "disruptions": _of_ended_or_no_operation,
    "convictions": _all,
    "cohort_register": _all,
    "treatment": _consented,
    "county_lines": _all,
    "assets": _all,
    "community_survey": _all,
    "harm_events": _all,
    "crime_counts": _all,
    "population": _all,
    "street_crime": _all,
    "stop_and_search": _all,
    "partner_observations": _all,
}
"""Kinds that may reach partners as released aggregates. Case forum and court orders never do."""
