"""What changed since last month: ties, people, roles and groups, each with the records that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.network.change_ties import CHANGE_COLUMNS, MOST_REFS, SEEN, record_refs, tie_changes
from market_profile.network.codes import Ints, among, codes_of, ordered, places
from market_profile.network.evidence import Evidence
from market_profile.network.supply import refs_of
from market_profile.periods import Month
from market_profile.terms import Role

SHARED = (3, 0.25)
"""A group took in, or gave, another's people from three of them and a quarter of that other group on."""

UPPER = frozenset({Role.SUPPLIER.value, Role.LINE_HOLDER.value})


def current_ids(frame: pd.DataFrame, columns: list[str], events: pd.DataFrame) -> pd.DataFrame:
    """Return last month's ``frame`` with merged nominals under the id that they now carry."""
    if frame.empty or events.empty:
        return frame
    merged = events[events["event"] == "merge"].drop_duplicates("from_id", keep="last")
    now = merged.set_index("from_id")["to_id"]
    return frame.assign(**{c: frame[c].map(now).fillna(frame[c]).astype("str") for c in columns})


def role_changes(moved: pd.DataFrame, refs: pd.Series) -> pd.DataFrame:
    """Return people whose role ``moved``; ``returned_to_street``: an upper tier now sells to users (seed 002).

    ``refs``: records behind what is known of each person, by nominal_id.
    """
    is_return = moved["role_before"].isin(UPPER) & (moved["role"] == Role.DEALER.value)
    change = is_return.map({True: "returned_to_street", False: "role_changed"}).astype("str")
    frame = _about_people(moved, change, refs).assign(before=moved["role_before"].to_numpy())
    return frame.sort_values(["change", "source_nominal_id"], kind="stable").reset_index(drop=True)


def people_gained(fresh: pd.DataFrame, refs: pd.Series) -> pd.DataFrame:
    """Return people with a tie now who were not in the network last month (``fresh``)."""
    return _about_people(fresh, pd.Series("person_gained", index=fresh.index), refs)


_PERSON = ["nominal_id", "role", "role_probability"]


