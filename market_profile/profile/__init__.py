"""The profile: what the page says, as blocks over measures, for both audiences; no markup and no bare number.

Sections are tagged with their audiences. What partners read holds aggregates over rolling twelve months only.
"""

from market_profile.profile.build import build_profile
from market_profile.profile.findings import Findings, Profile

__all__ = ["Findings", "Profile", "build_profile"]
