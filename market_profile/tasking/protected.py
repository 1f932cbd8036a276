"""The guard that no protected characteristic enters a score: columns are declared once, and read columns are listed.

Which columns are protected is said in ``contracts`` (``Sensitivity.PROTECTED``). ``READ`` lists every column of the
records that this room reads; it is checked against the declarations before anything is ranked, and against the code by
a test. A date of birth is read for one purpose: to keep everybody under 18 off the board.
"""

from __future__ import annotations

from dataclasses import replace

from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Tables
from market_profile.errors import MarketProfileError
from market_profile.tasking.model import Inputs
from market_profile.terms import Sensitivity

READ: dict[str, tuple[str, ...]] = {
    "test_purchases": (
        "record_ref", "attempted_at", "outcome", "introducer_needed", "easting_m", "northing_m", "authority_ref",
        "authority_expires",
    ),
    "log_subjects": ("urn", "subject_no", "safeguarding"),
    "arrests": ("record_ref", "arrested_at", "days_in_custody"),
    "case_forum": ("record_ref", "assessed_on", "decision"),
    "cohort_register": ("record_ref", "record_group", "accepted_on", "removed_on"),
    "county_lines": ("line_ref", "closed_on"),
    "harm_events": ("record_ref", "occurred_at", "easting_m", "northing_m"),
    "operations": ("phase", "tactic", "starts_on", "ends_on", "area_code"),
}  # fmt: skip
"""Record kinds and columns that the board reads; treatment data are not among them."""

DERIVED: tuple[str, ...] = (
    "role", "supplies_out", "weight", "observed_at", "source_key", "handling", "stream", "is_direct",
    "is_suspected_false", "easting_m", "northing_m", "market_id", "market_type", "cell_id", "area_code",
)  # fmt: skip
"""Columns of other rooms' frames that enter a score or an order."""


def protected_columns() -> frozenset[str]:
    """Return the names of all columns declared as protected characteristics."""
    found = {
        column.name
        for kind in KINDS.values()
        for column in (*kind.columns, *kind.derived)
        if column.sensitivity is Sensitivity.PROTECTED
    }
    return frozenset(found)


def guarded(inputs: Inputs) -> Inputs:
    """Return ``inputs`` whose records hold the columns of ``READ`` alone, so that no other can be read by anybody.

    Raises MarketProfileError where a listed column, or a column of the evidence as it comes, is declared as a protected
    characteristic: a column added elsewhere cannot slip in.
    """
    protected = protected_columns()
    listed = {name for names in READ.values() for name in names} | set(DERIVED)
    come = set(inputs.network.supply.columns) | set(inputs.network.logs.columns) | set(inputs.network.nodes.columns)
    both = sorted((listed | come) & protected)
    if both:
        raise MarketProfileError(
            f"the board may not read {', '.join(both)}: declared as protected characteristics in contracts"
        )
    frames = {kind: inputs.tables.get(kind)[list(columns)] for kind, columns in READ.items()}
    return replace(inputs, tables=Tables(frames))
