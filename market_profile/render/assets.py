"""The style sheet and the script of the page, made small, with the hashes that the content security policy names."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

from market_profile.reference import resource_folder
from market_profile.render.theme import DARK, LIGHT
from market_profile.terms import Marking

_RENAMED_FILLS = sorted(LIGHT)


def style_sheet(marking: Marking, edition: str, brand: str) -> str:
    """Return the whole CSS: colours for light and dark, classes of the pictures, layout, print.

    ``edition`` is printed at the foot of each page; ``brand`` is a checked colour.
    """
    css = _asset("page.css").replace('"MARKING"', _css_text(marking.value)).replace('"EDITION"', _css_text(edition))
    return variables(brand) + _classes() + squeeze_css(css)


def script(name: str = "page.js") -> str:
    """Return the script without leading blanks."""
    return "\n".join(line.strip() for line in _asset(name).splitlines() if line.strip())


def policy(style: str, code: str) -> str:
    """Return the content security policy that lets this style and this script run, and nothing else load."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(code)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def squeeze_css(css: str) -> str:
    """Return ``css`` without comments and needless blanks; texts in quotes stay as they are."""
    parts = re.split(r'("[^"]*")', re.sub(r"/\*.*?\*/", "", css, flags=re.S))
    for index in range(0, len(parts), 2):
        parts[index] = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", parts[index])).replace(";}", "}")
    return "".join(parts).strip()


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def variables(brand: str) -> str:
    """Return the colours for light and dark as CSS variables; ``brand`` is a checked colour."""
    light = ";".join(f"--{name}:{colour}" for name, colour in LIGHT.items())
    dark = ";".join(f"--{name}:{colour}" for name, colour in DARK.items())
    return (
        f":root{{color-scheme:light dark;--brand:{brand};--brand-mark:{brand};{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{--brand-mark:{DARK['s1']};{dark}}}}}"
    )


def _classes() -> str:
    fills = "".join(f".f{name}{{fill:var(--{name})}}" for name in _RENAMED_FILLS)
    return fills + "".join(f".k{name}{{stroke:var(--{name})}}" for name in _RENAMED_FILLS)


def _css_text(words: str) -> str:
    """Return ``words`` as a CSS string that cannot end early: all but plain letters are escaped by number."""
    return '"' + "".join(c if c.isascii() and (c.isalnum() or c in " -,.") else f"\\{ord(c):x} " for c in words) + '"'


@cache
def _asset(name: str) -> str:
    return (resource_folder("templates") / name).read_text(encoding="utf-8")
