"""The provider's side of the linkage: a file of names becomes a file of pseudonyms that may leave the house."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from market_profile.contracts.kinds import KINDS
from market_profile.contracts.linkage_key import linkage_keys
from market_profile.errors import InputRefused, WrongUse
from market_profile.sources.delimited import read_delimited
from market_profile.sources.refusal import FileRefused
from market_profile.sources.workbook import read_workbook
from market_profile.store.publish import write_file
from market_profile.values import Sensitive

NAMED = ("surname", "forenames", "date_of_birth")
"""What a pseudonym is made of; these columns, and any that the treatment extract does not know, are left behind."""

_KEPT = tuple(name for name in KINDS["treatment"].names if name != "linkage_key")
_YES = frozenset({"y", "yes", "true", "1"})


@dataclass(frozen=True)
class Pseudonymised:
    """How many rows were read, got a pseudonym, lacked a part of it, or gave no consent; and the columns written."""

    rows: int
    made: int
    incomplete: int
    without_consent: int
    columns: tuple[str, ...]


def write_pseudonyms(
    source: Path, target: Path, key: Sensitive[bytes], date_format: str | None = None
) -> Pseudonymised:
    """Write ``target`` (CSV, readable by its owner alone): the treatment columns of ``source`` with ``linkage_key``.

    ``source`` (CSV, TSV or XLSX) has surname, forenames and date_of_birth (ISO, or in ``date_format``); headings are
    matched after case and space folding. Rows whose consent_police_share is there and not yes get no pseudonym.
    Raises ``WrongUse`` for missing columns, ``InputRefused`` for a file that cannot be read.
    """
    frame, rows = _read(source)
    missing = [name for name in NAMED if name not in frame]
    if missing:
        raise WrongUse(f"the file has no column {', '.join(missing)}; a pseudonym needs {', '.join(NAMED)}")
    text = frame["date_of_birth"].str.strip()
    text = text if date_format else text.str.replace(r"[T ]00:00(:00)?$", "", regex=True)
    born = pd.to_datetime(text, format=date_format or "%Y-%m-%d", errors="coerce")
    made = linkage_keys(frame.assign(date_of_birth=born), key.reveal())
    has_consented = pd.Series(True, index=frame.index)
    if "consent_police_share" in frame:
        has_consented = frame["consent_police_share"].str.strip().str.casefold().isin(_YES)
    kept = [name for name in _KEPT if name in frame]
    written = frame[kept].assign(linkage_key=made.where(has_consented, ""))
    write_file(target, written.to_csv(index=False, lineterminator="\n").encode())
    counted = written["linkage_key"] != ""
    return Pseudonymised(
        rows=rows,
        made=int(counted.sum()),
        incomplete=rows - int(counted.sum()) - int((~has_consented).sum()),
        without_consent=int((~has_consented).sum()),
        columns=tuple(written.columns),
    )


def _read(source: Path) -> tuple[pd.DataFrame, int]:
    """Return the rows by folded heading, and how many the file holds (those of the wrong width are not among them)."""
    try:
        if source.suffix.lower() == ".xlsx":
            table = read_workbook(source, None)
        else:
            table = read_delimited(source, frozenset({*NAMED, *_KEPT}), None, None)
    except OSError:
        raise WrongUse("the file of names cannot be read") from None
    except FileRefused as refused:
        raise InputRefused(f"the file of names cannot be used: {refused}") from None
    names = ["_".join(heading.casefold().split()) for heading in table.headings]
    columns = {name: table.cells[place].reset_index(drop=True) for place, name in enumerate(names)}
    return pd.DataFrame(columns), table.read
