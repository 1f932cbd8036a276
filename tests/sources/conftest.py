"""A small area in Sussex and a workspace to fill: two squares of 5 km, EPSG:27700."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from market_profile.contracts.tables import Areas
from market_profile.settings import AreaSettings, Settings, SourceSettings
from market_profile.sources import Intake, Known, read_inbox

WEST, EAST = shapely.box(525_000, 103_000, 530_000, 108_000), shapely.box(530_000, 103_000, 535_000, 108_000)


@pytest.fixture
def areas() -> Areas:
    """Return two partner areas around 530000, 105000 (west of Greenwich)."""
    frame = gpd.GeoDataFrame(
        {"area_code": ["A1", "A2"], "area_name": ["West", "East"]}, geometry=[WEST, EAST], crs="EPSG:27700"
    )
    return Areas(frame=frame, boundary=shapely.box(525_000, 103_000, 535_000, 108_000), crs="EPSG:27700")


Reader = Callable[..., Intake]


@pytest.fixture
def read(tmp_path: Path, areas: Areas) -> Reader:
    """Return a function: files (name -> text or bytes) and sources in, intake out."""

    def run(files: dict[str, str | bytes], known: Known | None = None, **sources: SourceSettings) -> Intake:
        inbox = tmp_path / "inbox"
        inbox.mkdir(exist_ok=True)
        for name, content in files.items():
            path = inbox / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        settings = Settings(area=AreaSettings(name="A", code="E1", partner_areas="a.geojson"), sources=sources)
        return read_inbox(tmp_path, settings, areas, known or Known())

    return run


LOGS = "urn,submitted_at,source_evaluation,intelligence_assessment,handling_code"


@pytest.fixture
def logs() -> Callable[..., str]:
    """Return a function: rows (each the cells after the grade) in, a CSV of good logs out."""

    def text(*urns: str) -> str:
        return "\n".join([LOGS, *(f"{urn},2018-10-01T10:00,1,A,P" for urn in urns)]) + "\n"

    return text
