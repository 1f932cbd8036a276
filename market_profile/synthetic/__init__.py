"""A fictional town with planted truth: everything a force would export, at any size, with the dirt of real life.

``write_town`` writes a workspace (CONTRACT.md section 1) and, apart from it, ``truth/``. The room stands beside the
house: it knows the contracts and the vocabulary, and only the command line knows it. ``Hardness`` says how far the
extracts stand from the truth.
"""

from market_profile.synthetic.plan import Hardness, Plan
from market_profile.synthetic.town import town_summary, write_town

__all__ = ["Hardness", "Plan", "town_summary", "write_town"]
