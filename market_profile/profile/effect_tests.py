"""What stands behind a claim of effect (planners): stepped series, displacement, cost under several tables, claims."""

from __future__ import annotations

import pandas as pd

from market_profile.impact.claims import ClaimStatus, own_claims
from market_profile.impact.displacement import DisplacementVerdict, displacement_table
from market_profile.impact.interrupted import SeriesVerdict
from market_profile.impact.series import TOTAL
from market_profile.profile.findings import Findings
from market_profile.profile.names import date_words, first_upper
from market_profile.profile.text import (
    Blocks,
    Record,
    Row,
    col,
    counted,
    gap,
    label,
    number,
    para,
    say,
    score,
    secret,
    table,
    words_of,
)
from market_profile.terms import Sensitivity
from market_profile.values import Estimate, Measure

COVERT = Sensitivity.COVERT
FIRST_GROUPS = (TOTAL, "Drugs")
"""Series read first; the others follow by name."""
TABLE_NAMES = {
    "operation_reduction": "Operation Reduction's own (seeds 000, 001)",
    "home_office_2018": "Home Office 2018 (to be confirmed)",
    "home_office_2005": "Home Office 2005 (to be confirmed)",
    "home_office_2000": "Home Office 2000 (to be confirmed)",
    "area": "The area's own",
}


def interrupted_blocks(findings: Findings) -> Blocks:
    """Return crime series against their own trend at what was declared, in cautious words."""
    tested = findings.impact.interrupted
    if tested.empty:
        words = "No monthly crime series and declared intervention were supplied together, so no series is tested."
        return (para(words, tone="gap"),)
    said = tested["verdict"].value_counts()
    too_few = int(said.get(str(SeriesVerdict.TOO_FEW), 0))
    sentence = say(
        "{fell} of {n} monthly crime series fell and {rose} rose beyond their own trend at {what}; {few} have too few "
        "months.",
        n=counted(len(tested)),
        what=secret(_interventions(tested)),
        fell=counted(said.get(str(SeriesVerdict.FELL), 0)),
        rose=counted(said.get(str(SeriesVerdict.ROSE), 0)),
        few=counted(too_few),
    )
    if too_few == len(tested):
        return (para(sentence),)
    rows = [_stepped(row) for row in _first(tested).to_dict("records")]
    columns = (col("Series"), col("Step (%)", True), col("Change of slope a month (%)", True), col("What may be said"))
    note = "Poisson regression on level and trend; 95% intervals widened for spread and for months that follow on."
    return (para(sentence), table("stepped", "Crime series before and after", columns, rows, note=note, annex=True))


def _interventions(tested: pd.DataFrame) -> str:
    named = tested[["intervention", "on"]].drop_duplicates().head(3).to_dict("records")
    return " and ".join(f"{row['intervention']} ({date_words(row['on'])})" for row in named)


def _first(tested: pd.DataFrame) -> pd.DataFrame:
    rank = tested["offence_group"].map({group: at for at, group in enumerate(FIRST_GROUPS)}).fillna(len(FIRST_GROUPS))
    known = tested.assign(rank=rank)[tested["verdict"] != str(SeriesVerdict.TOO_FEW)]
    return known.sort_values(["rank", "source", "offence_group", "on"], kind="stable")


def _stepped(row: Record) -> Row:
    n = int(row["periods_before"] + row["periods_after"])
    level, slope = (
        Estimate(number(row[f"{name}_pct"]), number(row[f"{name}_low_pct"]), number(row[f"{name}_high_pct"]), n, "%", 0)
        for name in ("level", "slope")
    )
    return (label(first_upper(row["offence_group"])), level, slope, label(SeriesVerdict(row["verdict"]).meaning))


def displacement_blocks(findings: Findings) -> Blocks:
    """Return whether reports moved rather than fell around each operation's place."""
    if findings.geography.displacement.empty:
        words = "No operation has a known area and four weeks of reports on either side: displacement is not known."
        return (para(words, tone="gap"),)
    found = displacement_table(findings.geography.displacement)
    said = found["verdict"].value_counts()
    sentence = say(
        "Around {fell} of {n} operations reports fell more than in places like them, neighbours counted in; around "
        "{rose} they rose more.",
        n=counted(len(found)),
        fell=counted(said.get(str(DisplacementVerdict.FELL), 0)),
        rose=counted(said.get(str(DisplacementVerdict.ROSE), 0)),
    )
    rows = [
        (
            secret(row["operation"]), label(date_words(row["starts_on"])), counted(row["days"]),
            Estimate(row["difference"], row["low"], row["high"], int(row["target_before"] + row["target_after"])),
            score(row["local"], 0), score(row["neighbours"], 0), label(DisplacementVerdict(row["verdict"]).meaning),
        )
        for row in found.iloc[::-1].to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Operation", sensitivity=COVERT), col("From"), col("Days either side", True),
        col("Weighted difference", True), col("In the place", True), col("Next to it", True), col("What may be said"),
    )  # fmt: skip
    note = "Reports made by others, less the change in places like them; below zero is fewer (Wheeler and Ratcliffe)."
    return (para(sentence), table("displacement", "Did it move?", columns, rows, note=note, annex=True))


