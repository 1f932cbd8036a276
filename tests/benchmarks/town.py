"""Fictional towns with planted truth: what usual packages make of them, and what market-profile makes of them.

``python -m tests.benchmarks town`` writes towns of 10,000 logs over twelve months (``--logs``, ``--months``,
``--seeds``), runs both and prints one table a town, and their means. ``--peers-only`` leaves ours out: that is how the
town's hardness (``market_profile.synthetic.plan.Hardness``) was set.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd

from tests.benchmarks.ours import our_answer, refresh, seconds_by_stage, sure_mentions
from tests.benchmarks.peers import peers_answer
from tests.benchmarks.truth import Town, nominal_scores, score

SHOWN = (
    "nominals", "people", "precision", "recall", "f1", "b3", "f1 with DOB", "b3 with DOB", "f1 without DOB",
    "b3 without DOB", "relatives merged", "relatives", "roles", "roles, unknown wrong",
    "roles, unknown wrong, 5 mentions", "edges directed precision", "edges directed recall",
    "edges undirected precision", "edges undirected recall", "edges one id a person precision",
    "edges one id a person recall", "stated edges directed precision", "stated edges directed recall",
)  # fmt: skip
AFTER = ("targets p@10", "targets p@20", "targets chance@10", "targets chance@20", "price error", "seconds")
SAID_OF_PEERS = {
    ("f1", "peers .95"): ".44", ("f1", "peers .50"): ".66", ("b3", "peers .95"): ".60", ("b3", "peers .50"): ".74",
    ("roles", "peers .95"): ".81-.83", ("targets p@20", "peers .95"): ".20", ("price error", "peers .95"): ".11",
    ("12 months: next logs", "peers .95"): ".69-.77", ("last month: next logs", "peers .95"): ".74-.78",
    ("KDE: next logs", "peers .95"): ".64-.71", ("Gi*: next logs", "peers .95"): ".45",
    ("edges directed precision", "peers .95"): ".94",
}  # fmt: skip
"""What the same assembly scored on the towns that this one was set to be as hard as."""


def measure(town: Town, with_ours: bool = True) -> pd.DataFrame:
    """Return scores (rows) of the peers at .95 and at .50, of ours, and of our nominals at the same two chances.

    ``ours .95`` and ``ours .50`` keep the mentions whose ``match_probability`` is at least that; the others stand
    alone, as a pair below the threshold does for the peers.
    """
    peers = peers_answer(town)
    columns = {
        "peers .95": score(town, peers.careful) | {"seconds": sum(peers.seconds.values())},
        "peers .50": score(town, replace(peers.bold, cells={}, prices=peers.bold.prices)),
    }
    if with_ours:
        is_done = (town.folder / "editions" / town.last_month / "run.json").exists()
        seconds = sum(seconds_by_stage(town).values()) if is_done else refresh(town)
        columns["ours"] = score(town, our_answer(town)) | {"seconds": seconds}
        columns |= {f"ours .{round(100 * p)}": nominal_scores(town, sure_mentions(town, p)) for p in (0.95, 0.50)}
    return ordered(pd.DataFrame(columns))


def ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are shown: people, roles and ties, then places, then targets and prices."""
    places = [name for name in table.index if ": " in name]
    return table.reindex([name for name in (*SHOWN, *places, *AFTER) if name in table.index])


def shown(table: pd.DataFrame) -> str:
    """Return the table as text, with what PEERS.md says of the peers beside it."""
    said = [SAID_OF_PEERS.get((name, "peers .95"), "") for name in table.index]
    also = [SAID_OF_PEERS.get((name, "peers .50"), "") for name in table.index]
    text = table.map(lambda value: "" if pd.isna(value) else f"{value:,.3f}" if abs(value) < 10 else f"{value:,.0f}")
    text["expected of peers"] = [f"{a} / {b}" if b else a for a, b in zip(said, also, strict=True)]
    return text.to_string()


def main(arguments: list[str]) -> None:
    """Write or read towns, measure them and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks town", description=__doc__)
    parser.add_argument("--logs", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--towns", type=Path, nargs="*", default=[], help="towns that stand; their editions are read")
    parser.add_argument("--peers-only", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        towns = options.towns or [_write(Path(folder), options, seed) for seed in options.seeds]
        tables = []
        for place in towns:
            tables.append(measure(Town(place), not options.peers_only))
            print(f"\n{place.name}\n{shown(tables[-1])}", flush=True)
    if len(tables) > 1:
        mean = sum(tables[1:], tables[0]) / len(tables)
        print(f"\nmean of {len(tables)} towns\n{shown(mean)}", flush=True)


def _write(folder: Path, options: argparse.Namespace, seed: int) -> Path:
    from market_profile.synthetic import Plan, write_town

    place = folder / f"town of {options.logs} logs, seed {seed}"
    write_town(place, Plan(options.logs, options.months, seed))
    return place
