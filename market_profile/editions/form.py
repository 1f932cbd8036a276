"""The form that comes with every partner edition: what partners add comes back as records of their own kind.

Partners fill in ``form/partner_observations.csv`` (any spreadsheet opens it): one row an observation about an area and
a question.
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


def form_files(edition: Edition) -> dict[str, bytes]:
    """Return the empty form and the list of its codes (areas as on the map, questions)."""
    form, codes = io.StringIO(), io.StringIO()
    csv.writer(form, lineterminator="\n").writerow(COLUMNS)
    writer = csv.writer(codes, lineterminator="\n")
    writer.writerow(("column", "code", "meaning"))
    writer.writerows(("question", str(question), question.meaning) for question in PartnerQuestion)
    writer.writerows(("area_code", code, name) for code, name in _areas(edition))
    return {
        "form/partner_observations.csv": form.getvalue().encode(),
        "form/codes.csv": codes.getvalue().encode(),
        "form/README.txt": _README.encode(),
    }


def _areas(edition: Edition) -> list[tuple[str, str]]:
    blocks = (block for section in edition.document.sections for block in section.blocks)
    maps = (block.drawing for block in blocks if isinstance(block, Figure) and isinstance(block.drawing, AreaMap))
    return sorted({(str(area.code), str(area.name)) for drawing in maps for area in drawing.areas})


_README = """OFFICIAL

What you see that this profile does not show is asked for here.

Open partner_observations.csv in a spreadsheet and write one row an observation:
- observation_ref: a number of your own for the row (such as 2019-03-01); use it again to correct the row later
- organisation: your organisation's name
- observed_on: YYYY-MM-DD, the day or any day of the month
- area_code: from codes.csv; leave empty for the whole area
- question: a code from codes.csv
- people_or_cases: how many, as a whole number; leave empty where it cannot be counted
- comment: what you saw, in your own words. No names, addresses, dates of birth or other details of a person.

Send the file back by your agreed secure way. Comments are read by planners only; counts reach other partners under the
same rules as every number of this edition (0 to 7 hidden, others rounded to 5).
"""
