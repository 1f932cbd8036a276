"""The board of one month: candidates, rules, chances, points, order; in that order, so that no score buys a way in."""

from __future__ import annotations

import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.document import DefinitionCard
from market_profile.network.model import Network
from market_profile.periods import Month
from market_profile.settings import BoardSettings
from market_profile.tasking import order, rules, score, success
from market_profile.tasking.candidates import KEY, candidates, record_markets, target_evidence
from market_profile.tasking.model import TARGET_COLUMNS, Board, Inputs, Measures, Places, Resolved


def rank_targets(
    network: Network,
    geography: Places,
    indicators: Measures,
    tables: Tables,
    resolution: Resolved,
    month: Month,
    settings: BoardSettings,
) -> Board:
    """Return the test-purchase board at the month's cut-off.

    People on the diversion list are left out of ``targets`` altogether. E-graded evidence moves nothing. Scores are
    points out of 100 and sum from ``parts``. A score is an indicator for initial selection, not a decision.
    """
    inputs = Inputs(network, geography, indicators, tables, resolution, month, settings)
    evidence = target_evidence(inputs)
    diverted = rules.diversions(inputs)
    rows = candidates(inputs, evidence)
    to_divert = (rows["target_kind"] == "nominal") & rows["target_id"].isin(diverted["nominal_id"])
    shown = diverted[diverted["nominal_id"].isin(rows.loc[to_divert, "target_id"])].reset_index(drop=True)
    rows = _supported(rows[~to_divert].reset_index(drop=True), evidence)
    tried = success.attempts(inputs, record_markets(inputs))
    rates = success.pooled_rates(tried, indicators.market_types)
    rows = pd.concat([rows, success.success_chances(rows, evidence, tried, rates, inputs)], axis=1)
    rows["excluded_reason"] = rules.exclusions(rows, inputs)
    parts = score.score_parts(rows, evidence, inputs)
    rows = pd.concat([rows, score.totals(rows, parts)], axis=1)
    rows["reasons"] = rows["reasons"] + rules.to_check(rows, inputs)
    rows = order.timed(rows, evidence, inputs).assign(authority=rules.authority(inputs))
    return Board(
        targets=_targets(rows, tried, inputs),
        parts=parts,
        diversions=shown,
        calibration=success.calibration(tried, indicators.market_types),
        definitions=_definitions(month),
    )


def _supported(rows: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    rows = rows.merge(rules.support(evidence), on=KEY, how="left")
    for column in ("independent_sources", "reported_sources", "direct_purchases"):
        rows[column] = rows[column].fillna(0).astype("int64")
    for column in ("is_conditional", "only_e"):
        rows[column] = rows[column].astype("boolean").fillna(False).astype(bool)
    return rows


def _targets(rows: pd.DataFrame, tried: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    may = rows["excluded_reason"] == ""
    board = order.ranked(rows[may], tried, inputs)
    out = rows[~may].sort_values(["score", *KEY], ascending=[False, True, True], kind="stable")
    frame = pd.concat([board, out.assign(reach="")], ignore_index=True)
    frame["rank"] = frame["rank"].astype("Int64")
    frame["success_probability"] = frame["success_probability"].round(6)
    return frame[list(TARGET_COLUMNS)]


def _definitions(month: Month) -> tuple[DefinitionCard, ...]:
    most = ", ".join(f"{part} {points:.0f}" for part, points in score.POINTS.items())
    return (
        DefinitionCard(
            id="board_score",
            name="Score of a target",
            numerator=f"points by part, at most: {most}",
            denominator="100",
            population="sellers, places and lines that pass the rules before ranking",
            window="evidence of the last 365 days",
            as_at=month.last_day,
            source="intelligence logs, test purchases, seizures, arrests",
            grades="E carries no weight; single-source and C-only cannot rank",
        ),
        DefinitionCard(
            id="board_success_probability",
            name="Chance that a test purchase succeeds",
            numerator="expected purchases",
            denominator="attempts next month",
            population="as the board",
            window="all past attempts, halved every 120 days; aborted left out",
            as_at=month.last_day,
            source="test purchases, pooled by market and market type; fading evidence of activity",
        ),
    )
