"""A child process of a refresh: ``python -m market_profile.refresh.child MODULE WORKSPACE GIVEN`` runs that module."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

from market_profile.refresh.cycles import look_for_cycles_seldom

if __name__ == "__main__":
    look_for_cycles_seldom()
    module, folder, given = sys.argv[1:]
    sys.exit(import_module(module).main(Path(folder), json.loads(given)))
