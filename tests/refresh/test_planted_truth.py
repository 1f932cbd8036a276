"""A refresh against planted truth, beside what plain means give: ours must be at least as good, line by line."""

from __future__ import annotations

import pandas as pd
import pytest

from market_profile.synthetic import Plan, write_town
from tests.benchmarks.ours import our_answer, refresh
from tests.benchmarks.plain import plain_answer
from tests.benchmarks.truth import Town, score

LOGS, MONTHS, SEED = 3_000, 7, 20_417
LINES = {
    "nominal pair F1": ("f1", "f1", "exact names"),
    "edge precision": ("edges undirected precision", "edges undirected precision", "links by exact name"),
    "edge F1": ("edges undirected f1", "edges undirected f1", "links by exact name"),
    "edge precision, directed": ("edges directed precision", "edges directed precision", "links by exact name"),
    "edge F1, directed": ("edges directed f1", "edges directed f1", "links by exact name"),
    "next month's logs at 2 %, against the year": ("ours: next logs", "12 months: next logs", "12-month count"),
    "next month's logs at 2 %, against the month": ("ours: next logs", "last month: next logs", "last month's count"),
    "precision@10 of targets": ("targets p@10", "targets p@10", "most logs"),
}
"""Line of the table: our score, the baseline's score, and what the baseline is. Edges by precision and F1: doubted ties
stand in a table of their own (network_doubted_ties.csv), which costs the published ones a point of recall."""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Ours and the baseline of each line, over a town whose seed nothing was tuned on."""
    folder = tmp_path_factory.mktemp("planted") / "town"
    write_town(folder, Plan(LOGS, MONTHS, SEED))
    with (folder / "area.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[report]\npdf = false\n")
    town = Town(folder)
    refresh(town)
    ours, plain = score(town, our_answer(town)), score(town, plain_answer(town))
    rows = [(name, ours[a], plain[b], what) for name, (a, b, what) in LINES.items()]
    return pd.DataFrame(rows, columns=["score", "ours", "baseline", "which"]).set_index("score")


def test_the_table_is_printed(table: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n\nplanted truth: {LOGS:,} logs, {MONTHS} months, seed {SEED}\n{table.round(3).to_string()}\n")
    assert table[["ours", "baseline"]].notna().all(axis=None)


@pytest.mark.parametrize("line", list(LINES))
def test_ours_is_at_least_as_good_as_its_baseline(table: pd.DataFrame, line: str) -> None:
    ours, baseline, which = table.loc[line, ["ours", "baseline", "which"]]
    assert ours >= baseline, f"{line}: {ours:.3f} against {baseline:.3f} of {which}"
