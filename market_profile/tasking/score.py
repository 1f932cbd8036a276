"""The score of a target: points per part that add up, each with its why, and a range that widens with unknowns.

Discovered evidence (patrol, test purchases, covert) grows with attention, so its *amount* earns nothing: only the best
single statement counts, and purchases enter as a rate, not a number (TRUST.md 15). Reported evidence earns by
independent sources, less where test purchases show that reports from the area seldom come true.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from market_profile.network.codes import among
from market_profile.tasking.candidates import KEY, targets_of
from market_profile.tasking.model import Inputs, frame_with

POINTS = {
    "chance of success": 70.0,
    "reported evidence": 8.0,
    "discovered evidence": 2.0,
    "effect on supply": 9.0,
    "harm nearby": 2.0,
    "hotspot": 4.0,
    "timing": 5.0,
}
"""Most points a part can earn; together 100. The chance of success leads because the board proposes purchases."""

CUSTOMERS_AT_HALF = 3.0
"""Known customers at which half of the effect points are earned."""

REPLACED_WITHIN_DAYS = (7.0, 45.0)
"""A market is being refilled in these days after an arrest (dealers are replaced in 2-3 weeks, seed 002)."""

SELDOM = 0.9
"""A yield below so much of the usual is told in the reasons."""

HARM_M = 200.0
HARM_DAYS = 365
HARMS_AT_HALF = 3.0
"""Harm events of the last year within 200 m of the target at which half of the harm points are earned."""

UNKNOWN_POINTS = {"no market known": 6.0, "never tried there": 5.0, "no public report": 4.0}
"""What each unknown adds to either side of the range."""


def score_parts(rows: pd.DataFrame, evidence: pd.DataFrame, clocks: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Return target_kind, target_id, part, points, why in the order of POINTS; ``rows``: candidates with chances and
    area_yield (``attention.area_yield``); ``clocks``: the ``recent_clocks``."""
    reported = _strength(rows, evidence, "reported") * rows["area_yield"]
    discovered = _strength(rows, evidence, "discovered")
    effect, effect_why = _effect(rows)
    hot = _hotspot(rows, inputs)
    timing = _recent_arrest(rows, clocks)
    harms = harms_nearby(rows, inputs)
    tried = "after " + _told(rows["attempts"], "attempt") + " in its market"
    low = rows["area_yield"] < SELDOM
    seldom = pd.Series(", reports from this area come true less often", index=rows.index).where(low, "")
    shares: dict[str, tuple[pd.Series, pd.Series | str]] = {
        "chance of success": (rows["success_probability"], tried),
        "reported evidence": (reported, _told(rows["reported_sources"], "independent report") + seldom),
        "discovered evidence": (discovered, "best single statement; amount earns nothing"),
        "effect on supply": (effect, effect_why),
        "harm nearby": (harms / (harms + HARMS_AT_HALF), _told(harms, "harm event") + " nearby in a year"),
        "hotspot": (hot, hot.eq(1.0).map({True: "a hotspot by two kinds of signal", False: "a hotspot this month"})),
        "timing": (timing, "an arrest there is likely being replaced"),
    }
    parts = [
        rows[KEY].assign(part=part, points=(share * POINTS[part]).round(6), why=why, place=place)
        for place, (part, (share, why)) in enumerate(shares.items())
    ]
    frame = pd.concat(parts, ignore_index=True).sort_values([*KEY, "place"], kind="stable")
    return frame.drop(columns="place").reset_index(drop=True)


