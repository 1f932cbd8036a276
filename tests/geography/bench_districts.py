"""Fifteen English districts, three rolling months, 200 m cells: which method finds next month's drug offences.

Run by ``make bench`` (or ``python tests/geography/bench_districts.py``); pytest does not collect it. Every model sees
only the months before the one it forecasts; *hindsight* is the same model fitted to the month itself. The model that
ships (``experience``) is fitted anew here without the fold of districts that it is scored on.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from market_profile.contracts.columns import empty_frame
from market_profile.contracts.kinds import KINDS
from market_profile.contracts.tables import Areas, Tables
from market_profile.geography.backtest import choose
from market_profile.geography.bands import covered, learn_band
from market_profile.geography.events import collect_events
from market_profile.geography.experience import EXPERIENCE, Experience, learn
from market_profile.geography.forecast import (
    GLM,
    SIMPLE,
    count_year,
    features,
    fit_glm,
    fit_pairs,
    forecast,
    training_pairs,
)
from market_profile.geography.grid import make_grid
from market_profile.geography.panel import Panel, on_grid, panel_records
from market_profile.geography.scoring import hits_at, top_cells
from market_profile.geography.surfaces import gi_star, kernel_density
from market_profile.periods import Month

DISTRICTS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "districts"
SHARES = (0.01, 0.02, 0.05)
LAST = Month("2019-02")
TARGETS = (2, 3, 4)
CELL_M = 200.0
POOLED = "Poisson GLM pooled"
OWN = "Poisson GLM own area"
FOLDS = 3


def district_tables(crime: pd.DataFrame) -> Tables:
    """Return the published rows of one district as accepted records."""
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    east, north = to_metres.transform(crime["Longitude"].to_numpy(), crime["Latitude"].to_numpy())
    frame = pd.DataFrame(
        {
            "month": crime["Month"].to_numpy(),
            "location": crime["Location"].to_numpy(),
            "crime_type": crime["Crime type"].to_numpy(),
            "easting_m": east,
            "northing_m": north,
            "record_ref": [f"r{number:06d}" for number in range(len(crime))],
        }
    )
    blank = empty_frame(KINDS["street_crime"])
    return Tables({"street_crime": frame.reindex(columns=blank.columns)})


def district_areas(code: str) -> Areas:
    """Return the LSOAs of one district in metres."""
    frame = gpd.read_file(DISTRICTS / "lsoa" / f"{code}.geojson").to_crs(27700)
    frame = frame.rename(columns={"LSOA11CD": "area_code", "LSOA11NM": "area_name"}).sort_values("area_code")
    return Areas(frame.reset_index(drop=True), frame.union_all(), "EPSG:27700")


def load_panels() -> tuple[list[str], list[Panel], list[pd.DataFrame]]:
    """Return codes, panels (aligned covariates) and target points of every district."""
    every = pd.read_parquet(DISTRICTS / "street_crime.parquet")
    codes, panels, points = sorted(every["district_code"].unique()), [], []
    for code in codes:
        tables = district_tables(every[every["district_code"] == code])
        events = collect_events(tables, LAST).frame
        panels.append(on_grid(panel_records(events, tables, LAST), make_grid(district_areas(code).boundary, CELL_M)))
        points.append(events)
    shared = panels[0].names
    return codes, [aligned(panel, shared) for panel in panels], points


def aligned(panel: Panel, names: tuple[str, ...]) -> Panel:
    """Return the panel with exactly the covariates ``names``, zeros where a district lacks one."""
    blank = np.zeros_like(panel.counts[0])
    layers = [panel.counts[panel.names.index(name)] if name in panel.names else blank for name in names]
    return Panel(panel.grid, panel.months, names, np.stack(layers), panel.points, panel.is_snapped)


def kde_points(panel: Panel, events: pd.DataFrame, history: tuple[int, ...], bandwidth_m: float) -> np.ndarray:
    """Return the rivals' kernel density, straight on the snapped points."""
    seen = events[events["month"].isin([panel.months[month] for month in history])]
    spots = seen["easting_m"].to_numpy(float), seen["northing_m"].to_numpy(float)
    return np.where(panel.grid.inside, kernel_density(*spots, panel.grid, bandwidth_m), 0.0)


