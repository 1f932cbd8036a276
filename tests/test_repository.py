"""The repository keeps its own rules: sizes, hosts, no data files, no machine's paths."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org", "github.com", "docs.astral.sh"}


def tracked(*patterns: str) -> list[Path]:
    """Return the files git tracks (or, outside a checkout, those that stand there)."""
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-run.lock"])
def test_lock_has_hashes_and_no_private_hosts(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://([A-Za-z0-9.-]+)", text))
    assert hosts <= PUBLIC_HOSTS
    assert text.count("--hash=sha256:") > 500
    assert "find-links" not in text
    assert "file://" not in text


def test_what_ships_is_what_is_tested_without_the_tests_own_packages() -> None:
    whole, run = (_pins(ROOT / name) for name in ("requirements.lock", "requirements-run.lock"))
    assert run.items() <= whole.items()
    assert {"pandas", "prefect", "dask", "splink", "hatchling"} <= run.keys()
    assert not {"pytest", "playwright", "mypy", "ruff", "bandit"} & run.keys()


def _pins(lock: Path) -> dict[str, str]:
    """Return version by package."""
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def test_no_path_of_one_machine() -> None:
    pattern = re.compile(r"(^|[^A-Za-z0-9_.])/(work|farm|root)/[A-Za-z]", re.MULTILINE)
    faults = []
    for path in tracked():
        if path.suffix in {".lock", ".png"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if pattern.search(text):
            faults.append(str(path.relative_to(ROOT)))
    assert faults == []


def test_modules_and_functions_stay_short() -> None:
    faults = []
    for path in tracked("*.py"):
        text = path.read_text(encoding="utf-8")
        if sum(1 for line in text.splitlines() if line.strip()) > 400:
            faults.append(f"{path.name}: over 400 lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > 60:
                    faults.append(f"{path.name}: {node.name} has {size} lines")
    assert faults == []


def test_public_functions_say_what_they_do() -> None:
    faults = []
    for path in tracked("market_profile/*.py", "market_profile/**/*.py", "flows/*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if is_public and not ast.get_docstring(node) and not _is_nested(tree, node):
                faults.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert faults == []


def _is_nested(tree: ast.Module, wanted: ast.AST) -> bool:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node is not wanted]
    return any(wanted in ast.walk(function) for function in functions)


def test_no_data_files_or_secrets_are_tracked() -> None:
    allowed = {"data", "templates", "tests"}
    suffixes = {".csv", ".xlsx", ".parquet", ".gpkg", ".geojson", ".pem", ".key", ".sqlite", ".db"}
    faults = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in suffixes and path.relative_to(ROOT).parts[0] not in allowed
    ]
    faults += [str(path) for path in tracked() if b"PRIVATE KEY-----" in path.read_bytes()[:200]]
    assert faults == []


def test_prefect_is_named_nowhere_inside_the_package() -> None:
    faults = [
        path.name
        for path in tracked("market_profile/*.py", "market_profile/**/*.py")
        if re.search(r"^\s*(import|from) prefect", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert faults == []
