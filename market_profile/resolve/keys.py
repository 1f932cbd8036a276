"""Blocking keys: what two units must share to be compared at all."""

from __future__ import annotations

import pandas as pd

from market_profile.resolve.lists import exploded

_HANDED_ROUND = 10
"""A phone or address of more people than this brings nobody together."""


def blocking_keys(units: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit and key (columns ``unit``, ``key``); each rule has its own prefix.

    Rules: reference; full name in either order; sound, start or end of the surname with an initial; date of birth and
    its day-month swap with an initial; birth year with a name; phone; address; vehicle; rare street name; common
    street name with a place, a co-mentioned person or a name; forename with a co-mentioned person or a place.
    """
    fore, sur, sound = units["forename"], units["surname"], units["surname_sound"]
    first = fore.str.slice(0, 1)
    year = units["dob_year"].astype("str").where(units["dob_year"] > 0, "")
    few = units["phone_sharers"] <= _HANDED_ROUND
    near = units["address_sharers"] <= _HANDED_ROUND
    rules = {
        "ref": units["nominal_ref"],
        "name": _both(sur, fore),
        "turned": _both(fore, sur),
        "sound": _both(sound, first),
        "start": _both(sur.str.slice(0, 4), first),
        "end": _both(sur.str.slice(-4), first),
        "born": units["dob"],
        "swapped": units["dob_swapped"],
        "year_sur": _both(year, sound),
        "year_fore": _both(year, fore),
        "phone": units["phone"].where(few, ""),
        "home": units["address"].where(near, ""),
        "car": units["vrm"],
    }
    same_space = {"turned": "name", "swapped": "born"}
    parts = [_rule(units, same_space.get(name, name), key) for name, key in rules.items()]
    alias, rare = _exploded(units, "aliases"), _exploded(units, "rare_aliases")
    root = _exploded(units[units["surname"].eq("")], "forename_roots")
    full_root = _exploded(units[units["surname"].ne("")], "forename_roots")
    names = pd.concat([root, full_root], ignore_index=True)
    parts += [_long(rare, "alias"), _crossed(units, alias, "alias"), _crossed(units, names, "fore")]
    return pd.concat(parts, ignore_index=True)


def _both(left: pd.Series[str], right: pd.Series[str]) -> pd.Series[str]:
    return (left + "|" + right).where(left.ne("") & right.ne(""), "")


def _rule(units: pd.DataFrame, name: str, key: pd.Series[str]) -> pd.DataFrame:
    known = key.ne("")
    return pd.DataFrame({"unit": units["unit"][known], "key": name + ":" + key[known]})


def _exploded(units: pd.DataFrame, column: str) -> pd.DataFrame:
    row, value = exploded(units[column])
    return pd.DataFrame({"unit": units["unit"].to_numpy()[row], "value": pd.Series(value).infer_objects().to_numpy()})


def _long(long: pd.DataFrame, name: str) -> pd.DataFrame:
    return pd.DataFrame({"unit": long["unit"], "key": name + ":" + long["value"].astype("str")})


def _crossed(units: pd.DataFrame, words: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return keys of a word that many bear together with a place or a co-mentioned person."""
    words = words[words["value"].ne("")]
    parts = []
    for column in ("places", "associates"):
        context = _exploded(units, column).rename(columns={"value": "context"})
        both = words.merge(context, on="unit")
        text = f"{name}_{column}:" + both["value"].astype("str") + "|" + both["context"].astype("str")
        parts.append(pd.DataFrame({"unit": both["unit"], "key": text}))
    return pd.concat(parts, ignore_index=True)