def cost_blocks(findings: Findings) -> Blocks:
    """Return what offences cost under each table of unit costs, against what was spent, and what may be claimed."""
    costs, worth = findings.impact.cost_tables, findings.impact.benefits
    if not findings.has("convictions"):
        return (gap("convictions"),)
    rows = [_costed(row, worth) for row in costs.to_dict("records")]
    columns = (
        col("Unit costs"), col("Convictions priced", True), col("Their social cost", True), col("Spent", True),
        col("Prevented to break even", True), col("Worth of arrests avoided", True),
    )  # fmt: skip
    can = bool(worth["can_claim"].any()) if len(worth) else False
    words = (
        "A record group's arrests avoided may be priced, as a range and not a saving."
        if can
        else "No benefit may be claimed: no record group's change is consistent with an effect."
    )
    note = "Convictions without a unit cost are left out, never priced at nothing. Whole tables: social_cost, benefits."
    return (para(words), table("cost_tables", "Cost under each table", columns, rows, note=note, annex=True, keep=4))


def _costed(row: Record, worth: pd.DataFrame) -> Row:
    own = worth[(worth["table"] == row["table"]) & worth["can_claim"].astype(bool)]
    benefit: Measure = label("no claim")
    if len(own):
        best = own.sort_values(["benefit_gbp", "record_group"], ascending=[False, True], kind="stable").iloc[0]
        low, high = number(best["benefit_low_gbp"]), number(best["benefit_high_gbp"])
        benefit = Estimate(number(best["benefit_gbp"]), low, high, 0, "£", 0)
    return (
        label(TABLE_NAMES.get(row["table"], words_of(row["table"]))), score(row["priced"], 0),
        score(row["cost_gbp"], 0, "£"), score(row["spent_gbp"], 0, "£"), score(row["break_even_offences"], 0), benefit,
    )  # fmt: skip


def claim_blocks(findings: Findings) -> Blocks:
    """Return the claims register: the area's own claims first, then those published about such operations."""
    own = claims_on_page(findings)
    published = findings.impact.claims
    said = published["status"].value_counts()
    sentence = say(
        "Claims published about such operations: {yes} reproduced, {no} not, {unclear} unclear.",
        yes=counted(said.get(str(ClaimStatus.REPRODUCED), 0)),
        no=counted(said.get(str(ClaimStatus.NOT_REPRODUCED), 0)),
        unclear=counted(said.get(str(ClaimStatus.UNCLEAR), 0)),
    )
    local = "The area has put no claim of its own on the register." if own.empty else "The area's own stand first."
    every = pd.concat([own, published], ignore_index=True) if len(own) else published
    rows = [_claim(row) for row in every.to_dict("records")]
    columns = (
        col("Claim"), col("Outcome"), col("Population"), col("Window"), col("Source"), col("Found", True),
        col("Status"), col("Choices"),
    )  # fmt: skip
    return (
        para(sentence),
        table("claims", "Claims register", columns, rows, note=local, annex=True, keep=len(own), detail=True),
    )


def claims_on_page(findings: Findings) -> pd.DataFrame:
    """Return the area's own claims with what was found (claims.own_claims)."""
    own = findings.decisions.claims
    return own_claims(own, findings.tables.get("crime_counts")) if len(own) else own


def _claim(row: Record) -> Row:
    found = number(row["found"])
    decimals = 0 if row["unit"] == "£" else 1
    declared = str(row.get("declared") or "")
    status = str(row["status"])
    is_other = declared not in ("", "nan", status)
    return (
        label(first_upper(row["claim"])), label(row["outcome"]), label(row["population"]), label(row["window"]),
        label(row["source"]), score(found, decimals, row["unit"]),
        label(f"{status} (declared {declared})" if is_other else status), label(row["choices"] or "none stated"),
    )  # fmt: skip
