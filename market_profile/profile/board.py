"""The test-purchase board for planners: targets, plan of attempts, record, attention, what was left out and why."""

from __future__ import annotations

import pandas as pd

from market_profile.document import Calibration, Figure, Section, Sentence
from market_profile.profile.findings import Findings
from market_profile.profile.names import days_words, first_upper, hours_words
from market_profile.profile.target_cards import decisions_of
from market_profile.profile.text import (
    PLANNER,
    Blocks,
    Record,
    Row,
    col,
    counted,
    label,
    number,
    para,
    say,
    score,
    secret,
    section,
    table,
    words_of,
)
from market_profile.terms import Sensitivity
from market_profile.values import Estimate, Measure

PERSONAL, COVERT = Sensitivity.PERSONAL, Sensitivity.COVERT
BOARD_ROWS = 20
KEPT_ROWS = 8
AREA_ROWS = 6
FEW_ATTEMPTS = 20
"""Fewer attempts than this are no calibration."""


def board_section(findings: Findings) -> Section[Measure]:
    """Return the test-purchase board, its plan and record, what was left out and the diversion list (planners)."""
    blocks: Blocks = (
        para(
            "A score is an indicator for initial selection: accept, reject or defer each target with market-profile "
            "decide, and say why; cards are printed for accepted targets only.",
            tone="warning",
        ),
        *_targets(findings),
        *_plan(findings),
        *_record(findings),
        *_attention(findings),
        *_excluded(findings),
        *_diversions(findings),
    )
    return section("board", "Test-purchase board", blocks, PLANNER)


def _targets(findings: Findings) -> Blocks:
    targets = findings.board.targets
    ranked = targets[targets["rank"].notna()].head(BOARD_ROWS)
    if ranked.empty:
        return (para("No candidate passes the suspicion rule this month.", tone="note"),)
    decided = decisions_of(findings)
    called = names_of_targets(findings, ranked["target_id"])
    rows = [_target_row(row, decided, called) for row in ranked.to_dict("records")]
    columns = (
        col("Target", sensitivity=PERSONAL), col("Rank", True), col("Score", True), col("Chance of a purchase", True),
        col("When to try"), col("Purpose"), col("Decision"), col("Why", sensitivity=PERSONAL),
    )  # fmt: skip
    note = (
        "Scores run to 100 and are the sum of the points under each target; the range widens with what is not known. "
        "Some places are kept for targets about which little is known, so that attention does not feed itself. All "
        "candidates stand in tables/targets.csv, the model card in tables/model_card.csv."
    )
    caption = "Proposed test purchases, best first"
    return (table("targets", caption, columns, rows, note=note, keep=KEPT_ROWS, detail=True), *_withheld(findings))


def _withheld(findings: Findings) -> Blocks:
    held = findings.board.withheld
    if not held:
        return ()
    return (
        para(
            say(
                "Left empty: rank {held}. There a log suspected false carries a safeguarding flag about the person: "
                "check it. The log itself moved no other rank.",
                held=label(", ".join(str(rank) for rank in held)),
            )
        ),
    )


def names_of_targets(findings: Findings, ids: pd.Series) -> dict[str, str]:
    """Return what targets are called beside their ids: a person's name, a market's area."""
    names, markets = findings.people["preferred_name"], findings.geography.markets
    counts = findings.geography.area_counts
    areas = dict(zip(counts["area_code"], counts["area_name"], strict=True))
    people = {name: names[name] for name in ids.tolist() if name in names.index}
    if markets.empty:
        return people
    return people | {
        market: areas.get(area, "phone line")
        for market, area in zip(markets["market_id"], markets["area_code"], strict=True)
    }


PURPOSES = {"exploit": "most likely to succeed", "explore": "to learn where little is known"}
"""Why the board proposes a target, in words."""


def _target_row(row: Record, decided: dict[str, Record], called: dict[str, str]) -> Row:
    points = Estimate(number(row["score"]), number(row["score_low"]), number(row["score_high"]), 0, "", 0)
    chance = number(row["success_probability"])
    decision = decided.get(row["target_id"], {})
    return (
        secret(f"{row['target_id']} {called.get(row['target_id'], '')}".strip()),
        counted(row["rank"]),
        points,
        score(None if chance is None else 100 * chance, 0, "%"),
        label(_when(row)),
        label(PURPOSES.get(row["reach"], row["reach"])),
        label(decision.get("decision", "waiting")),
        secret(first_upper(_plain_reasons(row["reasons"]))),
    )


def _plain_reasons(reasons: object) -> str:
    """Return the parts of a score with their points; what each part is stands in the definition card."""
    return str(reasons).replace("best single statement; amount earns nothing", "its best single report")


def _when(row: Record) -> str:
    days, hours = days_words(row["suggested_from"], row["suggested_to"]), hours_words(row["suggested_hours"])
    return days if hours == "not known" else f"{days}, {hours}"


def _plan(findings: Findings) -> Blocks:
    """Return the plan: a row a week, a column a team, and what further teams would add."""
    plan = findings.board.plan
    if plan is None or plan.attempts.empty:
        return ()
    rows = plan.attempts
    teams = sorted(rows["team"].unique())
    columns = (col("Week"), *(col(f"Team {team}", sensitivity=PERSONAL) for team in teams), col("Expected", True))
    body: list[Row] = []
    for _, of_week in rows.groupby("week", sort=True):
        first = of_week.iloc[0]
        ids = {team: ", ".join(of_week.loc[of_week["team"] == team, "target_id"]) for team in teams}
        cells = [secret(ids[team] or "free") for team in teams]
        words = label(days_words(first["starts_on"], first["ends_on"]))
        body.append((words, *cells, score(of_week["expected"].sum(), 1)))
    note = (
        "Each market is tried in one phase of weeks that follow its replacement clock; expected: purchases. Hours and "
        "shifts stand in tables/board_plan.csv."
    )
    return (table("board_plan", "Plan of attempts", columns, body, note=note, keep=4), para(*_more_teams(findings)))


