"""A whole file refused: why, where and what to do, without a name or a cell value in it."""

from __future__ import annotations

from dataclasses import dataclass

from market_profile.errors import InputRefused

BAD_ENCODING = "bad_encoding"
MALFORMED = "malformed_row"
EMPTY = "empty_file"
HEADER = "bad_header"
TOO_LARGE = "too_large"
UNSAFE = "unsafe_file"
UNREADABLE = "unreadable_file"
UNCLAIMED = "unclaimed_file"
UNCLAIMED_WORDS = (
    "was not read: no record kind claims its name; call it after its kind, or declare its pattern in area.toml"
)
OTHER_FORMAT_WORDS = (
    "was not read: it is called after a record kind, but .csv, .tsv (.gz), .xlsx, .ods and .parquet are what is read; "
    "save it as one of them"
)


class FileRefused(InputRefused):
    """One file of the inbox cannot be used; ``reason`` is a code, ``line`` the physical line where that is known."""

    def __init__(self, reason: str, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.line = line


@dataclass(frozen=True)
class Refusal:
    """A refused file as reported: ``name`` belongs in the quarantine report only, ``file_id`` anywhere."""

    kind: str
    name: str
    file_id: str
    reason: str
    sentence: str
    line: int | None = None
    sha256: str = ""
    """Of a file that could be read but was claimed by no kind."""

    @property
    def message(self) -> str:
        """The refusal in one line that names no person: kind, opaque file id, line, what to do."""
        place = "" if self.line is None else f", line {self.line}"
        return f"{self.kind or 'inbox'} file {self.file_id}{place}: {self.sentence}"
