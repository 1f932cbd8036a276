"""Sources: extracts of the inbox read to typed rows that add up, the area's polygons, and what people decided.

A row is accepted, quarantined with every fault at once, or a duplicate; a file is read, known or refused. Nothing is
corrected by guess. Files are found (``files``), opened within limits (``opening``, ``text``, ``workbook_parts``), read
to text (``delimited``, ``workbook``, ``columnar``), matched to the contract (``headers``), checked and placed
(``judging``, ``places``), told apart (``identity``) and counted (``accounting``, ``intake``).
"""

from market_profile.sources.boundaries import area_members, load_areas, merge_areas
from market_profile.sources.decisions import Decisions, read_decisions
from market_profile.sources.intake import APART, Intake, Known, Reader, Share, Taken, read_inbox, take_kinds, unshared
from market_profile.sources.report import quarantine_report, summary_text

__all__ = [
    "APART",
    "Decisions",
    "Intake",
    "Known",
    "Reader",
    "Share",
    "Taken",
    "area_members",
    "load_areas",
    "merge_areas",
    "quarantine_report",
    "read_decisions",
    "read_inbox",
    "summary_text",
    "take_kinds",
    "unshared",
]
