"""Dated evidence of supply, one row a person and record: what roles, replacement and the board rest on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.network.codes import Ints, places
from market_profile.network.evidence import LOGS, Evidence, mentioned
from market_profile.network.grades import DIRECT_WEIGHT
from market_profile.network.statements import KIND, constant, direct, logged
from market_profile.terms import Outcome, Relation, Role

SELLING = (Role.DEALER.value, Role.RUNNER.value, Role.LINE_HOLDER.value, Role.SUPPLIER.value)
"""Roles that put a person on the supply side."""

NO_PART = ("", Role.UNKNOWN.value)

SUPPLY_WORDS = r"traffick|supply|intent"
POSSESSION_WORDS = r"possession(?!.*intent)"
"""Words of an offence group, lower case."""

SUPPLY_CODES = ("92A",)
POSSESSION_CODES = ("92D", "92E")
"""Home Office counting-rule codes: trafficking in controlled drugs; possession (other drugs, cannabis)."""

PART_COLUMNS = [
    "person", "role", "rule", "kind", "record", "source", "row", "observed_at", "weight", "is_suspected_false",
]  # fmt: skip
SUPPLY_COLUMNS = (
    "nominal_id",
    "role",
    "kind",
    "record_ref",
    "observed_at",
    "source_key",
    "grade",
    "weight",
    "handling",
    "stream",
    "is_direct",
    "is_suspected_false",
    "phone",
    "easting_m",
    "northing_m",
)
ROLE = pd.CategoricalDtype(sorted(role.value for role in Role))
RULE = pd.CategoricalDtype(
    [
        "arrest for possession", "arrest for supply", "exhibit", "exhibit of supply", "exhibit of use",
        "positive drug test", "sold to an officer", "stated", "supplies",
    ]
)  # fmt: skip
"""Rules of evidence, in order."""


def role_evidence(evidence: Evidence) -> pd.DataFrame:
    """Return what records say of each person's part: stated roles, sales to officers, exhibits; all dates.

    Columns PART_COLUMNS: ``person`` (place in ``names``), ``record`` (a log, or the place among those of its kind),
    ``source`` (one number for one source of a kind), ``row`` (of log_subjects, else -1); ``rule`` names the rule of
    evidence, ``role`` the part that it speaks for.
    """
    return pd.concat([_stated(evidence), _sold(evidence), _carried(evidence)], ignore_index=True)


def supply_evidence(told: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Return the rows of supply (SUPPLY_COLUMNS): selling parts of ``role_evidence``, sources of stated supplies ties.

    In order of nominal, date, kind and record; a record speaks once of a person.
    """
    links = evidence.links
    links = links[(links["relation"] == Relation.SUPPLIES.value) & (links["source"] != links["target"])]
    ties = _of_logs(evidence, links.rename(columns={"source": "person"}).assign(row=-1))
    ties = ties.assign(role=constant(Role.DEALER.value, ROLE, ties.index), rule=constant("supplies", RULE, ties.index))
    keys = pd.concat([told[told["role"].isin(SELLING)], ties[PART_COLUMNS]], ignore_index=True)
    role, rule, kind = (keys[name].cat.codes.to_numpy() for name in ("role", "rule", "kind"))
    record, person = keys["record"].to_numpy(), keys["person"].to_numpy()
    order = np.lexsort((role, rule, record, kind, keys["observed_at"].to_numpy(), person))
    is_first = np.zeros(len(order), dtype=bool)
    for part in (person, kind, record):
        is_first |= np.diff(part[order], prepend=-1) != 0
    keys = keys.take(order[is_first]).reset_index(drop=True)
    names = pd.CategoricalDtype(evidence.names)
    found = _recorded(keys, evidence).assign(
        nominal_id=pd.Categorical.from_codes(keys["person"].to_numpy(), dtype=names), role=keys["role"]
    )
    return found[list(SUPPLY_COLUMNS)]