def totals(rows: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Return score, score_low, score_high (0-100) and the reasons as text for each of ``rows``."""
    score = parts.groupby(KEY, sort=True)["points"].sum()
    index = pd.MultiIndex.from_frame(rows[KEY])
    reasons = _reasons(parts[parts["points"] >= 0.05])
    total = pd.Series(score.reindex(index).fillna(0.0).round(6).to_numpy(), index=rows.index)
    unknown = (
        (rows["market_id"] == "") * UNKNOWN_POINTS["no market known"]
        + (rows["attempts"] == 0) * UNKNOWN_POINTS["never tried there"]
        + (rows["reported_sources"] == 0) * UNKNOWN_POINTS["no public report"]
    )
    weight = POINTS["chance of success"]
    down = (rows["success_probability"] - rows["success_low"]).clip(lower=0.0) * weight
    up = (rows["success_high"] - rows["success_probability"]).clip(lower=0.0) * weight
    return pd.DataFrame(
        {
            "score": total,
            "score_low": (total - down - unknown).clip(lower=0.0).round(6),
            "score_high": (total + up + unknown).clip(upper=100.0).round(6),
            "reasons": reasons.reindex(index).astype("object").fillna("").to_numpy(),
        },
        index=rows.index,
    )


def _reasons(earned: pd.DataFrame) -> pd.Series:
    """Return the parts ``earned``, with points and why, as one text a target (by KEY); rows stand in order of KEY."""
    number = earned.groupby(KEY, sort=True).ngroup().to_numpy()
    told = zip(earned["part"].tolist(), earned["points"].tolist(), earned["why"].tolist(), strict=True)
    words = [f"{part} {points:.1f} ({why})" for part, points, why in told]
    first = np.flatnonzero(np.diff(number, prepend=-1))
    texts = ["; ".join(words[a:b]) for a, b in pairwise([*first.tolist(), len(words)])]
    return pd.Series(texts, index=pd.MultiIndex.from_frame(earned[KEY].iloc[first]), dtype="object")


def harms_nearby(rows: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return the number of harm events of the last ``HARM_DAYS`` within ``HARM_M`` of each target with a place."""
    from scipy.spatial import cKDTree

    found = pd.Series(0, index=rows.index, dtype="int64")
    events = inputs.tables.get("harm_events")
    recent = (events["occurred_at"] < inputs.month.end) & (
        events["occurred_at"] >= inputs.month.end - pd.Timedelta(days=HARM_DAYS)
    )
    events = events[recent & events["easting_m"].notna() & events["northing_m"].notna()]
    placed = rows["target_easting_m"].notna() & rows["target_northing_m"].notna()
    if events.empty or not placed.any():
        return found
    tree = cKDTree(events[["easting_m", "northing_m"]].to_numpy(dtype=float))
    at = rows.loc[placed, ["target_easting_m", "target_northing_m"]].to_numpy(dtype=float)
    found[placed] = tree.query_ball_point(at, HARM_M, return_length=True)
    return found


def _strength(rows: pd.DataFrame, evidence: pd.DataFrame, stream: str) -> pd.Series:
    """Noisy-or over sources for reports; the best single statement for what was discovered."""
    sound = evidence[~evidence["is_suspected_false"] & (evidence["stream"] == stream)]
    best = sound.groupby(["target", "source"], sort=True)["weight"].max().clip(upper=0.99)
    if stream == "reported":
        value = -np.expm1(np.log1p(-best).groupby(level=0, sort=True).sum())
    else:
        value = best.groupby(level=0, sort=True).max()
    return pd.Series(value.reindex(targets_of(rows, evidence)).fillna(0.0).to_numpy(), index=rows.index)


def _told(counts: pd.Series, thing: str) -> pd.Series:
    """Return each count with what it counts, in the plural but for one."""
    return counts.astype("str") + f" {thing}" + pd.Series("s", index=counts.index).where(counts != 1, "")


def _effect(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the share of the effect points and its why: customers reached, users to be met by outreach, recovery.

    Half the share is lost where the network is likely to end stronger than before (Duijn, Kashirin and Sloot 2014).
    """
    users = rows["users_without"].fillna(0.0)
    reach = rows["customers"] + users
    share = (reach / (reach + CUSTOMERS_AT_HALF)).where(
        ~rows["is_strengthening"], reach / (reach + CUSTOMERS_AT_HALF) / 2
    )
    why = _told(rows["customers"].astype("int64"), "known customer")
    left = ", " + users.astype("int64").astype("str") + " of them without another dealer, for outreach"
    why = why + left.where(users > 0, "")
    return share, why + pd.Series("; the network may recover stronger", index=rows.index).where(
        rows["is_strengthening"], ""
    )


def _hotspot(rows: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """1 in a hotspot that two families of signal support, half in another one, else 0."""
    frame = inputs.geography.hotspots
    hot = frame_with(frame, {"market_id": "str"})
    both = (
        frame["is_corroborated"].astype("boolean").fillna(False)
        if "is_corroborated" in frame
        else hot["market_id"] == ""
    )
    is_known = rows["market_id"] != ""
    any_hot = is_known & among(rows["market_id"], hot["market_id"])
    firm = is_known & among(rows["market_id"], hot.loc[both.astype(bool), "market_id"])
    return any_hot.astype(float) / 2 + firm.astype(float) / 2


def _recent_arrest(rows: pd.DataFrame, clocks: pd.DataFrame) -> pd.Series:
    """1 where a dealer of the target's market was arrested 7-45 days ago and the target is not that dealer."""
    if clocks.empty:
        return pd.Series(0.0, index=rows.index)
    other = rows.merge(clocks, on="market_id", how="left")
    hit = other["arrested_on"].notna() & (other["nominal_id"] != other["target_id"])
    found = hit.groupby([other[k] for k in KEY]).any()
    return pd.Series(found.reindex(pd.MultiIndex.from_frame(rows[KEY])).astype(float).to_numpy(), index=rows.index)


def recent_clocks(inputs: Inputs, home: pd.Series) -> pd.DataFrame:
    """Return arrests of dealers 7-45 days before the cut-off with their market (``home``, from ``main_market``):
    market_id, nominal_id, arrested_on."""
    clocks = inputs.network.replacement.clocks
    age = (inputs.month.end - clocks["arrested_on"]).dt.total_seconds() / 86_400
    if clocks.empty:
        return pd.DataFrame({name: clocks[name] for name in ("nominal_id", "arrested_on")}).assign(market_id="")
    clocks = clocks[(age >= REPLACED_WITHIN_DAYS[0]) & (age <= REPLACED_WITHIN_DAYS[1])]
    market = clocks["nominal_id"].map(home).astype("object").fillna("").astype("str")
    frame = pd.DataFrame(
        {"market_id": market, "nominal_id": clocks["nominal_id"], "arrested_on": clocks["arrested_on"]}
    )
    return frame.loc[frame["market_id"] != ""]
