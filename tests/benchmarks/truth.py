"""The planted truth of a town, and the scores of any pipeline's answer against it.

Every score is a plain function of the truth and of one frame of the answer, so that ours and the peers' are measured
by the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks.inbox import Inbox

MENTION = ["kind", "record_ref", "subject_no"]
KEYED = ("log_subjects", "test_purchases", "seizures", "arrests")
"""Kinds whose mentions are scored: those with a key that both sides write alike."""
WINDOW_MONTHS = 12
SUCCEEDS_AT = 0.5
"""A target 'would succeed' where a stranger who asks next month is sold to at least every second time."""
CELL_M = 200.0
AREA_SHARE = 0.02
SAME_PLACE_M = 5.0


@dataclass(frozen=True)
class Answer:
    """What a pipeline says of a town; a part that it does not give is an empty frame and scores NaN.

    ``mentions``: kind, record_ref, subject_no, id. ``roles``: id, role. ``edges``: source, target (ids; who supplies
    whom); ``stated`` those of them that some record states, where others are read from what records tell together.
    ``cells``: by method, a frame easting_m, northing_m of the middles of 200 m cells, best first. ``targets``:
    id, people only, best first. ``prices``: drug, price_per_pure_g_gbp over the last 12 months.
    """

    mentions: pd.DataFrame
    roles: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["id", "role"]))
    edges: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["source", "target"]))
    cells: dict[str, pd.DataFrame] = field(default_factory=dict)
    targets: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["id"]))
    prices: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["drug", "price_per_pure_g_gbp"]))
    stated: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["source", "target"]))


@dataclass(frozen=True)
class Town:
    """A town written by ``market-profile synth``: its extracts and its truth."""

    folder: Path

    @cached_property
    def inbox(self) -> Inbox:
        """Return the extracts, read by the benchmark's own reader."""
        return Inbox(self.folder)

    def read(self, name: str) -> pd.DataFrame:
        """Return one truth file; codes stay text."""
        return pd.read_csv(self.folder / "truth" / f"{name}.csv", dtype={"subject_no": str, "record_ref": str})

    @cached_property
    def months(self) -> list[str]:
        """Return the months of the truth; the last one is the month after the last extract."""
        return sorted(self.read("logs")["month"].unique())

    @property
    def last_month(self) -> str:
        """Return the last month with extracts."""
        return self.months[-2]

    @property
    def next_month(self) -> str:
        """Return the month after the last extract."""
        return self.months[-1]

    @property
    def window(self) -> list[str]:
        """Return the last twelve months with extracts."""
        return self.months[:-1][-WINDOW_MONTHS:]

    @cached_property
    def mentions(self) -> pd.DataFrame:
        """Return the scored mentions: MENTION, person_id, has_dob (the date is written on the mention)."""
        rows = self.read("mentions")
        rows = rows[rows["kind"].isin(KEYED) & rows["record_ref"].notna()]
        rows = rows.drop_duplicates(MENTION)[[*MENTION, "person_id"]]
        written = self.inbox.mentions.drop_duplicates(MENTION)[[*MENTION, "date_of_birth"]]
        rows = rows.merge(written, on=MENTION, how="left")
        return rows.assign(has_dob=rows.pop("date_of_birth").fillna("") != "")

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Return the middles of the 200 m cells whose middle lies inside the boundary."""
        import geopandas as gpd
        import shapely

        area = gpd.read_file(self.folder / self.inbox.settings["area"]["boundary"]).to_crs(27700).union_all()
        west, south, east, north = area.bounds
        x = np.arange(np.floor(west / CELL_M), np.ceil(east / CELL_M)) * CELL_M + CELL_M / 2
        y = np.arange(np.floor(south / CELL_M), np.ceil(north / CELL_M)) * CELL_M + CELL_M / 2
        across, up = (grid.ravel() for grid in np.meshgrid(x, y))
        inside = shapely.contains_xy(area, across, up)
        return pd.DataFrame({"easting_m": across[inside], "northing_m": up[inside]})

    @property
    def budget(self) -> int:
        """Return how many cells make 2 % of the area."""
        return max(1, round(AREA_SHARE * len(self.cells)))


def joined(town: Town, mentions: pd.DataFrame) -> pd.DataFrame:
    """Return the scored mentions with the answer's ``id``; a mention left out stands alone."""
    found = mentions.assign(subject_no=mentions["subject_no"].astype(str)).drop_duplicates(MENTION)
    rows = town.mentions.merge(found[[*MENTION, "id"]], on=MENTION, how="left")
    alone = pd.Series([f"alone {number}" for number in range(len(rows))], index=rows.index, dtype=object)
    return rows.assign(id=rows["id"].astype(object).where(rows["id"].notna(), alone))


