"""The front of the page: terms of reference, how to use it, headline tiles, what changed, key judgements."""

from __future__ import annotations

import pandas as pd

from market_profile.document import Section, Sentence, Tile, Tiles
from market_profile.periods import Month
from market_profile.profile.changes import changed_figures
from market_profile.profile.counts import YEAR_MONTHS, Events, events, year_of
from market_profile.profile.findings import Findings
from market_profile.profile.names import date_words, first_upper, month_words, year_words
from market_profile.profile.rows import figure_row
from market_profile.profile.text import (
    PARTNER,
    PLANNER,
    Blocks,
    bullets,
    change_col,
    col,
    counted,
    estimate,
    hidden_if_none,
    label,
    para,
    say,
    section,
    table,
)
from market_profile.values import Count, Measure

ATTEMPTS = "test-purchase attempts"
LOGS_OF_A_START = 10
"""Logs by which a month counts as the first on record: no single one tells it, as for any figure of partners."""


def terms_section(findings: Findings) -> Section[Measure]:
    """Return the marking and terms of reference (planners)."""
    month = findings.month
    blocks: Blocks = (
        para(
            "This is a problem profile under the National Intelligence Model. It describes the drugs market, "
            "what has been done about it and what is not known, to plan test purchases and outreach.",
            say(
                "It rests on records held up to {cutoff}; tables count {month} unless they say otherwise.",
                cutoff=label(date_words(month.last_day)),
                month=label(month_words(month)),
            ),
            *_begun(findings),
        ),
        para(
            "It names people and places: keep it inside the operation. Partners get their own edition. Intelligence "
            "is not evidence, and a score is not a decision.",
            tone="warning",
        ),
    )
    return section("terms", "Terms of reference", blocks, PLANNER)


def use_section(findings: Findings) -> Section[Measure]:
    """Return how to use and not to use the numbers (partners)."""
    rules = findings.disclosure
    blocks: Blocks = (
        para(
            say(
                "This profile describes the drugs market of {area} for the Combating Drugs Partnership, from records "
                "up to {cutoff} that may be shared.",
                area=label(findings.area_name),
                cutoff=label(date_words(findings.month.last_day)),
            ),
            *_begun(findings),
        ),
        bullets(
            "Use it to agree where a partnership response is needed and what to ask of each other.",
            "Do not use it to judge a street, a home or a person: the places shown are whole areas.",
            say(
                "Counts of {hidden} or fewer are hidden as [c]; others are rounded to {step}. Figures cover twelve "
                "months, {window}, unless they say otherwise.",
                hidden=label(rules.hidden_up_to),
                step=label(rules.round_to),
                window=label(year_words(findings.month)),
            ),
            "More records can mean more drugs or more looking: read counts beside what was done.",
        ),
    )
    return section("use", "How to use and not use these numbers", blocks, PARTNER)


def _begun(findings: Findings) -> tuple[Sentence[Measure], ...]:
    """Return since when logs are on record, where that is less than the twelve months that figures cover."""
    earliest = findings.tables.get("intelligence_logs")["submitted_at"].nsmallest(LOGS_OF_A_START)
    if len(earliest) < LOGS_OF_A_START:
        return ()
    first = Month(earliest.iloc[-1].strftime("%Y-%m"))
    if first <= findings.month.plus(1 - YEAR_MONTHS):
        return ()
    words = "Intelligence logs begin in {first}: figures over twelve months hold no more than the months since."
    return (say(words, first=label(month_words(first))),)


def headline_events(findings: Findings) -> dict[str, Events]:
    """Return the dated things that headlines count, by their words on the page."""
    tables = findings.tables
    logs = tables.get("intelligence_logs")
    purchases = tables.get("test_purchases")
    harm = tables.get("harm_events")
    overdoses = harm[harm["harm"].isin(["overdose", "ambulance"])]
    every = {
        "intelligence_logs": ("intelligence logs", events(logs, "submitted_at", "logs")),
        "seizures": ("seizures", events(tables.get("seizures"), "seized_at", "seizures|all", "seizure_ref")),
        "test_purchases": (ATTEMPTS, events(purchases, "attempted_at", "attempts|all")),
        "arrests": ("arrests", events(tables.get("arrests"), "arrested_at", "arrests|all")),
        "harm_events": ("overdoses and ambulance calls", events(overdoses, "occurred_at", "overdoses|all")),
        "disruptions": ("disruptions", events(tables.get("disruptions"), "on", "disruptions|all")),
    }
    return {words: found for kind, (words, found) in every.items() if findings.has(kind)}


