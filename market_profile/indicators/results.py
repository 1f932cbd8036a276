"""What the indicators room gives: one long frame of figures, and the frames that sections draw."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from market_profile.document import DefinitionCard

FRAME_COLUMNS = ("indicator", "drug", "period", "value", "low", "high", "n", "unit", "definition_id", "top_share")
"""Columns of indicators.csv (CONTRACT.md 4) and the share of the largest single operation among the records."""

ALL_DRUGS = "all"
"""The word in column ``drug`` for figures over every drug."""


@dataclass(frozen=True)
class Indicators:
    """Figures of one month.

    ``frame``: FRAME_COLUMNS, one row an indicator, drug and period (``YYYY-MM`` or ``YYYY-MM..YYYY-MM``).
    ``price_basis``: drug, purchases, priced, pending, no_weight, no_purity over the rolling year.
    ``seizures``: period, drug, seizures, exhibits, quantity_g (``all`` counts a multi-drug seizure once).
    ``seizure_forms``: drug, drug_class, form, weight_band, seizures, quantity_g over the rolling year.
    ``assets``: stage, cases, amount_gbp over the rolling year, in order of stages.
    ``market_types``: market_id, type, attempts, contacts, stranger/any share with bounds, minutes_median.
    ``spend``: total_gbp, median_gbp with bounds, top_decile_share with bounds, clients, excluded (one row).
    ``funnel``: stage, referrals (stages overlap: not nested). ``main_drugs``: drug, clients.
    ``harm``: period, harm, status, drug, events.
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
    definitions: tuple[DefinitionCard, ...]
