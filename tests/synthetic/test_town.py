"""The planted town: same plan, same bytes; every record kind; a truth that agrees with what was written."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from market_profile.contracts.kinds import KINDS
from market_profile.errors import WrongUse
from market_profile.periods import Month
from market_profile.settings import load_settings
from market_profile.synthetic import Hardness, Plan, town_summary, write_town
from market_profile.synthetic.faults import FAULTS, PLACE_FAULTS
from market_profile.synthetic.writers import FORMS, Form
from market_profile.terms import Reason, Role

LOGS, MONTHS = 600, 4


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    write_town(folder, Plan(logs=LOGS, months=MONTHS, seed=5))
    return folder


def truth(town: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(town / "truth" / f"{name}.csv", dtype=str, keep_default_na=False)


def records(path: Path, kind: str) -> tuple[list[str], dict[int, list[str]]]:
    """Return the headings and the cells of each record by line, read without our own sources."""
    form = FORMS.get(kind, Form())
    if form.suffix == "xlsx":
        rows = [["" if c is None else str(c) for c in row] for row in openpyxl.load_workbook(path).active.values]
        return rows[0], {number + 1: row for number, row in enumerate(rows) if number}
    if form.suffix == "parquet":
        frame = pd.read_parquet(path)
        return list(frame.columns), {number + 1: list(row) for number, row in enumerate(frame.to_numpy().tolist())}
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    reader = csv.reader(io.StringIO(data.decode(form.encoding), newline=""), delimiter=form.delimiter, strict=True)
    heading, found, line = next(reader), {}, reader.line_num + 1
    for row in reader:
        found[line] = row
        line = reader.line_num + 1
    return heading, found


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_plan_same_bytes_in_another_process(town: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from market_profile.synthetic import Plan, write_town;"
        f"write_town(Path(sys.argv[1]), Plan(logs={LOGS}, months={MONTHS}, seed=5))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LANG": "C"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "again")], check=True, env=environment)
    assert hashes(tmp_path / "again") == hashes(town)


def test_another_seed_another_town(town: Path, tmp_path: Path) -> None:
    write_town(tmp_path, Plan(logs=LOGS, months=MONTHS, seed=6))
    assert truth(tmp_path, "persons")["surname"].tolist() != truth(town, "persons")["surname"].tolist()


def test_every_kind_has_files_and_logs_every_month(town: Path) -> None:
    names = [path.name for path in (town / "inbox").iterdir()]
    for kind in sorted(set(KINDS) - {"partner_observations"}):  # comes back from partners, once an edition is out
        assert any(name.startswith(f"{kind}_20") for name in names), kind
    months = [Month("2018-01").plus(step).text for step in range(MONTHS)]
    assert all(f"intelligence_logs_{month}.csv" in names for month in months)


def test_columns_are_the_contract_s(town: Path) -> None:
    for path in sorted((town / "inbox").iterdir()):
        kind = max((kind for kind in KINDS if path.name.startswith(kind)), key=len)
        ours = {theirs: own for own, theirs in FORMS.get(kind, Form()).headings.items()}
        known = {name for column in KINDS[kind].columns for name in (column.name, *column.theirs)}
        heading, _ = records(path, kind)
        unknown = {ours.get(name, name) for name in heading} - known
        assert not unknown or KINDS[kind].open_columns, (path.name, unknown)


def test_settings_can_be_read(town: Path) -> None:
    settings = load_settings(town, tuple(KINDS))
    assert settings.area.partner_area_code == "LSOA11CD"
    assert settings.source("seizures").delimiter == ";"


def test_exact_number_of_logs(town: Path) -> None:
    logs = truth(town, "logs")
    following = Month("2018-01").plus(MONTHS).text
    assert (logs["month"] != following).sum() == LOGS
    assert (logs["month"] == following).sum() == round(LOGS / MONTHS)
    written = {row[0] for path in (town / "inbox").glob("intelligence_logs_*") for row in records(path, "")[1].values()}
    assert set(logs.loc[logs["month"] != following, "urn"]) <= written


def test_every_mention_is_a_written_row_of_a_person(town: Path) -> None:
    mentions, persons = truth(town, "mentions"), truth(town, "persons")
    assert set(mentions["person_id"]) <= set(persons["person_id"])
    keyed = mentions[mentions["record_ref"] != ""]
    assert not keyed.duplicated(["kind", "record_ref", "subject_no"]).any()
    for (kind, name), rows in mentions.groupby(["kind", "file"]):
        heading, found = records(town / "inbox" / name, kind)
        for ref, subject, line in zip(rows["record_ref"], rows["subject_no"], rows["line"].astype(int), strict=True):
            cells = dict(zip(heading, found[line], strict=True))
            if kind == "log_subjects":
                assert (cells["Log Ref"], cells["Subject No"]) == (ref, subject)
            elif ref:
                assert found[line][0] == ref.split("/")[0] or cells.get("nominal_ref", "") in ref


def test_bad_rows_point_at_bad_rows(town: Path) -> None:
    bad = truth(town, "bad_rows")
    assert not bad.duplicated(["kind", "file", "line"]).any()
    for (kind, name), rows in bad.groupby(["kind", "file"]):
        heading, found = records(town / "inbox" / name, kind)
        for line, code, column in zip(rows["line"].astype(int), rows["reason_code"], rows["column"], strict=True):
            cells = found[line]
            if code == Reason.MALFORMED_ROW:
                assert len(cells) == len(heading) + 1
            elif code == Reason.TOTALS_ROW:
                assert cells[0] == "Total"
            else:
                assert len(cells) == len(heading)
                planted = {fault.value for fault in FAULTS[kind] if fault.reason == code and fault.column == column}
                theirs = FORMS.get(kind, Form()).headings.get(column, column)
                value = cells[heading.index(theirs)]
                assert value in planted or code in (*PLACE_FAULTS.get(kind, ()), Reason.UNKNOWN_PARENT) or (
                    column == "purity_pct" and 0 < float(value) <= 1
                )  # fmt: skip


def test_every_reason_code_is_planted(town: Path) -> None:
    assert set(truth(town, "bad_rows")["reason_code"]) == {reason.value for reason in Reason}


def test_accounts_count_the_records(town: Path) -> None:
    files = truth(town, "files")
    for kind, name, read in zip(files["kind"], files["file"], files["read"].astype(int), strict=True):
        assert len(records(town / "inbox" / name, kind)[1]) == read, name
    parts = files[["accepted", "quarantined", "duplicate"]].astype(int).sum(axis=1)
    assert (parts == files["read"].astype(int)).all()


def test_supply_and_roles_are_consistent(town: Path) -> None:
    persons, edges, roles = (truth(town, name) for name in ("persons", "supply_edges", "roles"))
    known = set(persons["person_id"])
    assert set(edges["supplier_id"]) | set(edges["buyer_id"]) <= known
    assert (edges["from"] < edges["to"]).all()
    assert (edges["supplier_id"] != edges["buyer_id"]).all()
    assert set(roles["role"]) <= set(Role.values())
    assert len(roles) == len(persons) * (MONTHS + 1)


def test_replacements_lie_between_3_and_60_days(town: Path) -> None:
    table = truth(town, "arrests_replacement")
    days = table.loc[table["replaced_on"] != "", "days"].astype(int)
    assert days.between(3, 60).all()
    waited = pd.to_datetime(table["replaced_on"], errors="coerce") - pd.to_datetime(table["arrested_on"])
    assert (waited.dropna().dt.days == days).all()


def test_published_data_looks_as_published(town: Path) -> None:
    crime = pd.concat([pd.read_csv(path) for path in sorted((town / "inbox").glob("street_crime_*"))])
    asb = crime["Crime type"] == "Anti-social behaviour"
    assert crime.loc[asb, "Crime ID"].isna().all()
    assert crime.loc[~asb, "Crime ID"].str.fullmatch("[0-9a-f]{64}").all()
    assert {"No Location", "On or near Police Station"} <= set(crime["Location"])
    assert crime.loc[crime["Location"] == "No Location", "Longitude"].isna().all()


def test_relatives_share_a_name_not_a_birth(town: Path) -> None:
    persons = truth(town, "persons")
    kin = persons[persons["family"] != ""].groupby("family")
    same = kin.filter(lambda pair: pair["forename"].nunique() == 1)
    assert len(same) >= 2
    assert same.groupby("family")["date_of_birth"].nunique().eq(2).all()


def test_patrols_multiply_reports_for_the_same_truth(tmp_path: Path) -> None:
    write_town(tmp_path, Plan(logs=4_000, months=6, seed=2))
    table = pd.read_csv(tmp_path / "truth" / "area_bias.csv")
    by_patrol = table.groupby("is_patrolled")[["noticeable_deals", "logs"]].sum()
    rate = by_patrol["logs"] / by_patrol["noticeable_deals"]
    assert rate[1] / rate[0] == pytest.approx(3.0, rel=0.2)


def test_any_polygons_will_do(tmp_path: Path) -> None:
    squares = gpd.GeoDataFrame(
        {"number": [1, 2, 3, 4], "zone": ["Z1", "Z2", "Z3", "Z4"]},
        geometry=gpd.points_from_xy([410_000, 412_000, 410_000, 412_000], [300_000, 300_000, 302_000, 302_000]).buffer(
            990, cap_style="square"
        ),
        crs="EPSG:27700",
    )
    squares.to_crs("EPSG:4326").to_file(tmp_path / "zones.geojson", driver="GeoJSON")
    write_town(tmp_path / "area", Plan(logs=200, months=2, seed=1, boundary=tmp_path / "zones.geojson"))
    assert 'partner_area_code = "zone"' in (tmp_path / "area" / "area.toml").read_text()
    logs = truth(tmp_path / "area", "logs")
    placed = pd.to_numeric(logs.loc[logs["reported_easting_m"] != "", "reported_easting_m"])
    assert placed.between(409_000, 413_000).all()


def test_wrong_use_is_refused(town: Path) -> None:
    with pytest.raises(WrongUse, match="inbox"):
        write_town(town, Plan(logs=LOGS, months=MONTHS, seed=5))
    with pytest.raises(WrongUse, match="100 logs"):
        Plan(logs=5, months=1, seed=1)


def test_summary_counts(town: Path) -> None:
    summary = town_summary(town)
    assert summary["people"] == LOGS * Hardness().people_per_log
    assert summary["logs"] > LOGS
