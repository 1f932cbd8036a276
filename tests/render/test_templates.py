"""The page's contract: templates use the documented fields, all of them and no others."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from importlib import import_module
from pkgutil import iter_modules

from jinja2 import nodes

from market_profile import render
from market_profile.reference import resource_folder
from market_profile.render.environment import environment
from market_profile.terms import Audience

TEMPLATES = sorted(resource_folder("templates").rglob("*.j2"))


def _is_loop(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "loop"


def views() -> list[type]:
    """Return every view of the render room: dataclasses whose names end in View."""
    modules = [import_module(f"{render.__name__}.{found.name}") for found in iter_modules(render.__path__)]
    kinds = {kind for module in modules for kind in vars(module).values() if isinstance(kind, type)}
    return [kind for kind in kinds if is_dataclass(kind) and kind.__name__.endswith("View")]


def test_fields_used_are_the_fields_offered() -> None:
    made = environment(Audience.PARTNER)
    used: set[str] = set()
    for path in TEMPLATES:
        tree = made.parse(path.read_text(encoding="utf-8"))
        used |= {node.attr for node in tree.find_all(nodes.Getattr) if not _is_loop(node.node)}
    offered = {field.name for kind in views() for field in fields(kind)}
    assert used == offered


def test_no_template_marks_anything_safe_or_holds_style_or_handlers() -> None:
    assert TEMPLATES
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape", text)
        assert not re.search(r"\s(style|on[a-z]+)\s*=", text)


def test_every_view_names_a_template_that_exists() -> None:
    folder = resource_folder("templates")
    for kind in views():
        for field in fields(kind):
            if field.name == "template":
                assert (folder / str(field.default)).is_file()


def test_every_view_is_documented() -> None:
    assert len(views()) > 20
    assert all(kind.__doc__ and not kind.__doc__.startswith(f"{kind.__name__}(") for kind in views())
