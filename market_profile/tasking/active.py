"""The chance that a seller still sells next month: silence against their own usual gap, role, a recent arrest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.network.codes import among
from market_profile.tasking.candidates import targets_of
from market_profile.tasking.model import Inputs

LEAVING_RATE = 1 / 150
"""Chance a day that a seller leaves the market (arrest, moving on): a working life of some five months."""

SIGHTING = 0.4
"""A report's word that its person was at work on its date counts with 0.4 of its weight: many repeat old news or name
somebody else. What officers themselves did counts in full; several reports of late make up for it."""

LATEST = 16
"""So many of the latest statements are asked whether the person was still at work: with fewer, three times the reports
kept somebody on the board (TRUST.md 15), with more nothing changed."""

USUAL_GAP_DAYS = 45.0
"""Before anything is known of a seller: one sound statement in six weeks, worth one observation."""

ROLE_PRIOR = {"dealer": 1.0, "runner": 0.4, "line_holder": 0.4, "supplier": 0.15}
"""How likely a seller of the role is to sell to an officer, against a dealer, before past purchases say (each worth
``ROLE_STRENGTH`` people); a tier above the street rarely does."""

ROLE_STRENGTH = 4.0

ARRESTED_DAYS = 60
ARRESTED_FACTOR = 0.35
"""A seller arrested in the last two months and not seen selling to an officer since is less likely to be back."""


def at_work(rows: pd.DataFrame, evidence: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return the chance that each of ``rows`` (candidates) sells to officers next month; 1 has no doubt of it."""
    share = still_active(rows, evidence, inputs) * _by_role(rows, inputs)
    return share * _since_arrest(rows, evidence, inputs)


def still_active(rows: pd.DataFrame, evidence: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return the chance that each target still sells next month, from how long it has been silent.

    Sellers are seen at their own rate and leave at ``LEAVING_RATE``: silence that is long against a seller's usual gap
    says that they left (Schmittlein, Morrison and Colombo 1987). The last statement counts as a sighting with its
    weight (``SIGHTING`` of it for a report), else the one before it, up to ``LATEST``.
    """
    sound = evidence[~evidence["is_suspected_false"]]
    age = (inputs.month.end - sound["observed_at"]).dt.total_seconds() / 86_400
    seen = sound["weight"].where(sound["is_direct"], sound["weight"] * SIGHTING)
    rows_of = pd.DataFrame({"target": sound["target"], "age": age, "weight": seen})
    grouped = rows_of.groupby("target")["age"]
    rate = (grouped.size() + 1) / (grouped.max() + USUAL_GAP_DAYS)
    order = np.lexsort((sound["record"], age, sound["target"]))
    last = rows_of.take(order).groupby("target").head(LATEST)
    last = last.assign(rate=rate.reindex(last["target"]).to_numpy())
    both = last["rate"] + LEAVING_RATE
    quiet = np.exp(-both * last["age"])
    here = quiet / (quiet + LEAVING_RATE / both * (1 - quiet))
    missed = np.log1p(-last["weight"].clip(upper=0.99))
    before = missed.groupby(last["target"]).cumsum() - missed
    told = (last["weight"] * np.exp(before) * here).groupby(last["target"]).sum()
    month = (1 - np.exp(-30 * LEAVING_RATE)) / (30 * LEAVING_RATE)
    found = told.reindex(targets_of(rows, evidence)).fillna(0.0) * month
    return pd.Series(found.to_numpy(), index=rows.index)


def _by_role(rows: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Share of each role's people who sold to an officer, against dealers', shrunk to ``ROLE_PRIOR``."""
    supply = inputs.network.supply
    sold = supply.loc[supply["kind"] == "test_purchases", "nominal_id"]
    nodes = inputs.network.nodes
    people = nodes.assign(sold=among(nodes["nominal_id"], sold)).groupby("role")["sold"].agg(["sum", "size"])
    dealers = people.reindex(["dealer"]).fillna(0.0).iloc[0]
    usual = (dealers["sum"] + 1) / (dealers["size"] + 4)
    prior = pd.Series(ROLE_PRIOR)
    people = people.reindex(prior.index).fillna(0.0)
    share = (people["sum"] + ROLE_STRENGTH * prior * usual) / (people["size"] + ROLE_STRENGTH)
    factor = (share / share["dealer"]).clip(upper=1.0)
    found = rows["role"].map(factor).astype("float64")
    return found.where(rows["target_kind"] == "nominal", 1.0).fillna(1.0)


def _since_arrest(rows: pd.DataFrame, evidence: pd.DataFrame, inputs: Inputs) -> pd.Series:
    clocks = inputs.network.replacement.clocks
    age = (inputs.month.end - clocks["arrested_on"]).dt.days
    arrested = clocks[age <= ARRESTED_DAYS].groupby("nominal_id")["arrested_on"].max()
    bought = evidence[(evidence["kind"] == "test_purchases") & (evidence["target_kind"] == "nominal")]
    last = bought.groupby("target_id")["observed_at"].max()
    taken = pd.Series(arrested.reindex(rows["target_id"]).to_numpy(), index=rows.index, dtype="datetime64[us]")
    seen = pd.Series(last.reindex(rows["target_id"]).to_numpy(), index=rows.index, dtype="datetime64[us]")
    is_gone = taken.notna() & ~(seen > taken) & (rows["target_kind"] == "nominal")
    return pd.Series(np.where(is_gone, ARRESTED_FACTOR, 1.0), index=rows.index)