def boosted_trees(panels: list[Panel], history: tuple[int, ...]) -> list[np.ndarray]:
    """Return forecasts of pooled gradient-boosted trees on the GLM's own covariates."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    pairs = [(tuple(o for o in history if o != one), one) for one in history]
    x = np.concatenate([features(p, h, False) for p in panels for h, _ in pairs])
    y = np.concatenate([p.target(m).ravel()[p.grid.flat] for p in panels for _, m in pairs])
    model = HistGradientBoostingRegressor(
        loss="poisson", max_iter=100, learning_rate=0.05, min_samples_leaf=200, early_stopping=False, random_state=0
    ).fit(x, y)
    result = []
    for panel in panels:
        surface = np.zeros(panel.grid.inside.size)
        surface[panel.grid.flat] = model.predict(features(panel, history, False))
        result.append(surface.reshape(panel.grid.shape))
    return result


def surfaces_of(
    panels: list[Panel], points: list[pd.DataFrame], experience: list[Experience], month: int
) -> dict[str, list[np.ndarray]]:
    """Return every method's surfaces, one a district, for one target month."""
    history = tuple(range(month))
    model, hindsight = fit_glm(panels, history), fit_pairs(panels, [(history, month)])
    out: dict[str, list[np.ndarray]] = {
        **{name: [forecast(p, history, name) for p in panels] for name in SIMPLE},
        "Gi*": [np.nan_to_num(gi_star(count_year(p, history), p.grid.inside), nan=-9.0) for p in panels],
    }
    for width in (100, 200, 300):
        out[f"KDE {width} m"] = [kde_points(p, e, history, width) for p, e in zip(panels, points, strict=True)]
    out[POOLED] = [forecast(p, history, GLM, model) for p in panels]
    out[EXPERIENCE] = [forecast(p, history, GLM, e.model) for p, e in zip(panels, experience, strict=True)]
    out[OWN] = [forecast(p, history, GLM, fit_glm([p], history)) for p in panels]
    out["boosted trees pooled"] = boosted_trees(panels, history)
    out["hindsight GLM"] = [hindsight.rates(p, history) for p in panels]
    out["oracle"] = [p.target(month) for p in panels]
    INTERVALS.append(interval_coverage(panels, experience, history, month))
    return out


INTERVALS: list[tuple[int, int]] = []
"""(held, seen) of the 80 % intervals of published cells, one entry a month scored."""


def left_out(panels: list[Panel]) -> list[Experience]:
    """Return for each district the model that ships, fitted without its fold of districts."""
    folds = [
        learn([panel for place, panel in enumerate(panels) if place % FOLDS != fold], "folds") for fold in range(FOLDS)
    ]
    return [folds[place % FOLDS] for place in range(len(panels))]


def interval_coverage(
    panels: list[Panel], experience: list[Experience], history: tuple[int, ...], month: int
) -> tuple[int, int]:
    """Return how many of the month's published cells lay in intervals learned from the months before it."""

    def of(pairs: list[tuple[tuple[int, ...], int]]) -> tuple[np.ndarray, np.ndarray]:
        predicted, came = [], []
        for panel, own in zip(panels, experience, strict=True):
            for seen, target in pairs:
                surface = forecast(panel, seen, GLM, own.model)
                cells = top_cells(surface, panel.grid, 0.02)
                predicted.append(surface.ravel()[cells])
                came.append(panel.target(target).ravel()[cells])
        return np.concatenate(predicted), np.concatenate(came)

    return covered(*of([(history, month)]), learn_band(*of(training_pairs(history))))