def _moved(nodes: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return the people whose known role was another known one last month (``role_before``)."""
    both = _then(nodes[_PERSON], before, "role")
    unknown = Role.UNKNOWN.value
    return both[(both["role"] != both["role_before"]) & (both["role"] != unknown) & (both["role_before"] != unknown)]


def _gained(nodes: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    tied = nodes.loc[nodes["degree"] > 0, _PERSON]
    return tied[~among(tied["nominal_id"], before["nominal_id"])]


def _then(nodes: pd.DataFrame, before: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the ``nodes`` who stood there last month, with what ``column`` said of them then (``<column>_before``)."""
    place = places(nodes["nominal_id"], before["nominal_id"])
    then = before[column].take(place[place >= 0]).to_numpy()
    return nodes[place >= 0].assign(**{f"{column}_before": then}).reset_index(drop=True)


def _about_people(people: pd.DataFrame, change: pd.Series, refs: pd.Series) -> pd.DataFrame:
    told = np.append(refs.to_numpy(dtype=object), "")
    records = pd.Series(told[places(people["nominal_id"], refs.index)], index=people.index, dtype="object")
    frame = pd.DataFrame(
        {
            "change": change,
            "source_nominal_id": people["nominal_id"],
            "target_nominal_id": "",
            "relation": "",
            "before": "",
            "now": people["role"],
            "weight_before": float("nan"),
            "weight_now": people["role_probability"],
            "records": records,
        }
    )
    return frame.sort_values("source_nominal_id", kind="stable").reset_index(drop=True)


def group_changes(nodes: pd.DataFrame, before: pd.DataFrame, statements: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return communities merged or split: ``before`` and ``now`` name them (| separated).

    A community takes part where ``SHARED`` of its people (those still there) moved together; ``records`` are this
    month's statements among the people who moved.
    """
    both = _then(nodes.loc[nodes["degree"] > 0, ["nominal_id", "community"]], before, "community")
    both = both[both["community_before"] != ""]
    shared = both.groupby(["community_before", "community"]).size().rename("n").reset_index()
    of_before = shared.groupby("community_before")["n"].transform("sum")
    part = shared[(shared["n"] >= SHARED[0]) & (shared["n"] >= SHARED[1] * of_before)]
    fresh = _Fresh.of(statements, both["nominal_id"], month)
    rows = []
    for change, one, several in (
        ("communities_merged", "community", "community_before"),
        ("community_split", "community_before", "community"),
    ):
        grouped = part.sort_values([one, several], kind="stable").groupby(one, sort=True)[several].agg("|".join)
        (names, of_one), (others, of_several) = (ordered(both[column]) for column in (one, several))
        number, other = ({name: place for place, name in enumerate(known)} for known in (names, others))
        for name, parts in grouped[grouped.str.contains("|", regex=False)].items():
            moved = of_one == number[str(name)]
            moved[moved] = np.isin(of_several[moved], [other[part] for part in parts.split("|")])
            ends = {one: str(name), several: parts}
            rows.append((change, ends["community_before"], ends["community"], fresh.inside(moved)))
    frame = pd.DataFrame(rows, columns=["change", "before", "now", "records"]).astype("str")
    empty = {"source_nominal_id": "", "target_nominal_id": "", "relation": ""}
    return frame.assign(**empty, weight_before=float("nan"), weight_now=float("nan"))[list(CHANGE_COLUMNS)]


@dataclass(frozen=True)
class _Fresh:
    """The month's sound statements: rows of their two people in a list of people (-1: not in it), and their records."""

    source: Ints
    target: Ints
    records: np.ndarray

    @classmethod
    def of(cls, statements: pd.DataFrame, people: pd.Series, month: Month) -> _Fresh:
        """Return those of ``statements`` on what happened in the month, among ``people``."""
        is_fresh = (statements["observed_at"] >= month.start) & ~statements["is_suspected_false"]
        rows = statements[is_fresh]
        return cls(
            places(rows["source_id"], people), places(rows["target_id"], people), rows["record_ref"].to_numpy(object)
        )

    def inside(self, people: np.ndarray) -> str:
        """Return the records on ties among ``people`` (a flag each), the first of them, | separated."""
        among_them = np.append(people, False)
        found = self.records[among_them[self.source] & among_them[self.target]]
        return "|".join(sorted(set(found.tolist()))[:MOST_REFS])


@dataclass(frozen=True)
class Told:
    """What this month's changes rest on: ``statements`` on ties, and ``parts``, evidence on the parts that people play,
    with the ``evidence`` that both were read from."""

    statements: pd.DataFrame
    parts: pd.DataFrame
    evidence: Evidence


def changes(
    edges: pd.DataFrame, nodes: pd.DataFrame, told: Told, previous: Mapping[str, pd.DataFrame], month: Month
) -> pd.DataFrame:
    """Return all changes against ``previous`` (``edges``, ``nodes``); empty at the first refresh."""
    if "edges" not in previous or "nodes" not in previous:
        return pd.DataFrame(
            {c: pd.Series(dtype="float64" if c.startswith("weight") else "str") for c in CHANGE_COLUMNS}
        )
    before = previous["nodes"]
    moved, gained = _moved(nodes, before), _gained(nodes, before)
    refs = _refs_of(pd.concat([moved["nominal_id"], gained["nominal_id"]]), told, month)
    parts = [
        tie_changes(edges, previous["edges"], told.statements, month),
        role_changes(moved, refs),
        people_gained(gained, refs),
        group_changes(nodes, before, told.statements, month),
    ]
    return pd.concat(parts, ignore_index=True)


def _refs_of(people: pd.Series, told: Told, month: Month) -> pd.Series:
    """Return the records behind what is known of ``people``, by nominal_id."""
    names, statements = told.evidence.names, told.statements
    asked = np.zeros(len(names), dtype=bool)
    asked[places(people, names)] = True
    parts = told.parts[asked[told.parts["person"].to_numpy()]]
    person, rows = [parts["person"].to_numpy()], [parts.assign(record_ref=refs_of(parts, told.evidence).to_numpy())]
    for end in ("source_id", "target_id"):
        at = np.flatnonzero(asked[codes_of(statements[end])])
        person.append(codes_of(statements[end])[at])
        rows.append(statements[SEEN].take(at).astype({"record_ref": "str"}))
    both = pd.concat([frame[SEEN] for frame in rows], ignore_index=True)
    texts, code = ordered(both["record_ref"])
    both["record_ref"] = pd.Categorical.from_codes(code, categories=texts)
    refs = record_refs(np.concatenate(person), both, month)
    return refs.set_axis(names.take(refs.index.to_numpy()))
