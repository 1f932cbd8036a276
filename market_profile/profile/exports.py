"""Tables, layers and network exports for planners (CONTRACT.md 4), and what next month needs."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from market_profile.among import is_among
from market_profile.contracts.tables import Areas
from market_profile.geography.result import HOTSPOT_COLUMNS
from market_profile.impact.displacement import displacement_table
from market_profile.network.what_if import doubted_ties, sound_ties
from market_profile.profile.actions import with_overdue
from market_profile.profile.effect_tests import claims_on_page
from market_profile.profile.findings import Findings
from market_profile.profile.front import headline_events
from market_profile.profile.outcomes import corrections_log

_FIGURE_KINDS = {
    "price_per_pure_gram": "test_purchases",
    "price_per_pure_gram_pooled": "test_purchases",
    "price_per_expected_pure_gram": "test_purchases",
    "price_per_deal": "test_purchases",
    "deal_weight": "test_purchases",
    "purity": "test_purchases",
    "purity_pooled": "test_purchases",
    "availability_without_aborted": "test_purchases",
    "availability": "test_purchases",
    "refusals": "test_purchases",
    "minutes_to_deal": "test_purchases",
    "attempts": "test_purchases",
    "seizures": "seizures",
    "seizures_by_class": "seizures",
    "cash_seized": "seizures",
    "assets": "assets",
    "harm": "harm_events",
    "harm_expected": "harm_events",
    "lines_closed": "county_lines",
    "arrests_at_risk": "cohort_register",
    "crime_series": "crime_counts",
    "interrupted_series": "street_crime",
    "social_cost": "convictions",
    "forum_score": "case_forum",
    "cadence": "operations",
    "survey": "community_survey",
}
"""Record kinds behind a definition card, for ``market-profile explain``."""


def planner_tables(findings: Findings) -> dict[str, pd.DataFrame]:
    """Return the planner's CSV tables by file name without ending."""
    resolution, network, board = findings.resolution, findings.network, findings.board
    geography = findings.geography
    types = findings.indicators.market_types.set_index("market_id")["type"]
    return {
        "nominals": resolution.nominals,
        "nominal_records": resolution.records,
        "identity_events": resolution.events,
        "review_pairs": _side_by_side(findings),
        "network_edges": sound_ties(network),
        "network_doubted_ties": doubted_ties(network),
        "network_nodes": network.nodes,
        "network_changes": network.changes,
        "outreach_window": network.window,
        "replacement_clocks": network.replacement.clocks,
        "phones": network.phones,
        "hotspots": _with_type(geography.hotspots, types),
        "markets": _with_type(geography.markets, types),
        "market_records": geography.record_markets,
        "market_types": findings.indicators.market_types,
        "area_counts": geography.area_counts,
        "backtest": geography.backtest,
        "track_record": geography.track_record,
        "grid_shifts": geography.maup,
        "targets": board.targets,
        "target_parts": board.parts,
        "diversions": board.diversions,
        "board_attention": board.attention,
        "board_record": pd.DataFrame() if board.record is None else board.record.months,
        "board_calibration": board.calibration,
        "board_plan": pd.DataFrame() if board.plan is None else board.plan.attempts,
        "board_teams": pd.DataFrame() if board.plan is None else board.plan.teams,
        "model_card": board.model_card,
        "indicators": findings.indicators.frame,
        "figure_changes": findings.indicators.changes,
        "seizure_forms": findings.indicators.seizure_forms,
        "assets_pipeline": findings.indicators.assets,
        "harm_by_place": findings.indicators.harm_places,
        "harm_expected": findings.indicators.harm_alerts,
        "treatment_journeys": findings.indicators.journeys,
        "spend_lorenz": findings.indicators.lorenz,
        "police_by_treatment": findings.indicators.linked.matrix,
        "hidden_population": findings.indicators.hidden,
        "headline_figures": headline_figures(findings),
        "crime_series": findings.impact.crime_series,
        "record_groups": findings.impact.cohorts,
        **_response_tables(findings),
        "figure_records": _figure_records(findings),
        "quarantine": findings.quarantine,
        "reconciliation": findings.reconciliation,
    }


def _response_tables(findings: Findings) -> dict[str, pd.DataFrame]:
    """Return what was done, what it did and what may be claimed, table by table."""
    return {
        "interrupted_series": findings.impact.interrupted,
        "displacement": displacement_table(findings.geography.displacement),
        "social_cost": findings.impact.costs,
        "cost_tables": findings.impact.cost_tables,
        "benefits": findings.impact.benefits,
        "survey_shares": findings.impact.survey,
        "survey_changes": findings.impact.survey_changes,
        "scorecard": findings.impact.scorecard,
        "corrections": corrections_log(findings),
        "disruptions": findings.impact.disruptions,
        "operations_timeline": findings.impact.timeline,
        "clear_hold_build": findings.impact.phases,
        "case_forum": findings.impact.forum.latest,
        "forum_conflicts": findings.impact.forum.conflicts,
        "register": findings.impact.register,
        "claims_checked": findings.impact.claims,
        "own_claims": claims_on_page(findings),
    }


