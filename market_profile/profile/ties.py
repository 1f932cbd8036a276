"""Who is tied to whom: the picture of the largest groups, ties that are likely supply, and key players."""

from __future__ import annotations

import pandas as pd

from market_profile.document import Figure, NetworkNode, NetworkPicture, Sentence
from market_profile.profile.findings import Findings
from market_profile.profile.names import first_upper, reasons_words, role_words, year_words
from market_profile.profile.text import Blocks, Record, col, counted, label, number, para, say, score, secret, table
from market_profile.terms import Sensitivity
from market_profile.values import Estimate, Measure

PICTURE_GROUPS, PICTURE_PEOPLE = 8, 17
"""Groups drawn, and people drawn of each: more make a picture that nobody can read."""

SELLING = ("supplier", "line_holder", "dealer", "runner")
"""Roles drawn first: who sells to whom is what the picture is for."""
KEPT_ROWS = 10
PERSONAL = Sensitivity.PERSONAL


def network_blocks(findings: Findings) -> Blocks:
    """Return how many people and ties there are, what is likely supply, and the picture of the largest groups."""
    nodes, edges = findings.network.nodes, findings.network.edges
    if edges.empty:
        return (para("No ties between people were reported in the window.", tone="gap"),)
    single = int(edges["is_single_source"].sum())
    picture = network_picture(findings)
    words = para(
        say(
            "The network holds {people} people and {ties} ties; {single} of the ties rest on a single source. The "
            "picture draws {drawn} people of the largest {groups} of {all} groups.",
            people=counted(len(nodes)),
            ties=counted(len(edges)),
            single=counted(single),
            drawn=counted(len(picture.nodes)),
            groups=counted(len({node.group for node in picture.nodes})),
            all=counted(nodes.loc[nodes["degree"] > 0, "community"].nunique()),
        ),
        *likely_words(findings.network.likely),
    )
    tied = nodes[nodes["degree"] > 0]
    largest = tied[tied["community"] == tied["community"].value_counts().sort_index().idxmax()]
    figure = Figure(
        id="network",
        headline=say(
            "Largest group: {people} people, {sellers} of them sellers",
            people=counted(len(largest)),
            sellers=counted(largest["role"].isin(SELLING).sum()),
        ),
        subtitle=f"Ties between people in the largest groups, {findings.area_name}, {year_words(findings.month)}",
        drawing=picture,
        source="intelligence logs, subjects and links; test purchases; seizures",
        caveat="A group is a set of people with more ties to each other than to others; it need not be a gang. Sellers "
        "are drawn first, then those with most ties; the rest stand in tables/network_nodes.csv. A tie is what reports "
        "say, weighted by grade and age. A picture is not evidence.",
    )
    return (words, figure)


def likely_words(classes: pd.DataFrame) -> tuple[Sentence[Measure], ...]:
    """Return how many ties that no report states are likely supply, and how often such ties are, by parts."""
    if classes.empty or not classes["ties"].any():
        return (say("Of people merely named together none is likely tied by supply: insufficient evidence."),)
    told = classes[classes["ties"] > 0].sort_values("together", ascending=False, kind="stable")
    whole = say(
        "{ties} more pairs, only ever named together, are likely supply, by capture and recapture: how often another "
        "report states such a tie, against ties already stated, which count as right.",
        ties=counted(told["ties"].sum()),
    )
    return (whole, *(_chance(row) for row in told.to_dict("records")))


def _chance(row: Record) -> Sentence[Measure]:
    chance, low, high = (number(100 * row[name]) for name in ("chance", "low", "high"))
    together = round(row["together"])
    return say(
        "{seller} and {buyer}: {share} of {pairs} pairs.",
        seller=label(first_upper(role_words(row["supplier_role"]))),
        buyer=label(role_words(row["buyer_role"])),
        share=Estimate(chance, low, high, together, "%"),
        pairs=counted(together),
    )


