"""What the impact room gives: crime series, costs, evaluation, response and claims as frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from market_profile.document import DefinitionCard


@dataclass(frozen=True)
class Forum:
    """The case-forum pack.

    ``latest``: forum.COLUMNS, one row a person. ``conflicts``: person, nominal_ref, conflict, since. ``carried``:
    decisions that stand from before this month. ``last_before``: the last forum before this month, NaT without one.
    """

    latest: pd.DataFrame
    conflicts: pd.DataFrame
    carried: int
    last_before: Any


@dataclass(frozen=True)
class Impact:
    """Outcomes and response of one month.

    ``crime_series``: source, offence_group, period, count, centre, low, high, is_asb, is_signal.
    ``financial_years``: offence_group, financial_year, count, change_pct (complete years only).
    ``interrupted``: interrupted.COLUMNS, one row a series and intervention.
    ``costs``: offence_group, priced_as, count, unit_cost_gbp, cost_gbp, source (convictions by the chosen table).
    ``cost_tables``: costs.TABLE_COLUMNS, one row a table of unit costs. ``benefits``: costs.BENEFIT_COLUMNS.
    ``cohorts``: record_group, people, arrests and days before/after, rates, ratio with bounds, allowance, verdict.
    ``register``: register.COLUMNS, one row a record group. ``forum``: the case-forum pack.
    ``timeline``: operation, phase, tactic, starts_on, ends_on, area_code, resource_hours, cost_gbp, gap_days, is_open.
    ``phases``: phases.COLUMNS, one row an operation of Clear, Hold, Build.
    ``scorecard``: scorecard.COLUMNS.
    ``disruptions``: period, level, disruptions. ``survey``: survey.SHARE_COLUMNS; ``survey_changes``:
    survey.CHANGE_COLUMNS; ``reworded``: questions of the latest wave whose wording changed.
    ``orders``: repeated_positive_no_breach, people (one row; planners only).
    ``claims``: claims.COLUMNS.
    """

    crime_series: pd.DataFrame
    financial_years: pd.DataFrame
    interrupted: pd.DataFrame
    costs: pd.DataFrame
    cost_tables: pd.DataFrame
    benefits: pd.DataFrame
    cohorts: pd.DataFrame
    register: pd.DataFrame
    forum: Forum
    timeline: pd.DataFrame
    phases: pd.DataFrame
    scorecard: pd.DataFrame
    disruptions: pd.DataFrame
    survey: pd.DataFrame
    survey_changes: pd.DataFrame
    reworded: tuple[str, ...]
    orders: pd.DataFrame
    claims: pd.DataFrame
    definitions: tuple[DefinitionCard, ...]
