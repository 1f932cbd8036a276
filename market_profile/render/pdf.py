"""The page as a tagged PDF by WeasyPrint; without its system library (Pango) the edition goes without, and says so."""

from __future__ import annotations

import hashlib
import logging
import re
from functools import cache


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


def page_pdf(html: str) -> bytes:
    """Return ``html`` as PDF: tagged, with bookmarks, fonts embedded, the same bytes every time.

    Nothing is fetched: any address in the page but that of a picture inside it is refused.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    html = printed_only(html)
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    made: bytes = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",))).write_pdf(
        pdf_tags=True, pdf_identifier=identifier, optimize_images=False
    )
    return made


_NOT_PRINTED = re.compile(
    r'<svg class="n".*?</svg>|<nav .*?</nav>|<script>.*?</script>|<p class="tools".*?</p>|<details>.*?</details>', re.S
)
"""Parts that the style sheet hides on paper: laying them out twice is most of the work of a heavy page."""


def printed_only(html: str) -> str:
    """Return the page without what its style sheet keeps from paper; nothing that is printed changes."""
    return _NOT_PRINTED.sub("", html)
