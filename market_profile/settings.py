"""``area.toml`` read once into typed, frozen settings; every key but ``[area]``'s has a documented default.

An unknown key, a missing key or a wrong type is an error that names the key and what was expected. What each room may
be told stands in ``market_profile.room_settings``.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from market_profile.errors import SettingsError
from market_profile.room_settings import (
    BoardSettings,
    DisclosureSettings,
    ForumSettings,
    GeographySettings,
    ImpactSettings,
    LinkageSettings,
    NetworkSettings,
    Part,
    ReportSettings,
    ResolveSettings,
    RunSettings,
    ThemeSettings,
    TreatmentSettings,
)
from market_profile.visible import key_with_marks

_ONE_LINE = r"^[^\n\r\t]*[^\s][^\n\r\t]*$"
"""A text that is not blank, on one line."""


class AreaSettings(Part):
    """The area: its name, code, polygons and the CRS of the analysis."""

    name: str = Field(max_length=120, pattern=_ONE_LINE)
    """Name of the area, as on the page."""
    code: str = Field(max_length=40, pattern=_ONE_LINE)
    """Code of the area, such as E06000043."""
    partner_areas: str
    """File with the polygons that partners know (LSOAs); EPSG:4326 unless the file says otherwise."""
    partner_area_code: str | None = Field(None, max_length=120)
    """Property with the code; default: the first with a distinct text on every feature."""
    partner_area_name: str | None = Field(None, max_length=120)
    """Property with the name; default: the first other text."""
    boundary: str | None = None
    """File with the boundary; default: the union of the partner areas."""
    crs: str = "EPSG:27700"
    """CRS of the analysis: projected, in metres."""


class SourceSettings(Part):
    """How one record kind is exported by this force; all optional."""

    pattern: str | None = None
    """File names in inbox/; default: <kind>*.{csv,tsv,xlsx,ods,parquet}[.gz]."""
    encoding: str | None = None
    """Encoding; default: BOM, strict UTF-8, strict cp1252."""
    delimiter: str | None = None
    """Delimiter; default: read off the header."""
    sheet: str | None = None
    """Sheet of a workbook; default: the first visible one."""
    date_format: str | None = None
    """strptime format of dates; default: ISO 8601."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Their heading = our column; others match by name."""
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Per column, their code = ours."""
    units: dict[str, Literal["fraction"]] = Field(default_factory=dict)
    """Percentage columns that the force writes as fractions: ``units = { purity_pct = "fraction" }``."""
    criteria: tuple[str, ...] = ()
    """Case forum: the criteria columns; where none are named, every other column that holds numbers only."""

    @field_validator("date_format")
    @classmethod
    def _whole_date(cls, text: str | None) -> str | None:
        if text:
            _check_date_format(text)
        return text


def _check_date_format(text: str) -> None:
    """Raise ``ValueError`` unless the format says which day of which year, and of an hour of twelve which half."""
    codes = re.findall(r"%(.?)", text, flags=re.DOTALL)
    found = set(codes)
    unknown = found - set("%aAbBdfHIjmMpSyYz")
    if unknown:
        raise ValueError("the format has a code after % that is not one of a A b B d f H I j m M p S y Y z")
    if len(found) < len(codes) or len(found & set("yY")) > 1 or len(found & set("mbB")) > 1:
        raise ValueError("the format says a part of the date twice")
    has_day = "j" in found or ("d" in found and found & set("mbB"))
    if not (found & set("yY") and has_day):
        raise ValueError("the format must say year, month and day, such as %d/%m/%Y")
    if ("I" in found) != ("p" in found):
        raise ValueError("the format must have %p with %I: an hour of twelve is in the morning or not")


class Settings(Part):
    """All settings of a workspace."""

    area: AreaSettings
    sources: dict[str, SourceSettings] = Field(default_factory=dict)
    resolve: ResolveSettings = Field(default_factory=ResolveSettings)
    network: NetworkSettings = Field(default_factory=NetworkSettings)
    geography: GeographySettings = Field(default_factory=GeographySettings)
    board: BoardSettings = Field(default_factory=BoardSettings)
    disclosure: DisclosureSettings = Field(default_factory=DisclosureSettings)
    impact: ImpactSettings = Field(default_factory=ImpactSettings)
    forum: ForumSettings = Field(default_factory=ForumSettings)
    treatment: TreatmentSettings = Field(default_factory=TreatmentSettings)
    linkage: LinkageSettings = Field(default_factory=LinkageSettings)
    theme: ThemeSettings = Field(default_factory=ThemeSettings)
    report: ReportSettings = Field(default_factory=ReportSettings)
    run: RunSettings = Field(default_factory=RunSettings)

    def source(self, kind: str) -> SourceSettings:
        """Return the source settings of ``kind``, all defaults where it has no block."""
        return self.sources.get(kind, SourceSettings())

    @property
    def sha256(self) -> str:
        """Hash of the settings as read, so that a run can be told from one under other settings."""
        text = json.dumps(self.model_dump(mode="json", exclude={"run"}), sort_keys=True, ensure_ascii=False)
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
    except (RecursionError, ValueError):
        raise SettingsError("area.toml is not valid TOML: it is nested too deeply, or a number is too long") from None
    marked = key_with_marks(raw)
    if marked is not None:
        raise SettingsError(f"area.toml: key {marked} holds control characters or marks of direction; retype it")
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
        raise SettingsError("the workspace has no area.toml; see README.md, 'Your own extracts, in five minutes'")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError("area.toml is not UTF-8 text; save it as UTF-8") from None
    settings = parse_settings(text, kinds)
    settings.theme.read_logo(workspace)
    settings.resolve.read_model(workspace)
    return settings


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
