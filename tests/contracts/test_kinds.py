"""Every record kind of the contract is declared, once, with what the rooms above rely on."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from market_profile import contracts
from market_profile.contracts.columns import ColumnType, Kind, empty_frame
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.schema import accepted_schema
from market_profile.contracts.tables import Tables
from market_profile.periods import Month
from market_profile.terms import Audience, Sensitivity

# Columns of CONTRACT.md section 2, in the contract's own order and starring.
CONTRACT = {
    "intelligence_logs": "urn* submitted_at* event_from event_to grade_scheme source_evaluation* "
    "intelligence_assessment* handling_code handling_conditions source_ref provenance text location_text easting_m "
    "northing_m latitude longitude location_precision drugs market_mode review_date grade",
    "log_subjects": "urn* subject_no* nominal_ref surname forenames aliases date_of_birth sex phone vrm address_text "
    "easting_m northing_m role safeguarding",
    "log_links": "urn* from_subject_no* to_subject_no* relation*",
    "test_purchases": "tp_ref* operation* phase authority_ref authority_expires attempted_at* outcome* contact_mode "
    "introducer_needed minutes_to_deal drug_asked drug_supplied deals price_gbp gross_g net_g purity_pct lab_status "
    "exhibit_ref easting_m northing_m latitude longitude location_text seller_nominal_ref seller_surname "
    "seller_forenames seller_aliases seller_date_of_birth seller_phone",
    "seizures": "seizure_ref* exhibit_ref* seized_at* drug* form quantity unit weighed purity_pct cash_gbp poca_ref "
    "power offence_code operation easting_m northing_m latitude longitude location_text nominal_ref surname forenames "
    "aliases date_of_birth role",
    "arrests": "custody_ref* arrested_at* nominal_ref surname forenames aliases date_of_birth offence_code "
    "offence_group operation drug_test_result disposal disposal_date days_in_custody",
    "convictions": "nominal_ref surname forenames date_of_birth convicted_on* offence_group*",
    "cohort_register": "nominal_ref surname forenames date_of_birth record_group* operation accepted_on removed_on "
    "reason judicial_action court_disposal",
    "case_forum": "nominal_ref* assessed_on* override override_reason decision next_review",
    "treatment": "client_key* linkage_key referred_on* referral_source stage stage_on main_drug weekly_spend_gbp "
    "outcome consent_police_share consent_expires",
    "operations": "operation* phase* tactic* starts_on* ends_on area_code resource_hours cost_gbp",
    "county_lines": "line_ref* first_seen* status* closed_on closure_evidence drugs cuckooed_addresses "
    "safeguarding_visits",
    "assets": "case_ref* stage* stage_on* amount_gbp*",
    "community_survey": "wave* area_code question* question_version response* weight",
    "harm_events": "event_ref* occurred_at* harm* status drug area_code easting_m northing_m",
    "disruptions": "disruption_ref* on* level* operation",
    "court_orders": "nominal_ref* order* made_on* test_on test_result breached_on",
    "crime_counts": "period_start* period_end* offence_group* count*",
    "population": "area_code* residents* addresses",
    "street_crime": "crime_id month* reported_by falls_within longitude latitude location lsoa_code lsoa_name "
    "crime_type* last_outcome context",
    "stop_and_search": "type* date* part_of_a_policing_operation policing_operation latitude longitude gender "
    "age_range self_defined_ethnicity officer_defined_ethnicity legislation object_of_search outcome "
    "outcome_linked_to_object_of_search removal_of_more_than_just_outer_clothing",
}


ADDED = {
    "partner_observations": "observation_ref* organisation* observed_on* area_code question* people_or_cases comment",
}
"""Kinds beyond the contract: it may be added to."""

CONTRACT |= ADDED


def test_every_kind_of_the_contract_is_declared_and_no_other() -> None:
    assert set(KINDS) == set(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_columns_and_required_ones_are_those_of_the_contract(name: str) -> None:
    starred = {column.name + ("*" if column.is_required else "") for column in KINDS[name].columns}
    assert starred == set(CONTRACT[name].split())


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_kind_is_whole(kind: Kind) -> None:
    assert len(set(kind.names)) == len(kind.names)
    assert all(column.meaning for column in kind.columns)
    assert set(kind.key) <= set(kind.names)
    assert kind.time is None or kind.column(kind.time).type in {ColumnType.DATE, ColumnType.TIME, ColumnType.MONTH}
    if kind.parent:
        parent, column = kind.parent
        assert column in kind.names and KINDS[parent].key == (column,)
    if kind.has_place:
        reach = {column.name for column in (*kind.columns, *kind.derived)}
        assert {"easting_m", "northing_m"} <= reach


def test_names_carry_their_units() -> None:
    ends = {"_gbp": "£", "_pct": "%", "_g": "g", "_m": "m"}
    for kind in KINDS.values():
        for column in (*kind.columns, *kind.derived):
            for end, unit in ends.items():
                if column.name.endswith(end):
                    assert column.unit.startswith(unit), (kind.name, column.name)


def test_what_is_personal_or_covert_text_never_reaches_partners() -> None:
    for kind in KINDS.values():
        for column in kind.columns:
            is_hidden = column.sensitivity in {Sensitivity.PERSONAL, Sensitivity.COVERT, Sensitivity.PROTECTED}
            if is_hidden and column.type is ColumnType.TEXT:
                assert Audience.PARTNER not in column.editions, (kind.name, column.name)


def test_protected_characteristics_are_declared_as_such() -> None:
    protected = {
        (kind.name, column.name)
        for kind in KINDS.values()
        for column in kind.columns
        if column.sensitivity is Sensitivity.PROTECTED
    }
    search = ("gender", "age_range", "self_defined_ethnicity", "officer_defined_ethnicity")
    assert protected == {("log_subjects", "sex"), *(("stop_and_search", name) for name in search)}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_empty_tables_are_typed_and_satisfy_the_second_opinion(kind: Kind) -> None:
    frame = empty_frame(kind)
    accepted_schema(kind).validate(frame)
    assert Tables({kind.name: frame}).until(Month("2019-01")).get(kind.name).empty


def test_published_months_are_cut_at_the_end_of_the_month() -> None:
    kind = KINDS["street_crime"]
    frame = empty_frame(kind).reindex(range(3)).assign(month=pd.Series(["2018-12", "2019-01", "2019-02"], dtype="str"))
    kept = Tables({"street_crime": frame}).until(Month("2019-01")).get("street_crime")
    assert kept["month"].tolist() == ["2018-12", "2019-01"]


def test_every_module_of_the_room_imports() -> None:
    for path in Path(contracts.__file__).parent.glob("*.py"):
        assert re.fullmatch(r"[a-z_]+", path.stem)
        import_module(f"market_profile.contracts.{path.stem}")
