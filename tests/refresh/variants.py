"""Changes to records that partners must not see; the partner edition may not move by a byte (TRUST.md 3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from market_profile.contracts.tables import Areas, Tables
from market_profile.refresh.making import Loaded, analyse_for, partner_edition
from market_profile.refresh.plan import Plan
from market_profile.refresh.timing import Stopwatch
from market_profile.render import render_edition
from market_profile.terms import COVERT, Audience

LETTERS = "bdjlmtv"
"""Letters that take part in no spelling rule: exchanging them keeps distances, sounds and collisions of names."""

NARRATIVES = frozenset({"text", "handling_conditions", "override_reason", "comment"})
PLACES = frozenset({"location_text", "address_text"})

Change = Callable[[Tables], Tables]


def partner_bytes(plan: Plan, loaded: Loaded, pdf: bool = False) -> dict[str, bytes]:
    """Return every file of the partner edition over the records, made in this process."""
    made = partner_edition(plan, analyse_for(plan, loaded, Audience.PARTNER, Stopwatch()))
    return render_edition(made.edition, pdf=pdf)


def with_tables(loaded: Loaded, tables: Tables) -> Loaded:
    """Return what was loaded with other records."""
    return replace(loaded, tables=tables)


def variants(tables: Tables, areas: Areas, granted: frozenset[str], count: int) -> Iterator[tuple[str, Change]]:
    """Yield ``count`` named changes: every covert source once, the rest from seeded draws of the other kinds."""
    logs = tables.get("intelligence_logs")
    covert = logs[logs["provenance"].isin([one.value for one in COVERT])]
    hidden = logs[(logs["handling_code"] == "C") & ~logs["urn"].isin(granted)]
    yield "all covert logs deleted", without(frozenset(covert["urn"]))
    yield "all ungranted C logs deleted", without(frozenset(hidden["urn"]))
    yield "both deleted", without(frozenset(covert["urn"]) | frozenset(hidden["urn"]))
    sources = sorted(set(covert["source_ref"]) - {""})[: count // 3]
    for source in sources:
        yield f"source {len(source)} deleted", without(frozenset(covert.loc[covert["source_ref"] == source, "urn"]))
    draws = (renamed, retold, lambda seed: jittered(seed, areas), reordered, lambda seed: thinned(seed, hidden["urn"]))
    for seed in range(count - 3 - len(sources)):
        draw = draws[seed % len(draws)]
        yield f"draw {seed}", draw(seed)


def without(urns: frozenset[str]) -> Change:
    """Delete logs with their subjects and links."""

    def change(tables: Tables) -> Tables:
        kinds = [kind for kind in ("intelligence_logs", "log_subjects", "log_links") if tables.is_supplied(kind)]
        return tables.replace(**{kind: tables.get(kind)[~tables.get(kind)["urn"].isin(urns)] for kind in kinds})

    return change


def thinned(seed: int, urns: pd.Series) -> Change:
    """Delete a part of the logs that partners must not see."""
    random = np.random.default_rng(seed)
    return without(frozenset(urns[random.random(len(urns)) < random.uniform(0.1, 0.9)]))


def renamed(seed: int) -> Change:
    """Rename every nominal by exchanging letters of surnames."""
    order = np.random.default_rng(seed).permutation(list(LETTERS))
    table = str.maketrans(LETTERS + LETTERS.upper(), "".join(order) + "".join(order).upper())
    return _columns(("surname", "seller_surname"), lambda values: values.str.translate(table))


def retold(seed: int) -> Change:
    """Replace every narrative, and every text of a place and address by another (equal ones stay equal)."""
    words = np.random.default_rng(seed).choice(list("abcdefgh"), 9)
    text = " ".join(f"{word}{seed}" for word in words)
    told = _columns(NARRATIVES, lambda values: pd.Series(text, index=values.index, dtype=values.dtype))
    placed = _columns(PLACES, lambda values: values.where(values == "", values + " " + "".join(words)))
    return lambda tables: placed(told(tables))


def reordered(seed: int) -> Change:
    """Put the rows of every kind in another order."""
    return lambda tables: Tables(
        {kind: frame.sample(frac=1, random_state=seed) for kind, frame in sorted(tables.frames.items())}
    )


def jittered(seed: int, areas: Areas) -> Change:
    """Move every point of the force's own records within its partner area."""
    random = np.random.default_rng(seed)
    tree = shapely.STRtree(areas.frame.geometry.to_numpy())

    def moved(frame: pd.DataFrame) -> pd.DataFrame:
        old = frame[["easting_m", "northing_m"]].to_numpy("float64")
        new = old + random.normal(0, 60, old.shape)
        homes = [_home(tree, points, len(frame)) for points in (old, new)]
        stays = (homes[0] == homes[1]) & (homes[0] >= 0)
        placed = np.where(stays[:, None], new, old)
        return frame.assign(easting_m=placed[:, 0], northing_m=placed[:, 1])

    def change(tables: Tables) -> Tables:
        kinds = [kind for kind in sorted(tables.frames) if kind not in {"street_crime", "stop_and_search"}]
        return tables.replace(
            **{kind: moved(tables.get(kind)) for kind in kinds if "easting_m" in tables.get(kind).columns}
        )

    return change


def _home(tree: shapely.STRtree, points: np.ndarray, size: int) -> np.ndarray:
    which, area = tree.query(shapely.points(points), predicate="intersects")
    home = np.full(size, -1)
    home[which[::-1]] = area[::-1]
    return home


def _columns(names: Collection[str], change: Callable[[pd.Series], pd.Series]) -> Change:
    def changed(tables: Tables) -> Tables:
        frames = {}
        for kind, frame in sorted(tables.frames.items()):
            present = [name for name in frame.columns if name in names]
            frames[kind] = frame.assign(**{name: change(frame[name]) for name in present})
        return Tables(frames)

    return changed
