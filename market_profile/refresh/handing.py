"""A second process of a run, and how one process hands a result to the other.

A result lies in a file without a name: a crash leaves nothing of it, and nobody but these two processes has written
what is unpickled. One byte over a socket says that it is there. An end that is gone reads as an end of file, so neither
waits for nothing; a child that lives but gives no sign (``beat``) for longer than its parent's patience is taken for
gone. A child whose parent was killed is ended by the kernel.
"""

from __future__ import annotations

import ctypes
import json
import os
import pickle  # nosec B403
import select
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
_READY, _BEAT, _END_OF_LINE = b".", b"+", b"\n"


class GaveNoSign(Exception):
    """The other end is there but has given no sign for longer than this one waits."""


def unnamed(folder: Path) -> IO[bytes]:
    """Return a new file without a name, which lies on the disk of ``folder`` (made where there is none)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryFile(dir=folder)


def start_child(folder: Path, line: socket.socket, files: dict[str, IO[bytes]]) -> subprocess.Popen[bytes]:
    """Start a child that is given the workspace and the open ends by name.

    ``line`` is the child's own end of a socket pair; it is closed here.
    """
    ends = {"line": line.fileno(), **{name: file.fileno() for name, file in files.items()}}
    text = json.dumps({"parent": os.getpid(), "ends": ends})
    quiet = subprocess.DEVNULL
    with line:
        return subprocess.Popen(
            [sys.executable, "-m", "market_profile.refresh.child", str(folder), text],
            stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=tuple(ends.values()),
        )  # fmt: skip


def end_child(process: subprocess.Popen[bytes]) -> None:
    """End a child where it still runs."""
    if process.poll() is None:
        process.kill()
        process.wait()


def as_child(parent: int) -> None:
    """Have the kernel end this process with its parent (at once where that is gone), and keep files to the owner."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    os.umask(0o077)


def tell(line: socket.socket, what: dict[str, Any]) -> None:
    """Tell the child what to do; one that is gone hears nothing, which its parent meets when it asks for a result."""
    with suppress(OSError):
        line.sendall(json.dumps(what).encode() + _END_OF_LINE)


def told(line: socket.socket) -> dict[str, Any] | None:
    """Wait until the parent tells what to do and return it; None where it has nothing to be done."""
    text = b""
    while not text.endswith(_END_OF_LINE):
        part = line.recv(1)
        if not part:
            return None
        text += part
    what: dict[str, Any] = json.loads(text)
    return what


def beat(line: socket.socket) -> None:
    """Say that this end gets on; nobody has to listen."""
    with suppress(OSError):
        line.sendall(_BEAT, socket.MSG_DONTWAIT)


def hand_over(line: socket.socket, file: IO[bytes], content: object) -> None:
    """Write the content whole in place of what was handed over before, then say so."""
    file.seek(0)
    file.truncate()
    pickle.dump(content, file, protocol=pickle.HIGHEST_PROTOCOL)
    file.flush()
    line.sendall(_READY)


def handed(line: socket.socket, file: IO[bytes], patience: float | None = None) -> Any:
    """Wait until the other end says that its content is there and return it; None where that end is gone.

    Raises ``GaveNoSign`` where that end is silent for ``patience`` seconds, if any are given.
    """
    if not _is_ready(line, patience):
        return None
    file.seek(0)
    return pickle.load(file)  # nosec B301


def is_there(line: socket.socket, seconds: float | None) -> bool:
    """Tell whether the other end says something, or is gone, within so many seconds (None: wait for it)."""
    return bool(select.select([line], [], [], seconds)[0])


def wait_for_end(line: socket.socket, patience: float) -> None:
    """Wait until the other end is gone; raises ``GaveNoSign`` where it is silent for ``patience`` seconds."""
    while _is_ready(line, patience):
        pass


def _is_ready(line: socket.socket, patience: float | None) -> bool:
    """Wait for the next sign that is not just a beat; tell whether it says that something is there."""
    try:
        line.settimeout(patience)
        while (sign := line.recv(1)) == _BEAT:
            pass
    except TimeoutError:
        raise GaveNoSign from None
    except OSError:
        return False
    return sign == _READY
