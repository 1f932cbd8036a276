"""The intake: every file of the inbox read once, every row accepted, quarantined or a duplicate, and counted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import pandas as pd

from market_profile.contracts.columns import Kind
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.readings import is_among, plain
from market_profile.contracts.tables import Areas
from market_profile.errors import InputRefused
from market_profile.settings import Settings, SourceSettings
from market_profile.sources.accounting import FileAccount, accounts_of, repeated, sources_json
from market_profile.sources.files import Found, InboxFile, find_files
from market_profile.sources.identity import tell_apart
from market_profile.sources.judging import Circumstances, KindRows, joined, judge_files
from market_profile.sources.late import late_files, late_rows
from market_profile.sources.loose_links import loose_links
from market_profile.sources.quarantine import PLACE_FAULT_COLUMNS, QUARANTINE_COLUMNS, place_fault_rows, quarantine_rows
from market_profile.sources.raw import text_series
from market_profile.sources.reading import FileText, read_text
from market_profile.sources.refusal import FileRefused, Refusal

ROWS_AT_A_TIME = 150_000
"""Rows of a kind judged together: their text and all that is worked out on the way take about 2 kB each."""
_NO_KEYS = pd.DataFrame(
    {
        "record_ref": pd.Series(dtype="str"),
        "content_sha256": pd.Series(dtype="str"),
        "version": pd.Series(dtype="int64"),
    }
)


@dataclass(frozen=True)
class Known:
    """What the store already holds: hashes of the files taken in, and the rows accepted of every kind.

    ``keys`` gives by kind a frame (record_ref, content_sha256, version) of every version ever accepted; ``lookup``, in
    its place, returns it for the references asked for, so that a month's intake does not read the whole history.
    ``waiting`` holds the rows set aside for want of their parent alone (kind, file_id, line, record_ref), ``fresh`` by
    kind the rows that this intake has accepted so far.
    """

    files: frozenset[str] = frozenset()
    keys: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    lookup: Callable[[str, pd.Series[str]], pd.DataFrame] | None = None
    waiting: pd.DataFrame | None = None
    fresh: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def of(self, kind: str, refs: pd.Series[str]) -> pd.DataFrame:
        """Return the versions accepted of the records ``refs`` of ``kind``, empty where there are none."""
        if self.lookup is not None:
            return self.lookup(kind, refs)
        frame = self.keys.get(kind, _NO_KEYS)
        return frame[frame["record_ref"].isin(refs)]


@dataclass(frozen=True)
class Intake:
    """One reading of the inbox.

    ``accepted`` holds by kind the new rows: typed contract columns (derived ones too) with ``record_ref``,
    ``source_file``, ``source_line``, ``version``, ``place_fault``, ``raw_place`` and ``content_sha256``.
    ``quarantine`` and ``place_faults`` have the columns of quarantine.py. ``warnings`` hold no file name; ``unclaimed``
    are the files that no kind claims.
    """

    accounts: tuple[FileAccount, ...]
    accepted: Mapping[str, pd.DataFrame]
    quarantine: pd.DataFrame
    place_faults: pd.DataFrame
    refused: tuple[Refusal, ...]
    warnings: tuple[str, ...]
    unclaimed: tuple[Refusal, ...] = ()

    @property
    def supplied(self) -> tuple[str, ...]:
        """Kinds with a file in the inbox, new or already taken in."""
        return tuple(kind for kind in KINDS if any(entry.kind == kind for entry in self.accounts))

    def files(self) -> pd.DataFrame:
        """Return the accounting of the files read this time (``reasons`` as JSON text), one row a file."""
        rows = [entry.row() for entry in self.accounts if not entry.is_known]
        return pd.DataFrame(rows, columns=FileAccount.columns())

    def sources(self) -> dict[str, object]:
        """Return ``sources`` of run.json for the files read this time."""
        return sources_json(self.accounts)

    def check_none_refused(self) -> None:
        """Raise InputRefused with one line a refused file, without file names; pass where there is none."""
        if self.refused:
            lines = "\n".join(refusal.message for refusal in self.refused)
            raise InputRefused(f"{lines}\nNothing was taken in; the quarantine report names the files.")


@dataclass
class Taken:
    """What the files of one kind gave; ``accepted`` is None where they gave no row to judge."""

    refused: list[Refusal] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    accounts: list[FileAccount] = field(default_factory=list)
    accepted: pd.DataFrame | None = None
    quarantine: list[pd.DataFrame] = field(default_factory=list)
    place_faults: list[pd.DataFrame] = field(default_factory=list)


APART = frozenset(KINDS) - {name for kind in KINDS.values() if kind.parent for name in (kind.name, kind.parent[0])}
"""Kinds whose rows neither belong to another kind's nor have rows of another kind: they can be read by themselves."""

