"""Texts of logs, built from templates with street names of places, people and drugs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market_profile.synthetic.plan import Array, words

DRUG_WORDS = {
    "heroin": ("heroin", "brown", "smack", "gear"),
    "crack": ("crack", "rocks", "crack cocaine", "crack"),
    "cocaine": ("cocaine", "coke", "charlie", "powder cocaine"),
    "cannabis": ("cannabis", "weed", "skunk", "cannabis"),
    "mdma": ("mdma", "ecstasy", "mdma", "mdma"),
    "ketamine": ("ketamine", "ket", "ketamine", "ketamine"),
    "amphetamine": ("amphetamine", "speed", "amphetamine", "whizz"),
}
"""Names that reports use; the reference table of drugs knows every one of them."""
TEMPLATES = {
    "market": (
        "{who} seen dealing {drug} on {place}. Users come and go within minutes.",
        "{who} is selling {drug} near {place}, mostly to the same faces.",
        "Drug dealing at {place}. {who} hands over wraps of {drug} and takes cash.",
        "Caller says {who} deals {drug} from {place} most days; \"they are not even hiding it\".",
        "{who} was stood on {place} with several known users around. Believed {drug}.",
        "Increase in footfall at {place}. {who} said to be running it, {drug} on offer.",
    ),
    "tie": (
        "{who} and another person are said to be working together; {drug} mentioned.",
        "{who} gets {drug} through a third party and passes it on near {place}.",
        "{who} is reported to owe money for {drug} to somebody further up.",
        "{who} has been seen with others in a car around {place}. Linked to {drug}.",
        "Drops of {drug} are arranged by phone; {who} is involved.",
    ),
    "scattered": (
        "Smell of {drug} and people gathering on {place}. {who} mentioned by a resident.",
        "{who} bought or sold a small amount of {drug} on {place}.",
        "Suspected drug use on {place}, {drug} paraphernalia found. {who} said to be there.",
    ),
}  # fmt: skip
LONG_TAIL = "\nPassed to the neighbourhood team; no further action at this time."
"""A second line that some texts have, so that records may span physical lines."""


def drug_words(drug: Array, rng: np.random.Generator) -> Array:
    """Return a name in use for each drug ('' stays '')."""
    names = sorted(DRUG_WORDS)
    table = np.array([[*DRUG_WORDS[name]] for name in names] + [[""] * 4], dtype=object)
    row = pd.Series(drug).map({name: n for n, name in enumerate(names)}).fillna(len(names)).astype(int).to_numpy()
    found: Array = table[row, rng.integers(0, 4, len(drug))]
    return found


def narratives(topic: Array, who: Array, drug: Array, place: Array, rng: np.random.Generator) -> Array:
    """Return a text for each log; a loop over the templates, never over logs."""
    text = np.empty(len(topic), dtype=object)
    u = rng.random(len(topic))
    who = np.where(who == "", "An unnamed person", who)
    drug, place = np.where(drug == "", "drugs", drug), np.where(place == "", "the town", place)
    for name, templates in TEMPLATES.items():
        of_topic = topic == name
        turn = (u * len(templates)).astype(int)
        for number, template in enumerate(templates):
            rows = np.flatnonzero(of_topic & (turn == number))
            text[rows] = _fill(template, who[rows], drug[rows], place[rows])
    long = rng.random(len(topic)) < 0.01
    return np.where(long, words(text) + LONG_TAIL, text)


def _fill(template: str, who: Array, drug: Array, place: Array) -> Array:
    fills = {"{who}": words(who), "{drug}": words(drug), "{place}": words(place)}
    result = words(np.full(len(who), "", dtype=object))
    rest = template
    while rest:
        marks = {mark: rest.find(mark) for mark in fills if mark in rest}
        if not marks:
            result = result + rest
            break
        mark = min(marks, key=lambda m: marks[m])
        result = result + rest[: marks[mark]] + fills[mark]
        rest = rest[marks[mark] + len(mark) :]
    filled: Array = result.to_numpy(dtype=object)
    return filled
