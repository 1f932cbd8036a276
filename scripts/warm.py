"""Import once what a refresh, the flows and the tests import, so that their byte code is written at installation.

Where byte code may not be written later (PYTHONDONTWRITEBYTECODE, a read-only folder), every process would compile
some 2,600 modules anew: about five seconds of processor time each.
"""

from __future__ import annotations

import importlib

MODULES = (
    "market_profile.refresh.run", "market_profile.refresh.analysis", "market_profile.editions.make",
    "market_profile.render", "market_profile.cli.app", "market_profile.synthetic",
    "splink", "sklearn.linear_model", "statsmodels.api", "lifelines", "networkx", "odfdo", "weasyprint",
    "flows.monthly_refresh", "flows.refresh_areas", "distributed", "pytest", "hypothesis",
)  # fmt: skip

for name in MODULES:
    try:
        importlib.import_module(name)
    except (ImportError, OSError):  # optional, or its system library is not there yet
        continue
