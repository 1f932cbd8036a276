"""Rules before ranking: reasonable suspicion, grades, handling, custody; and who is to be diverted, not targeted."""

from __future__ import annotations

import pandas as pd

from market_profile.network.codes import among
from market_profile.network.supply import SELLING
from market_profile.tasking.candidates import KEY
from market_profile.tasking.model import Inputs
from market_profile.terms import Role

MINIMUM_SOURCES = 2
"""Reasonable prior suspicion: two independent sources, or one direct purchase (DOMAIN.md, TRUST.md 16)."""

STALE_DAYS = 180
"""Older evidence gives no reason to think that the market still stands."""

EXPLOITED_SHARE = 0.15
"""Sound evidence of cuckooing or exploitation above this share of all that is said of a person diverts them."""

ADULT_YEARS = 18

COUNTS = ("independent_sources", "reported_sources", "direct_purchases", "unauthorised_purchases")

ENFORCEMENT_WORDS = r"arrest|warrant|raid|enforce|strike"
"""Words of a phase or tactic of an operation that officers in plain clothes must keep clear of."""

PROGRESS_WORDS = r"treat|divert|outreach|progress|support|engag"
"""Words in a case-forum decision that record a person as progressing; the forum's own vocabulary may be mapped."""


def support(evidence: pd.DataFrame, authorised: set[str]) -> pd.DataFrame:
    """Return what each target rests on, by (target_kind, target_id): E-graded evidence counts nowhere but ``only_e``.

    Columns independent_sources, reported_sources, direct_purchases (those in ``authorised``, by record_ref),
    unauthorised_purchases, is_conditional (no shareable or direct evidence), last_seen.
    """
    told = evidence["target"]
    sound = evidence[~evidence["is_suspected_false"]]
    frame = evidence.loc[~told.duplicated(), [*KEY, "target"]].set_index("target")
    purchases = sound[sound["kind"] == "test_purchases"]
    is_lawful = among(purchases["record_ref"], authorised)
    counted = (
        (sound, "source"), (sound[sound["stream"] == "reported"], "source"), (purchases[is_lawful], "record"),
        (purchases[~is_lawful], "record"),
    )  # fmt: skip
    for name, (rows, thing) in zip(COUNTS, counted, strict=True):
        number = rows[["target", thing]].drop_duplicates().groupby("target").size()
        frame[name] = number.reindex(frame.index).fillna(0).astype("int64")
    is_sound = frame.index.isin(sound["target"])
    shareable = sound.loc[(sound["handling"] == "P") | sound["is_direct"], "target"]
    frame["is_conditional"] = is_sound & ~frame.index.isin(shareable)
    frame["only_e"] = ~is_sound
    frame["last_seen"] = sound.groupby("target")["observed_at"].max()
    return frame.reset_index(drop=True)


