"""``python -m tests.benchmarks coverage``: interval coverage of this room's estimators over 500 worlds each."""

from __future__ import annotations

import sys

from tests.indicators.coverage import ESTIMATORS, coverage

WORLDS = 500


def main(arguments: list[str] | None = None) -> None:
    """Print the table; ``arguments`` may hold another number of worlds."""
    worlds = int(arguments[0]) if arguments else WORLDS
    print(f"{'estimator':<52}{'worlds':>8}{'held %':>9}  bar")
    for estimator in ESTIMATORS:
        held = coverage(estimator, worlds)
        bar = "at least 95" if estimator.is_exact else "93 to 97"
        met = held >= 95 if estimator.is_exact else 93 <= held <= 97
        print(f"{estimator.name:<52}{worlds:>8}{held:>9.1f}  {bar}{'' if met else '  NOT MET'}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
