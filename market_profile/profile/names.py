"""Codes in the words of a reader: drugs, months, days, windows, roles, reasons, markets."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from market_profile.periods import Month

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
"""Spelt out here: the machine's language must not change the page."""

DRUG_NAMES = {
    "crack": "crack cocaine",
    "cocaine": "powder cocaine",
    "mdma": "MDMA (ecstasy)",
    "lsd": "LSD",
    "ghb": "GHB",
    "gbl": "GBL",
    "dmt": "DMT",
    "2c-b": "2C-B",
}
"""Drugs whose name for readers differs from the one in records (data/drugs.csv)."""

_TOLD = {
    "stated": ("named as {role} in {n} report", "named as {role} in {n} reports"),
    "sold to an officer": ("sold to an officer once", "sold to an officer {n} times"),
    "exhibit": ("drugs seized once as {role}", "drugs seized {n} times as {role}"),
    "arrest for supply": ("arrested once for supply", "arrested {n} times for supply"),
    "arrest for possession": ("arrested once for possession", "arrested {n} times for possession"),
    "positive drug test": ("tested positive once", "tested positive {n} times"),
    "supplies, source to user": ("said to supply {n} user", "said to supply {n} users"),
    "supplies, source to seller": ("said to supply {n} seller", "said to supply {n} sellers"),
    "supplies, target user": ("said to buy from {n} person", "said to buy from {n} people"),
    "supplies, target seller": ("a seller said to buy from {n} person", "a seller said to buy from {n} people"),
    "runs_for, source": ("said to run for {n} person", "said to run for {n} people"),
    "runs_for, target": ("{n} person said to run for them", "{n} people said to run for them"),
    "controls, source": ("said to control {n} person", "said to control {n} people"),
    "controls, target": ("said to be controlled by {n} person", "said to be controlled by {n} people"),
    "associates, either": ("seen with {n} person", "seen with {n} people"),
    "after a user": ("named after a user in {n} report", "named after a user in {n} reports"),
    "before a user": ("named before a user in {n} report", "named before a user in {n} reports"),
    "after a dealer": ("named after a dealer in {n} report", "named after a dealer in {n} reports"),
    "before a dealer": ("named before a dealer in {n} report", "named before a dealer in {n} reports"),
    "after a line holder": ("named after a line holder in {n} report", "named after a line holder in {n} reports"),
    "before a line holder": ("named before a line holder in {n} report", "named before a line holder in {n} reports"),
    "after a runner": ("named after a runner in {n} report", "named after a runner in {n} reports"),
    "before a runner": ("named before a runner in {n} report", "named before a runner in {n} reports"),
    "after a supplier": ("named after a supplier in {n} report", "named after a supplier in {n} reports"),
    "before a supplier": ("named before a supplier in {n} report", "named before a supplier in {n} reports"),
}
"""Rules of the network's roles in words, for one and for several."""

_REASON = re.compile(r"(?P<role>\w+): (?P<rule>.+) x(?P<n>\d+) \((?P<points>-?[\d.]+)\)")

MOST_REASONS = 5
"""Reasons told of a role; the rest stand in tables/network_nodes.csv."""


def first_upper(words: str) -> str:
    """Return ``words`` with a capital at the start.

    Example:
        >>> first_upper("seizures")
        'Seizures'
    """
    return f"{words[:1].upper()}{words[1:]}"


def drug_words(drug: object) -> str:
    """Return a drug's name for readers, as within a sentence.

    Example:
        >>> drug_words("mdma"), drug_words("heroin")
        ('MDMA (ecstasy)', 'heroin')
    """
    return DRUG_NAMES.get(str(drug), str(drug))


def drug_name(drug: object) -> str:
    """Return a drug's name for readers, as the first word of a row or sentence."""
    return first_upper(drug_words(drug))


def month_words(month: Month | str) -> str:
    """Return a month in words; texts that are no month stay as they are.

    Example:
        >>> month_words("2019-02")
        'February 2019'
    """
    text = month if isinstance(month, str) else month.text
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        return text
    return f"{MONTH_NAMES[int(text[5:]) - 1]} {text[:4]}"


def window_words(first: Month, last: Month) -> str:
    """Return the months from ``first`` to ``last`` in words.

    Example:
        >>> window_words(Month("2018-01"), Month("2018-12")), window_words(Month("2017-07"), Month("2018-06"))
        ('January to December 2018', 'July 2017 to June 2018')
    """
    if first == last:
        return month_words(last)
    start = month_words(first)
    return f"{start.split()[0] if first.text[:4] == last.text[:4] else start} to {month_words(last)}"


def year_words(month: Month) -> str:
    """Return the rolling twelve months that end with ``month`` in words."""
    return window_words(month.plus(-11), month)


def date_words(value: Any) -> str:
    """Return a day in words, "" for a missing one; texts that are no date stay as they are.

    Example:
        >>> date_words("2019-01-03"), date_words(pd.NaT)
        ('3 January 2019', '')
    """
    if not isinstance(value, str):
        return "" if pd.isna(value) else f"{value.day} {MONTH_NAMES[value.month - 1]} {value.year}"
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}( [\d:.]+)?", value):
        return value
    return date_words(pd.Timestamp(value))


def days_words(first: Any, last: Any) -> str:
    """Return a span of days in words.

    Example:
        >>> days_words("2019-01-03", "2019-02-03"), days_words("2019-01-03", "2019-01-09")
        ('3 January to 3 February 2019', '3 to 9 January 2019')
    """
    start, end = date_words(first), date_words(last)
    if not start or not end or start == end:
        return start or end
    one, other = start.split(), end.split()
    if one[1:] == other[1:]:
        return f"{one[0]} to {end}"
    return f"{' '.join(one[:2]) if one[2:] == other[2:] else start} to {end}"


def hours_words(hours: object) -> str:
    """Return ``18:00-22:00`` as ``18:00 to 22:00``; no hours are not known."""
    return str(hours).replace("-", " to ") or "not known"


def role_words(role: object) -> str:
    """Return a role's code as words: ``line_holder`` as ``line holder``."""
    return str(role).replace("_", " ")


def reasons_words(reasons: object) -> str:
    """Return the network's reasons for a role in plain words, strongest first; others stay as they are.

    Example:
        >>> reasons_words("line_holder: stated x28 (13.49); dealer: sold to an officer x22 (12.39)")
        'Named as line holder in 28 reports; sold to an officer 22 times'
    """
    parts = [part for part in str(reasons).split("; ") if not part.startswith("base rate")]
    told = list(dict.fromkeys(_reason_words(part) for part in parts))
    return first_upper("; ".join(told[:MOST_REASONS]))


def _reason_words(part: str) -> str:
    found = _REASON.fullmatch(part)
    if found is None or found["rule"] not in _TOLD:
        return part.replace("_", " ")
    one, several = _TOLD[found["rule"]]
    words = (one if found["n"] == "1" else several).format(role=role_words(found["role"]), n=found["n"])
    return f"against it, {words}" if found["points"].startswith("-") else words
