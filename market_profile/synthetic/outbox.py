"""Everything that the force would export, before the dirt: one text frame a record kind."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from market_profile.contracts.kinds import KINDS
from market_profile.synthetic import clearing, cohorts, community, justice, open_data, response
from market_profile.synthetic.logs import make_logs
from market_profile.synthetic.purchases import make_operations, make_purchases
from market_profile.synthetic.reports import make_reports
from market_profile.synthetic.scene import Scene
from market_profile.synthetic.seizures import make_seizures
from market_profile.synthetic.sources_of_reports import make_sources
from market_profile.synthetic.texts import Extract


@dataclass(frozen=True)
class Outbox:
    """``frames`` by kind with the private columns of ``texts.Extract`` and ``_order``; truths of logs and purchases."""

    frames: dict[str, pd.DataFrame]
    log_truth: pd.DataFrame
    purchase_truth: pd.DataFrame


def make_outbox(scene: Scene) -> Outbox:
    """Return every record kind of the contract for the months of the plan."""
    sources = make_sources(scene.plan)
    logs = make_logs(scene, sources, make_reports(scene, sources))
    operations = make_operations(scene)
    purchases = make_purchases(scene, operations)
    lines, closures = response.make_county_lines(scene)
    extracts = [
        logs.logs, logs.subjects, logs.links, purchases.first, purchases.reported,
        make_seizures(scene, operations), justice.make_arrests(scene, operations), justice.make_convictions(scene),
        cohorts.make_cohort_register(scene, operations), cohorts.make_case_forum(scene), cohorts.make_treatment(scene),
        response.make_operation_rows(scene, operations), lines, closures, response.make_assets(scene),
        community.make_survey(scene), community.make_harm_events(scene), response.make_disruptions(scene, operations),
        justice.make_court_orders(scene), community.make_crime_counts(scene), community.make_population(scene),
        open_data.make_street_crime(scene), open_data.make_stop_and_search(scene),
        clearing.make_clear_hold_build(scene), clearing.make_confident_reports(scene),
    ]  # fmt: skip
    written = {part.kind for part in extracts}  # partners send theirs once an edition is out
    frames = {kind: _joined(kind, extracts, scene.calendar.months) for kind in KINDS if kind in written}
    return Outbox(frames, logs.truth, purchases.truth)


def _joined(kind: str, extracts: list[Extract], months: int) -> pd.DataFrame:
    """Return the rows of ``kind`` within the months of the plan, in their order, with empty marks for the dirt."""
    frame = pd.concat([part.frame for part in extracts if part.kind == kind], ignore_index=True)
    frame = frame[(frame["_month"] >= 0) & (frame["_month"] < months)].reset_index(drop=True)
    frame["_order"] = frame.index.astype(float)
    return frame.assign(_reason="", _column="", _accepted=True, _duplicate=False)
