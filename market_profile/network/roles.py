"""What part a person plays: evidence rules give points per role, each source once; too few points is "unknown".

Centrality is not role (AUC .38-.74 on a labelled case, PEERS.md), so no measure of position enters here. The share of
points is a Dirichlet mean: every role starts from nothing and "unknown" from ``UNKNOWN_POINTS``.
"""

from __future__ import annotations

import pandas as pd

from market_profile.network.edges import EDGE_KEY, age_days
from market_profile.network.supply import SELLING
from market_profile.periods import Month
from market_profile.terms import Relation, Role

UNKNOWN_POINTS = 0.15
"""An untested, uncorroborated report (0.3) outweighs it while fresh; one from an unreliable source does not."""

LEAST_POINTS = 0.17
"""One report from an unreliable source whose truth is not known (3D, 0.16) states no role."""

LEAST_SHARE = 0.4
"""A role that holds less than this share of the points is not stated."""

HALF_LIFE_DAYS = 240.0

TIE_POINTS: dict[tuple[str, str], tuple[tuple[str, float], ...]] = {
    ("supplies", "source to user"): ((Role.DEALER.value, 0.8),),
    ("supplies", "source to seller"): ((Role.SUPPLIER.value, 0.8),),
    ("supplies", "target user"): ((Role.USER.value, 0.6),),
    ("supplies", "target seller"): ((Role.DEALER.value, 0.5),),
    ("runs_for", "source"): ((Role.RUNNER.value, 0.9),),
    ("runs_for", "target"): ((Role.LINE_HOLDER.value, 0.4), (Role.DEALER.value, 0.3)),
    ("controls", "source"): ((Role.LINE_HOLDER.value, 0.5),),
    ("controls", "target"): ((Role.CUCKOOED.value, 0.3), (Role.RUNNER.value, 0.3)),
    ("associates", "either"): ((Role.ASSOCIATE.value, 0.05),),
}
"""Points that a tie of full weight gives to the part it speaks for."""

LARGEST_TIE_POINTS = 2.0
"""Many customers make nobody more of a dealer than direct evidence does."""


