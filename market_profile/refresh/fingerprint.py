"""What a refresh depends on, as one hash: where it is the same and the edition stands, nothing is made again.

It covers the program, its libraries, settings, decisions, boundaries, the rows of the store, what the month before
left and what was released. It does not cover time, the machine or its folder.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

LIBRARIES = (
    "pandas", "numpy", "scipy", "pyarrow", "duckdb", "deltalake", "geopandas", "shapely", "pyproj", "scikit-learn",
    "splink", "networkx", "rustworkx", "rapidfuzz", "statsmodels", "lifelines", "jinja2", "weasyprint", "odfdo",
)  # fmt: skip
"""Libraries whose version may move a byte of an edition."""
_PROGRAM = frozenset({".py", ".json", ".csv", ".j2", ".html", ".css", ".js", ".svg", ".toml"})


@cache
def program_fingerprint() -> str:
    """Return a hash of the program's own files, its reference tables and templates, and its libraries' versions."""
    package = Path(__file__).resolve().parents[1]
    roots = [package] if (package / "_templates").is_dir() else [package, *_beside(package)]
    digest = hashlib.sha256(f"python {sys.version_info[:2]}".encode())
    for name in LIBRARIES:
        digest.update(f"|{name} {version(name)}".encode())
    for root in roots:
        add_tree(digest, root, _PROGRAM)
    return digest.hexdigest()


def _beside(package: Path) -> list[Path]:
    return [package.parent / "templates", package.parent / "data"]


def add_tree(digest: hashlib._Hash, root: Path, endings: Iterable[str] = ()) -> None:
    """Add the relative names and contents of the files below ``root`` (those with the ``endings``, if any)."""
    wanted = frozenset(endings)
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        if path.is_file() and not path.is_symlink() and (not wanted or path.suffix in wanted):
            digest.update(f"|{path.relative_to(root).as_posix()}|".encode())
            with path.open("rb") as handle:
                digest.update(hashlib.file_digest(handle, "sha256").digest())


def hash_of(parts: Mapping[str, str | bytes], files: Iterable[Path] = (), trees: Iterable[Path] = ()) -> str:
    """Return one hash of named texts, single files (an absent one counts as such) and folders.

    Example:
        >>> hash_of({"a": "1"}) == hash_of({"a": b"1"})
        True
    """
    digest = hashlib.sha256()
    for name in sorted(parts):
        content = parts[name]
        data = content.encode() if isinstance(content, str) else content
        digest.update(f"|{name}|{len(data)}|".encode() + data)
    for path in files:
        data = path.read_bytes() if path.is_file() else b""
        digest.update(b"|" + hashlib.sha256(data).digest())
    for root in trees:
        digest.update(b"|tree|")
        add_tree(digest, root)
    return digest.hexdigest()
