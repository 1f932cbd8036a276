"""Colours of the page for light and dark, one table for the style sheet, the pictures and the contrast tests.

Analysis Function palette (https://analysisfunction.civilservice.gov.uk/policy-store/data-visualisation-colours-in-charts/):
dark blue, turquoise (lines only), dark pink, orange, dark grey, light purple. Dark twins keep the hue and the contrast.
"""

from __future__ import annotations

import re

from market_profile.errors import SettingsError

LIGHT: dict[str, str] = {
    "bg": "#ffffff",
    "soft": "#f4f6f8",
    "ink": "#1c2126",
    "muted": "#525a62",
    "grid": "#dfe3e7",
    "axis": "#7b838b",
    "link": "#12436d",
    "normal": "#e3e7eb",
    "s1": "#12436d",
    "s2": "#28a197",
    "s3": "#801650",
    "s4": "#f46a25",
    "s5": "#3d3d3d",
    "s6": "#a285d1",
    "q1": "#dbe7f2",
    "q2": "#a9c8e4",
    "q3": "#6ba0d0",
    "q4": "#2f70ab",
    "q5": "#12436d",
}
DARK: dict[str, str] = {
    "bg": "#14181c",
    "soft": "#1e242a",
    "ink": "#eef1f4",
    "muted": "#b2bac2",
    "grid": "#343b43",
    "axis": "#8b959f",
    "link": "#8fc1ee",
    "normal": "#2b333b",
    "s1": "#7fb6e8",
    "s2": "#3bc0b4",
    "s3": "#f08fc0",
    "s4": "#ff8a4d",
    "s5": "#d5dadf",
    "s6": "#b9a0e6",
    "q1": "#1e3245",
    "q2": "#2c5275",
    "q3": "#447aa8",
    "q4": "#78aedb",
    "q5": "#b5daf8",
}
SERIES = ("s1", "s3", "s2", "s4", "s5", "s6")
"""Order in which series of a figure take their colours: neighbours differ in lightness as well as in hue."""

CLASSES = ("q1", "q2", "q3", "q4", "q5")
"""Shades of a choropleth or heat strip, low to high."""

READABLE = 4.5
"""WCAG 2.2, 1.4.3: contrast of text."""


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio (1 to 21) of two ``#rrggbb`` colours.

    Example:
        >>> contrast("#000000", "#ffffff")
        21.0
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def brand_colour(colour: str) -> str:
    """Return the partnership's colour in lower case; refuse one on which white text cannot be read."""
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour):
        raise SettingsError("area.toml: theme.brand_colour is written #rrggbb, such as #12436D")
    ratio = contrast(colour, "#ffffff")
    if ratio < READABLE:
        raise SettingsError(
            f"area.toml: theme.brand_colour has contrast {ratio:.1f} with white; choose a darker one, "
            f"with at least {READABLE}"
        )
    return colour.lower()


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
