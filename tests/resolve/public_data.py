"""Public linkage data (../shared/data/linkage) as units, keys and a model for the same machinery as the records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from market_profile.resolve.fold import by_value, fold_name, name_roots, skeleton
from market_profile.resolve.link import Evidence
from market_profile.resolve.model import Field, Level, LinkModel, shipped_model

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "linkage"


@dataclass(frozen=True)
class Problem:
    """A linkage problem with its truth."""

    units: pd.DataFrame
    keys: pd.DataFrame
    model: LinkModel
    evidence: Evidence
    truth: np.ndarray


def names_and_birth(forename: pd.Series, surname: pd.Series, dob: pd.Series) -> pd.DataFrame:
    """The name and date columns that the shipped model compares."""
    fore, sur = by_value(forename, fold_name), by_value(surname, fold_name)
    first = fore.str.split(" ").str[0].fillna("")
    day = dob.where(dob.str.fullmatch(r"\d{4}-\d\d-\d\d"), "")
    swapped = day.str.slice(0, 5) + day.str.slice(8, 10) + "-" + day.str.slice(5, 7)
    return pd.DataFrame(
        {
            "unit": np.arange(len(fore), dtype="int64"),
            "surname": sur,
            "surname_parts": sur.str.split(" "),
            "surname_sound": by_value(sur, skeleton),
            "forename": first,
            "forename_roots": by_value(first, name_roots).str.split("|"),
            "middle_names": fore.str.split(" ").str[1:],
            "dob": day,
            "dob_swapped": swapped.where(day.ne(""), ""),
            "dob_year": pd.to_numeric(day.str.slice(0, 4), errors="coerce").fillna(0).astype("int64"),
        }
    )


def key_frame(units: pd.DataFrame, rules: dict[str, pd.Series | None]) -> pd.DataFrame:
    """One row per unit and non-empty key."""
    parts = []
    for name, key in rules.items():
        key = key[key.ne("")]
        parts.append(pd.DataFrame({"unit": units["unit"][key.index], "key": name + ":" + key}))
    return pd.concat(parts, ignore_index=True)


def both(*columns: pd.Series) -> pd.Series:
    """Join columns to one key, blank where one is blank."""
    known = np.logical_and.reduce([column.ne("") for column in columns])
    text = columns[0]
    for column in columns[1:]:
        text = text + "|" + column
    return text.where(known, "")


def frequency(values: pd.Series, persons: pd.Series) -> pd.Series:
    """Share of persons (distinct keys) that bear each value."""
    frame = pd.DataFrame({"value": values, "person": persons})
    frame = frame[frame["value"].ne("")].drop_duplicates()
    return frame["value"].value_counts() / max(frame["person"].nunique(), 1)


def _text_field(name: str, why: str, m: tuple[float, ...], u: tuple[float, ...], tf: bool = True) -> Field:
    left, right = f"{name}_l", f"{name}_r"
    return Field(
        name,
        why,
        (
            Level("not known", f"{left} = '' OR {right} = ''"),
            Level("same", f"{left} = {right}", m[0], u[0], name if tf else None),
            Level("alike", f"jaro_winkler_similarity({left}, {right}) >= 0.9", m[1], u[1]),
            Level("near", f"jaro_winkler_similarity({left}, {right}) >= 0.75", m[2], u[2]),
            Level("different", "ELSE", m[3], u[3]),
        ),
    )


def _base_fields() -> tuple[Field, ...]:
    return tuple(field for field in shipped_model().fields if field.name in {"surname", "forename", "date_of_birth"})


def fake_1000() -> Problem:
    """Splink's fake_1000: 1,000 records of 251 people."""
    raw = pd.read_csv(FOLDER / "fake_1000.csv", dtype=str, keep_default_na=False)
    units = names_and_birth(raw["first_name"], raw["surname"], raw["dob"])
    units["city"], units["email"] = by_value(raw["city"], fold_name), raw["email"].str.casefold()
    units["mailbox"] = units["email"].str.split("@").str[0]
    left, right = "email_l", "email_r"
    email = Field(
        "email",
        "An address of one person; its mailbox is usually the name.",
        (
            Level("not known", f"{left} = '' OR {right} = ''"),
            Level("same", f"{left} = {right}", 0.7, 0.0005),
            Level("same mailbox", "mailbox_l = mailbox_r", 0.1, 0.0005),
            Level("alike", f"jaro_winkler_similarity({left}, {right}) >= 0.88", 0.15, 0.003),
            Level("different", "ELSE", 0.05, 0.99),
        ),
    )
    city = _text_field("city", "Towns are common and misspelt.", (0.7, 0.15, 0.1, 0.05), (0.05, 0.01, 0.03, 0.91))
    model = replace(shipped_model(), fields=(*_base_fields(), city, email), prior_persons=150.0, cut_weight=-5.0)
    rules = {
        "dob": units["dob"],
        "swap": units["dob_swapped"],
        "name": both(units["surname"], units["forename"]),
        "turned": both(units["forename"], units["surname"]),
        "email": units["email"],
        "mailbox": units["mailbox"],
        "sur_city": both(units["surname"], units["city"]),
        "fore_city": both(units["forename"], units["city"]),
        "sound": both(units["surname_sound"], units["forename"].str.slice(0, 1)),
        "ym": both(units["forename"], units["dob"].str.slice(0, 7)),
        "sy": both(units["surname"], units["dob"].str.slice(0, 4)),
        "fy": both(units["forename"], units["dob"].str.slice(0, 4)),
        "md": both(units["surname"].str.slice(0, 3), units["dob"].str.slice(5)),
    }
    people = units["surname"] + "|" + units["forename"]
    evidence = Evidence(
        {name: frequency(units[name], people) for name in ("surname", "forename", "city")}, people.nunique()
    )
    return Problem(units, key_frame(units, rules), model, evidence, raw["cluster"].to_numpy())


