"""Store: append-only Delta tables with provenance, month records, publishing, the lock and the audit chain."""

from market_profile.store.audit import append_event, audit_head, verify_audit
from market_profile.store.format import bring_up_to_date
from market_profile.store.kept import KeptFolder, forget_kept
from market_profile.store.lock import workspace_lock
from market_profile.store.months import MonthRecord, MonthStore
from market_profile.store.publish import publish_folder, recover_folder
from market_profile.store.warehouse import Batch, Warehouse

__all__ = [
    "Batch",
    "KeptFolder",
    "MonthRecord",
    "MonthStore",
    "Warehouse",
    "append_event",
    "audit_head",
    "bring_up_to_date",
    "forget_kept",
    "publish_folder",
    "recover_folder",
    "verify_audit",
    "workspace_lock",
]
