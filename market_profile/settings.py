"""``area.toml`` read once into typed, frozen settings; every key but ``[area]``'s has a documented default.

An unknown key, a missing key or a wrong type is an error that names the key and what was expected.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator

from market_profile.errors import SettingsError
from market_profile.terms import Relation
from market_profile.visible import key_with_marks, on_one_line

_ONE_LINE = r"^[^\n\r\t]*[^\s][^\n\r\t]*$"
"""A text that is not blank, on one line."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class AreaSettings(_Part):
    """The area: its name, code, polygons and the CRS of the analysis."""

    name: str = Field(max_length=120, pattern=_ONE_LINE)
    """Name of the area, as on the page."""
    code: str = Field(max_length=40, pattern=_ONE_LINE)
    """Code of the area, such as E06000043."""
    partner_areas: str
    """File with the polygons that partners know (LSOAs); EPSG:4326 unless the file says otherwise."""
    partner_area_code: str | None = None
    """Property with the code; default: the first with a distinct text on every feature."""
    partner_area_name: str | None = None
    """Property with the name; default: the first other text."""
    boundary: str | None = None
    """File with the boundary; default: the union of the partner areas."""
    crs: str = "EPSG:27700"
    """CRS of the analysis: projected, in metres."""


class SourceSettings(_Part):
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


class ResolveSettings(_Part):
    """Who is who: the probability from which a pair goes to a person, and the size that calls a nominal in question."""

    """Matches at or above it are one person."""
    review_probability: float = Field(0.5, gt=0, lt=1)
    """Matches between it and the joining cut wait for a person."""
    largest_cluster_records: int = Field(400, ge=2)
    """A nominal with more records is marked for review."""
    model: str | None = Field(None, pattern=r"^decisions/[A-Za-z0-9_.-]+\.json$")
    """Linkage model made by ``market-profile estimate``, such as decisions/model.json; none: the one that ships."""
    _model_text: str = PrivateAttr("")

    @property
    def model_text(self) -> str:
        """The content of the model's file, blank without one."""
        return self._model_text

    def read_model(self, folder: Path) -> None:
        """Read the model's file below ``folder``; raise ``SettingsError`` where it is not there."""
        if self.model is None:
            return
        path = folder / self.model
        if not path.is_file():
            raise SettingsError(
                f"area.toml: resolve.model names {self.model}, which is not there; run market-profile estimate or "
                "remove the key"
            )
        try:
            self._model_text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise SettingsError(f"area.toml: resolve.model names {self.model}, which is not UTF-8 text") from None


class NetworkSettings(_Part):
    """The network: decay of ties and the number of key players shown."""

    half_life_days: dict[str, Annotated[float, Field(gt=0, le=36_600)]] = Field(
        default_factory=lambda: {
            "supplies": 180.0,
            "runs_for": 120.0,
            "controls": 180.0,
            "associates": 365.0,
            "lives_with": 365.0,
        }
    )
    """Days after which a tie of each relation counts half."""
    window_months: int = Field(12, ge=1, le=600)
    """Months of records that make ties."""
    betweenness_pivots: int = Field(500, ge=10, le=1_000_000)
    """Pivots of betweenness where it is not exact."""
    exact_betweenness_edges: int = Field(20_000, ge=0)
    """Betweenness is exact up to this many ties."""
    key_players: int = Field(10, ge=1, le=50)
    """Largest set of key players sought."""

    @field_validator("half_life_days")
    @classmethod
    def _of_relations(cls, days: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(days) - set(Relation.values()))
        if unknown:
            raise ValueError(f"{on_one_line(unknown[0])} is no relation; allowed are {', '.join(Relation.values())}")
        return days


class GeographySettings(_Part):
    """Grid and tests of the hotspots."""

    cell_m: float = Field(200.0, ge=100.0, le=10_000.0)
    """Side of a grid cell in metres; never below 100."""
    window_months: int = Field(3, ge=1, le=600)
    """Months of events in the hotspot test."""
    false_discovery_rate: float = Field(0.05, gt=0, lt=1)
    """Benjamini-Hochberg level of the hotspot test."""
    kde_bandwidth_m: float = Field(200.0, ge=50.0, le=10_000.0)
    """Bandwidth of the kernel density in metres."""
    area_share: float = Field(0.02, ge=0.0001, le=0.2)
    """Share of the area that is flagged and scored."""
    expected: Literal["crime", "residents", "uniform"] = "crime"
    """What the expected counts rest on."""


class BoardSettings(_Part):
    """Capacity for test purchases."""

    teams: int = Field(2, ge=0, le=1000)
    """Test-purchase teams."""
    shifts_per_team_week: int = Field(3, ge=0, le=100)
    """Shifts a week and team."""
    minimum_gap_days: int = Field(7, ge=0, le=3660)
    """Least days between attempts on one target."""
    exploration_share: float = Field(0.2, ge=0, le=1)
    """Share of places on the board and of attempts in the plan kept for exploration."""
    plan_weeks: int = Field(4, ge=1, le=12)
    """Weeks that the plan of attempts covers, from the cut-off on."""
    phase_weeks: int = Field(2, ge=1, le=12)
    """Weeks of a test-purchase phase; a market is tried in one phase, and phases of markets follow back to back."""
    top: int = Field(20, ge=1, le=10_000)
    """Targets on the board."""


