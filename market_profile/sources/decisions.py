"""What people decided, read from ``decisions/``: plain CSV and TOML under version control.

Every file is optional. A malformed line is refused with its number: a decision is never guessed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from market_profile.errors import WrongUse
from market_profile.sources.decision_forms import FORMS, KEYS, Field
from market_profile.visible import has_marks

FOLDER = "decisions"


_KEY_JUDGEMENT = {
    "id": False,
    "sentence": True,
    "likelihood": False,
    "confidence": True,
    "because": True,
    "sources": False,
}


@dataclass(frozen=True)
class Decisions:
    """Frames of text and dates (``*_on``, ``on`` as datetime64[us]), empty where a file is absent.

    ``key_judgements`` has columns id, sentence, likelihood, confidence, because, sources (pipe-separated: a record
    kind, or ``kind:reference`` for one record). ``sha256`` changes when any decision does, not with layout.
    """

    judgements: pd.DataFrame
    grants: pd.DataFrame
    recommendations: pd.DataFrame
    board_decisions: pd.DataFrame
    deconfliction: pd.DataFrame
    claims: pd.DataFrame
    partners: pd.DataFrame
    key_judgements: pd.DataFrame
    sha256: str = field(default="")


def read_decisions(workspace: Path) -> Decisions:
    """Return the decisions of the workspace; WrongUse names the file and line that cannot be used."""
    folder = workspace / FOLDER
    _check_names(folder)
    frames = {name: _read_csv(folder / f"{name}.csv", name) for name in FORMS}
    frames["key_judgements"] = _read_key_judgements(folder / "key_judgements.toml")
    return Decisions(**frames, sha256=_hash(frames))


def _check_names(folder: Path) -> None:
    """Refuse what would be passed over in silence: a decisions file that is none, or whose name is slightly wrong."""
    if not folder.is_dir():
        if folder.exists():
            raise WrongUse("decisions in the workspace is a file; make it a folder")
        return
    known = [*(f"{name}.csv" for name in FORMS), "key_judgements.toml"]
    for path in sorted(folder.iterdir()):
        if path.name in known and not path.is_file():
            raise WrongUse(f"decisions/{path.name} is not an ordinary file; put the file itself there")
        is_other = path.name in known or path.name[0] in ".~" or path.suffix.lower() not in (".csv", ".toml")
        meant = [] if is_other else get_close_matches(path.name.lower(), known, 1, 0.85)
        if meant:
            raise WrongUse(f"decisions/ holds a file that is not read; is it meant as {meant[0]}? Rename or move it")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise WrongUse(f"decisions/{path.name} is not UTF-8 text; save it as UTF-8") from None


def _read_csv(path: Path, name: str) -> pd.DataFrame:
    form = FORMS[name]
    if not path.is_file():
        return _typed(pd.DataFrame([], columns=list(form), dtype="str"), form)
    reader = csv.reader(io.StringIO(_text_of(path), newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as fault:
        what = "a cell is too long" if "field limit" in str(fault) else "a quotation mark is not closed properly"
        raise _fault(path, start, what) from None
    if not rows:
        return _typed(pd.DataFrame([], columns=list(form), dtype="str"), form)
    positions = _positions(path, rows[0], form)
    for line, row in zip(lines[1:], rows[1:], strict=True):
        _check(path, line, row, rows[0], form)
    cells = [[row[positions[column]] if column in positions else "" for column in form] for row in rows[1:]]
    frame = _typed(pd.DataFrame(cells, columns=list(form), dtype="str"), form)
    _check_keys(path, frame, lines[1:], KEYS.get(name, ()))
    if name == "deconfliction":
        _check_periods(path, frame, lines[1:])
    return frame


def _positions(path: Path, header: list[str], form: Mapping[str, Field]) -> dict[str, int]:
    unknown = [str(number) for number, name in enumerate(header, start=1) if name not in form]
    missing = [name for name, part in form.items() if part.is_required and name not in header]
    if unknown or missing or len(set(header)) != len(header):
        raise _fault(path, 1, f"the columns must be {', '.join(form)}, each once")
    return {name: header.index(name) for name in header}


def _check(path: Path, line: int, row: list[str], header: list[str], form: Mapping[str, Field]) -> None:
    if len(row) != len(header):
        raise _fault(path, line, f"it has {len(row)} cells where the header has {len(header)}")
    for name, cell in zip(header, row, strict=True):
        part = form[name]
        if has_marks(cell):
            raise _fault(path, line, f"{name} holds control characters or marks of direction")
        if not cell and part.is_required:
            raise _fault(path, line, f"{name} is empty")
        if cell and part.allowed and cell not in part.allowed:
            raise _fault(path, line, f"{name} must be one of {', '.join(part.allowed)}")
        if cell and part.is_date and not _is_day(cell):
            raise _fault(path, line, f"{name} must be a day written YYYY-MM-DD")
        if cell and part.form and not re.fullmatch(part.form, cell):
            raise _fault(path, line, f"{name} must be written as {part.example}")


def _is_day(cell: str) -> bool:
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell) is not None


def _check_keys(path: Path, frame: pd.DataFrame, lines: list[int], key: tuple[str, ...]) -> None:
    if key and frame.duplicated(list(key)).any():
        line = lines[int(frame.duplicated(list(key)).to_numpy().argmax())]
        raise _fault(path, line, f"{' and '.join(key)} must not repeat")


def _check_periods(path: Path, frame: pd.DataFrame, lines: list[int]) -> None:
    """Refuse a line that keeps nothing clear: of no target and no area, or ending before it begins."""
    nothing = (frame["target_id"] == "") & (frame["area_code"] == "")
    for faulty, what in (
        (nothing, "target_id or area_code is needed"),
        (frame["to_on"] < frame["from_on"], "to_on lies before from_on"),
    ):
        if faulty.any():
            raise _fault(path, lines[int(faulty.to_numpy().argmax())], what)


def _typed(frame: pd.DataFrame, form: Mapping[str, Field]) -> pd.DataFrame:
    for name, part in form.items():
        if part.is_date:
            frame[name] = pd.to_datetime(frame[name].replace("", None), format="%Y-%m-%d").astype("datetime64[us]")
    return frame


def _read_key_judgements(path: Path) -> pd.DataFrame:
    columns = list(_KEY_JUDGEMENT)
    if not path.is_file():
        return pd.DataFrame([], columns=columns, dtype="str")
    try:
        content = tomllib.loads(_text_of(path))
    except tomllib.TOMLDecodeError as fault:
        raise WrongUse(f"decisions/{path.name} is not valid TOML: {fault}") from None
    except (RecursionError, ValueError):
        raise WrongUse(f"decisions/{path.name} is not valid TOML: nested too deeply, or a number is too long") from None
    if set(content) - {"key_judgement"} or not isinstance(content.get("key_judgement", []), list):
        raise WrongUse(f"decisions/{path.name}: it holds [[key_judgement]] blocks only")
    blocks = content.get("key_judgement", [])
    rows = [_key_judgement(path, number, block) for number, block in enumerate(blocks, start=1)]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _key_judgement(path: Path, number: int, block: Mapping[str, Any]) -> dict[str, str]:
    place = f"decisions/{path.name}: key_judgement {number}"
    if not isinstance(block, dict) or set(block) - set(_KEY_JUDGEMENT):
        raise WrongUse(f"{place}: the keys are {', '.join(_KEY_JUDGEMENT)}")
    row = {}
    for name, is_required in _KEY_JUDGEMENT.items():
        value = block.get(name, "")
        words = "|".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
        if not isinstance(words, str) or (is_required and not words.strip()):
            raise WrongUse(f"{place}: {name} must be a text{'' if is_required else ' or a list of texts'}")
        if has_marks(words):
            raise WrongUse(f"{place}: {name} holds control characters or marks of direction")
        row[name] = words.strip()
    return row


def _hash(frames: Mapping[str, pd.DataFrame]) -> str:
    digest = hashlib.sha256()
    for name in sorted(frames):
        digest.update(f"{name}\n{frames[name].to_csv(index=False)}".encode())
    return digest.hexdigest()


def _fault(path: Path, line: int, what: str) -> WrongUse:
    return WrongUse(f"decisions/{path.name}, line {line}: {what}; correct the line")
