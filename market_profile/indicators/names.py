"""Names that every figure of this room shares."""

from __future__ import annotations

FRAME_COLUMNS = ("indicator", "drug", "period", "value", "low", "high", "n", "unit", "definition_id", "top_share")
"""Columns of indicators.csv (CONTRACT.md 4) and the share of the largest single operation among the records."""

ALL_DRUGS = "all"
"""The word in column ``drug`` for figures over every drug."""
