"""Demand and treatment: spend and its concentration, main drugs, stages; consented records alone, aggregates only."""

from __future__ import annotations

from market_profile.document import Block, Section
from market_profile.profile.findings import Findings
from market_profile.profile.names import drug_words, first_upper
from market_profile.profile.supply import window_blocks
from market_profile.profile.text import (
    EVERYONE,
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


def demand_section(findings: Findings) -> Section[Measure]:
    """Return spend, main drugs and the treatment stages, for both audiences."""
    if not findings.has("treatment") or findings.indicators.funnel.empty:
        return section("demand", "Demand and treatment", (gap("treatment"),), EVERYONE)
    blocks: Blocks = (*_spend(findings), *_funnel(findings))
    return section("demand", "Demand and treatment", blocks, EVERYONE)


def consent_section(findings: Findings) -> Section[Measure]:
    """Return how many clients were left out for want of consent, and orders without breach (planners)."""
    blocks: list[Block[Measure]] = []
    spend = findings.indicators.spend.iloc[0]
    if findings.has("treatment"):
        blocks.append(
            para(
                say(
                    "{clients} treatment clients consent to sharing with the police; {excluded} do not, or no longer, "
                    "and are in no figure.",
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
                "Clients who agreed to share it spend {total} on drugs a week in all, {median} in the middle; the top "
                "tenth spend {share} of it. Most name as their main drug: {drug}.",
                total=total if n else Estimate(0.0, None, None, 0, "£"),
                median=median if n else Estimate(0.0, None, None, 0, "£"),
                share=share if n else Estimate(0.0, None, None, 0, "%"),
                drug=Leader(counts),
            )
        ),
    )


def _funnel(findings: Findings) -> Blocks:
    funnel = findings.indicators.funnel
    month = findings.month.text
    cells = {
        row["stage"]: Count(int(row["referrals"]), "", f"treatment stage|{row['stage']}|as at {month}")
        for row in funnel.to_dict("records")
    }
    whole = cells.pop("referred")
    rows = [(label(first_upper(words_of(stage))), Ratio(cells[stage], whole)) for stage in sorted(cells)]
    return (
        para(say("{referred} referrals were made by clients who consent to sharing.", referred=whole)),
        table(
            "treatment_stages",
            "Treatment stages reached, of all referrals",
            (col("Stage"), col("Share of referrals", True)),
            rows,
            note="Stages overlap: a referral may reach several, so none is a part of the one above it.",
        ),
    )


def _percent(share: float) -> float | None:
    found = number(share)
    return None if found is None else 100 * found
