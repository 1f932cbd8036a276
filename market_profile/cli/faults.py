"""Words for an error nobody foresaw: what the machine lacked, or a fault in the program; never a person's data."""

from __future__ import annotations

import errno
import re
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STANDS = "Nothing was published; the edition that stood still stands."
_AGAIN = "run the command again: what was finished is found"
_LACKS = {
    errno.ENOSPC: f"The disk is full. {_STANDS} Make room and {_AGAIN}.",
    errno.EDQUOT: f"The disk quota is used up. {_STANDS} Make room and {_AGAIN}.",
    errno.EIO: f"The disk could not be read or written (input/output error). {_STANDS} Check the disk, then {_AGAIN}.",
    errno.EROFS: f"A folder that must be written is read-only. {_STANDS} market-profile doctor names it.",
    errno.EACCES: f"A file or folder may not be opened by this account. {_STANDS} market-profile doctor names it.",
    errno.EPERM: f"A file or folder may not be changed by this account. {_STANDS} market-profile doctor names it.",
    errno.EMFILE: f"Too many files are open for this account. {_STANDS} Raise the limit (ulimit -n) and {_AGAIN}.",
}
_SHAPE = (
    "In store/ or editions/ a file stands where the program keeps a folder, or the reverse, or a link leads nowhere. "
    f"{_STANDS} Move it away and {_AGAIN}."
)
_LACKS |= {errno.EEXIST: _SHAPE, errno.EISDIR: _SHAPE, errno.ENOTDIR: _SHAPE}
_NO_TEMPORARY = f"There is no temporary folder that can be written. {_STANDS} Set TMPDIR to one and {_AGAIN}."
_NO_MEMORY = f"The memory is used up. {_STANDS} Close other programs or use a larger machine, then {_AGAIN}."
STOPPED = (
    "Stopped: told to end before it was done. The edition that stood still stands, or the new one does, never a part "
    f"of it; {_AGAIN}."
)
_TOLD = frozenset({128 + signal.SIGINT, 128 + signal.SIGTERM})


@contextmanager
def ending_when_told() -> Iterator[None]:
    """Let a signal to end (SIGTERM, or Ctrl-C) free what is held and be told in words; the exit code is 128 + its."""

    def end(number: int, frame: object) -> None:
        """Leave by the way that frees what is held."""
        raise SystemExit(128 + number)

    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, end) if is_main else None
    try:
        yield
    except SystemExit as way_out:
        if way_out.code in _TOLD:
            sys.stderr.write(STOPPED + "\n")
        raise
    finally:
        if is_main:
            signal.signal(signal.SIGTERM, before)


def fault_words(error: Exception) -> str:
    """Return what to tell the analyst of ``error``: what the machine lacks, else that the program has a fault.

    Example:
        >>> fault_words(OSError(errno.ENOSPC, "No space left on device"))[:17]
        'The disk is full.'
    """
    place = traceback.extract_tb(error.__traceback__)
    last = Path(place[-1].filename).name if place else ""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return _NO_MEMORY
    if isinstance(error, FileNotFoundError) and last == "tempfile.py":
        return _NO_TEMPORARY
    number = _number(error)
    if number in _LACKS:
        return _LACKS[number]
    where = f"{last}, line {place[-1].lineno}" if place else "an unknown place"
    return (
        f"A fault in the program ({type(error).__name__} in {where}). Nothing was published. "
        "Please report it; --debug before the command shows more."
    )


def _number(error: Exception) -> int | None:
    """Return the system's number of the error; libraries written in Rust give it in their text alone."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    told = re.search(r"\(os error (\d+)\)", str(error))
    return int(told[1]) if told else None
