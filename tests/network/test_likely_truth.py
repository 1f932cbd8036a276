"""Likely supply against planted truth: the chance and its bounds hold, and it finds ties that no report states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bench_town import Seen, see

from market_profile.synthetic import Plan, write_town
from tests.benchmarks.truth import Answer, edge_scores

LOGS, MONTHS, SEEDS = 4_000, 12, (30_117, 30_118, 30_119)
"""Towns on whose seeds nothing was settled."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> list[Seen]:
    found = []
    for seed in SEEDS:
        folder: Path = tmp_path_factory.mktemp("likely") / f"town {seed}"
        write_town(folder, Plan(LOGS, MONTHS, seed))
        found.append(see(folder))
    return found


def likely(seen: Seen) -> pd.DataFrame:
    """Return the likely ties with source and target (who supplies whom), parts, chance, bounds, and whether true."""
    edges, nodes = seen.network.edges, seen.network.nodes.set_index("nominal_id")["role"]
    rows = edges[edges["likely_supplier_nominal_id"].notna()]
    source, other = rows["likely_supplier_nominal_id"], rows["source_nominal_id"]
    target = rows["target_nominal_id"].where(other == source, other)
    true = seen.town.read("supply_edges")
    inside = (true["to"] >= f"{seen.town.window[0]}-01") & (true["from"] <= f"{seen.town.last_month}-31")
    true = true[(true["relation"] == "supplies") & inside]
    ties = set(zip(true["supplier_id"], true["buyer_id"], strict=True))
    ends = zip(source.map(seen.persons), target.map(seen.persons), strict=True)
    frame = pd.DataFrame({"source": source, "target": target, "is_true": [pair in ties for pair in ends]})
    parts = {"supplier_role": source.map(nodes), "buyer_role": target.map(nodes)}
    return frame.assign(**parts).merge(seen.network.likely, on=list(parts), how="left")


def test_bounds_hold_the_share_that_is_true(towns: list[Seen], capsys: pytest.CaptureFixture[str]) -> None:
    """Of classes with ten published ties or more, a class a town, the bounds hold the true share, one aside."""
    rows = [(seen.town.folder.name, likely(seen)) for seen in towns]
    found = pd.concat([frame.assign(town=name) for name, frame in rows])
    by = found.groupby(["town", "supplier_role", "buyer_role"])
    table = by.agg(ties=("is_true", "size"), true=("is_true", "mean"), low=("low", "max"), chance=("chance", "max"),
                   high=("high", "max"))  # fmt: skip
    with capsys.disabled():
        print(f"\n\nlikely supply against truth\n{table.round(3).to_string()}\n")
    table = table[table["ties"] >= 10]
    assert len(table) >= 2
    assert (~table["true"].between(table["low"], table["high"])).sum() <= 1
    weighed = np.average(table["chance"], weights=table["ties"])
    assert abs(weighed - np.average(table["true"], weights=table["ties"])) < 0.12


def test_likely_ties_are_new_and_mostly_true(towns: list[Seen], capsys: pytest.CaptureFixture[str]) -> None:
    """Together with the stated ties they find more of the true ones, nearly as surely."""
    gains = []
    for seen in towns:
        edges, more = seen.network.edges, likely(seen)
        sound = edges[(edges["relation"] == "supplies") & ~edges["is_suspected_false"] & ~edges["is_contradicted"]]
        names = {"source_nominal_id": "source", "target_nominal_id": "target"}
        stated = sound.rename(columns=names)[["source", "target"]]
        both = pd.concat([stated, more[["source", "target"]]], ignore_index=True)
        assert len(both) == len(both.drop_duplicates())
        before, after = (edge_scores(seen.town, Answer(seen.mentions, edges=some)) for some in (stated, both))
        gains.append(
            [scores[f"edges directed {side}"] for side in ("precision", "recall") for scores in (before, after)]
        )
    precision_before, precision, recall_before, recall = np.mean(gains, axis=0)
    with capsys.disabled():
        print(f"\n  precision {precision_before:.3f} -> {precision:.3f}, recall {recall_before:.3f} -> {recall:.3f}")
    assert recall > recall_before + 0.02
    assert precision > precision_before - 0.05
