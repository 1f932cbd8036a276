"""Finding the files of the inbox, each claimed by one record kind.

File names may name people: they stand in the quarantine report and run.json; everywhere else a file is known by the
first twelve digits of its hash.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import Path

from market_profile.contracts.kinds import KINDS
from market_profile.errors import SettingsError
from market_profile.settings import Settings
from market_profile.sources.opening import sha256_of, stamp_of
from market_profile.sources.refusal import OTHER_FORMAT_WORDS, UNCLAIMED, UNCLAIMED_WORDS, UNSAFE, FileRefused, Refusal

INBOX = "inbox"
FORMATS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".xlsx", ".ods", ".parquet")
PUBLISHED = {"street_crime": "*-street", "stop_and_search": "*-stop-and-search"}
"""Names under which data.police.uk publishes, accepted beside the kind's own name."""
_UNOPENED = "is a link, device or pipe, or cannot be opened; copy the file itself into inbox/"
_SILENT = frozenset({".gitkeep", ".gitignore", ".ds_store"})


@dataclass(frozen=True)
class InboxFile:
    """A file of the inbox: its kind, where it lies, its name below ``inbox/`` and the hash of its bytes."""

    kind: str
    path: Path
    name: str
    sha256: str
    stamp: tuple[int, int] | None = None
    """Size and time of the last change when the bytes were hashed; None where nobody looked."""

    @property
    def file_id(self) -> str:
        """The opaque name: first twelve digits of the hash."""
        return self.sha256[:12]


@dataclass(frozen=True)
class Found:
    """Files by kind and name, files refused as they lie, and files that no kind claims, which are left alone."""

    files: tuple[InboxFile, ...]
    refused: tuple[Refusal, ...]
    unclaimed: tuple[Refusal, ...] = ()
    has_inbox: bool = True

    @property
    def warnings(self) -> tuple[str, ...]:
        """A note on each file that no kind claims, without its name, and on a folder that is not there."""
        absent = () if self.has_inbox else ("the workspace has no inbox/; nothing new could be read",)
        return (*absent, *(f"{one.message}; store/check/quarantine.csv names it" for one in self.unclaimed))


def find_files(workspace: Path, settings: Settings) -> Found:
    """Return the files of ``workspace/inbox`` (sub-folders included) and the kind that claims each.

    A pattern of area.toml wins over the default ``<kind>*.{csv,tsv,xlsx,ods,parquet}[.gz]``; among kinds the longest
    name wins. Links, devices and pipes are refused, never followed.
    """
    files: list[InboxFile] = []
    refused: list[Refusal] = []
    unclaimed: list[Refusal] = []
    patterns = {kind: settings.source(kind).pattern for kind in KINDS}
    for path, name, is_plain in _walk(workspace / INBOX):
        kind = _claim(name, patterns)
        if not is_plain:
            refused.append(_unsafe(kind, name))
            continue
        try:
            stamp, sha256 = stamp_of(path), sha256_of(path)
        except FileRefused as fault:
            refused.append(Refusal(kind, name, _name_id(name), fault.reason, fault.sentence))
            continue
        if kind:
            files.append(InboxFile(kind, path, name, sha256, stamp))
        else:
            words = OTHER_FORMAT_WORDS if _is_other_format(name) else UNCLAIMED_WORDS
            unclaimed.append(Refusal("", name, sha256[:12], UNCLAIMED, words, sha256=sha256))
    order = {kind: number for number, kind in enumerate(KINDS)}
    files.sort(key=lambda file: (order[file.kind], file.name))
    unclaimed.sort(key=lambda one: (one.file_id, one.name))
    return Found(tuple(files), tuple(refused), tuple(unclaimed), (workspace / INBOX).is_dir())


def _walk(inbox: Path) -> Iterator[tuple[Path, str, bool]]:
    """Yield (path, name below the inbox, whether it is an ordinary file), links unfollowed, in order of name."""
    if inbox.is_symlink() or (inbox.exists() and not inbox.is_dir()):
        raise SettingsError("the workspace's inbox/ is a link or a file; make it a folder")
    faults: list[OSError] = []
    for folder, folders, names in os.walk(inbox, followlinks=False, onerror=faults.append):
        folders.sort()
        for name in sorted(names + [entry for entry in folders if stat.S_ISLNK(_mode(Path(folder, entry)))]):
            path = Path(folder, name)
            if name.casefold() not in _SILENT:
                yield path, _readable(path.relative_to(inbox)), stat.S_ISREG(_mode(path))
    for unread in (Path(str(fault.filename)) for fault in faults if inbox.is_dir()):
        yield unread, _readable(unread.relative_to(inbox)), False


def _mode(path: Path) -> int:
    """Return what stands there, links unfollowed; 0 where the path is too long or it just went away."""
    try:
        return path.lstat().st_mode
    except OSError:
        return 0


def _readable(path: Path) -> str:
    """Return a name as text that can be written anywhere: bytes that are no UTF-8 are spelt out, as in ``\\xff``."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _claim(name: str, patterns: Mapping[str, str | None]) -> str:
    declared = [kind for kind, pattern in patterns.items() if pattern is not None and _declared(pattern, name)]
    if len(declared) > 1:
        raise SettingsError(
            f"area.toml: the patterns of {' and '.join(declared)} claim the same file; make them differ"
        )
    if declared:
        return declared[0]
    defaults = [kind for kind, pattern in patterns.items() if pattern is None and _is_default(kind, name)]
    return max(defaults, key=len, default="")


def _declared(pattern: str, name: str) -> bool:
    target = name if "/" in pattern else name.rpartition("/")[2]
    return _form(pattern.removeprefix(f"{INBOX}/").casefold()).match(target.casefold()) is not None


def _is_default(kind: str, name: str) -> bool:
    base = name.rpartition("/")[2].casefold()
    stems = [base.removesuffix(ending) for ending in FORMATS if base.endswith(ending)]
    published = PUBLISHED.get(kind)
    return any(
        stem.startswith(kind) or (published is not None and _form(published).match(stem) is not None) for stem in stems
    )


def _is_other_format(name: str) -> bool:
    """Tell whether a file is called after a kind, but has the ending of no format that is read."""
    base = name.rpartition("/")[2].casefold()
    return base.startswith(tuple(KINDS)) and not base.endswith(FORMATS)


@cache
def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))


def _unsafe(kind: str, name: str) -> Refusal:
    return Refusal(kind, name, _name_id(name), UNSAFE, _UNOPENED)


def _name_id(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
