"""Places: hotspots on a declared grid, their significance, forecast, persistence, hours and corroboration.

One door, ``find_hotspots``; pure functions behind it. Read in the order words, events, grid, surfaces, windows, panel,
forecast, bands, scoring, backtest, persistence, basins, markets, hours, corroboration, market_table, track_record,
areas, displacement, maup, result, hotspots.
"""

from market_profile.geography.hotspots import find_hotspots
from market_profile.geography.result import Geography

__all__ = ["Geography", "find_hotspots"]