def _recorded(keys: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Return the records of ``keys`` (kind, record, row), each with its place and phone number, in their order."""
    place = ["easting_m", "northing_m"]
    parts, rows = [], []
    for kind in keys["kind"].cat.categories:
        at = np.flatnonzero(keys["kind"] == kind)
        record = keys["record"].to_numpy()[at]
        if kind == LOGS:
            logs = evidence.logs.take(record)
            phone = _phones_of(evidence, keys["row"].to_numpy()[at])
            part = pd.concat([logged(logs), logs[place]], axis=1).assign(phone=phone.to_numpy())
        elif len(at):
            done = _done(evidence, kind).drop_duplicates("record").take(record)
            part = pd.concat([direct(done["record_ref"], kind, done["observed_at"]), done[[*place, "phone"]]], axis=1)
        else:
            continue
        parts.append(part)
        rows.append(at)
    order = np.argsort(np.concatenate(rows), kind="stable")
    return pd.concat(parts, ignore_index=True).take(order).reset_index(drop=True)


def refs_of(parts: pd.DataFrame, evidence: Evidence) -> pd.Series:
    """Return the record_ref of each of ``parts`` (PART_COLUMNS), in their order."""
    found = np.full(len(parts), "", dtype=object)
    for kind in parts["kind"].cat.categories:
        at = np.flatnonzero(parts["kind"] == kind)
        known = evidence.logs["urn"] if kind == LOGS else _distinct(evidence, kind)["record_ref"]
        found[at] = known.take(parts["record"].to_numpy()[at])
    return pd.Series(found, dtype="str")


def _distinct(evidence: Evidence, kind: str) -> pd.DataFrame:
    """Return one row a record of ``kind``, in order: what stands at the place ``record``."""
    return evidence.direct[kind].drop_duplicates("record")


def _phones_of(evidence: Evidence, row: Ints) -> pd.Series:
    """Return the phone numbers of rows of log_subjects, "" for -1."""
    phone = evidence.tables.get("log_subjects")["phone"].astype("str")
    known = np.flatnonzero(phone != "")
    place = np.full(len(phone) + 1, len(known))
    place[known] = np.arange(len(known))
    some = pd.concat([phone.take(known), pd.Series([""], dtype="str")])
    return some.take(place[row])


def custody_evidence(evidence: Evidence) -> pd.DataFrame:
    """Return what arrests and exhibits without a stated part say of the part played, as rows of ``role_evidence``.

    An arrest is evidence of a part, not of supply by somebody at a place: it starts no clock and proposes no target.
    """
    rows = mentioned(evidence, "arrests", ("arrested_at", "offence_group", "drug_test_result"))
    rows = rows[rows["arrested_at"] < evidence.month.end].rename(columns={"arrested_at": "observed_at"})
    offence = rows["offence_group"].astype("str").str.lower()
    positive = rows["drug_test_result"].astype("str").str.lower() == "positive"
    exhibits = mentioned(evidence, "seizures", ("seized_at", "role", "offence_code"))
    exhibits = exhibits[(exhibits["seized_at"] < evidence.month.end) & exhibits["role"].astype("str").isin(NO_PART)]
    exhibits = exhibits.rename(columns={"seized_at": "observed_at"})
    code = exhibits["offence_code"].astype("str").str.upper()
    cases = (
        (rows[offence.str.contains(SUPPLY_WORDS)], "arrests", Role.DEALER, "arrest for supply"),
        (rows[offence.str.contains(POSSESSION_WORDS)], "arrests", Role.USER, "arrest for possession"),
        (rows[positive], "arrests", Role.USER, "positive drug test"),
        (exhibits[code.isin(SUPPLY_CODES)], "seizures", Role.DEALER, "exhibit of supply"),
        (exhibits[code.isin(POSSESSION_CODES)], "seizures", Role.USER, "exhibit of use"),
    )
    parts = [
        _of_officers(f.assign(role=constant(role.value, ROLE, f.index)), kind, rule) for f, kind, role, rule in cases
    ]
    return pd.concat(parts, ignore_index=True)


def phones(evidence: Evidence) -> pd.DataFrame:
    """Return who was named with which number: phone, nominal_id, records, first_seen, last_seen, is_shared.

    A number is a node of its own: ``is_shared`` says that more than one person was named with it (handed on, a line
    worked in turns, or a household); it never makes them one person.
    """
    named = (
        evidence.tables.get("log_subjects")["phone"].take(evidence.subjects["row"].to_numpy()).astype("str").to_numpy()
    )
    has = np.flatnonzero(named != "")
    mine = evidence.subjects.take(has)
    logs = pd.DataFrame({"phone": pd.Series(named[has], dtype="str"), "person": mine["person"].to_numpy()})
    logs["observed_at"] = evidence.logs["observed_at"].take(mine["log"].to_numpy()).to_numpy()
    bought = mentioned(evidence, "test_purchases", ("seller_phone", "attempted_at"))
    bought = bought[(bought["seller_phone"].astype("str") != "") & (bought["attempted_at"] < evidence.month.end)]
    bought = bought.rename(columns={"seller_phone": "phone", "attempted_at": "observed_at"})
    rows = pd.concat([logs, bought[["phone", "person", "observed_at"]]], ignore_index=True)
    rows["phone"] = rows["phone"].astype("str").str.replace(r"\D", "", regex=True).str.replace(r"^44", "0", regex=True)
    rows = rows[rows["phone"].str.len() >= 7]
    grouped = rows.groupby(["phone", "person"], sort=True)["observed_at"]
    frame = grouped.agg(records="size", first_seen="min", last_seen="max").reset_index()
    frame.insert(1, "nominal_id", evidence.names.take(frame.pop("person").to_numpy()))
    frame["is_shared"] = frame.groupby("phone")["nominal_id"].transform("size") > 1
    return frame


def _stated(evidence: Evidence) -> pd.DataFrame:
    """Return the parts that logs state of people, as PART_COLUMNS."""
    subjects = evidence.subjects
    role = places(evidence.tables.get("log_subjects")["role"], ROLE.categories)[subjects["row"].to_numpy()]
    some = np.flatnonzero((role >= 0) & (role != ROLE.categories.get_loc(Role.UNKNOWN.value)))
    rows = _of_logs(evidence, subjects.take(some).reset_index(drop=True))
    rows["role"] = pd.Categorical.from_codes(role[some], dtype=ROLE)
    return rows.assign(rule=constant("stated", RULE, rows.index))[PART_COLUMNS]


def _of_logs(evidence: Evidence, rows: pd.DataFrame) -> pd.DataFrame:
    """Return ``rows`` (log, person, row) with what their logs say: PART_COLUMNS but for role and rule."""
    told = evidence.logs[["source", "observed_at", "weight", "is_suspected_false"]].take(rows["log"].to_numpy())
    told = told.set_axis(rows.index).assign(kind=constant(LOGS, KIND, rows.index), record=rows["log"])
    return pd.concat([rows[["person", "row"]], told], axis=1)


def _of_officers(rows: pd.DataFrame, kind: str, rule: str) -> pd.DataFrame:
    """Return ``rows`` of what officers did (person, role, record, observed_at) as PART_COLUMNS, each its own source."""
    return rows.assign(
        rule=constant(rule, RULE, rows.index),
        kind=constant(kind, KIND, rows.index),
        source=rows["record"],
        row=-1,
        weight=DIRECT_WEIGHT,
        is_suspected_false=False,
    )[PART_COLUMNS]


def _sold(evidence: Evidence) -> pd.DataFrame:
    rows = mentioned(evidence, "test_purchases", ("attempted_at", "outcome"))
    is_sale = rows["outcome"].astype("str") == Outcome.PURCHASE.value
    rows = rows[(rows["attempted_at"] < evidence.month.end) & is_sale].rename(columns={"attempted_at": "observed_at"})
    rows = rows.assign(role=constant(Role.DEALER.value, ROLE, rows.index))
    return _of_officers(rows, "test_purchases", "sold to an officer")


def _carried(evidence: Evidence) -> pd.DataFrame:
    rows = mentioned(evidence, "seizures", ("seized_at", "role"))
    is_part = ~rows["role"].astype("str").isin(NO_PART)
    rows = rows[(rows["seized_at"] < evidence.month.end) & is_part].rename(columns={"seized_at": "observed_at"})
    return _of_officers(rows.assign(role=rows["role"].astype("str").astype(ROLE)), "seizures", "exhibit")


def _done(evidence: Evidence, kind: str) -> pd.DataFrame:
    """Return the records of seizures or test purchases that name somebody: when, where and the phone number called."""
    when = {"seizures": "seized_at", "test_purchases": "attempted_at"}[kind]
    rows = mentioned(evidence, kind, (when, "easting_m", "northing_m")).rename(columns={when: "observed_at"})
    if kind == "seizures":
        return rows.assign(phone="")
    return rows.assign(phone=mentioned(evidence, kind, ("seller_phone",))["seller_phone"].fillna("").astype("str"))
