"""From a measure to what an audience sees of it; the only place that makes a ``Released`` value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from market_profile.editions.disclosure import (
    HIDDEN_TEXT,
    Policy,
    can_show_estimate,
    is_small_difference,
    rounded_count,
    two_figures,
)
from market_profile.editions.model import Shown
from market_profile.editions.words import (
    against_normal,
    change_words,
    normal_range,
    number_words,
    range_words,
    spread_words,
)
from market_profile.errors import DisclosureLeak
from market_profile.values import (
    Change,
    Concentration,
    Count,
    Estimate,
    Internal,
    Label,
    Leader,
    Measure,
    Private,
    Ratio,
    Released,
    Score,
)

_KEY = object()
Released._key = _KEY

NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Entry:
    """One released count in the ledger: its cell and the rounded number, None where hidden."""

    cell: str
    value: int | None


def released(text: str) -> Released[str]:
    """Return words that passed disclosure control; for use inside ``editions`` only."""
    return Released(text, _KEY)


def show_internal(measure: Measure) -> Shown:
    """Return the measure as planners see it: exact, with its interval."""
    text, number, low, high = _exact(measure)
    shown = Shown(Internal(text), number, low, high)
    if not isinstance(measure, Estimate) or measure.value is None:
        return shown
    spread = spread_words((low, high), measure.decimals, measure.unit)
    if not spread:
        return shown
    return replace(
        shown, centre=Internal(number_words(measure.value, measure.decimals, measure.unit)), spread=Internal(spread)
    )


def show_released(measure: Measure, policy: Policy) -> Shown:
    """Return the measure as partners see it; raise ``DisclosureLeak`` for one that partners must never see."""
    for kind, show in _PARTNER.items():
        if isinstance(measure, kind):
            return show(measure, policy)
    raise DisclosureLeak("a value for planners only stands in a section for partners; nothing was written")


def counts_of(measure: Measure) -> tuple[Count, ...]:
    """Return the counts that a measure is made of."""
    if isinstance(measure, Count):
        return (measure,)
    if isinstance(measure, Ratio):
        return (measure.numerator, measure.denominator)
    if isinstance(measure, Change):
        return (measure.now, *((measure.before,) if measure.before else ()), *measure.history)
    if isinstance(measure, Leader):
        return tuple(count for _, count in measure.items)
    return measure.counts if isinstance(measure, Concentration) else ()


def ledger_entries(measure: Measure, policy: Policy) -> tuple[Entry, ...]:
    """Return the counts that showing this measure releases; counts without a cell name are not tracked apart.

    A withheld count says nothing, nor do the two counts of a share that is hidden for the sake of their difference.
    """
    if isinstance(measure, Ratio) and _partner_ratio(measure, policy).is_hidden:
        return ()
    tracked = (count for count in counts_of(measure) if count.cell and not policy.is_withheld(count.cell))
    return tuple(Entry(count.cell, rounded_count(count.n, policy)) for count in tracked)


def shown_count(measure: Count, policy: Policy) -> int | None:
    """Return the number that partners see of a count, None where it is hidden or withheld."""
    return None if policy.is_withheld(measure.cell) else rounded_count(measure.n, policy)


def _exact(measure: Measure) -> tuple[str, float | None, float | None, float | None]:
    if isinstance(measure, Count):
        return number_words(measure.n, 0, measure.unit), float(measure.n), None, None
    if isinstance(measure, Ratio):
        return _exact_ratio(measure)
    if isinstance(measure, Estimate):
        if measure.value is None:
            return NOT_KNOWN, None, None, None
        text = range_words(measure.value, (measure.low, measure.high), measure.decimals, measure.unit)
        return text, measure.value, measure.low, measure.high
    if isinstance(measure, Score):
        if measure.value is None:
            return NOT_KNOWN, None, None, None
        return number_words(measure.value, measure.decimals, measure.unit), measure.value, None, None
    if isinstance(measure, Change):
        return _exact_change(measure)
    if isinstance(measure, Leader):
        return _leader([(label, float(count.n)) for label, count in measure.items], measure.nothing), None, None, None
    if isinstance(measure, Concentration):
        return _concentration([float(count.n) for count in measure.counts], measure.share), None, None, None
    if isinstance(measure, Private):
        return measure.text.reveal(), None, None, None
    return measure.text, None, None, None


def _exact_ratio(measure: Ratio) -> tuple[str, float | None, float | None, float | None]:
    if measure.denominator.n == 0:
        return NOT_KNOWN, None, None, None
    share = 100 * measure.numerator.n / measure.denominator.n
    return f"{number_words(share, 0, '%')} ({measure.numerator.n:,} of {measure.denominator.n:,})", share, None, None


def _exact_change(measure: Change) -> tuple[str, float | None, float | None, float | None]:
    before = float(measure.before.n) if measure.before else None
    bounds = normal_range([float(count.n) for count in measure.history])
    return _change_text(float(measure.now.n), before, bounds, measure), float(measure.now.n), None, None


def _change_text(now: float | None, before: float | None, bounds: tuple[float, float] | None, measure: Change) -> str:
    figure = HIDDEN_TEXT if now is None else number_words(now, 0, measure.now.unit)
    parts = [figure]
    if measure.before is not None:
        parts.append(change_words(now, before, measure.before_words))
    normal = against_normal(now, bounds)
    return ", ".join([*parts, *([normal] if normal else [])])


def _leader(items: list[tuple[str, float | None]], nothing: str) -> str:
    known = [(label, number) for label, number in items if number]
    if not known:
        return nothing
    top = max(number for _, number in known)
    first = [label for label, number in known if number == top]
    return first[0] if len(first) == 1 else f"{', '.join(first[:-1])} and {first[-1]} (equal)"


def _concentration(numbers: list[float | None], share: float) -> str:
    """Return how few of the shown numbers hold ``share`` of their sum; hidden ones are in neither."""
    known = sorted((number for number in numbers if number), reverse=True)
    wanted, held = share * sum(known), 0.0
    for few, number in enumerate(known, 1):
        held += number
        if held >= wanted:
            return f"{few:,} of {len(numbers):,}"
    return NOT_KNOWN


def _hidden() -> Shown:
    return Shown(released(HIDDEN_TEXT), is_hidden=True)


def _partner_count(measure: Count, policy: Policy) -> Shown:
    value = shown_count(measure, policy)
    return _hidden() if value is None else Shown(released(number_words(value, 0, measure.unit)), float(value))


def _partner_ratio(measure: Ratio, policy: Policy) -> Shown:
    top, bottom = shown_count(measure.numerator, policy), shown_count(measure.denominator, policy)
    is_unsafe = is_small_difference(measure.denominator.n, measure.numerator.n, policy)
    if top is None or bottom is None or is_unsafe or top >= bottom:
        return _hidden()
    share = round(100 * top / bottom)
    return Shown(released(f"{share}% ({top:,} of {bottom:,})"), float(share))


def _partner_estimate(measure: Estimate, policy: Policy) -> Shown:
    """Show an estimate to two significant figures, and each end of its interval to its own two: printed as drawn."""
    if measure.value is None:
        return Shown(released(NOT_KNOWN))
    if not can_show_estimate(measure.n, measure.top_share, policy):
        return _hidden()
    value = two_figures(measure.value)
    low = None if measure.low is None else two_figures(measure.low)
    high = None if measure.high is None else two_figures(measure.high)
    spread = spread_words((low, high), None, measure.unit)
    return Shown(
        released(range_words(value, (low, high), None, measure.unit)), value, low, high,
        centre=released(number_words(value, None, measure.unit)) if spread else None,
        spread=released(spread) if spread else None,
    )  # fmt: skip


def _partner_change(measure: Change, policy: Policy) -> Shown:
    now = shown_count(measure.now, policy)
    before = shown_count(measure.before, policy) if measure.before else None
    bounds = normal_range([shown_count(count, policy) for count in measure.history])
    text = _change_text(now, before, bounds, measure)
    return Shown(released(text), None if now is None else float(now), is_hidden=now is None)


def _partner_leader(measure: Leader, policy: Policy) -> Shown:
    items: list[tuple[str, float | None]] = [(label, shown_count(count, policy)) for label, count in measure.items]
    return Shown(released(_leader(items, measure.nothing)))


def _partner_concentration(measure: Concentration, policy: Policy) -> Shown:
    numbers: list[float | None] = [shown_count(count, policy) for count in measure.counts]
    return Shown(released(_concentration(numbers, measure.share)))


def _partner_label(measure: Label, policy: Policy) -> Shown:
    return Shown(released(measure.text))


_PARTNER: dict[type, Callable[..., Shown]] = {
    Count: _partner_count,
    Ratio: _partner_ratio,
    Estimate: _partner_estimate,
    Change: _partner_change,
    Leader: _partner_leader,
    Concentration: _partner_concentration,
    Label: _partner_label,
}
