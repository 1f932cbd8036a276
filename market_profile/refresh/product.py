"""What one audience's analysis makes: the files of its edition, the state for next month, and its stages.

A product can be laid down in ``store/work`` under the hash of what it was made from. A child process hands its product
over that way, and a run that was killed afterwards finds it there and makes only what is missing.
"""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from market_profile.store.publish import publish_folder

_FILES, _STATE, _STAGES = "files", "state", "stages.json"


@dataclass(frozen=True)
class Product:
    """``files`` of the edition by relative path, ``state`` frames by name, ``stages`` as in run.json."""

    files: dict[str, bytes]
    state: dict[str, pd.DataFrame]
    stages: list[dict[str, Any]]


class Products:
    """The products of runs that are under way, below ``store/work``."""

    def __init__(self, store: Path) -> None:
        self._root = store / "work"

    def folder(self, audience: str, key: str) -> Path:
        """Return where the product of an audience made from ``key`` lies."""
        return self._root / f"{audience}-{key[:32]}"

    def save(self, audience: str, key: str, product: Product) -> None:
        """Lay the product down in one atomic step."""
        content = {f"{_FILES}/{name}": data for name, data in product.files.items()}
        for name, frame in product.state.items():
            buffer = io.BytesIO()
            frame.to_parquet(buffer, index=False)
            content[f"{_STATE}/{name}.parquet"] = buffer.getvalue()
        content[_STAGES] = json.dumps(product.stages).encode()
        publish_folder(self.folder(audience, key), content)

    def load(self, audience: str, key: str) -> Product | None:
        """Return the product made from ``key``, None where there is none."""
        folder = self.folder(audience, key)
        if not (folder / _STAGES).is_file():
            return None
        inside = folder / _FILES
        files = {
            path.relative_to(inside).as_posix(): path.read_bytes()
            for path in sorted(inside.rglob("*"))
            if path.is_file()
        }
        state = {path.stem: pd.read_parquet(path) for path in sorted((folder / _STATE).glob("*.parquet"))}
        return Product(files, state, json.loads((folder / _STAGES).read_text(encoding="utf-8")))

    def clear(self) -> None:
        """Remove every product: once published, the edition and the month's state hold all of it."""
        if self._root.is_dir():
            shutil.rmtree(self._root)
