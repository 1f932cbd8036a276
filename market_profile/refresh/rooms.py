"""What an edition is made with, imported while a process has nothing else to do."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module

_ROOMS = ("market_profile.refresh.analysis", "market_profile.editions.make", "market_profile.render.workbook")


def read_rooms(further: Iterable[str] = ()) -> None:
    """Import the rooms and ``further`` modules; what is missing is met where it is used."""
    for name in (*_ROOMS, *further):
        with suppress(ImportError):
            import_module(name)
