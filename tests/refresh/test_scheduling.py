"""The schedule's script is found in a checkout and in an image, where the package lies apart from flows/."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from market_profile.refresh import scheduling

ROOT = Path(__file__).resolve().parents[2]


def test_in_a_checkout_it_stands_beside_the_package() -> None:
    assert scheduling.schedule_script() == ROOT / "flows" / "schedule.py"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of the module path, while the package lies in another one, as in an image."""
    monkeypatch.setattr(scheduling, "__file__", str(tmp_path / "lib" / "market_profile" / "refresh" / "scheduling.py"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "app")])
    for name in [name for name in sys.modules if name.partition(".")[0] == "flows"]:
        monkeypatch.delitem(sys.modules, name)
    return tmp_path / "app"


def test_in_an_image_it_stands_on_the_module_path(installed: Path) -> None:
    script = installed / "flows" / "schedule.py"
    script.parent.mkdir(parents=True)
    script.touch()
    (script.parent / "__init__.py").touch()
    assert scheduling.schedule_script() == script


def test_a_wheel_alone_has_none(installed: Path) -> None:
    assert scheduling.schedule_script() is None
