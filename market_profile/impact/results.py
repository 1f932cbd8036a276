"""What the impact room gives: crime series, costs, evaluation, response and claims as frames."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from market_profile.document import DefinitionCard


@dataclass(frozen=True)
class Impact:
    """Outcomes and response of one month.

    ``crime_series``: source, offence_group, period, count, centre, low, high, is_asb, is_signal.
    ``financial_years``: offence_group, financial_year, count, change_pct (complete years only).
    ``costs``: offence_group, count, unit_cost_gbp, cost_gbp, source (convictions by the declared unit costs).
    ``cohorts``: record_group, people, arrests and days before/after, rates, ratio with bounds, allowance, verdict.
    ``wording``: one conservative sentence's verdict word a group (see evaluation.VERDICTS).
    ``timeline``: operation, phase, tactic, starts_on, ends_on, area_code, resource_hours, cost_gbp, gap_days, is_open.
    ``lines``: measure, now, before (rolling years). ``scorecard``: outcome, measure, now, before, unit, note.
    ``disruptions``: period, level, disruptions. ``survey``: wave, question, question_version, response, n, share_pct.
    ``orders``: repeated_positive_no_breach, orders (one row; planners only).
    ``claims``: claim_id, claim, outcome, population, window, source, status, why.
    """

    crime_series: pd.DataFrame
    financial_years: pd.DataFrame
    costs: pd.DataFrame
    cohorts: pd.DataFrame
    timeline: pd.DataFrame
    scorecard: pd.DataFrame
    disruptions: pd.DataFrame
    survey: pd.DataFrame
    orders: pd.DataFrame
    claims: pd.DataFrame
    definitions: tuple[DefinitionCard, ...]
