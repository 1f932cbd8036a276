"""A town of equal truth in which one area is over-reported: the ranker is driven directly, month after month.

Six areas, each with the same number of sellers and places, the same chances, the same true deals. Reports come in
proportion to the truth, but for one area where each is told three times as often (by patrols and by people alike).
Attempts follow the board and feed back as attempts, purchases and evidence for the next refresh.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from small_worlds import People

from market_profile.contracts.tables import Tables
from market_profile.periods import Month
from market_profile.room_settings import BoardSettings
from market_profile.tasking import Inputs, attention, order, score, success
from market_profile.tasking.candidates import KEY, main_market, numbered
from market_profile.tasking.foretold import foretold
from market_profile.tasking.said import seen_nearby

AREAS = 6
SELLERS = 5
"""Candidates of each area."""
SPACE_M = 5_000.0
CHANCES = (0.15, 0.3, 0.45, 0.6, 0.75)
REPORTS_A_MONTH = 1.2
MONTHS = 24
VISITS = 12
"""Attempts a month: half of the candidates cannot be visited."""
KEEP_DAYS = 365


@dataclass
class World:
    """One simulated run: true chances by seller, months of reports so far, attempts so far."""

    seed: int
    over: float = 3.0
    reports: list[pd.DataFrame] = field(default_factory=list)
    tried: list[pd.DataFrame] = field(default_factory=list)
    told: list[pd.DataFrame] = field(default_factory=list)
    met: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        count = AREAS * SELLERS
        self.area = np.repeat(np.arange(AREAS), SELLERS)
        self.chance = np.concatenate([self.rng.permutation(CHANCES) for _ in range(AREAS)])
        self.easting = self.area * SPACE_M + np.tile(np.arange(SELLERS) * 400.0, AREAS)
        self.ids = np.array([f"S{i:02d}" for i in self.rng.permutation(count)])

    def report(self, month: Month) -> None:
        """Add a month of reports: one area told ``over`` times as often, by the public and by patrols alike."""
        rate = REPORTS_A_MONTH * np.where(self.area == 0, self.over, 1.0)
        counts = self.rng.poisson(rate * 2) + (2 if not self.reports else 0)
        who = np.repeat(np.arange(len(self.ids)), counts)
        day = month.start + pd.to_timedelta(self.rng.uniform(0, 28, len(who)), unit="D")
        number = f"{len(self.reports):02d}-"
        public = self.rng.random(len(who)) < 0.4
        refs = [f"{number}{i:04d}" for i in range(len(who))]
        self.reports.append(
            pd.DataFrame(
                {
                    "seller": who,
                    "record_ref": refs,
                    "observed_at": day,
                    "stream": np.where(public, "reported", "discovered"),
                    "weight": self.rng.choice([0.3, 0.5, 0.7], len(who)),
                    "source_key": [f"src{number}{i:04d}" for i in range(len(who))],
                }
            )
        )

    def attempt(self, sellers: np.ndarray, month: Month) -> None:
        """Try ``sellers`` in the month after ``month`` and keep what came of it."""
        sold = self.rng.random(len(sellers)) < self.chance[sellers]
        day = month.end + pd.to_timedelta(self.rng.uniform(0, 27, len(sellers)), unit="D")
        self.tried.append(
            pd.DataFrame(
                {
                    "seller": sellers,
                    "record_ref": [f"tp{len(self.tried):02d}-{i:03d}" for i in range(len(sellers))],
                    "attempted_at": day,
                    "outcome": np.where(sold, "purchase", "refused"),
                }
            )
        )


@dataclass(frozen=True)
class Ground:
    """Geography and indicators of the world: one market a seller."""

    markets: pd.DataFrame
    record_markets: pd.DataFrame
    hotspots: pd.DataFrame = field(default_factory=pd.DataFrame)
    market_types: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Clock:
    """No arrests: no clock runs."""

    curve: pd.DataFrame
    clocks: pd.DataFrame
    median_days: float = float("nan")
    median_low: float = float("nan")
    median_high: float = float("nan")


@dataclass(frozen=True)
class Net:
    """The part of a network that the ranker reads."""

    nodes: pd.DataFrame
    supply: pd.DataFrame
    logs: pd.DataFrame
    replacement: Clock


def board_order(world: World, month: Month, settings: BoardSettings) -> pd.DataFrame:
    """Return the ranked candidates of the month: success model, points and order, as in the product."""
    evidence, inputs = _inputs(world, month, settings)
    rows = pd.DataFrame({"target_id": world.ids, "market_id": _market(world)})
    rows = rows.assign(target_kind="nominal", role="dealer")
    rows = rows.sort_values(KEY, kind="stable").reset_index(drop=True)
    reported = evidence[evidence["stream"] == "reported"].groupby("target_id")["source_key"].nunique()
    rows["reported_sources"] = rows["target_id"].map(reported).fillna(0).astype("int64")
    tried = success.attempts(inputs)
    seen = seen_nearby(inputs)
    told, met = foretold(tried, seen, month.start)
    world.told.append(told)
    world.met.append(met)
    known = success.Known(tried, seen, success.learned(_joined(world.told), _joined(world.met)))
    rows = rows.join(success.target_places(rows, evidence, inputs).add_prefix("target_"))
    rows = pd.concat([rows, success.success_chances(rows, evidence, known, inputs)], axis=1)
    rows = rows.assign(customers=0.0, users_without=0.0, is_strengthening=False)
    rows["area_yield"] = attention.area_yield(_area_of(rows["market_id"]), tried, inputs)
    clocks = score.recent_clocks(inputs, main_market(evidence))
    parts = score.score_parts(rows, evidence, clocks, inputs)
    rows = pd.concat([rows, score.totals(rows, parts)], axis=1)
    return order.ranked(rows, tried, inputs)


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def run(seed: int, months: int = MONTHS) -> np.ndarray:
    """Return the attempts made in each area over ``months`` refreshes of one seed."""
    world = World(seed)
    settings = BoardSettings(top=VISITS)
    month = Month("2018-01")
    for _ in range(3):
        world.report(month)
        month = month.plus(1)
    number = {name: i for i, name in enumerate(world.ids)}
    seen = np.zeros(AREAS, dtype=int)
    for _ in range(months):
        world.report(month)
        best = board_order(world, month, settings).head(VISITS)["target_id"].map(number).to_numpy()
        world.attempt(best, month)
        seen += np.bincount(world.area[best], minlength=AREAS)
        month = month.plus(1)
    return seen


def most_logs(seed: int, months: int = MONTHS) -> np.ndarray:
    """Return the attempts in each area where the most reported are visited: what the ranker is compared with."""
    world = World(seed)
    month = Month("2018-01")
    seen = np.zeros(AREAS, dtype=int)
    for _ in range(months):
        world.report(month)
        counts = pd.concat(world.reports)["seller"].value_counts()
        best = counts.sort_index().sort_values(ascending=False, kind="stable").head(VISITS).index.to_numpy()
        seen += np.bincount(world.area[best], minlength=AREAS)
        month = month.plus(1)
    return seen


def _area_of(market_id: pd.Series) -> pd.Series:
    return "A" + (market_id.str.removeprefix("P").astype(int) // SELLERS).astype(str)


def _market(world: World) -> np.ndarray:
    return np.array([f"P{i:02d}" for i in range(len(world.ids))])


def _inputs(world: World, month: Month, settings: BoardSettings) -> tuple[pd.DataFrame, Inputs]:
    told = pd.concat(world.reports, ignore_index=True)
    told = told[told["observed_at"] >= month.end - pd.Timedelta(days=KEEP_DAYS)]
    tried = pd.concat(world.tried, ignore_index=True) if world.tried else _no_attempts()
    bought = tried[tried["outcome"] == "purchase"]
    bought = bought.assign(observed_at=bought["attempted_at"], stream="discovered", weight=0.95)
    bought = bought.assign(source_key="tp:" + bought["record_ref"], kind="test_purchases", is_direct=True)
    rows = pd.concat([told.assign(kind="intelligence_logs", is_direct=False), bought], ignore_index=True)
    rows = rows[(rows["observed_at"] < month.end) & (rows["observed_at"] >= month.end - pd.Timedelta(days=KEEP_DAYS))]
    seller = rows["seller"].to_numpy(dtype=int)
    rows = rows.assign(
        target_kind="nominal", target_id=world.ids[seller], nominal_id=world.ids[seller], handling="P",
        market_id=_market(world)[seller], easting_m=world.easting[seller], northing_m=0.0, is_suspected_false=False,
    )  # fmt: skip
    logs = rows[rows["kind"] == "intelligence_logs"].rename(columns={"record_ref": "urn"})
    nodes = pd.DataFrame({"nominal_id": world.ids, "role": "dealer", "supplies_out": 0})
    clocks = pd.DataFrame({"nominal_id": pd.Series(dtype="str"), "arrested_on": pd.Series(dtype="datetime64[us]")})
    net = Net(nodes, rows, logs, Clock(pd.DataFrame(), clocks))
    places = tried["seller"].to_numpy(dtype=int)
    attempts = tried.drop(columns="seller").assign(easting_m=world.easting[places], northing_m=0.0, operation="Op")
    attempts = attempts.assign(introducer_needed=pd.array([False] * len(attempts), dtype="boolean"))
    tables = Tables({"test_purchases": attempts})
    names = _market(world)
    of_market = pd.DataFrame({"record_ref": tried["record_ref"], "market_id": names[places]}).assign(
        kind="test_purchases"
    )
    markets = pd.DataFrame({"market_id": names, "kind": "place", "easting_m": world.easting, "northing_m": 0.0})
    markets = markets.assign(area_code=_area_of(markets["market_id"]))
    ground = Ground(markets, of_market)
    nobody = People(pd.DataFrame(columns=["kind", "record_ref", "nominal_id"], dtype="str"))
    return numbered(rows), Inputs(net, ground, ground, tables, nobody, month, settings)  # type: ignore[arg-type]


def _no_attempts() -> pd.DataFrame:
    columns = {"seller": "int64", "record_ref": "str", "attempted_at": "datetime64[us]", "outcome": "str"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
