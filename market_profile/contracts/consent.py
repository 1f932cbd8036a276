"""Consent of treatment clients to sharing with the police: one answer a client, as it stands at the cut-off."""

from __future__ import annotations

import pandas as pd

from market_profile.among import is_among

ORDER = ["client_key", "referred_on", "stage_on", "record_ref"]
"""A client's rows in time; a client's latest row holds the consent that counts."""


def consent_holds(treatment: pd.DataFrame, cutoff: pd.Timestamp) -> pd.Series:
    """Return, aligned with the rows of ``treatment``, whether their client consents at ``cutoff`` (exclusive).

    A client's latest row decides for all of the client's rows, so that a withdrawal takes the earlier rows out too.
    A blank is no consent; consent without an end lasts; one that ends before the cut-off has ended.
    """
    ordered = treatment.assign(place=range(len(treatment))).sort_values(ORDER, kind="stable", na_position="first")
    latest = ordered.drop_duplicates("client_key", keep="last")
    is_given = latest["consent_police_share"].fillna(False).astype(bool)
    is_current = latest["consent_expires"].isna() | (latest["consent_expires"] >= cutoff)
    willing = latest.loc[is_given & is_current, "client_key"]
    return pd.Series(is_among(treatment["client_key"], willing), index=treatment.index)


def consented(treatment: pd.DataFrame, cutoff: pd.Timestamp, is_required: bool) -> pd.DataFrame:
    """Return the rows of clients whose consent holds at ``cutoff``, by record; all rows where ``is_required`` is not.

    Every room that counts treatment takes its rows from here, so that all of them count the same clients.
    """
    frame = treatment.sort_values("record_ref", kind="stable").reset_index(drop=True)
    return frame[consent_holds(frame, cutoff)].reset_index(drop=True) if is_required else frame
