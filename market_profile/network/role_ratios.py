"""What a piece of evidence says for each part: how much likelier it is of people of that part than of people at large.

Judgement set on fictional towns with planted roles (10,000 and 5,000 logs) and rounded; a part that is not named gets
the rule's ``other``. No measure of position enters: centrality is not role (AUC .38-.74 on a labelled case, PEERS.md).
"""

from __future__ import annotations

import numpy as np

from market_profile.network.structure import Floats
from market_profile.terms import Role

PRIOR: dict[str, float] = {
    Role.USER.value: 0.50,
    Role.DEALER.value: 0.18,
    Role.RUNNER.value: 0.08,
    Role.ASSOCIATE.value: 0.08,
    Role.SUPPLIER.value: 0.04,
    Role.LINE_HOLDER.value: 0.04,
    Role.CUCKOOED.value: 0.02,
    Role.VICTIM.value: 0.01,
    Role.UNKNOWN.value: 0.05,
}
"""Parts among the people whom intelligence names, before anything is said of one; "unknown" is a bystander."""

PARTS = tuple(PRIOR)

STATED_RELIABILITY = (0.7, 0.3)
"""A stated part counts with 0.7 + 0.3 x grade weight: who says what somebody is errs less often than what he did."""

Ratios = dict[str, float]


def _ratios(other: float, **named: float) -> Ratios:
    return {part: named.get(part, other) for part in PARTS}


RATIOS: dict[str, Ratios] = {
    "stated dealer": _ratios(0.3, dealer=4.2, supplier=0.5, runner=0.5, line_holder=0.4, user=0.33),
    "stated runner": _ratios(0.35, runner=7.0, dealer=0.5, line_holder=0.5, user=0.45, victim=1.5),
    "stated line_holder": _ratios(0.1, line_holder=22.0),
    "stated supplier": _ratios(0.15, supplier=22.0),
    "stated user": _ratios(0.25, user=1.65),
    "stated associate": _ratios(0.8, associate=6.0, cuckooed=0.6, unknown=0.8),
    "stated cuckooed": _ratios(0.1, cuckooed=40.0, victim=5.0),
    "stated victim": _ratios(0.1, victim=60.0, cuckooed=5.0, runner=2.0),
    "sold to an officer": _ratios(0.15, dealer=4.5, line_holder=2.5, runner=0.6, supplier=0.3),
    "exhibit of supply": _ratios(0.1, dealer=4.7, line_holder=2.0, runner=0.9, supplier=0.7),
    "exhibit of use": _ratios(0.1, user=1.8),
    "arrest for supply": _ratios(0.35, dealer=3.9, line_holder=1.7, runner=0.9, supplier=0.7),
    "arrest for possession": _ratios(0.15, user=1.6, associate=1.1, runner=0.6),
    "positive drug test": _ratios(0.3, user=1.4, associate=1.1, dealer=0.6, runner=0.6),
    "supplies, source to user": _ratios(0.2, dealer=3.9, line_holder=2.1, supplier=1.0, runner=0.5, unknown=1.2),
    "supplies, source to seller": _ratios(0.2, supplier=9.0, dealer=1.3, line_holder=1.0, runner=0.3),
    "supplies, target user": _ratios(0.15, user=1.65, dealer=0.35, supplier=0.35, line_holder=0.3, unknown=0.3),
    "supplies, target seller": _ratios(0.15, dealer=3.8, supplier=4.0, line_holder=1.3),
    "runs_for, source": _ratios(0.2, runner=10.0, line_holder=0.7, unknown=0.8),
    "runs_for, target": _ratios(0.2, line_holder=6.5, dealer=3.3, runner=1.0, supplier=0.4),
    "controls, source": _ratios(0.15, line_holder=14.0, dealer=1.5, unknown=1.0),
    "controls, target": _ratios(0.15, cuckooed=30.0, runner=6.0, victim=6.0),
    "associates, either": _ratios(0.9, associate=3.5),
    "after a user": _ratios(0.4, dealer=1.5, line_holder=0.9, user=0.95, unknown=0.5),
    "before a user": _ratios(0.4, dealer=2.0, line_holder=0.9, user=0.45, unknown=1.0),
    "after a dealer": _ratios(0.3, user=2.2, runner=0.45, supplier=0.5, associate=0.5),
    "before a dealer": _ratios(0.3, runner=2.4, supplier=2.5, associate=2.5, user=1.05, unknown=1.2),
    "after a line holder": _ratios(0.3, runner=3.5, user=1.4),
    "before a line holder": _ratios(0.3, runner=6.0, supplier=2.0, associate=2.4, line_holder=0.8, unknown=1.2),
    "after a runner": _ratios(0.25, line_holder=5.0, dealer=1.6),
    "before a runner": _ratios(0.25, line_holder=5.0, associate=4.5, dealer=1.0, unknown=1.2),
    "after a supplier": _ratios(0.2, supplier=3.5, dealer=1.7, line_holder=1.5),
    "before a supplier": _ratios(0.2, supplier=6.0, associate=3.0, dealer=1.0, runner=0.5, unknown=1.0),
}
"""By rule of evidence."""

RULES = tuple(RATIOS)

NAMES_FROM = 1.2
"""Evidence speaks for a part where it is at least so much likelier of it than of people at large."""


def ratio_table() -> Floats:
    """Return the ratios as a (rules, parts) array in the order of RULES and PARTS.

    Example:
        >>> ratio_table().shape == (len(RULES), len(PARTS))
        True
    """
    return np.array([[RATIOS[rule][part] for part in PARTS] for rule in RULES])
