"""What removing the key players would do, and whom an arrest leaves to be reached, in words and numbers."""

from __future__ import annotations

from market_profile.document import Sentence
from market_profile.network import KeyPlayerSet, Recovery, WhatIf, remove_nominals
from market_profile.profile.findings import Findings
from market_profile.profile.names import role_words
from market_profile.profile.text import Blocks, Row, col, counted, label, para, say, score, secret, table
from market_profile.values import Count, Measure

MOST_REMOVED = 5
"""Removals asked about on the page; any other set is asked for with ``market-profile whatif``."""

WAYS = {
    "nearest": "contacts of contacts take over",
    "popular": "those with most ties take over",
    "shared": "the other contacts take over",
}


def what_if_blocks(findings: Findings) -> Blocks:
    """Return what taking out the best set of up to ``MOST_REMOVED`` key players would do (planners)."""
    sets = [one for one in findings.network.key_players if one.k <= MOST_REMOVED]
    if not sets:
        return ()
    best = sets[-1]
    found = remove_nominals(findings.network, best.nominals)
    columns = (
        col("If they were gone"), col("Fragmentation", True), col("Efficiency", True), col("Components", True),
    )  # fmt: skip
    rows: list[Row] = [
        (
            label("Before"),
            *_shape(found.before.fragmentation, found.before.efficiency),
            counted(found.before.components),
        ),
        (label("After"), *_shape(found.after.fragmentation, found.after.efficiency), counted(found.after.components)),
        *(_mended(way) for way in found.recovery),
    ]
    who = ", ".join(best.nominals)
    note = (
        f"Middle of 20 draws each. Fragmentation runs from 0 (all within reach) to 1 (nobody is); efficiency falls as "
        f"ties get longer. Any other set: market-profile whatif. Corroborated ties only. "
        f"Removed: {best.k} people, the set that fragments most together, which need not be the first of the list."
    )
    return (
        table("what_if", "What if the key players were gone", columns, rows, note=note, keep=5),
        para(
            say("Taken out together: {who}.", who=secret(who)),
            *_consequences(found),
            *_comparison(found, best),
        ),
    )


def _shape(fragmentation: float, efficiency: float) -> Row:
    return (score(fragmentation, 3), score(efficiency, 3))


def _mended(way: Recovery) -> Row:
    return (label(f"Mended: {WAYS[way.mechanism]}"), *_shape(way.fragmentation[0], way.efficiency[0]), label(""))


def _consequences(found: WhatIf) -> tuple[Sentence[Measure], ...]:
    next_ones = ", ".join(found.likely_replacements) or "nobody known"
    open_parts = ", ".join(role_words(role) for role in found.roles_unfilled) or "none"
    told = [
        say(
            "{without} users would lose every known supplier, {other} would keep another.",
            without=counted(found.users_without),
            other=counted(found.users_with_alternative),
        ),
        say(
            "Likely to take over: {people}; parts left open: {parts}.",
            people=secret(next_ones),
            parts=label(open_parts),
        ),
    ]
    if found.is_strengthening:
        told.append(say("By most ways of mending the network ends stronger than before: weigh this before acting."))
    return tuple(told)


def _comparison(found: WhatIf, best: KeyPlayerSet) -> tuple[Sentence[Measure], ...]:
    told = [
        say(
            "The {n} most reported would give {most}, chance {low} to {high}. With 15% more ties hidden this choice "
            "gives {hidden}, and does better than taking out those with most ties in {share} of draws.",
            n=counted(best.k),
            most=score(found.most_reported, 2),
            low=score(found.random_low, 2),
            high=score(found.random_high, 2),
            hidden=score(found.stability.fragmentation[0], 2),
            share=score(100 * found.stability.share_best, 0, "%"),
        )
    ]
    if not best.is_fragmenting:
        told.append(say("Even the best set leaves most people within reach of each other."))
    if best.near_equal:
        told.append(say("Other sets that do as well: {n}.", n=counted(len(best.near_equal))))
    return tuple(told)


def outreach_count(findings: Findings) -> Blocks:
    """Return how many users are linked to a dealer arrested in the last 21 days: a banded count (partners)."""
    window = findings.network.window
    users = Count(int(window["user_id"].nunique()), "", f"users in the outreach window|as at {findings.month.text}")
    return (
        para(
            say(
                "People whose supplier was arrested in the last three weeks, and whom outreach may reach now: {users}.",
                users=users,
            )
        ),
    )
