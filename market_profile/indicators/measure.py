"""The room's one public step: from typed tables to every figure of the month."""

from __future__ import annotations

import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.indicators.assets import asset_figures, asset_stages
from market_profile.indicators.commodity import attempts_of, commodity_figures, price_basis
from market_profile.indicators.definitions import DEFINITIONS
from market_profile.indicators.demand import consented, demand_figures, funnel, main_drugs, spend_summary
from market_profile.indicators.estimates import stack
from market_profile.indicators.harm import harm_counts, harm_figures
from market_profile.indicators.markets import market_types
from market_profile.indicators.results import Indicators
from market_profile.indicators.seizures import class_figures, seizure_counts, seizure_figures, seizure_forms
from market_profile.periods import Month
from market_profile.settings import Settings


def measure_indicators(tables: Tables, record_markets: pd.DataFrame, month: Month, settings: Settings) -> Indicators:
    """Return every commodity, demand and harm figure up to the month's cut-off.

    ``record_markets`` (kind, record_ref, market_id) comes from geography. Weights are in grams, prices in pounds,
    shares in per cent. Kinds that were not supplied give no rows. Row order does not matter.
    """
    known = tables.until(month)
    attempts = attempts_of(known.get("test_purchases"))
    seizures = known.get("seizures").sort_values("record_ref", kind="stable")
    treatment = known.get("treatment")
    consenting = consented(treatment, month, settings.treatment.require_consent)
    stages = funnel(consenting)
    spend = spend_summary(consenting, treatment["client_key"].nunique())
    counted = seizure_counts(seizures, month)
    harm = harm_counts(known.get("harm_events"), month)
    parts = [
        *commodity_figures(attempts, month),
        *seizure_figures(counted),
        *class_figures(seizures, month),
        *asset_figures(known.get("assets"), seizures, month),
        *demand_figures(spend, stages, month),
        *harm_figures(harm),
    ]
    return Indicators(
        frame=stack(parts),
        price_basis=price_basis(attempts, month),
        seizures=counted,
        seizure_forms=seizure_forms(seizures, month),
        assets=asset_stages(known.get("assets"), month),
        market_types=market_types(attempts, record_markets, month),
        spend=spend,
        funnel=stages,
        main_drugs=main_drugs(consenting),
        harm=harm,
        definitions=DEFINITIONS,
    )
