"""The board does not follow over-reporting: driven directly, equal truth, one area told three times (TRUST.md 15)."""

from __future__ import annotations

import numpy as np
import pytest
from fairness import AREAS, most_logs, run

BAR = 1.2


def _times_fair(attempts: np.ndarray) -> float:
    return float(attempts[0] / attempts.sum() * AREAS)


def test_most_logs_fails_where_the_board_must_not() -> None:
    seen = most_logs(0)
    assert _times_fair(seen) > 2.0


def test_six_refreshes_visit_every_area() -> None:
    seen = run(1, months=6)
    assert (seen > 0).all()


@pytest.mark.slow
def test_over_reporting_earns_no_attention_over_200_seeds() -> None:
    seen = np.array([run(seed) for seed in range(200)])
    each = np.array([_times_fair(attempts) for attempts in seen])
    error = 1.96 * each.std(ddof=1) / np.sqrt(len(each))
    print(f"over-reported area: {each.mean():.3f} +- {error:.3f} times its fair share, 95th percentile "
          f"{np.quantile(each, 0.95):.2f}; fewest visits of an area {seen.min()}")  # fmt: skip
    assert each.mean() + error <= BAR
    assert (seen > 0).all()
