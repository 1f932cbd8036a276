"""Publish one folder with the standard library alone, for fault injection: PUBLISH.PY TARGET LABEL exchange|renames.

The look at a file that is not there marks, in a trace of system calls, where publishing begins.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

MARK = "/publishing-begins-here"
NAMES = (*(f"planner/tables/t{number}.csv" for number in range(6)), "planner/profile.html", "run.json")


def content(label: str) -> dict[str, bytes]:
    """Return the files of an edition named ``label``."""
    return {name: f"{label} {name}\n".encode() * 400 for name in NAMES}


def main(publish: str, target: str, label: str, way: str) -> None:
    """Load the module from its file, so that nothing but the standard library runs, and publish."""
    spec = importlib.util.spec_from_file_location("publish", publish)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if way == "renames":
        module._exchange = lambda first, second: False  # a file system without renameat2
    os.access(MARK, os.R_OK)
    module.publish_folder(Path(target), content(label))


if __name__ == "__main__":
    main(*sys.argv[1:])
