"""The page: from an ``Edition`` and nothing else to HTML, PDF, tables and exports.

Example: ``render_edition(edition)["profile.html"]`` is one self-contained file that opens from an email.
"""

from market_profile.render.edition import render_edition
from market_profile.render.pdf import PdfUnavailable, pdf_fault

__all__ = ["PdfUnavailable", "pdf_fault", "render_edition"]