def map_layers(findings: Findings, areas: Areas) -> dict[str, gpd.GeoDataFrame]:
    """Return the map layers for GeoJSON and GeoPackage: flagged cells, partner areas, and markets with a place."""
    geography, crs = findings.geography, findings.geography.cells.crs
    types = findings.indicators.market_types.set_index("market_id")["type"]
    shapes = areas.frame.set_index("area_code").geometry
    counted = geography.area_counts
    markets = _with_type(geography.markets[geography.markets["easting_m"].notna()], types)
    points = gpd.points_from_xy(markets["easting_m"], markets["northing_m"], crs=crs)
    return {
        "hotspots": gpd.GeoDataFrame(_with_type(geography.cells, types), geometry="geometry", crs=crs),
        "areas": gpd.GeoDataFrame(counted, geometry=shapes.reindex(counted["area_code"]).to_numpy(), crs=crs),
        "markets": gpd.GeoDataFrame(markets, geometry=points, crs=crs),
    }


def network_exports(findings: Findings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return nodes and links for GraphML and link charts: people with their names, and phones and addresses.

    ``node_type`` tells them apart; ids of phones and addresses begin with it. Doubted ties keep their flags.
    """
    network = findings.network
    names = findings.resolution.nominals[["nominal_id", "preferred_name", "date_of_birth"]]
    people = network.nodes.merge(names, on="nominal_id", how="left").assign(node_type="nominal")
    known = network.uses[is_among(network.uses["nominal_id"], people["nominal_id"])]
    things = network.things[is_among(network.things["thing_id"], known["thing_id"])]
    nodes = pd.concat([_gappy(people), _gappy(things.rename(columns={"thing_id": "nominal_id"}))], ignore_index=True)
    uses = known.rename(columns={"nominal_id": "source_nominal_id", "thing_id": "target_nominal_id"})
    return nodes, pd.concat([_gappy(network.edges), _gappy(uses)], ignore_index=True)


def _gappy(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with whole numbers and flags in types that can miss a value, so that stacking keeps them."""
    kinds = {"int64": "Int64", "bool": "boolean"}
    return frame.astype({name: kinds[str(kind)] for name, kind in frame.dtypes.items() if str(kind) in kinds})


def headline_figures(findings: Findings) -> pd.DataFrame:
    """Return month, figure, value: the month's headline counts as published."""
    rows = [
        {"month": findings.month.text, "figure": words, "value": found.in_month(findings.month).n}
        for words, found in headline_events(findings).items()
    ]
    return pd.DataFrame(rows, columns=["month", "figure", "value"])


def next_state(findings: Findings) -> dict[str, pd.DataFrame]:
    """Return what next month's profile compares with: headline counts as published, and status of actions."""
    figures = headline_figures(findings)
    actions, card = findings.decisions.recommendations, findings.impact.scorecard
    scorecard = pd.DataFrame({"month": findings.month.text, "measure": card["measure"], "value": card["now"]})
    return {
        "figures": figures,
        "recommendations": actions[["id"]].assign(status=with_overdue(actions, findings)),
        "key_judgements": findings.decisions.key_judgements[["id", "sentence", "likelihood"]],
        "scorecard": scorecard,
        "corrections": corrections_log(findings),
    }


def _side_by_side(findings: Findings) -> pd.DataFrame:
    """Return the pairs that wait for a person, with what is known of the nominal on either side."""
    known = findings.resolution.nominals[["nominal_id", "preferred_name", "date_of_birth", "roles", "records"]]
    pairs = findings.resolution.review.rename(columns={"records": "mentions"})
    known = known[is_among(known["nominal_id"], pd.concat([pairs["left_nominal_id"], pairs["right_nominal_id"]]))]
    for side in ("left", "right"):
        pairs = pairs.merge(known.add_prefix(f"{side}_"), on=f"{side}_nominal_id", how="left", validate="many_to_one")
    return pairs


def _with_type(frame: pd.DataFrame, types: pd.Series) -> pd.DataFrame:
    """Fill ``market_type`` from the indicators: geography cannot know it (the two rooms never call each other)."""
    if frame.empty or "market_id" not in frame:
        return frame
    known = frame["market_id"].map(types)
    filled = frame.assign(market_type=known.fillna("insufficient").astype("str"))
    if set(HOTSPOT_COLUMNS) <= set(filled.columns):
        rest = [name for name in filled.columns if name not in HOTSPOT_COLUMNS]
        return filled[[*HOTSPOT_COLUMNS, *rest]]
    return filled


def _figure_records(findings: Findings) -> pd.DataFrame:
    """Return definition_id, kind, record_ref: the records that each figure may count, up to the cut-off."""
    parts = []
    for definition, kind in _FIGURE_KINDS.items():
        refs = findings.tables.get(kind)["record_ref"].sort_values(kind="stable")
        parts.append(pd.DataFrame({"definition_id": definition, "kind": kind, "record_ref": refs}))
    return pd.concat(parts, ignore_index=True)
