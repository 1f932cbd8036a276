"""The template environment: always escaping, refusing the undefined, and letting only the gate's words through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from market_profile.reference import resource_folder
from market_profile.render.gate import Drawn, Gate
from market_profile.terms import Audience


def environment(audience: Audience) -> Environment:
    """Return the environment for ``audience``; without filters no template can talk its way past the gate."""
    made = Environment(
        loader=FileSystemLoader(resource_folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalizer(audience),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
    )
    made.filters.clear()
    made.globals.clear()
    return made


def finalizer(audience: Audience) -> Callable[[Any], Any]:
    """Return the function through which every printed expression goes: words of the gate, or markup drawn here."""
    gate = Gate(audience)

    def finalize(value: Any) -> Any:
        """Return what is printed for a value; raises where it is undefined or may not be shown."""
        if isinstance(value, Undefined):
            return str(value)  # raises, naming what is undefined
        if type(value) is Drawn:
            return Markup(value.html)  # nosec B704
        return gate.check(value)

    return finalize
