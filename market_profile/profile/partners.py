"""What partners sent back on the form of their edition: counts for everyone, their words for planners."""

from __future__ import annotations

import pandas as pd

from market_profile.document import Section, Table
from market_profile.profile.counts import year_of
from market_profile.profile.findings import Findings
from market_profile.profile.names import date_words, first_upper, year_words
from market_profile.profile.text import (
    PARTNER,
    PLANNER,
    Blocks,
    Row,
    col,
    label,
    para,
    secret,
    section,
    table,
)
from market_profile.terms import PartnerQuestion, Sensitivity
from market_profile.values import Count, Estimate, Measure

KIND = "partner_observations"
COMMENTS = 8
PERSONAL = Sensitivity.PERSONAL
_TITLE = "What partners added"


def partners_section(findings: Findings) -> Section[Measure]:
    """Return counts by question and the newest comments, in partners' own words (planners)."""
    rows = _year(findings)
    if rows.empty:
        return section("partners", _TITLE, (para("No partner has sent the form back yet.", tone="gap"),), PLANNER)
    newest = rows.sort_values(["observed_on", "record_ref"], ascending=[False, True], kind="stable").head(COMMENTS)
    said = [
        (
            label(date_words(row["observed_on"])), secret(row["organisation"]),
            secret(row["area_code"] or "whole area"),
            label(first_upper(PartnerQuestion(row["question"]).meaning)), secret(row["comment"] or "no comment"),
        )
        for row in newest.to_dict("records")
    ]  # fmt: skip
    columns = (
        col("On"), col("Organisation", sensitivity=PERSONAL), col("Area", sensitivity=PERSONAL), col("About"),
        col("Comment", sensitivity=PERSONAL),
    )  # fmt: skip
    note = "Provenance: partner. Not graded; it moves no other figure."
    blocks: Blocks = (_counts(findings, rows), table("partner_comments", "Newest comments", columns, said, note=note))
    return section("partners", _TITLE, blocks, PLANNER)


def partners_brief(findings: Findings) -> Section[Measure]:
    """Return counts by question under the rules of every released number; never a comment (partners)."""
    rows = _year(findings)
    asked = para(
        "A form comes with this edition (form/partner_observations.csv). What you send back is read by the planners "
        "and counted here; comments stay with them."
    )
    blocks: Blocks = (asked, *(() if rows.empty else (_counts(findings, rows),)))
    return section("partners", _TITLE, blocks, PARTNER)


def _year(findings: Findings) -> pd.DataFrame:
    rows = findings.tables.get(KIND)
    return rows[rows["observed_on"] >= findings.month.plus(-11).start]


def _counts(findings: Findings, rows: pd.DataFrame) -> Table[Measure]:
    listed: list[Row] = [_row(question, rows[rows["question"] == question], findings) for question in PartnerQuestion]
    columns = (col("Question"), col("Observations", True), col("People or cases", True))
    return table("partner_questions", f"What partners added, {year_words(findings.month)}", columns, listed,
                 note="From the form; unchecked. One organisation may see the same people as another.")  # fmt: skip


def _row(question: PartnerQuestion, rows: pd.DataFrame, findings: Findings) -> Row:
    cell = f"partner observations|{question}|{year_of(findings.month)}"
    by_organisation = rows.groupby("organisation", sort=True)["people_or_cases"].sum()
    total = int(by_organisation.sum()) if len(rows) else 0
    share = float(by_organisation.max()) / total if total else 1.0
    counted = rows["people_or_cases"].notna().sum()
    people = Estimate(float(total), None, None, int(counted), "", top_share=share)
    return (label(first_upper(question.meaning)), Count(len(rows), "", cell), people)