def assign_roles(evidence: pd.DataFrame, edges: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return nominal_id, role, role_probability, role_reasons and the second role, one row a person.

    ``evidence``: rows of ``role_evidence`` in the window; ``edges``: network ties. E-graded rows are not used. Ties are
    read twice: first stated roles alone say who sells, then supply to a seller speaks for a tier above.
    """
    sound = evidence[~evidence["is_suspected_false"]]
    stated = _stated_points(sound, month)
    firm = edges[~edges["is_suspected_false"] & edges["is_stated"]]
    first = _share(stated)
    sellers = set(first.loc[first["role"].isin(SELLING), "nominal_id"])
    points = pd.concat([stated, _tie_points(firm, sellers)], ignore_index=True)
    roles = _share(points)
    people = sorted(set(edges[EDGE_KEY[0]]) | set(edges[EDGE_KEY[1]]) | set(evidence["nominal_id"]))
    reasons = _reasons(points)
    frame = pd.DataFrame({"nominal_id": pd.Series(people, dtype="str")}).merge(roles, on="nominal_id", how="left")
    frame = frame.merge(reasons, on="nominal_id", how="left")
    frame["role"] = frame["role"].astype("object").fillna(Role.UNKNOWN.value).astype("str")
    frame["role_probability"] = frame["role_probability"].fillna(1.0).round(4)
    frame["role_reasons"] = frame["role_reasons"].astype("object").fillna("no graded evidence on the part played")
    frame["exploited_share"] = frame["exploited_share"].fillna(0.0).round(4)
    frame["second_role"] = frame["second_role"].astype("object").fillna("")
    return frame.astype({"role_reasons": "str", "second_role": "str"})


def contradicted(edges: pd.DataFrame, roles: pd.DataFrame) -> pd.Series:
    """Return which supply ties rest on one source and name as supplier someone whom all else calls no seller.

    The usual cause is a log about the wrong person, or with buyer and seller exchanged.
    """
    role = roles.set_index("nominal_id")["role"]
    is_seller = edges["source_nominal_id"].map(role).isin(SELLING)
    is_upward = edges["target_nominal_id"].map(role).eq(Role.SUPPLIER.value) & edges["source_nominal_id"].map(role).eq(
        Role.DEALER.value
    )
    is_supply = edges["relation"] == Relation.SUPPLIES.value
    result: pd.Series = is_supply & edges["is_single_source"] & (~is_seller | is_upward)
    return result


def _stated_points(sound: pd.DataFrame, month: Month) -> pd.DataFrame:
    weighed = sound.assign(points=sound["weight"] * 0.5 ** (age_days(sound["observed_at"], month) / HALF_LIFE_DAYS))
    best = weighed.sort_values(["points", "record_ref"], ascending=[False, True], kind="stable")
    best = best.drop_duplicates(["nominal_id", "role", "source_key"])
    grouped = best.groupby(["nominal_id", "role", "rule"], sort=True)["points"]
    return grouped.agg(points="sum", n="size").reset_index()


def _tie_points(edges: pd.DataFrame, sellers: set[str]) -> pd.DataFrame:
    source, target, relation, weight = (edges[c] for c in (*EDGE_KEY, "weight"))
    to_seller = target.isin(sellers)
    supplies = relation == Relation.SUPPLIES.value
    cases = (
        ("supplies", "source to user", supplies & ~to_seller, source),
        ("supplies", "source to seller", supplies & to_seller, source),
        ("supplies", "target user", supplies & ~to_seller, target),
        ("supplies", "target seller", supplies & to_seller, target),
        ("runs_for", "source", relation == Relation.RUNS_FOR.value, source),
        ("runs_for", "target", relation == Relation.RUNS_FOR.value, target),
        ("controls", "source", relation == Relation.CONTROLS.value, source),
        ("controls", "target", relation == Relation.CONTROLS.value, target),
        ("associates", "either", relation == Relation.ASSOCIATES.value, source),
        ("associates", "either", relation == Relation.ASSOCIATES.value, target),
    )
    parts = [
        pd.DataFrame({"nominal_id": who[mask], "role": role, "rule": f"{tie}, {end}", "points": weight[mask] * worth})
        for tie, end, mask, who in cases
        for role, worth in TIE_POINTS[(tie, end)]
    ]
    frame = pd.concat(parts, ignore_index=True)
    grouped = frame.groupby(["nominal_id", "role", "rule"], sort=True)["points"].agg(points="sum", n="size")
    grouped["points"] = grouped["points"].clip(upper=LARGEST_TIE_POINTS)
    return grouped.reset_index()


def _share(points: pd.DataFrame) -> pd.DataFrame:
    by_role = points.groupby(["nominal_id", "role"], sort=True)["points"].sum().reset_index()
    total = by_role.groupby("nominal_id")["points"].transform("sum") + UNKNOWN_POINTS
    by_role["role_probability"] = by_role["points"] / total
    by_role = by_role.sort_values(["nominal_id", "points", "role"], ascending=[True, False, True], kind="stable")
    top = by_role.drop_duplicates("nominal_id").reset_index(drop=True)
    second = by_role[by_role.duplicated("nominal_id")].drop_duplicates("nominal_id")
    top["second_role"] = top["nominal_id"].map(second.set_index("nominal_id")["role"]).astype("object").fillna("")
    harmed = by_role[by_role["role"].isin([Role.CUCKOOED.value, Role.VICTIM.value])]
    share: pd.Series = harmed.groupby("nominal_id")["role_probability"].sum()
    top["exploited_share"] = top["nominal_id"].map(share).astype("float64").fillna(0.0)
    weak = (top["role_probability"] < LEAST_SHARE) | (top["points"] < LEAST_POINTS)
    top.loc[weak, "role_probability"] = 1 - top.loc[weak, "role_probability"]
    top.loc[weak, "role"] = Role.UNKNOWN.value
    return top[["nominal_id", "role", "role_probability", "second_role", "exploited_share"]].astype(
        {"second_role": "str"}
    )


def _reasons(points: pd.DataFrame) -> pd.DataFrame:
    rows = points.assign(points=points["points"].round(2))
    rows = rows[rows["points"] > 0].sort_values(
        ["nominal_id", "points", "role", "rule"], ascending=[True, False, True, True], kind="stable"
    )
    rows = rows.groupby("nominal_id", sort=True).head(4)
    text = (
        rows["role"] + ": " + rows["rule"] + " x" + rows["n"].astype("str") + " (" + rows["points"].astype("str") + ")"
    )
    joined = text.groupby(rows["nominal_id"], sort=True).agg("; ".join)
    return joined.rename("role_reasons").reset_index()
