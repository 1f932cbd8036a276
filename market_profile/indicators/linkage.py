"""Police-known x in-treatment (seed 003): clients who consent, matched by pseudonym; counts and spend of groups only.

The cell of people whom neither side knows cannot be counted: it is what ``hidden`` estimates. In treatment *now* means
a latest referral without an outcome or completion and a stage within the last twelve months; other clients were in
treatment *before*. ``none`` means in no consented record: such a person may be in treatment without consent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.among import is_among
from market_profile.contracts.consent import ORDER, consent_holds
from market_profile.indicators.estimates import figures
from market_profile.indicators.names import ALL_DRUGS
from market_profile.indicators.police import PoliceSide
from market_profile.indicators.windows import YEAR_MONTHS
from market_profile.intervals import median_interval, wilson
from market_profile.periods import Month

USER, OTHER, UNKNOWN = "as a user", "otherwise", "not known"
"""How a person is known to the police."""

NOW, BEFORE, NONE = "now", "before", "none"
"""Whether a person is in treatment."""

MATRIX_COLUMNS = ("known", "treatment", "people", "with_spend", "total_gbp", "median_gbp", "low_gbp", "high_gbp")


@dataclass(frozen=True)
class Linked:
    """What linking gave.

    ``matrix``: MATRIX_COLUMNS, seven cells (spend is of clients, £ a week); empty without a key. ``clients``: how many
    consent, ``without_key`` of them have no pseudonym, ``unlinkable`` users of the police have no full name and date
    of birth. ``people``: client_key, nominal_id ("" where not known), known, status, is_recent (a stage within
    the rolling year), spend_gbp; never published.
    """

    matrix: pd.DataFrame
    clients: int
    without_key: int
    unlinkable: int
    people: pd.DataFrame
    is_linked: bool
    why_not: str = ""

    @property
    def matched(self) -> int:
        """How many clients the police know; none at all means that the two sides used different keys."""
        return int((self.people["nominal_id"] != "").sum())


def link_treatment(treatment: pd.DataFrame, police: PoliceSide, month: Month) -> Linked:
    """Return the matrix of consenting clients and police-known users.

    Consent and its end are enforced here at the cut-off whatever the settings say: linking is what consent is for.
    """
    clients = _clients(treatment[consent_holds(treatment, month.end)], month)
    if not police.is_linked:
        nobody = clients.iloc[:0].assign(nominal_id="")
        return Linked(_empty_matrix(), len(clients), 0, 0, nobody, False, police.why_not)
    known = police.keys[is_among(police.keys["linkage_key"], clients["linkage_key"])]
    known = known.assign(is_user=is_among(known["nominal_id"], police.users))
    known = known.sort_values(["linkage_key", "is_user", "nominal_id"], ascending=[True, False, True], kind="stable")
    matched = clients.merge(known.drop_duplicates("linkage_key"), on="linkage_key", how="left")
    matched["nominal_id"] = matched["nominal_id"].fillna("")
    is_user = matched["is_user"].fillna(False).astype(bool)
    with_key = matched["linkage_key"] != ""
    matched["known"] = np.select([is_user, matched["nominal_id"] != ""], [USER, OTHER], default=UNKNOWN)
    linkable = police.users & frozenset(police.keys["nominal_id"].tolist())
    outside = linkable - frozenset(matched["nominal_id"].tolist())
    people = matched[["client_key", "nominal_id", "known", "status", "is_recent", "spend_gbp"]]
    return Linked(
        matrix=_matrix(matched[with_key], len(outside)),
        clients=len(clients),
        without_key=int((~with_key).sum()),
        unlinkable=len(police.users - linkable),
        people=people[with_key.to_numpy()].reset_index(drop=True),
        is_linked=True,
    )


def linkage_figures(linked: Linked, month: Month) -> list[pd.DataFrame]:
    """Return the share of consenting clients whom the police know as users, and know at all, with Wilson's bounds."""
    cells = linked.matrix[linked.matrix["treatment"] != NONE]
    of = int(cells["people"].sum())
    if not of:
        return []
    parts = []
    for indicator, known in (("treatment_known_as_user", (USER,)), ("treatment_known_to_police", (USER, OTHER))):
        n = int(cells.loc[cells["known"].isin(known), "people"].sum())
        low, high = wilson(n, of)
        row = {"drug": ALL_DRUGS, "period": month.text, "value": 100 * n / of, "n": of}
        parts.append(figures(pd.DataFrame([{**row, "low": 100 * low, "high": 100 * high}]), indicator, "pct"))
    return parts


def _clients(consenting: pd.DataFrame, month: Month) -> pd.DataFrame:
    """Return one row a client: client_key, linkage_key, status, spend_gbp (latest recorded)."""
    ordered = consenting.sort_values(ORDER, kind="stable", na_position="first")
    latest = ordered.drop_duplicates("client_key", keep="last").set_index("client_key")
    referral = ordered["client_key"] + "/" + ordered["referred_on"].dt.strftime("%Y-%m-%d").fillna("")
    last_referral = referral.groupby(ordered["client_key"], sort=True).last()
    is_current = referral == ordered["client_key"].map(last_referral)
    ended = (ordered["outcome"] != "") | ordered["stage"].str.casefold().isin(["completed", "discharged"])
    has_ended = (ended & is_current).groupby(ordered["client_key"], sort=True).any()
    at = ordered["stage_on"].fillna(ordered["referred_on"]).groupby(ordered["client_key"], sort=True).max()
    is_recent = at >= month.plus(1 - YEAR_MONTHS).start
    is_now = ~has_ended & is_recent
    known = ordered[ordered["linkage_key"] != ""].drop_duplicates("client_key", keep="last").set_index("client_key")
    spent = ordered[ordered["weekly_spend_gbp"].notna()].drop_duplicates("client_key", keep="last")
    frame = pd.DataFrame(
        {
            "linkage_key": known["linkage_key"].reindex(latest.index).fillna("").astype("str"),
            "is_recent": is_recent.reindex(latest.index),
            "status": is_now.reindex(latest.index).map({True: NOW, False: BEFORE}),
            "spend_gbp": spent.set_index("client_key")["weekly_spend_gbp"].reindex(latest.index),
        }
    )
    return frame.sort_index().rename_axis("client_key").reset_index()


def _matrix(matched: pd.DataFrame, outside: int) -> pd.DataFrame:
    rows = []
    for known in (USER, OTHER, UNKNOWN):
        for status in (NOW, BEFORE):
            cell = matched[(matched["known"] == known) & (matched["status"] == status)]
            spend = cell["spend_gbp"].dropna().to_numpy(dtype=float)
            total = float(spend.sum()) if spend.size else np.nan
            rows.append((known, status, len(cell), int(spend.size), total, *median_interval(spend)))
    rows.append((USER, NONE, outside, 0, *(np.nan,) * 4))
    return pd.DataFrame(rows, columns=list(MATRIX_COLUMNS))


def _empty_matrix() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="object") for name in MATRIX_COLUMNS})