def exclusions(rows: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return why each candidate may not be ranked ("" where it may); ``rows`` are candidates joined with ``support``.

    All reasons of a candidate are given, joined by "; ".
    """
    end = inputs.month.end
    no_evidence, is_person = rows["independent_sources"].eq(0), rows["target_kind"].eq("nominal")
    bought = rows["direct_purchases"] > 0
    unlawful = ~bought & (rows["unauthorised_purchases"] > 0)
    age = (end - rows["last_seen"]).dt.days
    cases = (
        ("no evidence is linked to it", no_evidence & ~rows["only_e"]),
        ("only evidence graded as suspected false", rows["only_e"]),
        (
            "rests on a single source: needs two independent sources or one direct purchase",
            ~no_evidence & ~bought & (rows["independent_sources"] < MINIMUM_SOURCES),
        ),
        ("its purchases had no authority in force on the day", unlawful & (rows["independent_sources"] < 2)),
        ("all evidence is under handling conditions (C)", ~no_evidence & rows["is_conditional"]),
        (f"no evidence in the last {STALE_DAYS} days", ~no_evidence & (age > STALE_DAYS)),
        ("in custody at the cut-off", is_person & among(rows["target_id"], _in_custody(inputs))),
        (
            "enforcement is planned or under way there for the whole period of the plan",
            rows["blocked_until"] >= end + pd.Timedelta(weeks=inputs.settings.plan_weeks),
        ),
    )
    text = pd.Series("", index=rows.index, dtype="str")
    for words, mask in cases:
        text = text.where(~mask, text + "; " + words)
    return text.str.removeprefix("; ")


def diversions(inputs: Inputs) -> pd.DataFrame:
    """Return nominal_id and reason for people who go to the diversion list, never to the board.

    One flag is enough, whatever its source: to protect needs less proof than to target. Flags that stand in logs graded
    as suspected false alone divert too, but after the order is made (``flagged_falsely``). Treatment data are never
    read.
    """
    parts = [
        _reasoned(_flagged(inputs), "safeguarding flag"),
        _reasoned(_under_age(inputs), "under 18"),
        _reasoned(_exploited(inputs), "cuckooed, exploited or a victim"),
        _reasoned(_controlled(inputs), "controlled by another: possible exploitation"),
        _reasoned(_forum(inputs), "progressing, as recorded by the case forum"),
        _reasoned(_outreach(inputs), "in the outreach group of the cohort register"),
    ]
    frame = pd.concat(parts, ignore_index=True).astype("str")
    grouped = frame.drop_duplicates().groupby("nominal_id", sort=True)["reason"].agg("; ".join)
    return grouped.reset_index()


def authority(inputs: Inputs) -> str:
    """Return "current until <date>", "expired" or "none on record" for test-purchase authority at the cut-off.

    An authority is given for an operation, not for a target: without a current one every target says that one must be
    obtained before any attempt.
    """
    rows = inputs.tables.get("test_purchases")
    rows = rows[(rows["authority_ref"].astype("str") != "") & (rows["attempted_at"] < inputs.month.end)]
    latest = rows["authority_expires"].max()
    if not len(rows):
        return "none on record"
    if pd.isna(latest) or latest < inputs.month.end:
        return "expired"
    return f"current until {latest.date()}"


def mentions(inputs: Inputs, kind: str, columns: list[str]) -> pd.DataFrame:
    """Return the rows of ``kind`` with the nominal that each was resolved to."""
    return resolved(inputs, kind, inputs.tables.get(kind), columns)


def resolved(inputs: Inputs, kind: str, frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return ``frame``, rows of ``kind``, with the nominal that each was resolved to."""
    if kind == "log_subjects":
        frame = frame.assign(record_ref=frame["urn"].astype("str"), subject_no=frame["subject_no"].astype("str"))
    else:
        frame = frame.assign(subject_no="1")
    own = inputs.resolution.records
    asked = (own["kind"] == kind).to_numpy() & among(own["record_ref"], frame["record_ref"])
    own = own.loc[asked, ["record_ref", "subject_no", "nominal_id"]].astype({"subject_no": "str"})
    return frame[["record_ref", "subject_no", *columns]].merge(own, on=["record_ref", "subject_no"])


def _reasoned(people: pd.Series, reason: str) -> pd.DataFrame:
    return pd.DataFrame({"nominal_id": people.astype("str"), "reason": reason})


def _in_custody(inputs: Inputs) -> set[str]:
    rows = mentions(inputs, "arrests", ["arrested_at", "days_in_custody"])
    until = rows["arrested_at"] + pd.to_timedelta(rows["days_in_custody"].astype("float64").fillna(0.0), unit="D")
    held = (rows["arrested_at"] < inputs.month.end) & (until >= inputs.month.end)
    return set(rows.loc[held, "nominal_id"])


def _flagged(inputs: Inputs, in_suspected_false: bool = False) -> pd.Series:
    """People with a safeguarding flag in a log that is (or is not) graded as suspected false."""
    rows = inputs.tables.get("log_subjects")
    rows = resolved(inputs, "log_subjects", rows[rows["safeguarding"].fillna(False).astype(bool)], ["urn"])
    logs = inputs.network.logs
    logs = logs.loc[among(logs["urn"], rows["urn"]), ["urn", "is_suspected_false"]]
    known = logs.loc[logs["is_suspected_false"] == in_suspected_false, "urn"]
    return rows.loc[among(rows["urn"], known), "nominal_id"]


def authorised_purchases(inputs: Inputs) -> set[str]:
    """Return the attempts that were made under an authority with a reference, in force on the day (RIPA Part II)."""
    rows = inputs.tables.get("test_purchases")
    is_given = (rows["authority_ref"].astype("str") != "") & rows["authority_expires"].notna()
    in_force = rows["attempted_at"] <= rows["authority_expires"] + pd.Timedelta(days=1)
    return set(rows.loc[is_given & in_force, "record_ref"].astype("str"))


def blocked_until(rows: pd.DataFrame, inputs: Inputs) -> pd.Series:
    """Return until when enforcement is planned or under way at each target or in its area; NaT where none is.

    Enforcement under way comes from ``operations`` (an open end counts as beyond the plan), planned enforcement from
    decisions/deconfliction.csv. A target is kept clear from now until the last day of what touches the plan.
    """
    end = inputs.month.end
    horizon = end + pd.Timedelta(weeks=inputs.settings.plan_weeks)
    open_end = horizon + pd.Timedelta(days=1)
    work = inputs.tables.get("operations")
    words = work["phase"].astype("str") + " " + work["tactic"].astype("str")
    is_on = (work["starts_on"] < horizon) & (work["ends_on"].isna() | (work["ends_on"] >= end))
    running = work[is_on & words.str.contains(ENFORCEMENT_WORDS, case=False) & (work["area_code"].astype("str") != "")]
    until = [_until(rows["area_code"], running["area_code"], running["ends_on"].fillna(open_end))]
    if len(inputs.planned):
        soon = inputs.planned[(inputs.planned["from_on"] < horizon) & (inputs.planned["to_on"] >= end)]
        until += [_until(rows[column], soon[column], soon["to_on"]) for column in ("target_id", "area_code")]
    return pd.concat(until, axis=1).max(axis=1).astype("datetime64[us]")


def _until(of: pd.Series, keys: pd.Series, ends: pd.Series) -> pd.Series:
    """Return the last of ``ends`` whose key is that of each of ``of``; blank keys touch nothing."""
    last = ends[keys.astype("str") != ""].groupby(keys.astype("str")).max()
    return pd.Series(last.reindex(of.to_numpy()).to_numpy(dtype="datetime64[us]"), index=of.index)


def flagged_falsely(inputs: Inputs) -> set[str]:
    """Return people whose only safeguarding flags stand in logs suspected false.

    To protect needs less proof than to target: they are withheld too, but only after the order is made, so that such
    a log moves nobody else's rank.
    """
    return set(_flagged(inputs, in_suspected_false=True))


def _under_age(inputs: Inputs) -> pd.Series:
    people = inputs.resolution.nominals
    born = pd.to_datetime(people["date_of_birth"], errors="coerce")
    return people.loc[born + pd.DateOffset(years=ADULT_YEARS) > inputs.month.end, "nominal_id"]


def _exploited(inputs: Inputs) -> pd.Series:
    nodes = inputs.network.nodes
    is_victim = nodes["role"].isin([Role.CUCKOOED.value, Role.VICTIM.value])
    return nodes.loc[is_victim | (nodes["exploited_share"] >= EXPLOITED_SHARE), "nominal_id"]


def _controlled(inputs: Inputs) -> pd.Series:
    """People whom corroborated evidence puts under another's control, unless they control others themselves."""
    edges = inputs.network.edges
    firm = edges[(edges["relation"] == "controls") & ~edges["is_suspected_false"] & ~edges["is_single_source"]]
    nodes = inputs.network.nodes
    upper = nodes.loc[nodes["role"].isin([r for r in SELLING if r != Role.RUNNER.value]), "nominal_id"]
    return firm.loc[~among(firm["target_nominal_id"], upper), "target_nominal_id"]


def _forum(inputs: Inputs) -> pd.Series:
    rows = mentions(inputs, "case_forum", ["assessed_on", "decision"])
    rows = rows[rows["assessed_on"] < inputs.month.end]
    latest = rows.sort_values(["nominal_id", "assessed_on", "record_ref"], kind="stable")
    latest = latest.drop_duplicates("nominal_id", keep="last")
    return latest.loc[latest["decision"].astype("str").str.contains(PROGRESS_WORDS, case=False), "nominal_id"]


def _outreach(inputs: Inputs) -> pd.Series:
    rows = mentions(inputs, "cohort_register", ["record_group", "accepted_on", "removed_on"])
    begun = rows["accepted_on"].isna() | (rows["accepted_on"] < inputs.month.end)
    active = rows["removed_on"].isna() | (rows["removed_on"] >= inputs.month.end)
    return rows.loc[(rows["record_group"].astype("str") == "outreach") & begun & active, "nominal_id"]
