"""Which figures of the month lie outside their normal range; all of them stand in tables/figure_changes.csv."""

from __future__ import annotations

from market_profile.indicators.changes import ABOVE, BELOW, NO_RANGE
from market_profile.profile.findings import Findings
from market_profile.profile.harm import NAMES
from market_profile.profile.names import drug_words
from market_profile.profile.text import UNITS, Blocks, Record, Row, col, counted, label, number, para, say, table
from market_profile.values import Estimate

MOST_FIGURES = 6
COUNTS = ("count", "people")
"""Units of which a month has a whole number; only their mean has a fraction."""

LEAST_RECORDS = 5
"""A month with fewer records of a figure is not worth a reader's minute."""


def changed_figures(findings: Findings) -> Blocks:
    """Return the figures furthest outside their normal range, and how many there are (planners)."""
    changes = findings.indicators.changes
    judged = changes[changes["verdict"] != NO_RANGE]
    if judged.empty:
        return (para("No figure has the six earlier months that a normal range needs.", tone="gap"),)
    outside = judged[judged["verdict"].isin([ABOVE, BELOW])]
    words = para(
        say(
            "{outside} of {judged} monthly figures lie outside their normal range; one in twenty would by chance.",
            outside=counted(len(outside)),
            judged=counted(len(judged)),
        )
    )
    spread = (outside["normal_high"] - outside["mean"]).clip(lower=1e-9)
    far = outside.assign(far=(outside["value"] - outside["mean"]).abs() / spread)
    shown = far[far["n"] >= LEAST_RECORDS].sort_values("far", ascending=False, kind="stable").head(MOST_FIGURES)
    if shown.empty:
        return (words,)
    names = {card.id: card.name for card in findings.indicators.definitions}
    rows = [_row(row, names) for row in shown.to_dict("records")]
    columns = (col("Figure"), col("This month", True), col("Last month", True), col("Normal", True))
    return (words, table("figures_changed", "Figures outside their normal range", columns, rows, keep=MOST_FIGURES))


def _row(row: Record, names: dict[str, str]) -> Row:
    unit = UNITS.get(str(row["unit"]), "")
    is_count = row["unit"] in COUNTS
    places = 0 if is_count or abs(float(row["value"])) >= 10 else 2
    mean_places = 1 if is_count else places
    name = names.get(str(row["definition_id"]), str(row["indicator"]))
    detail = _detail(str(row["indicator"]).removeprefix(str(row["definition_id"])).strip("_"))
    drug = "" if row["drug"] == "all" else drug_words(row["drug"])
    n = int(row["n"])
    return (
        label(", ".join(part for part in (name, detail, drug) if part)),
        Estimate(number(row["value"]), None, None, n, unit, places),
        Estimate(number(row["before"]), None, None, n, unit, places),
        Estimate(number(row["mean"]), number(row["normal_low"]), number(row["normal_high"]), n, unit, mean_places),
    )


def _detail(code: str) -> str:
    """Return which kind of the figure a code such as ``asb_report_unstated`` means, as a reader says it."""
    code = code.removesuffix("_unstated")
    kind, _, certainty = code.rpartition("_")
    if kind in NAMES:
        return f"{NAMES[kind]}, {certainty}"
    return NAMES.get(code, code.replace("_", " "))
