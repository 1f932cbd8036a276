"""Real open data: Brighton and Hove's LSOAs and street crime as published, with intelligence planted over them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from market_profile.refresh.run import refresh
from market_profile.synthetic import Plan, write_town
from tests.refresh.test_end_to_end import independent_count

MONTHS = ("2018-10", "2018-11", "2018-12", "2019-01", "2019-02")

SETTINGS = """
[area]
name = "Brighton and Hove"
code = "E06000043"
partner_areas = "boundaries/lsoa.geojson"

[report]
pdf = false
"""


def sources_of(text: str) -> str:
    """Return the [sources...] blocks of an area.toml."""
    blocks = re.split(r"(?m)^(?=\[)", text)
    return "\n".join(block for block in blocks if block.startswith("[sources."))


@pytest.fixture(scope="module")
def brighton(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace from settings alone: published polygons and street crime, planted intelligence."""
    folder = tmp_path_factory.mktemp("brighton") / "area"
    polygons = shared_data / "boundaries" / "brighton-and-hove-lsoa-2011.geojson"
    write_town(folder, Plan(logs=1500, months=5, seed=43, boundary=polygons, first_month=MONTHS[0]))
    for path in (folder / "inbox").glob("*street_crime*"):
        path.unlink()
    for path in (folder / "boundaries").iterdir():
        path.unlink()
    shutil.copy(polygons, folder / "boundaries" / "lsoa.geojson")
    planted = (folder / "area.toml").read_text(encoding="utf-8")
    (folder / "area.toml").write_text(SETTINGS + sources_of(planted), encoding="utf-8")
    return folder


def test_brighton_month_by_month(brighton: Path, shared_data: Path) -> None:
    later = brighton / "later"
    (brighton / "inbox").rename(later)
    (brighton / "inbox").mkdir()
    for month in MONTHS:
        for path in sorted(later.glob(f"*{month}*")):
            shutil.move(path, brighton / "inbox" / path.name)
        published = shared_data / "street_crime" / f"{month}-brighton-and-hove-street.csv"
        shutil.copy(published, brighton / "inbox" / published.name)
        result = refresh(brighton)
        assert result.month == month
        report = json.loads((result.folder / "run.json").read_text(encoding="utf-8"))
        file = next(part for part in report["sources"]["street_crime"]["files"] if part["name"] == published.name)
        assert file["read"] == file["accepted"] == independent_count(published)
        page = result.partner_page.read_text(encoding="utf-8")
        assert "Brighton and Hove" in page
        assert len(page.encode()) < 1_000_000
    hotspots = pd.read_csv(result.folder / "planner" / "tables" / "hotspots.csv")
    assert len(hotspots) > 0
    assert set(hotspots["persistence"]) <= {"persistent", "emerging", "fading", "new"}
