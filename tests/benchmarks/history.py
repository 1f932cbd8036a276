"""What the same month costs on top of histories of different length, stage by stage.

``python -m tests.benchmarks history`` writes one town over twenty-five months and keeps back its last month. The same
month is then put on top of the last six, twelve and twenty-four months before it; each history is first refreshed from
nothing. What grows with the month's records costs the same three times; what reads history costs more with it.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

import pandas as pd

from market_profile.periods import Month
from market_profile.synthetic import Plan, write_town
from tests.benchmarks.scale import prepare, refresh, release_month

_MONTH = re.compile(r"_(\d{4}-\d{2})\.")


def leave_out_before(inbox: Path, first: Month) -> None:
    """Remove the monthly files of months before ``first``; files that belong to no month stay."""
    for path in sorted(inbox.iterdir()):
        found = _MONTH.search(path.name)
        if found and found[1] < first.text:
            path.unlink()


def month_on_top(town: Path, target: Path, history: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the stages of a cold refresh of ``history`` months and of the month on top."""
    last = prepare(town, target)
    leave_out_before(target / "inbox", Month(last).plus(-history))
    _, cold = refresh(target)
    release_month(target)
    _, later = refresh(target)
    return cold, later


def main(arguments: list[str]) -> None:
    """Print the processor seconds of each stage for the month on top of each history, and of the cold refreshes."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks history", description=__doc__)
    parser.add_argument("--logs", type=int, default=50_000, help="logs of the whole town")
    parser.add_argument("--histories", type=int, nargs="+", default=[6, 12, 24], help="months before the month on top")
    options = parser.parse_args(arguments)
    columns: dict[str, pd.Series[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        town = Path(folder) / "town"
        write_town(town, Plan(options.logs, max(options.histories) + 1, 1))
        for history in options.histories:
            cold, later = month_on_top(town, Path(folder) / f"{history}", history)
            columns[f"next, {history} months"] = later.set_index("name")["cpu_seconds"]
            columns[f"cold, {history} months"] = cold.set_index("name")["cpu_seconds"]
    table = pd.DataFrame(columns)[sorted(columns, key=lambda name: name.startswith("cold"))]
    table.loc["all stages"] = table.sum()
    shortest, longest = (f"next, {months} months" for months in (options.histories[0], options.histories[-1]))
    table["growth of next"] = table[longest] / table[shortest]
    print(f"\nthe same month of about {options.logs // (max(options.histories) + 1):,} logs; processor seconds")
    print(table.round(2).to_string(), flush=True)
