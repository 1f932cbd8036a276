"""Who is who outside a refresh: why two mentions are or are not one person, and a model of a force's own records."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from market_profile.errors import InputRefused
from market_profile.refresh.making import load_records
from market_profile.refresh.plan import Plan, make_plan, open_workspace
from market_profile.resolve.estimate import estimate_from
from market_profile.resolve.explain import MentionKey, explain_pair
from market_profile.resolve.model import chosen_model, model_text, shipped_model
from market_profile.store.publish import write_file
from market_profile.store.warehouse import Warehouse

MODEL_FILE = "decisions/model.json"


def why_one_person(folder: Path, month: str | None, left: MentionKey, right: MentionKey) -> pd.DataFrame:
    """Return the evidence for and against two mentions being one person (``explain_pair``), from the store."""
    plan = _stored(folder, month)
    model = chosen_model(plan.workspace.settings.resolve.model_text)
    return explain_pair(load_records(plan).tables, plan.month, left, right, model)


def write_model(folder: Path, month: str | None) -> tuple[Path, str]:
    """Measure the linkage model on the stored records, write it into decisions/, and return file and version."""
    plan = _stored(folder, month)
    model = estimate_from(load_records(plan).tables, plan.month, shipped_model())
    about = f"Measured by market-profile estimate on the records up to {plan.month.text}, without labels."
    path = folder / MODEL_FILE
    write_file(path, model_text(model, about).encode())
    return path, model.version


def _stored(folder: Path, month: str | None) -> Plan:
    workspace = open_workspace(folder)
    batch = Warehouse(workspace.store).last_batch()
    if not batch:
        raise InputRefused("the store holds no records yet; run market-profile refresh first")
    return make_plan(workspace, batch, month, ())
