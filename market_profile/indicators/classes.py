"""Class of a drug on a day, from data/drug_classes.csv: the law changed, so the date decides."""

from __future__ import annotations

import pandas as pd

from market_profile.reference import reference_table

NOT_CONTROLLED = "none"


def drug_classes_on(drug: pd.Series, on: pd.Series) -> pd.Series:
    """Return the class (``A``, ``B``, ``C`` or ``none``) of each drug on its date, aligned with ``drug``.

    Example:
        >>> dates = pd.Series(pd.to_datetime(["2008-12-31", "2009-01-26"]))
        >>> drug_classes_on(pd.Series(["cannabis", "cannabis"]), dates).tolist()
        ['C', 'B']
    """
    table = reference_table("drug_classes")
    ruled = pd.DataFrame(
        {
            "drug": table["drug"].astype("str"),
            "on": pd.to_datetime(table["from"]).astype("datetime64[us]"),
            "until": pd.to_datetime(table["to"]).astype("datetime64[us]"),
            "found": table["class"],
        }
    )
    asked = pd.DataFrame({"drug": drug, "on": on.astype("datetime64[us]")}).reset_index(drop=True)
    asked = asked.astype({"drug": "str"}).rename_axis("order").reset_index()
    known = asked[asked["on"].notna()].sort_values("on", kind="stable")
    matched = pd.merge_asof(known, ruled.sort_values("on", kind="stable"), on="on", by="drug")
    holds = matched["found"].where(matched["until"].isna() | (matched["on"] < matched["until"]))
    found = pd.Series(holds.to_numpy(), index=matched["order"]).reindex(range(len(asked))).fillna(NOT_CONTROLLED)
    return pd.Series(found.to_numpy(), index=drug.index, dtype="str")
