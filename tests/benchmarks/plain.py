"""The plainest means, for a test that must be quick: names written alike, links as stated, counts, most logs."""

from __future__ import annotations

import pandas as pd

from tests.benchmarks.peers import SELLERS, count_surfaces, price_per_pure_gram, stated_links
from tests.benchmarks.truth import Answer, Town

NAME = ("surname", "forenames", "date_of_birth")


def plain_answer(town: Town) -> Answer:
    """Return nominals by exact name and date of birth (else by street name), stated roles and links, plain counts."""
    rows = town.inbox.mentions.copy()
    words = [rows[name].str.lower() for name in NAME]
    named = (rows["surname"] != "") | (rows["forenames"] != "")
    street = "street name " + rows["aliases"].str.lower()
    rows["id"] = words[0].str.cat(words[1:], sep="/").where(named, street)
    logs = rows[rows["kind"] == "log_subjects"]
    sellers = logs[logs["role"].isin(SELLERS)]
    most = sellers.groupby("id", sort=True).size().sort_values(ascending=False, kind="stable")
    stated = rows[~rows["role"].isin(["", "unknown"])].groupby(["id", "role"], sort=True).size().rename("n")
    votes = stated.reset_index().sort_values(["id", "n", "role"], ascending=[True, False, True], kind="stable")
    return Answer(
        rows[["kind", "record_ref", "subject_no", "id"]],
        votes.drop_duplicates("id")[["id", "role"]],
        stated_links(town, logs),
        count_surfaces(town),
        pd.DataFrame({"id": most.index}),
        price_per_pure_gram(town),
    )
