"""Crime series by group and period with control limits, and complete financial years."""

from __future__ import annotations

import numpy as np
import pandas as pd

ANTI_SOCIAL = "Anti-social behaviour"
"""Published ASB rows carry no Crime ID and stay out of crime totals."""

TOTAL = "All crime without ASB"
MINIMUM_BASE = 5
"""Periods before a limit is drawn; fewer say nothing about what is normal."""

SERIES_COLUMNS = ("source", "offence_group", "period", "count", "centre", "low", "high", "is_asb", "is_signal")
FOUR_TYPES = ("Burglary dwelling", "Burglary OTD", "Vehicle crime", "Robbery")
"""The impact crimes of seed 000."""


def crime_series(crime_counts: pd.DataFrame, street_crime: pd.DataFrame) -> pd.DataFrame:
    """Return SERIES_COLUMNS by source (``crime_counts`` or ``street_crime``), group and period, oldest first.

    The street-crime total leaves ASB out. ``crime_counts`` keeps its own groups and totals as recorded.
    """
    parts = [_with_limits(part) for part in (_recorded(crime_counts), _published(street_crime)) if not part.empty]
    if not parts:
        return _no_series()
    return pd.concat(parts, ignore_index=True)[list(SERIES_COLUMNS)]


def control_limits(counts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return centre, low and high for each count from the counts before it; each column is a series.

    An individuals chart (Montgomery 2019, 6.4): centre = mean of all earlier counts; spread = the larger of the
    mean moving range over 1.128 and the Poisson square root of the mean; limits at three spreads, never below 0.
    """
    before = counts.shift(1)
    centre = before.expanding(MINIMUM_BASE).mean()
    moving = before.diff().abs().expanding(MINIMUM_BASE - 1).mean() / 1.128
    spread = np.maximum(moving, np.sqrt(centre))
    return {"centre": centre, "low": (centre - 3 * spread).clip(lower=0), "high": centre + 3 * spread}


def financial_years(crime_counts: pd.DataFrame) -> pd.DataFrame:
    """Return offence_group, financial_year, count, change_pct of complete financial years (1 April to 31 March).

    A year is complete when its periods cover each of its days once; ``change_pct`` is against the year before.
    """
    frame = crime_counts.assign(
        year=_financial_year(crime_counts["period_start"]),
        end_year=_financial_year(crime_counts["period_end"]),
        days=(crime_counts["period_end"] - crime_counts["period_start"]).dt.days + 1,
    )
    inside = frame[frame["year"] == frame["end_year"]]
    grouped = inside.groupby(["offence_group", "year"], sort=True).agg(count=("count", "sum"), days=("days", "sum"))
    years = grouped.reset_index()
    complete = years[years["days"] == _days_in(years["year"])].reset_index(drop=True)
    before = complete.assign(year=complete["year"] + 1)[["offence_group", "year", "count"]]
    joined = complete.merge(before, on=["offence_group", "year"], how="left", suffixes=("", "_before"))
    change = 100 * (joined["count"].astype(float) / joined["count_before"].astype(float) - 1)
    label = joined["year"].astype(str) + "/" + (joined["year"] + 1).astype(str).str[-2:]
    result = joined.assign(financial_year=label, change_pct=change, count=joined["count"].astype("int64"))
    return result[["offence_group", "financial_year", "count", "change_pct"]]


def sum_of_groups(crime_counts: pd.DataFrame, groups: tuple[str, ...], name: str) -> pd.DataFrame:
    """Return the counts of several groups added by period under one name; groups must not overlap."""
    chosen = crime_counts[crime_counts["offence_group"].isin(groups)]
    summed = chosen.groupby(["period_start", "period_end"], sort=True)["count"].sum().reset_index()
    return summed.assign(offence_group=name)


def _recorded(crime_counts: pd.DataFrame) -> pd.DataFrame:
    same_month = crime_counts["period_start"].dt.strftime("%Y-%m") == crime_counts["period_end"].dt.strftime("%Y-%m")
    spans = crime_counts["period_start"].dt.strftime("%Y-%m") + ".." + crime_counts["period_end"].dt.strftime("%Y-%m")
    frame = crime_counts[["offence_group"]].assign(
        source="crime_counts",
        period=spans.where(~same_month, crime_counts["period_start"].dt.strftime("%Y-%m")),
        count=crime_counts["count"].astype("float64"),
        is_asb=crime_counts["offence_group"].str.contains("anti-social|asb", case=False, regex=True),
    )
    return frame.sort_values(["offence_group", "period"], kind="stable")


def _published(street_crime: pd.DataFrame) -> pd.DataFrame:
    if street_crime.empty:
        return pd.DataFrame()
    table = street_crime.groupby(["crime_type", "month"], sort=True).size().unstack(fill_value=0)
    months = pd.period_range(table.columns.min(), table.columns.max(), freq="M").strftime("%Y-%m")
    table = table.reindex(columns=list(months))  # a month without a file stays NaN, not 0
    crimes = table.drop(index=ANTI_SOCIAL, errors="ignore").sum(axis=0, min_count=1)
    table = pd.concat([table, crimes.to_frame(TOTAL).T])
    long = table.rename_axis("offence_group").reset_index().melt("offence_group", var_name="period", value_name="count")
    long = long[long["count"].notna()]
    long["count"] = long["count"].astype("float64")
    return long.assign(source="street_crime", is_asb=long["offence_group"] == ANTI_SOCIAL)


def _with_limits(frame: pd.DataFrame) -> pd.DataFrame:
    sorted_frame = frame.sort_values(["offence_group", "period"], kind="stable").reset_index(drop=True)
    series = pd.factorize(sorted_frame["offence_group"])[0]
    place = np.arange(len(series)) - np.searchsorted(series, series)
    side_by_side = np.full((place.max() + 1, series.max() + 1), np.nan)
    side_by_side[place, series] = sorted_frame["count"]
    limits = control_limits(pd.DataFrame(side_by_side))
    full = sorted_frame.assign(**{name: each.to_numpy()[place, series] for name, each in limits.items()})
    return full.assign(is_signal=(full["count"] < full["low"]) | (full["count"] > full["high"]))


def _financial_year(dates: pd.Series) -> pd.Series:
    years: pd.Series = dates.dt.year - (dates.dt.month < 4).astype(int)
    return years


def _days_in(years: pd.Series) -> pd.Series:
    starts = pd.to_datetime(years.astype(str) + "-04-01")
    days: pd.Series = (pd.to_datetime((years + 1).astype(str) + "-04-01") - starts).dt.days
    return days


def _no_series() -> pd.DataFrame:
    kinds = {"count": "float64", "centre": "float64", "low": "float64", "high": "float64"}
    flags = {"is_asb": "bool", "is_signal": "bool"}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, flags.get(name, "str"))) for name in SERIES_COLUMNS})
