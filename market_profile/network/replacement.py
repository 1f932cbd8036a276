"""The replacement clock: from a dealer's arrest to the next evidence of supply by another in the same market.

Markets are places (within ``REACH_M`` of the middle of the dealer's own past evidence) or phone numbers. Those not yet
replaced at the cut-off are censored, not dropped (Kaplan and Meier 1958; intervals by Greenwood on the log-log scale;
lifelines is the oracle in tests). Evidence comes late: ``waits`` dates the replacement itself.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.spatial import cKDTree

from market_profile.network.codes import Ints, among, codes_of, distinct, is_one_of, matches, ordered, places
from market_profile.network.edges import age_days
from market_profile.network.ground import Ground
from market_profile.network.model import Replacement
from market_profile.network.structure import Floats
from market_profile.network.waits import HORIZON_DAYS, STREET, estimate_waits
from market_profile.periods import Month

BEFORE_DAYS = 180
"""A dealer's market is where the evidence of this long before the arrest puts them."""

REACH_M = 100.0
"""A street market is a corner or two: evidence this near to its middle is evidence of the same market."""

POOL_M = 250.0
"""Arrests this near to each other tell of the same market's usual wait."""

COLLEAGUE_DAYS = 120
"""Someone seen supplying there in the four months before the arrest is a colleague who stayed, not a replacement."""

LIKELY = 0.5
"""From this chance on that one of the newcomers is the replacement, a clock has run out."""

SAME_ARREST_DAYS = 28
"""A second custody record within four weeks belongs to the same removal."""

WINDOW_DAYS = 21
"""Window of opportunity for outreach to the users of an arrested dealer (dealers are replaced in 2-3 weeks)."""

CLOCK_COLUMNS = (
    "custody_ref",
    "nominal_id",
    "arrested_on",
    "replaced_on",
    "replaced_by",
    "days",
    "is_replaced",
    "replaced_probability",
    "is_street",
    "estimated_days",
    "estimated_low",
    "estimated_high",
    "expected_days",
    "easting_m",
    "northing_m",
    "phone",
)

Z = 1.959963984540054


_OF_SUPPLY = ["nominal_id", "record_ref", "observed_at", "phone", "easting_m", "northing_m"]


