"""What ``area.toml`` may say to each room: one frozen class a block, every key with its documented default."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from market_profile.errors import SettingsError
from market_profile.terms import Relation
from market_profile.visible import on_one_line


class Part(BaseModel):
    """A block of ``area.toml``: unknown keys are refused, numbers are finite, nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _of_its_type(cls, value: object, field: ValidationInfo) -> object:
        """Refuse what would pass for another type: a switch for a number, a number for a switch, a text for either."""
        wanted = cls.model_fields[str(field.field_name)].annotation
        if wanted is bool and not isinstance(value, bool):
            raise ValueError("must be true or false, without quotation marks")
        kinds = {wanted, *get_args(wanted)}
        if kinds & {int, float} and str not in kinds and isinstance(value, bool | str):
            raise ValueError("must be a number, without quotation marks")
        return value


class ResolveSettings(Part):
    """Who is who: the probability from which a pair goes to a person, and the size that calls a nominal in question."""

    review_probability: float = Field(0.5, gt=0, lt=1)
    """Pairs of nominals from it up to the cut at which they are joined wait for a person."""
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
        if not self._model_text.strip():
            raise SettingsError(
                f"area.toml: resolve.model names {self.model}, which is empty; run market-profile estimate"
            )


class NetworkSettings(Part):
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
    likely_supply_from: float = Field(0.6, gt=0, le=1)
    """Lower bound (95 %) of the chance from which a tie is likely supply; 0.6 lets one stated tie in six be wrong."""

    @field_validator("half_life_days")
    @classmethod
    def _of_relations(cls, days: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(days) - set(Relation.values()))
        if unknown:
            raise ValueError(f"{on_one_line(unknown[0])} is no relation; allowed are {', '.join(Relation.values())}")
        return days


class GeographySettings(Part):
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


class BoardSettings(Part):
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


class DisclosureSettings(Part):
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


class ImpactSettings(Part):
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


class ForumSettings(Part):
    """The case forum's risk matrix: weights, the range of a mark and the score from which a person is taken on."""

    weights: dict[str, Annotated[float, Field(ge=-1e6, le=1e6)]] = Field(default_factory=dict)
    """Criterion = weight; 1 where not named. The criteria themselves stand in [sources.case_forum] criteria."""
    lowest: float = Field(0.0, ge=-1e6, le=1e6)
    """Least mark of a criterion: what one that is not known may be."""
    highest: float = Field(5.0, ge=-1e6, le=1e6)
    """Highest mark of a criterion: what one that is not known may be."""
    threshold: float | None = Field(None, ge=-1e9, le=1e9)
    """Score from which a person is taken on; none by default."""

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.lowest >= self.highest:
            raise ValueError("lowest must lie below highest")
        return self


class TreatmentSettings(Part):
    """Whether the planner edition, too, uses consented treatment rows only; the partner edition always does."""

    require_consent: bool = True
    """Planners, too, see consented treatment rows only."""


class LinkageSettings(Part):
    """Matching consenting treatment clients with police records by pseudonym (``market-profile linkage-keys``)."""

    key_file: str | None = None
    """File with the partnership's key (64 hex digits), readable by its owner alone; relative to the workspace. It is
    best kept outside it. Without one the police-by-treatment matrix is not made."""
    in_partner_edition: bool = False
    """Show the matrix, banded, to partners too. Off by default: it depends on how people's names are written, from
    which the partner edition is otherwise free."""


class ThemeSettings(Part):
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


class ReportSettings(Part):
    """Which outputs are written."""

    pdf: bool = True
    """Write profile.pdf beside the page."""


class RunSettings(Part):
    """How a refresh is run; nothing here moves a byte of an edition, so it is no part of the settings' hash."""

    rows_for_second_process: int = Field(30_000, ge=0)
    """Accepted rows (of an inbox: 600 bytes a row) from which a second process takes its part of the work."""
    most_rows_at_once: int = Field(10_000_000, ge=0)
    """Accepted rows up to which the two processes work at the same time; above, one after the other, in less memory."""
    patience_minutes: float = Field(60, gt=0, le=10_000)
    """How long a second process may give no sign (a stage begun or ended) before its part is made by the first."""