class DisclosureSettings(_Part):
    """Partner edition: what is hidden and how the rest is rounded (TRUST.md 4)."""

    hidden_up_to: int = Field(7, ge=7, le=1000)
    """Counts up to it are hidden; never below 7."""
    round_to: int = Field(5, ge=5, le=1000)
    """Other counts are rounded to it; never below 5."""
    estimate_minimum_n: int = Field(10, ge=10, le=10_000)
    """Statistics need this many records; never below 10."""
    dominance_share: float = Field(0.5, gt=0, le=0.5)
    """Largest share of one operation in a statistic."""
    least_values: int = Field(3, ge=2, le=1000)
    """Whole numbers that an attacker must be left with for a hidden count; never below 2."""
    withhold: tuple[str, ...] = ()
    """Cells withheld beside the hidden ones, as a refusal names them (``seizures|ketamine``)."""
    merge_partner_areas: str | None = None
    """CSV (area_code, merged_code, merged_name) that merges areas for partners; `market-profile partner-areas` writes
    one."""
    least_shown_pct: float = Field(75, gt=0, le=100)
    """Share of published cells that must show a number with the areas that `market-profile partner-areas` chooses."""


class ImpactSettings(_Part):
    """Evaluation windows and interventions, declared before the run, and the unit costs used."""

    unit_costs: str = "operation_reduction"
    """Table of data/unit_costs.csv."""
    before_days: int = Field(365, ge=30, le=36_600)
    """Days before acceptance that are compared."""
    after_days: int = Field(365, ge=30, le=36_600)
    """Days after acceptance that are compared."""
    interventions: dict[str, date] = Field(default_factory=dict)
    """Name = first day of what crime series are tested against, declared before the run: ``interventions = { "Wave 1" =
    2018-07-01 }``; default: the first day of the first operation with six months of crime on record before it."""
    area_unit_costs: dict[str, Annotated[float, Field(ge=0, le=1e9)]] = Field(default_factory=dict)
    """Offence group = unit cost in pounds: the area's own table, set beside the published ones."""


class ForumSettings(_Part):
    """The case forum's risk matrix: weights, the range of a mark and the score from which a person is taken on."""

    weights: dict[str, Annotated[float, Field(ge=-1e6, le=1e6)]] = Field(default_factory=dict)
    """Criterion = weight; 1 where not named. The criteria themselves stand in [sources.case_forum] criteria."""
    lowest: float = 0.0
    """Least mark of a criterion: what one that is not known may be."""
    highest: float = 5.0
    """Highest mark of a criterion: what one that is not known may be."""
    threshold: float | None = None
    """Score from which a person is taken on; none by default."""


class TreatmentSettings(_Part):
    """Whether the planner edition, too, uses consented treatment rows only; the partner edition always does."""

    require_consent: bool = True
    """Planners, too, see consented treatment rows only."""


class LinkageSettings(_Part):
    """Matching consenting treatment clients with police records by pseudonym (``market-profile linkage-keys``)."""

    key_file: str | None = None
    """File with the partnership's key (64 hex digits), readable by its owner alone; relative to the workspace. It is
    best kept outside it. Without one the police-by-treatment matrix is not made."""
    in_partner_edition: bool = False
    """Show the matrix, banded, to partners too. Off by default: it depends on how people's names are written, from
    which the partner edition is otherwise free."""


class ThemeSettings(_Part):
    """The partnership's name, logo and colour on the page."""

    partnership: str | None = None
    """Name of the partnership on the page."""
    brand_colour: str = Field("#12436D", pattern="^#[0-9A-Fa-f]{6}$")
    """Colour of the head of the page; refused where unreadable."""
    logo: str | None = Field(None, pattern=r"^decisions/[A-Za-z0-9_-]+\.(png|jpg|jpeg|webp)$")
    """File of the partnership's logo, such as decisions/logo.png (kept with each month); at most 40 KB."""
    attribution: str = (
        "Contains OS data © Crown copyright and database right; contains public sector information (OGL v3)"
    )
    """Whose boundaries the map shows; printed under it."""
    _logo_bytes: bytes | None = PrivateAttr(None)

    @property
    def logo_bytes(self) -> bytes | None:
        """The content of the logo's file, None without one."""
        return self._logo_bytes

    def read_logo(self, folder: Path) -> None:
        """Read the logo's file below ``folder``; raise ``SettingsError`` where it is not there."""
        if self.logo is None:
            return
        path = folder / self.logo
        if not path.is_file() or path.is_symlink():
            raise SettingsError(
                f"area.toml: theme.logo names {self.logo}, which is not there; put the file in or remove the key"
            )
        self._logo_bytes = path.read_bytes()


class ReportSettings(_Part):
    """Which outputs are written."""

    pdf: bool = True
    """Write profile.pdf beside the page."""


class RunSettings(_Part):
    """How a refresh is run; nothing here moves a byte of an edition, so it is no part of the settings' hash."""

    rows_for_second_process: int = Field(30_000, ge=0)
    """Accepted rows from which partners' edition, and a first inbox of 600 bytes a row, get a process of their own."""
    most_rows_at_once: int = Field(10_000_000, ge=0)
    """Accepted rows up to which the two processes work at the same time; above, one after the other, in less memory."""
    patience_minutes: float = Field(60, gt=0, le=10_000)
    """How long a second process may give no sign (a stage begun or ended) before its part is made by the first."""


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
        raise SettingsError("the workspace has no area.toml; see README.md, 'On your own extracts'")
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
