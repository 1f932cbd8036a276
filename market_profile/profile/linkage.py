"""Police-known x in-treatment, and the people in no record: what linking and capture-recapture say."""

from __future__ import annotations

import pandas as pd

from market_profile.indicators.hidden import ASSUMPTIONS
from market_profile.indicators.linkage import BEFORE, NONE, NOW, OTHER, UNKNOWN, USER
from market_profile.profile.findings import Findings
from market_profile.profile.text import Blocks, Row, col, counted, label, number, para, say, table
from market_profile.values import Count, Estimate, Label, Measure

_KNOWN = {USER: "Known as a user", OTHER: "Known for something else", UNKNOWN: "Not known"}


def matrix_blocks(findings: Findings) -> Blocks:
    """Return the matrix of consenting clients by what the police know of them; a sentence where nothing was linked."""
    linked = findings.indicators.linked
    if not linked.is_linked:
        words = "Treatment and police records were not linked: no usable [linkage] key_file is named in the settings."
        return (para(words, tone="gap"),)
    rows = [_row(linked.matrix, known, findings.month.text) for known in (USER, OTHER, UNKNOWN)]
    columns = (
        col("To the police"), col("In treatment now", True), col("Before", True),
        col("In no consented record", True), col("Median spend a week", True),
    )  # fmt: skip
    note = (
        "Consenting clients matched by keyed pseudonym; no name leaves either side. Someone in no consented record may "
        "be in treatment all the same. Whom neither side knows can only be estimated."
    )
    return (table("police_by_treatment", "Known to the police and in treatment", columns, rows, note=note, keep=3),)


def _row(matrix: pd.DataFrame, known: str, month: str) -> Row:
    cells = {row["treatment"]: row for row in matrix[matrix["known"] == known].to_dict("records")}
    counts: list[Measure] = [
        Count(int(cells[status]["people"]), "", f"linked|{known}|{status}|as at {month}")
        if status in cells
        else Label("not applicable" if known == OTHER else "not known")
        for status in (NOW, BEFORE, NONE)
    ]
    now = cells[NOW]
    spend = Estimate(
        number(now["median_gbp"]), number(now["low_gbp"]), number(now["high_gbp"]), int(now["with_spend"]), "£"
    )
    shown = spend if spend.value is not None else Estimate(0.0 if spend.n else None, None, None, spend.n, "£")
    return (label(_KNOWN[known]), *counts, shown)


def unlinked_blocks(findings: Findings) -> Blocks:
    """Return whom linking had to leave out (planners)."""
    linked = findings.indicators.linked
    if linked.why_not:
        return (para(say("{why}.", why=label(linked.why_not[:1].upper() + linked.why_not[1:])), tone="warning"),)
    if not linked.is_linked:
        return ()
    if linked.clients > linked.without_key and not linked.matched:
        words = "No client is known to the police at all: check that both sides use the same key."
        return (para(words, tone="warning"),)
    return (
        para(
            say(
                "Not linked for want of a pseudonym: {without_key} clients; of a full name and date of birth: "
                "{unlinkable} known users.",
                without_key=counted(linked.without_key),
                unlinkable=counted(linked.unlinkable),
            )
        ),
    )


def hidden_blocks(findings: Findings, is_partner: bool = False) -> Blocks:
    """Return the estimated number of people who use drugs, with its interval and what it takes for granted.

    Partners cannot tell *too few on two lists* from *fewer than may be shown*: the measure is hidden in both.
    """
    estimates = findings.indicators.hidden
    if estimates.empty or not (is_partner or estimates["is_chosen"].any()):
        words = "Too few people are on two lists at once to estimate how many are on none."
        return (para(words, tone="gap"),)
    row = estimates.sort_values("is_chosen", ascending=False, kind="stable").iloc[0]
    found = Estimate(float(row["people"]), number(row["low"]), number(row["high"]), int(row["overlap"]), "people")
    seen = Count(int(row["seen"]), "", f"hidden population|seen|as at {findings.month.text}")
    return (
        para(
            say(
                "An estimated {people} people use drugs here, {seen} of them on a list ({sources}). "
                "It holds if {assumptions}.",
                people=found,
                seen=seen,
                sources=label(row["sources"]),
                assumptions=label(", ".join(ASSUMPTIONS[:-1]) + " and " + ASSUMPTIONS[-1]),
            )
        ),
    )
