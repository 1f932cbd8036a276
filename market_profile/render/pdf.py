"""The page as a tagged PDF by WeasyPrint; without its system library (Pango) the edition goes without, and says so."""

from __future__ import annotations

import hashlib
import logging
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

    Nothing is fetched: any address in the page is refused.
    """
    from weasyprint import HTML

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    made: bytes = HTML(string=html, url_fetcher=_refuse).write_pdf(
        pdf_tags=True, pdf_identifier=identifier, optimize_images=False
    )
    return made


def _refuse(url: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError("the page names an address; nothing is fetched")
