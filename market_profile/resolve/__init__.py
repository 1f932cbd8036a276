"""Who is who: mentions in the records resolved into nominals that keep their id from month to month.

Mentions are collected (``mentions``), equal ones collapsed (``units``), brought together by shared keys (``keys``),
scored by Splink under a frozen model (``model.json``, ``score``), clustered by average-link (``cluster``), and given
ids that stay (``identity``). Judgements by people hold over all of it (``judgements``).
"""

from market_profile.resolve.explain import explain_pair
from market_profile.resolve.resolution import Resolution, resolve_nominals

__all__ = ["Resolution", "explain_pair", "resolve_nominals"]
