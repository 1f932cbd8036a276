"""The daily digest for planners: new intelligence, and the nominals of interest whom it names (seed 003).

Never for partners: it names people. Nobody is ranked; reasons are those that the last edition or the records hold.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from market_profile.among import is_among
from market_profile.contracts.tables import Tables

LOG_COLUMNS = ("urn", "submitted_at", "grade", "handling_code", "provenance", "drugs", "market_id", "people", "text")
NOMINAL_COLUMNS = ("nominal_id", "name", "logs", "urns", "why", "care", "last_seen")
NEW_PERSON = "not in the last edition"
_BETWEEN = "\x1f"
"""Stands between the parts of a key: no accepted cell holds a control character."""


@dataclass(frozen=True)
class LastEdition:
    """Tables of the last planner edition, as text; empty frames where there is none yet.

    ``markets`` (kind, record_ref, market_id) says in which market a record lies.
    """

    nominals: pd.DataFrame
    records: pd.DataFrame
    nodes: pd.DataFrame
    targets: pd.DataFrame
    diversions: pd.DataFrame
    markets: pd.DataFrame


@dataclass(frozen=True)
class Digest:
    """``logs``: LOG_COLUMNS, newest first. ``nominals``: NOMINAL_COLUMNS, those of interest first. ``counts``: record
    kinds with new rows (kind, rows). ``since`` and ``until``: the days covered."""

    since: pd.Timestamp
    until: pd.Timestamp
    logs: pd.DataFrame
    nominals: pd.DataFrame
    counts: pd.DataFrame


def make_digest(tables: Tables, last: LastEdition, times: dict[str, str], since: pd.Timestamp) -> Digest:
    """Return what is new from ``since`` on.

    ``tables`` holds the store's records and what waits in the inbox; ``times`` names the time column of each kind that
    is counted. A person in a new log is the last edition's nominal by the mention itself, by the force's own reference,
    or by an equal full name and date of birth; else a person not in that edition.
    """
    logs = tables.get("intelligence_logs")
    new = logs[logs["submitted_at"] >= since].sort_values(
        ["submitted_at", "urn"], ascending=[False, True], kind="stable"
    )
    subjects = tables.get("log_subjects")
    named = _identified(subjects, last.records)
    named = named[is_among(named["urn"], new["urn"])]
    people = named.groupby("urn", sort=True)["person"].nunique()
    markets = last.markets[last.markets["kind"] == "intelligence_logs"].drop_duplicates("record_ref")
    market = new["record_ref"].map(markets.set_index("record_ref")["market_id"]).fillna("")
    grade = new["source_evaluation"] + new["intelligence_assessment"]
    shown = new.assign(grade=grade, market_id=market, people=new["urn"].map(people).fillna(0).astype(int))
    until = logs["submitted_at"].max() if len(logs) else since
    rows = [(kind, _since(tables.get(kind), time, since)) for kind, time in sorted(times.items())]
    counts = pd.DataFrame([row for row in rows if row[1]], columns=["kind", "rows"])
    return Digest(since, until, shown[list(LOG_COLUMNS)], _nominals(named, last), counts)


def _since(frame: pd.DataFrame, time: str, since: pd.Timestamp) -> int:
    return int((frame[time] >= since).sum())


def _identified(subjects: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Return the subjects with ``nominal_id`` ("" where the last edition knows nobody such) and ``person``."""
    known = records.loc[records["kind"] == "log_subjects", ["record_ref", "subject_no", "nominal_id"]]
    known = known.rename(columns={"record_ref": "urn"}).astype("str").drop_duplicates(["urn", "subject_no"])
    joined = subjects.assign(subject_no=subjects["subject_no"].astype("str")).merge(
        known, on=["urn", "subject_no"], how="left"
    )
    joined["nominal_id"] = joined["nominal_id"].fillna("").astype("str")
    born = joined["date_of_birth"].dt.strftime("%Y-%m-%d").fillna("")
    full = (joined["surname"] + _BETWEEN + joined["forenames"] + _BETWEEN + born).str.casefold()
    is_full = (joined["surname"] != "") & (joined["forenames"] != "") & (born != "")
    for same in (joined["nominal_ref"].where(joined["nominal_ref"] != ""), full.where(is_full)):
        earlier = joined.assign(same=same)[(joined["nominal_id"] != "") & same.notna()]
        only = earlier.groupby("same", sort=True)["nominal_id"].agg(["nunique", "first"])
        found = same.map(only.loc[only["nunique"] == 1, "first"])
        joined["nominal_id"] = joined["nominal_id"].where(joined["nominal_id"] != "", found.fillna("")).astype("str")
    alone = "new " + joined["urn"] + _BETWEEN + joined["subject_no"]
    person = joined["nominal_id"].where(joined["nominal_id"] != "", full.where(is_full, alone))
    return joined.assign(person=person)


def _nominals(named: pd.DataFrame, last: LastEdition) -> pd.DataFrame:
    if named.empty:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in NOMINAL_COLUMNS})
    spoken = (named["forenames"] + " " + named["surname"]).str.strip()
    care = named["safeguarding"].fillna(False).astype(bool) | named["role"].isin(["cuckooed", "victim"])
    flagged = named.assign(spoken=spoken, care=care)
    grouped = flagged.groupby("person", sort=True)
    frame = grouped.agg(
        nominal_id=("nominal_id", "first"), name=("spoken", "max"), logs=("urn", "nunique"),
        urns=("urn", lambda urns: "|".join(sorted(set(urns)))), care=("care", "any"),
    ).reset_index(drop=True)  # fmt: skip
    nominals = last.nominals.set_index("nominal_id")
    frame["name"] = frame["nominal_id"].map(nominals["preferred_name"]).fillna(frame["name"])
    frame["last_seen"] = frame["nominal_id"].map(nominals["last_seen"]).fillna("")
    diverted = set(last.diversions["nominal_id"]) if "nominal_id" in last.diversions else set()
    is_care = frame["care"] | frame["nominal_id"].isin(diverted)
    frame["care"] = is_care.map({True: "safeguard or support", False: ""})
    frame["why"] = _reasons(frame["nominal_id"], last)
    frame["weight"] = frame["why"].str.count(";") + (frame["why"] != "") + is_care
    ordered = frame.sort_values(
        ["weight", "logs", "nominal_id", "urns"], ascending=[False, False, True, True], kind="stable"
    )
    return ordered[list(NOMINAL_COLUMNS)].reset_index(drop=True)


def _reasons(ids: pd.Series, last: LastEdition) -> pd.Series:
    """Return why each nominal is of interest, in words parted by semicolons."""
    targets = last.targets[(last.targets["target_kind"] == "nominal") & (last.targets["excluded_reason"] == "")]
    nodes = last.nodes.set_index("nominal_id")
    role = ids.map(nodes["role"]).fillna("")
    parts = [
        ids.isin(targets["target_id"]).map({True: "on the test-purchase board", False: ""}),
        ids.isin(nodes.index[nodes["key_player_rank"] != ""]).map({True: "key player", False: ""}),
        role.where(role.isin(["dealer", "runner", "line_holder", "supplier"]), "").str.replace("_", " "),
        (ids == "").map({True: NEW_PERSON, False: ""}),
    ]
    table = pd.concat(parts, axis=1)
    return table.apply(lambda row: "; ".join(part for part in row if part), axis=1).astype("str")
