"""Errors that speak to the analyst, each with the exit code of the command it ends.

A message names the file, line and column, what is allowed and what to do; it never holds a person's data.
"""

from __future__ import annotations


class MarketProfileError(Exception):
    """A fault that the user can read; ``exit_code`` is what the command ends with.

    Example:
        >>> InputRefused("intelligence_logs_2018-10.csv: no column 'urn'").exit_code
        3
    """

    exit_code = 1


class WrongUse(MarketProfileError):
    """The command or a decisions file was used in a way that it does not allow."""

    exit_code = 2


class SettingsError(WrongUse):
    """area.toml holds an unknown key, lacks one or has a wrong type."""


class InputRefused(MarketProfileError):
    """A file in the inbox cannot be used as a whole."""

    exit_code = 3


class DisclosureRefused(MarketProfileError):
    """The partner edition would reveal what it must not."""

    exit_code = 4


class Locked(MarketProfileError):
    """Another refresh holds the lock of this workspace."""

    exit_code = 75


class AccountingError(MarketProfileError):
    """Rows read are not rows accepted + quarantined + duplicate; nothing was published."""


class DisclosureLeak(MarketProfileError):
    """A value that may not be shown reached the page."""

    exit_code = 4