def persons_of(town: Town, mentions: pd.DataFrame) -> pd.Series:
    """Return the person that most scored mentions of each id are about (the first id on a draw)."""
    rows = joined(town, mentions).groupby(["id", "person_id"], sort=True).size().rename("n").reset_index()
    rows = rows.sort_values(["id", "n", "person_id"], ascending=[True, False, True], kind="stable")
    return rows.drop_duplicates("id").set_index("id")["person_id"]


def _pairs(sizes: pd.Series) -> float:
    values = sizes.to_numpy(dtype=float)
    return float((values * (values - 1) / 2).sum())


def agreement(found: pd.Series, person: pd.Series) -> dict[str, float]:
    """Return pair precision, recall, F1 and B-cubed F of clusters ``found`` against ``person``."""
    frame = pd.DataFrame({"found": found.to_numpy(), "person": person.to_numpy()})
    both = frame.groupby(["found", "person"], sort=True).size()
    by_found, by_person = frame.groupby("found").size(), frame.groupby("person").size()
    same = _pairs(both)
    precision, recall = same / max(_pairs(by_found), 1.0), same / max(_pairs(by_person), 1.0)
    squares = both.to_numpy(dtype=float) ** 2
    b_precision = (squares / by_found.reindex(both.index.get_level_values(0)).to_numpy()).sum() / len(frame)
    b_recall = (squares / by_person.reindex(both.index.get_level_values(1)).to_numpy()).sum() / len(frame)
    return {"precision": precision, "recall": recall, "f1": _f1(precision, recall), "b3": _f1(b_precision, b_recall)}


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / max(precision + recall, 1e-12)


def nominal_scores(town: Town, mentions: pd.DataFrame) -> dict[str, float]:
    """Score nominals overall, over mentions with and without a date of birth, and on relatives of one name."""
    rows = joined(town, mentions)
    scores: dict[str, float] = {"mentions": len(rows), "people": rows["person_id"].nunique()}
    scores["nominals"] = rows["id"].nunique()
    for label, part in (("", rows), (" with DOB", rows[rows["has_dob"]]), (" without DOB", rows[~rows["has_dob"]])):
        scores |= {f"{name}{label}": value for name, value in agreement(part["id"], part["person_id"]).items()}
    merged, pairs = relatives_merged(town, rows)
    return scores | {"relatives merged": merged, "relatives": pairs}


def relatives_merged(town: Town, rows: pd.DataFrame) -> tuple[int, int]:
    """Return pairs of same-name relatives whose dated mentions share an id, and all pairs that have such mentions."""
    people = town.read("persons")
    people = people[people["family"].notna()]
    same = people[people.duplicated(["family", "forename", "surname"], keep=False)]
    ids = rows[rows["has_dob"]].groupby("person_id")["id"].agg(set)
    pairs = same.groupby("family", sort=True)["person_id"].agg(list)
    known = [[ids[person] for person in pair if person in ids.index] for pair in pairs]
    known = [sets for sets in known if len(sets) == 2]
    return sum(bool(a & b) for a, b in known), len(known)


