"""The printable cards of accepted targets: one self-contained page each, for planners only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from market_profile.document import TargetCard
from market_profile.editions.model import Edition
from market_profile.errors import DisclosureLeak
from market_profile.reference import resource_folder
from market_profile.render import assets
from market_profile.render.environment import environment
from market_profile.render.gate import Drawn
from market_profile.render.scales import period_text
from market_profile.render.theme import brand_colour
from market_profile.terms import Audience

FOLDER = "cards"


@dataclass(frozen=True)
class CardView:
    """What the card template sees."""

    csp: str
    style: Drawn
    marking: str
    title: str
    month: str
    area_name: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    points: tuple[tuple[str, str, str], ...]
    records: tuple[tuple[str, str, str, str], ...]
    run_id: str


def card_files(edition: Edition) -> dict[str, bytes]:
    """Return ``cards/<target>.html`` for each card of the edition; DisclosureLeak where partners would get one."""
    if not edition.cards:
        return {}
    if edition.audience is not Audience.PLANNER:
        raise DisclosureLeak("cards of targets are for planners only")
    css = (resource_folder("templates") / "card.css").read_text(encoding="utf-8")
    style = assets.variables(brand_colour(edition.theme.brand_colour)) + assets.squeeze_css(css)
    template = environment(edition.audience).get_template("card.html.j2")
    names = file_names(edition.cards)
    return {
        f"{FOLDER}/{name}.html": template.render(card=_view(card, edition, style)).encode("utf-8")
        for name, card in zip(names, edition.cards, strict=True)
    }


def file_names(cards: tuple[TargetCard, ...]) -> list[str]:
    """Return a file name without ending for each card: its id in plain letters, numbered where two would meet.

    Example:
        >>> file_names((TargetCard("L/1", "Line L/1"), TargetCard("L 1", "Line L 1")))
        ['L-1', 'L-1-2']
    """
    plain = [re.sub(r"[^A-Za-z0-9_-]+", "-", card.target_id).strip("-") or "target" for card in cards]
    seen: dict[str, int] = {}
    names = []
    for name in plain:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names


def _view(card: TargetCard, edition: Edition, style: str) -> CardView:
    return CardView(
        csp=assets.policy(style, ""),
        style=Drawn(style),
        marking=edition.marking.value,
        title=card.title,
        month=str(period_text(edition.document.month)),
        area_name=str(edition.document.area_name),
        sections=card.sections,
        points=card.points,
        records=card.records,
        run_id=edition.run_id,
    )
