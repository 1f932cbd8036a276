"""Commodity: price, purity, deal weight, availability, seizures two ways, cash and assets."""

from __future__ import annotations

from market_profile.document import Block, Figure, Paragraph, Section, Table
from market_profile.profile.counts import by_drug, year_of
from market_profile.profile.findings import Findings
from market_profile.profile.names import drug_name, drug_words, first_upper, year_words
from market_profile.profile.rows import drugs_with, figure_row, trend
from market_profile.profile.text import (
    PARTNER,
    PLANNER,
    Blocks,
    Row,
    change_col,
    col,
    counted,
    estimate,
    gap,
    hidden_if_none,
    label,
    number,
    para,
    say,
    section,
    table,
    words_of,
)
from market_profile.values import Count, Estimate, Label, Leader, Measure

YEAR_FIGURES = (
    ("price_per_pure_gram", "£ per pure gram", None),
    ("purity", "Purity", None),
    ("deal_weight", "Deal weight", 2),
    ("price_per_deal", "£ per deal", 2),
    ("availability", "Attempts that succeed", None),
    ("minutes_to_deal", "Minutes to deal", None),
)
YEAR_NUMBERS = ((0, "priced purchases"), (4, "attempts"))
"""Figures whose number of records stands beside them: their place in YEAR_FIGURES, its words in the ledger."""
FIGURE_DRUGS, TABLE_DRUGS = 2, 4
"""Drugs on the planner page, those with most purchases; all of them stand in tables/indicators.csv."""
TREND_CAVEAT = (
    "The title tells the twelve months' median. Bands are 95% intervals. Months with few purchases are drawn towards "
    "their drug's average."
)
PURCHASED = ("heroin", "crack", "cocaine")
"""Street test purchases are nearly all of these; a fixed list for partners."""


def commodity_section(findings: Findings) -> Section[Measure]:
    """Return price, purity, weight, seizures two ways, cash and assets (planners)."""
    blocks: Blocks = (*_prices(findings), *_seizures(findings), *_forms(findings), *_assets(findings))
    return section("commodity", "Commodity", blocks, PLANNER)


def commodity_brief(findings: Findings) -> Section[Measure]:
    """Return rolling-year figures (partners): price, purity, availability, seizures two ways."""
    blocks: list[Block[Measure]] = []
    if findings.has("test_purchases"):
        rows = [_year_row(findings, drug, is_partner=True) for drug in PURCHASED]
        blocks.append(_year_table(rows, "commodity_year"))
    else:
        blocks.append(gap("test_purchases"))
    blocks.extend(_seizures_year(findings))
    return section("commodity-brief", "Price, purity and seizures", blocks, PARTNER)


def _prices(findings: Findings) -> Blocks:
    if not findings.has("test_purchases"):
        return (gap("test_purchases"),)
    period = year_of(findings.month)
    drugs = drugs_with(findings, "price_per_deal", period, TABLE_DRUGS)
    figures = drugs_with(findings, "price_per_pure_gram", period, FIGURE_DRUGS)
    rows = [_year_row(findings, drug) for drug in drugs]
    start: Blocks = (_year_table(rows, "commodity_year"), _basis(findings))
    if not figures:
        return (*start, para("No purchase has both a weight and a laboratory result yet.", tone="gap"))
    return (*start, _price_figure(findings, figures), _purity_figure(findings, figures))


def _price_figure(findings: Findings, drugs: list[str]) -> Figure[Measure]:
    lead = estimate(figure_row(findings, "price_per_pure_gram", drugs[0], year_of(findings.month)))
    return Figure(
        id="price",
        headline=say("{drug} costs {price} per pure gram", drug=Label(drug_name(drugs[0])), price=lead),
        subtitle=f"By month, small months steadied, {findings.area_name}, {year_words(findings.month)}",
        drawing=trend(findings, "price_per_pure_gram_pooled", drugs, "£ per pure gram"),
        source="test purchases with a laboratory result",
        caveat=TREND_CAVEAT,
        definition_id="price_per_pure_gram_pooled",
    )


def _purity_figure(findings: Findings, drugs: list[str]) -> Figure[Measure]:
    lead = estimate(figure_row(findings, "purity", drugs[0], year_of(findings.month)))
    return Figure(
        id="purity",
        headline=say("{drug} is {purity} pure", drug=Label(drug_name(drugs[0])), purity=lead),
        subtitle=f"Purity by month, small months steadied, {findings.area_name}, {year_words(findings.month)}",
        drawing=trend(findings, "purity_pooled", drugs, "per cent"),
        source="test purchases with a laboratory result",
        caveat=TREND_CAVEAT,
        definition_id="purity_pooled",
    )


