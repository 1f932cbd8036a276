"""The dealer-user network: ties as graded, dated evidence; roles by rule; structure; what a removal would do.

``build_network`` is the room's front door. Statements (one line of one record each) become ties by noisy-or over
independent sources with decay; ties that rest on one source or on suspected falsehood are shown and flagged but never
make a hub. Ties that nobody states are likely supply where capture and recapture bears it out (``likely``); no measure
rests on them. networkx is the public graph type; rustworkx and scipy do the work.
"""

from market_profile.network.build import build_network
from market_profile.network.effects import removal_effects
from market_profile.network.model import KeyPlayerSet, Network, Replacement
from market_profile.network.recovery import Recovery, Stability
from market_profile.network.what_if import WhatIf, remove_nominals

__all__ = [
    "KeyPlayerSet",
    "Network",
    "Recovery",
    "Replacement",
    "Stability",
    "WhatIf",
    "build_network",
    "removal_effects",
    "remove_nominals",
]