Reader = Callable[[], Mapping[str, Taken] | None]
"""Gives what another process took of the kinds ``APART``, waiting for it; None where it failed."""
Share = Callable[[Sequence[InboxFile]], Reader | None]
"""Told of the new files of an inbox; has another process read the kinds ``APART`` of them where that saves time."""


def unshared(fresh: Sequence[InboxFile]) -> Reader | None:
    """Return None: all of the new files are read here."""
    return None


def read_inbox(workspace: Path, settings: Settings, areas: Areas, known: Known, share: Share = unshared) -> Intake:
    """Return everything that ``workspace/inbox`` holds and the store does not, judged row by row.

    A file whose hash the store knows is not read again; a second identical file is all duplicates. Raises
    AccountingError where a file's rows do not add up. Refused files are listed in ``refused``: the caller decides.
    Where files are new, another process may read the kinds ``APART`` meanwhile (``share``); what it fails at is read
    here.
    """
    found = find_files(workspace, settings)
    fresh = [file for file in found.files if file.sha256 not in known.files]
    apart = share(fresh) if fresh else None
    taken = take_kinds(frozenset(KINDS) - APART if apart else frozenset(KINDS), found, settings, areas, known)
    if apart:
        taken |= apart() or take_kinds(APART, found, settings, areas, known)
    parts = [taken[name] for name in KINDS if name in taken]
    order = {kind: number for number, kind in enumerate(KINDS)}
    accounts = [entry for part in parts for entry in part.accounts]
    return Intake(
        accounts=tuple(sorted(accounts, key=lambda entry: (order[entry.kind], entry.name))),
        accepted={name: rows for name in KINDS if name in taken and (rows := taken[name].accepted) is not None},
        quarantine=_stacked([frame for part in parts for frame in part.quarantine], QUARANTINE_COLUMNS),
        place_faults=_stacked([frame for part in parts for frame in part.place_faults], PLACE_FAULT_COLUMNS),
        refused=(*found.refused, *(one for part in parts for one in part.refused)),
        warnings=(*found.warnings, *(one for part in parts for one in part.warnings)),
        unclaimed=found.unclaimed,
    )


def take_kinds(
    names: Collection[str], found: Found, settings: Settings, areas: Areas, known: Known
) -> dict[str, Taken]:
    """Return by kind what the files found give, parents first, for those of ``names`` that have files."""
    taken: dict[str, Taken] = {}
    fresh: dict[str, pd.DataFrame] = {}
    for kind in KINDS.values():
        files = [file for file in found.files if file.kind == kind.name]
        if not files or kind.name not in names:
            continue
        taken[kind.name] = part = Taken()
        around = Circumstances(settings.source(kind.name), areas)
        _take_kind(kind, files, around, replace(known, fresh=fresh), part)
        if part.accepted is not None:
            fresh[kind.name] = part.accepted
    if "log_links" in fresh:
        subjects = fresh.get("log_subjects", _NO_KEYS)["record_ref"]
        taken["log_links"].warnings += loose_links(
            fresh["log_links"], subjects, lambda refs: known.of("log_subjects", refs)["record_ref"]
        )
    return taken


