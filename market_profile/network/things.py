"""Phones and addresses as nodes of their own: who was named with which, and when; they never make two people one."""

from __future__ import annotations

import pandas as pd

from market_profile.network.codes import ordered
from market_profile.network.evidence import Evidence

THING_COLUMNS = ("thing_id", "node_type", "people", "is_shared", "is_handed_on")
USE_COLUMNS = ("nominal_id", "thing_id", "relation", "records", "first_seen", "last_seen")

RELATIONS = {"phone": "uses_phone", "address": "named_at"}


def things(evidence: Evidence, phones: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return phones and addresses (THING_COLUMNS), and who was named with them (USE_COLUMNS); sorted by id.

    ``phones`` as from ``supply.phones``. ``is_handed_on``: the last to be named with it was first named with it after
    all others were last named: handed on from one person to the next, rather than used side by side.
    """
    called = phones.rename(columns={"phone": "text"}).assign(node_type="phone")
    uses = pd.concat([called, _addresses(evidence).assign(node_type="address")], ignore_index=True)
    uses = uses.assign(thing_id=uses["node_type"].astype("str") + ":" + uses["text"].astype("str"))
    uses["relation"] = uses["node_type"].map(RELATIONS)
    uses = uses.sort_values(["thing_id", "first_seen", "nominal_id"], kind="stable")
    by_thing = uses.groupby("thing_id", sort=True)
    found = by_thing.agg(node_type=("node_type", "first"), people=("nominal_id", "nunique"))
    found["is_shared"] = found["people"] > 1
    others = uses[uses.duplicated("thing_id", keep="last")].groupby("thing_id")["last_seen"].max()
    found["is_handed_on"] = others.reindex(found.index) < by_thing["first_seen"].max()
    return found.reset_index()[list(THING_COLUMNS)], uses.reset_index(drop=True)[list(USE_COLUMNS)]


def _addresses(evidence: Evidence) -> pd.DataFrame:
    """Return who was named with which address (lower case, single spaces): text, nominal_id, records, dates."""
    subjects = evidence.subjects
    text = evidence.tables.get("log_subjects")["address_text"].astype("str")
    is_told = (text != "").to_numpy()[subjects["row"].to_numpy()]
    rows = subjects[["log", "person"]][is_told].reset_index(drop=True)
    told, address = ordered(text.take(subjects["row"].to_numpy()[is_told]))
    words = told.to_series().str.lower().str.replace(r"[\s,]+", " ", regex=True).str.strip()
    names, number = ordered(words)
    rows = rows.assign(
        text=number[address], observed_at=evidence.logs["observed_at"].take(rows["log"].to_numpy()).to_numpy()
    )
    rows = rows[names.to_numpy(dtype=object)[rows["text"]] != ""] if "" in names else rows
    grouped = rows.groupby(["text", "person"], sort=True)["observed_at"]
    found: pd.DataFrame = grouped.agg(records="size", first_seen="min", last_seen="max").reset_index()
    named = found.pop("person")
    found["text"], found["nominal_id"] = names.take(found["text"].to_numpy()), evidence.names.take(named.to_numpy())
    return found
