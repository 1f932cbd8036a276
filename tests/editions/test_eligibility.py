"""What partners' analysis is given: places on whole areas, no free text, one order."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from market_profile.contracts.tables import Areas, Tables
from market_profile.editions.eligibility import in_whole_areas, shareable
from market_profile.geography.events import stands_nowhere
from market_profile.periods import Month

MONTH = Month("2019-02")
GRANTS = pd.DataFrame(columns=["urn", "expires_on"])
SQUARE = box(530_000, 104_000, 531_000, 105_000)
AREAS = Areas(
    gpd.GeoDataFrame({"area_code": ["A1"], "area_name": ["Town"]}, geometry=[SQUARE], crs="EPSG:27700"),
    SQUARE,
    "EPSG:27700",
)


def logs() -> pd.DataFrame:
    """20 logs each on a spot of its own, 12 texts on one spot (a geocoder's default), one that names no place."""
    own = [(530_100.0 + 10 * number, f"Street {number}") for number in range(20)]
    default = [(530_500.5, f"Road {number}") for number in range(12)]
    rows = [*own, *default, (530_700.0, "Police station, unknown")]
    frame = pd.DataFrame(
        {
            "urn": [f"U{number:03d}" for number in range(len(rows))],
            "easting_m": [east for east, _ in rows],
            "northing_m": 104_500.0,
            "location_text": [text for _, text in rows],
            "text": "a narrative",
        }
    )
    graded = {"source_evaluation": "1", "intelligence_assessment": "A", "handling_code": "P", "grade_scheme": "3x5x2"}
    return frame.assign(**graded, provenance="officer", location_precision="street", record_ref=frame["urn"])


def given(frame: pd.DataFrame) -> pd.DataFrame:
    shared = shareable(Tables({"intelligence_logs": frame}), GRANTS, MONTH)
    return in_whole_areas(shared, AREAS).get("intelligence_logs")


def test_a_place_put_on_its_area_is_still_a_place() -> None:
    rows = given(logs())
    assert rows["easting_m"].notna().sum() == 20
    assert rows.loc[rows["easting_m"].notna(), "easting_m"].nunique() == 1
    assert not stands_nowhere(rows).any()
    assert (rows.loc[rows["easting_m"].isna(), "location_precision"] == "none").all()


def test_free_text_and_order_of_rows_do_not_arrive() -> None:
    told = logs().assign(text="quite another narrative").sample(frac=1, random_state=5)
    assert given(told).equals(given(logs()))
    assert set(given(logs())["text"]) == {""}
