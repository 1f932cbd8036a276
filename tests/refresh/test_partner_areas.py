"""Areas for partners: merged by the published numbers alone, in one piece, and once."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from market_profile.cli.app import main
from market_profile.contracts.tables import Areas, Tables
from market_profile.refresh.partner_areas import FILE, choose, levels
from market_profile.refresh.plan import open_workspace
from market_profile.sources import merge_areas
from market_profile.sources.merging import merged_by_name, merged_by_size

SIDE = 6


def squares(names: str = "Town {number:03d}{letter}") -> Areas:
    """36 squares of one kilometre; three neighbours in a row share an MSOA's number."""
    cells = [(row, column) for row in range(SIDE) for column in range(SIDE)]
    frame = gpd.GeoDataFrame(
        {
            "area_code": [f"E{number:03d}" for number in range(len(cells))],
            "area_name": [names.format(number=number // 3, letter="ABC"[number % 3]) for number in range(len(cells))],
        },
        geometry=[box(1000 * column, 1000 * row, 1000 * column + 1000, 1000 * row + 1000) for row, column in cells],
        crs="EPSG:27700",
    )
    return Areas(frame, frame.geometry.union_all(), "EPSG:27700")


def crime(per_area: int) -> Tables:
    """Street crimes of one type, so many in each square; a month older than twelve is not looked at."""
    rows = [(f"E{number:03d}", "Drugs", f"2018-{1 + one % 12:02d}") for number in range(36) for one in range(per_area)]
    rows += [("E000", "Old", "2016-01")] * 50 + [("elsewhere", "Drugs", "2018-01")] * 50
    return Tables({"street_crime": pd.DataFrame(rows, columns=["lsoa_code", "crime_type", "month"])})


def test_msoas_stand_in_the_names() -> None:
    table = merged_by_name(squares())
    assert table is not None
    assert table["merged_code"].nunique() == 12
    assert set(table.loc[table["area_code"].isin(["E000", "E001", "E002"]), "merged_name"]) == {"Town 000"}
    assert merged_by_name(squares("Square {number}{letter}")) is None


def test_every_level_covers_each_area_once_in_pieces_that_hang_together() -> None:
    areas = squares()
    sizes = dict.fromkeys(areas.frame["area_code"], 1500.0)
    counts = []
    for table in levels(areas, sizes):
        assert sorted(table["area_code"]) == sorted(areas.frame["area_code"])
        whole = areas.frame.merge(table, on="area_code").dissolve(by="merged_code")
        assert (whole.geometry.geom_type == "Polygon").all()
        counts.append(table["merged_code"].nunique())
    assert counts[:2] == [36, 12]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] >= 2


def test_small_areas_join_until_each_is_large_enough() -> None:
    areas = squares()
    sizes = {code: 100.0 + number for number, code in enumerate(areas.frame["area_code"])}
    table = merged_by_size(areas, None, sizes, 400.0)
    assert table["area_code"].map(sizes).groupby(table["merged_code"]).sum().min() >= 400.0


def test_the_finest_level_that_mostly_shows_is_chosen() -> None:
    assert choose(squares(), crime(per_area=9), 75).areas == 36
    assert choose(squares(), crime(per_area=3), 75).areas == 12
    few = choose(squares(), crime(per_area=1), 75)
    assert few.is_enough
    assert 2 <= few.areas <= 4
    none = choose(squares(), Tables({"street_crime": crime(1).get("street_crime").iloc[:3]}), 75)
    assert not none.is_enough


def test_order_of_rows_and_the_force_s_own_records_take_no_part() -> None:
    plain = crime(per_area=2)
    shuffled = Tables({"street_crime": plain.get("street_crime").sample(frac=1, random_state=3)})
    logs = pd.DataFrame({"urn": ["1"] * 500, "area_code": ["E000"] * 500})
    for other in (shuffled, plain.replace(intelligence_logs=logs)):
        assert choose(squares(), other, 75).table.equals(choose(squares(), plain, 75).table)


def test_the_command_writes_the_table_once(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = town / "area.toml"
    kept = [line for line in settings.read_text(encoding="utf-8").splitlines() if "merge_partner_areas" not in line]
    settings.write_text("\n".join(kept) + "\n", encoding="utf-8")
    main_quietly("partner-areas", town)
    said = capsys.readouterr().out
    assert "areas make" in said
    table = pd.read_csv(town / FILE, dtype=str)
    assert list(table.columns) == ["area_code", "merged_code", "merged_name"]
    with pytest.raises(SystemExit) as refused:
        main(["partner-areas", str(town)])
    assert refused.value.code == 2
    line = f'[disclosure]\nmerge_partner_areas = "{FILE}"'
    settings.write_text(settings.read_text(encoding="utf-8").replace("[disclosure]", line), encoding="utf-8")
    workspace = open_workspace(town)
    merged = merge_areas(town, workspace.settings, workspace.areas)
    assert len(merged.frame) == table["merged_code"].nunique() < len(table)


def main_quietly(*arguments: str | Path) -> None:
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as ended:
        assert not ended.code, ended.code
