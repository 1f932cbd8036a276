"""A second process of a run, and how one process hands a result to the other.

A result lies in a file without a name: a crash leaves nothing of it, and nobody but these two processes has written
what is unpickled. One byte over a socket says that it is there. An end that is gone reads as an end of file, so neither
waits for nothing. A child whose parent was killed is ended by the kernel.
"""

from __future__ import annotations

import ctypes
import json
import os
import pickle  # nosec B403
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
_READY = b"."


def unnamed(folder: Path) -> IO[bytes]:
    """Return a new file without a name, which lies on the disk of ``folder`` (made where there is none)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryFile(dir=folder)


def start_child(
    module: str, folder: Path, told: dict[str, Any], line: socket.socket, files: dict[str, IO[bytes]]
) -> subprocess.Popen[bytes]:
    """Start ``module`` as a child that is given the workspace, what it is told, and the open ends by name.

    ``line`` is the child's own end of a socket pair; it is closed here.
    """
    ends = {"line": line.fileno(), **{name: file.fileno() for name, file in files.items()}}
    text = json.dumps({**told, "parent": os.getpid(), "ends": ends})
    quiet = subprocess.DEVNULL
    with line:
        return subprocess.Popen(
            [sys.executable, "-m", module, str(folder), text],
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


def hand_over(line: socket.socket, file: IO[bytes], content: object) -> None:
    """Write the content whole, then say so."""
    pickle.dump(content, file, protocol=pickle.HIGHEST_PROTOCOL)
    file.flush()
    line.sendall(_READY)


def handed(line: socket.socket, file: IO[bytes]) -> Any:
    """Wait until the other end says that its content is there and return it; None where that end is gone."""
    try:
        if line.recv(1) != _READY:
            return None
    except OSError:
        return None
    file.seek(0)
    return pickle.load(file)  # nosec B301
