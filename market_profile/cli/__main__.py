"""``python -m market_profile.cli``."""

from market_profile.cli.app import main

main()
