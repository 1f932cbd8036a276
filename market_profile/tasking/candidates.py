"""Who and what could be a target, and the graded evidence that speaks for each."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from market_profile.network.codes import Ints, among, ordered, places
from market_profile.network.grades import HANDLING, STREAM
from market_profile.network.statements import constant
from market_profile.network.supply import SELLING
from market_profile.tasking.model import MARKET_COLUMNS, Inputs, frame_with

EVIDENCE_DAYS = 365
"""Evidence older than a year proposes nobody."""

KEY = ["target_kind", "target_id"]

FEW_CELLS = 3
"""A place market of more hotspot cells than this is too wide to send officers to: its cells are the targets."""

USUAL_CELL_M = 200.0
"""Side of a cell where the hotspots do not show it."""

EVIDENCE_COLUMNS = (
    *KEY,
    "kind",
    "record_ref",
    "observed_at",
    "source_key",
    "weight",
    "handling",
    "stream",
    "is_direct",
    "is_suspected_false",
    "easting_m",
    "northing_m",
    "market_id",
)


def market_of(inputs: Inputs, kind: str, refs: pd.Series) -> pd.Series:
    """Return the market_id of which each of ``refs``, records of a ``kind``, speaks ("" none; of several the first)."""
    known = frame_with(inputs.geography.record_markets, MARKET_COLUMNS)
    known = known[(known["kind"] == kind) & (known["market_id"] != "")]
    names, market = ordered(known["market_id"])
    order = np.argsort(market, kind="stable")
    place = places(refs, known["record_ref"].take(order))
    found = np.append(market[order], len(names))[place]
    return pd.Series(names.append(pd.Index([""], dtype="str")).take(found), index=refs.index, dtype="str")


def target_evidence(inputs: Inputs) -> pd.DataFrame:
    """Return the evidence of the last year for each candidate, one row a record, with EVIDENCE_COLUMNS and numbers for
    texts, in their order: ``target`` (of KEY), ``record``, ``source``."""
    supply = _of_year(inputs.network.supply, inputs).astype({"nominal_id": "str", "kind": "str"})
    parts = [part.reset_index(drop=True) for part in (supply, *_about_places(supply, inputs))]
    market = _markets(pd.concat([part[["kind", "record_ref"]] for part in parts], ignore_index=True), inputs)
    ends = np.cumsum([0, *(len(part) for part in parts)]).tolist()
    parts = [part.assign(market_id=market.iloc[a:b].array) for part, (a, b) in zip(parts, pairwise(ends), strict=True)]
    return numbered(pd.concat([_of_nominals(parts[0]), _of_markets(parts[1:], inputs)], ignore_index=True))


def numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Return evidence in order of target, date and record, with numbers for texts (``target_evidence``)."""
    number = {name: ordered(frame[name])[1] for name in ("target_id", "kind", "record_ref", "source_key")}
    target = _joint(ordered(frame["target_kind"])[1], number["target_id"])
    record = _joint(number["kind"], number["record_ref"])
    order = np.lexsort((record, frame["observed_at"].to_numpy(), target))
    frame = frame.take(order).reset_index(drop=True)
    return frame.assign(
        target=np.cumsum(np.diff(target[order], prepend=-1) != 0) - 1,
        record=number["record_ref"][order],
        source=number["source_key"][order],
    )


def _joint(one: Ints, other: Ints) -> Ints:
    """Return one number for two, in the order of the first, then of the second."""
    return one * (int(other.max(initial=0)) + 1) + other