def _take_kind(kind: Kind, files: list[InboxFile], around: Circumstances, known: Known, taken: Taken) -> None:
    late = late_files(kind, files, known.waiting, known.fresh)
    waited = [part for file in late if (part := late_rows(kind, file, around.source, known.waiting)) is not None]
    again: list[InboxFile] = []
    judged = []
    for texts in _in_parts(chain(waited, _texts(kind, files, around.source, known, taken, again))):
        parents = _parents(kind, texts, known)
        judged.append(judge_files(kind, texts, replace(around, parents=parents)))
    if judged:
        _take_rows(kind, joined(judged), len(waited), again, known, taken)


def _texts(
    kind: Kind, files: list[InboxFile], source: SourceSettings, known: Known, taken: Taken, again: list[InboxFile]
) -> Iterator[FileText]:
    """Yield the text of each file that is neither known, refused nor there twice (those go to ``again``)."""
    seen: set[str] = set()
    for file in files:
        if file.sha256 in known.files:
            taken.accounts.append(FileAccount.known(file))
        elif file.sha256 in seen:
            again.append(file)
        else:
            text = _text(kind, file, source, taken)
            if text is not None:
                seen.add(file.sha256)
                yield text


def _in_parts(texts: Iterable[FileText]) -> Iterator[list[FileText]]:
    """Yield the files some at a time, so that no more text than that is held at once."""
    part: list[FileText] = []
    for text in texts:
        if part and sum(one.table.read for one in part) + text.table.read > ROWS_AT_A_TIME:
            yield part
            part = []
        part.append(text)
    if part:
        yield part


def _take_rows(kind: Kind, judged: KindRows, waited: int, again: list[InboxFile], known: Known, taken: Taken) -> None:
    """Take the rows of the first ``waited`` files, read before, and of the fresh ones after them."""
    told = tell_apart(kind, judged.candidates, lambda refs: known.of(kind.name, refs))
    accounts = accounts_of(judged, told, waited)
    fresh = {entry.sha256: entry for entry in accounts[waited:]}
    taken.accounts += [entry for entry in accounts[:waited] if entry.accepted]
    taken.accounts += fresh.values()
    taken.accounts += [repeated(fresh[file.sha256], file) for file in again]
    taken.warnings += [
        f"{kind.name} file {file.file.file_id}: {note}" for file in judged.files[waited:] for note in file.warnings
    ]
    if told.older:
        taken.warnings.append(f"{kind.name}: {told.older} rows repeat a superseded version; the later one stays")
    taken.quarantine.append(quarantine_rows(kind, judged.of_files(waited)))
    names = {file.file.file_id: file.file.name for file in judged.files}
    taken.place_faults.append(place_fault_rows(kind, told.accepted, names))
    taken.accepted = told.accepted.drop(columns=["place_sentence"])


def _text(kind: Kind, file: InboxFile, source: SourceSettings, taken: Taken) -> FileText | None:
    try:
        return read_text(kind, file, source)
    except FileRefused as fault:
        taken.refused.append(Refusal(kind.name, file.name, file.file_id, fault.reason, fault.sentence, fault.line))
        return None


def _parents(kind: Kind, texts: list[FileText], known: Known) -> pd.Series[str] | None:
    """Return those of the parents that the rows name which were accepted, before or in this intake."""
    if kind.parent is None:
        return None
    parent, column = kind.parent
    stated = [text_series([file.table.data.column(file.places[column])]) for file in texts if column in file.places]
    named = plain(pd.concat(stated, ignore_index=True)).drop_duplicates() if stated else pd.Series(dtype="str")
    batch = known.fresh.get(parent, _NO_KEYS)["record_ref"]
    missing = named[~is_among(named, batch)]
    return pd.concat([known.of(parent, missing)["record_ref"], batch], ignore_index=True).astype("str")


def _stacked(frames: list[pd.DataFrame], columns: dict[str, str]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if filled:
        return pd.concat(filled, ignore_index=True)
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})
