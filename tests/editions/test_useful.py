"""Hiding too much is a failure too: real Brighton crime by merged areas still shows most of its numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from market_profile.editions.attack import attack_ledger
from market_profile.editions.cells import Structure
from market_profile.editions.disclosure import Policy, rounded_count
from market_profile.editions.show import Entry

POLICY = Policy()


def test_real_brighton_offences_by_merged_area_mostly_show_and_hide_safely(shared_data: Path) -> None:
    polygons = json.loads(
        (shared_data / "boundaries" / "brighton-and-hove-lsoa-2011.geojson").read_text(encoding="utf-8")
    )
    names = {one["properties"]["LSOA11CD"]: one["properties"]["LSOA11NM"] for one in polygons["features"]}
    files = sorted((shared_data / "street_crime").glob("*-brighton-and-hove-street.csv"))
    crime = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False) for path in files], ignore_index=True)
    crime = crime[crime["LSOA code"].isin(list(names))]
    period = f"{crime['Month'].min()}..{crime['Month'].max()}"
    # five published months of 14 offence groups: LSOAs show 18 %, MSOAs 60 %; so four MSOAs are merged into one area
    areas = {code: f"M-{int(name[-4:-1]) // 4:02d}" for code, name in names.items()}
    counts = pd.crosstab(crime["LSOA code"].map(areas), crime["Crime type"])
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