def role_scores(town: Town, answer: Answer) -> dict[str, float]:
    """Score roles of ids: right where it is the part that the majority person mainly played in the last 12 months.

    ``roles`` counts ids of whom a role is known to the truth and on whom the answer commits itself; ``roles, unknown
    wrong`` counts 'unknown' and no answer as wrong. Ids of one mention count less than people: each id weighs the
    number of its scored mentions.
    """
    if answer.roles.empty:
        return {"roles": np.nan, "roles, unknown wrong": np.nan}
    truth = town.read("roles")
    truth = truth[truth["month"].isin(town.window)]
    modes = truth.groupby(["person_id", "role"], sort=True).size().rename("n").reset_index()
    modes = modes.sort_values(["person_id", "n", "role"], ascending=[True, False, True], kind="stable")
    main = modes.drop_duplicates("person_id").set_index("person_id")["role"]
    sizes = joined(town, answer.mentions).groupby("id").size()
    rows = pd.DataFrame({"person": persons_of(town, answer.mentions), "n": sizes})
    rows["true"] = rows["person"].map(main)
    rows["said"] = answer.roles.drop_duplicates("id").set_index("id")["role"].reindex(rows.index).fillna("unknown")
    rows = rows[rows["true"].notna() & (rows["true"] != "unknown")]
    right = rows["said"] == rows["true"]
    told = rows["said"] != "unknown"
    return {
        "roles": float(right[told].mean()),
        "roles, by mention": float(np.average(right[told], weights=rows["n"][told])),
        "roles, 5 mentions": float(right[told & (rows["n"] >= 5)].mean()),
        "roles, unknown wrong": float(right.mean()),
        "roles, unknown wrong, 5 mentions": float(right[rows["n"] >= 5].mean()),
    }


def edge_scores(town: Town, answer: Answer) -> dict[str, float]:
    """Score supply edges between majority persons against the true supply ties of the last 12 months.

    ``undirected`` asks who deals with whom, ``directed`` who supplies whom. Majority persons forgive a person split
    over many ids: an id of one mention is always right about itself. ``one id a person`` does not: only the id with
    most of a person's mentions stands for that person, and edges of the other ids are edges of nobody.
    """
    sides = ("precision", "recall", "f1")
    names = [f"edges {w} {s}" for w in ("directed", "undirected", "one id a person") for s in sides]
    if answer.edges.empty:
        return dict.fromkeys(names, np.nan)
    true = town.read("supply_edges")
    inside = (true["to"] >= f"{town.window[0]}-01") & (true["from"] <= f"{town.last_month}-31")
    true = true[(true["relation"] == "supplies") & inside]
    ties = set(zip(true["supplier_id"], true["buyer_id"], strict=True))
    person = persons_of(town, answer.mentions)
    sizes = joined(town, answer.mentions).groupby("id").size()
    main = set(sizes.sort_values(ascending=False, kind="stable").groupby(person, sort=True).head(1).index)
    edges = answer.edges.drop_duplicates()
    ends = pd.DataFrame({"a": edges["source"].map(person), "b": edges["target"].map(person)})
    is_main = (edges["source"].isin(main) & edges["target"].isin(main)).to_numpy()
    is_pair = (ends.notna().all(axis=1) & (ends["a"] != ends["b"])).to_numpy()
    found = set(zip(ends["a"][is_pair], ends["b"][is_pair], strict=True))
    whole = set(zip(ends["a"][is_pair & is_main], ends["b"][is_pair & is_main], strict=True))
    loose = _edge_pair({frozenset(e) for e in found}, {frozenset(e) for e in ties})
    strict = _with_f1(len(whole & ties) / max(int(is_pair.sum()), 1), len(whole & ties) / max(len(ties), 1))
    return dict(zip(names, [*_edge_pair(found, ties), *loose, *strict], strict=True))


def _edge_pair(found: set[object], true: set[object]) -> tuple[float, float, float]:
    return _with_f1(len(found & true) / max(len(found), 1), len(found & true) / max(len(true), 1))


def _with_f1(precision: float, recall: float) -> tuple[float, float, float]:
    return precision, recall, _f1(precision, recall)


def hit_scores(town: Town, cells: pd.DataFrame) -> dict[str, float]:
    """Score a ranked list of cells at 2 % of the area.

    ``next logs``: share of next month's logs with a place of their own that fall inside (what any forecast is judged
    by in life); ``next logs, all`` counts those too that stand at the middle of an LSOA, which is no place.
    ``next deals``: share of next month's true deals inside. ``patrolled``: share of the listed cells in the patrolled
    area over that area's share of true deals; 1 is fair.
    """
    best = cells.head(town.budget)
    logs, deals = town.read("next_events"), town.read("supply_events")
    deals = deals[deals["month"] == town.next_month]
    own = logs[~at_middles(town, logs)]
    return {
        "next logs": _inside(best, own, np.ones(len(own))),
        "next logs, all": _inside(best, logs, np.ones(len(logs))),
        "next deals": _inside(best, deals, deals["n"].to_numpy(float)),
        "patrolled": _attention(town, best),
    }