def _year_row(findings: Findings, drug: str, is_partner: bool = False) -> Row:
    period = year_of(findings.month)
    found = [
        estimate(figure_row(findings, indicator, drug, period), decimals) for indicator, _, decimals in YEAR_FIGURES
    ]
    measures: list[Estimate] = [hidden_if_none(one) for one in found] if is_partner else found
    numbers = (Count(found[at].n, "", f"{words}|{drug}|{period}") for at, words in YEAR_NUMBERS)
    return (label(drug_name(drug)), *measures, *numbers)


def _year_table(rows: list[Row], id: str) -> Table[Measure]:
    headings = (*(heading for _, heading, _ in YEAR_FIGURES), "Priced", "Tried")
    columns = (col("Drug"), *(col(heading, True) for heading in headings))
    note = (
        "Medians with 95% intervals; purchases still at the laboratory are left out of price and purity. Priced: the "
        "purchases behind the price per pure gram. Tried: the attempts behind the share."
    )
    return table(id, "Price, purity and availability over twelve months", columns, rows, note=note, keep=6)


def _basis(findings: Findings) -> Paragraph[Measure]:
    basis = findings.indicators.price_basis
    names = ("purchases", "priced", "pending", "no_weight", "no_purity")
    total = {name: counted(basis[name].sum()) for name in names}
    return para(
        say(
            "Of {purchases} purchases in twelve months {priced} could be priced; {pending} wait for the laboratory, "
            "{no_weight} lack a weight and {no_purity} a purity.",
            **total,
        )
    )


def _seizures(findings: Findings) -> Blocks:
    if not findings.has("seizures"):
        return (gap("seizures"),)
    found = by_drug(findings.tables.get("seizures"), "seized_at", "seizures", "seizure_ref")
    rows = [
        (label(drug_name(drug)), events.in_year(findings.month), events.monthly_change(findings.month))
        for drug, events in found.items()
    ]
    columns = (col("Drug"), col("Twelve months", True), col("This month"))
    note = (
        "A seizure of several drugs is one in each drug and one in the total, so drugs add up to more than the total. "
        "Seizures do not measure how much is used."
    )
    return (table("seizures", "Seizures by drug", columns, rows, note=note, keep=9),)


def _seizures_year(findings: Findings) -> Blocks:
    if not findings.has("seizures"):
        return (gap("seizures"),)
    found = by_drug(findings.tables.get("seizures"), "seized_at", "seizures", "seizure_ref")
    month = findings.month
    leader = Leader(tuple((drug_words(drug), events.in_year(month)) for drug, events in found.items()))
    rows = [(label(drug_name(drug)), events.yearly_change(month)) for drug, events in found.items()]
    note = "A seizure of several drugs counts once in each. Seizures do not measure how much is used."
    columns = (col("Drug"), change_col("Seizures", [row[1] for row in rows]))
    return (
        para(say("Seized most often over twelve months: {drug}.", drug=leader)),
        table("seizures_year", "Seizures by drug, twelve months", columns, rows, note=note, keep=9),
    )


def _forms(findings: Findings) -> Blocks:
    forms = findings.indicators.seizure_forms
    if forms.empty:
        return ()
    rows = [
        (
            label(drug_name(row["drug"])), label(row["drug_class"]), label(row["form"]), label(row["weight_band"]),
            counted(row["seizures"]),
        )
        for row in forms.to_dict("records")
    ]  # fmt: skip
    columns = (col("Drug"), col("Class"), col("Form"), col("Weight"), col("Seizures", True))
    note = "Class on the day of seizure. Forms are never added to one another."
    return (
        table(
            "seizure_forms", "Seizures of twelve months by class, form and weight", columns, rows, note=note, annex=True
        ),
    )


def _assets(findings: Findings) -> Blocks:
    if not findings.has("assets"):
        return (gap("assets"),)
    rows = [
        (
            label(first_upper(words_of(row["stage"]))), counted(row["cases"]), Count(round(row["amount_gbp"]), "£"),
            Estimate(number(row["days_median"]), None, None, int(row["cases"]), "days"),
            counted(row["waiting"]), Count(round(row["waiting_gbp"]), "£"),
        )
        for row in findings.indicators.assets.to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Stage"), col("Cases", True), col("Amount", True), col("From seizure", True), col("Now here", True),
        col("Amount here", True),
    )  # fmt: skip
    note = "Cases that reached the stage in twelve months, and cases that went no further. Stages are not added."
    return (table("assets", "Cash and assets from seizure to reinvestment", columns, rows, note=note, keep=5),)
