"""Where the program's schedule is: ``flows/`` is not part of the package, for Prefect stays outside of it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def schedule_script() -> Path | None:
    """Return ``flows/schedule.py``: beside the package in a checkout, on the module path in the image, else None.

    Example:
        >>> script = schedule_script()
        >>> script is None or script.name
        'schedule.py'
    """
    beside = Path(__file__).resolve().parents[2] / "flows"
    found = find_spec("flows")
    elsewhere = [Path(place) for place in found.submodule_search_locations or ()] if found else []
    scripts = [folder / "schedule.py" for folder in (beside, *elsewhere)]
    return next((script for script in scripts if script.is_file()), None)
