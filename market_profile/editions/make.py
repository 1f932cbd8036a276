"""Make an Edition of a profile for one audience."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import geopandas as gpd
import pandas as pd

from market_profile.document import AreaMap, Document, Figure, TargetCard
from market_profile.editions.convert import convert_document
from market_profile.editions.converter import Converter
from market_profile.editions.corrections import Past, Revision, revisions, with_corrections
from market_profile.editions.disclosure import Policy
from market_profile.editions.model import Edition, Shown
from market_profile.editions.show import Entry
from market_profile.settings import Settings
from market_profile.terms import Audience, Marking
from market_profile.values import Measure


class ProfileLike(Protocol):
    """What an edition takes of a profile."""

    @property
    def document(self) -> Document[Measure]:
        """The page as measures."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Internal tables by file name without ending."""

    @property
    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Internal map layers."""

    @property
    def nodes(self) -> pd.DataFrame | None:
        """Nodes of the network export."""

    @property
    def links(self) -> pd.DataFrame | None:
        """Links of the network export."""

    @property
    def cards(self) -> tuple[TargetCard, ...]:
        """Cards of accepted targets."""


@dataclass(frozen=True)
class Made:
    """An edition, the ledger entries that releasing it would add, the true counts behind them, and what it corrects.

    ``counts`` is for the gate alone: it is never written.
    """

    edition: Edition
    entries: tuple[Entry, ...] = field(default=())
    counts: Mapping[str, int] = field(default_factory=dict)
    revised: tuple[Revision, ...] = ()


def make_planner_edition(profile: ProfileLike, settings: Settings, run_id: str) -> Edition:
    """Return the internal edition: exact numbers, all tables and exports, OFFICIAL-SENSITIVE."""
    converter = Converter(Audience.PLANNER, Policy.from_settings(settings.disclosure), [])
    return Edition(
        audience=Audience.PLANNER,
        marking=Marking.OFFICIAL_SENSITIVE,
        document=convert_document(profile.document, converter),
        run_id=run_id,
        theme=settings.theme,
        tables=profile.tables,
        layers=profile.layers,
        nodes=profile.nodes,
        links=profile.links,
        cards=profile.cards,
    )


def make_partner_edition(
    profile: ProfileLike, settings: Settings, is_draft: bool = True, past: Past | None = None
) -> Made:
    """Return the partner edition of a profile that was built over shareable records alone.

    Its run id is a hash of what it shows, so that nothing hidden can move it. ``past`` is what went out before.
    """
    before = past or Past()
    converter = Converter(Audience.PARTNER, Policy.from_settings(settings.disclosure), [])
    document = convert_document(profile.document, converter)
    entries = tuple(sorted(set(converter.entries), key=lambda entry: (entry.cell, str(entry.value))))
    revised = revisions(before.entries, entries)
    document = with_corrections(document, before.notices, revised, _area_names(document))
    edition = Edition(
        audience=Audience.PARTNER,
        marking=Marking.OFFICIAL,
        document=document,
        run_id=_shown_id(document),
        theme=settings.theme,
        is_draft=is_draft,
    )
    return Made(edition, entries, dict(converter.counts), revised)


def _area_names(document: Document[Shown]) -> dict[str, str]:
    figures = (block for section in document.sections for block in section.blocks if isinstance(block, Figure))
    maps = (figure.drawing for figure in figures if isinstance(figure.drawing, AreaMap))
    return {str(area.code): str(area.name) for drawing in maps for area in drawing.areas}


def _shown_id(document: Document[Shown]) -> str:
    return hashlib.sha256(repr(document).encode()).hexdigest()[:16]
