"""``python -m market_profile.cli``."""

from market_profile.cli import run

run()
