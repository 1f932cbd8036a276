"""Markets: significant cells joined across months under one carried id, and phone lines.

Ids never name a person or a number: a place market is ``P0001``, a line is ``L`` and its reference or, for a line known
only by the phone that logs give, ``LP0001``. The phone stays in the state that the next month needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from market_profile.contracts.tables import Tables
from market_profile.geography.basins import split_basins
from market_profile.geography.events import Events
from market_profile.geography.grid import Floats, Grid, Ints
from market_profile.periods import Month
from market_profile.terms import MarketMode

BUFFER_CELLS = 1.5
"""Records within one cell (its diagonal included) of a market's cells belong to it: places are known to a street."""

DORMANT_MONTHS = 6
"""A market that is no longer significant keeps its id and cells for so long (dealers are replaced in weeks)."""

SMALLEST_LINE = 3
"""Records that must name a phone before it counts as a line."""

MARKET_CELL_COLUMNS = ("market_id", "cell_id", "first_month", "last_month")
LINE_COLUMNS = ("phone", "market_id", "first_month")


@dataclass(frozen=True)
class PlaceMarkets:
    """Place markets: cells of each (``MARKET_CELL_COLUMNS``) and a label surface into ``ids`` (0 is none)."""

    cells: pd.DataFrame
    ids: tuple[str, ...]
    labels: Ints


def join_markets(significant: NDArray[np.bool_], score: Floats, grid: Grid, month: Month,
                 previous: pd.DataFrame) -> PlaceMarkets:  # fmt: skip
    """Return this month's place markets: significant cells by the local maximum of ``score`` that they climb to,
    with ids carried by shared cells.

    ``previous`` holds last month's market cells (``MARKET_CELL_COLUMNS``). An id goes to the group that shares most
    cells with it; of several ids a group keeps the one with most. New groups are numbered on, best score first. A
    market without a group today keeps its cells until six months have passed.
    """
    groups, count = split_basins(significant & grid.inside, score)
    ids = _carry(groups, count, score, grid, previous)
    flat = np.flatnonzero(groups)
    cells = pd.DataFrame(
        {"market_id": [ids[group - 1] for group in groups.ravel()[flat]], "cell_id": grid.cell_ids(flat)}, dtype="str"
    )
    first = previous.groupby("market_id")["first_month"].min() if len(previous) else pd.Series(dtype="str")
    cells["first_month"] = cells["market_id"].map(first).fillna(month.text).astype("str")
    cells["last_month"] = month.text
    oldest = month.plus(-DORMANT_MONTHS).text
    dormant = previous[~previous["market_id"].isin(ids) & (previous["last_month"] > oldest)]
    dormant = dormant[~dormant["cell_id"].isin(cells["cell_id"])]
    joined = pd.concat([cells, dormant[list(MARKET_CELL_COLUMNS)]], ignore_index=True)
    joined = joined.sort_values(["market_id", "cell_id"], kind="stable", ignore_index=True)
    return _labelled(joined, grid)


def _carry(groups: Ints, count: int, score: Floats, grid: Grid, previous: pd.DataFrame) -> list[str]:
    """Return the id of each group 1..count."""
    ids = [""] * count
    place = locate_cells(previous["cell_id"], grid)
    shared = pd.DataFrame({"group": np.where(place >= 0, groups.ravel()[place], 0), "id": previous["market_id"]})
    sizes = shared[shared["group"] > 0].groupby(["group", "id"]).size().rename("cells").reset_index()
    sizes = sizes.sort_values(["cells", "id", "group"], ascending=[False, True, True], kind="stable")
    taken: set[str] = set()
    for group, market in zip(sizes["group"].tolist(), sizes["id"].tolist(), strict=True):
        if not ids[group - 1] and market not in taken:
            ids[group - 1] = market
            taken.add(market)
    highest = previous["market_id"].str.removeprefix("P").astype(int).max() if len(previous) else 0
    best = [float(score[groups == group].max()) for group in range(1, count + 1)]
    unnamed = sorted((group for group in range(count) if not ids[group]), key=lambda group: (-best[group], group))
    for number, group in enumerate(unnamed, start=int(highest) + 1):
        ids[group] = f"P{number:04d}"
    return ids


def locate_cells(cell_ids: pd.Series, grid: Grid) -> Ints:
    """Return the flat index of each cell id of this grid, -1 for ids of another grid or outside."""
    parts = cell_ids.astype("str").str.extract(r"^E(-?\d+)N(-?\d+)$").astype(float)
    unit = 100 if grid.cell_m % 100 == 0 else 1
    east, north = (parts[column].to_numpy(float) * unit + grid.cell_m / 2 for column in (0, 1))
    return grid.locate(east, north)


def _labelled(cells: pd.DataFrame, grid: Grid) -> PlaceMarkets:
    ids = tuple(sorted(set(cells["market_id"])))
    number = cells["market_id"].map({market: place for place, market in enumerate(ids, start=1)})
    place = locate_cells(cells["cell_id"], grid)
    labels = np.zeros(grid.inside.size, dtype=np.int64)
    kept = place >= 0
    labels[place[kept]] = number.to_numpy(np.int64)[kept]
    return PlaceMarkets(cells, ids, labels.reshape(grid.shape))