def _of_year(frame: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Return the rows of the last ``EVIDENCE_DAYS``."""
    since = inputs.month.end - pd.Timedelta(days=EVIDENCE_DAYS)
    return frame[(frame["observed_at"] >= since) & (frame["observed_at"] < inputs.month.end)]


def targets_of(rows: pd.DataFrame, evidence: pd.DataFrame) -> Ints:
    """Return the number that each of ``rows`` (KEY) has as ``target`` of ``evidence``; -1 where nothing tells of it."""
    told = evidence.iloc[np.flatnonzero(np.diff(evidence["target"].to_numpy(), prepend=-1))]
    one, other = (frame["target_kind"].astype("str") + ":" + frame["target_id"].astype("str") for frame in (rows, told))
    place = places(one, other)
    return np.append(told["target"].to_numpy(), -1)[place]


def candidates(inputs: Inputs, home: pd.Series) -> pd.DataFrame:
    """Return target_kind, target_id, role, market_id: sellers by role, markets by place or line, known lines.

    A place market of more than ``FEW_CELLS`` hotspot cells stands as those cells (target_id is the cell_id).
    A nominal's market is where most of their sound evidence stands: ``home``, from ``main_market``.
    """
    nodes = inputs.network.nodes
    sellers = nodes.loc[nodes["role"].isin(SELLING), ["nominal_id", "role"]]
    people = pd.DataFrame({"target_kind": "nominal", "target_id": sellers["nominal_id"], "role": sellers["role"]})
    people["market_id"] = people["target_id"].map(home).astype("object").fillna("")
    markets = frame_with(inputs.geography.markets, {"market_id": "str", "kind": "str"})
    known, cells = set(markets["market_id"]), wide_market_cells(inputs)
    markets = markets[~among(markets["market_id"], cells["market_id"])]
    of_markets = pd.DataFrame(
        {
            "target_kind": markets["kind"].where(markets["kind"] == "line", "place"),
            "target_id": markets["market_id"],
            "role": "",
            "market_id": markets["market_id"],
        }
    )
    of_cells = cells[["cell_id", "market_id"]].rename(columns={"cell_id": "target_id"})
    of_cells = of_cells.assign(target_kind="place", role="")
    frame = pd.concat([people, of_markets, of_cells, _lines(inputs, known)], ignore_index=True)
    frame = frame.astype({"target_kind": "str", "target_id": "str", "role": "str", "market_id": "str"})
    return frame.drop_duplicates(KEY).sort_values(KEY, kind="stable").reset_index(drop=True)


def areas_of(rows: pd.DataFrame, where: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return the partner area of each of ``rows``: that of the hotspot cell nearest to its place ``where``, within
    ``USUAL_CELL_M``, else its market's ("" not known)."""
    columns = {"market_id": "str", "area_code": "str", "easting_m": "float64", "northing_m": "float64"}
    cells = frame_with(inputs.geography.hotspots, columns)
    cells = cells[cells["easting_m"].notna() & (cells["area_code"] != "")]
    markets = frame_with(inputs.geography.markets, columns).drop_duplicates("market_id").set_index("market_id")
    found = rows["market_id"].map(markets["area_code"]).astype("object").fillna("").to_numpy(dtype=object, copy=True)
    here = np.flatnonzero(where.notna().all(axis=1))
    if len(cells) and len(here):
        from scipy.spatial import cKDTree

        far, nearest = cKDTree(cells[["easting_m", "northing_m"]].to_numpy()).query(where.to_numpy(dtype=float)[here])
        is_near = far <= USUAL_CELL_M
        found[here[is_near]] = cells["area_code"].to_numpy(dtype=object)[nearest[is_near]]
    return pd.Series(found, index=rows.index).astype("str")


def main_market(evidence: pd.DataFrame) -> pd.Series:
    """Return the market_id that most of each nominal's sound evidence speaks of (latest, then smaller id, on equals),
    by target_id."""
    told = (evidence["target_kind"] == "nominal") & (evidence["market_id"] != "") & ~evidence["is_suspected_false"]
    rows = evidence[told]
    names, market = ordered(rows["market_id"])
    both = _joint(rows["target"].to_numpy(), market)
    count = rows.groupby(both).agg(
        target=("target", "first"), weight=("weight", "sum"), last=("observed_at", "max")
    )  # in order of target, then of market
    _, first = np.unique(both, return_index=True)
    order = np.lexsort((-count["last"].to_numpy().astype(np.int64), -count["weight"].round(9), count["target"]))
    best = first[order[np.flatnonzero(np.diff(count["target"].to_numpy()[order], prepend=-1))]]
    return pd.Series(names.take(market[best]), index=rows["target_id"].to_numpy()[best], dtype="str")


def wide_market_cells(inputs: Inputs) -> pd.DataFrame:
    """Return cell_id, market_id and centre (metres) of the hotspot cells of place markets too wide for one target."""
    columns = {"cell_id": "str", "market_id": "str", "easting_m": "float64", "northing_m": "float64"}
    hot = frame_with(inputs.geography.hotspots, columns)
    hot = hot[(hot["market_id"] != "") & (hot["cell_id"] != "") & hot["easting_m"].notna()].drop_duplicates("cell_id")
    markets = frame_with(inputs.geography.markets, {"market_id": "str", "kind": "str"})
    places = markets.loc[markets["kind"] != "line", "market_id"]
    is_wide = hot.groupby("market_id")["cell_id"].transform("size") > FEW_CELLS
    return hot[is_wide & hot["market_id"].isin(places)].sort_values("cell_id", kind="stable").reset_index(drop=True)


def _in_cells(rows: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    """Return the cell_id of each of ``rows`` ("" where in none): the square around the nearest centre."""
    from scipy.spatial import cKDTree

    result = pd.Series("", index=rows.index, dtype="object")
    placed = rows["easting_m"].notna() & rows["northing_m"].notna()
    if cells.empty or not placed.any():
        return result.astype("str")
    steps = np.concatenate([np.diff(np.unique(cells[axis])) for axis in ("easting_m", "northing_m")])
    side = float(steps.min()) if len(steps) else USUAL_CELL_M
    centres = cKDTree(cells[["easting_m", "northing_m"]].to_numpy())
    far, place = centres.query(rows.loc[placed, ["easting_m", "northing_m"]].to_numpy(), p=np.inf)
    names = np.append(cells["cell_id"].to_numpy(object), "")
    result[placed] = np.where(far <= side / 2, names[np.minimum(place, len(cells) - 1)], "")
    return result.astype("str")


def _of_nominals(supply: pd.DataFrame) -> pd.DataFrame:
    supply = supply.rename(columns={"nominal_id": "target_id"})
    return supply.assign(target_kind="nominal")[list(EVIDENCE_COLUMNS)]


def _markets(rows: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return the market_id of each record of ``rows`` (kind, record_ref), "" where it speaks of none."""
    at = [np.flatnonzero(rows["kind"] == kind) for kind in sorted(rows["kind"].unique())]
    if not at:
        return pd.Series("", index=rows.index, dtype="str")
    parts = [market_of(inputs, str(rows["kind"].iloc[own[0]]), rows["record_ref"].take(own)) for own in at]
    found: pd.Series = pd.concat(parts).take(np.argsort(np.concatenate(at), kind="stable"))
    return found


def _about_places(supply: pd.DataFrame, inputs: Inputs) -> tuple[pd.DataFrame, ...]:
    """Return the last year's records that may speak of a market, whoever is named: logs, seizures and arrests among
    ``supply``, test purchases."""
    logs = _of_year(inputs.network.logs, inputs).rename(columns={"urn": "record_ref"})
    direct = supply[supply["is_direct"] & (supply["kind"] != "test_purchases")].drop_duplicates(["kind", "record_ref"])
    return logs.assign(kind="intelligence_logs", is_direct=False), direct, _of_year(_purchases(inputs), inputs)


def _of_markets(parts: list[pd.DataFrame], inputs: Inputs) -> pd.DataFrame:
    columns = [name for name in EVIDENCE_COLUMNS if name not in KEY]
    rows = pd.concat([part[columns] for part in parts], ignore_index=True)
    rows = rows[rows["market_id"] != ""]
    markets = frame_with(inputs.geography.markets, {"market_id": "str", "kind": "str"})
    is_line = np.append((markets["kind"] == "line").to_numpy(), False)[places(rows["market_id"], markets["market_id"])]
    kind = pd.Series(np.where(is_line, "line", "place"), index=rows.index, dtype="str")
    rows = rows.assign(target_id=rows["market_id"], target_kind=kind)
    cells = wide_market_cells(inputs)
    is_wide = among(rows["market_id"], cells["market_id"])
    inside = rows[is_wide].assign(target_id=_in_cells(rows[is_wide], cells))
    rows = pd.concat([rows[~is_wide], inside[inside["target_id"] != ""]], ignore_index=True)
    return rows[list(EVIDENCE_COLUMNS)]


def _purchases(inputs: Inputs) -> pd.DataFrame:
    """Return successful test purchases as direct evidence of their market, whoever sold."""
    rows = inputs.tables.get("test_purchases")
    rows = rows[(rows["outcome"].astype("str") == "purchase") & (rows["attempted_at"] < inputs.month.end)]
    return pd.DataFrame(
        {
            "kind": "test_purchases",
            "record_ref": rows["record_ref"].astype("str"),
            "observed_at": rows["attempted_at"],
            "source_key": "test_purchases:" + rows["record_ref"].astype("str"),
            "weight": 0.95,
            "handling": constant("P", HANDLING, rows.index),
            "stream": constant("discovered", STREAM, rows.index),
            "is_direct": True,
            "is_suspected_false": False,
            "easting_m": rows["easting_m"],
            "northing_m": rows["northing_m"],
        }
    )


def _lines(inputs: Inputs, known: set[str]) -> pd.DataFrame:
    lines = inputs.tables.get("county_lines")
    is_open = lines["closed_on"].isna() | (lines["closed_on"] >= inputs.month.end)
    lines = lines[is_open & ~lines["line_ref"].isin(known)]
    return pd.DataFrame({"target_kind": "line", "target_id": lines["line_ref"], "role": "", "market_id": ""})
