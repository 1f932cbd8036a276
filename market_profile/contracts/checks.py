"""The checks of one record kind over a frame of text: typed rows that hold, and every fault of those that do not.

The checks are plain vectorised pandas over the column declarations. pandera expresses ranges, vocabularies and required
columns well, but reads no text (dates, prices, grades), so most reasons of CONTRACT.md 3 would stay ours; and its lazy
failure report costs more than the whole reading here on a large extract with many faults. It serves where it is at its
best, as an independent second opinion on what was accepted: ``schema.py``, run by the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.contracts.cells import in_range, read_column
from market_profile.contracts.columns import DTYPES, Column, ColumnType, Kind
from market_profile.contracts.parse_codes import apply_mapping
from market_profile.contracts.parse_grades import PARTS, read_grades
from market_profile.contracts.parse_numbers import read_numbers, read_prices
from market_profile.contracts.readings import Reading, no_reasons, plain
from market_profile.contracts.row_checks import FAULT_COLUMNS, fault_frame
from market_profile.contracts.sentences import sentences
from market_profile.settings import SourceSettings
from market_profile.terms import PLACE_FAULTS, Reason

_TOTAL = (
    r"(?i)(?:grand |overall |sub[ -]?)?totals?"
    r"(?: (?:count|rows|records|logs|number|for (?:the )?(?:month|period|year)))?[ :=(n]*[0-9.,]*\)?"
)
_TOTALS_SENTENCE = (
    "The row starts with a total and lacks what a record needs; it was taken for a totals row of the export, not a "
    "record. Leave totals out of the export; if it is a record, fill in its reference and required columns."
)
_CONTRADICTS = "price_gbp says another number of deals than deals does. Correct one of them."


@dataclass(frozen=True)
class Checked:
    """``accepted``: typed rows without faults, indexed as the raw frame (a faulty place alone does not reject a row).

    ``faults``: one row a fault with ``row`` (index label), ``column``, ``reason``, ``sentence``; in row order.
    """

    accepted: pd.DataFrame
    faults: pd.DataFrame


def check_rows(kind: Kind, raw: pd.DataFrame, source: SourceSettings) -> Checked:
    """Return the rows of ``raw`` that hold, typed, and all faults of all rows.

    ``raw`` holds text under our column names, one row a record, with a unique index; columns that it lacks are blank.
    Their codes are mapped first (``source.values``), so a force's own word for *nothing* can be mapped to blank.
    Rows are judged one by one: neither their order nor their neighbours matter.

    Example:
        >>> from market_profile.contracts.kinds import KINDS
        >>> raw = pd.DataFrame({"area_code": ["E1", "E2"], "residents": ["1,500", "many"]})
        >>> checked = check_rows(KINDS["population"], raw, SourceSettings())
        >>> checked.accepted["residents"].tolist(), checked.faults["reason"].tolist()
        ([1500], ['bad_number'])
    """
    text = _prepared(kind, raw, source)
    cells = _Cells(kind, text, source, frozenset({*map(str, raw.columns), *source.values}))
    typed, found = cells.read()
    for check in kind.row_checks:
        found.append(check(typed))
    faults = _with_totals(raw, _in_order(raw.index, found))
    rejecting = faults.loc[~faults["reason"].isin([str(reason) for reason in PLACE_FAULTS]), "row"]
    accepted = typed[~typed.index.isin(rejecting)]
    return Checked(_derived(kind, accepted), faults)


def _derived(kind: Kind, accepted: pd.DataFrame) -> pd.DataFrame:
    """Return ``accepted`` with the derived columns; those that later rooms fill (places) are typed and missing."""
    frame = accepted if kind.derive is None else kind.derive(accepted)
    later = [column for column in kind.derived if column.name not in frame]
    missing = {c.name: pd.Series(index=frame.index, dtype=DTYPES[c.type]) for c in later}
    return frame.assign(**missing)


def _prepared(kind: Kind, raw: pd.DataFrame, source: SourceSettings) -> pd.DataFrame:
    """Return the kind's columns of ``raw``, trimmed and mapped, and further columns where the kind is open."""
    further = [str(name) for name in raw.columns if name not in kind.names] if kind.open_columns else []
    blank = pd.Series("", index=raw.index, dtype="str")
    columns = {}
    for name in [*kind.names, *further]:
        text = plain(raw[name]) if name in raw.columns else blank
        columns[name] = apply_mapping(text, source.values.get(name, {}))
    return pd.DataFrame(columns, index=raw.index, copy=False)


