"""Data quality for planners: every row read, why rows were set aside, places lost, what figures rest on."""

from __future__ import annotations

import pandas as pd

from market_profile.document import Bullets, Section, Table
from market_profile.profile.findings import Findings
from market_profile.profile.names import first_upper
from market_profile.profile.text import (
    PLANNER,
    Blocks,
    Row,
    bullets,
    col,
    counted,
    label,
    para,
    say,
    section,
    table,
    words_of,
)
from market_profile.terms import Reason
from market_profile.values import Measure

MEANINGS = {str(reason): reason.meaning for reason in Reason}


def quality_section(findings: Findings) -> Section[Measure]:
    """Return reconciliation, quarantine by reason, overdue records and records without a place (planners)."""
    blocks: Blocks = (
        _limits(findings),
        _reconciliation(findings),
        *_reasons(findings),
        *_places(findings),
    )
    return section("quality", "Data quality and reconciliation", blocks, PLANNER)


def _limits(findings: Findings) -> Bullets[Measure]:
    frame = findings.reconciliation
    sums = {
        name: 0 if frame.empty else int(frame[name].sum()) for name in ("read", "accepted", "quarantined", "duplicate")
    }
    said = [
        say(
            "{read} rows were read: {accepted} accepted, {quarantined} set aside and {duplicate} duplicates.",
            **{name: counted(n) for name, n in sums.items()},
        )
    ]
    if findings.overdue:
        words = "{overdue} intelligence logs past their review date are in no figure until someone reviews them."
        said.append(say(words, overdue=counted(findings.overdue)))
    unread = len(findings.quarantine) - len(_rows(findings.quarantine))
    if unread:
        words = "Files in inbox/ that no record kind claims, and that were not read: {files} (tables/quarantine.csv)."
        said.append(say(words, files=counted(unread)))
    return bullets(*said)


def _reconciliation(findings: Findings) -> Table[Measure]:
    numbers = ("read", "accepted", "quarantined", "duplicate")
    rows: list[Row] = [
        (label(first_upper(words_of(row["kind"]))), *(counted(row[name]) for name in numbers))
        for row in findings.reconciliation.to_dict("records")
    ]
    columns = (col("Record kind"), *(col(name.capitalize(), True) for name in numbers))
    note = (
        "Read = accepted + quarantined + duplicate, for every file. Quarantined rows and what to do about them stand "
    )
    note += "in tables/quarantine.csv."
    return table("reconciliation", "Rows read and where they went", columns, rows, note=note, annex=True, keep=25)


def _rows(quarantine: pd.DataFrame) -> pd.DataFrame:
    """Return the quarantined rows; a file that no kind claims, and that was left unread, is none (its line is 0)."""
    return quarantine if quarantine.empty else quarantine[quarantine["line"] > 0]


def _reasons(findings: Findings) -> Blocks:
    quarantine = _rows(findings.quarantine)
    if quarantine.empty:
        return (para("No row was quarantined.", tone="note"),)
    codes = quarantine["reason_codes"].str.split("|").explode()
    found = codes.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    rows = [_reason_row(str(code), int(n)) for code, n in found.items()]
    columns = (col("Reason"), col("What it means"), col("Rows", True))
    note = "A row may have several reasons."
    return (table("quarantine_reasons", "Why rows were set aside", columns, rows, note=note, keep=8),)


def _reason_row(code: str, n: int) -> Row:
    return (label(first_upper(words_of(code))), label(first_upper(MEANINGS.get(code, ""))), counted(n))


def _places(findings: Findings) -> Blocks:
    """Return how many records count everywhere but on the map, by kind and why."""
    aside = findings.geography.set_aside
    if aside.empty:
        return (para("Every record has a place that can be used.", tone="note"),)
    ordered = aside.sort_values(["records", "kind", "why"], ascending=[False, True, True], kind="stable")
    rows = [
        (label(first_upper(words_of(row["kind"]))), label(_why_words(row["why"])), counted(row["records"]))
        for row in ordered.to_dict("records")
    ]
    columns = (col("Record kind"), col("Why it is not on the map"), col("Records", True))
    note = "These records count in every figure but those of place; a coordinate is never guessed."
    return (table("place_faults", "Records without a usable place", columns, rows, note=note, keep=5),)


def _why_words(why: object) -> str:
    return first_upper(MEANINGS.get(str(why), words_of(why)))
