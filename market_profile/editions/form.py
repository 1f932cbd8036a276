"""The form that comes with every partner edition: what partners add comes back as records of their own kind.

Partners fill in ``form/partner_observations.ods`` or its CSV twin: one row an observation about an area and a question.
The file goes into ``inbox/`` next month and is read as the kind ``partner_observations``.
"""

from __future__ import annotations

import csv
import io

from market_profile.contracts.partners import PARTNER_OBSERVATIONS
from market_profile.document import AreaMap, Figure
from market_profile.editions.model import Edition
from market_profile.terms import PartnerQuestion

COLUMNS = tuple(column.name for column in PARTNER_OBSERVATIONS.columns)


Rows = list[list[str]]


def form_files(edition: Edition) -> dict[str, bytes]:
    """Return the empty form and the list of its codes (areas as on the map, questions) as CSV, and its notes."""
    sheets = form_sheets(edition)
    return {
        "form/partner_observations.csv": _csv(sheets["Answers"]),
        "form/codes.csv": _csv(sheets["Codes"]),
        "form/README.txt": _README.encode(),
    }


def form_sheets(edition: Edition) -> dict[str, Rows]:
    """Return the same form as the sheets of one workbook: answers, notes, codes."""
    codes: Rows = [["column", "code", "meaning"]]
    codes += [["question", str(question), question.meaning] for question in PartnerQuestion]
    codes += [["area_code", code, name] for code, name in _areas(edition)]
    notes = [[line] for line in _README.splitlines() if line]
    return {"Answers": [list(COLUMNS)], "Notes": notes, "Codes": codes}


def _csv(rows: Rows) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()


def _areas(edition: Edition) -> list[tuple[str, str]]:
    blocks = (block for section in edition.document.sections for block in section.blocks)
    maps = (block.drawing for block in blocks if isinstance(block, Figure) and isinstance(block.drawing, AreaMap))
    return sorted({(str(area.code), str(area.name)) for drawing in maps for area in drawing.areas})


_README = """OFFICIAL

What you see that this profile does not show is asked for here.

Open partner_observations.ods (or the .csv) in a spreadsheet and write one row an observation on its first sheet:
- observation_ref: a number of your own for the row (such as W-17); use it again to correct the row later
- organisation: your organisation's name
- observed_on: YYYY-MM-DD, the day or any day of the month
- area_code: from the sheet Codes (codes.csv); leave empty for the whole area
- question: a code from the sheet Codes (codes.csv)
- people_or_cases: how many, as a whole number; leave empty where it cannot be counted
- comment: what you saw, in your own words. No names, addresses, dates of birth or other details of a person.

Send one of the two files back by your agreed secure way. Comments are read by planners only; counts reach other
partners under the same rules as every number of this edition (small counts hidden, others rounded, as the page says).
"""
