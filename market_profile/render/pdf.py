"""The page as a tagged PDF by WeasyPrint; without its system library (Pango) the edition goes without, and says so."""

from __future__ import annotations

import hashlib
import logging
import re
from functools import cache
from typing import Any


class PdfUnavailable(UserWarning):
    """The PDF was left out because the library that lays it out is missing on this machine."""


@cache
def pdf_fault() -> str:
    """Return why no PDF can be made here, "" where one can; for run.json and the terminal."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return (
            "profile.pdf was left out: WeasyPrint or its system library Pango is missing; install it "
            "(Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0) or set report.pdf = false"
        )
    return ""


LEAST_FULL = 0.15
"""A printed page holds at least this share of its height; a nearly empty one looks like a mistake."""

SIZES = ("10pt", "9.8pt", "9.6pt", "10.2pt")
"""Sizes of type tried in turn until no page is nearly empty."""


def page_pdf(html: str) -> bytes:
    """Return ``html`` as PDF: tagged, with bookmarks, fonts embedded, the same bytes every time.

    Nothing is fetched: any address in the page but that of a picture inside it is refused.
    """
    html = printed_only(html)
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    made: bytes = laid_out(html).write_pdf(pdf_tags=True, pdf_identifier=identifier, optimize_images=False)
    return made


def laid_out(html: str) -> Any:
    """Return the printed pages of ``html``; where one would be nearly empty, all are set in another size of type."""
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    source = HTML(string=printed_only(html), url_fetcher=URLFetcher(allowed_protocols=("data",)))
    best, fullest = None, -1.0
    for size in SIZES:
        laid = source.render(stylesheets=[CSS(string=f"@media print{{html{{font-size:{size}!important}}}}")])
        least = min(page_fill(page) for page in laid.pages)
        if least > fullest:
            best, fullest = laid, least
        if least >= LEAST_FULL:
            break
    return best


def page_fill(page: Any) -> float:
    """Return which share of the height between a laid-out page's margins is taken by words and pictures (0 to 1)."""
    box = page._page_box
    top, height = box.content_box_y(), box.height
    lowest = top
    waiting = [child for child in box.children if type(child).__name__ != "MarginBox"]
    while waiting:
        one = waiting.pop()
        children = getattr(one, "children", None)
        if children and not _is_drawn(one):
            waiting.extend(getattr(child, "_box", child) for child in children)
        else:
            lowest = max(lowest, one.position_y + (one.height if isinstance(one.height, int | float) else 0.0))
    return float(min(max((lowest - top) / height, 0.0), 1.0))


def _is_drawn(box: Any) -> bool:
    return type(box).__name__ in {"LineBox", "TextBox", "BlockReplacedBox", "InlineReplacedBox"}


_NOT_PRINTED = re.compile(
    r'<svg class="n".*?</svg>|<nav .*?</nav>|<script>.*?</script>|<p class="tools".*?</p>|<details>.*?</details>', re.S
)
"""Parts that the style sheet hides on paper: laying them out twice is most of the work of a heavy page."""


def printed_only(html: str) -> str:
    """Return the page without what its style sheet keeps from paper; nothing that is printed changes."""
    return _NOT_PRINTED.sub("", html)
