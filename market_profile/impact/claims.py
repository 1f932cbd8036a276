"""Claims register: what was claimed, of whom, over which window, from where, and whether it can be reproduced."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from market_profile.impact.series import financial_years, sum_of_groups
from market_profile.reference import reference_table
from market_profile.terms import Described

COLUMNS = ("claim_id", "claim", "outcome", "population", "window", "source", "found_pct", "status", "why")
TOLERANCE_PCT = 0.5
"""A claim in whole per cent is reproduced within half of one."""


class ClaimStatus(Described):
    """Whether a published claim could be reproduced."""

    REPRODUCED = "reproduced", "the declared comparison gives the claimed figure"
    NOT_REPRODUCED = "not reproduced", "the declared comparison gives another figure"
    UNCLEAR = "unclear", "the records needed are not there, or the claim does not say what it compares"


def claims_register(crime_counts: pd.DataFrame) -> pd.DataFrame:
    """Return COLUMNS for each claim of data/claims.csv, checked against ``crime_counts`` where that is possible.

    A claim on years that the counts do not hold in full is *unclear*, never passed.
    """
    claims = reference_table("claims").copy()
    claims["found_pct"] = [_found(claim, crime_counts) for claim in claims.to_dict("records")]
    claimed = claims["claimed_pct"].astype(float)
    close = (claims["found_pct"] - claimed).abs() <= TOLERANCE_PCT
    status = np.where(close, str(ClaimStatus.REPRODUCED), str(ClaimStatus.NOT_REPRODUCED))
    claims["status"] = np.where(claims["found_pct"].isna(), str(ClaimStatus.UNCLEAR), status)
    return claims[list(COLUMNS)]


def change_between(crime_counts: pd.DataFrame, groups: tuple[str, ...], from_year: str, to_year: str) -> float:
    """Return the change in per cent of several groups added, between two complete financial years; NaN without them."""
    summed = financial_years(sum_of_groups(crime_counts, groups, "sum"))
    counts = dict(zip(summed["financial_year"], summed["count"].astype(float), strict=True))
    if from_year not in counts or to_year not in counts or set(groups) - set(crime_counts["offence_group"]):
        return float("nan")
    return float(100 * (counts[to_year] / counts[from_year] - 1))


def _found(claim: dict[Hashable, str], crime_counts: pd.DataFrame) -> float:
    if claim["test"] != "financial_years" or crime_counts.empty:
        return float("nan")
    groups = tuple(claim["offence_groups"].split("|"))
    return change_between(crime_counts, groups, claim["from_year"], claim["to_year"])
