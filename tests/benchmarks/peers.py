"""What a competent analyst would assemble in a week from the usual packages, without reading ours.

pandas for the extracts; Splink with the settings of its own demonstrations, trained on the data by EM, connected
components; majority stated role; stated supply links; networkx betweenness and Louvain; sklearn KernelDensity, esda
Gi*, counts; targets by number of logs; a map by folium and a page by Jinja (``peers_page.py``).
"""

from __future__ import annotations

import logging
import tempfile
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks.peers_page import write_page
from tests.benchmarks.truth import CELL_M, Answer, Town

SELLERS = ("dealer", "runner", "line_holder", "supplier")
BANDWIDTH_M = 100.0
"""The better of the two usual widths on the real districts of geography's own bench."""
PIVOTS = 500


@dataclass(frozen=True)
class Peers:
    """The peers' answers at both usual thresholds, and the seconds of each step."""

    careful: Answer
    bold: Answer
    seconds: dict[str, float]


def peers_answer(town: Town, with_graph: bool = True) -> Peers:
    """Run the whole assembly over a town; graph measures, map and page cost time and are scored by nobody."""
    watch = _Watch()
    mentions = watch.run("read", lambda: _clean(town.inbox.mentions))
    careful, bold = watch.run("splink", lambda: cluster(mentions, (0.95, 0.5)))
    cells = watch.run("hotspots", lambda: surfaces(town))
    prices = watch.run("prices", lambda: price_per_pure_gram(town))
    answers = []
    for labels in (careful, bold):
        answer = _people(town, mentions, labels)
        answers.append(replace(answer, cells=cells, prices=prices))
    if with_graph:
        graph = watch.run("graph", lambda: graph_measures(answers[0]))
        with tempfile.TemporaryDirectory() as folder:
            watch.run("page", lambda: write_page(town, answers[0], graph, Path(folder)))
    return Peers(answers[0], answers[1], watch.seconds)


class _Watch:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def run(self, name, step):
        """Run a step and keep its wall-clock seconds."""
        start = time.perf_counter()
        result = step()
        self.seconds[name] = time.perf_counter() - start
        return result


def _clean(mentions: pd.DataFrame) -> pd.DataFrame:
    """Lower-case names, first street name, digits of phones, ISO dates; blanks become missing."""
    phone = mentions["phone"].str.replace(r"\D", "", regex=True).str.replace(r"^44", "0", regex=True)
    born = pd.to_datetime(mentions["date_of_birth"], format="ISO8601", errors="coerce").dt.strftime("%Y-%m-%d")
    rows = mentions.assign(
        unique_id=np.arange(len(mentions)),
        first_name=mentions["forenames"].str.lower(),
        surname=mentions["surname"].str.lower(),
        alias=mentions["aliases"].str.lower().str.split("|").str[0],
        phone=phone,
        dob=born,
    )
    return rows.replace({"": None})


def cluster(rows: pd.DataFrame, thresholds: tuple[float, ...]) -> list[pd.Series]:
    """Return cluster labels of the mentions at each threshold, by Splink's demonstration settings."""
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("alias").configure(term_frequency_adjustments=True),
            cl.ExactMatch("phone"),
            cl.ExactMatch("nominal_ref"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("first_name", "surname"),
            block_on("surname", "substr(first_name, 1, 1)"),
            block_on("dob"),
            block_on("alias"),
            block_on("phone"),
            block_on("nominal_ref"),
        ],
        retain_matching_columns=False,
    )  # fmt: skip
    columns = ["unique_id", "first_name", "surname", "dob", "alias", "phone"]
    api = DuckDBAPI(duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"}))
    linker = Linker(api.register(rows[[*columns, "nominal_ref"]]), settings, log_level=None)
    sure = [block_on("first_name", "surname", "dob"), block_on("nominal_ref"), block_on("phone")]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
    predicted = linker.inference.predict(threshold_match_probability=0.05)
    labels = []
    for threshold in thresholds:
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold)
        table = found.as_duckdbpyrelation().project("unique_id, cluster_id").df().set_index("unique_id")
        labels.append(table["cluster_id"].reindex(rows["unique_id"]).reset_index(drop=True))
    return labels


def _people(town: Town, mentions: pd.DataFrame, labels: pd.Series) -> Answer:
    """Return nominals with majority stated roles, stated supply links and a list of the most-logged sellers."""
    rows = mentions.assign(id="C" + labels.astype(str).to_numpy())
    said = rows[rows["role"].notna() & (rows["role"] != "unknown")]
    votes = said.groupby(["id", "role"], sort=True).size().rename("n").reset_index()
    votes = votes.sort_values(["id", "n", "role"], ascending=[True, False, True], kind="stable")
    roles = votes.drop_duplicates("id")[["id", "role"]]
    logs = rows[rows["kind"] == "log_subjects"]
    sellers = logs[logs["id"].isin(roles.loc[roles["role"].isin(SELLERS), "id"])]
    most = sellers.groupby("id", sort=True).size().sort_values(ascending=False, kind="stable")
    edges = stated_links(town, logs)
    return Answer(
        rows[["kind", "record_ref", "subject_no", "id"]], roles, edges, targets=most.index.to_frame(name="id")
    )


