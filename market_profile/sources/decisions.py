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
from pathlib import Path
from typing import Any

import pandas as pd

from market_profile.contracts.kinds import KINDS
from market_profile.errors import WrongUse
from market_profile.terms import Judgement

FOLDER = "decisions"


@dataclass(frozen=True)
class _Field:
    """One column of a decisions file: what it may hold; ``folded`` text is compared in lower case."""

    is_required: bool = True
    allowed: tuple[str, ...] = ()
    is_date: bool = False


_TEXT, _OPTIONAL = _Field(), _Field(is_required=False)
_DAY, _OPTIONAL_DAY = _Field(is_date=True), _Field(is_required=False, is_date=True)
STATUSES = ("proposed", "agreed", "in progress", "done", "overdue", "dropped")

FORMS: dict[str, dict[str, _Field]] = {
    "judgements": {
        "left_kind": _Field(allowed=tuple(KINDS)),
        "left_ref": _TEXT,
        "left_subject": _TEXT,
        "right_kind": _Field(allowed=tuple(KINDS)),
        "right_ref": _TEXT,
        "right_subject": _TEXT,
        "judgement": _Field(allowed=Judgement.values()),
        "by": _TEXT,
        "on": _DAY,
        "reason": _OPTIONAL,
    },
    "grants": {"urn": _TEXT, "who": _TEXT, "role": _TEXT, "condition": _TEXT, "expires_on": _DAY},
    "recommendations": {
        "id": _TEXT,
        "text": _TEXT,
        "owner": _TEXT,
        "due_on": _DAY,
        "status": _Field(allowed=STATUSES),
        "measure": _OPTIONAL,
    },
    "board_decisions": {
        "target_id": _TEXT,
        "decision": _Field(allowed=("accept", "reject", "defer")),
        "by": _TEXT,
        "on": _DAY,
        "reason": _TEXT,
        "month": _OPTIONAL,
        "authority_ref": _OPTIONAL,
        "authority_expires_on": _OPTIONAL_DAY,
    },
    "deconfliction": {
        "target_id": _OPTIONAL,
        "area_code": _OPTIONAL,
        "from_on": _DAY,
        "to_on": _DAY,
        "why": _TEXT,
    },
    "claims": {
        "id": _TEXT,
        "claim": _TEXT,
        "outcome": _TEXT,
        "population": _TEXT,
        "window": _TEXT,
        "source": _TEXT,
        "reproduced": _Field(allowed=("reproduced", "not reproduced", "unclear")),
        "value": _OPTIONAL,
        "choices": _OPTIONAL,
        "claimed_pct": _OPTIONAL,
        "offence_groups": _OPTIONAL,
        "from_window": _OPTIONAL,
        "to_window": _OPTIONAL,
    },
    "partners": {
        "partner": _TEXT,
        "influence": _Field(allowed=("high", "low")),
        "interest": _Field(allowed=("high", "low")),
        "channel": _OPTIONAL,
        "owner": _OPTIONAL,
        "next_contact_on": _OPTIONAL_DAY,
    },
}
"""Columns of every decisions file. Dates are ISO 8601 days; names of columns are exact."""

KEYS: dict[str, tuple[str, ...]] = {"recommendations": ("id",), "claims": ("id",), "partners": ("partner",)}
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
    frames = {name: _read_csv(folder / f"{name}.csv", name) for name in FORMS}
    frames["key_judgements"] = _read_key_judgements(folder / "key_judgements.toml")
    return Decisions(**frames, sha256=_hash(frames))


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
    except csv.Error:
        raise _fault(path, start, "a quotation mark is not closed properly") from None
    if not rows:
        return _typed(pd.DataFrame([], columns=list(form), dtype="str"), form)
    positions = _positions(path, rows[0], form)
    for line, row in zip(lines[1:], rows[1:], strict=True):
        _check(path, line, row, rows[0], form)
    cells = [[row[positions[column]] if column in positions else "" for column in form] for row in rows[1:]]
    frame = _typed(pd.DataFrame(cells, columns=list(form), dtype="str"), form)
    _check_keys(path, frame, lines[1:], KEYS.get(name, ()))
    return frame


def _positions(path: Path, header: list[str], form: Mapping[str, _Field]) -> dict[str, int]:
    unknown = [str(number) for number, name in enumerate(header, start=1) if name not in form]
    missing = [name for name, part in form.items() if part.is_required and name not in header]
    if unknown or missing or len(set(header)) != len(header):
        raise _fault(path, 1, f"the columns must be {', '.join(form)}, each once")
    return {name: header.index(name) for name in header}


def _check(path: Path, line: int, row: list[str], header: list[str], form: Mapping[str, _Field]) -> None:
    if len(row) != len(header):
        raise _fault(path, line, f"it has {len(row)} cells where the header has {len(header)}")
    for name, cell in zip(header, row, strict=True):
        part = form[name]
        if not cell and part.is_required:
            raise _fault(path, line, f"{name} is empty")
        if cell and part.allowed and cell not in part.allowed:
            raise _fault(path, line, f"{name} must be one of {', '.join(part.allowed)}")
        if cell and part.is_date and not _is_day(cell):
            raise _fault(path, line, f"{name} must be a day written YYYY-MM-DD")


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


def _typed(frame: pd.DataFrame, form: Mapping[str, _Field]) -> pd.DataFrame:
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
    if set(content) - {"key_judgement"} or not isinstance(content.get("key_judgement", []), list):
        raise WrongUse(f"decisions/{path.name}: it holds [[key_judgement]] blocks only")
    blocks = content.get("key_judgement", [])
    rows = [_key_judgement(path, number, block) for number, block in enumerate(blocks, start=1)]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def _key_judgement(path: Path, number: int, block: Mapping[str, Any]) -> dict[str, str]:
    place = f"decisions/{path.name}: key_judgement {number}"
    if set(block) - set(_KEY_JUDGEMENT):
        raise WrongUse(f"{place}: the keys are {', '.join(_KEY_JUDGEMENT)}")
    row = {}
    for name, is_required in _KEY_JUDGEMENT.items():
        value = block.get(name, "")
        words = "|".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
        if not isinstance(words, str) or (is_required and not words.strip()):
            raise WrongUse(f"{place}: {name} must be a text{'' if is_required else ' or a list of texts'}")
        row[name] = words.strip()
    return row


def _hash(frames: Mapping[str, pd.DataFrame]) -> str:
    digest = hashlib.sha256()
    for name in sorted(frames):
        digest.update(f"{name}\n{frames[name].to_csv(index=False)}".encode())
    return digest.hexdigest()


def _fault(path: Path, line: int, what: str) -> WrongUse:
    return WrongUse(f"decisions/{path.name}, line {line}: {what}; correct the line")
