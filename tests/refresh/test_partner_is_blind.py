"""Non-interference: what partners must not see cannot move a byte of their edition (TRUST.md 3)."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from market_profile.refresh.making import load_records, make_partner
from market_profile.refresh.plan import make_plan, open_workspace, take_in
from market_profile.synthetic import Hardness, Plan, write_town
from tests.conftest import copy_town

Change = Callable[[str, pd.DataFrame], pd.DataFrame]


def rewrite(inbox: Path, change: Change) -> int:
    """Apply ``change`` (kind, rows as text) to every file that names people or logs; return how many changed."""
    changed = 0
    for path in sorted(inbox.iterdir()):
        kind = next((name for name in KINDS if path.name.startswith(name)), None)
        if kind is None:
            continue
        before = read(path)
        after = change(kind, before.copy())
        if not after.equals(before):
            write(path, after)
            changed += 1
    return changed


KINDS = (
    "intelligence_logs", "log_subjects", "log_links", "test_purchases", "seizures", "arrests", "convictions",
    "cohort_register",
)  # fmt: skip


def read(path: Path) -> pd.DataFrame:
    """Return a town's extract as text."""
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype=str, keep_default_na=False, sheet_name=0)
    if path.suffix == ".gz":
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    is_seizures = path.name.startswith("seizures")
    return pd.read_csv(
        path, dtype=str, keep_default_na=False, sep=";" if is_seizures else ",",
        encoding="cp1252" if is_seizures else "utf-8-sig",
    )  # fmt: skip


def write(path: Path, rows: pd.DataFrame) -> None:
    """Write a changed extract in its own format."""
    if path.suffix == ".xlsx":
        rows.to_excel(path, index=False, sheet_name="Custody")
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(rows.to_csv(index=False).encode(), mtime=0))
    elif path.name.startswith("seizures"):
        rows.to_csv(path, index=False, sep=";", encoding="cp1252")
    else:
        rows.to_csv(path, index=False)


def clean(town: Path) -> None:
    """Take the planted bad rows out, so that rewriting a file cannot move a fault."""
    bad = pd.read_csv(town / "truth" / "bad_rows.csv", keep_default_na=False)
    rejected = bad[bad["is_accepted"] == 0]
    for name, rows in rejected.groupby("file"):
        path = town / "inbox" / str(name)
        if path.suffix == ".xlsx":
            table = pd.read_excel(path, dtype=str, keep_default_na=False, sheet_name=0)
            table.drop(index=[int(line) - 2 for line in rows["line"]]).to_excel(path, index=False, sheet_name="Custody")
        elif path.suffix in {".csv", ".tsv"}:
            lines = path.read_bytes().split(b"\n")
            keep = [line for number, line in enumerate(lines, start=1) if number not in set(rows["line"])]
            path.write_bytes(b"\n".join(keep))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town in which no forename stands in a surname's column, so that surnames can be renamed alone."""
    folder = tmp_path_factory.mktemp("written") / "town"
    write_town(folder, Plan(logs=500, months=3, seed=47, hardness=Hardness(swapped_names=0.0)))
    return folder


@pytest.fixture(scope="module")
def plain(written: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The partner edition of the town without its planted bad rows."""
    folder = copy_town(written, tmp_path_factory.mktemp("plain") / "town")
    clean(folder)
    rewrite(folder / "inbox", lambda kind, rows: rows)
    return partner_files_of(folder)


def partner_files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of the partner edition, from inbox to manifest; the planner edition is not made."""
    workspace = open_workspace(folder)
    batch, warnings = take_in(workspace)
    plan = make_plan(workspace, batch, None, warnings)
    return dict(make_partner(plan, load_records(plan)).files)


def without_hidden_logs(inbox: Path) -> Change:
    """Return a change that deletes covert and ungranted C-coded logs with their subjects and links."""
    logs = pd.concat(
        [read(path).rename(columns=str.lower) for path in sorted(inbox.glob("intelligence_logs*"))], ignore_index=True
    )
    logs.columns = [name.replace(" ", "_") for name in logs.columns]
    urn = next(name for name in logs.columns if name in {"urn", "log_ref"})
    hidden = set(logs.loc[logs["provenance"].str.lower().isin(["chis", "undercover"]), urn])
    granted = set()
    grants = inbox.parent / "decisions" / "grants.csv"
    if grants.is_file():
        granted = set(pd.read_csv(grants)["urn"])
    if "handling_code" in logs:
        hidden |= set(logs.loc[(logs["handling_code"].str.strip().str.upper() == "C"), urn]) - granted

    def change(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
        if kind not in {"intelligence_logs", "log_subjects", "log_links"}:
            return rows
        names = {name.lower().replace(" ", "_"): name for name in rows.columns}
        column = names.get("urn") or names["log_ref"]
        return rows[~rows[column].isin(hidden)]

    assert len(hidden) > 50
    return change


def other_narrative(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Replace every narrative, and every text of a place by another."""
    for name in rows.columns:
        if name.lower() in {"text", "narrative", "report"}:
            rows[name] = [f"something else {number}" for number in range(len(rows))]
        elif name.lower() in {"location_text", "location"}:
            rows[name] = rows[name].where(rows[name] == "", rows[name] + " by the arch")
    return rows


def other_names(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rename every surname by exchanging letters that take part in no spelling rule: distances and sounds stay."""
    exchanged = str.maketrans("bdjlmtvBDJLMTV", "tvbmldjTVBMLDJ")
    for name in rows.columns:
        if name.lower().replace(" ", "_") in {"surname", "seller_surname"}:
            rows[name] = rows[name].str.translate(exchanged)
    return rows


def told_otherwise(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Replace narratives and surnames."""
    return other_names(kind, other_narrative(kind, rows))


@pytest.mark.parametrize("name", ["hidden logs deleted", "other narratives and surnames"])
def test_what_is_hidden_moves_no_byte_of_the_partner_edition(
    plain: dict[str, bytes], written: Path, tmp_path: Path, name: str
) -> None:
    folder = copy_town(written, tmp_path / "town")
    clean(folder)
    change = without_hidden_logs(folder / "inbox") if name.startswith("hidden") else told_otherwise
    assert rewrite(folder / "inbox", change) > 3
    assert {"partner/profile.html", "partner/manifest.json"} <= set(plain)
    after = partner_files_of(folder)
    assert [file for file in sorted(set(plain) | set(after)) if plain.get(file) != after.get(file)] == []
