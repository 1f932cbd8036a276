"""Dates and times: ISO 8601, or the one format that area.toml declares; an ambiguous date is never guessed.

Rules, in order:

1. The declared ``date_format``. Its date part alone is read too (a date of birth in an export of times), and so is its
   date part with ``HH:MM`` or ``HH:MM:SS`` after it, because the order of day and month is then declared.
2. ISO 8601, extended or basic, with ``T`` or a space. An offset is turned into local time of the area. ``24:00`` and
   a leap second are refused. Not tried where the declared format itself starts with the year.
3. Where no format is declared, ``dd/mm/yyyy`` or ``mm/dd/yyyy`` (also with ``.`` or ``-``) is read only if the calendar
   leaves one reading: one part above 12, or both the same. Two readings, or a year of two digits, are
   ``ambiguous_date``; no reading is ``bad_date``.
4. A year outside 1900 to 2100 is ``out_of_range``.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from market_profile.contracts.readings import Reading, by_value
from market_profile.terms import Reason

LOCAL_ZONE = "Europe/London"
FIRST_YEAR, LAST_YEAR = 1900, 2100
_CLOCK = r"(?:[01][0-9]|2[0-3]):?[0-5][0-9](?::?[0-5][0-9](?:[.,][0-9]{1,9})?)?"
_OFFSET = r"(?:Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)"
_ISO = rf"(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|[0-9]{{8}})(?:[Tt ]{_CLOCK}{_OFFSET}?)?"
_ISO_OFFSET = rf".*[Tt ]{_CLOCK}{_OFFSET}"
_PLAIN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?"
_SLASH = (
    r"[0-9]{1,2}([/.-])[0-9]{1,2}([/.-])(?:[0-9]{4}|[0-9]{2})(?: (?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?"
)


def read_times(text: pd.Series, date_format: str | None = None) -> Reading:
    """Return naive local times (``datetime64[us]``) of trimmed ``text``; see the module for the rules.

    Example:
        >>> read_times(pd.Series(["2019-07-01T12:00:00Z"])).values[0].isoformat()
        '2019-07-01T13:00:00'
    """
    return by_value(text, lambda cells: _read(cells, date_format))


def read_dates(text: pd.Series, date_format: str | None = None) -> Reading:
    """Return dates (``datetime64[us]``, midnight) of trimmed ``text``; a time of day is dropped."""
    reading = read_times(text, date_format)
    return Reading(reading.values.dt.normalize(), reading.reason, reading.is_clean)


def read_months(text: pd.Series) -> Reading:
    """Return months as text ``YYYY-MM``; anything else is ``bad_date``."""
    is_month = text.str.fullmatch(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")
    reason = pd.Series(np.where(is_month | (text == ""), "", Reason.BAD_DATE.value), index=text.index, dtype="str")
    return Reading(text.where(is_month, ""), reason)


def _read(text: pd.Series, date_format: str | None) -> Reading:
    times, ambiguous = _declared(text, date_format) if date_format else _plain(text), None
    waiting = times.isna() & (text != "")
    if waiting.any() and not (date_format and date_format.startswith("%Y")):
        times = times.fillna(_iso(text[waiting]).reindex(text.index))
    if waiting.any() and not date_format:
        slashed, ambiguous = _slashed(text)
        times = times.fillna(slashed)
    bad = (times.isna() & (text != "")).to_numpy(dtype=bool)
    reason = pd.Series(np.where(bad, Reason.BAD_DATE.value, ""), index=text.index, dtype="str")
    if ambiguous is not None:
        reason = reason.mask(ambiguous & times.isna(), Reason.AMBIGUOUS_DATE.value)
    outside = (times.dt.year < FIRST_YEAR) | (times.dt.year > LAST_YEAR)
    if not outside.any():
        return Reading(times, reason)
    return Reading(times.mask(outside), reason.mask(outside, Reason.OUT_OF_RANGE.value))


def _plain(text: pd.Series) -> pd.Series:
    """Return the times of the cells in the commonest ISO form, which need no second look; NaT for all others."""
    is_plain = text.str.fullmatch(_PLAIN)
    return pd.to_datetime(text.where(is_plain), format="ISO8601", errors="coerce").astype("datetime64[us]")


def _parse(text: pd.Series, date_format: str) -> pd.Series:
    """Return ``text`` read by one strptime format, NaT where it does not fit or does not exist."""
    times = pd.to_datetime(_no_words(text), format=date_format, errors="coerce", exact=True).astype("datetime64[us]")
    return times.mask(_has_leap_second(text, times, date_format))


def _no_words(text: pd.Series) -> pd.Series:
    """Return ``text`` without cells that hold no digit: pandas takes ``now`` and ``today`` for this very moment."""
    return text.where(text.str.contains("[0-9]"))


def _has_leap_second(text: pd.Series, times: pd.Series, date_format: str) -> pd.Series:
    """Tell which cells say a 60th or 61st second, which pandas adds to the next minute; Python itself refuses them."""
    if "%S" not in date_format:
        return pd.Series(False, index=text.index)
    may = text[text.str.contains("6[01]") & times.dt.second.le(1)]
    return pd.Series([not _exists(cell, date_format) for cell in may], index=may.index, dtype=bool).reindex(
        text.index, fill_value=False
    )


def _exists(cell: str, date_format: str) -> bool:
    try:
        datetime.strptime(cell, date_format)  # noqa: DTZ007
    except ValueError:
        return False
    return True


def _declared(text: pd.Series, date_format: str) -> pd.Series:
    date_part = date_format.split("%H")[0].split("%I")[0].rstrip(" T")
    times = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    for candidate in (date_format, date_part, f"{date_part} %H:%M", f"{date_part} %H:%M:%S"):
        waiting = times.isna() & (text != "")
        if not waiting.any():
            break
        times = times.fillna(_naive(text[waiting], candidate))
    return times


def _naive(text: pd.Series, date_format: str) -> pd.Series:
    """Return local naive times; a declared offset (``%z``) is turned into local time."""
    if "%z" not in date_format:
        return _parse(text, date_format)
    aware = pd.to_datetime(_no_words(text), format=date_format, errors="coerce", utc=True)
    local = aware.dt.tz_convert(LOCAL_ZONE).dt.tz_localize(None).astype("datetime64[us]")
    return local.mask(_has_leap_second(text, local, date_format))


def _iso(text: pd.Series) -> pd.Series:
    times = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    is_iso = text.str.fullmatch(_ISO)
    has_offset = is_iso & text.str.fullmatch(_ISO_OFFSET)
    tidy = text.str.upper().str.replace(",", ".", regex=False).str.replace(" ", "T", regex=False)
    for mask in (is_iso & ~has_offset, has_offset):
        if mask.any():
            aware = pd.to_datetime(tidy[mask], format="ISO8601", errors="coerce", utc=True)
            local = aware.dt.tz_convert(LOCAL_ZONE) if mask is has_offset else aware
            times = times.fillna(local.dt.tz_localize(None).astype("datetime64[us]"))
    return times


def _slashed(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return times with one possible reading and where there are several (two orders, or a year of two digits)."""
    none = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    waiting = text[text.str.fullmatch(_SLASH)]
    if waiting.empty:
        return none, pd.Series(False, index=text.index)
    tidy = waiting.str.replace(r"^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]", r"\1/\2/", regex=True)
    is_short = tidy.str.fullmatch(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}(?: .*)?")
    year = np.where(is_short, "%y", "%Y")
    readings = []
    for order in ("%d/%m/", "%m/%d/"):
        times = pd.Series(pd.NaT, index=tidy.index, dtype="datetime64[us]")
        for written in ("%y", "%Y"):
            for clock in ("", " %H:%M", " %H:%M:%S"):
                cells = tidy[(year == written) & times.isna()]
                times = times.fillna(_parse(cells, order + written + clock)) if len(cells) else times
        readings.append(times)
    by_day, by_month = readings
    one = by_day.fillna(by_month).where(by_day.isna() | by_month.isna() | (by_day == by_month))
    has_reading = by_day.notna() | by_month.notna()
    ambiguous = has_reading & (one.isna() | is_short)
    return one.mask(is_short).reindex(text.index), ambiguous.reindex(text.index, fill_value=False)
