"""Who is who on the planner's page: what changed this month, what waits for a person, and the nominal annex."""

from __future__ import annotations

import json

import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.document import Bullets, Figure, Section, Waterfall
from market_profile.profile.findings import Findings
from market_profile.profile.names import date_words
from market_profile.profile.text import (
    PLANNER,
    Blocks,
    Record,
    Row,
    bullets,
    col,
    counted,
    para,
    say,
    score,
    secret,
    section,
    table,
    words_of,
)
from market_profile.terms import Sensitivity
from market_profile.values import Measure

ANNEX_NOMINALS = 25
PERSONAL = Sensitivity.PERSONAL
EVENTS_SHOWN = 5
PAIRS_SHOWN = 4
LEAST_BITS = 0.05
"""Contributions below it are no step of the waterfall; they are summed in one."""
STEPS_SHOWN = 6
REASONS = {
    "new records": "new records speak for it",
    "judgement": "a person judged it",
    "two births": "it held two dates of birth that no slip explains",
}
"""Reasons of the ledger in words."""


def identity_section(findings: Findings) -> Section[Measure]:
    """Return what changed in who is who and the pairs that wait for a person, most valuable first (planners)."""
    blocks: Blocks = (_summary(findings), *_events(findings), *_pairs(findings))
    return section("identity", "What changed in who is who", blocks, PLANNER)


def _summary(findings: Findings) -> Bullets[Measure]:
    found = findings.resolution
    events = found.events
    of = {name: events[events["event"] == name] for name in ("merge", "split")}
    sentences = [
        say(
            "Mentions of people: {n}; nominals: {nominals}; pairs waiting for a person: {waiting}.",
            n=counted(len(found.records)), nominals=counted(len(found.nominals)), waiting=counted(len(found.review)),
        ),
        say(
            "Merges this month: {merges}, of {joined} records; splits: {splits}, of {parted}; nothing else changed.",
            merges=counted(len(of["merge"])), joined=counted(of["merge"]["records"].sum()),
            splits=counted(len(of["split"])), parted=counted(of["split"]["records"].sum()),
        )
        if len(events)
        else say("No record held before changed its nominal this month."),
    ]  # fmt: skip
    if found.blocking_recall_pct is not None:
        sentences.append(
            say(
                "Blocking recall {share}: the share of the matches of a far wider comparison that was compared.",
                share=score(found.blocking_recall_pct, 1, "%"),
            )
        )
    return bullets(*sentences)


def _events(findings: Findings) -> Blocks:
    events = findings.resolution.events
    if events.empty:
        return ()
    names = findings.people["preferred_name"]
    most = events.sort_values(["records", "from_id", "to_id"], ascending=[False, True, True], kind="stable")
    rows = [_event_row(row, names) for row in most.head(EVENTS_SHOWN).to_dict("records")]
    columns = (
        col("Change", sensitivity=PERSONAL), col("From", sensitivity=PERSONAL), col("To", sensitivity=PERSONAL),
        col("Records moved", True), col("Why", sensitivity=PERSONAL),
    )  # fmt: skip
    note = "Largest first; all are in tables/identity_events.csv."
    return (table("identity_changes", "Records that changed their nominal", columns, rows, note=note, keep=3),)


def _event_row(row: Record, names: pd.Series[str]) -> Row:
    name = str(names.get(row["to_id"], ""))
    return (
        secret(row["event"]), secret(row["from_id"]), secret(f"{row['to_id']} {name}".strip()),
        counted(row["records"]), secret(REASONS.get(str(row["reason"]), row["reason"])),
    )  # fmt: skip


def _pairs(findings: Findings) -> Blocks:
    waiting = findings.resolution.review
    if waiting.empty:
        return (para("No pair of nominals waits for a person.", tone="note"),)
    names = findings.people["preferred_name"]
    rows = [_pair_row(row, names, findings.tables) for row in waiting.head(PAIRS_SHOWN).to_dict("records")]
    columns = (
        col("One", sensitivity=PERSONAL), col("Other", sensitivity=PERSONAL),
        col("Same person", True, PERSONAL), col("Records moved", True), col("Strongest evidence", sensitivity=PERSONAL),
    )  # fmt: skip
    note = "Most valuable first; all are in tables/review_pairs.csv and in market-profile review."
    listed = table("identity_review", "Pairs that wait for a person", columns, rows, note=note, keep=3)
    return (listed, _waterfall(waiting.iloc[0].to_dict()))


def _pair_row(row: Record, names: pd.Series[str], tables: Tables) -> Row:
    sides = [_side(row, side, names, tables) for side in ("left", "right")]
    parts = {name: bits for name, bits in contributions(row).items() if name != "prior" and bits}
    ranked = sorted(parts, key=lambda name: (-abs(parts[name]), name))[:3]
    told = ", ".join(f"{words_of(name)} {parts[name]:+.1f}" for name in ranked)
    return (
        secret(sides[0]), secret(sides[1]), score(100 * row["probability"], 0, "%"), counted(row["records"]),
        secret(told),
    )  # fmt: skip


