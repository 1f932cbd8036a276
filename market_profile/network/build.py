"""The network of one month, from records to measures: the order in which the room's steps are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.network import replacement, roles, structure, supply
from market_profile.network.change import Told, changes, current_ids
from market_profile.network.codes import Ints, places
from market_profile.network.communities import carry_labels, communities
from market_profile.network.company import named_beside
from market_profile.network.edges import EDGE_KEY, edges_of, ends_of, numbered, tie_weights
from market_profile.network.evidence import Evidence, gather, mentioned
from market_profile.network.key_players import key_players
from market_profile.network.likely import likely_supply, parts_of
from market_profile.network.model import KeyPlayerSet, Network, Resolved
from market_profile.network.role_pieces import HALF_LIFE_DAYS
from market_profile.network.standing import STANDING, standing
from market_profile.network.statements import tie_statements
from market_profile.network.structure import Floats
from market_profile.network.things import things
from market_profile.periods import Month
from market_profile.room_settings import NetworkSettings
from market_profile.terms import Relation, Role

NODE_COLUMNS = (
    "nominal_id",
    "role",
    "role_probability",
    "role_reasons",
    "second_role",
    "exploited_share",
    "community",
    "betweenness",
    "k_core",
    "cut_point",
    "key_player_rank",
    "degree",
    "firm_degree",
    "component",
    "supplies_out",
    "supplies_in",
    "first_seen",
    "last_seen",
    *STANDING,
)

CONTRADICTED_FACTOR = 0.25
"""On the fictional town nine in ten such ties were wrong; the record stays, flagged, with a quarter of its weight."""

PROTECTED_ROLES = (Role.CUCKOOED.value, Role.VICTIM.value, Role.USER.value)
"""People with these roles are never named as key players to remove."""


def build_network(
    tables: Tables,
    resolution: Resolved,
    month: Month,
    settings: NetworkSettings,
    previous: Mapping[str, pd.DataFrame],
    in_full: bool = True,
) -> Network:
    """Return the network at the month's cut-off.

    ``resolution.records`` says who is who; ``previous`` is the ``state`` of last month's network ({} at first). Only
    statements of the last ``settings.window_months`` make ties and roles; replacement looks back over all records.
    Where it is not wanted ``in_full`` (partners see no person), replacement, the window of opportunity and the ties and
    roles that these rest on are made, and nothing else.
    """
    told = _told(tables, resolution, month, settings)
    removed = replacement.arrests_of_dealers(mentioned(told.evidence, "arrests", ("arrested_at",)), told.sold, month)
    played = told.people.set_index("nominal_id")["role"]
    network = Network(
        edges=told.edges,
        nodes=told.people,
        replacement=replacement.summarise(replacement.replacement_clocks(removed, told.sold, played, month)),
        window=replacement.window_of_opportunity(removed, told.edges, told.people, month),
        supply=told.sold,
        logs=told.evidence.logs,
    )
    return _in_full(network, told, settings, _previous(previous, resolution)) if in_full else network


@dataclass(frozen=True)
class _Told:
    """What the records of one month tell: evidence joined and graded, statements and parts in the window, shares of the
    parts that no tie enters, evidence of supply, ties (doubted ones flagged) with the numbers of their ends, and people
    with their roles."""

    evidence: Evidence
    current: pd.DataFrame
    roles: pd.DataFrame
    parts: pd.DataFrame
    shares: Floats
    sold: pd.DataFrame
    edges: pd.DataFrame
    ends: tuple[Ints, Ints]
    people: pd.DataFrame


def _told(tables: Tables, resolution: Resolved, month: Month, settings: NetworkSettings) -> _Told:
    evidence = gather(tables, resolution.records, month)
    since = month.end - pd.DateOffset(months=settings.window_months)
    current = tie_statements(evidence, since)
    told = supply.role_evidence(evidence)
    rows = numbered(current)
    edges = edges_of(rows, settings.half_life_days, month)
    parts = pd.concat([told, supply.custody_evidence(evidence)], ignore_index=True)
    parts = parts[parts["observed_at"] >= since]
    steady = (
        edges
        if current.empty
        else edges.assign(weight=tie_weights(rows, dict.fromkeys(Relation, HALF_LIFE_DAYS), month))
    )
    ends = ends_of(rows)
    said = roles.Said(evidence.names, parts, steady, ends, named_beside(evidence, since))
    first = roles.told_parts(said, month)
    people = roles.assign_roles(said, first, month)
    sold = supply.supply_evidence(told, evidence)
    return _Told(evidence, current, told, parts, first.shares, sold, _doubted(edges, people), ends, people)


def _in_full(network: Network, told: _Told, settings: NetworkSettings, before: dict[str, pd.DataFrame]) -> Network:
    """Return the network with the measures of people and groups, what changed, and phones and addresses."""
    month, edges = told.evidence.month, network.edges
    nodes, players = _measured(network.nodes, edges, settings, before.get("nodes"))
    people = places(nodes["nominal_id"], told.evidence.names)
    seen, stands = _seen(told, people), standing(told.current, told.sold, people)
    nodes = pd.concat([nodes, seen, stands], axis=1)[list(NODE_COLUMNS)]
    called = supply.phones(told.evidence)
    known = things(told.evidence, called)
    parts = parts_of(told.evidence.names, told.shares, told.people)
    read, classes = likely_supply(told.current, edges, told.ends, parts, settings.likely_supply_from)
    return replace(
        network,
        edges=read,
        likely=classes,
        nodes=nodes,
        changes=changes(edges, nodes, Told(told.current, told.parts, told.evidence), before, month),
        key_players=players,
        phones=called,
        things=known[0],
        uses=known[1],
        projection=structure.shared_users(edges),
        communities=_communities(nodes),
        state={
            "edges": edges[[*EDGE_KEY, "weight", "last_seen"]],
            "nodes": nodes[["nominal_id", "role", "role_probability", "community"]],
        },
    )


def _doubted(edges: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Flag ties that what else is known contradicts; they keep a quarter of their weight and make no measure."""
    doubt = roles.contradicted(edges, people)
    weight = edges["weight"].where(~doubt, (edges["weight"] * CONTRADICTED_FACTOR).round(6))
    return edges.assign(weight=weight, is_contradicted=doubt.astype(bool))


