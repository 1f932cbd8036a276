"""Thin Prefect flows: schedule, retries, caching and artifacts only; every step is a function of ``market_profile``.

Telemetry is switched off and the start-up time of the temporary server raised before anything imports prefect.
"""

from flows.environment import set_defaults
from market_profile.refresh.process import be_frugal

set_defaults()
be_frugal()  # before numpy is read, as every command does
