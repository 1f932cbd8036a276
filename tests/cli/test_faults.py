"""What an analyst reads when the machine lacks something, and when the program has a fault."""

from __future__ import annotations

import errno
import os
import signal
import tempfile

import pytest

from market_profile.cli.faults import STOPPED, ending_when_told, fault_words

SECRET = "LOG/2018/000123 Jane Doe"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, SECRET), "The disk is full."),
        (OSError(f"Generic LocalFileSystem error: {SECRET} (os error 28)"), "The disk is full."),
        (RuntimeError(f"{SECRET}: Permission denied (os error 13)"), "may not be opened by this account"),
        (PermissionError(errno.EACCES, SECRET), "may not be opened by this account"),
        (OSError(errno.EROFS, SECRET), "read-only"),
        (OSError(errno.EIO, SECRET), "input/output error"),
        (OSError(errno.EMFILE, SECRET), "ulimit -n"),
        (FileExistsError(errno.EEXIST, SECRET), "a file stands where the program keeps a folder"),
        (IsADirectoryError(errno.EISDIR, SECRET), "a file stands where the program keeps a folder"),
        (MemoryError(SECRET), "The memory is used up."),
        (FileNotFoundError(errno.ENOENT, SECRET), "A fault in the program (FileNotFoundError in an unknown place)"),
        (KeyError(SECRET), "A fault in the program (KeyError in an unknown place)"),
        (OSError(f"{SECRET} (os error 99999)"), "A fault in the program (OSError in an unknown place)"),
    ],
)
def test_words_say_what_is_missing_and_nothing_of_the_error(error: Exception, says: str) -> None:
    words = fault_words(error)
    assert says in words
    assert SECRET not in words
    assert "Nothing was published" in words


def test_no_temporary_folder_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", list)
    with pytest.raises(FileNotFoundError) as caught:
        tempfile.gettempdir()
    assert "Set TMPDIR" in fault_words(caught.value)


def test_a_fault_names_the_place_in_the_program() -> None:
    def broken() -> int:
        return 1 // 0

    with pytest.raises(ZeroDivisionError) as caught:
        broken()
    assert "(ZeroDivisionError in test_faults.py, line " in fault_words(caught.value)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_end_frees_what_is_held_and_is_told(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    before, freed = signal.getsignal(signal.SIGTERM), []
    with pytest.raises(SystemExit) as caught, ending_when_told():
        try:
            if number == signal.SIGTERM:
                os.kill(os.getpid(), number)
                signal.pause()
            raise SystemExit(130)  # as the command line does on Ctrl-C
        finally:
            freed.append(True)
    assert caught.value.code == 128 + number
    assert capsys.readouterr().err == STOPPED + "\n"
    assert freed and signal.getsignal(signal.SIGTERM) is before
