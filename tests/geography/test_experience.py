"""The model that ships: read back as written, used only where it was fitted, and no worse than an area's own fit."""

from __future__ import annotations

import numpy as np
import pytest

from market_profile.geography.backtest import choose
from market_profile.geography.experience import EXPERIENCE, as_json, forecast_by, from_json, learn, shipped, suits
from market_profile.geography.forecast import GLM, SIMPLE, fit_glm, forecast
from market_profile.geography.grid import make_grid
from market_profile.geography.panel import Panel, on_grid, panel_records
from market_profile.geography.scoring import hits_at, reference
from tests.geography.bench_districts import DISTRICTS, LAST, aligned, district_areas, district_tables

needs_districts = pytest.mark.skipif(not DISTRICTS.exists(), reason="../shared/data/districts is not there")


@pytest.fixture(scope="module")
def panels() -> list[Panel]:
    import pandas as pd

    from market_profile.geography.events import collect_events

    every = pd.read_parquet(DISTRICTS / "street_crime.parquet")
    found = []
    for code in sorted(every["district_code"].unique())[:4]:
        tables = district_tables(every[every["district_code"] == code])
        events = collect_events(tables, LAST).frame
        found.append(on_grid(panel_records(events, tables, LAST), make_grid(district_areas(code).boundary, 200.0)))
    return [aligned(panel, shipped().names) for panel in found]


def test_the_shipped_model_reads_back_as_written() -> None:
    own = shipped()
    assert own.names[:2] == ("events", "recorded")
    model = own.model
    again = from_json(
        as_json(
            type(own)(
                own.names,
                type(model)(model.centre, model.spread, _as_fitted(model.regressor), has_recent=False),
                own.source,
            )
        )
    )
    assert again.names == own.names
    assert np.array_equal(again.model.regressor.weights, model.regressor.weights)
    assert np.array_equal(again.model.spread, model.spread)


class _as_fitted:  # noqa: N801 - stands where scikit-learn's regressor stands when a model is written
    def __init__(self, linear: object) -> None:
        self.coef_ = linear.weights  # type: ignore[attr-defined]
        self.intercept_ = linear.intercept  # type: ignore[attr-defined]


@needs_districts
def test_a_fitted_model_survives_its_file(panels: list[Panel]) -> None:
    fitted = learn(panels[:2], "two districts")
    read = from_json(as_json(fitted))
    history = (0, 1, 2, 3)
    one, other = (forecast(panels[2], history, GLM, each.model) for each in (fitted, read))
    assert np.allclose(one, other, rtol=1e-6)
    assert read.source == "two districts"


@needs_districts
def test_areas_with_few_offences_gain_from_the_districts_that_others_had(panels: list[Panel]) -> None:
    """Fitted on two districts, scored on two others, over three months: no fewer hits than each area's own fit."""
    fitted = learn(panels[:2], "two districts")
    hits = {"others": 0.0, "own": 0.0}
    for panel in panels[2:]:
        for month in (2, 3, 4):
            history, came = tuple(range(month)), np.where(panel.grid.inside, panel.target(month), 0.0)
            for name, model in (("others", fitted.model), ("own", fit_glm([panel], history))):
                hits[name] += hits_at(forecast(panel, history, GLM, model), came, panel.grid, 0.05)[0]
    print(hits)
    assert hits["others"] >= 0.95 * hits["own"]


@needs_districts
def test_a_missing_covariate_counts_as_none(panels: list[Panel]) -> None:
    panel = panels[0]
    short = Panel(panel.grid, panel.months, panel.names[:5], panel.counts[:5], panel.points, panel.is_snapped)
    assert suits(short)
    widened = shipped().panel(short)
    assert widened.names == shipped().names
    assert widened.counts[5:].sum() == 0
    surface = forecast_by(short, (0, 1, 2), EXPERIENCE)
    assert np.isfinite(surface).all()
    assert (surface[~panel.grid.inside] == 0).all()


def test_the_widest_experience_is_the_reference() -> None:
    assert reference([*SIMPLE, GLM]) == GLM
    assert reference([*SIMPLE, GLM, EXPERIENCE]) == EXPERIENCE


@pytest.mark.parametrize(("own_hits", "expected"), [(101.0, EXPERIENCE), (140.0, GLM)])
def test_the_own_fit_replaces_it_only_when_clearly_better(own_hits: float, expected: str) -> None:
    import pandas as pd

    names = [*SIMPLE, GLM, EXPERIENCE]
    hits = [50.0] * len(SIMPLE) + [own_hits, 100.0]
    rows = [("2019-01", name, 1.0, each, 200.0, 300.0, 60.0, 300.0) for name, each in zip(names, hits, strict=True)]
    columns = ["month", "method", "share", "hits", "best", "n", "apart", "total"]
    chosen, why = choose(pd.DataFrame(rows, columns=columns))
    assert chosen == expected
    assert "districts" in why
