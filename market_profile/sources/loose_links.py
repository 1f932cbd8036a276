"""Links between people whom their log does not name: accepted, for the people may come later, but told of."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from market_profile.contracts.kinds import KINDS
from market_profile.contracts.readings import is_among
from market_profile.contracts.references import joined_key

_SUBJECTS = KINDS["log_subjects"]


def loose_links(
    links: pd.DataFrame, subjects: pd.Series[str], known: Callable[[pd.Series[str]], pd.Series[str]]
) -> tuple[str, ...]:
    """Return a note on the links of which an end is no accepted subject; none where there are none.

    ``subjects`` are the references that this intake accepted; ``known`` returns those of its argument that the store
    holds.
    """
    ends = [
        joined_key(_SUBJECTS, [links["urn"], links[end]], links.index) for end in ("from_subject_no", "to_subject_no")
    ]
    missing = pd.concat([end[~is_among(end, subjects)] for end in ends])
    if missing.empty:
        return ()
    loose = missing[~is_among(missing, known(missing.drop_duplicates()))]
    count = loose.index.nunique()
    words = f"log_links: links with a person whom their log does not have, in no network until it has: {count}"
    return (words,) if count else ()