def stated_links(town: Town, logs: pd.DataFrame) -> pd.DataFrame:
    """Return source, target of each 'supplies' link of the last 12 months between the ids of its subjects."""
    links = town.inbox.read("log_links")
    recent = town.inbox.logs.loc[town.inbox.logs["month"].isin(town.window), "urn"]
    links = links[(links["relation"] == "supplies") & links["urn"].isin(recent)]
    ids = logs.set_index(["record_ref", "subject_no"])["id"]
    ids = ids[~ids.index.duplicated()]
    ends = [
        ids.reindex(pd.MultiIndex.from_frame(links[["urn", side]])).to_numpy()
        for side in ("from_subject_no", "to_subject_no")
    ]
    return pd.DataFrame({"source": ends[0], "target": ends[1]}).dropna().drop_duplicates().reset_index(drop=True)


def graph_measures(answer: Answer) -> dict[str, float]:
    """Run what the analyst would show of the network: betweenness with pivots, Louvain communities and the core."""
    import networkx as nx

    graph = nx.from_pandas_edgelist(answer.edges, "source", "target")
    nx.betweenness_centrality(graph, k=min(PIVOTS, len(graph)), seed=1)
    graph.remove_edges_from(nx.selfloop_edges(graph))
    core = max(nx.core_number(graph).values(), default=0)
    return {"people": len(graph), "communities": len(nx.community.louvain_communities(graph, seed=1)), "core": core}


def surfaces(town: Town) -> dict[str, pd.DataFrame]:
    """Return the cells of the area by KDE, Gi* and counts over the placed logs, best first."""
    year = _placed(town, town.window)
    return {
        "KDE": _ranked(town.cells, _density(town.cells, year)),
        "Gi*": _ranked(town.cells, _gi_star(town.cells, _counts(town.cells, year))),
        **count_surfaces(town),
    }


def count_surfaces(town: Town) -> dict[str, pd.DataFrame]:
    """Return the cells of the area by plain counts of twelve months and of the last one, best first."""
    windows = {"12 months": town.window, "last month": [town.last_month]}
    return {name: _ranked(town.cells, _counts(town.cells, _placed(town, w))) for name, w in windows.items()}


def _placed(town: Town, months: list[str]) -> pd.DataFrame:
    logs = town.inbox.logs
    return logs[logs["month"].isin(months) & logs["easting_m"].notna()]


def _counts(cells: pd.DataFrame, events: pd.DataFrame) -> np.ndarray:
    column, row = (np.floor(events[name].to_numpy(float) / CELL_M) for name in ("easting_m", "northing_m"))
    tally = pd.DataFrame({"column": column, "row": row}).groupby(["column", "row"]).size()
    where = pd.MultiIndex.from_arrays([np.floor(cells[name] / CELL_M) for name in ("easting_m", "northing_m")])
    return tally.reindex(where).fillna(0).to_numpy(float)


def _density(cells: pd.DataFrame, events: pd.DataFrame) -> np.ndarray:
    from sklearn.neighbors import KernelDensity

    places = ["easting_m", "northing_m"]
    model = KernelDensity(bandwidth=BANDWIDTH_M, rtol=1e-4).fit(events[places].to_numpy(float))
    return model.score_samples(cells[places].to_numpy(float))


def _gi_star(cells: pd.DataFrame, counts: np.ndarray) -> np.ndarray:
    from esda.getisord import G_Local
    from libpysal.weights import DistanceBand

    weights = DistanceBand(cells.to_numpy(float), 1.5 * CELL_M, silence_warnings=True)
    return np.nan_to_num(G_Local(counts, weights, star=1.0, permutations=0).Zs, nan=-99.0)


def _ranked(cells: pd.DataFrame, value: np.ndarray) -> pd.DataFrame:
    return cells.iloc[np.argsort(-value, kind="stable")].reset_index(drop=True)


def price_per_pure_gram(town: Town) -> pd.DataFrame:
    """Return the median price per pure gram by drug: '£' stripped, other texts and missing results left out."""
    rows = town.inbox.read("test_purchases")
    recent = town.inbox.dates("test_purchases", rows["attempted_at"]).dt.strftime("%Y-%m").isin(town.window)
    rows = rows[recent & (rows["outcome"] == "purchase")]
    price = pd.to_numeric(rows["price_gbp"].str.replace("£", "", regex=False), errors="coerce")
    grams, purity = (pd.to_numeric(rows[name], errors="coerce") for name in ("net_g", "purity_pct"))
    drug = rows["drug_supplied"].str.lower().replace(STREET_WORDS)
    table = pd.DataFrame({"drug": drug, "price_per_pure_g_gbp": price / (grams * purity / 100)})
    return table.groupby("drug", sort=True)["price_per_pure_g_gbp"].median().reset_index()


STREET_WORDS = {
    "brown": "heroin", "gear": "heroin", "h": "heroin", "smack": "heroin", "diamorphine": "heroin",
    "white": "crack", "rocks": "crack", "rock": "crack", "crack cocaine": "crack", "stones": "crack",
    "coke": "cocaine", "charlie": "cocaine", "powder cocaine": "cocaine", "sniff": "cocaine",
    "weed": "cannabis", "skunk": "cannabis", "herbal cannabis": "cannabis", "green": "cannabis", "bud": "cannabis",
    "md": "mdma", "mandy": "mdma", "ecstasy": "mdma", "ket": "ketamine", "k": "ketamine", "special k": "ketamine",
    "speed": "amphetamine", "whizz": "amphetamine",
}  # fmt: skip
"""What an analyst would map by hand after a look at the values."""
