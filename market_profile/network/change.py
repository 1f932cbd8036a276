"""What changed since last month: ties new, lost, strengthened or weakened; people new; roles that moved."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from market_profile.network.edges import EDGE_KEY
from market_profile.periods import Month
from market_profile.terms import Role

LIVE_WEIGHT = 0.05
"""Below this a tie has faded: on balance nothing current stands behind it."""

MOVED = 0.1
"""A change of weight smaller than this is what decay or one weak report makes of itself."""

CHANGE_COLUMNS = (
    "change",
    "source_nominal_id",
    "target_nominal_id",
    "relation",
    "before",
    "now",
    "weight_before",
    "weight_now",
    "records",
)

UPPER = frozenset({Role.SUPPLIER.value, Role.LINE_HOLDER.value})


def current_ids(frame: pd.DataFrame, columns: list[str], events: pd.DataFrame) -> pd.DataFrame:
    """Return last month's ``frame`` with merged nominals under the id that they now carry."""
    if frame.empty or events.empty:
        return frame
    merged = events[events["event"] == "merge"].drop_duplicates("from_id", keep="last")
    now = merged.set_index("from_id")["to_id"]
    return frame.assign(**{c: frame[c].map(now).fillna(frame[c]).astype("str") for c in columns})


def tie_changes(edges: pd.DataFrame, before: pd.DataFrame, statements: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return ties that are new, lost, strengthened or weakened, with this month's records behind them (| separated)."""
    now = edges.loc[edges["weight"] >= LIVE_WEIGHT, [*EDGE_KEY, "weight"]]
    was = before.loc[before["weight"] >= LIVE_WEIGHT, [*EDGE_KEY, "weight"]]
    was = was.groupby(EDGE_KEY, sort=True)["weight"].max().reset_index()
    both = was.merge(now, on=EDGE_KEY, how="outer", suffixes=("_before", "_now"))
    gained = both["weight_now"].fillna(0.0) - both["weight_before"].fillna(0.0)
    both["change"] = ""
    both.loc[gained >= MOVED, "change"] = "strengthened"
    both.loc[gained <= -MOVED, "change"] = "weakened"
    both.loc[both["weight_before"].isna(), "change"] = "new"
    both.loc[both["weight_now"].isna(), "change"] = "lost"
    both = both[both["change"] != ""]
    fresh = statements[(statements["observed_at"] >= month.start) & ~statements["is_suspected_false"]]
    fresh = fresh.rename(columns={"source_id": EDGE_KEY[0], "target_id": EDGE_KEY[1]})
    refs = fresh.drop_duplicates([*EDGE_KEY, "record_ref"]).groupby(EDGE_KEY, sort=True)["record_ref"].agg("|".join)
    both = both.merge(refs.rename("records").reset_index(), on=EDGE_KEY, how="left").assign(before="", now="")
    both["records"] = both["records"].astype("object").fillna("")
    return both.sort_values(["change", *EDGE_KEY], kind="stable")[list(CHANGE_COLUMNS)].reset_index(drop=True)


def role_changes(nodes: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return people whose role moved; ``returned_to_street``: an upper tier now sells to users (seed 002)."""
    both = nodes.merge(before[["nominal_id", "role"]], on="nominal_id", suffixes=("", "_before"))
    unknown = Role.UNKNOWN.value
    moved = both[(both["role"] != both["role_before"]) & (both["role"] != unknown) & (both["role_before"] != unknown)]
    is_return = moved["role_before"].isin(UPPER) & (moved["role"] == Role.DEALER.value)
    frame = pd.DataFrame(
        {
            "change": is_return.map({True: "returned_to_street", False: "role_changed"}).astype("str"),
            "source_nominal_id": moved["nominal_id"],
            "target_nominal_id": "",
            "relation": "",
            "before": moved["role_before"],
            "now": moved["role"],
            "weight_before": float("nan"),
            "weight_now": moved["role_probability"],
            "records": "",
        }
    )
    return frame.sort_values(["change", "source_nominal_id"], kind="stable").reset_index(drop=True)


def changes(
    edges: pd.DataFrame,
    nodes: pd.DataFrame,
    statements: pd.DataFrame,
    previous: Mapping[str, pd.DataFrame],
    month: Month,
) -> pd.DataFrame:
    """Return all changes against ``previous`` (``edges``, ``nodes``); empty at the first refresh."""
    if "edges" not in previous or "nodes" not in previous:
        return pd.DataFrame(
            {c: pd.Series(dtype="float64" if c.startswith("weight") else "str") for c in CHANGE_COLUMNS}
        )
    parts = [tie_changes(edges, previous["edges"], statements, month), role_changes(nodes, previous["nodes"])]
    return pd.concat(parts, ignore_index=True)
