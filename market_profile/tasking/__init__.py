"""The test-purchase board: targets ranked by explained points, with every exclusion shown and why.

A score is an indicator for initial selection. Rules come before ranking; people to be safeguarded go to a diversion
list whatever their score; the planner decides.
"""

from market_profile.tasking.board import make_board, no_board, rank_targets
from market_profile.tasking.model import Board, Inputs

__all__ = ["Board", "Inputs", "make_board", "no_board", "rank_targets"]
