"""Who may print what: the rule table of the gate, in Python, in templates and in pictures."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup
from render_pages import Maker, network, released

from market_profile import document as doc
from market_profile.editions.model import Shown
from market_profile.errors import DisclosureLeak
from market_profile.render import figures
from market_profile.render.environment import environment
from market_profile.render.gate import Drawn, Gate, like
from market_profile.terms import Audience
from market_profile.values import Fixed, Internal, Sensitive

PLANNER, PARTNER = Audience.PLANNER, Audience.PARTNER

RULES = [
    (PARTNER, released("a"), True), (PARTNER, Fixed("a"), True), (PARTNER, "", True),
    (PARTNER, "a", False), (PARTNER, Internal("a"), False), (PARTNER, Sensitive("a"), False),
    (PARTNER, Markup("a"), False), (PARTNER, 3, False), (PARTNER, None, False), (PARTNER, released(3), False),
    (PARTNER, Shown(released("a")), True), (PARTNER, Shown(Internal("a")), False), (PARTNER, PARTNER, False),
    (PLANNER, released("a"), True), (PLANNER, Fixed("a"), True), (PLANNER, "a", True), (PLANNER, Internal("a"), True),
    (PLANNER, Sensitive("a"), False), (PLANNER, Internal(Sensitive("a")), False), (PLANNER, Markup("a"), False),
    (PLANNER, Internal(Markup("a")), False), (PLANNER, 3, False), (PLANNER, 1.5, False), (PLANNER, ["a"], False),
]  # fmt: skip


@pytest.mark.parametrize(("audience", "value", "passes"), RULES)
def test_rule_table(audience: Audience, value: object, passes: bool) -> None:
    template = environment(audience).from_string("{{ x }}")
    if passes:
        Gate(audience).check(value)
        template.render(x=value)
        return
    with pytest.raises(DisclosureLeak):
        Gate(audience).check(value)
    with pytest.raises(DisclosureLeak):
        template.render(x=value)


def test_templates_escape_and_refuse_the_undefined() -> None:
    made = environment(PARTNER)
    assert made.from_string("{{ x }}").render(x=Fixed("<b>&\"'")) == "&lt;b&gt;&amp;&#34;&#39;"
    with pytest.raises(UndefinedError):
        made.from_string("{{ y }}").render()
    with pytest.raises(UndefinedError):
        made.from_string("{{ x.nothing }}").render(x=Fixed("a"))
    assert not made.filters
    with pytest.raises(DisclosureLeak):
        made.from_string("{{ x ~ y }}").render(x=Fixed("a"), y="b")
    assert made.from_string("{{ x }}").render(x=Drawn("<p>")) == "<p>"


def test_drawn_markup_cannot_be_joined_or_formatted() -> None:
    with pytest.raises(DisclosureLeak):
        str(Drawn("<p>"))
    with pytest.raises(DisclosureLeak):
        f"{Drawn('<p>')}"
    with pytest.raises(TypeError):
        Drawn("<p>") + "x"  # type: ignore[operator]


def test_control_and_direction_characters_go() -> None:
    assert Gate(PLANNER).check("a\x00b\u202ec\x1b\ud800") == "abc"


def test_parts_keep_their_standing() -> None:
    assert type(like(Fixed("ab"), "a")) is Fixed
    assert type(like("ab", "a")) is str


def test_a_plain_label_cannot_reach_a_partner_picture() -> None:
    make = Maker(PARTNER)
    good = doc.Bars(((Fixed("Heroin"), make.number(10)),), Fixed("seizures"))
    assert len(figures.draw(_figure(good, make), "f", "t", Gate(PARTNER), {})) == 2
    planted = (
        doc.Bars((("Heroin", make.number(10)),), Fixed("seizures")),
        doc.Bars(((Fixed("Heroin"), Shown(Internal("10"), 10.0)),), Fixed("seizures")),
        doc.Trend((Fixed("2019-01"),), ((Fixed("a"), (Shown(Internal("5"), 5.0),)),), Fixed("n")),
        doc.HeatStrip((Fixed("a"),), (Fixed("b"),), ((Shown(Internal("5"), 5.0),),), Fixed("n")),
        doc.Survival((1.0,), (0.5,), (0.4,), (0.6,), Shown(Internal("5"), 5.0)),
        doc.AreaMap((), (doc.MapCell(Fixed("x"), 0.0, 0.0, 200.0, 1),), Fixed("n"), Fixed("a")),
        network(20),
    )
    for drawing in planted:
        with pytest.raises(DisclosureLeak):
            figures.draw(_figure(drawing, make), "f", "t", Gate(PARTNER), {})


def _figure(drawing: object, make: Maker) -> doc.Figure[Shown]:
    return doc.Figure(Fixed("f"), make.say("Headline"), Fixed("s"), drawing, Fixed("src"))  # type: ignore[arg-type]
