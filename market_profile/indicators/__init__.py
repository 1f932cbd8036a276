"""Commodity, demand and harm in figures: each with its interval, its number of records and its definition card.

Prices and purities of small months are partially pooled in a separate indicator; the plain medians stay beside them.
"""

from market_profile.indicators.measure import measure_indicators
from market_profile.indicators.police import PoliceSide, police_side
from market_profile.indicators.results import Indicators

__all__ = ["Indicators", "PoliceSide", "measure_indicators", "police_side"]