@dataclass(frozen=True)
class _Cells:
    """The text of a kind's rows on its way to typed columns; ``given`` are those that may hold any."""

    kind: Kind
    text: pd.DataFrame
    source: SourceSettings
    given: frozenset[str]

    def read(self) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
        """Return the typed columns and the faults found in single cells."""
        typed, found = {}, []
        for column in (*self.kind.columns, *self._criteria()):
            reading = self._reading(column)
            typed[column.name] = reading.values
            found.extend(self._faults(column, reading))
        frame = pd.DataFrame(typed, index=self.text.index)
        if "grade" in self.kind.names:
            frame, faults = self._graded(frame)
            found.extend(faults)
        if "deals" in self.kind.names:
            frame, faults = self._with_deals(frame)
            found.extend(faults)
        return frame, found

    def _reading(self, column: Column) -> Reading:
        text = self.text[column.name]
        if column.name not in self.given or not (text != "").any():
            return _blank(column, text)
        if column.name == "price_gbp" and "deals" in self.kind.names:
            price = read_prices(text)
            return in_range(column, Reading(price.price_gbp, price.reason))
        return read_column(column, text, self.source)

    def _faults(self, column: Column, reading: Reading) -> list[pd.DataFrame]:
        text, reason = self.text[column.name], reading.reason
        is_needed = column.is_required and column.type is not ColumnType.GRADE
        blank = (text == "").to_numpy(dtype=bool) if is_needed else np.zeros(1, dtype=bool)
        if reading.is_clean and not blank.any():
            return []
        if is_needed:
            reason = reason.mask(blank & (reason == ""), Reason.MISSING_REQUIRED.value)
        return [self._named(column, Reason(code), reason == code) for code in sorted(set(reason.unique()) - {""})]

    def _named(self, column: Column, reason: Reason, mask: pd.Series) -> pd.DataFrame:
        text = self.text.loc[mask, column.name]
        words = sentences(self.kind.name, column, reason, text, self.source)
        return fault_frame(text.index, column.name, reason, "").assign(sentence=words.to_numpy())

    def _graded(self, typed: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
        has_scheme = (typed["grade_scheme"] != "") | (self.text["grade_scheme"] == "")
        reading = read_grades(self.text.assign(grade_scheme=typed["grade_scheme"]))
        found = []
        for name in (*PARTS, "grade"):
            column = self.kind.column(name)
            faults = [(Reason.BAD_GRADE, reading.faulty[name] & has_scheme)]
            if column.is_required:
                faults.append((Reason.MISSING_REQUIRED, reading.missing[name]))
            found += [self._named(column, reason, rows) for reason, rows in faults if rows.any()]
        return typed.assign(**{name: reading.values[name] for name in reading.values.columns}), found

    def _with_deals(self, typed: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
        said = read_prices(self.text["price_gbp"]).deals.astype("Int64")
        differs = (said.notna() & typed["deals"].notna() & (said != typed["deals"])).fillna(False).astype(bool)
        faults = fault_frame(typed.index[differs], "price_gbp", Reason.CONTRADICTION, _CONTRADICTS)
        return typed.assign(deals=typed["deals"].fillna(said)), [faults]

    def _criteria(self) -> tuple[Column, ...]:
        """Return the further columns of an open kind: those declared, else all that hold numbers only."""
        further = [name for name in self.text.columns if name not in self.kind.names]
        if self.source.criteria:
            further = [name for name in further if name in self.source.criteria]
        else:
            further = [name for name in further if _is_numeric(self.text[name])]
        return tuple(Column(name, ColumnType.NUMBER, "criterion of the risk matrix") for name in further)


def _blank(column: Column, text: pd.Series) -> Reading:
    """Return the reading of a column without a single filled cell, as most optional columns of an extract are."""
    dtype = DTYPES[column.type]
    values = text if dtype == "str" else pd.Series(index=text.index, dtype=dtype)
    return Reading(values, no_reasons(text.index), is_clean=True)


def _is_numeric(text: pd.Series) -> bool:
    return bool((text != "").any()) and bool((read_numbers(text).reason == "").all())


def _in_order(index: pd.Index, found: list[pd.DataFrame]) -> pd.DataFrame:
    """Return all faults in one frame, ordered by row and then as the columns stand."""
    frames = [frame for frame in found if len(frame)]
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in FAULT_COLUMNS}).astype({"row": index.dtype})
    faults = pd.concat(frames, ignore_index=True)
    order = pd.Series(index.get_indexer(pd.Index(faults["row"]))).sort_values(kind="stable").index
    return faults.loc[order, FAULT_COLUMNS].reset_index(drop=True)


def _with_totals(raw: pd.DataFrame, faults: pd.DataFrame) -> pd.DataFrame:
    """Return ``faults`` with one ``totals_row`` in place of the faults of rows that start with a total.

    Only rows that cannot be used anyway are looked at, so a person or place called Total stays.
    """
    rows = pd.Index(faults.loc[faults["reason"] != Reason.BAD_COORDINATE.value, "row"].unique())
    if not len(rows) or not len(raw.columns):
        return faults
    leading = _first_cells(raw.loc[rows])
    totals = rows[leading.str.fullmatch(_TOTAL).to_numpy(dtype=bool)]
    if not len(totals):
        return faults
    is_first = ~faults.duplicated("row")
    is_total = faults["row"].isin(totals)
    named = {"column": str(raw.columns[0]), "reason": Reason.TOTALS_ROW.value, "sentence": _TOTALS_SENTENCE}
    return faults.mask(is_total, faults.assign(**named))[~is_total | is_first].reset_index(drop=True)


def _first_cells(raw: pd.DataFrame) -> pd.Series:
    """Return the first cell of each row that is not blank."""
    leading = pd.Series("", index=raw.index, dtype="str")
    for name in raw.columns:
        waiting = leading == ""
        if not waiting.any():
            break
        leading = leading.mask(waiting, plain(raw[name]))
    return leading
