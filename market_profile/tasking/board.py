"""The board of one month: candidates, rules, chances, points, order; in that order, so that no score buys a way in."""

from __future__ import annotations

import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.document import DefinitionCard
from market_profile.network.codes import among
from market_profile.network.model import Network
from market_profile.periods import Month
from market_profile.room_settings import BoardSettings
from market_profile.tasking import (
    attention,
    calibrate,
    effects,
    learning,
    model_card,
    order,
    rules,
    score,
    success,
)
from market_profile.tasking.candidates import KEY, areas_of, candidates, main_market, target_evidence
from market_profile.tasking.foretold import foretold
from market_profile.tasking.model import TARGET_COLUMNS, Board, Inputs, Measures, Places, Resolved
from market_profile.tasking.plan import dated, make_plan
from market_profile.tasking.protected import guarded
from market_profile.tasking.said import seen_nearby

FALSE_FLAG = "safeguarding flag in a log suspected false: to be checked; the place in the order is left empty"

LEAST_CHANCE = 0.02
"""Attempts for one purchase are one over the chance; below this chance the number says nothing but 'fifty or more'."""


def rank_targets(
    network: Network,
    geography: Places,
    indicators: Measures,
    tables: Tables,
    resolution: Resolved,
    month: Month,
    settings: BoardSettings,
) -> Board:
    """Return the board without last month's state, planned enforcement or decisions; see ``make_board``."""
    return make_board(Inputs(network, geography, indicators, tables, resolution, month, settings))


def make_board(inputs: Inputs) -> Board:
    """Return the test-purchase board at the month's cut-off.

    People on the diversion list are left out of ``targets`` altogether. E-graded evidence moves nothing: people whom
    it alone would divert are withheld after the order is made, and their place in it stays empty. Scores are points
    out of 100 and sum from ``parts``. A score is an indicator for initial selection, not a decision.
    """
    inputs = guarded(inputs)
    evidence = target_evidence(inputs)
    home = main_market(evidence)
    rows, diverted = _candidates(inputs, evidence, home)
    tried = success.attempts(inputs)
    seen = seen_nearby(inputs)
    told, met = foretold(tried, seen, kept=inputs.kept)
    known = success.Known(tried, seen, success.learned(told, met))
    rows = pd.concat([rows, success.success_chances(rows, evidence, known, inputs)], axis=1)
    clocks = score.recent_clocks(inputs, home)
    rows = order.timed(rows, clocks, inputs).assign(authority=rules.authority(inputs))
    rows["excluded_reason"] = rules.exclusions(rows, inputs)
    rows = rows.assign(**effects.expected_effects(rows, inputs))
    rows["area_yield"] = attention.area_yield(rows["area_code"], tried, inputs)
    parts = score.score_parts(rows, evidence, clocks, inputs)
    rows = pd.concat([rows, score.totals(rows, parts)], axis=1)
    ranked = _ranked(rows, tried, inputs)
    held = ranked["target_kind"].eq("nominal") & among(ranked["target_id"], rules.flagged_falsely(inputs))
    shown = ranked[~held].reset_index(drop=True)
    plan = make_plan(shown, inputs) if inputs.is_planned else None
    targets = _targets(dated(shown, plan))
    tested = calibrate.backtest(told)
    bands = calibrate.bands(tested)
    past = learning.outcomes(inputs)
    withheld = ranked.loc[held & ranked["rank"].notna(), "rank"]
    return Board(
        targets=targets,
        parts=_of_targets(parts, targets),
        diversions=_diverted(diverted, ranked[held]),
        calibration=bands,
        definitions=_definitions(inputs.month),
        withheld=tuple(int(rank) for rank in sorted(withheld)),
        plan=plan,
        record=learning.record(past, calibrate.calibration_error(bands), len(tested)),
        attention=attention.attention(targets, tried, inputs),
        model_card=model_card.model_card(inputs),
        state={"outcomes": past, "predictions": learning.predictions(targets, inputs)},
    )


def no_board(month: Month) -> Board:
    """Return the board of an edition that shows none: what scores and chances are, and nothing else."""
    none = pd.DataFrame()
    return Board(targets=none, parts=none, diversions=none, calibration=none, definitions=_definitions(month))


def _candidates(inputs: Inputs, evidence: pd.DataFrame, home: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the candidates with their places and what they rest on, and whom of them sound evidence diverts."""
    diverted = rules.diversions(inputs)
    rows = candidates(inputs, home)
    to_divert = (rows["target_kind"] == "nominal") & among(rows["target_id"], diverted["nominal_id"])
    diverted = diverted[among(diverted["nominal_id"], rows.loc[to_divert, "target_id"])].reset_index(drop=True)
    rows = _supported(rows[~to_divert].reset_index(drop=True), evidence, inputs)
    where = success.target_places(rows, evidence, inputs)
    rows["area_code"] = areas_of(rows, where, inputs)
    rows = rows.join(where.add_prefix("target_"))
    rows["blocked_until"] = rules.blocked_until(rows, inputs)
    return rows, diverted


def _supported(rows: pd.DataFrame, evidence: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    rows = rows.merge(rules.support(evidence, rules.authorised_purchases(inputs)), on=KEY, how="left")
    for column in rules.COUNTS:
        rows[column] = rows[column].fillna(0).astype("int64")
    for column in ("is_conditional", "only_e"):
        rows[column] = rows[column].astype("boolean").fillna(False).astype(bool)
    return rows


def _ranked(rows: pd.DataFrame, tried: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    may = rows["excluded_reason"] == ""
    board = order.ranked(rows[may], tried, inputs)
    out = rows[~may].sort_values(["score", *KEY], ascending=[False, True, True], kind="stable")
    frame = pd.concat([board, out.assign(reach="")], ignore_index=True)
    frame["rank"] = frame["rank"].astype("Int64")
    return frame


def _targets(frame: pd.DataFrame) -> pd.DataFrame:
    for column in ("success_probability", "success_low", "success_high", "market_rate", "still_active"):
        frame[column] = frame[column].round(6)
    frame["expected_attempts"] = (1 / frame["success_probability"].clip(lower=LEAST_CHANCE)).round(1)
    frame["blocked_until"] = frame["blocked_until"].dt.strftime("%Y-%m-%d").astype("object").fillna("").astype("str")
    return frame[list(TARGET_COLUMNS)]


def _of_targets(parts: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of those who stand among ``targets``."""
    return parts.merge(targets[KEY], on=KEY, how="inner")


def _diverted(sound: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Return the diversion list: by sound evidence, then by logs suspected false alone."""
    late = pd.DataFrame({"nominal_id": held["target_id"].sort_values(kind="stable"), "reason": FALSE_FLAG})
    return pd.concat([sound, late], ignore_index=True).astype("str")


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
