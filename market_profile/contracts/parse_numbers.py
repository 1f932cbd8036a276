"""Numbers, percentages and prices, read exactly or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.contracts.readings import Reading, by_value, fold, reasons
from market_profile.terms import Reason

_PLAIN = r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
_GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"
_NUMBER = rf"(?:{_GROUPED}|{_PLAIN})"
_SIGNED = rf"[+-]?(?:{_GROUPED}|(?:{_PLAIN})(?:[eE][+-]?[0-9]{{1,3}})?)"
_NOT_NOUGHT = r"[^eE]*[1-9]"
"""What is read as 0 though it is not, such as 1e-400."""
_LARGEST_INTEGER = float(2**53)
_WORDS = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8"}
_DEALS = r"([0-9]{1,3}|" + "|".join(_WORDS) + rf") for (£ ?)?({_NUMBER})( ?(?:gbp|pounds?|quid))?"
_MONEY = rf"[+-]?(?:£|gbp)? ?[+-]?{_NUMBER} ?(?:gbp|pounds?|quid|p)?"


def read_numbers(text: pd.Series) -> Reading:
    """Return ``float64`` of trimmed ``text``; thousands commas must group by three.

    ``1.234,5``, ``1,5``, ``nan``, ``inf``, ``about 3`` and ``3.5g`` are ``bad_number``.

    Example:
        >>> read_numbers(pd.Series(["1,234.5", "1.234,5"])).values.tolist()
        [1234.5, nan]
    """
    return by_value(text, _numbers)


def read_integers(text: pd.Series) -> Reading:
    """Return ``Int64`` of trimmed ``text``; ``3.0`` is 3, ``3.5`` is ``bad_number``."""

    def read(cells: pd.Series) -> Reading:
        """Read distinct cells; what is not whole, or too large, is faulty."""
        reading = _numbers(cells)
        numbers = reading.values
        not_whole = numbers.notna() & ((numbers % 1 != 0) | (numbers.abs() > _LARGEST_INTEGER))
        whole = numbers.mask(not_whole).astype("Float64").astype("Int64")
        return Reading(whole, reading.reason.mask(not_whole, Reason.BAD_NUMBER.value))

    return by_value(text, read)


def read_percentages(text: pd.Series, *, is_fraction: bool = False) -> Reading:
    """Return per cent (``float64``) of trimmed ``text``, with or without a per-cent sign.

    A bare value above 0 and up to 1 may be a fraction (0.4 for 40 %) or a very low percentage: ``out_of_range``, never
    guessed. ``0.4%`` is read as it stands; ``is_fraction`` (settings: ``units = { purity_pct = "fraction" }``)
    multiplies bare values by 100.
    """

    def read(cells: pd.Series) -> Reading:
        """Read distinct cells with or without their sign."""
        has_sign = cells.str.endswith("%")
        reading = _numbers(cells.str.replace(r" ?%$", "", regex=True))
        stripped_bare = has_sign & (cells.str.len() <= 1)
        numbers = reading.values
        reason = reading.reason.mask(stripped_bare, Reason.BAD_NUMBER.value)
        if is_fraction:
            return Reading(numbers.where(has_sign, (numbers * 100).round(9)), reason)
        unclear = ~has_sign & (numbers > 0) & (numbers <= 1)
        return Reading(numbers.mask(unclear), reason.mask(unclear, Reason.OUT_OF_RANGE.value))

    return by_value(text, read)


@dataclass(frozen=True)
class PriceReading:
    """Prices in pounds for all deals, the number of deals where the text says it (else NaN), and reasons."""

    price_gbp: pd.Series
    deals: pd.Series
    reason: pd.Series


def read_money(text: pd.Series) -> Reading:
    """Return pounds (``float64``) of trimmed ``text``: ``10``, ``£10``, ``10.00``, ``£1,200``, ``10 quid``, ``50p``."""
    return by_value(text, _money)


def read_prices(text: pd.Series) -> PriceReading:
    """Return prices of trimmed ``text``, also where it says the number of deals: ``2 for £15`` is £15 for 2 deals.

    Without a currency sign the price must be at least the number of deals (``3 for 2`` is an idiom, not a price).
    Ranges, ``each``, ``@`` and words such as ``tenner`` are ``bad_number``.

    Example:
        >>> reading = read_prices(pd.Series(["2 for £15"]))
        >>> float(reading.price_gbp[0] / reading.deals[0])
        7.5
    """
    codes, distinct = pd.factorize(text)
    cells = pd.Series(distinct, dtype="str")
    money, parts = _money(cells), fold(cells).str.extract(rf"^{_DEALS}$")
    deals = pd.to_numeric(parts[0].replace(_WORDS), errors="coerce").astype("float64")
    price = _numbers(parts[2].fillna("")).values
    has_sign = parts[1].notna() | parts[3].notna()
    is_exact = (deals >= 1) & price.notna() & (has_sign | (price >= deals))
    found = (
        money.values.where(~is_exact, price),
        deals.where(is_exact),
        money.reason.mask(is_exact, ""),
    )
    return PriceReading(*(part.take(codes).set_axis(text.index) for part in found))


def _numbers(cells: pd.Series) -> Reading:
    is_number = cells.str.fullmatch(_SIGNED)
    bare = cells.where(is_number, "").str.replace(",", "", regex=False)
    numbers = pd.to_numeric(bare.where(bare != ""), errors="coerce").astype("float64")
    numbers = numbers.where(np.isfinite(numbers) & ~((numbers == 0) & bare.str.match(_NOT_NOUGHT)))
    return Reading(numbers, reasons(cells, numbers.isna() & (cells != ""), Reason.BAD_NUMBER))


def _money(cells: pd.Series) -> Reading:
    text = fold(cells)
    is_money = text.str.fullmatch(_MONEY)
    is_pence = text.str.endswith("p") & ~text.str.contains("£|gbp", regex=True)
    bad_pence = text.str.endswith("p") & ~is_pence & ~text.str.endswith("gbp")
    reading = _numbers(text.where(is_money & ~bad_pence, "?").str.replace(r"£|gbp|pounds?|quid|p| ", "", regex=True))
    values = reading.values.where(~is_pence, (reading.values / 100).round(9))
    return Reading(values, reasons(cells, values.isna() & (cells != ""), Reason.BAD_NUMBER))