def _more_teams(findings: Findings) -> tuple[Sentence[Measure], ...]:
    plan = findings.board.plan
    assert_teams = plan.teams if plan is not None else pd.DataFrame()
    present = len(plan.attempts) if plan is not None else 0
    explored = int((plan.attempts["reach"] == "explore").sum()) if plan is not None else 0
    now = assert_teams[assert_teams["attempts"] == present].head(1)
    further = assert_teams[assert_teams["teams"] > (int(now["teams"].iloc[0]) if len(now) else 0)].head(1)
    told = [
        say(
            "{attempts} attempts are planned, {explored} of them to learn.",
            attempts=counted(present),
            explored=counted(explored),
        )
    ]
    if len(now) and len(further):
        told.append(
            say(
                "They are expected to bring {expected} purchases; one more team would add {added}.",
                expected=score(now["expected"].iloc[0], 1),
                added=score(further["added"].iloc[0], 1),
            )
        )
    return tuple(told)


def _record(findings: Findings) -> Blocks:
    """Return how the chances came out month by month, and the record of past boards."""
    board = findings.board
    told: list[Sentence[Measure]] = []
    if board.record is not None and int(board.record.months["attempts"].sum()):
        months = board.record.months
        told.append(
            say(
                "Past boards: {tried} of {targets} targets were tried, {attempts} attempts; {bought} purchases, "
                "{expected} expected.",
                tried=counted(months["tried"].sum()),
                targets=counted(months["targets"].sum()),
                attempts=counted(months["attempts"].sum()),
                bought=counted(months["bought"].sum()),
                expected=score(months["expected"].sum(), 1),
            )
        )
    if board.record is None or board.record.attempts < FEW_ATTEMPTS:
        return (para(*told),) if told else ()
    points = tuple(
        (
            score(100 * row["predicted"], 0, "%"),
            Estimate(100 * row["observed"], 100 * row["low"], 100 * row["high"], int(row["attempts"]), "%", 0),
        )
        for row in board.calibration.to_dict("records")
    )
    figure: Figure[Measure] = Figure(
        "board_calibration",
        say("Chances foretold were off by {gap} percentage points", gap=score(100 * board.record.calibration_error, 0)),
        "Attempts by the chance foretold before their month, and the share that succeeded; bars are 95% intervals",
        Calibration(points, "Chance foretold", "Share that succeeded"),
        "test purchases; each month foretold from earlier months alone",
        "A purchase that needed an introducer counts as two fifths of a success.",
        "board_success_probability",
    )
    return (*((para(*told),) if told else ()), figure)


def _attention(findings: Findings) -> Blocks:
    """Return the bias page: share of the board against the share of reported evidence that comes true, by area."""
    frame = findings.board.attention
    if frame.empty or not frame["board_places"].sum():
        return ()
    frame = frame.sort_values(["board_places", "area_code"], ascending=[False, True], kind="stable")
    rows = [
        (
            label(row["area_name"] or row["area_code"]), score(row["board_share_pct"], 0, "%"),
            score(row["fair_share_pct"], 0, "%"), score(row["discovered_share_pct"], 0, "%"),
        )
        for row in frame.head(AREA_ROWS).to_dict("records")
    ]  # fmt: skip
    columns = (
        col("Area"),
        col("Share of the board", True),
        col("Share of reports", True),
        col("Found by police", True),
    )
    note = (
        "Share of reports: what the public and partners report, times how often attempts there succeed, so that a "
        "place where much is reported and little is found earns less. All areas stand in tables/board_attention.csv."
    )
    unvisited = int(((frame["fair_share_pct"] >= 5) & (frame["board_places"] == 0)).sum())
    told = say(
        "Areas with at least a twentieth of the reports and no place on the board: {unvisited}.",
        unvisited=counted(unvisited),
    )
    return (table("board_attention", "Where the board looks", columns, rows, note=note, keep=3), para(told))


def _excluded(findings: Findings) -> Blocks:
    targets = findings.board.targets
    out = targets[targets["excluded_reason"] != ""]
    if out.empty:
        return ()
    grouped = out.groupby("excluded_reason", sort=True).size().sort_values(ascending=False, kind="stable")
    rows = [(label(first_upper(words_of(reason))), counted(n)) for reason, n in grouped.items()]
    return (table("excluded", "Candidates left out", (col("Reason"), col("Candidates", True)), rows, annex=True),)


def _diversions(findings: Findings) -> Blocks:
    diverted = findings.board.diversions
    if diverted.empty:
        return (
            para("Nobody on the board's candidates is under 18, exploited or progressing in treatment.", tone="note"),
        )
    names = findings.people["preferred_name"].reindex(diverted["nominal_id"]).fillna("")
    told = zip(diverted["nominal_id"].tolist(), names.tolist(), diverted["reason"].tolist(), strict=True)
    rows = [(secret(nominal), secret(name), secret(first_upper(reason))) for nominal, name, reason in told]
    columns = (
        col("Nominal", sensitivity=PERSONAL), col("Name", sensitivity=PERSONAL), col("Reason", sensitivity=PERSONAL),
    )  # fmt: skip
    note = "People to be safeguarded or supported: never targets."
    words = say("{people} people are on the diversion list, whatever their score.", people=counted(len(rows)))
    return (para(words), table("diversions", "Diversion list", columns, rows, note=note, annex=True))
