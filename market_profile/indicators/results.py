"""What the indicators room gives: one long frame of figures, and the frames that sections draw."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from market_profile.document import DefinitionCard
from market_profile.indicators.linkage import Linked


@dataclass(frozen=True)
class Indicators:
    """Figures of one month.

    ``frame``: FRAME_COLUMNS, one row an indicator, drug and period (``YYYY-MM`` or ``YYYY-MM..YYYY-MM``).
    ``price_basis``: drug, purchases, priced, pending, no_weight, no_purity over the rolling year.
    ``seizures``: period, drug, seizures, exhibits, quantity_g (``all`` counts a multi-drug seizure once).
    ``seizure_forms``: drug, drug_class, form, weight_band, seizures, quantity_g over the rolling year.
    ``assets``: the pipeline (``assets.asset_stages``): stage, cases, amount_gbp, waiting, waiting_gbp, days_median.
    ``market_types``: market_id, type, attempts, contacts, stranger/any share with bounds, minutes_median.
    ``spend``: total_gbp, median_gbp with bounds, top_decile_share with bounds, clients, excluded (one row).
    ``funnel``: stage, referrals (stages overlap: not nested). ``main_drugs``: drug, clients.
    ``harm``: period, harm, status, drug, events. ``harm_alerts``: harm, status, events, before, mean, low, high,
    dispersion, months, is_alert. ``harm_places``: area_code, period, harm, status, events over the rolling year.
    ``lorenz``: clients_pct, spend_pct at tenths. ``journeys``: measure, value, low, high, n, of.
    ``linked``: the police-by-treatment matrix. ``hidden``: estimates of the hidden population (``hidden.COLUMNS``).
    ``changes``: every monthly figure against last month and its normal range (``changes.COLUMNS``).
    """

    frame: pd.DataFrame
    price_basis: pd.DataFrame
    seizures: pd.DataFrame
    seizure_forms: pd.DataFrame
    assets: pd.DataFrame
    market_types: pd.DataFrame
    spend: pd.DataFrame
    funnel: pd.DataFrame
    main_drugs: pd.DataFrame
    harm: pd.DataFrame
    harm_alerts: pd.DataFrame
    harm_places: pd.DataFrame
    lorenz: pd.DataFrame
    journeys: pd.DataFrame
    linked: Linked
    hidden: pd.DataFrame
    changes: pd.DataFrame
    definitions: tuple[DefinitionCard, ...]
