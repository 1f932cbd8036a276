"""The cohort register, the case forum and the treatment provider's pseudonymous extract."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from market_profile.contracts.linkage_key import linkage_keys
from market_profile.synthetic.mentions import custody_setting, write_mentions
from market_profile.synthetic.plan import Array, Plan
from market_profile.synthetic.purchases import Operation
from market_profile.synthetic.scene import Scene
from market_profile.synthetic.texts import Extract, day_text, extract, number_text

GROUPS = ("enforcement", "outreach", "eligible_not_included")
CRITERIA = ("offending", "drug_use", "violence", "vulnerability", "accommodation", "engagement")
"""Criteria of the case forum's risk matrix, each scored 0 to 5."""
NOT_KNOWN = 0.12
"""Share of assessments at which engagement could not be marked."""
STAGES = ("referred", "structured", "residential", "completed")


def make_cohort_register(scene: Scene, operations: list[Operation]) -> Extract:
    """Return people in the three record groups, taken on when an operation strikes."""
    rng = scene.plan.stream("cohort")
    last = int(scene.calendar.starts[-2])
    struck = [operation for operation in operations if operation.strikes < last - 3] or operations[:1]
    count = max(6, round(0.12 * len(scene.people.frame)))
    core = np.concatenate([scene.people.of_role(role) for role in ("dealer", "runner", "user", "user")])
    person = np.sort(rng.permutation(np.unique(core))[:count])
    which = rng.integers(0, len(struck), count)
    strikes = np.array([operation.strikes for operation in struck])[which]
    day = np.minimum(strikes + rng.integers(0, 12, count), last - 2)
    removed = day + rng.integers(40, 300, count)
    off = (removed < last) & (rng.random(count) < 0.5)
    group = np.array(GROUPS, dtype=object)[rng.choice(3, count, p=[0.4, 0.3, 0.3])]
    written = write_mentions(scene, person, day, person % 2, custody_setting(scene), "cohort")
    out = group == "outreach"
    frame = written[["nominal_ref", "surname", "forenames", "date_of_birth"]].assign(
        record_group=group, operation=np.array([o.name for o in struck], dtype=object)[which],
        accepted_on=day_text(day, scene), removed_on=np.where(off, day_text(removed, scene), ""),
        reason=np.where(off, np.where(out, "progressing in treatment", "moved away"), ""),
        judicial_action=np.where(group == "enforcement", "charged", ""),
        court_disposal=np.where((group == "enforcement") & (rng.random(count) < 0.5), "custody", ""),
    )  # fmt: skip
    return extract("cohort_register", frame, scene.calendar.month_of(day), None, person)


def make_case_forum(scene: Scene) -> Extract:
    """Return fortnightly assessments of a few dozen people against the risk matrix."""
    rng = scene.plan.stream("forum")
    frame = scene.people.frame
    people = np.concatenate([scene.people.of_role(role) for role in ("user", "dealer", "runner")])
    people = people[frame["nominal_ref"].to_numpy()[people] != ""]
    people = np.sort(rng.permutation(people)[: max(4, round(30 * scene.plan.scale**0.5))])
    first = rng.integers(scene.calendar.starts[0], scene.calendar.starts[-2], len(people))
    turns = rng.integers(1, 6, len(people))
    who = np.repeat(np.arange(len(people)), turns)
    turn = np.arange(len(who)) - np.repeat(np.cumsum(turns) - turns, turns)
    day = first[who] + 28 * turn
    kept = day < scene.calendar.starts[-2]
    who, day, turn = who[kept], day[kept], turn[kept]
    level = rng.uniform(1, 5, len(people))[who]
    rows = pd.DataFrame({"nominal_ref": frame["nominal_ref"].to_numpy(dtype=object)[people[who]],
                         "assessed_on": day_text(day, scene)})  # fmt: skip
    for name in CRITERIA:
        rows[name] = number_text(np.clip(np.round(level + rng.normal(0, 1, len(who))), 0, 5), 0)
    unknown = scene.plan.stream("forum-not-known").random(len(who)) < NOT_KNOWN
    rows["engagement"] = np.where(unknown, "", rows["engagement"])
    by_hand = rng.random(len(who)) < 0.06
    rows["override"] = np.where(by_hand, "high", "")
    rows["override_reason"] = np.where(by_hand, "new information", "")
    progressing = (turn >= 2) & (rng.random(len(who)) < 0.4)
    rows["decision"] = np.where(
        progressing, "progressing in treatment", rng.choice(["outreach", "enforcement", "monitor"], len(who))
    )
    rows["next_review"] = day_text(day + 28, scene)
    ref = (rows["nominal_ref"] + "/" + rows["assessed_on"]).to_numpy(dtype=object)
    return extract("case_forum", rows, scene.calendar.month_of(day), ref, people[who])


