"""Vetting a workbook before any reader sees it: limits, entities, and the cells that a reader would silently blank."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath

import numpy as np

from market_profile.sources.opening import open_content
from market_profile.sources.refusal import EMPTY, TOO_LARGE, UNREADABLE, UNSAFE, FileRefused
from market_profile.sources.workbook_cells import SheetCells, sheet_cells

SHEETS = "xl/worksheets/"
MAX_PARTS = 2000
MAX_UNPACKED = 256 * 1024**2
"""All sheets of a workbook; 100,000 rows of 20 columns are about 100 MB. Larger extracts come as CSV or Parquet."""
MAX_PACKED = 64 * 1024**2
MAX_RATIO = 100
RATIO_FREE_BYTES = 4 * 1024**2
MAX_CELLS = 8_000_000
"""Cells of the rectangle that calamine fills, 32 bytes each, whether used or not."""
HOLLOW_CELLS = 1_000_000
HOLLOW_RATIO = 50
"""A rectangle larger than that of which so few cells are there is a stray cell far below or beside the rows."""
MAX_SHARED_TEXT = 512 * 1024**2
_WANTED = re.compile(r"^(\[Content_Types\]\.xml|_rels/\.rels|xl/[^/]+\.xml|xl/_rels/[^/]+|xl/worksheets/[^/]+\.xml)$")
_STRING = re.compile(rb"<(?:\w+:)?si\b.*?</(?:\w+:)?si>|<(?:\w+:)?si\s*/>", re.DOTALL)


def vetted_parts(path: Path) -> dict[str, bytes]:
    """Return the parts of an .xlsx that reading needs, unpacked within limits and free of entities."""
    return vetted_members(path, _WANTED.pattern)


def vetted_members(path: Path, wanted: str) -> dict[str, bytes]:
    """Return the members of a zipped spreadsheet whose whole name matches ``wanted``, vetted as above."""
    with open_content(path) as stream:
        packed = stream.read(MAX_PACKED + 1)
    if not packed:
        raise FileRefused(EMPTY, "holds no bytes; export it again")
    if len(packed) > MAX_PACKED:
        raise FileRefused(TOO_LARGE, "is too large for a workbook; export it as CSV or Parquet")
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            parts = _unpack(archive, re.compile(wanted))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError):
        raise FileRefused(UNREADABLE, "is not a whole workbook without a password; save it again") from None
    for content in parts.values():
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\x00" in content[:4096]:
            raise FileRefused(UNSAFE, "is a workbook with entity declarations or foreign encodings; refused")
    return parts


def _unpack(archive: zipfile.ZipFile, needed: re.Pattern[str]) -> dict[str, bytes]:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_PARTS or len(set(names)) != len(names):
        raise FileRefused(UNSAFE, "is a workbook with too many or repeated parts; refused")
    if any(name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts for name in names):
        raise FileRefused(UNSAFE, "is a workbook with parts that leave its folder; refused")
    wanted = [entry for entry in entries if needed.fullmatch(entry.filename)]
    packed, unpacked = sum(entry.compress_size for entry in wanted), sum(entry.file_size for entry in wanted)
    if unpacked > MAX_UNPACKED or unpacked > max(RATIO_FREE_BYTES, packed * MAX_RATIO):
        raise FileRefused(TOO_LARGE, "is a workbook that unpacks to far more than it may; export it as CSV")
    if any(entry.flag_bits & 1 for entry in wanted):
        raise FileRefused(UNREADABLE, "is a workbook with a password; save it without one")
    return {entry.filename: _unpack_one(archive, entry) for entry in wanted}


def _unpack_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise FileRefused(UNSAFE, "is a workbook whose directory does not tell the truth; refused")
    return content


def cells_by_part(parts: dict[str, bytes]) -> dict[str, SheetCells]:
    """Return where the cells of every sheet stand; refuse a workbook whose sheets would fill too much memory."""
    found = {name: sheet_cells(parts[name]) for name in sorted(parts) if name.startswith(SHEETS)}
    sizes = np.array([len(text) for text in _STRING.findall(parts.get("xl/sharedStrings.xml", b""))] + [0])
    box = max((cells.width * cells.height for cells in found.values()), default=0)
    shared = sum(int(sizes[np.minimum(cells.shared, len(sizes) - 1)].sum()) for cells in found.values())
    is_hollow = any(one.width * one.height > max(HOLLOW_CELLS, HOLLOW_RATIO * one.cells) for one in found.values())
    if box > MAX_CELLS or is_hollow or shared > MAX_SHARED_TEXT:
        raise FileRefused(TOO_LARGE, "is a workbook with far-off or too many cells; delete empty rows, or use CSV")
    return found


def repacked(parts: dict[str, bytes]) -> io.BytesIO:
    """Return a workbook of the vetted parts alone."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    whole.seek(0)
    return whole


def part_of_sheet(parts: dict[str, bytes], sheet: str) -> str:
    """Return the name of the part that holds the named sheet; FileRefused where it is not where the workbook says."""
    part = _part_of(parts, sheet).casefold()
    found = [name for name in parts if name.startswith(SHEETS) and name.casefold() == part]
    if len(found) != 1:
        raise FileRefused(UNREADABLE, "is a workbook whose sheet is not where it says; save it again as .xlsx")
    return found[0]


def _part_of(parts: dict[str, bytes], sheet: str) -> str:
    from defusedxml.ElementTree import fromstring

    relation = ""
    for element in fromstring(parts["xl/workbook.xml"]).iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            relation = next(value for key, value in element.attrib.items() if key.endswith("}id"))
    for element in fromstring(parts["xl/_rels/workbook.xml.rels"]).iter():
        if element.get("Id") == relation:
            target = str(element.get("Target"))
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return ""
