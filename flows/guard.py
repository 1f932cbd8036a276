"""Keep cell values out of Prefect's database: it stores the text of every exception."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from market_profile.errors import MarketProfileError

P = ParamSpec("P")
R = TypeVar("R")


def guarded(step: Callable[P, R]) -> Callable[P, R]:
    """Return the step with unforeseen errors replaced by their type and place.

    Our own errors pass; an OSError does without the name of its file, which may name a person.
    """

    @wraps(step)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return step(*args, **kwargs)
        except MarketProfileError:
            raise
        except OSError as error:
            raise OSError(error.errno or 0, error.strerror or "the disk or the network failed") from None
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}, line {last.lineno}"
            raise MarketProfileError(f"a fault in the program: {type(error).__name__} in {place}") from None

    return inner


def is_passing_fault(task: object, run: object, state: object) -> bool:
    """Retry only where the disk or the network failed, never where the input or the program is at fault."""
    result = getattr(state, "result", None)
    error = result(raise_on_failure=False) if callable(result) else None
    return isinstance(error, OSError)
