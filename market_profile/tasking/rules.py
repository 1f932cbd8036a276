"""Rules before ranking: reasonable suspicion, grades, handling, custody; and who is to be diverted, not targeted."""

from __future__ import annotations

import pandas as pd

from market_profile.network.supply import SELLING
from market_profile.tasking.candidates import KEY
from market_profile.tasking.model import Inputs
from market_profile.terms import Role

MINIMUM_SOURCES = 2
"""Reasonable prior suspicion: two independent sources, or one direct purchase (DOMAIN.md, TRUST.md 16)."""

STALE_DAYS = 180
"""Older evidence gives no reason to think that the market still stands."""

EXPLOITED_SHARE = 0.15
"""Sound evidence of cuckooing or exploitation above this share of all that is said of a person diverts them."""

ADULT_YEARS = 18

PROGRESS_WORDS = r"treat|divert|outreach|progress|support|engag"
"""Words in a case-forum decision that record a person as progressing; the forum's own vocabulary may be mapped."""


def support(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return what each target rests on, by (target_kind, target_id): E-graded evidence counts nowhere but ``only_e``.

    Columns independent_sources, reported_sources, direct_purchases, is_conditional (no shareable or direct evidence),
    last_seen.
    """
    sound = evidence[~evidence["is_suspected_false"]]
    grouped = sound.groupby(KEY, sort=True)
    frame = grouped.agg(independent_sources=("source_key", "nunique"), last_seen=("observed_at", "max"))
    reported = sound[sound["stream"] == "reported"].groupby(KEY)["source_key"].nunique()
    bought = sound[sound["kind"] == "test_purchases"].groupby(KEY)["record_ref"].nunique()
    shareable = sound[(sound["handling"] == "P") | sound["is_direct"]].groupby(KEY).size()
    frame["reported_sources"] = reported.reindex(frame.index).fillna(0).astype("int64")
    frame["direct_purchases"] = bought.reindex(frame.index).fillna(0).astype("int64")
    frame["is_conditional"] = shareable.reindex(frame.index).fillna(0) == 0
    only_e = evidence.groupby(KEY)["is_suspected_false"].all()
    frame = frame.reindex(only_e.index)
    frame["only_e"] = only_e
    for column in ("independent_sources", "reported_sources", "direct_purchases"):
        frame[column] = frame[column].fillna(0).astype("int64")
    frame["is_conditional"] = frame["is_conditional"].astype("boolean").fillna(False).astype(bool)
    return frame.reset_index()


def exclusions(rows: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return why each candidate may not be ranked ("" where it may); ``rows`` are candidates joined with ``support``.

    All reasons of a candidate are given, joined by "; ".
    """
    end = inputs.month.end
    no_evidence = rows["independent_sources"].eq(0)
    bought = rows["direct_purchases"] > 0
    age = (end - rows["last_seen"]).dt.days
    cases = (
        ("no evidence is linked to it", no_evidence & ~rows["only_e"]),
        ("only evidence graded as suspected false", rows["only_e"]),
        (
            "rests on a single source: needs two independent sources or one direct purchase",
            ~no_evidence & ~bought & (rows["independent_sources"] < MINIMUM_SOURCES),
        ),
        ("all evidence is under handling conditions (C)", ~no_evidence & rows["is_conditional"]),
        (f"no evidence in the last {STALE_DAYS} days", ~no_evidence & (age > STALE_DAYS)),
        ("in custody at the cut-off", rows["target_kind"].eq("nominal") & rows["target_id"].isin(_in_custody(inputs))),
    )
    text = pd.Series("", index=rows.index, dtype="str")
    for words, mask in cases:
        text = text.where(~mask, text + "; " + words)
    return text.str.removeprefix("; ")


def diversions(inputs: Inputs) -> pd.DataFrame:
    """Return nominal_id and reason for people who go to the diversion list, never to the board.

    One flag is enough, whatever its source: to protect needs less proof than to target. Only flags in logs graded as
    suspected false divert nobody (``to_check`` says them). Treatment data are never read.
    """
    parts = [
        _reasoned(_flagged(inputs), "safeguarding flag"),
        _reasoned(_under_age(inputs), "under 18"),
        _reasoned(_exploited(inputs), "cuckooed, exploited or a victim"),
        _reasoned(_controlled(inputs), "controlled by another: possible exploitation"),
        _reasoned(_forum(inputs), "progressing, as recorded by the case forum"),
        _reasoned(_outreach(inputs), "in the outreach group of the cohort register"),
    ]
    frame = pd.concat(parts, ignore_index=True).astype("str")
    grouped = frame.drop_duplicates().groupby("nominal_id", sort=True)["reason"].agg("; ".join)
    return grouped.reset_index()


def authority(inputs: Inputs) -> str:
    """Return "current until <date>", "expired" or "none on record" for test-purchase authority at the cut-off.

    An authority is given for an operation, not for a target: without a current one every target says that one must be
    obtained before any attempt.
    """
    rows = inputs.tables.get("test_purchases")
    rows = rows[(rows["authority_ref"].astype("str") != "") & (rows["attempted_at"] < inputs.month.end)]
    latest = rows["authority_expires"].max()
    if not len(rows):
        return "none on record"
    if pd.isna(latest) or latest < inputs.month.end:
        return "expired"
    return f"current until {latest.date()}"


def mentions(inputs: Inputs, kind: str, columns: list[str]) -> pd.DataFrame:
    """Return the rows of ``kind`` with the nominal that each was resolved to."""
    own = inputs.resolution.records
    own = own.loc[own["kind"] == kind, ["record_ref", "subject_no", "nominal_id"]]
    own = own.assign(subject_no=own["subject_no"].astype("str"))
    frame = inputs.tables.get(kind)
    if kind == "log_subjects":
        frame = frame.assign(record_ref=frame["urn"].astype("str"), subject_no=frame["subject_no"].astype("str"))
    else:
        frame = frame.assign(subject_no="1")
    return frame[["record_ref", "subject_no", *columns]].merge(own, on=["record_ref", "subject_no"])


def _reasoned(people: pd.Series, reason: str) -> pd.DataFrame:
    return pd.DataFrame({"nominal_id": people.astype("str"), "reason": reason})


def _in_custody(inputs: Inputs) -> set[str]:
    rows = mentions(inputs, "arrests", ["arrested_at", "days_in_custody"])
    until = rows["arrested_at"] + pd.to_timedelta(rows["days_in_custody"].astype("float64").fillna(0.0), unit="D")
    held = (rows["arrested_at"] < inputs.month.end) & (until >= inputs.month.end)
    return set(rows.loc[held, "nominal_id"])


def _flagged(inputs: Inputs, in_suspected_false: bool = False) -> pd.Series:
    """People with a safeguarding flag in a log that is (or is not) graded as suspected false."""
    rows = mentions(inputs, "log_subjects", ["urn", "safeguarding"])
    logs = inputs.network.logs
    known = rows["urn"].astype("str").isin(logs.loc[logs["is_suspected_false"] == in_suspected_false, "urn"])
    return rows.loc[rows["safeguarding"].fillna(False).astype(bool) & known, "nominal_id"]


def to_check(rows: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return what a planner must check before tasking each of ``rows`` ("" where nothing).

    A safeguarding flag that stands only in a log suspected false moves no rank, as such logs move none, but is said.
    """
    flagged = set(_flagged(inputs, in_suspected_false=True))
    is_flagged = (rows["target_kind"] == "nominal") & rows["target_id"].isin(flagged)
    words = "; check first: a log suspected false carries a safeguarding flag"
    return pd.Series("", index=rows.index, dtype="str").where(~is_flagged, words)


def _under_age(inputs: Inputs) -> pd.Series:
    people = inputs.resolution.nominals
    born = pd.to_datetime(people["date_of_birth"], errors="coerce")
    return people.loc[born + pd.DateOffset(years=ADULT_YEARS) > inputs.month.end, "nominal_id"]


def _exploited(inputs: Inputs) -> pd.Series:
    nodes = inputs.network.nodes
    is_victim = nodes["role"].isin([Role.CUCKOOED.value, Role.VICTIM.value])
    return nodes.loc[is_victim | (nodes["exploited_share"] >= EXPLOITED_SHARE), "nominal_id"]


def _controlled(inputs: Inputs) -> pd.Series:
    """People whom corroborated evidence puts under another's control, unless they control others themselves."""
    edges = inputs.network.edges
    firm = edges[(edges["relation"] == "controls") & ~edges["is_suspected_false"] & ~edges["is_single_source"]]
    nodes = inputs.network.nodes
    upper = nodes.loc[nodes["role"].isin([r for r in SELLING if r != Role.RUNNER.value]), "nominal_id"]
    return firm.loc[~firm["target_nominal_id"].isin(upper), "target_nominal_id"]


def _forum(inputs: Inputs) -> pd.Series:
    rows = mentions(inputs, "case_forum", ["assessed_on", "decision"])
    rows = rows[rows["assessed_on"] < inputs.month.end]
    latest = rows.sort_values(["nominal_id", "assessed_on", "record_ref"], kind="stable")
    latest = latest.drop_duplicates("nominal_id", keep="last")
    return latest.loc[latest["decision"].astype("str").str.contains(PROGRESS_WORDS, case=False), "nominal_id"]


def _outreach(inputs: Inputs) -> pd.Series:
    rows = mentions(inputs, "cohort_register", ["record_group", "accepted_on", "removed_on"])
    begun = rows["accepted_on"].isna() | (rows["accepted_on"] < inputs.month.end)
    active = rows["removed_on"].isna() | (rows["removed_on"] >= inputs.month.end)
    return rows.loc[(rows["record_group"].astype("str") == "outreach") & begun & active, "nominal_id"]
