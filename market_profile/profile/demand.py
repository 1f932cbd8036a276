"""Demand and treatment: spend and its concentration, main drugs, stages; consented records alone, aggregates only."""

from __future__ import annotations

import numpy as np

from market_profile.document import Block, Figure, Lorenz, Section
from market_profile.profile.counts import year_of
from market_profile.profile.findings import Findings
from market_profile.profile.linkage import hidden_blocks, matrix_blocks, unlinked_blocks
from market_profile.profile.names import drug_words, first_upper
from market_profile.profile.supply import window_blocks
from market_profile.profile.text import (
    PARTNER,
    PLANNER,
    Blocks,
    col,
    counted,
    gap,
    label,
    number,
    para,
    say,
    section,
    table,
    words_of,
)
from market_profile.values import Count, Estimate, Leader, Measure, Ratio

TITLE = "Demand and treatment"
LEAST_FOR_CURVE = 10
"""Clients with a spend from which tenths mean something."""


def demand_section(findings: Findings) -> Section[Measure]:
    """Return spend and its concentration, main drugs, treatment, linkage, hidden population (planners)."""
    if not findings.has("treatment") or not findings.indicators.spend.iloc[0]["clients"]:
        blocks: Blocks = (gap("treatment"), *hidden_blocks(findings))
    else:
        blocks = (
            *_spend(findings),
            *_lorenz(findings),
            *matrix_blocks(findings),
            *hidden_blocks(findings),
            *_funnel(findings),
            *_journeys(findings),
        )
    return section("demand", TITLE, blocks, PLANNER)


def demand_brief(findings: Findings) -> Section[Measure]:
    """Return spend, main drugs, treatment and hidden population (partners); the matrix where settings say so."""
    if not findings.has("treatment") or not findings.indicators.spend.iloc[0]["clients"]:
        return section("demand", TITLE, (gap("treatment"), *hidden_blocks(findings, True)), PARTNER)
    matrix = matrix_blocks(findings) if findings.indicators.linked.is_linked else ()
    blocks: Blocks = (
        *_spend(findings), *matrix, *hidden_blocks(findings, True), *_funnel(findings), *_journeys(findings)
    )  # fmt: skip
    return section("demand", TITLE, blocks, PARTNER)


def consent_section(findings: Findings) -> Section[Measure]:
    """Return how many clients were left out for want of consent, and orders without breach (planners)."""
    blocks: list[Block[Measure]] = []
    spend = findings.indicators.spend.iloc[0]
    if findings.has("treatment"):
        blocks.append(
            para(
                say(
                    "{clients} treatment clients consent to sharing with the police; {excluded} do not and are in no "
                    "figure.",
                    clients=counted(spend["clients"]),
                    excluded=counted(spend["excluded"]),
                )
            )
        )
    if findings.has("court_orders"):
        orders = findings.impact.orders.iloc[0]
        blocks.append(
            para(
                say(
                    "{repeated} of {people} people on a drug rehabilitation requirement tested positive twice or more "
                    "and were never breached.",
                    repeated=counted(orders["repeated_positive_no_breach"]),
                    people=counted(orders["people"]),
                )
            )
        )
    else:
        blocks.append(gap("court_orders"))
    blocks.extend(unlinked_blocks(findings))
    blocks.extend(window_blocks(findings))
    return section("consent", "Outreach, consent and court orders", blocks, PLANNER)


def _spend(findings: Findings) -> Blocks:
    spend = findings.indicators.spend.iloc[0]
    n = int(spend["clients_with_spend"])
    month = findings.month.text
    median = Estimate(
        number(spend["median_gbp"]), number(spend["median_low_gbp"]), number(spend["median_high_gbp"]), n, "£"
    )
    share = Estimate(
        _percent(spend["top_decile_share"]),
        _percent(spend["top_decile_low"]),
        _percent(spend["top_decile_high"]),
        n,
        "%",
    )
    total = Estimate(number(spend["total_gbp"]), None, None, n, "£")
    drugs = findings.indicators.main_drugs.sort_values("drug", kind="stable")
    counts = tuple(
        (drug_words(drug), Count(int(clients), "", f"treatment main drug|{drug}|as at {month}"))
        for drug, clients in zip(drugs["drug"], drugs["clients"], strict=True)
    )
    return (
        para(
            say(
                "Consenting clients spend {total} on drugs a week, {median} in the middle; the top tenth spend {share} "
                "of it. Main drug of most: {drug}.",
                total=total if n else Estimate(0.0, None, None, 0, "£"),
                median=median if n else Estimate(0.0, None, None, 0, "£"),
                share=share if n else Estimate(0.0, None, None, 0, "%"),
                drug=Leader(counts),
            )
        ),
    )


def _funnel(findings: Findings) -> Blocks:
    funnel, period = findings.indicators.funnel, year_of(findings.month)
    if funnel.empty:
        return (para("No consenting client was referred in twelve months.", tone="note"),)
    cells = {
        row["stage"]: Count(int(row["referrals"]), "", f"treatment stage|{row['stage']}|{period}")
        for row in funnel.to_dict("records")
    }
    whole = cells.pop("referred")
    rows = [(label(first_upper(words_of(stage))), Ratio(cells[stage], whole)) for stage in sorted(cells)]
    return (
        para(say("{referred} referrals of twelve months are of clients who consent to sharing.", referred=whole)),
        table(
            "treatment_stages",
            "Treatment stages reached, of referrals in twelve months",
            (col("Stage"), col("Share of referrals", True)),
            rows,
            note="Stages overlap: a referral may reach several, so none is a part of the one above it.",
        ),
    )


def _lorenz(findings: Findings) -> Blocks:
    """Return the Lorenz curve of weekly spend (planners): ten equal groups of clients, smallest spenders first."""
    curve, spend = findings.indicators.lorenz, findings.indicators.spend.iloc[0]
    n = int(spend["clients_with_spend"])
    if n < LEAST_FOR_CURVE:
        return ()
    shares = tuple(Estimate(float(share), None, None, n, "%") for share in np.diff(curve["spend_pct"]))
    top = Estimate(_percent(spend["top_decile_share"]), None, None, n, "%")
    return (
        Figure(
            id="spend_concentration",
            headline=say("Top tenth of clients account for {share} of spend", share=top),
            subtitle=f"Share of weekly drug spend by tenths of consenting clients, {findings.area_name}",
            drawing=Lorenz(shares, "clients", "weekly drug spend", counted(n)),
            source="treatment records with consent",
            caveat="Spend as clients state it; people not in treatment are not in it.",
            definition_id="treatment_spend_top_decile",
        ),
    )


def _journeys(findings: Findings) -> Blocks:
    """Return waits, engagement after twelve weeks and people from prison, over referrals of the rolling year."""
    rows = {row["measure"]: row for row in findings.indicators.journeys.to_dict("records")}
    period = year_of(findings.month)
    ratios = {
        name: Ratio(*(Count(int(rows[name][part]), "", f"treatment {name}|{part}|{period}") for part in ("n", "of")))
        for name in ("started", "retained", "from_prison")
    }
    wait = rows["wait_days"]
    days = Estimate(number(wait["value"]), number(wait["low"]), number(wait["high"]), int(wait["n"]), "days")
    return (
        para(
            say(
                "Of referrals in twelve months {started} started structured treatment, half within {days}; of starts "
                "{retained} were seen again after twelve weeks; of referrals from prison {from_prison} started.",
                days=days if days.value is not None else Estimate(0.0, None, None, 0, "days"),
                **ratios,
            )
        ),
    )


def _percent(share: float) -> float | None:
    found = number(share)
    return None if found is None else 100 * found
