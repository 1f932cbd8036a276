"""From records to nominals: collect, collapse, link, name, and keep what next month needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.contracts.tables import Tables
from market_profile.periods import Month
from market_profile.resolve.cluster import Labels
from market_profile.resolve.coded import Coded
from market_profile.resolve.identity import Held, carry_ids, held_before, id_texts, ledger
from market_profile.resolve.judgements import constraints, standing
from market_profile.resolve.keys import blocking_keys
from market_profile.resolve.mentions import COMPARED_ONLY, MENTION_KEY, collect_mentions
from market_profile.resolve.model import LinkModel, chosen_model
from market_profile.resolve.nominals import describe_nominals
from market_profile.resolve.recall import blocking_recall
from market_profile.resolve.review import empty_review, still_waiting, waiting_pairs, with_contributions
from market_profile.resolve.rounds import Limits, Rounds, link_in_rounds
from market_profile.resolve.settled import Settled, judgement_state, questioned_state, settled_units, two_births
from market_profile.resolve.units import Units, make_units
from market_profile.resolve.weigh import Weigher
from market_profile.room_settings import ResolveSettings


@dataclass(frozen=True)
class Resolution:
    """Who is who at the end of a month.

    ``nominals``: columns of nominals.csv, with ``is_safeguarding`` and ``is_under_18``. ``records``: kind,
    record_ref, subject_no, nominal_id, match_probability. ``review``: pairs waiting for a person. ``events``: the
    ledger of this month (month, event merge|split, from_id, to_id, records, reason). ``state``: what next month needs.
    """

    nominals: pd.DataFrame
    records: pd.DataFrame
    review: pd.DataFrame
    events: pd.DataFrame
    state: dict[str, pd.DataFrame]
    model_version: str
    blocking_recall_pct: float | None = None


def resolve_nominals(
    tables: Tables,
    month: Month,
    previous: Mapping[str, pd.DataFrame],
    judgements: pd.DataFrame,
    settings: ResolveSettings,
    model: LinkModel | None = None,
) -> Resolution:
    """Return the nominals behind all mentions up to the end of ``month``.

    Args:
        tables: accepted records.
        month: the month refreshed; later records are left out.
        previous: ``state`` of the last resolution, or empty: then everything is linked afresh.
        judgements: what people decided (columns of ``decisions/``: left_kind, left_ref, left_subject, right_*,
            judgement same|different|unsure, by, on, reason).
        settings: the probabilities at which pairs are listed for review.
        model: another frozen model than that of the settings (the shipped one where they name none).
    """
    model = model or chosen_model(settings.model_text)
    mentions = collect_mentions(tables, month)
    judged = standing(judgements, mentions, month)
    is_judged = np.zeros(len(mentions), dtype=bool)
    is_judged[judged[["left", "right"]].to_numpy().ravel()] = True
    units = make_units(mentions, is_judged)
    mentions = mentions.drop(columns=list(COMPARED_ONLY))
    held = held_before(mentions, previous)
    settled = settled_units(mentions, units, held, previous, judged, model.version)
    limits = constraints(judged, units.of_mention)
    floor = float(np.log2(settings.review_probability / (1 - settings.review_probability))) - 0.001
    most = Limits(settings.largest_cluster_records, floor)
    rounds = link_in_rounds(units.coded, blocking_keys, model, units.evidence, limits, settled, most)
    return _finish(_Work(mentions, units, rounds, judged, model, month, settings, settled), held, previous)


@dataclass(frozen=True)
class _Work:
    mentions: pd.DataFrame
    units: Units
    rounds: Rounds
    judged: pd.DataFrame
    model: LinkModel
    month: Month
    settings: ResolveSettings
    settled: Settled


def _finish(work: _Work, held: Held, previous: Mapping[str, pd.DataFrame]) -> Resolution:
    mentions, units, rounds = work.mentions, work.units, work.rounds
    issued = int(previous["model"]["issued"].iloc[0]) if "model" in previous else 0
    numbers, issued = carry_ids(mentions, rounds.clusters[units.of_mention], held.nominal, issued)
    certainty = rounds.certainty[units.of_mention]
    records = mentions[MENTION_KEY].assign(nominal_id=id_texts(numbers), match_probability=certainty)
    found = pd.concat([_parted(work, records), _waiting(work, records)], ignore_index=True)
    decided = work.judged[work.judged["judgement"] == "different"]
    review = still_waiting(found, previous.get("review", empty_review()), records, decided)
    doubtful = set(review["left_nominal_id"]) | set(review["right_nominal_id"])
    births = two_births(numbers, mentions["dob"])
    recall = _recall(work, previous)
    state = _state(work, records, issued, recall)
    state |= {"review": review, "questioned": questioned_state(births, work.settled)}
    nominals = describe_nominals(mentions, numbers, work.month, doubtful | births)
    nominals["review_needed"] |= nominals["records"] > work.settings.largest_cluster_records
    return Resolution(
        nominals=nominals,
        records=records.reset_index(drop=True),
        review=review,
        events=ledger(numbers, held.nominal, work.month, work.settled.reasons),
        state=state,
        model_version=work.model.version,
        blocking_recall_pct=None if np.isnan(recall) else recall,
    )


def _waiting(work: _Work, records: pd.DataFrame) -> pd.DataFrame:
    """Return the review list of the last round's pairs; ``records``: key and nominal of each mention."""
    rounds, floor = work.rounds, work.settings.review_probability
    profiles = rounds.profiles
    waiting = waiting_pairs(rounds.last.pairs, rounds.last.clusters, profiles.coded, floor)
    return _explained(work, waiting, profiles.coded, records, work.units.first[profiles.lead])


def _parted(work: _Work, records: pd.DataFrame) -> pd.DataFrame:
    """Return the review list of what the guard took apart: one pair for each two parts."""
    units, rounds = work.units, work.rounds
    if rounds.parted.empty:
        return empty_review()
    waiting = waiting_pairs(rounds.parted, rounds.clusters, units.coded, 0.0)
    return _explained(work, waiting, units.coded, records, units.first)


def _explained(work: _Work, waiting: pd.DataFrame, units: Coded, records: pd.DataFrame, first: Labels) -> pd.DataFrame:
    """Return waiting pairs of ``units`` with their contributions; ``first``: a mention of each unit."""
    if waiting.empty:
        return empty_review()
    evidence = work.units.evidence
    few, left, right = units.among(waiting["left"].to_numpy(), waiting["right"].to_numpy())
    parts = Weigher(few, work.model, evidence.frequencies, evidence.persons).parts(left, right)
    waiting = pd.concat([waiting, parts.drop(columns="weight")], axis=1)
    return with_contributions(waiting, records, first, work.model)


def _recall(work: _Work, previous: Mapping[str, pd.DataFrame]) -> float:
    """Return the blocking recall, measured whenever everything is linked from nothing, and carried in between."""
    if not work.settled.fresh.all():
        return float(previous["model"]["blocking_recall_pct"].iloc[0])
    if work.mentions.empty:
        return np.nan
    units = work.units.coded
    found = blocking_recall(units, blocking_keys(units), work.model, work.units.evidence, work.rounds.largest)
    return np.nan if found is None else found


def _state(work: _Work, records: pd.DataFrame, issued: int, recall: float) -> dict[str, pd.DataFrame]:
    held = records[[*MENTION_KEY, "nominal_id", "match_probability"]].assign(content=work.units.content)
    return {
        "mentions": held.reset_index(drop=True),
        "judgements": judgement_state(work.mentions, work.judged),
        "model": pd.DataFrame({"version": [work.model.version], "issued": [issued], "blocking_recall_pct": [recall]}),
    }
