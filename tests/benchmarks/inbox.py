"""Read a workspace's extracts with pandas, as an analyst would: by area.toml's mapping, without row accounting.

Independent of ``market_profile.sources`` on purpose: the peers and the scores share no reader with what they measure.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

KEYS = {
    "intelligence_logs": ["urn"],
    "log_subjects": ["urn", "subject_no"],
    "log_links": ["urn", "from_subject_no", "to_subject_no", "relation"],
    "test_purchases": ["tp_ref"],
    "seizures": ["seizure_ref", "exhibit_ref"],
    "arrests": ["custody_ref"],
}
"""Key columns of the kinds that have a key; convictions and the cohort register have none."""
MENTION_KINDS = ("log_subjects", "test_purchases", "seizures", "arrests", "convictions", "cohort_register")
WORDS = ("surname", "forenames", "aliases", "date_of_birth", "sex", "phone", "nominal_ref", "address_text", "role")


@dataclass(frozen=True)
class Inbox:
    """The extracts below ``folder``; every frame is text, missing cells are ``""``."""

    folder: Path

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Return area.toml as written."""
        with (self.folder / "area.toml").open("rb") as file:
            return tomllib.load(file)

    def read(self, kind: str) -> pd.DataFrame:
        """Return all rows of a kind, the last version of each key, without rows that lack their key."""
        source = self.settings.get("sources", {}).get(kind, {})
        files = sorted((self.folder / "inbox").glob(source.get("pattern", f"{kind}*")))
        parts = [_read_file(path, source) for path in files]
        if not parts:
            return pd.DataFrame()
        rows = pd.concat(parts, ignore_index=True).fillna("").astype(object)
        rows = rows.apply(lambda column: column.str.strip() if column.dtype == object else column)
        for column, codes in source.get("values", {}).items():
            rows[column] = rows[column].replace(codes)
        key = KEYS.get(kind, [])
        if key:
            rows = rows[(rows[key] != "").all(axis=1)].drop_duplicates(key, keep="last")
        return rows.reset_index(drop=True)

    def dates(self, kind: str, column: pd.Series) -> pd.Series:
        """Return dates by the kind's declared format, else ISO 8601; NaT where a cell cannot be read."""
        form = self.settings.get("sources", {}).get(kind, {}).get("date_format")
        read = pd.to_datetime(column, format=form or "ISO8601", errors="coerce")
        return read.fillna(pd.to_datetime(column, format="ISO8601", errors="coerce")) if form else read

    @cached_property
    def logs(self) -> pd.DataFrame:
        """Return the logs with ``month`` (YYYY-MM) and ``easting_m``, ``northing_m`` (EPSG:27700, NaN for none)."""
        rows = self.read("intelligence_logs")
        when = self.dates("intelligence_logs", rows["submitted_at"])
        rows = rows.assign(at=when, month=when.dt.strftime("%Y-%m")).dropna(subset=["at"])
        return in_metres(rows)

    @cached_property
    def mentions(self) -> pd.DataFrame:
        """Return every mention of a person: kind, record_ref, subject_no, WORDS; refs are ``""`` without a key."""
        return pd.concat([self._mentions_of(kind) for kind in MENTION_KINDS], ignore_index=True)

    def _mentions_of(self, kind: str) -> pd.DataFrame:
        rows = self.read(kind)
        rows = rows.rename(columns=lambda name: name.removeprefix("seller_"))
        rows = rows.reindex(columns=[*dict.fromkeys([*rows.columns, *WORDS])]).fillna("")
        key = [name for name in KEYS.get(kind, []) if name != "subject_no"]
        ref = rows[key[0]].str.cat([rows[name] for name in key[1:]], sep="/") if key else ""
        rows = rows.assign(kind=kind, record_ref=ref)
        rows["subject_no"] = rows["subject_no"] if kind == "log_subjects" else "1"
        told = (rows[["surname", "forenames", "aliases", "nominal_ref", "phone"]] != "").any(axis=1)
        return rows.loc[told, ["kind", "record_ref", "subject_no", *WORDS]]


def in_metres(rows: pd.DataFrame) -> pd.DataFrame:
    """Return ``rows`` with numeric easting_m, northing_m; degrees are projected where metres are missing."""
    from pyproj import Transformer

    number = {
        name: pd.to_numeric(rows.get(name, pd.Series("", index=rows.index)), errors="coerce").to_numpy(float)
        for name in ("easting_m", "northing_m", "latitude", "longitude")
    }
    east, north = Transformer.from_crs(4326, 27700, always_xy=True).transform(number["longitude"], number["latitude"])
    east, north = np.where(np.isfinite(east), east, np.nan), np.where(np.isfinite(north), north, np.nan)
    return rows.assign(
        easting_m=np.where(np.isnan(number["easting_m"]), east, number["easting_m"]),
        northing_m=np.where(np.isnan(number["northing_m"]), north, number["northing_m"]),
    )


def _read_file(path: Path, source: dict[str, Any]) -> pd.DataFrame:
    suffixes = "".join(path.suffixes)
    if suffixes.endswith(".xlsx"):
        rows = pd.read_excel(path, sheet_name=source.get("sheet", 0), dtype=str)
    elif suffixes.endswith(".parquet"):
        rows = pd.read_parquet(path).astype(str)
    else:
        mark = source.get("delimiter", "\t" if ".tsv" in suffixes else ",")
        rows = pd.read_csv(path, dtype=str, sep=mark, encoding=source.get("encoding", "utf-8"), keep_default_na=False,
                           encoding_errors="replace", on_bad_lines="skip")  # fmt: skip
    return rows.rename(columns=source.get("columns", {}))
