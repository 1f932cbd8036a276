"""The page's contract: templates use the documented fields, all of them and no others."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from jinja2 import nodes

from market_profile.reference import resource_folder
from market_profile.render import view
from market_profile.render.environment import environment
from market_profile.terms import Audience

TEMPLATES = sorted(resource_folder("templates").rglob("*.j2"))
LOOP = {"index", "first", "last"}


def test_fields_used_are_the_fields_offered() -> None:
    made = environment(Audience.PARTNER)
    used: set[str] = set()
    for path in TEMPLATES:
        tree = made.parse(path.read_text(encoding="utf-8"))
        used |= {node.attr for node in tree.find_all(nodes.Getattr)} - LOOP
    views = [kind for kind in vars(view).values() if isinstance(kind, type) and is_dataclass(kind)]
    offered = {field.name for kind in views if kind.__module__ == view.__name__ for field in fields(kind)}
    assert used == offered


def test_no_template_marks_anything_safe_or_holds_style_or_handlers() -> None:
    assert TEMPLATES
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert "safe" not in text and "autoescape" not in text
        assert " style=" not in text and " on" not in text.replace(" on the", "")


def test_every_view_names_a_template_that_exists() -> None:
    folder = resource_folder("templates")
    for kind in (kind for kind in vars(view).values() if isinstance(kind, type) and is_dataclass(kind)):
        for field in fields(kind):
            if field.name == "template":
                assert (folder / str(field.default)).is_file()