def at_middles(town: Town, events: pd.DataFrame) -> np.ndarray:
    """Tell which events stand at the middle of an area: where logs of precision 'area' stood before."""
    from scipy.spatial import cKDTree

    logs = town.inbox.logs
    middles = logs.loc[(logs["location_precision"] == "area") & logs["easting_m"].notna(), ["easting_m", "northing_m"]]
    if middles.empty:
        return np.zeros(len(events), dtype=bool)
    far, _ = cKDTree(middles.to_numpy(float)).query(events[["easting_m", "northing_m"]].to_numpy(float))
    return np.asarray(far <= SAME_PLACE_M)


def _inside(cells: pd.DataFrame, events: pd.DataFrame, weight: np.ndarray) -> float:
    from scipy.spatial import cKDTree

    if cells.empty or not weight.sum():
        return float("nan")
    tree = cKDTree(cells[["easting_m", "northing_m"]].to_numpy(float))
    far, _ = tree.query(events[["easting_m", "northing_m"]].to_numpy(float), p=np.inf)
    return float(weight[far <= CELL_M / 2].sum() / weight.sum())


def _attention(town: Town, cells: pd.DataFrame) -> float:
    import geopandas as gpd

    bias = town.read("area_bias")
    fair = bias.loc[bias["is_patrolled"] == 1, "true_deals"].sum() / bias["true_deals"].sum()
    settings = town.inbox.settings["area"]
    shapes = gpd.read_file(town.folder / settings["partner_areas"]).to_crs(27700)
    patrolled = set(bias.loc[bias["is_patrolled"] == 1, "area_code"])
    area = shapes[shapes[settings["partner_area_code"]].isin(patrolled)].union_all()
    import shapely

    inside = shapely.contains_xy(area, cells["easting_m"].to_numpy(), cells["northing_m"].to_numpy())
    return float(inside.mean() / fair) if fair else float("nan")


def target_scores(town: Town, answer: Answer) -> dict[str, float]:
    """Score the people listed: precision at 10 and 20 (sold to at least every second time next month), mean chance."""
    names = ("targets p@10", "targets p@20", "targets chance@10", "targets chance@20")
    if answer.targets.empty:
        return dict.fromkeys(names, np.nan)
    truth = town.read("would_succeed")
    truth = truth[(truth["month"] == town.next_month) & (truth["target_kind"] == "nominal")]
    chance = truth.set_index("target_id")["probability"]
    person = answer.targets["id"].map(persons_of(town, answer.mentions))
    value = person.map(chance).fillna(0.0).where(~person.duplicated(), 0.0).to_numpy()
    top10, top20 = np.pad(value, (0, 20))[:10], np.pad(value, (0, 20))[:20]
    return dict(zip(names, [float((top10 >= SUCCEEDS_AT).mean()), float((top20 >= SUCCEEDS_AT).mean()),
                            float(top10.mean()), float(top20.mean())], strict=True))  # fmt: skip


def price_error(town: Town, answer: Answer, least: int = 10) -> dict[str, float]:
    """Score the price per pure gram: mean of |said/true - 1| over drugs with ``least`` purchases in 12 months.

    True is the median of what every purchase of the window really cost, those without a laboratory result included.
    """
    rows = town.read("purchases")
    rows = rows[(rows["outcome"] == "purchase") & rows["attempted_on"].str[:7].isin(town.window)]
    true = rows.groupby("drug")["price_per_pure_g_gbp"].agg(["median", "size"])
    true = true.loc[true["size"] >= least, "median"]
    said = answer.prices.drop_duplicates("drug").set_index("drug")["price_per_pure_g_gbp"].reindex(true.index)
    return {"price error": float((said / true - 1).abs().mean())}


def score(town: Town, answer: Answer) -> dict[str, float]:
    """Return every score of an answer in one dictionary, hit rates as ``<method>: <score>``."""
    scores = nominal_scores(town, answer.mentions) | role_scores(town, answer) | edge_scores(town, answer)
    stated = edge_scores(town, replace(answer, edges=answer.edges if answer.stated.empty else answer.stated))
    scores |= {f"stated {name}": value for name, value in stated.items()}
    for method, cells in answer.cells.items():
        scores |= {f"{method}: {name}": value for name, value in hit_scores(town, cells).items()}
    return scores | target_scores(town, answer) | price_error(town, answer)