def _previous(previous: Mapping[str, pd.DataFrame], resolution: Resolved) -> dict[str, pd.DataFrame]:
    events = resolution.events
    carried = dict(previous)
    if "edges" in carried:
        carried["edges"] = current_ids(carried["edges"], EDGE_KEY[:2], events)
    if "nodes" in carried:
        carried["nodes"] = current_ids(carried["nodes"], ["nominal_id"], events).drop_duplicates("nominal_id")
    return carried


def _measured(
    people: pd.DataFrame, edges: pd.DataFrame, settings: NetworkSettings, before: pd.DataFrame | None
) -> tuple[pd.DataFrame, tuple[KeyPlayerSet, ...]]:
    """Add measures: groups over all sound ties; hubs, cores and cut points over corroborated or direct ties alone."""
    sound = edges[~edges["is_suspected_false"] & ~edges["is_contradicted"]]
    web = structure.web_of(sound, people["nominal_id"])
    firm = structure.web_of(sound[~sound["is_single_source"]], people["nominal_id"])
    supplies = sound[sound["relation"] == "supplies"]
    between = structure.betweenness(firm, settings.exact_betweenness_edges, settings.betweenness_pivots)
    nodes = people.assign(
        component=structure.components(web),
        community=communities(web),
        betweenness=between.round(9),
        k_core=structure.core_numbers(firm),
        cut_point=structure.cut_points(firm),
        degree=np.bincount(web.pairs.ravel(), minlength=web.size),
        firm_degree=np.bincount(firm.pairs.ravel(), minlength=firm.size),
        supplies_out=_counted(people, supplies, "source_nominal_id"),
        supplies_in=_counted(people, supplies, "target_nominal_id"),
    )
    nodes["community"] = carry_labels(nodes[["nominal_id", "community"]], before)
    allowed = ~nodes["role"].isin(PROTECTED_ROLES).to_numpy()
    players = key_players(firm, settings.key_players, allowed, between)
    rank = {name: place for place, name in enumerate(players[-1].nominals, start=1)} if players else {}
    nodes["key_player_rank"] = nodes["nominal_id"].map(rank).astype("Int64")
    return nodes, players


def _counted(people: pd.DataFrame, ties: pd.DataFrame, column: str) -> pd.Series:
    found = np.bincount(places(ties[column], people["nominal_id"]), minlength=len(people))
    return pd.Series(found, index=people.index)


def _seen(told: _Told, people: Ints) -> pd.DataFrame:
    """Return first_seen and last_seen of each of ``people`` (places among all nominals) in sound records."""
    parts, ties = told.roles[~told.roles["is_suspected_false"]], ~told.edges["is_suspected_false"].to_numpy()
    edges = told.edges[ties]
    dates = pd.DataFrame(
        {
            "person": np.concatenate([parts["person"], *(end[ties] for end in told.ends)]),
            "first_seen": np.concatenate([parts["observed_at"], edges["first_seen"], edges["first_seen"]]),
            "last_seen": np.concatenate([parts["observed_at"], edges["last_seen"], edges["last_seen"]]),
        }
    )
    seen = dates.groupby("person").agg({"first_seen": "min", "last_seen": "max"})
    return seen.reindex(people).reset_index(drop=True)


def _communities(nodes: pd.DataFrame) -> pd.DataFrame:
    selling = nodes["role"].isin(supply.SELLING)
    frame = nodes.assign(is_seller=selling, is_user=nodes["role"] == Role.USER.value)
    grouped = frame.groupby("community", sort=True).agg(
        people=("nominal_id", "size"),
        sellers=("is_seller", "sum"),
        users=("is_user", "sum"),
        last_seen=("last_seen", "max"),
    )
    return grouped.reset_index().sort_values(["people", "community"], ascending=[False, True], kind="stable")
