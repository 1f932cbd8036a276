"""Drugs market profile: from a folder of monthly police extracts to two editions of one page.

Example:
    >>> from market_profile import __version__
    >>> __version__.count(".")
    2
"""

__version__ = "0.1.0"