def _historical_fields() -> tuple[Field, Field]:
    post = Field(
        "postcode",
        "Planted postcodes near the true one.",
        (
            Level("not known", "postcode_l = '' OR postcode_r = ''"),
            Level("same", "postcode_l = postcode_r", 0.55, 0.0003),
            Level("one letter apart", "levenshtein(postcode_l, postcode_r) = 1", 0.08, 0.0003),
            Level(
                "same sector",
                "substr(postcode_l, 1, length(postcode_l) - 2) = substr(postcode_r, 1, length(postcode_r) - 2)",
                0.1,
                0.002,
            ),
            Level(
                "same district",
                "substr(postcode_l, 1, length(postcode_l) - 3) = substr(postcode_r, 1, length(postcode_r) - 3)",
                0.1,
                0.01,
            ),
            Level("different", "ELSE", 0.17, 0.98),
        ),
    )
    full = Field(
        "full_name",
        "Titles and middle names beyond forename and surname.",
        (
            Level("three or more words shared", "len(list_intersect(full_parts_l, full_parts_r)) >= 3", 0.5, 0.0005),
            Level("two words shared", "len(list_intersect(full_parts_l, full_parts_r)) = 2", 0.35, 0.02),
            Level("fewer", "ELSE", 0.15, 0.98),
        ),
    )
    return post, full


def _historical_rules(units: pd.DataFrame) -> dict[str, pd.Series]:
    out = units["postcode"].str.slice(0, -3)
    return {
        "dob": both(units["dob"], units["surname"].str.slice(0, 1)),
        "dob_post": both(units["dob"], units["postcode"]),
        "dob_fore": both(units["dob"], units["forename"]),
        "swap": both(units["dob_swapped"], units["surname"].str.slice(0, 1)),
        "post_sur": both(units["postcode"], units["surname"].str.slice(0, 2)),
        "post_fore": both(units["postcode"], units["forename"].str.slice(0, 2)),
        "name_place": both(units["surname"], units["forename"], units["birth_place"]),
        "name": both(units["surname"], units["forename"]),
        "sound_out": both(units["surname_sound"], out),
        "sound_year": both(units["surname_sound"], units["dob"].str.slice(0, 4)),
        "fore_out": both(units["forename"], out),
        "fore_md": both(units["forename"], units["dob"].str.slice(5)),
        "fore_ym": both(units["forename"], units["dob"].str.slice(0, 7)),
        "turned": both(units["forename"], units["surname"]),
        "sur_place": both(units["surname"], units["birth_place"]),
        "full": units["full_name"],
        "place_dob": both(units["birth_place"], units["dob"]),
    }


def historical(raw: pd.DataFrame | None = None) -> Problem:
    """Historical people from Wikidata with errors planted by Splink's authors (half of 50,000)."""
    if raw is None:
        raw = pd.read_csv(FOLDER / "historical_half.csv", dtype=str, keep_default_na=False)
    raw = raw.reset_index(drop=True)
    units = names_and_birth(raw["first_name"], raw["surname"], raw["dob"])
    units["full_parts"] = by_value(raw["full_name"], fold_name).str.split(" ")
    units["full_name"] = by_value(raw["full_name"], fold_name)
    units["postcode"] = raw["postcode_fake"].str.replace(" ", "")
    units["birth_place"], units["occupation"] = (
        by_value(raw["birth_place"], fold_name),
        by_value(raw["occupation"], fold_name),
    )
    units["sex"] = raw["gender"]
    post, full = _historical_fields()
    place = _text_field("birth_place", "Where born.", (0.6, 0.1, 0.1, 0.2), (0.01, 0.005, 0.03, 0.95))
    work = _text_field("occupation", "What known for.", (0.8, 0.02, 0.03, 0.15), (0.06, 0.01, 0.03, 0.9))
    sex = next(field for field in shipped_model().fields if field.name == "sex")
    # Cut, cap and guard chosen on the half of the persons that the test does not score.
    model = replace(
        shipped_model(),
        fields=(*_base_fields(), full, post, place, work, sex),
        prior_persons=1000.0,
        cut_weight=-3.0,
        cap=20.0,
    )
    people = units["surname"] + "|" + units["forename"]
    names = ("surname", "forename", "birth_place", "occupation")
    evidence = Evidence({name: frequency(units[name], people) for name in names}, people.nunique())
    return Problem(units, key_frame(units, _historical_rules(units)), model, evidence, raw["cluster"].to_numpy())
