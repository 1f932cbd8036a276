"""One printable card for each target that a planner accepted under an authority in force; for nobody else."""

from __future__ import annotations

import pandas as pd

from market_profile.document import TargetCard
from market_profile.profile.findings import Findings
from market_profile.profile.names import date_words, days_words, first_upper, hours_words
from market_profile.profile.text import Record, number, words_of
from market_profile.tasking.candidates import KEY

MOST_RECORDS = 10
"""Records listed on a card, latest first: the card is one page; the rest is behind ``market-profile explain``."""

MARKET_WORDS = {
    "open": "open: a stranger can buy",
    "semi-open": "semi-open: a stranger can buy once introduced",
    "closed": "closed: known buyers only",
}


def decisions_of(findings: Findings) -> dict[str, Record]:
    """Return the latest decision on each target that holds for this month: by target_id, the line of the file.

    A line without a month, or with this one, holds; later days win, on one day the later line.
    """
    rows = findings.decisions.board_decisions
    if "month" in rows:
        rows = rows[rows["month"].isin(["", findings.month.text])]
    rows = rows.sort_values("on", kind="stable").drop_duplicates("target_id", keep="last")
    return {str(row["target_id"]): {str(k): v for k, v in row.items()} for row in rows.to_dict("records")}


def target_cards(findings: Findings) -> tuple[TargetCard, ...]:
    """Return the cards of accepted targets in order of rank.

    A target must stand on this month's board, be accepted, and its authority must run to the cut-off or beyond:
    what was diverted, excluded, rejected, deferred or not decided has no card.
    """
    accepted = {
        target: row
        for target, row in decisions_of(findings).items()
        if row["decision"] == "accept" and _is_authorised(row, findings)
    }
    targets = findings.board.targets
    rows = targets[targets["rank"].notna() & targets["target_id"].isin(list(accepted))]
    return tuple(_card(row, accepted[str(row["target_id"])], findings) for row in rows.to_dict("records"))


def _is_authorised(decision: Record, findings: Findings) -> bool:
    expires = decision.get("authority_expires_on")
    return bool(decision.get("authority_ref")) and pd.notna(expires) and expires >= findings.month.end


def _card(row: Record, decision: Record, findings: Findings) -> TargetCard:
    target, kind = str(row["target_id"]), str(row["target_kind"])
    parts = findings.board.parts
    own = parts[(parts["target_kind"] == kind) & (parts["target_id"] == target) & (parts["points"] >= 0.05)]
    low, high = f"{100 * row['success_low']:.0f}", f"{100 * row['success_high']:.0f}"
    chance = f"{100 * row['success_probability']:.0f} % ({low} to {high} %)"
    return TargetCard(
        target_id=target,
        title=f"{first_upper(words_of(kind))} {target}",
        sections=(
            ("Why", (f"Score {row['score']:.0f} of 100 ({row['score_low']:.0f} to {row['score_high']:.0f}); chance of "
                     f"a purchase {chance}; about {row['expected_attempts']:.0f} attempts for one purchase.",)),
            ("Where", (_where(row, findings),)),
            ("When", (_when(row),)),
            ("Typology", (_typology(row, findings),)),
            ("Risks", _risks(row)),
            ("What would change the view", _doubts(row)),
            ("Authority and decision", (
                f"Authority {decision['authority_ref']}, until {date_words(decision['authority_expires_on'])}.",
                f"Accepted by {decision['by']} on {date_words(decision['on'])}: {decision['reason']}",
            )),
        ),
        points=tuple((str(p["part"]), f"{p['points']:.1f}", str(p["why"])) for p in own.to_dict("records")),
        records=_records(target, kind, findings),
    )  # fmt: skip


def _where(row: Record, findings: Findings) -> str:
    counts = findings.geography.area_counts
    names = dict(zip(counts["area_code"], counts["area_name"], strict=True))
    area = names.get(row["area_code"], "area not known")
    market = f", market {row['market_id']}" if row["market_id"] else ""
    if number(row["target_easting_m"]) is None:
        return f"{area}{market}; no place of its own is known."
    return f"{area}{market}; around {row['target_easting_m']:.0f} {row['target_northing_m']:.0f} (metres)."


def _when(row: Record) -> str:
    days, hours = days_words(row["suggested_from"], row["suggested_to"]), hours_words(row["suggested_hours"])
    weeks = str(row["planned_weeks"]).replace("|", ", ")
    planned = f" Planned in week {weeks}." if weeks else " Not in this month's plan."
    return f"{first_upper(days)}; hours {hours}.{planned}"


def _typology(row: Record, findings: Findings) -> str:
    nodes = findings.network.nodes.set_index("nominal_id")["role"]
    types = findings.indicators.market_types.set_index("market_id")["type"]
    market = MARKET_WORDS.get(str(types.get(row["market_id"], "")), "type not known: too few attempts")
    role = (
        f"{first_upper(words_of(nodes.get(row['target_id'], 'unknown')))}; " if row["target_kind"] == "nominal" else ""
    )
    return f"{role}market {market}."


def _risks(row: Record) -> tuple[str, ...]:
    told = ["Check for vulnerability, exploitation and age again before any contact; stop if any is found."]
    if row["blocked_until"]:
        told.append(f"Enforcement there until {date_words(pd.Timestamp(row['blocked_until']))}: keep clear of it.")
    if row["target_kind"] == "nominal":
        told.append("Identity rests on linked records: confirm it is the same person.")
    if row["reach"] == "explore":
        told.append("Proposed to learn, not because success is likely.")
    return tuple(told)


def _doubts(row: Record) -> tuple[str, ...]:
    told = []
    if row["attempts"] == 0:
        told.append("Nobody has tried near here: a first refusal lowers the chance most.")
    if row["reported_sources"] == 0:
        told.append("No report from the public or partners: one would narrow the range.")
    if row["direct_purchases"] == 0:
        told.append("No purchase on record: suspicion rests on statements alone.")
    told.append("Silence: each quiet month makes it less likely that the post is still held.")
    return tuple(told)


def _records(target: str, kind: str, findings: Findings) -> tuple[tuple[str, str, str, str], ...]:
    """Return kind, reference, date and grade of the sound records behind a target, latest first."""
    if kind == "nominal":
        supply = findings.network.supply
        rows = supply[(supply["nominal_id"] == target) & ~supply["is_suspected_false"]]
        rows = rows[["kind", "record_ref", "observed_at", "grade"]]
    else:
        logs = findings.network.logs
        market = findings.board.targets.set_index(KEY)["market_id"].get((kind, target), "")
        own = findings.geography.record_markets
        own = own[(own["market_id"] == market) & (own["kind"] == "intelligence_logs")]
        rows = logs[logs["urn"].isin(own["record_ref"]) & ~logs["is_suspected_false"]]
        grade = rows.get("grade", "")
        rows = rows.assign(kind="intelligence_logs", record_ref=rows["urn"], grade=grade)
        rows = rows[["kind", "record_ref", "observed_at", "grade"]]
    rows = rows.sort_values(["observed_at", "kind", "record_ref"], ascending=[False, True, True], kind="stable")
    return tuple(
        (words_of(r["kind"]), str(r["record_ref"]), date_words(r["observed_at"]), str(r["grade"] or "direct"))
        for r in rows.head(MOST_RECORDS).to_dict("records")
    )
