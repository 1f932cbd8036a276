"""How the map layers look in QGIS: one style a layer, as a .qml file beside the GeoJSON and inside the GeoPackage.

A GeoPackage holds its styles in the table ``layer_styles``, as QGIS itself saves them; the default one is applied when
the layer is opened. Colours are the page's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pandas as pd

STYLE_TABLE = "layer_styles"
STYLE_COLUMNS = (
    "f_table_catalog",
    "f_table_schema",
    "f_table_name",
    "f_geometry_column",
    "styleName",
    "styleQML",
    "styleSLD",
    "useAsDefault",
    "description",
    "owner",
    "update_time",
)

SAVED_AT = "1980-01-01T00:00:00.000Z"
"""QGIS asks for a time of saving; a fixed one keeps the bytes the same."""

OUTLINE = "61,61,61,255"
SHAPES = {"fill": "SimpleFill", "marker": "SimpleMarker"}


@dataclass(frozen=True)
class Class:
    """One class of a map layer: the value of the column, its words in the legend, and its colour ``r,g,b,a``."""

    value: str
    words: str
    colour: str


@dataclass(frozen=True)
class Style:
    """A layer drawn by the classes of one column: ``symbol`` is fill or marker; ``label`` names what is written."""

    column: str
    classes: tuple[Class, ...]
    symbol: str
    label: str = ""
    bounds: tuple[float, ...] = ()
    """Upper bounds of the classes where ``column`` is a number (graduated), else empty (categories)."""


STYLES: Mapping[str, Style] = {
    "hotspots": Style(
        "persistence",
        (
            Class("persistent", "Persistent", "18,67,109,190"),
            Class("emerging", "Emerging", "128,22,80,190"),
            Class("new", "New", "244,106,37,190"),
            Class("fading", "Fading", "162,133,209,150"),
            Class("", "Forecast only", "61,61,61,70"),
        ),
        "fill",
        "rank",
    ),
    "areas": Style(
        "concentration",
        (
            Class("0", "Below what its crime would lead one to expect", "222,230,238,140"),
            Class("1", "One to two times", "155,180,205,140"),
            Class("2", "Two to four times", "80,120,160,140"),
            Class("4", "Over four times", "18,67,109,160"),
        ),
        "fill",
        bounds=(1.0, 2.0, 4.0, 1e9),
    ),
    "markets": Style(
        "status",
        (Class("active", "Active", "128,22,80,255"), Class("dormant", "Dormant", "162,133,209,255")),
        "marker",
        "market_id",
    ),
}
"""Styles by layer. A layer without one opens in QGIS's own colours."""


def qml(style: Style) -> bytes:
    """Return the style as QGIS reads it (.qml)."""
    root = ET.Element("qgis", {"version": "3.22.0", "styleCategories": "Symbology|Labeling"})
    graduated = bool(style.bounds)
    kind = (
        {"type": "graduatedSymbol", "graduatedMethod": "GraduatedColor"} if graduated else {"type": "categorizedSymbol"}
    )
    renderer = ET.SubElement(root, "renderer-v2", {**kind, "attr": style.column, "symbollevels": "0"})
    if graduated:
        _ranges(renderer, style)
    else:
        _categories(renderer, style.classes)
    symbols = ET.SubElement(renderer, "symbols")
    for number, each in enumerate(style.classes):
        _symbol(symbols, str(number), style.symbol, each.colour)
    if style.label:
        _label(root, style.label)
    ET.indent(root)
    return f"{ET.tostring(root, encoding='unicode')}\n".encode()


def style_table(layers: Sequence[str]) -> pd.DataFrame:
    """Return the rows of ``layer_styles`` (``STYLE_COLUMNS``) for those of ``layers`` that have a style."""
    rows = [
        ("", "", name, "geom", name, qml(STYLES[name]).decode(), "", True, "market-profile", "", SAVED_AT)
        for name in layers
        if name in STYLES
    ]
    return pd.DataFrame(rows, columns=list(STYLE_COLUMNS))


def _categories(renderer: ET.Element, classes: Sequence[Class]) -> None:
    parent = ET.SubElement(renderer, "categories")
    for number, each in enumerate(classes):
        words = {"value": each.value, "label": each.words, "symbol": str(number), "render": "true", "type": "string"}
        ET.SubElement(parent, "category", words)


def _ranges(renderer: ET.Element, style: Style) -> None:
    parent = ET.SubElement(renderer, "ranges")
    lower = (0.0, *style.bounds[:-1])
    for number, (each, low, high) in enumerate(zip(style.classes, lower, style.bounds, strict=True)):
        words = {
            "lower": f"{low:g}",
            "upper": f"{high:g}",
            "label": each.words,
            "symbol": str(number),
            "render": "true",
        }
        ET.SubElement(parent, "range", words)


def _symbol(parent: ET.Element, name: str, kind: str, colour: str) -> None:
    symbol = ET.SubElement(parent, "symbol", {"type": kind, "name": name, "alpha": "1", "clip_to_extent": "1"})
    layer = ET.SubElement(symbol, "layer", {"class": SHAPES[kind], "enabled": "1", "locked": "0", "pass": "0"})
    settings = {"color": colour, "outline_color": OUTLINE, "outline_style": "solid", "outline_width": "0.2"}
    if kind == "marker":
        settings |= {"name": "circle", "size": "3"}
    for key, value in settings.items():
        ET.SubElement(layer, "prop", {"k": key, "v": value})


def _label(root: ET.Element, column: str) -> None:
    labeling = ET.SubElement(root, "labeling", {"type": "simple"})
    settings = ET.SubElement(labeling, "settings", {"calloutType": "simple"})
    ET.SubElement(
        settings, "text-style", {"fieldName": column, "isExpression": "0", "fontSize": "8", "fontFamily": "Arial"}
    )