def market_of_cells(markets: PlaceMarkets, grid: Grid, buffer_cells: float = BUFFER_CELLS) -> NDArray[np.object_]:
    """Return the market of every cell of the grid's frame (flat): its own, or the nearest within the buffer, or ""."""
    names = np.array(["", *markets.ids], dtype=object)
    if not markets.ids:
        return np.full(grid.inside.size, "", dtype=object)
    distance, nearest = distance_transform_edt(markets.labels == 0, return_indices=True)
    reached = np.where(distance <= buffer_cells, markets.labels[nearest[0], nearest[1]], 0)
    return np.asarray(names[reached.ravel()], dtype=object)


def record_markets(events: Events, by_cell: NDArray[np.object_], grid: Grid, lines: pd.DataFrame) -> pd.DataFrame:
    """Return ``kind``, ``record_ref``, ``market_id``, one row a record: its line where it has one, else its place."""
    frame = events.frame
    index = grid.locate(frame["easting_m"].to_numpy(float), frame["northing_m"].to_numpy(float))
    market = np.where(index >= 0, by_cell[index], "")
    placed = frame[["kind", "record_ref"]].assign(market_id=market)
    both = pd.concat([lines, placed[placed["market_id"] != ""]], ignore_index=True)
    both = both.drop_duplicates(["kind", "record_ref"], keep="first").astype("str")
    order = pc.sort_indices(
        pa.table(both[["kind", "record_ref"]]), [("kind", "ascending"), ("record_ref", "ascending")]
    )
    ordered: pd.DataFrame = both.iloc[order.to_numpy()].reset_index(drop=True)
    return ordered


def phone_lines(
    tables: Tables, month: Month, previous: Mapping[str, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return (record_markets of lines, lines, state): registered county lines and phones that logs sell by.

    A phone counts where at least three logs or attempts with mode ``phone`` give it for a seller.
    """
    named = _phone_records(tables, month)
    before = previous.get("lines", pd.DataFrame(columns=list(LINE_COLUMNS), dtype="str"))
    sizes = named.groupby("phone")["record_ref"].nunique()
    wanted = named[named["phone"].isin(sizes[sizes >= SMALLEST_LINE].index) & ~named["phone"].isin(before["phone"])]
    order = wanted.sort_values(["at", "kind", "record_ref"], kind="stable").drop_duplicates("phone")
    highest = before["market_id"].str.removeprefix("LP").astype(int).max() if len(before) else 0
    new = pd.DataFrame(
        {
            "phone": order["phone"].to_numpy(),
            "market_id": [f"LP{int(highest) + number:04d}" for number in range(1, len(order) + 1)],
            "first_month": order["at"].dt.strftime("%Y-%m").to_numpy(),
        },
        dtype="str",
    )
    state = pd.concat([before, new], ignore_index=True).astype("str")
    records = named.merge(state[["phone", "market_id"]], on="phone")[["kind", "record_ref", "market_id"]]
    registered = tables.get("county_lines")
    registered = registered[registered["first_seen"].isna() | (registered["first_seen"] < month.end)]
    reference = "L" + registered["line_ref"].astype("str")
    own = pd.DataFrame({"kind": "county_lines", "record_ref": registered["record_ref"], "market_id": reference})
    first = registered["first_seen"].dt.strftime("%Y-%m").fillna("")
    lines = pd.concat(
        [state[["market_id", "first_month"]], pd.DataFrame({"market_id": reference, "first_month": first})],
        ignore_index=True,
    ).astype("str")
    both = pd.concat([own, records], ignore_index=True).astype("str")
    return both.drop_duplicates(["kind", "record_ref"]), lines.drop_duplicates("market_id"), state


def _phone_records(tables: Tables, month: Month) -> pd.DataFrame:
    """Return kind, record_ref, phone, at of phone-mode logs' sellers and of phone-mode attempts."""
    logs, people, attempts = (tables.get(kind) for kind in ("intelligence_logs", "log_subjects", "test_purchases"))
    by_phone = (logs["market_mode"] == MarketMode.PHONE) & (logs["submitted_at"] < month.end)
    is_seller = people["role"].isin(["line_holder", "dealer", "runner"]) & (people["phone"] != "")
    sellers = people.loc[is_seller, ["urn", "record_ref", "phone"]].sort_values("record_ref", kind="stable")
    said = sellers.merge(logs.loc[by_phone, ["urn", "record_ref", "submitted_at"]], on="urn")
    by_log = pd.DataFrame(
        {
            "kind": "intelligence_logs",
            "record_ref": said["record_ref_y"],
            "phone": said["phone"],
            "at": said["submitted_at"],
        }
    )
    tried = attempts[(attempts["contact_mode"] == MarketMode.PHONE) & (attempts["seller_phone"] != "")]
    tried = tried[tried["attempted_at"] < month.end]
    by_attempt = pd.DataFrame(
        {
            "kind": "test_purchases",
            "record_ref": tried["record_ref"],
            "phone": tried["seller_phone"],
            "at": tried["attempted_at"],
        }
    )
    both = pd.concat([by_log, by_attempt], ignore_index=True)
    digits = both["phone"].astype("str").str.replace(r"\D", "", regex=True).str.replace(r"^(44|0044)", "0", regex=True)
    both = both.assign(phone=digits)[digits.str.len() >= 9]
    return both.drop_duplicates(["kind", "record_ref"])
