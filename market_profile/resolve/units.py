"""Units of comparison: mentions that say exactly the same about who it is are one unit and are scored once.

Only a mention that identifies somebody (a reference, or a full name with a date of birth or an own phone) is joined
with its equals; a street name on its own stays a unit of its own, for ten people may bear it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_profile.resolve.fold import by_value, name_roots, skeleton
from market_profile.resolve.link import Evidence
from market_profile.resolve.lists import as_lists, exploded, split_lists

_IDENTITY = ("surname", "forenames", "aliases", "birth", "sex", "phone", "vrm", "address", "nominal_ref")
SPOT_M, PLACE_M = 200.0, 600.0
"""Sides of the squares in which two places count as one spot, and as one neighbourhood (street-corner supply)."""
QUIET_MENTIONS = 12
"""Mentions within a spot up to which it counts as quiet."""
_TYPICAL_SHARE = {"surname": 0.0006, "forename": 0.006}
"""Share of persons that bear a name of middling frequency, used as if measured on ``_PRIOR_PERSONS`` people, so that
five records are not taken for a town (source: order of magnitude of ONS name counts)."""
_PRIOR_PERSONS = 300.0
_PRIVATE = 2

Long = tuple[np.ndarray, np.ndarray]
"""Units, and a value of each."""


@dataclass(frozen=True)
class Units:
    """``frame``: one row a unit, as the model compares them; ``of_mention``: unit number of each mention in order.

    ``content``: a text by mention that changes when what it says about who it was changes; nobody can be read from it.
    """

    frame: pd.DataFrame
    of_mention: np.ndarray
    evidence: Evidence
    content: np.ndarray


def make_units(mentions: pd.DataFrame, judged: np.ndarray) -> Units:
    """Return the units of ``mentions`` (as from ``collect_mentions``).

    Args:
        mentions: sorted mentions.
        judged: flags; a mention that a person has judged stays a unit of its own, so that the judgement can hold.
    """
    wide = _with_parts(mentions)
    wide["phone_sharers"] = _sharers(wide, "phone")
    wide["address_sharers"] = _sharers(wide, "address")
    text = _identity_text(wide)
    key = _unit_key(wide, judged, text)
    unit = pd.factorize(key, sort=False)[0]
    first = np.unique(unit, return_index=True)[1]
    frame = wide.iloc[first].reset_index(drop=True)
    frame.insert(0, "unit", np.arange(len(frame), dtype="int64"))
    frame["records"] = np.bincount(unit, minlength=len(frame))
    rare = _rare_aliases(wide)
    frame["alias_list"] = split_lists(frame["aliases"])
    frame["rare_aliases"] = _split_if(frame, rare, True)
    frame["common_aliases"] = _split_if(frame, rare, False)
    frame = _with_context(frame, wide, unit)
    frame["aliases"] = frame.pop("alias_list")
    return Units(frame, unit, _evidence(wide), _content(text))


def _with_parts(mentions: pd.DataFrame) -> pd.DataFrame:
    code, births = pd.factorize(mentions["dob"])
    texts = np.append(pd.DatetimeIndex(births).strftime("%Y-%m-%d").to_numpy(dtype=object), "")
    day = pd.Series(texts[code], index=mentions.index, dtype="str")
    swapped = day.str.slice(0, 5) + day.str.slice(8, 10) + "-" + day.str.slice(5, 7)
    forename = by_value(mentions["forenames"], lambda names: names.str.replace(r" .*$", "", regex=True))
    return mentions.assign(
        forename=forename,
        middle=by_value(mentions["forenames"], lambda names: names.str.replace(r"^[^ ]* ?", "", regex=True)),
        surname_sound=skeleton(mentions["surname"]),
        birth=day + "|" + mentions["dob_year"].astype("str"),
        dob=day,
        dob_swapped=swapped.where(day.ne(""), ""),
        person=(mentions["surname"] + "|" + forename).where(mentions["surname"].ne("") & forename.ne(""), ""),
    )


def _sharers(wide: pd.DataFrame, column: str) -> pd.Series:
    """Count the people-ish (sound of the surname and initial) who use each phone or address."""
    known = wide[wide[column].ne("") & wide["surname"].ne("")]
    someone = known["surname_sound"] + "|" + known["forename"].str.slice(0, 1)
    count = someone.groupby(known[column]).nunique()
    return wide[column].map(count).fillna(1).astype("int64")


def _unit_key(wide: pd.DataFrame, judged: np.ndarray, text: pd.Series[str]) -> np.ndarray:
    full = wide["surname"].ne("") & (wide["forename"].str.len() > 1)
    own_phone = wide["phone"].ne("") & (wide["phone_sharers"] <= _PRIVATE)
    anchored = wide["nominal_ref"].ne("") | (full & (wide["dob"].ne("") | own_phone))
    anchored &= ~judged
    text = text + "\x1f" + _sharer_text(wide)
    alone = "\x1f" + wide["kind"] + "\x1f" + wide["record_ref"] + "\x1f" + wide["subject_no"]
    alone += pd.Series(np.where(judged, "\x1fjudged", ""), index=wide.index)
    text = text + alone.where(~anchored, "")
    return pd.util.hash_pandas_object(text.astype(object), index=False).to_numpy().view("int64")


def _identity_text(wide: pd.DataFrame) -> pd.Series[str]:
    text = wide["kind"].str.slice(0, 0)
    for column in _IDENTITY:
        text = text + "\x1f" + wide[column]
    return text


def _content(text: pd.Series[str]) -> np.ndarray:
    hashed = pd.util.hash_pandas_object(text.astype(object), index=False)
    return hashed.astype("str").to_numpy(dtype=object)


def _sharer_text(wide: pd.DataFrame) -> pd.Series[str]:
    few = np.array([str(number) for number in range(7)], dtype=object)
    both = (few[wide[f"{column}_sharers"].clip(upper=6).to_numpy()] for column in ("phone", "address"))
    return pd.Series(next(both) + "\x1f" + next(both), index=wide.index, dtype="str")


def _rare_aliases(wide: pd.DataFrame) -> pd.Index[str]:
    known = wide[wide["aliases"].ne("") & wide["person"].ne("")]
    someone = known["surname_sound"] + "|" + known["forename"].str.slice(0, 1)
    borne = pd.DataFrame({"alias": known["aliases"].str.split("|"), "person": someone}).explode("alias")
    by = borne.groupby("alias")["person"].nunique()
    written = pd.Series(wide["aliases"].unique())
    everyone = pd.Index(written[written.ne("")].str.split("|").explode().unique())
    is_rare = by.reindex(everyone).fillna(0).to_numpy() <= _PRIVATE
    rare: pd.Index[str] = pd.Index(everyone.to_numpy()[is_rare], dtype="str")
    return rare


def _split_if(frame: pd.DataFrame, rare: pd.Index[str], wanted: bool) -> np.ndarray:
    row, alias = exploded(frame["alias_list"])
    keep = pd.Index(alias).isin(rare) == wanted
    return as_lists(row[keep], alias[keep], len(frame))


def _with_context(frame: pd.DataFrame, wide: pd.DataFrame, unit: np.ndarray) -> pd.DataFrame:
    count = len(frame)
    code = pd.Series(pd.factorize(wide["log"])[0], index=wide.index)
    in_log = wide["log"].ne("")
    frame = frame.assign(
        surname_parts=_parts(frame["surname"]),
        middle_names=split_lists(frame["middle"].str.replace(" ", "|")),
        forename_roots=split_lists(name_roots(frame["forename"])),
        logs=as_lists(unit[in_log.to_numpy()], code[in_log].to_numpy(), count),
        spots=as_lists(*_squares(wide, unit, SPOT_M), count),
        quiet_spots=as_lists(*_quiet(_squares(wide, unit, SPOT_M)), count),
        places=as_lists(*_squares(wide, unit, PLACE_M), count),
        associates=as_lists(*_associates(wide, unit), count),
        close=as_lists(unit[:0], unit[:0], count),
    )
    keep = ["unit", "records", "kind", "record_ref", "subject_no", "surname", "surname_parts"]
    keep += ["surname_sound", "forename", "forename_roots", "middle_names", "dob", "dob_swapped", "dob_year", "sex"]
    keep += ["nominal_ref", "phone", "phone_sharers", "address", "address_sharers", "vrm", "aliases", "alias_list"]
    return frame[
        [*keep, "rare_aliases", "common_aliases", "logs", "spots", "quiet_spots", "places", "associates", "close"]
    ]


def _squares(wide: pd.DataFrame, unit: np.ndarray, side_m: float) -> Long:
    """Return the squares of four grids, each shifted by half a side with their units.

    Two places less than half a side apart share a square in at least one grid, wherever the grids begin.
    """
    known = (wide["easting_m"].notna() & wide["northing_m"].notna()).to_numpy()
    east, north = wide["easting_m"].to_numpy()[known], wide["northing_m"].to_numpy()[known]
    grids = []
    for number, (right, up) in enumerate(((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5))):
        column = np.floor(east / side_m + right).astype("int64")
        row = np.floor(north / side_m + up).astype("int64")
        grids.append(((column * 100_000 + row) * 4) + number)
    return np.tile(unit[known], 4), np.concatenate(grids)


def _quiet(squares: Long) -> Long:
    """Return those of ``squares`` in which few are mentioned; a busy corner says little about who it was."""
    unit, square = squares
    _, number, count = np.unique(square, return_inverse=True, return_counts=True)
    few = count[number] <= QUIET_MENTIONS
    return unit[few], square[few]


def _parts(surname: pd.Series) -> pd.Series:
    """Parts of a double name; a single name has itself."""
    return split_lists(surname.str.replace(" ", "|"))


def _associates(wide: pd.DataFrame, unit: np.ndarray) -> Long:
    """Return who else is named in the same logs: sound of surname with initial, or street name, with the units."""
    position = np.arange(len(wide))
    name = ("n:" + wide["surname_sound"] + wide["forename"].str.slice(0, 1)).where(wide["surname"].ne(""), "")
    own = pd.DataFrame({"log": wide["log"], "at": position, "key": name})
    alias = pd.DataFrame({"log": wide["log"], "at": position, "key": wide["aliases"]})
    alias = alias[alias["key"].ne("")]
    alias = alias.assign(key=alias["key"].str.split("|")).explode("key")
    alias["key"] = "a:" + alias["key"].astype("str")
    seen = pd.concat([own, alias], ignore_index=True)
    seen = seen[seen["log"].ne("") & seen["key"].ne("")]
    seen["key"] = pd.factorize(seen["key"], sort=False)[0]
    mine = pd.DataFrame({"log": wide["log"], "me": position})
    both = mine[mine["log"].ne("")].merge(seen, on="log")
    both = both[both["me"] != both["at"]]
    return unit[both["me"].to_numpy()], both["key"].to_numpy()


def _evidence(wide: pd.DataFrame) -> Evidence:
    """Return how common names are among persons (distinct full names), drawn towards a typical share."""
    people = wide[wide["person"].ne("") & (wide["forename"].str.len() > 1)][["surname", "forename"]].drop_duplicates()
    count = len(people)
    frequencies = {}
    for name, typical in _TYPICAL_SHARE.items():
        seen = people[name].value_counts().sort_index()
        everyone = wide[name][wide[name].ne("")].drop_duplicates().sort_values()
        number = seen.reindex(everyone).fillna(0)
        frequencies[name] = (number + typical * _PRIOR_PERSONS) / (count + _PRIOR_PERSONS)
    return Evidence(frequencies, count)
