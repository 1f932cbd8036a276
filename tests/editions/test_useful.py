"""Hiding too much is a failure too: real Brighton crime by merged areas still shows most of its numbers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.editions.attack import attack_ledger
from market_profile.editions.cells import Structure
from market_profile.editions.disclosure import Policy, rounded_count
from market_profile.editions.show import Entry
from market_profile.refresh.partner_areas import choose
from market_profile.settings import parse_settings
from market_profile.sources import load_areas

POLICY = Policy()


def test_real_brighton_offences_by_merged_area_mostly_show_and_hide_safely(shared_data: Path) -> None:
    toml = '[area]\nname = "B"\ncode = "E06000043"\npartner_areas = "brighton-and-hove-lsoa-2011.geojson"\n'
    toml += 'partner_area_code = "LSOA11CD"\npartner_area_name = "LSOA11NM"'
    lsoas = load_areas(shared_data / "boundaries", parse_settings(toml, ()))
    files = sorted((shared_data / "street_crime").glob("*-brighton-and-hove-street.csv"))
    crime = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False) for path in files], ignore_index=True)
    crime = crime.rename(columns={"LSOA code": "lsoa_code", "Month": "month", "Crime type": "crime_type"})
    crime = crime[crime["lsoa_code"].isin(lsoas.frame["area_code"])]
    period = f"{crime['month'].min()}..{crime['month'].max()}"
    # five published months of 14 offence groups: LSOAs show 18 %, MSOAs 60 %; the rule goes on from there by itself
    chosen = choose(lsoas, Tables({"street_crime": crime}), 75.0)
    assert chosen.is_enough
    assert chosen.areas >= 10
    areas = dict(zip(chosen.table["area_code"], chosen.table["merged_code"], strict=True))
    counts = pd.crosstab(crime["lsoa_code"].map(areas), crime["crime_type"])
    members = {area: frozenset(code for code, own in areas.items() if own == area) for area in set(areas.values())}
    counts = counts.reindex(sorted(members), fill_value=0)
    shown = counts.map(lambda n: rounded_count(int(n), POLICY))
    cells = counts.size
    visible = int(shown.notna().sum().sum())
    assert cells >= 100
    assert visible >= 0.75 * cells
    assert float((shown - counts).abs().max().max()) <= 2
    entries = [
        Entry(f"crime|{area}|{kind}|{period}", None if pd.isna(value) else int(value))
        for area, row in shown.iterrows()
        for kind, value in row.items()
    ]
    entries += [Entry(f"crime|all|{kind}|{period}", rounded_count(int(n), POLICY)) for kind, n in counts.sum().items()]
    result = attack_ledger(entries, POLICY, Structure(members))
    assert [one for one in result.inferred if one.low == one.high] == []
