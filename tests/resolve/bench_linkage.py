"""Linkage against public data and fictional towns, beside the peers of the same data; not collected by pytest.

``python -m tests.resolve.bench_linkage [seed ...]`` prints one row a data set; towns of 10,000 logs at the seeds given.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

import bench_public
from cases import NO_JUDGEMENTS
from refreshes import refreshed
from scores import agreement
from towns import Town, make_town, same_name_relatives

from market_profile.periods import Month
from market_profile.resolve import resolve_nominals
from market_profile.room_settings import ResolveSettings

SEEDS = (31, 32, 33)
"""Towns that no setting was chosen on."""
LARGE_LOGS = 60_000
"""Logs of a town with about 100,000 mentions."""


def cpu_s() -> float:
    """User and system seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def row(name: str, **scores: object) -> None:
    """Print one row."""
    print(f"{name:52}" + "  ".join(f"{key} {value}" for key, value in scores.items()), flush=True)


def town_rows(town: Town, name: str) -> None:
    """Print one town: linked afresh, then month by month from the half of the year on."""
    start = cpu_s()
    whole = resolve_nominals(town.tables, town.month, {}, NO_JUDGEMENTS, ResolveSettings())
    seconds = cpu_s() - start
    row(f"{name}, afresh", **_town_scores(town, whole.records), cpu_s=f"{seconds:.1f}")
    months = refreshed(town)
    row(
        f"{name}, eight refreshes of 5 %",
        records=months.records,
        F1=f"{months.kept['pair_f1']:.3f} (linked afresh {months.full['pair_f1']:.3f}; bar: within .005)",
        changed_pct=" ".join(f"{share:.2f}" for share in months.changed_pct) + " (bar: <= .6)",
        in_ledger=months.in_ledger,
        times_quicker=f"{months.times_quicker:.1f} (bar: 5)",
        cpu_s=f"{np.median(months.seconds[-4:]):.1f}",
    )


def large(logs: int) -> None:
    """Print ours and Splink's demonstration settings, training included, on the same mentions of one large town."""
    from tests.benchmarks.peers import cluster

    with tempfile.TemporaryDirectory() as folder:
        town = make_town(Path(folder), logs=logs, months=12, seed=41, month=Month("2018-12"))
    start = cpu_s()
    resolve_nominals(town.tables, town.month, {}, NO_JUDGEMENTS, ResolveSettings())
    seconds = cpu_s() - start
    rows = pd.DataFrame({
        "unique_id": np.arange(len(town.mentions)),
        "first_name": town.mentions["forenames"].str.split(" ").str[0],
        "surname": town.mentions["surname"],
        "dob": town.mentions["date_of_birth"].dt.strftime("%Y-%m-%d"),
        "alias": town.mentions["aliases"].str.split("|").str[0],
        "phone": town.mentions["phone"],
        "nominal_ref": town.mentions["nominal_ref"],
    }).replace("", None)  # fmt: skip
    start = cpu_s()
    labels = cluster(rows, (0.5,))[0]
    peer = cpu_s() - start
    scores = agreement(labels.to_numpy()[town.known], town.person[town.known].astype(str))
    row(f"{len(rows):,} mentions from nothing", ours_cpu_s=f"{seconds:.1f}", splink_demo_cpu_s=f"{peer:.1f}",
        splink_F1=f"{scores['pair_f1']:.3f}")  # fmt: skip
    months = refreshed(town, refreshes=2)
    row(f"{len(rows):,} mentions, two refreshes of 5 %", times_quicker=f"{months.times_quicker:.1f} (bar: 5)",
        cpu_s=f"{np.median(months.seconds):.1f}")  # fmt: skip


def _town_scores(town: Town, records: pd.DataFrame) -> dict[str, str]:
    ids = records["nominal_id"].to_numpy()
    scores = {}
    for label, rows in (("all", town.known), ("dob", town.known & town.dated), ("no_dob", town.known & ~town.dated)):
        found = agreement(ids[rows], town.person[rows].astype(str))
        scores[label] = f"P {found['precision']:.3f} R {found['recall']:.3f} F1 {found['pair_f1']:.3f}"
    merged, pairs = same_name_relatives(town, ids)
    return scores | {"relatives_merged": f"{merged}/{pairs}"}


def main(arguments: list[str] | None = None) -> None:
    """Print all rows; arguments are seeds of towns."""
    bench_public.main()
    for seed in [int(text) for text in arguments or []] or SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            town = make_town(Path(folder), logs=10_000, months=12, seed=seed, month=Month("2018-12"))
        town_rows(town, f"town of 10,000 logs, seed {seed}")
    large(LARGE_LOGS)


if __name__ == "__main__":
    main(sys.argv[1:])
