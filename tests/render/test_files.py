"""CSV, workbook, exports and PDF: right, safe in a spreadsheet, and the same bytes every time."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from render_pages import edition

from market_profile.errors import DisclosureLeak
from market_profile.render import exports, pdf, pdf_fault, render_edition
from market_profile.render.csv_files import safe_cell, table_csv
from market_profile.render.workbook import write_workbook
from market_profile.terms import Audience
from market_profile.values import Sensitive

PLANNER, PARTNER = Audience.PLANNER, Audience.PARTNER


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"))))


CELLS = [
    ("=1+1", "'=1+1"), ("+44 7700", "'+44 7700"), ("@SUM(1)", "'@SUM(1)"), ("-1+1", "'-1+1"), ("\t=1", "'\t=1"),
    (" =1", "' =1"), ("＝1", "'＝1"), ("-12.5", "-12.5"), ("-1,234", "-1,234"), ("-3%", "-3%"), ("-", "'-"), ("", ""),
    ("heroin", "heroin"), ("5=5", "5=5"), ("-cmd", "'-cmd"),
]  # fmt: skip


@pytest.mark.parametrize(("given_text", "written"), CELLS)
def test_formula_leading_cells(given_text: str, written: str) -> None:
    assert safe_cell(given_text) == written


def test_table_as_csv() -> None:
    frame = pd.DataFrame(
        {
            "text": ["a,b", "=x", None],
            "value": [-1.5, 0.1 + 0.2, np.nan],
            "on": pd.to_datetime(["2019-01-01", "2019-02-28", None]),
            "n": pd.array([1, None, 3], dtype="Int64"),
            "flag": [True, False, True],
            "=head": pd.Categorical(["@a", "b", "b"]),
        }
    )
    assert table_csv(frame).decode() == (
        "text,value,on,n,flag,'=head\n\"a,b\",-1.5,2019-01-01,1,True,'@a\n'=x,0.3,2019-02-28,,False,b\n,,,3,True,b\n"
    )


def test_wrapped_values_are_not_written() -> None:
    with pytest.raises(DisclosureLeak):
        table_csv(pd.DataFrame({"a": [Sensitive("name")]}))


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=10))
def test_no_text_cell_starts_a_formula(texts: list[str]) -> None:
    for row in rows(table_csv(pd.DataFrame({"a": texts, "b": 1})))[1:]:
        if row and not re.fullmatch(r"\s*-\s?[0-9]+([.,][0-9]+)*(e[+-]?[0-9]+)?\s*%?", row[0], re.I):
            assert not re.match(r"\s*[=+\-@]", row[0])


def test_large_tables_are_written_quickly() -> None:
    count = 200_000
    frame = pd.DataFrame({"ref": [f"R{n}" for n in range(count)], "value": np.linspace(0, 1, count), "n": range(count)})
    start = time.perf_counter()
    assert table_csv(frame).count(b"\n") == count + 1
    assert time.perf_counter() - start < 10, "about 1 s on a quiet machine"


def test_files_of_each_edition() -> None:
    planner, partner = render_edition(edition(PLANNER), pdf=False), render_edition(edition(PARTNER), pdf=False)
    assert {name for name in planner if name.startswith("exports/")} == {
        "exports/hotspots.geojson", "exports/hotspots.qml", "exports/profile.gpkg", "exports/network.graphml",
        "exports/link_chart.csv",
    }  # fmt: skip
    assert not [name for name in partner if name.startswith("exports/")]
    assert "tables/profile.ods" in partner and "tables/profile.ods" not in planner
    assert rows(partner["tables/indicators.csv"])[2] == ["'=cmd()", "crack", "-2", "30"]
    assert rows(partner["tables/figure_prices.csv"])[4] == ["Ketamine", "[c]"]
    assert list(partner) == sorted(partner)
    links = re.findall(r'href="(tables/[^"]+)"', partner["profile.html"].decode())
    assert links and set(links) <= set(partner)


def test_partner_editions_refuse_layers_and_networks() -> None:
    planner = edition(PLANNER)
    for change in ({"layers": planner.layers}, {"nodes": planner.nodes}, {"links": planner.links}):
        with pytest.raises(DisclosureLeak):
            render_edition(edition(PARTNER, **change), pdf=False)


def test_exports_read_back(tmp_path: Path) -> None:
    files = render_edition(edition(PLANNER), pdf=False)
    features = json.loads(files["exports/hotspots.geojson"])["features"]
    assert [f["properties"]["cell_id"] for f in features] == ["c1", "c2"]
    longitude, latitude = features[0]["geometry"]["coordinates"][0][0]
    assert -1 < longitude < 0 and 50 < latitude < 51
    (tmp_path / "p.gpkg").write_bytes(files["exports/profile.gpkg"])
    layer = gpd.read_file(tmp_path / "p.gpkg", layer="hotspots")
    assert layer.crs == "EPSG:27700" and list(layer["rank"]) == [1, 2]
    graph = nx.read_graphml(io.BytesIO(files["exports/network.graphml"]))
    assert sorted(graph.nodes) == ["n1", "n2", "n3"] and graph.nodes["n1"]["betweenness"] == 0.5
    assert "betweenness" not in graph.nodes["n3"]
    chart = pd.read_csv(io.BytesIO(files["exports/link_chart.csv"]), keep_default_na=False, dtype=str)
    assert list(chart["source_nominal_id"]) == ["n1", "n3"]
    assert chart.loc[0, ["source_role", "target_role", "relation"]].tolist() == ["dealer", "user", "supplies"]


def test_geopackage_bytes_do_not_hold_the_time() -> None:
    layers = edition(PLANNER).layers
    one = exports.geopackage({**layers, "areas": layers["hotspots"]})
    time.sleep(1.1)
    assert exports.geopackage({**layers, "areas": layers["hotspots"]}) == one


def test_workbook_follows_the_rules() -> None:
    from odfdo import Document

    data = render_edition(edition(PARTNER), pdf=False)["tables/profile.ods"]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert (
            package.infolist()[0].filename == "mimetype" and package.infolist()[0].compress_type == zipfile.ZIP_STORED
        )
        assert {info.date_time[0] for info in package.infolist()} == {1980}
        styles = package.read("styles.xml").decode()
        assert 'fo:country="GB"' in styles and 'fo:language="en"' in styles
    book = Document(io.BytesIO(data))
    names = [table.name for table in book.body.tables]
    assert names[:3] == ["Cover", "Contents", "Notes"] and names[3:] == [f"Table_{n}" for n in range(1, len(names) - 2)]
    contents = [row for row in book.body.get_table(name="Contents").get_values() if row[0]]
    assert len([row for row in contents if str(row[0]).startswith("Table_")]) == len(names) - 3
    last = book.body.get_table(name=names[-1]).get_values()
    assert last[2][:4] == ["indicator", "drug", "value", "n"]
    assert last[4][0] == "=cmd()" and float(last[4][2]) == -2.0
    assert not [cell for table in book.body.tables for cell in table.get_cells(flat=True) if cell.formula]


def test_columns_of_the_workbook_are_as_wide_as_their_words() -> None:
    from odfdo import Document

    rows = [["Table 1: a title that is longer than any cell"], ["Measure", "n"], ["x" * 30, 5.0], ["y" * 200, None]]
    book = Document(io.BytesIO(write_workbook([("One", rows[:3]), ("Two", rows)], "Widths")))
    widths = {
        sheet.name: [
            float(book.get_style("table-column", column.style).get_properties()["style:column-width"][:-2])
            for column in sheet.columns
        ]
        for sheet in book.body.tables
    }
    # (30 + 2) letters x .19 cm, the narrowest of 10 letters, the widest of 60
    assert widths == {"One": [6.1, 1.9], "Two": [11.4, 1.9]}


def test_pdf() -> None:
    if pdf_fault():
        pytest.skip(f"no PDF here: {pdf_fault()}")
    from pypdf import PdfReader

    for audience in (PLANNER, PARTNER):
        made = edition(audience)
        reader = PdfReader(io.BytesIO(render_edition(made)["profile.pdf"]))
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
        assert str(root["/Lang"]).startswith("en")
        assert len(reader.outline) >= 1
        marking = made.marking.value
        for number, page in enumerate(reader.pages, 1):
            text = page.extract_text()
            assert len(re.findall(rf"(?<![\w-]){marking}(?![\w-])", text)) >= 2
            assert f"Page {number} of {len(reader.pages)}" in text
            assert len(text) > 120, "a page is nearly empty"
            last = [line for line in text.splitlines() if line.strip() and marking not in line and "Page " not in line]
            assert not re.fullmatch(r"(Table|Figure) \d+", last[-1].strip()), "a number stands without its caption"
            for font in page["/Resources"]["/Font"].values():
                inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font.get_object()
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"]), "font not embedded"
        whole = "".join(page.extract_text() for page in reader.pages)
        assert whole.count("Supply events") >= 3, "table headers are repeated on each page"
        assert reader.metadata is not None and reader.metadata.title.startswith(f"{marking}: ")
        assert "/CreationDate" not in reader.metadata


def test_no_printed_page_is_nearly_empty() -> None:
    """The fill of each page is measured on the layout itself; smaller type is tried where one would be too empty."""
    if pdf_fault():
        pytest.skip(f"no PDF here: {pdf_fault()}")
    from weasyprint import HTML

    full = "<p>A line of words.</p>" * 60
    style = "<style>@page{size:A4;margin:20mm}p{margin:0 0 8pt}</style>"
    laid = HTML(string=f"<html lang=en><title>t</title>{style}{full}").render()
    fills = [pdf.page_fill(page) for page in laid.pages]
    assert len(fills) >= 2 and fills[0] > 0.9 and 0.0 < fills[-1] < fills[0]
    half = HTML(string=f"<html lang=en><title>t</title>{style}<svg width=10 height=400></svg>").render().pages[0]
    # 400 CSS px of 257 mm (A4 less 2 x 20 mm) = 971 px
    assert pdf.page_fill(half) == pytest.approx(400 / 971, abs=0.03)
    for audience in (PLANNER, PARTNER):
        html = render_edition(edition(audience), pdf=False)["profile.html"].decode()
        chosen = pdf.laid_out(html)
        assert min(pdf.page_fill(page) for page in chosen.pages) >= pdf.LEAST_FULL


SCRIPT = """
import sys, hashlib
sys.path.insert(0, sys.argv[1])
from render_pages import edition
from market_profile.render import render_edition
from market_profile.terms import Audience
for audience in Audience:
    for name, data in render_edition(edition(audience)).items():
        print(audience.value, name, hashlib.sha256(data).hexdigest())
"""


def test_bytes_do_not_depend_on_the_process() -> None:
    """Two processes with other hash seeds, time zones and languages give the same bytes for every file."""
    seen = []
    for seed, zone, language in (("1", "UTC", "C.UTF-8"), ("77", "Pacific/Auckland", "C")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LANG": language, "LC_ALL": language}
        here = str(Path(__file__).parent)
        run = subprocess.run([sys.executable, "-c", SCRIPT, here], env=env, capture_output=True, text=True, check=True)
        seen.append(run.stdout)
    assert seen[0] == seen[1] and seen[0].count("\n") >= 20


def test_without_the_pdf_library_the_page_is_still_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    pdf.pdf_fault.cache_clear()
    try:
        with pytest.warns(pdf.PdfUnavailable, match="Pango"):
            files = render_edition(edition(PARTNER))
    finally:
        pdf.pdf_fault.cache_clear()
    assert "profile.html" in files and "profile.pdf" not in files