def summary_section(findings: Findings) -> Section[Measure]:
    """Return the four tiles and what changed against the normal range (planners)."""
    month = findings.month
    changes = headline_events(findings)
    rows = [(label(first_upper(words)), found.monthly_change(month)) for words, found in changes.items()]
    blocks: Blocks = (
        _tiles(findings, is_partner=False),
        table(
            "what_changed",
            f"{month_words(month)} against the month before and the normal range",
            (col("Measure"), col("This month")),
            rows,
            note="The normal range is the mean of up to twelve earlier months plus and minus two standard deviations. "
            "Inside it a change may be chance.",
            keep=len(rows),
        ),
        *changed_figures(findings),
        para(*_people_sentences(findings)),
        *_revised(findings),
    )
    return section("changes", "What changed", blocks, PLANNER)


def headlines_section(findings: Findings) -> Section[Measure]:
    """Return the tiles and changes over rolling years (partners)."""
    month = findings.month
    found = headline_events(findings)
    rows = [(label(first_upper(words)), one.yearly_change(month)) for words, one in found.items()]
    column = change_col("Twelve months", [row[1] for row in rows])
    caption = year_words(month) if column.numeric else f"{year_words(month)} against the twelve months before"
    blocks: Blocks = (
        _tiles(findings, is_partner=True),
        table(
            "headline_changes",
            caption,
            (col("Measure"), column),
            rows,
            note="Where records do not reach back two years, no comparison is made.",
            keep=len(rows),
        ),
    )
    return section("headlines", "Headlines and changes", blocks, PARTNER)


def _tiles(findings: Findings, is_partner: bool) -> Tiles[Measure]:
    month = findings.month
    period, window = year_of(month), label(year_words(month))
    changes = headline_events(findings)
    price = estimate(figure_row(findings, "price_per_pure_gram", "heroin", period))
    availability = estimate(figure_row(findings, "availability", "all", period))
    priced = Count(price.n, "", f"priced purchases|heroin|{period}")
    tried = changes.get(ATTEMPTS)
    attempts = tried.in_year(month) if tried else Count(0, "", f"attempts|all|{period}")
    if is_partner:
        price, availability = hidden_if_none(price), hidden_if_none(availability)
    tiles = [
        Tile(
            "Price of a pure gram of heroin",
            price,
            say("Median of {n} test purchases, {window}.", n=priced, window=window),
            "price_per_pure_gram",
        ),
        Tile(
            "Test-purchase attempts that end in a purchase",
            availability,
            say("Share of {n} attempts, {window}.", n=attempts, window=window),
            "availability",
        ),
    ]
    for words, definition in (("seizures", "seizures"), ("overdoses and ambulance calls", "harm")):
        if words in changes:
            found = changes[words]
            change = found.yearly_change(month)
            note = say("In {window}; no earlier year to compare.", window=window)
            if change.before is not None:
                note = say("In {window}; the year before: {before}.", window=window, before=change.before)
            tiles.append(Tile(first_upper(words), found.in_year(month), note, definition))
    return Tiles(tuple(tiles[:4]))


def _revised(findings: Findings) -> Blocks:
    """Return what last month's edition said of its own month where records that came since changed it."""
    published = findings.previous.get("figures")
    if published is None or published.empty:
        return ()
    last = findings.month.previous()
    now = {words: found.in_month(last) for words, found in headline_events(findings).items()}
    known = published[(published["month"] == last.text) & published["figure"].isin(list(now))]
    moved = [
        say(
            "{figure}: published {then}, now {now}.",
            figure=label(words),
            then=counted(then),
            now=now[words],
        )
        for words, then in zip(known["figure"], known["value"], strict=True)
        if now[words].n != then
    ]
    if not moved:
        return (para("No headline figure of last month was revised.", tone="note"),)
    return (para("Last month's figures were revised as records arrived.", tone="note"), bullets(*moved))


def _people_sentences(findings: Findings) -> list[Sentence[Measure]]:
    changes = findings.network.changes
    kinds = changes["change"].value_counts() if len(changes) else pd.Series(dtype="int64")
    if not kinds.sum():
        return [say("No earlier network is on record to compare ties and roles with.")]
    merged = findings.resolution.events
    return [
        say(
            "In the network {new} ties are new, {lost} were lost and {roles} people changed role. People of a higher "
            "tier seen selling on the street again: {back}.",
            new=counted(kinds.get("new", 0)),
            lost=counted(kinds.get("lost", 0)),
            roles=counted(kinds.get("role_changed", 0) + kinds.get("returned_to_street", 0)),
            back=counted(kinds.get("returned_to_street", 0)),
        ),
        say("Identity: {n} nominals were merged or split since last month.", n=counted(len(merged))),
    ]
