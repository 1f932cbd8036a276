"""``python -m tests.benchmarks [section] [options]``: all sections, or the one named."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

SECTIONS = {
    "town": "tests.benchmarks.town",
    "districts": "tests.geography.bench_districts",
    "linkage": "tests.resolve.bench_linkage",
    "coverage": "tests.indicators.bench_coverage",
    "network": "tests.network.bench_network",
    "page": "tests.render.bench_page",
    "scale": "tests.benchmarks.scale",
    "history": "tests.benchmarks.history",
    "board": "tests.benchmarks.board",
    "evaluation": "tests.impact.bench_evaluation",
}
"""Sections by name; each module has ``main(arguments)`` or ``main()``. A new bench adds a line here."""


def run(name: str, arguments: list[str]) -> None:
    """Run one section; one whose module is absent says so."""
    module = SECTIONS[name]
    if not (Path(__file__).parents[2] / f"{module.replace('.', '/')}.py").exists():
        print(f"{name}: {module} is not there; left out")
        return
    print(f"== {name}", flush=True)
    start = importlib.import_module(module).main
    start(arguments) if start.__code__.co_argcount else start()


def main(arguments: list[str]) -> None:
    """Run the named section with the rest of the arguments, else every section with its defaults."""
    if arguments and arguments[0] in SECTIONS:
        run(arguments[0], arguments[1:])
    elif arguments:
        sys.exit(f"unknown section {arguments[0]!r}; there are {', '.join(SECTIONS)}")
    else:
        for name in SECTIONS:
            run(name, [])


if __name__ == "__main__":
    main(sys.argv[1:])
