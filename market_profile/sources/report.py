"""The quarantine report of ``market-profile check``: what was read, what was set aside and why."""

from __future__ import annotations

import pandas as pd

from market_profile.sources.accounting import COUNTS
from market_profile.sources.intake import Intake
from market_profile.terms import Reason

_MEANINGS = {str(reason): reason.meaning for reason in Reason}


def summary_text(intake: Intake) -> str:
    """Return the intake in plain lines for a terminal: opaque file ids and counts only, no cell and no file name.

    The sums at the end hold for every file: read = accepted + quarantined + duplicate.
    """
    lines = ["File            Kind                 Read  Accepted  Quarantined  Duplicate  Amended"]
    for entry in intake.accounts:
        if entry.is_known:
            lines.append(f"{entry.file_id:<15} {entry.kind:<17} already taken in, not read again")
        else:
            lines.append(
                f"{entry.file_id:<15} {entry.kind:<17}{entry.read:>8,}{entry.accepted:>10,}{entry.quarantined:>13,}"
                f"{entry.duplicate:>11,}{entry.amended:>9,}"
            )
    totals = [sum(int(getattr(entry, name)) for entry in intake.accounts) for name in COUNTS]
    lines.append("Total " + ", ".join(f"{name} {number:,}" for name, number in zip(COUNTS, totals, strict=True)))
    lines += _reason_lines(intake)
    lines += [f"Refused: {refusal.message}" for refusal in intake.refused]
    lines += [f"Note: {warning}" for warning in intake.warnings]
    return "\n".join(lines) + "\n"


def _reason_lines(intake: Intake) -> list[str]:
    counts: dict[str, int] = {}
    for entry in intake.accounts:
        for code, number in entry.reasons.items():
            counts[code] = counts.get(code, 0) + number
    lines = [f"  {code}: {counts[code]:,} rows; {_MEANINGS.get(code, code)}" for code in sorted(counts)]
    set_aside = intake.place_faults["place_fault"].value_counts()
    lines += [
        f"  {code}: {int(set_aside[code]):,} rows accepted without their place; {_MEANINGS.get(str(code), '')}"
        for code in sorted(set_aside.index)
    ]
    return lines


def quarantine_report(intake: Intake) -> pd.DataFrame:
    """Return what was set aside: refused files first, then files that no kind claims, then every quarantined row.

    Columns: kind, file, line, record_ref, reason_codes, columns, explanation, raw, as planner/tables/quarantine.csv. A
    whole file has the line where its fault was found (0 where there is none) and no raw text.
    """
    whole = [(one, f"The whole file was refused: it {one.sentence}.") for one in intake.refused]
    whole += [(one, f"The whole file {one.sentence}.") for one in intake.unclaimed]
    rows = intake.quarantine.drop(columns=["file_id"])
    if not whole:
        return rows
    files = [
        {
            "kind": one.kind, "file": one.name, "line": one.line or 0, "record_ref": "",
            "reason_codes": one.reason, "columns": "", "explanation": words, "raw": "",
        }
        for one, words in whole
    ]  # fmt: skip
    return pd.concat([pd.DataFrame(files), rows], ignore_index=True)
