"""Scores of the network against a town's planted truth: supply ties, roles, calibration, replacement times.

The town is read and resolved here as a refresh would, without its other rooms, into a store beside the town's copy.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from market_profile.network import Network, build_network
from market_profile.refresh.plan import make_plan, open_workspace, take_in
from market_profile.resolve import resolve_nominals
from market_profile.store import Warehouse
from tests.benchmarks.truth import Answer, Town, edge_scores, persons_of, role_scores

SAME_ARREST_DAYS = 3


@dataclass(frozen=True)
class Seen:
    """A town with what the network room makes of it; ``persons`` is the person behind each nominal."""

    town: Town
    network: Network
    mentions: pd.DataFrame
    persons: pd.Series


def see(folder: Path) -> Seen:
    """Return the network of the town's last month, from a copy of the town (it is left as it was)."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "town"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("store", "editions"))
        workspace = open_workspace(copy)
        batch, _ = take_in(workspace)
        tables = Warehouse(workspace.store).tables(batch)
        month = make_plan(workspace, batch, None, ()).month
        settings = workspace.settings
        resolution = resolve_nominals(tables, month, {}, workspace.decisions.judgements, settings.resolve)
        network = build_network(tables, resolution, month, settings.network, {})
    mentions = resolution.records[["kind", "record_ref", "subject_no", "nominal_id"]]
    mentions = mentions.rename(columns={"nominal_id": "id"})
    town = Town(folder)
    return Seen(town, network, mentions, persons_of(town, mentions))


def replacement_scores(seen: Seen) -> dict[str, float]:
    """Score estimated replacement times: median error in days, that of guessing the town's true median, coverage.

    A true arrest is matched to a clock of the same person within three days; only arrests with a true replacement
    count. ``share matched`` is of the true arrests in months with extracts.
    """
    truth = seen.town.read("arrests_replacement")
    truth = truth[(truth["days"] >= 0) & (truth["arrested_on"] >= f"{seen.town.months[0]}-01")]
    truth = truth[truth["arrested_on"] < f"{seen.town.next_month}-01"].drop_duplicates(["person_id", "arrested_on"])
    clocks = seen.network.replacement.clocks
    clocks = clocks.assign(person_id=clocks["nominal_id"].map(seen.persons))
    both = clocks.merge(truth, on="person_id", suffixes=("", "_true"))
    gap = (both["arrested_on"] - pd.to_datetime(both["arrested_on_true"])).abs()
    both = both.assign(gap=gap)[gap <= pd.Timedelta(days=SAME_ARREST_DAYS)]
    both = both.sort_values(["gap", "custody_ref"]).drop_duplicates(["person_id", "arrested_on_true"])
    days = both["days_true"]
    inside = (both["estimated_low"] <= days) & (days <= both["estimated_high"])
    return {
        "replacement, median error days": float((both["estimated_days"] - days).abs().median()),
        "replacement, guess the median": float((days - days.median()).abs().median()),
        "replacement, market's usual days": float((both["expected_days"] - days).abs().median()),
        "replacement, first sighting": float((both["days"] - days).abs().median()),
        "replacement, 80 % interval holds": float(inside.mean()),
        "replacement, share matched": len(both) / max(len(truth), 1),
        "replacement, truth from": float(days.min()),
        "replacement, truth to": float(days.max()),
    }


def supply_scores(seen: Seen) -> dict[str, float]:
    """Score supply ties: all that are published, the sound ones, and recall over true ties that some log states."""
    edges = seen.network.edges
    edges = edges[(edges["relation"] == "supplies") & ~edges["is_suspected_false"]]
    found: dict[str, float] = {}
    stated = _stated_truth(seen)
    for name, some in (("sound", edges[~edges["is_contradicted"]]), ("with doubted", edges)):
        ends = some.rename(columns={"source_nominal_id": "source", "target_nominal_id": "target"})
        scores = edge_scores(seen.town, Answer(seen.mentions, edges=ends[["source", "target"]]))
        said = set(zip(ends["source"].map(seen.persons), ends["target"].map(seen.persons), strict=True))
        found[f"supply ties {name}, precision"] = scores["edges directed precision"]
        found[f"supply ties {name}, recall of all"] = scores["edges directed recall"]
        found[f"supply ties {name}, recall of reported"] = len(said & stated) / max(len(stated), 1)
    return found


def _stated_truth(seen: Seen) -> set[tuple[str, str]]:
    """Return the true supply ties of the window that a sound statement is about: what reports can show at all."""
    true = seen.town.read("supply_edges")
    inside = (true["to"] >= f"{seen.town.window[0]}-01") & (true["from"] <= f"{seen.town.last_month}-31")
    true = true[(true["relation"] == "supplies") & inside]
    ties = set(zip(true["supplier_id"], true["buyer_id"], strict=True))
    links = seen.town.inbox.read("log_links")
    people = seen.town.read("mentions")
    people = people[people["kind"] == "log_subjects"].drop_duplicates(["record_ref", "subject_no"])
    who = people.set_index(["record_ref", "subject_no"])["person_id"]
    links = links[links["relation"] == "supplies"]
    ends = [
        who.reindex(pd.MultiIndex.from_arrays([links["urn"].astype(str), links[column].astype(str)])).to_numpy()
        for column in ("from_subject_no", "to_subject_no")
    ]
    return ties & set(zip(*ends, strict=True))


def calibration(seen: Seen) -> pd.DataFrame:
    """Return stated role probability in bands against the share that is right: said, right, people."""
    truth = seen.town.read("roles")
    truth = truth[truth["month"].isin(seen.town.window)]
    modes = truth.groupby(["person_id", "role"], sort=True).size().rename("n").reset_index()
    modes = modes.sort_values(["person_id", "n", "role"], ascending=[True, False, True], kind="stable")
    main = modes.drop_duplicates("person_id").set_index("person_id")["role"]
    nodes = seen.network.nodes
    nodes = nodes.assign(true=nodes["nominal_id"].map(seen.persons).map(main))
    nodes = nodes[(nodes["role"] != "unknown") & nodes["true"].notna() & (nodes["true"] != "unknown")]
    band = np.minimum((nodes["role_probability"] * 10).astype(int), 9) / 10
    right = nodes["role"] == nodes["true"]
    grouped = pd.DataFrame({"band": band, "said": nodes["role_probability"], "right": right}).groupby("band")
    return grouped.agg(said=("said", "mean"), right=("right", "mean"), people=("right", "size")).round(2)


def print_scores(folder: Path) -> None:
    """Print every score of one town and the calibration of its roles."""
    seen = see(folder)
    edges = seen.network.edges
    names = {"nominal_id": "id"}
    answer = Answer(seen.mentions, seen.network.nodes.rename(columns=names)[["id", "role"]])
    print(f"-- {folder.name}: {len(seen.network.nodes):,} people, {len(edges):,} ties")
    for name, value in (supply_scores(seen) | role_scores(seen.town, answer) | replacement_scores(seen)).items():
        print(f"  {name:44s} {value:8.3f}")
    print("  roles: what was said against what was right")
    print(calibration(seen).T.to_string())
