"""A column and a record kind, declared once.

Reading, checks, the synthetic town, disclosure rules and the data dictionary all come from these declarations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from market_profile.terms import Audience, Described, Sensitivity

Vocabulary = type[Described]
"""An enumeration of terms.py whose values a column allows."""


class ColumnType(StrEnum):
    """How the text of a cell is read, and the dtype of the accepted column."""

    TEXT = "text"  # str, trimmed, never "NA" to missing, leading zeros kept
    LIST = "list"  # str, pipe-separated, each part trimmed, empty parts dropped, order kept
    CODE = "code"  # str, one of `allowed` after case and space folding
    DATE = "date"  # datetime64[us], midnight
    TIME = "time"  # datetime64[us], naive local
    NUMBER = "number"  # float64
    INTEGER = "integer"  # Int64
    MONEY = "money"  # float64 pounds; text prices that can be read exactly are read
    FLAG = "flag"  # boolean (nullable): Y/N, yes/no, true/false, 1/0
    MONTH = "month"  # str YYYY-MM
    DRUG = "drug"  # str, a name of data/drugs.csv; street names are read through data/street_names.csv
    DRUGS = "drugs"  # str, pipe-separated names of data/drugs.csv
    UNIT = "unit"  # str, a unit of data/units.csv
    PERCENT = "percent"  # float64, 0 to 100
    COORDINATE = "coordinate"  # float64; what is not a number costs the row its place only
    GRADE = "grade"  # str, part of an intelligence grade; read together by parse_grades.py


@dataclass(frozen=True)
class Column:
    """One column: its name (with unit), type, meaning, source, sensitivity and who may derive from it."""

    name: str
    type: ColumnType
    meaning: str
    is_required: bool = False
    allowed: Vocabulary | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    source: str = "force extract"
    sensitivity: Sensitivity = Sensitivity.AGGREGATE
    editions: frozenset[Audience] = frozenset({Audience.PLANNER, Audience.PARTNER})
    theirs: tuple[str, ...] = ()
    """Other headings under which published data carry this column."""


Fault = tuple[str, str, str]
"""(column, reason code, sentence for the analyst with what to do)."""


@dataclass(frozen=True)
class Kind:
    """One record kind: its columns, its key, its time and the record it belongs to."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """Columns that name a record; empty where rows have no reference (then content and occurrence do)."""
    time: str | None
    """The column that places a record before or after a data cut-off."""
    parent: tuple[str, str] | None = None
    """(kind, column): rows whose parent record was never accepted are quarantined ``unknown_parent``."""
    has_place: bool = False
    open_columns: bool = False
    """Further numeric columns are kept (the criteria of a case forum)."""
    row_checks: tuple[Callable[[pd.DataFrame], pd.DataFrame], ...] = ()
    """Vectorised cross-column checks: typed frame in; frame with columns row, column, reason, sentence out."""
    derived: tuple[Column, ...] = ()
    """Columns that reading adds, such as grams from a quantity and its unit; an extract never holds them."""
    derive: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    """Typed frame in, the same frame with the derived columns out."""

    def column(self, name: str) -> Column:
        """Return the column ``name``; KeyError where the kind has none."""
        for column in (*self.columns, *self.derived):
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns that an extract may hold, in order."""
        return tuple(column.name for column in self.columns)


SYSTEM_COLUMNS: dict[str, str] = {
    "record_ref": "str",
    "source_file": "str",
    "source_line": "int64",
    "version": "int64",
    "place_fault": "str",
}
"""Columns that every accepted frame carries beside its own: the key as text ('/'-joined; for kinds without a key a
content hash and occurrence), the opaque file id, the physical line, the version (1 first, amendments 2, 3 ...), and
the reason code of a place that was set aside ('' where none)."""

DTYPES: dict[ColumnType, str] = {
    ColumnType.TEXT: "str",
    ColumnType.LIST: "str",
    ColumnType.CODE: "str",
    ColumnType.DATE: "datetime64[us]",
    ColumnType.TIME: "datetime64[us]",
    ColumnType.NUMBER: "float64",
    ColumnType.INTEGER: "Int64",
    ColumnType.MONEY: "float64",
    ColumnType.FLAG: "boolean",
    ColumnType.MONTH: "str",
    ColumnType.DRUG: "str",
    ColumnType.DRUGS: "str",
    ColumnType.UNIT: "str",
    ColumnType.PERCENT: "float64",
    ColumnType.COORDINATE: "float64",
    ColumnType.GRADE: "str",
}


def empty_frame(kind: Kind) -> pd.DataFrame:
    """Return a frame of ``kind`` without rows, with the dtypes that accepted rows have."""
    columns = {column.name: pd.Series(dtype=DTYPES[column.type]) for column in (*kind.columns, *kind.derived)}
    columns |= {name: pd.Series(dtype=dtype) for name, dtype in SYSTEM_COLUMNS.items()}
    return pd.DataFrame(columns)
