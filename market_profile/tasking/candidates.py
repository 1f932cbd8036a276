"""Who and what could be a target, and the graded evidence that speaks for each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.network.codes import among
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


def record_markets(inputs: Inputs) -> pd.DataFrame:
    """Return which market each record speaks of: kind, record_ref, market_id; one market a record."""
    frame = frame_with(inputs.geography.record_markets, MARKET_COLUMNS)
    frame = frame[frame["market_id"] != ""].sort_values(["kind", "record_ref", "market_id"], kind="stable")
    return frame.drop_duplicates(["kind", "record_ref"]).reset_index(drop=True)


def target_evidence(inputs: Inputs) -> pd.DataFrame:
    """Return the evidence of the last year for each candidate, one row a record, with EVIDENCE_COLUMNS."""
    since = inputs.month.end - pd.Timedelta(days=EVIDENCE_DAYS)
    places = record_markets(inputs)
    parts = [_of_nominals(inputs, places), _of_markets(inputs, places)]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[(frame["observed_at"] >= since) & (frame["observed_at"] < inputs.month.end)]
    order = [*KEY, "observed_at", "kind", "record_ref"]
    return frame.sort_values(order, kind="stable").reset_index(drop=True)[list(EVIDENCE_COLUMNS)]


def candidates(inputs: Inputs, evidence: pd.DataFrame) -> pd.DataFrame:
    """Return target_kind, target_id, role, market_id: sellers by role, markets by place or line, known lines.

    A place market of more than ``FEW_CELLS`` hotspot cells stands as those cells (target_id is the cell_id).
    A nominal's market is where most of their sound evidence stands (latest, then smaller id, on equals).
    """
    nodes = inputs.network.nodes
    sellers = nodes.loc[nodes["role"].isin(SELLING), ["nominal_id", "role"]]
    people = pd.DataFrame({"target_kind": "nominal", "target_id": sellers["nominal_id"], "role": sellers["role"]})
    home = main_market(evidence[evidence["target_kind"] == "nominal"])
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
    """Return the market_id that most of each target's sound evidence speaks of, by target_id."""
    rows = evidence[(evidence["market_id"] != "") & ~evidence["is_suspected_false"]]
    count = rows.groupby(["target_id", "market_id"]).agg(weight=("weight", "sum"), last=("observed_at", "max"))
    count = count.reset_index().round({"weight": 9})
    count = count.sort_values(
        ["target_id", "weight", "last", "market_id"], ascending=[True, False, False, True], kind="stable"
    )
    return count.drop_duplicates("target_id").set_index("target_id")["market_id"]


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


def _of_nominals(inputs: Inputs, places: pd.DataFrame) -> pd.DataFrame:
    supply = inputs.network.supply.merge(places, on=["kind", "record_ref"], how="left")
    supply["market_id"] = supply["market_id"].astype("object").fillna("").astype("str")
    return supply.rename(columns={"nominal_id": "target_id"}).assign(target_kind="nominal")[list(EVIDENCE_COLUMNS)]


def _of_markets(inputs: Inputs, places: pd.DataFrame) -> pd.DataFrame:
    logs = inputs.network.logs.rename(columns={"urn": "record_ref"})
    logs = logs.assign(kind="intelligence_logs", is_direct=False)
    direct = inputs.network.supply
    direct = direct[direct["is_direct"]].drop_duplicates(["kind", "record_ref"])
    bought = _purchases(inputs)
    rows = pd.concat([logs, direct[~direct["kind"].eq("test_purchases")], bought], ignore_index=True)
    rows = rows.drop(columns="market_id", errors="ignore").merge(places, on=["kind", "record_ref"])
    markets = frame_with(inputs.geography.markets, {"market_id": "str", "kind": "str"})
    kind = markets.drop_duplicates("market_id").set_index("market_id")["kind"]
    named = rows["market_id"].map(kind).astype("object").fillna("place")
    rows = rows.assign(target_id=rows["market_id"], target_kind=named.where(named == "line", "place").astype("str"))
    cells = wide_market_cells(inputs)
    is_wide = pd.Series(among(rows["market_id"], cells["market_id"]), index=rows.index)
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
            "handling": "P",
            "stream": "discovered",
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
