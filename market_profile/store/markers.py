"""The markers of batches (``store/batches/<number>.json``): what each brought; without it a batch does not count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from market_profile.errors import WrongUse

BRING_BACK = "bring store/ back from a copy, or move it away and refresh afresh"


def read_markers(folder: Path) -> list[dict[str, Any]]:
    """Return the markers in order of batch; raise ``WrongUse`` where one is damaged.

    Each has ``batch``, ``month``, ``accepted`` (rows by kind), ``warnings``, ``code_version`` and ``input_sha256``.
    """
    found = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            marker = json.loads(path.read_text(encoding="utf-8"))
            is_whole = marker["batch"] == int(path.stem) and isinstance(marker["accepted"], dict)
        except (ValueError, KeyError, TypeError):
            is_whole = False
        if not is_whole:
            raise WrongUse(f"store/batches/{path.name} is damaged; {BRING_BACK}")
        found.append(marker)
    return found
