"""A broken area.toml is refused in words that name the key (exit 2 or 3), never with a traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from market_profile.errors import MarketProfileError
from market_profile.refresh.plan import make_plan, open_workspace, read_new_files, take_in

SQUARE = {"type": "Polygon", "coordinates": [[[-0.2, 50.8], [-0.1, 50.8], [-0.1, 50.9], [-0.2, 50.9], [-0.2, 50.8]]]}
GOOD = '[area]\nname = "A"\ncode = "E1"\npartner_areas = "boundaries/lsoa.geojson"\n'
BROKEN: dict[str, tuple[bytes | str, str]] = {
    "no bytes": ("", "area"),
    "not TOML": ("[area\nname", "not valid TOML"),
    "JSON": ('{"area": 1}', "not valid TOML"),
    "UTF-16": (GOOD.encode("utf-16"), "UTF-8"),
    "NUL bytes": (b"\x00" * 100, "not valid TOML"),
    "a key twice": (GOOD + 'name = "B"\n', "not valid TOML"),
    "a table as text": ('area = "Brighton"\n', "key area"),
    "a list as area": ("area = [1, 2]\n", "key area"),
    "no name": (GOOD.replace('name = "A"\n', ""), "area.name is missing"),
    "a number as name": (GOOD.replace('"A"', "7"), "area.name"),
    "an unknown key": (GOOD + 'colour = "red"\n', "unknown key area.colour"),
    "an unknown table": (GOOD + "[weather]\nwet = true\n", "unknown key weather"),
    "an unknown kind": (GOOD + "[sources.gossip]\npattern = '*'\n", "not a record kind"),
    "a wrong type in a source": (GOOD + "[sources.arrests]\nencoding = 5\n", "sources.arrests.encoding"),
    "a column that is none": (GOOD + '[sources.arrests]\ncolumns = { "X" = "shoe_size" }\n', "no column shoe_size"),
    "a unit that is none": (GOOD + '[sources.seizures.units]\npurity_pct = "ounces"\n', "purity_pct"),
    "a threshold below its floor": (GOOD + "[disclosure]\nhidden_up_to = 0\n", "hidden_up_to"),
    "a share above one": (GOOD + "[geography]\narea_share = 3\n", "area_share"),
    "not a number": (GOOD + "[geography]\narea_share = nan\n", "area_share"),
    "an endless patience": (GOOD + "[run]\npatience_minutes = inf\n", "patience_minutes"),
    "an endless weight": (GOOD + "[forum]\nweights = { offending = inf }\n", "weights.offending"),
    "a date format that ends in its mark": (GOOD + '[sources.arrests]\ndate_format = "%d/%m/%"\n', "date_format"),
    "a date format without a year": (GOOD + '[sources.arrests]\ndate_format = "%d/%m"\n', "year, month and day"),
    "a date format of twelve hours": (GOOD + '[sources.arrests]\ndate_format = "%d/%m/%Y %I:%M"\n', "morning"),
    "the shapes as codes": (GOOD + 'partner_area_code = "geometry"\n', "no property geometry"),
    "a CRS in degrees": (GOOD + 'crs = "EPSG:4326"\n', "projected"),
    "a CRS that is none": (GOOD + 'crs = "EPSG:999999"\n', "crs"),
    "polygons that are not there": (GOOD.replace("lsoa", "gone"), "no such file"),
    "polygons outside the workspace": (GOOD.replace("boundaries/lsoa.geojson", "/etc/passwd"), "partner_areas"),
    "polygons above the workspace": (GOOD.replace("boundaries", "../../etc"), "no such file"),
    "polygons that are none": (GOOD.replace("lsoa", "none"), "not readable"),
    "a property that is none": (GOOD + 'partner_area_code = "shoe"\n', "no property shoe"),
    "a brand colour that is none": (GOOD + '[theme]\nbrand_colour = "url(javascript:1)"\n', ""),
    "two patterns for one file": (
        GOOD + '[sources.arrests]\npattern = "*.csv"\n[sources.seizures]\npattern = "*.csv"\n', "claim the same file",
    ),
    "a blank name": (GOOD.replace('"A"', '"  "'), "area.name"),
    "a name that writes on the terminal": (GOOD.replace('"A"', '"\\u001b[31mA"'), "area.name holds control characters"),
    "a name that turns what follows": (GOOD.replace('"A"', '"\\u202eA"'), "marks of direction"),
    "a name of a thousand letters": (GOOD.replace('"A"', f'"{"A" * 1000}"'), "area.name"),
    "a number of 5,000 digits": (GOOD + f"[board]\nteams = {'9' * 5000}\n", "a number is too long"),
    "a switch as a number of teams": (GOOD + "[board]\nteams = true\n", "board.teams: Value error, must be a number"),
    "teams in quotation marks": (GOOD + '[board]\nteams = "2"\n', "board.teams: Value error, must be a number"),
    "a share in quotation marks": (GOOD + '[geography]\narea_share = "0.1"\n', "must be a number"),
    "a threshold in quotation marks": (GOOD + '[forum]\nthreshold = "18"\n', "must be a number"),
    "a nought as a switch": (GOOD + "[treatment]\nrequire_consent = 0\n", "require_consent: Value error, must be true"),
    "a word as a switch": (GOOD + '[report]\npdf = "no"\n', "report.pdf: Value error, must be true or false"),
    "marks from high to low": (GOOD + "[forum]\nlowest = 5.0\nhighest = 0.0\n", "lowest must lie below highest"),
    "a least mark without bounds": (GOOD + "[forum]\nlowest = -1e308\n", "forum.lowest"),
    "a property of 5,000 letters": (GOOD + f'partner_area_code = "{"y" * 5000}"\n', "at most 120"),
    "a million teams": (GOOD + "[board]\nteams = 1000000\n", "board.teams"),
    "cells of a thousand kilometres": (GOOD + "[geography]\ncell_m = 1e6\n", "geography.cell_m"),
    "a window of all time": (GOOD + "[network]\nwindow_months = 1000000000000\n", "network.window_months"),
    "a half-life of nothing": (GOOD + "[network]\nhalf_life_days = { supplies = 0 }\n", "half_life_days"),
    "a half-life of no relation": (GOOD + "[network]\nhalf_life_days = { sells = 9 }\n", "sells is no relation"),
    "a weight beyond all others": (GOOD + "[forum]\nweights = { offending = 1e308 }\n", "forum.weights"),
    "a date format that says the day twice": (GOOD + '[sources.arrests]\ndate_format = "%d/%m/%Y %d"\n', "twice"),
    "codes of a column that is none": (GOOD + '[sources.arrests.values.shoe]\na = "b"\n', "values.shoe"),
    "a fraction of a column that is none": (GOOD + '[sources.arrests.units]\nshoe = "fraction"\n', "units.shoe"),
    "a CRS whose metre is none": (GOOD + 'crs = "EPSG:3857"\n', "a metre of area.crs"),
    "deep nesting": ("a = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
    "a name longer than any file's": (GOOD + 'boundary = "' + "x" * 100_000 + '"\n', "boundary"),
}  # fmt: skip


def _workspace(folder: Path, settings: bytes | str) -> Path:
    (folder / "inbox").mkdir(parents=True)
    (folder / "inbox" / "arrests.csv").write_text("custody_ref,arrested_at\nC1,2018-10-01\n")
    (folder / "boundaries").mkdir()
    feature = {"type": "Feature", "properties": {"code": "A1", "name": "One"}, "geometry": SQUARE}
    collection = {"type": "FeatureCollection", "features": [feature]}
    (folder / "boundaries" / "lsoa.geojson").write_text(json.dumps(collection))
    (folder / "boundaries" / "none.geojson").write_text("<html>")
    content = settings.encode() if isinstance(settings, str) else settings
    (folder / "area.toml").write_bytes(content)
    return folder


def test_the_good_one_is_read(tmp_path: Path) -> None:
    intake = read_new_files(open_workspace(_workspace(tmp_path, GOOD)))
    assert int(intake.files()["accepted"].sum()) == 1


@pytest.mark.parametrize("name", BROKEN)
def test_each_is_refused_in_words(tmp_path: Path, name: str) -> None:
    settings, words = BROKEN[name]
    folder = _workspace(tmp_path, settings)
    try:
        read_new_files(open_workspace(folder))
    except MarketProfileError as error:
        assert error.exit_code in (2, 3)
        assert words in str(error)
        assert len(str(error)) < 2000
        return
    assert words == "", f"{name} was accepted"  # what is first looked at by the page is refused there


def test_a_folder_a_link_and_no_area_toml(tmp_path: Path) -> None:
    folder = _workspace(tmp_path, GOOD)
    (folder / "area.toml").rename(folder / "elsewhere")
    with pytest.raises(MarketProfileError, match=r"no area\.toml"):
        open_workspace(folder)
    (folder / "area.toml").mkdir()
    with pytest.raises(MarketProfileError, match=r"no area\.toml"):
        open_workspace(folder)
    (folder / "area.toml").rmdir()
    os.mkfifo(folder / "area.toml")
    with pytest.raises(MarketProfileError, match=r"no area\.toml"):
        open_workspace(folder)


def test_a_month_far_from_the_one_before_is_told(tmp_path: Path) -> None:
    folder = _workspace(tmp_path, GOOD)
    head = "urn,submitted_at,grade\n"
    (folder / "inbox" / "intelligence_logs.csv").write_text(head + "A1,2018-10-01,B2P\nA2,2018-11-01,B2P\n")
    workspace = open_workspace(folder)
    batch, _ = take_in(workspace)
    plan = make_plan(workspace, batch, None, ())
    assert (plan.month.text, plan.warnings) == ("2018-11", ())
    (folder / "inbox" / "intelligence_logs_2.csv").write_text(head + "A3,2098-11-02,B2P\n")
    batch, _ = take_in(workspace)
    plan = make_plan(workspace, batch, None, ())
    assert plan.month.text == "2098-11"
    assert "give --month 2018-11" in plan.warnings[0]
    assert make_plan(workspace, batch, "2018-11", ()).warnings == ()


def test_a_store_that_is_a_link_to_nothing_is_told(tmp_path: Path) -> None:
    folder = _workspace(tmp_path, GOOD)
    (folder / "store").symlink_to("nowhere")
    with pytest.raises(MarketProfileError, match="store in the workspace is a file or a link to nothing"):
        open_workspace(folder)
