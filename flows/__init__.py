"""Thin Prefect flows: schedule, retries, caching and artifacts only; every step is a function of ``market_profile``.

Telemetry is switched off and the start-up time of the temporary server raised before anything imports prefect.
"""

from flows.environment import set_defaults

set_defaults()