def make_treatment(scene: Scene) -> Extract:
    """Return journeys of clients through stages that overlap; most clients, not all, consent to sharing."""
    rng = scene.plan.stream("treatment")
    users = scene.people.of_role("user")
    clients = np.sort(rng.permutation(users)[: max(10, round(0.22 * len(users)))])
    keys, links = _keys(scene, clients, "client"), _linkage_keys(scene, clients)
    start = rng.integers(scene.calendar.starts[0] - 60, scene.calendar.starts[-2], len(clients))
    reached = rng.choice([1, 2, 3, 4], len(clients), p=[0.1, 0.55, 0.12, 0.23])
    who = np.repeat(np.arange(len(clients)), reached)
    turn = np.arange(len(who)) - np.repeat(np.cumsum(reached) - reached, reached)
    day = start[who] + np.where(turn == 0, 0, rng.integers(5, 40, len(who)) * turn)
    kept = (day < scene.calendar.starts[-2]) & (day >= scene.calendar.starts[0] - 60)
    who, turn, day = who[kept], turn[kept], day[kept]
    drug = rng.choice(["heroin", "crack", "cannabis", "cocaine"], len(clients), p=[0.45, 0.3, 0.15, 0.1])
    spend = np.round(rng.lognormal(np.log(120), 0.8, len(clients)) / 5) * 5
    consent = rng.random(len(clients)) < 0.7
    expires = start + rng.integers(120, 500, len(clients))
    done = turn == 3
    rows = pd.DataFrame({
        "client_key": keys[who], "linkage_key": np.where(consent[who], links[who], ""),
        "referred_on": day_text(start[who], scene),
        "referral_source": rng.choice(["arrest referral", "self", "GP", "outreach", "prison"], len(clients))[who],
        "stage": np.array(STAGES, dtype=object)[turn], "stage_on": day_text(day, scene), "main_drug": drug[who],
        "weekly_spend_gbp": number_text(spend[who], 0), "outcome": np.where(done, "completed drug free", ""),
        "consent_police_share": np.where(consent[who], "Y", "N"),
        "consent_expires": np.where(consent[who], day_text(expires[who], scene), ""),
    })  # fmt: skip
    ref = rows["client_key"] + "/" + rows["referred_on"] + "/" + rows["stage"] + "/" + rows["stage_on"]
    month = np.maximum(0, scene.calendar.month_of(day))
    return extract("treatment", rows, month, ref.to_numpy(dtype=object), clients[who])


def _linkage_keys(scene: Scene, people: Array) -> Array:
    """Return the pseudonyms that the provider makes of names and dates of birth as its clients gave them."""
    frame = scene.people.frame.iloc[people]
    born = pd.Series(pd.to_datetime(frame["birth"].to_numpy().astype("datetime64[D]")), index=frame.index)
    named = pd.DataFrame({"surname": frame["surname"], "forenames": frame["forename"], "date_of_birth": born})
    made: Array = linkage_keys(named, town_linkage_key(scene.plan)).to_numpy(dtype=object)
    return made


def town_linkage_key(plan: Plan) -> bytes:
    """Return the fictional partnership's key: of the seed alone, so that the same plan writes the same town."""
    return hashlib.sha256(f"fictional linkage key {plan.seed}".encode()).digest()


def _keys(scene: Scene, people: Array, purpose: str) -> Array:
    """Return pseudonyms that look like a keyed hash (one pass over a few hundred clients)."""
    names = [f"{scene.plan.seed}-{purpose}-{row}".encode() for row in people]
    return np.array([hashlib.blake2b(name, digest_size=10).hexdigest() for name in names], dtype=object)