def arrests_of_dealers(arrests: pd.DataFrame, supply: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return arrests (custody_ref, nominal_id, arrested_at) of people with sound evidence of supply before them, in
    order; ``arrests``: record_ref, person, arrested_at.

    Adds easting_m, northing_m (middle of that evidence; NaN without places) and phone (the last one named, or "").
    """
    rows = arrests[arrests["arrested_at"] < month.end].sort_values(["person", "arrested_at", "record_ref"])
    gap = rows.groupby("person")["arrested_at"].diff()
    rows = rows[gap.isna() | (gap > pd.Timedelta(days=SAME_ARREST_DAYS))]
    rows = rows.sort_values("record_ref").rename(columns={"record_ref": "custody_ref"}).reset_index(drop=True)
    sound = supply.loc[~supply["is_suspected_false"], _OF_SUPPLY]
    row, told = matches(rows["person"].to_numpy(), codes_of(sound["nominal_id"]))
    age = _days_between(sound["observed_at"].to_numpy()[told], rows["arrested_at"].to_numpy()[row])
    is_before = (age >= 0) & (age <= BEFORE_DAYS)
    row, told = row[is_before], told[is_before]
    before = sound[["observed_at", "record_ref", "easting_m", "northing_m", "phone"]].take(told).assign(row=row)
    middle = before.groupby("row")[["easting_m", "northing_m"]].median()
    named = before[before["phone"] != ""].sort_values(["row", "observed_at", "record_ref"], kind="stable")
    middle["phone"] = named.groupby("row")["phone"].last()
    middle["phone"] = middle["phone"].astype("object").fillna("").astype("str")
    removed = rows[["custody_ref", "arrested_at"]].take(middle.index.to_numpy()).reset_index(drop=True)
    removed.insert(1, "nominal_id", sound["nominal_id"].cat.categories.take(rows["person"].to_numpy()[middle.index]))
    return pd.concat([removed, middle.reset_index(drop=True)], axis=1)


def replacement_clocks(removed: pd.DataFrame, supply: pd.DataFrame, roles: pd.Series, month: Month) -> pd.DataFrame:
    """Return one clock an arrest: days to the first sight of its likeliest replacement, or to the cut-off (censored).

    ``removed`` as from ``arrests_of_dealers``; ``roles``: role by nominal_id. Clocks stop at ``HORIZON_DAYS``.
    ``is_replaced``: the newcomers seen are more likely than not to hold the replacement, ``replaced_by`` the likeliest
    of them and ``days`` when that person was first seen. ``estimated_days`` (with 10th and 90th percentile) dates the
    replacement itself, whether it was seen or not; ``expected_days`` is the wait usual in that market by what other
    arrests there have shown; ``is_street``: the arrested sold at a place or on a line.
    """
    clocks = removed.rename(columns={"arrested_at": "arrested_on"}).reset_index(drop=True)
    newcomers = _newcomers(removed, supply, roles, month)
    followed = age_days(clocks["arrested_on"], month).to_numpy(float)
    is_street = clocks["nominal_id"].map(roles).isin(STREET)
    waits = estimate_waits(followed, is_street.to_numpy(bool), newcomers, _same_market(clocks))
    newcomers = newcomers.assign(chance=waits.chance.round(9))
    likely = newcomers.sort_values(["clock", "chance", "other_id"], ascending=[True, False, True], kind="stable")
    likely = likely.drop_duplicates("clock").set_index("clock")
    chance = newcomers.groupby("clock")["chance"].sum().reindex(clocks.index).fillna(0.0)
    replaced = chance >= LIKELY
    days = likely["first"].reindex(clocks.index).where(replaced)
    clocks = clocks.assign(
        replaced_on=(clocks["arrested_on"] + pd.to_timedelta(days, unit="D")).dt.floor("s"),
        replaced_by=likely["other_id"].reindex(clocks.index).where(replaced).astype("object").fillna("").astype("str"),
        days=days.fillna(pd.Series(np.minimum(followed, HORIZON_DAYS))).round(3),
        is_replaced=replaced,
        replaced_probability=chance.clip(upper=1.0).round(3),
        is_street=is_street,
        estimated_days=waits.days,
        estimated_low=waits.low,
        estimated_high=waits.high,
        expected_days=waits.usual.round(1),
    )
    return clocks[list(CLOCK_COLUMNS)]


def _newcomers(removed: pd.DataFrame, supply: pd.DataFrame, roles: pd.Series, month: Month) -> pd.DataFrame:
    """Return who was first seen supplying in each arrest's market after it: clock, other_id, first, last, records.

    In order of clock (the row of ``removed``) and person; ``first`` and ``last`` are days since the arrest.
    """
    sound = supply.loc[~supply["is_suspected_false"] & (supply["observed_at"] < month.end), _OF_SUPPLY]
    names, person = sound["nominal_id"].cat.categories, codes_of(sound["nominal_id"])
    clock, row = (np.concatenate(ends) for ends in zip(_near(removed, sound), _same_phone(removed, sound), strict=True))
    wait = _days_between(removed["arrested_at"].to_numpy()[clock], sound["observed_at"].to_numpy()[row])
    is_other = places(removed["nominal_id"], names)[clock] != person[row]
    told = np.flatnonzero(is_other & (wait > -COLLEAGUE_DAYS) & (wait <= HORIZON_DAYS))
    pair, wait, row = (clock[told] * len(names) + person[row[told]]), wait[told], row[told]
    later = np.flatnonzero(wait > 0)
    later = later[~is_one_of(pair[later], pair[wait <= 0])]
    pair, wait, row = pair[later], wait[later], row[later]
    order = np.lexsort((wait, pair))
    both, start = np.unique(pair[order], return_index=True)
    records, record = ordered(sound["record_ref"].take(row))
    told = distinct(np.searchsorted(both, pair) * max(len(records), 1) + record) // max(len(records), 1)
    clock, other = np.divmod(both, max(len(names), 1))
    frame = pd.DataFrame(
        {
            "clock": clock,
            "other_id": names.take(other),
            "first": wait[order][start],
            "last": wait[order][np.append(start, len(order))[1:] - 1],
            "records": np.bincount(told, minlength=len(both)),
        }
    )
    return frame.assign(is_street=frame["other_id"].map(roles).isin(STREET))


def _days_between(earlier: np.ndarray, later: np.ndarray) -> Floats:
    gap = (later - earlier).astype("timedelta64[us]").astype(np.int64)
    found: Floats = gap / 1_000_000 / 86_400
    return found


def _same_market(clocks: pd.DataFrame) -> sparse.csr_matrix:
    """Return which clocks share a market: places within ``POOL_M``, or one phone number; nobody with oneself."""
    size = len(clocks)
    here = np.flatnonzero(clocks["easting_m"].notna() & clocks["northing_m"].notna())
    rows, columns = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    if len(here):
        tree = cKDTree(clocks.iloc[here][["easting_m", "northing_m"]].to_numpy())
        pairs = tree.query_pairs(POOL_M, output_type="ndarray")
        rows.append(here[pairs[:, 0]])
        columns.append(here[pairs[:, 1]])
    named = clocks.loc[clocks["phone"] != "", ["phone"]].reset_index(names="clock")
    lines = named.merge(named, on="phone")
    lines = lines[lines["clock_x"] < lines["clock_y"]]
    left = np.concatenate([*rows, lines["clock_x"].to_numpy()])
    right = np.concatenate([*columns, lines["clock_y"].to_numpy()])
    half = sparse.coo_matrix((np.ones(len(left)), (left, right)), shape=(size, size)).tocsr()
    both = (half + half.T).tocsr()
    both.data[:] = 1.0
    both.sort_indices()
    return both


def _near(removed: pd.DataFrame, supply: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return the rows of ``removed`` and of ``supply`` that are within ``REACH_M``, those near in time alone."""
    columns = ["easting_m", "northing_m"]
    there = np.flatnonzero(supply["easting_m"].notna() & supply["northing_m"].notna())
    ground = Ground(supply[columns].to_numpy(float)[there], REACH_M)
    begun, when = removed["arrested_at"].to_numpy(), supply["observed_at"].to_numpy()[there]
    clocks, rows = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for part in ground.around(removed[columns].to_numpy(float)):
        clock = part.rows[part.place]
        days = _days_between(begun[clock], when[part.point])
        told = (days > -COLLEAGUE_DAYS) & (days <= HORIZON_DAYS)
        clocks.append(clock[told])
        rows.append(there[part.point[told]])
    return np.concatenate(clocks), np.concatenate(rows)


def _same_phone(removed: pd.DataFrame, supply: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return the rows of ``removed`` and of ``supply`` that name one phone number."""
    some = np.flatnonzero(supply["phone"] != "")
    names, phone = ordered(supply["phone"].iloc[some])
    clock, row = matches(places(removed["phone"], names), phone)
    return clock, some[row]


def kaplan_meier(days: np.ndarray, is_event: np.ndarray) -> pd.DataFrame:
    """Return the share still without replacement: days, share, low, high, at_risk (one row a distinct event day).

    Example:
        >>> kaplan_meier(np.array([1.0, 2.0, 2.0]), np.array([True, True, False]))["share"].round(3).tolist()
        [1.0, 0.667, 0.333]
    """
    times = np.unique(days[is_event])
    at_risk = (days[None, :] >= times[:, None]).sum(axis=1) if len(times) else np.zeros(0, dtype=int)
    events = ((days[None, :] == times[:, None]) & is_event[None, :]).sum(axis=1) if len(times) else at_risk
    share = np.cumprod(1 - events / np.maximum(at_risk, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (at_risk * (at_risk - events))) / np.log(share) ** 2
        spread = Z * np.sqrt(variance)
        low, high = share ** np.exp(spread), share ** np.exp(-spread)
    low, high = np.where(share > 0, low, 0.0), np.where(share > 0, high, 0.0)
    return pd.DataFrame(
        {
            "days": np.concatenate([[0.0], times]),
            "share": np.concatenate([[1.0], share]),
            "low": np.concatenate([[1.0], np.nan_to_num(low)]),
            "high": np.concatenate([[1.0], np.nan_to_num(high)]),
            "at_risk": np.concatenate([[len(days)], at_risk]).astype("int64"),
        }
    )


def summarise(clocks: pd.DataFrame) -> Replacement:
    """Return the curve over clocks of people who sold on the street, and the median (Brookmeyer and Crowley 1982)."""
    street = clocks[clocks["is_street"]]
    curve = kaplan_meier(street["days"].to_numpy(float), street["is_replaced"].to_numpy(bool))
    return Replacement(
        curve=curve,
        clocks=clocks,
        median_days=_first_at_half(curve, "share"),
        median_low=_first_at_half(curve, "low"),
        median_high=_first_at_half(curve, "high"),
        n=len(street),
        usual_days=float(street["estimated_days"].median()) if len(street) else float("nan"),
    )


def _first_at_half(curve: pd.DataFrame, column: str) -> float:
    below = curve.loc[curve[column] <= 0.5, "days"]
    return float(below.iloc[0]) if len(below) else float("nan")


def window_of_opportunity(
    removed: pd.DataFrame, edges: pd.DataFrame, nodes: pd.DataFrame, month: Month
) -> pd.DataFrame:
    """Return users tied by supply to a dealer arrested in the last 21 days: a clock for outreach, planners only.

    Columns user_id, dealer_id, custody_ref, arrested_on, days_left, tie_weight, other_suppliers.
    """
    age = age_days(removed["arrested_at"], month)
    recent = removed[age <= WINDOW_DAYS].rename(columns={"nominal_id": "dealer_id", "arrested_at": "arrested_on"})
    ties = edges[(edges["relation"] == "supplies") & ~edges["is_suspected_false"] & ~edges["is_contradicted"]]
    ties = ties.rename(
        columns={"source_nominal_id": "dealer_id", "target_nominal_id": "user_id", "weight": "tie_weight"}
    )
    gone = set(recent["dealer_id"])
    others = ties[~among(ties["dealer_id"], gone)].groupby("user_id")["dealer_id"].nunique()
    users = nodes.loc[nodes["role"].isin(["user", "unknown", "associate"]), "nominal_id"]
    frame = recent[["dealer_id", "custody_ref", "arrested_on"]].merge(ties, on="dealer_id")
    frame = frame[among(frame["user_id"], users)]
    since = age_days(frame["arrested_on"], month)
    frame = frame.assign(
        days_left=np.floor(WINDOW_DAYS - since).astype("int64"),
        other_suppliers=np.append(others.to_numpy(), 0)[places(frame["user_id"], others.index)].astype("int64"),
    )
    columns = ["user_id", "dealer_id", "custody_ref", "arrested_on", "days_left", "tie_weight", "other_suppliers"]
    return frame.sort_values(["days_left", "user_id", "dealer_id"], kind="stable")[columns].reset_index(drop=True)
