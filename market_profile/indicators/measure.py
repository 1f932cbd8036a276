"""The room's one public step: from typed tables to every figure of the month."""

from __future__ import annotations

import pandas as pd

from market_profile.contracts.consent import consented
from market_profile.contracts.tables import Tables
from market_profile.indicators.assets import asset_figures, asset_stages
from market_profile.indicators.changes import figure_changes
from market_profile.indicators.commodity import attempts_of, commodity_figures, price_basis
from market_profile.indicators.concentration import lorenz_curve
from market_profile.indicators.definitions import DEFINITIONS
from market_profile.indicators.demand import (
    client_spend,
    demand_figures,
    demand_history,
    funnel,
    main_drugs,
    spend_summary,
)
from market_profile.indicators.estimates import stack
from market_profile.indicators.harm import harm_alerts, harm_counts, harm_figures, harm_places
from market_profile.indicators.hidden import hidden_figures, hidden_population
from market_profile.indicators.journeys import journey_figures, journeys
from market_profile.indicators.linkage import link_treatment, linkage_figures
from market_profile.indicators.markets import market_types
from market_profile.indicators.police import NOBODY, PoliceSide
from market_profile.indicators.results import Indicators
from market_profile.indicators.seizures import class_figures, seizure_counts, seizure_figures, seizure_forms
from market_profile.indicators.windows import in_year
from market_profile.periods import Month
from market_profile.settings import Settings


def measure_indicators(
    tables: Tables, record_markets: pd.DataFrame, month: Month, settings: Settings, police: PoliceSide | None = None
) -> Indicators:
    """Return every commodity, demand and harm figure up to the month's cut-off.

    ``record_markets`` (kind, record_ref, market_id) comes from geography, ``police`` from ``police_side``. Weights are
    in grams, prices in pounds, shares in per cent. Kinds that were not supplied give no rows. Row order does not
    matter.
    """
    known = tables.until(month)
    attempts = attempts_of(known.get("test_purchases"))
    seizures = known.get("seizures").sort_values("record_ref", kind="stable")
    treatment = known.get("treatment")
    consenting = consented(treatment, month.end, settings.treatment.require_consent)
    stages = funnel(in_year(consenting, "referred_on", month))
    spend = spend_summary(consenting, treatment["client_key"].nunique())
    counted = seizure_counts(seizures, month)
    harm = harm_counts(known.get("harm_events"), month)
    linked = link_treatment(treatment, police or NOBODY, month)
    travelled = journeys(consenting, month)
    hidden = hidden_population(police or NOBODY, linked)
    parts = [
        *commodity_figures(attempts, month),
        *seizure_figures(counted),
        *class_figures(seizures, month),
        *asset_figures(known.get("assets"), seizures, month),
        *demand_history(consenting, month),
        *demand_figures(spend, stages, month),
        *journey_figures(travelled, month),
        *linkage_figures(linked, month),
        *hidden_figures(hidden, month),
        *harm_figures(harm),
    ]
    frame = stack(parts)
    return Indicators(
        frame=frame,
        price_basis=price_basis(attempts, month),
        seizures=counted,
        seizure_forms=seizure_forms(seizures, month),
        assets=asset_stages(known.get("assets"), month),
        market_types=market_types(attempts, record_markets, month),
        spend=spend,
        funnel=stages,
        main_drugs=main_drugs(consenting),
        harm=harm,
        harm_alerts=harm_alerts(harm, month),
        harm_places=harm_places(known.get("harm_events"), month),
        lorenz=lorenz_curve(client_spend(consenting)),
        journeys=travelled,
        linked=linked,
        hidden=hidden,
        changes=figure_changes(frame, month),
        definitions=DEFINITIONS,
    )
