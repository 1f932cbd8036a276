"""``area.toml`` read once into typed, frozen settings; every key but ``[area]``'s has a documented default.

An unknown key, a missing key or a wrong type is an error that names the key and what was expected.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from market_profile.errors import SettingsError


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class AreaSettings(_Part):
    """The area: its name, code, polygons and the CRS of the analysis."""

    name: str
    code: str
    partner_areas: str
    partner_area_code: str | None = None
    partner_area_name: str | None = None
    boundary: str | None = None
    crs: str = "EPSG:27700"
    timezone: str = "Europe/London"


class SourceSettings(_Part):
    """How one record kind is exported by this force; all optional."""

    pattern: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    date_format: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    units: dict[str, Literal["fraction"]] = Field(default_factory=dict)
    """Percentage columns that the force writes as fractions: ``units = { purity_pct = "fraction" }``."""
    criteria: tuple[str, ...] = ()
    """Case forum: the criteria columns; where none are named, every other column that holds numbers only."""


class ResolveSettings(_Part):
    """Who is who: probabilities at which mentions are joined or sent to a person for review."""

    join_probability: float = Field(0.95, gt=0.5, lt=1)
    review_probability: float = Field(0.5, gt=0, lt=1)
    largest_cluster_records: int = Field(400, ge=2)


class NetworkSettings(_Part):
    """The network: decay of ties and the number of key players shown."""

    half_life_days: dict[str, float] = Field(
        default_factory=lambda: {
            "supplies": 180.0,
            "runs_for": 120.0,
            "controls": 180.0,
            "associates": 365.0,
            "lives_with": 365.0,
        }
    )
    window_months: int = Field(12, ge=1)
    betweenness_pivots: int = Field(500, ge=10)
    exact_betweenness_edges: int = Field(20_000, ge=0)
    key_players: int = Field(10, ge=1, le=50)


class GeographySettings(_Part):
    """Grid and tests of the hotspots."""

    cell_m: float = Field(200.0, ge=100.0)
    window_months: int = Field(3, ge=1)
    false_discovery_rate: float = Field(0.05, gt=0, lt=1)
    kde_bandwidth_m: float = Field(200.0, ge=50.0)
    area_share: float = Field(0.02, gt=0, le=0.2)
    expected: Literal["crime", "residents", "uniform"] = "crime"


class BoardSettings(_Part):
    """Capacity for test purchases."""

    teams: int = Field(2, ge=0)
    shifts_per_team_week: int = Field(3, ge=0)
    minimum_gap_days: int = Field(7, ge=0)
    exploration_share: float = Field(0.2, ge=0, le=1)
    top: int = Field(20, ge=1)


class DisclosureSettings(_Part):
    """Partner edition: what is hidden and how the rest is rounded (TRUST.md 4)."""

    hidden_up_to: int = Field(7, ge=7)
    round_to: int = Field(5, ge=5)
    window_months: int = Field(12, ge=1)
    estimate_minimum_n: int = Field(10, ge=10)
    dominance_share: float = Field(0.5, gt=0, le=0.5)
    merge_partner_areas: str | None = None


class ImpactSettings(_Part):
    """Evaluation windows, declared before the run, and the unit-cost table used."""

    unit_costs: str = "operation_reduction"
    before_days: int = Field(365, ge=30)
    after_days: int = Field(365, ge=30)


class TreatmentSettings(_Part):
    """Whether the planner edition, too, uses consented treatment rows only; the partner edition always does."""

    require_consent: bool = True


class ThemeSettings(_Part):
    """The partnership's name and colour on the page."""

    partnership: str | None = None
    brand_colour: str = "#12436D"
    attribution: str = (
        "Contains OS data © Crown copyright and database right; contains public sector information (OGL v3)"
    )
    """Whose boundaries the map shows; printed under it."""


class ReportSettings(_Part):
    """Which outputs are written."""

    pdf: bool = True
    author: str | None = None


class Settings(_Part):
    """All settings of a workspace."""

    area: AreaSettings
    sources: dict[str, SourceSettings] = Field(default_factory=dict)
    resolve: ResolveSettings = Field(default_factory=ResolveSettings)
    network: NetworkSettings = Field(default_factory=NetworkSettings)
    geography: GeographySettings = Field(default_factory=GeographySettings)
    board: BoardSettings = Field(default_factory=BoardSettings)
    disclosure: DisclosureSettings = Field(default_factory=DisclosureSettings)
    impact: ImpactSettings = Field(default_factory=ImpactSettings)
    treatment: TreatmentSettings = Field(default_factory=TreatmentSettings)
    theme: ThemeSettings = Field(default_factory=ThemeSettings)
    report: ReportSettings = Field(default_factory=ReportSettings)

    def source(self, kind: str) -> SourceSettings:
        """Return the source settings of ``kind``, all defaults where it has no block."""
        return self.sources.get(kind, SourceSettings())

    @property
    def sha256(self) -> str:
        """Hash of the settings as read, so that a run can be told from one under other settings."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def parse_settings(text: str, kinds: tuple[str, ...]) -> Settings:
    """Return the settings in ``text`` (TOML); refuse unknown keys and source kinds not in ``kinds``.

    Example:
        >>> parse_settings('[area]\\nname="A"\\ncode="E1"\\npartner_areas="b.geojson"', ()).area.crs
        'EPSG:27700'
    """
    try:
        raw: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"area.toml is not valid TOML: {error}") from None
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise SettingsError(_in_words(error)) from None
    for kind in settings.sources:
        if kind not in kinds:
            raise SettingsError(f"area.toml: [sources.{kind}] is not a record kind; allowed are {', '.join(kinds)}")
    return settings


def load_settings(workspace: Path, kinds: tuple[str, ...]) -> Settings:
    """Return the settings of the workspace folder (its ``area.toml``)."""
    path = workspace / "area.toml"
    if not path.is_file():
        raise SettingsError("the workspace has no area.toml; see README.md, 'On your own extracts'")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError("area.toml is not UTF-8 text; save it as UTF-8") from None
    return parse_settings(text, kinds)


def _in_words(error: ValidationError) -> str:
    lines = []
    for fault in error.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            lines.append(f"area.toml: unknown key {key}; remove it or correct its spelling")
        elif fault["type"] == "missing":
            lines.append(f"area.toml: key {key} is missing")
        else:
            lines.append(f"area.toml: key {key}: {fault['msg']}")
    return "\n".join(lines)
