"""An Edition: all that the page may know, made by ``editions`` for one audience and drawn by ``render``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from market_profile.document import Document, TargetCard
from market_profile.room_settings import ThemeSettings
from market_profile.terms import Audience, Marking
from market_profile.values import Internal, Released


@dataclass(frozen=True)
class Shown:
    """A value as an audience sees it.

    ``text`` is what is printed (``1,235``, ``[c]``, ``£125 (98 to 160)``); ``number``, ``low`` and ``high`` are what
    marks are drawn from, None where hidden or without a value. Partner editions hold ``Released`` text only.
    ``centre`` and ``spread`` are the two parts of ``text`` where it holds an interval (``£125`` and ``(98 to 160)``).
    """

    text: Released[str] | Internal[str]
    number: float | None = None
    low: float | None = None
    high: float | None = None
    is_hidden: bool = False
    centre: Released[str] | Internal[str] | None = None
    spread: Released[str] | Internal[str] | None = None


@dataclass(frozen=True)
class Edition:
    """One edition of one month.

    ``tables`` go to ``tables/<name>.csv``; ``layers`` (planner only) to ``exports/`` as GeoJSON and GeoPackage;
    ``nodes``/``links`` (planner only) to GraphML and the link chart. ``run_id`` is derived from the inputs.
    """

    audience: Audience
    marking: Marking
    document: Document[Shown]
    run_id: str
    theme: ThemeSettings = field(default_factory=ThemeSettings)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    layers: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    nodes: pd.DataFrame | None = None
    links: pd.DataFrame | None = None
    is_draft: bool = True
    downloads: tuple[tuple[str, str], ...] = ()
    """(file name beside the page, what it holds) listed on the page."""
    cards: tuple[TargetCard, ...] = ()
    """Printable cards of accepted targets; planner only."""
