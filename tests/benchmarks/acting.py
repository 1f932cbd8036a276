"""A year of acting on a list: sellers who are bought from are arrested, posts are filled again, reports go on.

A small world of its own beside the synthetic town, so that what is done changes what comes. The board sees reports,
attempts and arrests alone; how posts recover (waiting times that grow with pressure, some posts given up, half the
replacements from among a market's own customers) is known to nobody but this file. Who is who is given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from market_profile.contracts.columns import empty_frame
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.network import build_network
from market_profile.periods import Month
from market_profile.room_settings import BoardSettings, NetworkSettings
from market_profile.tasking import Inputs, make_board

FIRST, WARM_UP, MONTHS = "2018-01", 4, 12
MARKETS, USERS, ATTEMPTS = 24, 10, 10
"""Markets, customers of each, attempts a month."""
SELLS = {"open": 0.9, "semi-open": 0.35, "closed": 0.06}
DAYS = 30
CELL_M = 500.0


@dataclass
class Post:
    """A place to sell: its market, the seller at work (-1 nobody), when it is filled again (-1 never)."""

    market: int
    seller: int
    filled_on: int = 0


@dataclass
class Street:
    """The true state, and the records made so far."""

    seed: int
    logs: list[dict[str, Any]] = field(default_factory=list)
    subjects: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    arrests: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[tuple[str, str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = rng = np.random.default_rng([self.seed, 77])
        grid = rng.permutation(100)[:MARKETS]
        self.place = np.column_stack([grid % 10, grid // 10]) * 1_000.0 + 250.0
        self.type = rng.choice(list(SELLS), MARKETS, p=[0.45, 0.35, 0.2])
        self.activity = np.exp(rng.normal(0, 0.7, MARKETS))
        self.patrol = np.where(rng.random(MARKETS) < 0.33, 3.0, 1.0)
        self.people = 0
        self.users = [[self._person() for _ in range(USERS)] for _ in range(MARKETS)]
        self.posts = [Post(m, self._person()) for m in range(MARKETS) for _ in range(int(rng.integers(1, 4)))]
        self.pressure: list[list[int]] = [[] for _ in range(MARKETS)]
        self.last_place: dict[int, int] = {}
        self.day = 0

    def _person(self) -> int:
        self.people += 1
        return self.people - 1

    def live(self, month: Month) -> float:
        """Pass a month: posts empty and are filled again, reports are made; return the supply of the month."""
        supply = 0.0
        for day in range(self.day, self.day + DAYS):
            for post in self.posts:
                if post.seller < 0 and 0 <= post.filled_on <= day:
                    post.seller = self._successor(post.market)
                elif post.seller >= 0 and self.rng.random() < 1 / 220:
                    post.seller, post.filled_on = -1, day + int(self.rng.integers(1, 6))
                if post.seller >= 0:
                    supply += float(self.activity[post.market])
                    self.last_place[post.seller] = post.market
                    rate = 0.08 * self.activity[post.market] ** 0.5 * self.patrol[post.market]
                    for _ in range(self.rng.poisson(rate)):
                        self._report(post, month, day - self.day)
        self.day += DAYS
        return supply

    def _successor(self, market: int) -> int:
        if self.rng.random() < 0.5:
            return int(self.rng.choice(self.users[market]))
        return self._person()

    def _report(self, post: Post, month: Month, day: int) -> None:
        rng, urn = self.rng, f"L{len(self.logs):06d}"
        seller, place = post.seller, self.place[post.market] + rng.normal(0, 40, 2)
        if rng.random() < 0.10:
            seller = int(rng.integers(self.people))
        elif rng.random() < 0.08 and self.last_place:
            seller = int(rng.choice(list(self.last_place)))
        when = month.start + pd.Timedelta(days=min(day, 27), hours=float(rng.uniform(14, 22)))
        officer = rng.random() < (0.75 if self.patrol[post.market] > 1 else 0.4)
        self.logs.append({
            "urn": urn, "submitted_at": when, "grade_scheme": "3x5x2", "source_evaluation": str(rng.integers(1, 4)),
            "intelligence_assessment": str(rng.choice(["A", "B", "C", "D"])), "handling_code": "P",
            "source_ref": f"S{rng.integers(80)}", "provenance": "officer" if officer else "public",
            "easting_m": place[0], "northing_m": place[1],
        })  # fmt: skip
        buyer = int(rng.choice(self.users[post.market]))
        turned = rng.random() < 0.4
        pair = (("user", buyer), ("dealer", seller)) if turned else (("dealer", seller), ("user", buyer))
        for number, (role, person) in enumerate(pair, start=1):
            stated = role if rng.random() < 0.75 else "unknown"
            self.subjects.append({"urn": urn, "subject_no": str(number), "role": stated})
            self.mentions.append(("log_subjects", urn, str(number), name(person)))
        if rng.random() < 0.6:
            ends = ("2", "1") if turned else ("1", "2")
            link = {"urn": urn, "from_subject_no": ends[0], "to_subject_no": ends[1], "relation": "supplies"}
            self.links.append(link)

    def act(self, targets: list[tuple[str, str, float, float]], month: Month) -> list[tuple[float, bool]]:
        """Try each target (kind, id, easting, northing) once in ``month``; who sells is arrested four times in five."""
        return [(0.0, self._attempt(*target, month)) for target in targets]

    def _attempt(self, kind: str, target: str, east: float, north: float, month: Month) -> bool:
        rng, ref = self.rng, f"T{len(self.attempts):05d}"
        if kind == "nominal":
            person = int(target[1:])
            at = [post for post in self.posts if post.seller == person]
            market = at[0].market if at else self.last_place.get(person, int(rng.integers(MARKETS)))
        else:
            market = int(np.argmin(np.hypot(*(self.place - [east, north]).T)))
            at = [post for post in self.posts if post.market == market and post.seller >= 0]
        sold = bool(at) and rng.random() < SELLS[str(self.type[market])]
        when = month.start + pd.Timedelta(days=int(rng.integers(0, 27)), hours=18)
        place = self.place[market] + rng.normal(0, 20, 2)
        outcome = "purchase" if sold else ("refused" if at else "no_dealer")
        self.attempts.append({
            "tp_ref": ref, "operation": "Op", "attempted_at": when, "outcome": outcome, "introducer_needed": False,
            "easting_m": place[0], "northing_m": place[1], "authority_ref": "A",
            "authority_expires": when + pd.Timedelta(days=60),
        })  # fmt: skip
        if at:
            self.mentions.append(("test_purchases", ref, "1", name(at[0].seller)))
        if sold and rng.random() < 0.8:
            self._arrest(at[0], month)
        return sold

    def _arrest(self, post: Post, month: Month) -> None:
        ref = f"C{len(self.arrests):05d}"
        when = month.end - pd.Timedelta(days=1)
        self.arrests.append({"custody_ref": ref, "arrested_at": when, "offence_group": "drug trafficking",
                             "days_in_custody": 120})  # fmt: skip
        self.mentions.append(("arrests", ref, "1", name(post.seller)))
        recent = sum(day > self.day - 90 for day in self.pressure[post.market])
        self.pressure[post.market].append(self.day)
        wait = float(np.exp(self.rng.normal(np.log(17), 0.5))) * (1 + 0.5 * recent)
        post.filled_on = -1 if self.rng.random() < 0.12 else self.day + max(3, int(wait))
        post.seller = -1

    def tables(self) -> Tables:
        """Return the records so far."""
        kinds = {"intelligence_logs": self.logs, "log_subjects": self.subjects, "log_links": self.links,
                 "test_purchases": self.attempts, "arrests": self.arrests}  # fmt: skip
        return Tables({kind: _typed(kind, rows) for kind, rows in kinds.items() if rows})


@dataclass(frozen=True)
class Known:
    """Who is who, given."""

    records: pd.DataFrame
    nominals: pd.DataFrame
    events: pd.DataFrame


@dataclass(frozen=True)
class Ground:
    """Markets as cells of a grid over placed records: what a first map would give."""

    markets: pd.DataFrame
    record_markets: pd.DataFrame
    hotspots: pd.DataFrame = field(default_factory=pd.DataFrame)
    market_types: pd.DataFrame = field(default_factory=pd.DataFrame)


def name(person: int) -> str:
    """Return the id of a person."""
    return f"N{person:05d}"


def run(seed: int, policy: str) -> tuple[list[float], list[tuple[float, bool]]]:
    """Return the supply of each month (the first before any action), and (chance said, sold) of board attempts."""
    street, month = Street(seed), Month(FIRST)
    for _ in range(WARM_UP):
        street.live(month)
        street.act(_random(street, ATTEMPTS), month)
        month = month.plus(1)
    curve, said, state = [street.live(month)], [], {}
    for _ in range(MONTHS):
        if policy == "board":
            targets, chances, state = _board(street, month, state)
        else:
            targets, chances = RIVALS[policy](street, ATTEMPTS), []
        month = month.plus(1)
        done = street.act(targets, month)
        said += [(chance, sold) for chance, (_, sold) in zip(chances, done, strict=False)]
        curve.append(street.live(month))
    return curve, said


def _board(street: Street, month: Month, state: dict[str, pd.DataFrame]) -> tuple[list[Any], list[float], Any]:
    tables = street.tables()
    frame = pd.DataFrame(street.mentions, columns=["kind", "record_ref", "subject_no", "nominal_id"]).astype("str")
    nominals = pd.DataFrame({"nominal_id": frame["nominal_id"].unique(), "date_of_birth": ""})
    events = pd.DataFrame(columns=["month", "event", "from_id", "to_id"])
    known = Known(frame.assign(match_probability=1.0), nominals, events)
    network = build_network(tables, known, month, NetworkSettings(), {})
    ground = _ground(tables)
    settings = BoardSettings(top=ATTEMPTS)
    inputs = Inputs(network, ground, ground, tables, known, month, settings, previous=state, is_planned=False)
    board = make_board(inputs)
    best = board.targets[board.targets["rank"].notna()].head(ATTEMPTS)
    columns = ["target_kind", "target_id", "target_easting_m", "target_northing_m"]
    targets = [tuple(row) for row in best[columns].itertuples(index=False)]
    return targets, list(best["success_probability"]), board.state


def _ground(tables: Tables) -> Ground:
    parts = []
    for kind in ("intelligence_logs", "test_purchases"):
        rows = tables.get(kind)
        cell = rows[["easting_m", "northing_m"]] // CELL_M
        market = "P" + cell["easting_m"].astype(int).astype(str) + "-" + cell["northing_m"].astype(int).astype(str)
        places = rows[["easting_m", "northing_m"]]
        parts.append(places.assign(kind=kind, record_ref=rows["record_ref"], market_id=market))
    frame = pd.concat(parts, ignore_index=True)
    markets = frame.groupby("market_id", sort=True)[["easting_m", "northing_m"]].median().reset_index()
    return Ground(markets.assign(kind="place", area_code=markets["market_id"]), frame)


def _held(street: Street) -> set[str]:
    """Return who is in custody: arrested in the last four months; every list leaves them out."""
    since = max((row["arrested_at"] for row in street.arrests), default=pd.Timestamp(0)) - pd.Timedelta(days=120)
    recent = {row["custody_ref"] for row in street.arrests if row["arrested_at"] > since}
    return {row[3] for row in street.mentions if row[0] == "arrests" and row[1] in recent}


def _random(street: Street, count: int) -> list[Any]:
    known = sorted({row[3] for row in street.mentions if row[0] == "log_subjects"} - _held(street))
    chosen = street.rng.permutation(known)[:count]
    return [("nominal", str(person), np.nan, np.nan) for person in chosen]


def _most_logs(street: Street, count: int) -> list[Any]:
    held = _held(street)
    named = [row[3] for row in street.mentions if row[0] == "log_subjects" and row[3] not in held]
    logs = pd.Series(named).value_counts().sort_index()
    best = logs.sort_values(ascending=False, kind="stable").head(count).index
    return [("nominal", person, np.nan, np.nan) for person in best]


def _highest_degree(street: Street, count: int) -> list[Any]:
    rows = pd.DataFrame(street.mentions, columns=["kind", "urn", "no", "who"])
    rows = rows[rows["kind"] == "log_subjects"]
    pairs = rows.merge(rows, on="urn")
    pairs = pairs[pairs["who_x"] != pairs["who_y"]].drop_duplicates(["who_x", "who_y"])
    pairs = pairs[~pairs["who_x"].isin(list(_held(street)))]
    degree = pairs.groupby("who_x", sort=True).size().sort_values(ascending=False, kind="stable")
    return [("nominal", person, np.nan, np.nan) for person in degree.head(count).index]


RIVALS = {"most logs": _most_logs, "highest degree": _highest_degree, "random": _random}
POLICIES = ("board", *RIVALS)


def _typed(kind: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    empty = empty_frame(KINDS[kind])
    frame = pd.DataFrame(rows).reindex(columns=empty.columns)
    for column, dtype in empty.dtypes.items():
        values = frame[column]
        if pd.api.types.is_string_dtype(dtype):
            values = values.astype("object").fillna("")
        elif pd.api.types.is_datetime64_any_dtype(dtype):
            values = pd.to_datetime(values)
        elif dtype == "int64":
            values = values.fillna(0)
        frame[column] = values.astype(dtype)
    frame["record_ref"] = frame[list(KINDS[kind].key)].astype("str").agg("/".join, axis=1)
    return frame
