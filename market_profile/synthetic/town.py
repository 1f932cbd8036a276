"""Writing a town: simulate, export, soil, write, and put the truth beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from market_profile.errors import WrongUse
from market_profile.synthetic.cohorts import town_linkage_key
from market_profile.synthetic.dirt import soil
from market_profile.synthetic.outbox import make_outbox
from market_profile.synthetic.plan import Plan
from market_profile.synthetic.scene import make_scene
from market_profile.synthetic.truth import write_truth
from market_profile.synthetic.workspace import write_area, write_decisions
from market_profile.synthetic.writers import write_inbox

TRUTH = "truth"


def write_town(folder: Path, plan: Plan) -> None:
    """Write a workspace (CONTRACT.md section 1) with ``plan``'s town into ``folder``, and ``truth/`` beside its inbox.

    The folder may exist but must hold no inbox. The same plan writes the same bytes.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place:
        ...     write_town(Path(place), Plan(logs=120, months=2, seed=1))
        ...     (Path(place) / "area.toml").is_file()
        True
    """
    if (folder / "inbox").exists() and any((folder / "inbox").iterdir()):
        raise WrongUse("the folder already has an inbox with files; choose an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    scene = make_scene(plan)
    outbox = make_outbox(scene)
    placed = write_inbox(folder / "inbox", soil(scene, outbox), scene.calendar.names)
    write_area(folder, scene)
    write_decisions(folder, scene, outbox)
    _write_linkage_key(folder / "linkage.key", plan)
    write_truth(folder / TRUTH, scene, outbox, placed)


def _write_linkage_key(path: Path, plan: Plan) -> None:
    """Write the fictional partnership's key, readable by its owner alone; a real one stands outside the workspace."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(town_linkage_key(plan).hex() + "\n")


def town_summary(folder: Path) -> dict[str, int]:
    """Return counts of a written town: people, markets, files, rows by sort, planted faults."""
    truth = folder / TRUTH
    files = pd.read_csv(truth / "files.csv")
    bad = pd.read_csv(truth / "bad_rows.csv")
    return {
        "people": len(pd.read_csv(truth / "persons.csv")),
        "markets": len(pd.read_csv(truth / "markets.csv")),
        "mentions": len(pd.read_csv(truth / "mentions.csv")),
        "files": len(files),
        "rows": int(files["read"].sum()),
        "logs": int(files.loc[files["kind"] == "intelligence_logs", "read"].sum()),
        "quarantined": int(files["quarantined"].sum()),
        "duplicates": int(files["duplicate"].sum()),
        "places set aside": int(bad["is_accepted"].sum()),
    }
