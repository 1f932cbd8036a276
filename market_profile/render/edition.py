"""All the files of one edition, as bytes by relative path; the shell writes them."""

from __future__ import annotations

import warnings

from market_profile.editions.model import Edition
from market_profile.render.cards import card_files
from market_profile.render.csv_files import grid_csv, table_csv
from market_profile.render.exports import export_files
from market_profile.render.gate import Gate
from market_profile.render.page import page_html
from market_profile.render.pdf import PdfUnavailable, page_pdf, pdf_fault
from market_profile.render.workbook import workbook
from market_profile.terms import Audience

WORKBOOK = "tables/profile.ods"


def render_edition(edition: Edition, pdf: bool = True) -> dict[str, bytes]:
    """Return every file of ``edition`` by its relative path; the same edition gives the same bytes.

    ``profile.html`` and ``profile.pdf``; ``tables/<name>.csv`` for each table of the edition and
    ``tables/figure_<id>.csv`` / ``tables/table_<id>.csv`` for what the page shows; ``tables/profile.ods`` for
    partners; ``exports/*`` and ``cards/*`` for planners. Without the PDF library, ``profile.pdf`` is left out with a
    ``PdfUnavailable`` warning whose words are ``pdf_fault()``. Raises ``DisclosureLeak`` where a value may not reach
    the audience, ``SettingsError`` for an unreadable brand colour.
    """
    html, grids = page_html(edition)
    gate = Gate(edition.audience)
    files = {"profile.html": html.encode("utf-8")}
    if pdf:
        if pdf_fault():
            warnings.warn(PdfUnavailable(pdf_fault()), stacklevel=2)
        else:
            files["profile.pdf"] = page_pdf(html)
    files |= {name: grid_csv(grid, gate) for name, grid in grids.items()}
    files |= {f"tables/{name}.csv": table_csv(frame) for name, frame in edition.tables.items()}
    if edition.audience is Audience.PARTNER:
        files[WORKBOOK] = workbook(edition, grids)
    files |= export_files(edition) | card_files(edition)
    return dict(sorted(files.items()))
