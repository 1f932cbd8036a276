"""The monthly refresh in plain Python: the only place that reads, stores and writes together.

Every step is a function here; ``flows/`` calls the same ones as Prefect tasks.
"""

from market_profile.refresh import steps
from market_profile.refresh.run import RefreshResult, refresh

__all__ = ["RefreshResult", "refresh", "steps"]
