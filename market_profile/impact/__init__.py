"""Outcomes, evaluation and response: what happened to crime and harm, what was done, and what may be claimed."""

from market_profile.impact.assess import assess_impact
from market_profile.impact.results import Impact

__all__ = ["Impact", "assess_impact"]
