"""Months and the data cut-off: the clock is injected, never read.

Times are naive local times of the area (Europe/London); a cut-off is the first instant after the month.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.errors import WrongUse


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month ``YYYY-MM``.

    Example:
        >>> Month("2019-01").previous().text
        '2018-12'
    """

    text: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", self.text):
            raise WrongUse("a month is written YYYY-MM, such as 2019-02")

    @property
    def start(self) -> pd.Timestamp:
        """The first instant of the month."""
        return pd.Timestamp(f"{self.text}-01")

    @property
    def end(self) -> pd.Timestamp:
        """The first instant after the month: the data cut-off (exclusive)."""
        return self.start + pd.DateOffset(months=1)

    @property
    def last_day(self) -> str:
        """The last day of the month as ISO text, as shown on the page."""
        return str((self.end - pd.Timedelta(days=1)).date())

    def plus(self, months: int) -> Month:
        """Return the month that lies ``months`` later (earlier where negative)."""
        year, place = divmod(int(self.text[:4]) * 12 + int(self.text[5:]) - 1 + months, 12)
        return Month(f"{year:04d}-{place + 1:02d}")

    def previous(self) -> Month:
        """Return the month before."""
        return self.plus(-1)

    def window(self, months: int) -> tuple[Month, ...]:
        """Return the last ``months`` months up to and with this one, oldest first."""
        return tuple(self.plus(-back) for back in range(months - 1, -1, -1))


def month_texts(at: pd.Series) -> NDArray[np.object_]:
    """Return the month (YYYY-MM) of each time, each different one written once; no time may be missing."""
    months, codes = np.unique(at.to_numpy().astype("datetime64[M]"), return_inverse=True)
    return np.datetime_as_string(months).astype(object)[codes]
