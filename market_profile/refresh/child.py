"""The second process of a refresh: ``python -m market_profile.refresh.child WORKSPACE GIVEN``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from market_profile.refresh.process import be_frugal, end_at_once

if __name__ == "__main__":
    be_frugal()
    from market_profile.refresh.second import main

    folder, given = sys.argv[1:]
    end_at_once(main(Path(folder), json.loads(given)))