def score(panels: list[Panel], points: list[pd.DataFrame], codes: list[str]) -> pd.DataFrame:
    """Return hits, best and n by method, district, month and area share."""
    rows, experience = [], left_out(panels)
    for month in TARGETS:
        every = surfaces_of(panels, points, experience, month)
        for name, surfaces in every.items():
            for code, panel, surface, model in zip(codes, panels, surfaces, every[EXPERIENCE], strict=True):
                counts = np.where(panel.grid.inside, panel.target(month), 0.0)
                for share in SHARES:
                    apart = np.setxor1d(top_cells(surface, panel.grid, share), top_cells(model, panel.grid, share))
                    rows.append(
                        (name, code, month, share, *hits_at(surface, counts, panel.grid, share), counts.sum(),
                         counts.ravel()[apart].sum(), surface[panel.grid.inside].sum())
                    )  # fmt: skip
    return pd.DataFrame(rows, columns=["method", "code", "month", "share", "hits", "best", "n", "apart", "total"])


def choose_by_past(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the method that the product's rule chooses on each district's earlier months.

    The rule is ``backtest.choose``; before any month has been scored it is the model of other districts.
    """
    rows = []
    for (code, month), each in table.groupby(["code", "month"]):
        past = table[(table["code"] == code) & (table["month"] < month)].replace({"method": {OWN: GLM}})
        chosen = EXPERIENCE if past.empty else choose(past)[0]
        rows.append(each[each["method"] == (OWN if chosen == GLM else chosen)].assign(method="chosen"))
    return pd.concat(rows)


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Return pooled hit rate (%), mean PAI and mean PEI over district-months by method and share."""
    table = table.assign(pai=table["hits"] / table["n"] / table["share"], pei=table["hits"] / table["best"])
    grouped = table.groupby(["method", "share"], sort=False)
    sums = grouped[["hits", "n"]].sum()
    result = pd.DataFrame({"hit": 100 * sums["hits"] / sums["n"], "PAI": grouped["pai"].mean()})
    return result.assign(PEI=grouped["pei"].mean()).unstack("share").swaplevel(axis=1).sort_index(axis=1)


def paired_interval(table: pd.DataFrame, one: str, other: str, share: float = 0.02) -> tuple[float, float, float]:
    """Return the pooled difference in hit rate (points) with a 95 % bootstrap interval over districts."""
    at = table[table["share"] == share].groupby(["method", "code"])[["hits", "n"]].sum()
    gain, size = (at.loc[one, "hits"] - at.loc[other, "hits"]).to_numpy(), at.loc[one, "n"].to_numpy()
    draws = np.random.default_rng(0).integers(0, len(gain), (10_000, len(gain)))
    spread = 100 * gain[draws].sum(axis=1) / size[draws].sum(axis=1)
    return float(100 * gain.sum() / size.sum()), *(float(q) for q in np.quantile(spread, [0.025, 0.975]))


def main() -> None:
    """Print noise and power, speed, and the table of districts (left out with a line where the data are absent)."""
    sys.path.insert(0, str(Path(__file__).parent))
    from bench_surfaces import print_noise, print_speed

    print_noise()
    print_speed()
    if not DISTRICTS.exists():
        print("shared/data/districts is absent: the district bench is left out")
        return
    start = time.perf_counter()
    codes, panels, points = load_panels()
    print(
        f"{len(codes)} districts, {sum(p.grid.cells for p in panels):,} cells, loaded in "
        f"{time.perf_counter() - start:.0f} s"
    )
    table = score(panels, points, codes)
    table = pd.concat([table, choose_by_past(table)], ignore_index=True)
    print(summarise(table).round(2).to_string())
    for rival in ("KDE 100 m", "twelve months"):
        gain, low, high = paired_interval(table, "chosen", rival)
        print(f"chosen less {rival}: {gain:+.1f} points [{low:+.1f}, {high:+.1f}] at 2 %")
    pooled = table[(table["share"] == 0.02)].groupby("method")["hits"].sum()
    print(f"share of attainable: {100 * pooled['chosen'] / pooled['hindsight GLM']:.1f} % of hindsight")
    totals = table[(table["share"] == 0.02) & (table["method"] == "chosen")].groupby("month")
    print("forecast total / came:", (totals["total"].sum() / totals["n"].sum()).round(3).to_dict())
    held, seen = (sum(pair[place] for pair in INTERVALS) for place in range(2))
    print(f"80 % intervals of published cells with half an event or more forecast: {100 * held / seen:.1f} % of {seen}")
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
