"""Passphrases from the environment, for runs without a terminal; never parameters, never logged."""

from __future__ import annotations

import os
import re

from market_profile.errors import WrongUse


def passphrase_variable(name: str) -> str:
    """Return the environment variable that holds a person's passphrase.

    Example:
        >>> passphrase_variable("A. Smith")
        'MARKET_PROFILE_PASSPHRASE_A_SMITH'
    """
    return "MARKET_PROFILE_PASSPHRASE_" + re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


def passphrase_from_environment(name: str) -> str:
    """Return the passphrase of ``name``; raise ``WrongUse`` naming the variable that is not set."""
    variable = passphrase_variable(name)
    given = os.environ.get(variable)
    if not given:
        raise WrongUse(
            f"no terminal to ask for the passphrase at: set {variable} in the environment (never as a flow parameter)"
        )
    return given