def _side(row: Record, side: str, names: pd.Series[str], tables: Tables) -> str:
    """Return one side of a pair: its nominal; of a mention without a surname what it says, and whose it is now.

    Two nominals of different names may wait for a street name that could be either's: the question is whose it is, not
    whether the two are one.
    """
    identity = row[f"{side}_nominal_id"]
    name = str(names.get(identity, ""))
    nominal = f"{identity} {name}".strip()
    kind, ref, subject = (str(row[f"{side}_{part}"]) for part in ("kind", "ref", "subject"))
    said = name_alone(tables, kind, ref, subject)
    return f"“{said}” in {ref}, now {nominal}" if said and said.casefold() != name.casefold() else nominal


def name_alone(tables: Tables, kind: str, ref: str, subject: str) -> str:
    """Return the forename or first street name of a mention without a surname, "" of any other."""
    frame = tables.get(kind)
    if frame.empty:
        return ""
    if kind == "log_subjects":
        found = frame[(frame["urn"] == ref) & (frame["subject_no"].astype("str") == subject)]
    else:
        found = frame[frame["record_ref"] == ref]
    prefix = "seller_" if kind == "test_purchases" else ""
    surname, forenames, aliases = (f"{prefix}{part}" for part in ("surname", "forenames", "aliases"))
    if found.empty or surname not in found or str(found[surname].iloc[0]).strip():
        return ""
    said = (str(found[column].iloc[0]).strip() for column in (forenames, aliases) if column in found)
    return next((text.partition("|")[0].strip() for text in said if text), "")


def contributions(row: Record) -> dict[str, float]:
    """Return the bits of each field of a review pair, prior first; they add up to its weight."""
    return {str(name): float(bits) for name, bits in json.loads(str(row["contributions"])).items()}


def steps(parts: dict[str, float]) -> list[tuple[str, float]]:
    """Return the parts of a weight as steps that add up to it: the prior, the largest fields, and the rest in one.

    Example:
        >>> steps({"prior": -9.0, "surname": 11.5, "sex": 0.01, "phone": 0.0})
        [('Chance beforehand', -9.0), ('Surname', 11.5), ('The rest', 0.01)]
    """
    fields = {name: bits for name, bits in parts.items() if name != "prior"}
    shown = [name for name in fields if abs(fields[name]) >= LEAST_BITS]
    shown = sorted(shown, key=lambda name: (-abs(fields[name]), name))[:STEPS_SHOWN]
    found = [("Chance beforehand", parts["prior"])]
    found += [(words_of(name).capitalize(), fields[name]) for name in fields if name in shown]
    rest = round(sum(bits for name, bits in fields.items() if name not in shown), 4)
    return [*found, ("The rest", rest)] if rest else found


def _waterfall(row: Record) -> Figure[Measure]:
    parts = contributions(row)
    drawing: Waterfall[Measure] = Waterfall(
        steps=tuple((name, score(bits, 1)) for name, bits in steps(parts)),
        total=("Match weight", score(round(sum(parts.values()), 4), 1)),
        unit="bits of evidence",
    )
    return Figure(
        "identity_waterfall",
        say("Why the first pair is in doubt"),
        "bits of evidence for (+) and against (-) one person, field by field; 0 is an even chance",
        drawing,
        "nominals compared under the frozen linkage model",
        "Half a bit either way decides nothing: read the records.",
    )


def nominals_section(findings: Findings) -> Section[Measure]:
    """Return the nominals with most records (planners)."""
    nominals = findings.resolution.nominals
    if nominals.empty:
        return section("nominals", "Nominal annex", (para("No person is named in the records.", tone="note"),), PLANNER)
    most = nominals.sort_values(["records", "nominal_id"], ascending=[False, True], kind="stable").head(ANNEX_NOMINALS)
    rows = [
        (
            secret(row["nominal_id"]), secret(row["preferred_name"]),
            secret(date_words(row["date_of_birth"]) or "not known"),
            secret(words_of(str(row["roles"]).replace("|", ", ")) or "unknown"), counted(row["records"]),
            secret(date_words(row["last_seen"])), secret("look again" if row["review_needed"] else "settled"),
        )
        for row in most.to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Nominal", sensitivity=PERSONAL), col("Name", sensitivity=PERSONAL),
        col("Date of birth", sensitivity=PERSONAL), col("Roles", sensitivity=PERSONAL), col("Records", True),
        col("Last seen", sensitivity=PERSONAL), col("Identity", sensitivity=PERSONAL),
    )  # fmt: skip
    note = f"The {ANNEX_NOMINALS} with most records; all are in tables/nominals.csv."
    block = table("nominal_annex", "Nominals with most records", columns, rows, note=note, annex=True)
    return section("nominals", "Nominal annex", (block,), PLANNER)
