"""Release of a month's partner edition as a flow of its own: it runs only once two people have signed for it."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from flows.guard import guarded
from market_profile.refresh.releasing import Signer, release_partner
from market_profile.refresh.secrets import passphrase_from_environment

release_task = task(name="gate, sign and publish", persist_result=False)(guarded(release_partner))


def _signer(name: str) -> Signer:
    return Signer(name, lambda: passphrase_from_environment(name))


@flow(name="release", flow_run_name="release", persist_result=False)
def release(workspace: str, month: str, author: str, approver: str) -> str:
    """Release the partner edition of ``month``; passphrases come from the environment, never as parameters."""
    released = release_task(Path(workspace), month, (_signer(author), _signer(approver)), lambda line: None)
    return str(released.page)
