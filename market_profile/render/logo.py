"""The partnership's logo: a PNG, JPEG or WebP file of the settings as a data address inside the page.

SVG files are refused: they can hold scripts and addresses. Nothing is fetched.
"""

from __future__ import annotations

import base64
from pathlib import PurePath

from markupsafe import escape

from market_profile.errors import SettingsError
from market_profile.render.gate import Drawn, clean
from market_profile.room_settings import ThemeSettings

MOST_LOGO_BYTES = 40_000
"""A logo may take this much of the page's 300 KB."""

_KINDS = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"RIFF", "webp"))


def logo_image(theme: ThemeSettings) -> Drawn:
    """Return the logo as an image of the head of the page, nothing where the settings name none.

    Raises ``SettingsError`` for a file that is not a PNG, JPEG or WebP image or is larger than 40 KB.
    """
    content = theme.logo_bytes if theme.logo else None
    if not theme.logo or content is None:
        return Drawn("")
    name = PurePath(theme.logo).name
    kind = next((kind for start, kind in _KINDS if content.startswith(start)), "")
    if not kind or (kind == "webp" and content[8:12] != b"WEBP"):
        raise SettingsError(
            f"area.toml: theme.logo names {name}, which is no PNG, JPEG or WebP image; convert it first"
        )
    if len(content) > MOST_LOGO_BYTES:
        raise SettingsError(
            f"area.toml: theme.logo holds {len(content):,} bytes; make it smaller than {MOST_LOGO_BYTES:,}"
        )
    words = escape(clean(theme.partnership or "Partnership"))
    data = base64.b64encode(content).decode()
    return Drawn(f'<img class="logo" alt="{words}" src="data:image/{kind};base64,{data}">')
