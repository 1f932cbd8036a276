"""The disclosure report that approvers read before they sign: one row a cell that is hidden, withheld or refused."""

from __future__ import annotations

import csv
import io

from market_profile.editions.gate import Checked
from market_profile.editions.make import Made

COLUMNS = ("cell", "shown", "rule", "action")
HIDDEN_RULE = "small counts and none are one hidden class"


def checks_csv(made: Made, checked: Checked) -> bytes:
    """Return the report as CSV (cell, shown, rule, action): refusals first, then every released cell by name."""
    rows: list[tuple[str, str, str, str]] = [
        (finding.cell, "", finding.rule, f"REFUSED: {finding.action}") for finding in checked.findings
    ]
    rows.extend((cell, "", "attacker", f'set in [disclosure] withhold: "{cell}"') for cell in checked.remedy)
    for entry in made.entries:
        is_hidden = entry.value is None
        rule = HIDDEN_RULE if is_hidden else "rounded; attacked over all editions"
        rows.append((entry.cell, "[c]" if is_hidden else str(entry.value), rule, "hidden" if is_hidden else "shown"))
    for one in made.revised:
        rows.append((one.cell, "", "released before with another number", "named in the corrections section"))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return buffer.getvalue().encode()