def _pictured(findings: Findings) -> pd.DataFrame:
    """Return the people to draw: of each of the largest groups the sellers, then those with most ties."""
    nodes = findings.network.nodes
    tied = nodes[nodes["degree"] > 0]
    sizes = tied.groupby("community")["nominal_id"].transform("size")
    ordered = tied.assign(size=sizes, is_other=~tied["role"].isin(SELLING)).sort_values(
        ["size", "community", "is_other", "degree", "nominal_id"],
        ascending=[False, True, True, False, True],
        kind="stable",
    )
    largest = ordered["community"].drop_duplicates().head(PICTURE_GROUPS)
    chosen = ordered[ordered["community"].isin(largest)]
    sellers = chosen[~chosen["is_other"]].groupby("community", sort=False).head(PICTURE_PEOPLE // 2)
    others = chosen.drop(sellers.index).sort_values(["degree", "nominal_id"], ascending=[False, True], kind="stable")
    others = others[others["is_other"]].groupby("community", sort=False).head(PICTURE_PEOPLE - PICTURE_PEOPLE // 2)
    return chosen[chosen.index.isin(sellers.index.union(others.index))]


def network_picture(findings: Findings) -> NetworkPicture:
    """Return the picture of the largest groups: group by community, emphasis by number of ties (0-1)."""
    chosen = _pictured(findings)
    names = findings.people["preferred_name"]
    most = max(float(chosen["degree"].max()), 1.0) if len(chosen) else 1.0
    people = tuple(
        NetworkNode(
            key=str(row["nominal_id"]),
            label=str(names.get(row["nominal_id"], "")) or str(row["nominal_id"]),
            role=str(row["role"]),
            group=f"Group {row['community']}",
            emphasis=round(float(row["degree"]) / most, 3),
        )
        for row in chosen.to_dict("records")
    )
    ends = set(chosen["nominal_id"])
    edges = findings.network.edges
    inside = edges[edges["source_nominal_id"].isin(ends) & edges["target_nominal_id"].isin(ends)]
    inside = inside[~inside["is_suspected_false"]]
    links = zip(
        inside["source_nominal_id"], inside["target_nominal_id"], inside["weight"], inside["relation"], strict=True
    )
    return NetworkPicture(people, tuple((str(a), str(b), round(float(w), 3), str(r)) for a, b, w, r in links))


def _sureness(row: Record) -> Measure:
    """Return how sure a role is; no evidence makes it certain, so nothing is ever shown as 100 %."""
    if row["role"] == "unknown":
        return score(None, 0, "%")
    return label("over 99%") if row["role_probability"] > 0.99 else score(100 * row["role_probability"], 0, "%")


def key_player_blocks(findings: Findings) -> Blocks:
    """Return the people whose removal would break the network most, with what is known of their roles."""
    nodes = findings.network.nodes
    ranked = nodes[nodes["key_player_rank"].notna()].sort_values(["key_player_rank", "nominal_id"], kind="stable")
    if ranked.empty:
        return ()
    names = findings.people["preferred_name"]
    waits = findings.people["review_needed"]
    rows = [
        (
            secret(row["nominal_id"]),
            secret(names.get(row["nominal_id"], "")),
            label(first_upper(role_words(row["role"]))),
            _sureness(row),
            counted(row["degree"]),
            label("look again" if waits.get(row["nominal_id"], False) else "settled"),
            secret(reasons_words(row["role_reasons"])),
        )
        for row in ranked.to_dict("records")
    ]
    columns = (
        col("Nominal", sensitivity=PERSONAL), col("Name", sensitivity=PERSONAL), col("Role"),
        col("Chance of this role", True), col("Ties", True), col("Identity"), col("Why", sensitivity=PERSONAL),
    )  # fmt: skip
    note = (
        "People whose removal would break the network most; removal can also strengthen it. Reasons that contradict "
        "each other can mean that two people share a record: look again before acting."
    )
    return (table("key_players", "Key players", columns, rows, note=note, keep=KEPT_ROWS, detail=True),)
