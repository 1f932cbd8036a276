"""Counts over months and rolling years, as measures that name their cell in the release ledger."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market_profile.periods import Month
from market_profile.values import Change, Count

YEAR_MONTHS = 12
"""Partners see rolling twelve months only (TRUST.md 4)."""

PARTNER_DRUGS = ("heroin", "crack", "cocaine", "cannabis", "mdma", "amphetamine", "ketamine", "nitrous oxide")
"""A fixed list: a row that came and went with its records would tell none from few."""


def year_of(month: Month) -> str:
    """Return the rolling year that ends with ``month``, such as ``2018-03..2019-02``."""
    return f"{month.plus(1 - YEAR_MONTHS).text}..{month.text}"


@dataclass(frozen=True)
class Events:
    """Dated things to count: ``key`` tells one from another, ``at`` when it happened.

    ``family`` names them in the ledger, such as ``seizures|heroin``.
    """

    family: str
    key: pd.Series
    at: pd.Series
    unit: str = ""

    def in_month(self, month: Month) -> Count:
        """Return the count of a calendar month."""
        return self._count(month, month, f"{self.family}|{month.text}")

    def in_year(self, month: Month) -> Count:
        """Return the count of the rolling year that ends with ``month``."""
        return self._count(month.plus(1 - YEAR_MONTHS), month, f"{self.family}|{year_of(month)}")

    def first_month(self) -> Month | None:
        """Return the month of the first event, None without any."""
        first = self.at.min()
        return None if pd.isna(first) else Month(first.strftime("%Y-%m"))

    def monthly_change(self, month: Month) -> Change:
        """Return this month against the last, with up to twelve earlier months since the first event as history."""
        first = self.first_month()
        if first is None or first >= month:
            return Change(self.in_month(month), None)
        past = [one for one in month.previous().window(YEAR_MONTHS) if one >= first]
        return Change(self.in_month(month), self.in_month(month.previous()), tuple(map(self.in_month, past)))

    def yearly_change(self, month: Month) -> Change:
        """Return this rolling year against the one before it, where the records reach back that far."""
        first = self.first_month()
        before = month.plus(-YEAR_MONTHS)
        reaches = first is not None and first <= before.plus(2 - YEAR_MONTHS)
        return Change(self.in_year(month), self.in_year(before) if reaches else None, (), "the year before")

    def _count(self, first: Month, last: Month, cell: str) -> Count:
        rows, months = self._by_month
        start, end = np.searchsorted(months, [_number(first), _number(last) + 1])
        return Count(int(self.key.take(rows[start:end]).nunique()), self.unit, cell)

    @cached_property
    def _by_month(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the events in order of month, and the months, counted from January 1970; those not known first."""
        months = self.at.to_numpy("datetime64[M]").astype("int64")
        rows = np.argsort(months, kind="stable")
        return rows, months[rows]


def _number(month: Month) -> int:
    """Return the month counted from January 1970."""
    return 12 * (int(month.text[:4]) - 1970) + int(month.text[5:]) - 1


def events(frame: pd.DataFrame, time: str, family: str, key: str = "record_ref") -> Events:
    """Return the events of ``frame`` by its time column; ``key`` may repeat (a seizure's exhibits)."""
    return Events(family, frame[key], frame[time])


def by_drug(frame: pd.DataFrame, time: str, family: str, key: str = "record_ref") -> dict[str, Events]:
    """Return events for each of the fixed drugs and for ``other drugs``, in that order."""
    frame = frame[["drug", time, key]]
    found = {drug: events(frame[frame["drug"] == drug], time, f"{family}|{drug}", key) for drug in PARTNER_DRUGS}
    others = frame[~frame["drug"].isin(PARTNER_DRUGS)]
    return {**found, "other drugs": events(others, time, f"{family}|other", key)}
