"""Dated evidence of supply, one row a person and record: what roles, replacement and the board rest on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.network.evidence import Evidence
from market_profile.network.statements import direct, mentioned
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

SUPPLY_COLUMNS = (
    "nominal_id",
    "role",
    "rule",
    "kind",
    "record_ref",
    "observed_at",
    "source_key",
    "grade",
    "weight",
    "handling",
    "provenance",
    "stream",
    "is_direct",
    "is_suspected_false",
    "market_mode",
    "phone",
    "easting_m",
    "northing_m",
)


def role_evidence(evidence: Evidence) -> pd.DataFrame:
    """Return what records say of each person's part: stated roles, sales to officers, exhibits; all dates.

    Columns ``SUPPLY_COLUMNS``; ``rule`` names the evidence rule; ``role`` the part that it speaks for.
    """
    parts = [_stated(evidence), _sold(evidence), _carried(evidence)]
    frame = pd.concat(parts, ignore_index=True)
    frame["phone"] = frame["phone"].astype("object").fillna("").astype("str")
    order = ["nominal_id", "role", "source_key", "kind", "record_ref", "rule"]
    return frame.sort_values(order, kind="stable").reset_index(drop=True)[list(SUPPLY_COLUMNS)]


def supply_evidence(roles: pd.DataFrame, ties: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Return the rows of supply: selling roles of ``role_evidence`` and the sources of stated supplies ties."""
    sold = ties[(ties["relation"] == Relation.SUPPLIES.value) & ties["is_stated"]]
    places = evidence.logs[["urn", "market_mode", "easting_m", "northing_m"]].rename(columns={"urn": "record_ref"})
    stated = sold.rename(columns={"source_id": "nominal_id"}).merge(places, on="record_ref", how="left")
    stated = stated.assign(role=Role.DEALER.value, rule="supplies", phone="")
    stated["market_mode"] = stated["market_mode"].astype("object").fillna("").astype("str")
    frame = pd.concat([roles[roles["role"].isin(SELLING)], stated[list(SUPPLY_COLUMNS)]], ignore_index=True)
    order = ["nominal_id", "observed_at", "kind", "record_ref", "rule"]
    frame = frame.sort_values(order, kind="stable")
    return frame.drop_duplicates(["nominal_id", "kind", "record_ref"]).reset_index(drop=True)


def custody_evidence(evidence: Evidence) -> pd.DataFrame:
    """Return what arrests and exhibits without a stated part say of the part played, as rows of ``role_evidence``.

    An arrest is evidence of a part, not of supply by somebody at a place: it starts no clock and proposes no target.
    """
    rows = mentioned(evidence, "arrests", ("arrested_at", "offence_group", "drug_test_result"))
    rows = rows[rows["arrested_at"] < evidence.month.end].rename(columns={"arrested_at": "observed_at"})
    rows = direct(rows, "arrests", "officer").assign(market_mode="", phone="", easting_m=np.nan, northing_m=np.nan)
    offence = rows["offence_group"].astype("str").str.lower()
    positive = rows["drug_test_result"].astype("str").str.lower() == "positive"
    exhibits = mentioned(evidence, "seizures", ("seized_at", "role", "offence_code", "easting_m", "northing_m"))
    exhibits = exhibits[(exhibits["seized_at"] < evidence.month.end) & exhibits["role"].astype("str").isin(NO_PART)]
    exhibits = direct(exhibits.rename(columns={"seized_at": "observed_at"}), "seizures", "officer")
    exhibits = exhibits.assign(market_mode="", phone="")
    code = exhibits["offence_code"].astype("str").str.upper()
    cases = (
        (rows[offence.str.contains(SUPPLY_WORDS)], Role.DEALER, "arrest for supply"),
        (rows[offence.str.contains(POSSESSION_WORDS)], Role.USER, "arrest for possession"),
        (rows[positive], Role.USER, "positive drug test"),
        (exhibits[code.isin(SUPPLY_CODES)], Role.DEALER, "exhibit of supply"),
        (exhibits[code.isin(POSSESSION_CODES)], Role.USER, "exhibit of use"),
    )
    frame = pd.concat([f.assign(role=role.value, rule=rule) for f, role, rule in cases], ignore_index=True)
    return frame[list(SUPPLY_COLUMNS)].sort_values(["nominal_id", "rule", "record_ref"], kind="stable")


def phones(evidence: Evidence) -> pd.DataFrame:
    """Return who was named with which number: phone, nominal_id, records, first_seen, last_seen, is_shared.

    A number is a node of its own: ``is_shared`` says that more than one person was named with it (handed on, a line
    worked in turns, or a household); it never makes them one person.
    """
    logs = evidence.subjects.loc[evidence.subjects["phone"].astype("str") != "", ["phone", "nominal_id", "observed_at"]]
    bought = mentioned(evidence, "test_purchases", ("seller_phone", "attempted_at"))
    bought = bought[(bought["seller_phone"].astype("str") != "") & (bought["attempted_at"] < evidence.month.end)]
    bought = bought.rename(columns={"seller_phone": "phone", "attempted_at": "observed_at"})
    rows = pd.concat([logs, bought[["phone", "nominal_id", "observed_at"]]], ignore_index=True)
    rows["phone"] = rows["phone"].astype("str").str.replace(r"\D", "", regex=True).str.replace(r"^44", "0", regex=True)
    rows = rows[rows["phone"].str.len() >= 7]
    grouped = rows.groupby(["phone", "nominal_id"], sort=True)["observed_at"]
    frame = grouped.agg(records="size", first_seen="min", last_seen="max").reset_index()
    frame["is_shared"] = frame.groupby("phone")["nominal_id"].transform("size") > 1
    return frame


def _stated(evidence: Evidence) -> pd.DataFrame:
    people = evidence.subjects
    people = people[~people["role"].astype("str").isin(["", Role.UNKNOWN.value])]
    frame = people.rename(columns={"urn": "record_ref"})
    return frame.assign(kind="intelligence_logs", rule="stated", is_direct=False)[list(SUPPLY_COLUMNS)]


def _sold(evidence: Evidence) -> pd.DataFrame:
    columns = ("attempted_at", "outcome", "contact_mode", "seller_phone", "easting_m", "northing_m")
    rows = mentioned(evidence, "test_purchases", columns)
    is_sale = rows["outcome"].astype("str") == Outcome.PURCHASE.value
    rows = rows[(rows["attempted_at"] < evidence.month.end) & is_sale]
    rows = rows.rename(columns={"attempted_at": "observed_at", "contact_mode": "market_mode", "seller_phone": "phone"})
    return direct(rows, "test_purchases", "undercover").assign(role=Role.DEALER.value, rule="sold to an officer")[
        list(SUPPLY_COLUMNS)
    ]


def _carried(evidence: Evidence) -> pd.DataFrame:
    rows = mentioned(evidence, "seizures", ("seized_at", "role", "easting_m", "northing_m"))
    is_part = ~rows["role"].astype("str").isin(["", Role.UNKNOWN.value])
    rows = rows[(rows["seized_at"] < evidence.month.end) & is_part].rename(columns={"seized_at": "observed_at"})
    return direct(rows, "seizures", "officer").assign(rule="exhibit", market_mode="", phone="")[list(SUPPLY_COLUMNS)]
