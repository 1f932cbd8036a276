"""Splink on the public data sets with the settings of its own demonstrations, training included."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Demo:
    """Comparisons, blocking for prediction, rules for the prior with their recall, blocking for training."""

    comparisons: list[Any]
    blocking: list[Any]
    sure: list[Any]
    recall: float
    training: list[Any]
    max_pairs: float = 1e6


def _febrl() -> Demo:
    import splink.comparison_library as cl
    from splink import block_on

    born = cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d")
    return Demo(
        [
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            born,
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1]).configure(term_frequency_adjustments=True),
        ],
        [block_on(name) for name in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")],
        [
            "l.given_name = r.given_name AND levenshtein(r.date_of_birth, l.date_of_birth) <= 1",
            "l.surname = r.surname AND levenshtein(r.date_of_birth, l.date_of_birth) <= 1",
            "l.given_name = r.given_name AND levenshtein(r.surname, l.surname) <= 2",
            "l.soc_sec_id = r.soc_sec_id",
        ],
        0.6,
        [block_on("date_of_birth"), block_on("postcode")],
    )


def _fake_1000() -> Demo:
    """As Splink's demonstration "Evaluation when you have fully labelled data"; its tutorial blocks on less."""
    import splink.comparison_library as cl
    from splink import block_on

    return Demo(
        [
            cl.ForenameSurnameComparison("first_name", "surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        [block_on(name) for name in ("first_name", "surname", "dob", "email")],
        [
            "l.first_name = r.first_name AND levenshtein(r.dob, l.dob) <= 1",
            "l.surname = r.surname AND levenshtein(r.dob, l.dob) <= 1",
            "l.first_name = r.first_name AND levenshtein(r.surname, l.surname) <= 2",
            "l.email = r.email",
        ],
        0.7,
        [block_on("dob"), block_on("email"), block_on("first_name", "surname")],
    )


def _historical() -> Demo:
    import splink.comparison_library as cl
    from splink import block_on

    post = "substr(postcode_fake,1,3)"
    return Demo(
        [
            cl.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        [
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode_fake", "first_name"),
            block_on("postcode_fake", "surname"),
            block_on("dob", "birth_place"),
            block_on(post, "dob"),
            block_on(post, "first_name"),
            block_on(post, "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        [
            "l.first_name = r.first_name AND l.surname = r.surname AND l.dob = r.dob",
            "substr(l.first_name,1,2) = substr(r.first_name,1,2) AND l.surname = r.surname "
            "AND substr(l.postcode_fake,1,2) = substr(r.postcode_fake,1,2)",
            "l.dob = r.dob AND l.postcode_fake = r.postcode_fake",
        ],
        0.6,
        [block_on("first_name", "surname"), block_on("dob")],
        5e6,
    )


DEMOS = {"febrl3": _febrl, "febrl4": _febrl, "fake_1000": _fake_1000, "historical": _historical}


def splink_clusters(name: str, files: tuple[pd.DataFrame, ...], threshold: float) -> np.ndarray:
    """Cluster labels of the files' records, one after the other, at a match probability."""
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.ERROR)
    demo = DEMOS[name]()
    parts, start = [], 0
    for part in files:
        numbered = part.replace("", None).assign(unique_id=np.arange(start, start + len(part)))
        if name == "historical":
            both = numbered["first_name"] + " " + numbered["surname"]
            numbered = numbered.assign(first_name_surname_concat=both)
        parts.append(numbered)
        start += len(part)
    settings = SettingsCreator(
        link_type="dedupe_only" if len(files) == 1 else "link_only",
        comparisons=demo.comparisons,
        blocking_rules_to_generate_predictions=demo.blocking,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        api = DuckDBAPI(duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"}))
        tables = [api.register(part) for part in parts]
        linker = Linker(tables if len(tables) > 1 else tables[0], settings, log_level=None)
        linker.training.estimate_probability_two_random_records_match(demo.sure, recall=demo.recall)
        linker.training.estimate_u_using_random_sampling(max_pairs=demo.max_pairs, seed=1)
        for rule in demo.training:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        predicted = linker.inference.predict(threshold_match_probability=0.05)
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold)
        table = found.as_duckdbpyrelation().project("unique_id, cluster_id").df()
    return pd.factorize(table.sort_values("unique_id")["cluster_id"])[0]
