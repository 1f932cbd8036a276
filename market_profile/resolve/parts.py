"""What one record kind says of people, as columns; and the columns of all kinds as one frame, words folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from market_profile.resolve.fold import (
    TEXT,
    Fold,
    as_texts,
    fold_address,
    fold_code,
    fold_list,
    fold_name,
    fold_phone,
    fold_sex,
)

Codes = npt.NDArray[np.int64]
TEXTS = ("nominal_ref", "surname", "forenames", "aliases", "sex", "phone", "vrm", "address_text", "role")
PLACE = ("easting_m", "northing_m")


@dataclass(frozen=True)
class Part:
    """What a kind says of people, one row a mention: columns of ``texts`` (Arrow) and of ``numbers`` (numpy).

    What the kind lacks is left out, but for key and time.
    """

    kind: str
    texts: dict[str, pa.Array]
    numbers: dict[str, npt.NDArray[Any]]

    def __len__(self) -> int:
        """Return how many mentions there are."""
        return len(self.numbers["at"])

    def take(self, rows: Codes) -> Part:
        """Return the mentions of ``rows``, in that order."""
        texts = {name: column.take(pa.array(rows)) for name, column in self.texts.items()}
        return Part(self.kind, texts, {name: column[rows] for name, column in self.numbers.items()})


def same(text: str, count: int) -> pa.Array:
    """Return a column of one text."""
    return pa.repeat(pa.scalar(text, TEXT), count)


def as_frame(parts: list[Part]) -> pd.DataFrame:
    """Return the parts as one, words folded."""
    text = {name: _category(_held(parts, name)) for name in TEXTS}
    birth = _whole(parts, "date_of_birth", np.datetime64("NaT", "us"))
    year = birth.astype("datetime64[Y]")
    is_new_year = birth.astype("datetime64[D]") == year.astype("datetime64[D]")
    columns = {
        "kind": _texts([same(part.kind, len(part)) for part in parts]),
        **{name: _texts(_held(parts, name)) for name in ("record_ref", "subject_no")},
        "log": _whole(parts, "log", np.int64(-1)),
        "at": _whole(parts, "at", np.datetime64("NaT", "us")),
        "role": text["role"],
        "date_of_birth": birth,
        "is_safeguarding": _whole(parts, "is_safeguarding", np.bool_(False)),
        **{name: _whole(parts, name, np.float64(np.nan)) for name in PLACE},
        **{f"written_{name}": text[name] for name in ("forenames", "surname", "aliases")},
        **{name: _by_category(text[name], fold_name) for name in ("surname", "forenames")},
        "aliases": _by_category(text["aliases"], fold_list),
        "phone": _by_category(text["phone"], fold_phone),
        **{name: _by_category(text[name], fold_code) for name in ("vrm", "nominal_ref")},
        "address": _by_category(text["address_text"], fold_address),
        "sex": _by_category(text["sex"], fold_sex),
        "dob": np.where(is_new_year, np.datetime64("NaT", "us"), birth),
        "dob_year": np.where(np.isnat(birth), 0, year.astype(np.int64) + 1970),
    }
    return pd.DataFrame(columns, copy=False)


def _whole(parts: list[Part], name: str, blank: np.generic) -> npt.NDArray[Any]:
    """Return a column of all parts, ``blank`` where a part lacks it."""
    held = [part.numbers[name] if name in part.numbers else np.full(len(part), blank) for part in parts]
    return np.concatenate(held)


def _held(parts: list[Part], name: str) -> list[pa.Array]:
    """Return a text column part by part, ``""`` where a part lacks it."""
    return [part.texts[name] if name in part.texts else same("", len(part)) for part in parts]


def _texts(parts: list[pa.Array]) -> pd.Series:
    return pd.Series(pa.concat_arrays(parts), dtype="str")


def _category(texts: list[pa.Array]) -> pd.Series:
    """Return texts as categories, the blank one first; a missing one is blank."""
    held = pa.chunked_array([same("", 1), *texts]).dictionary_encode()
    codes = np.concatenate([chunk.indices.fill_null(0).to_numpy() for chunk in held.chunks])[1:]
    return _coded(codes, held.chunk(held.num_chunks - 1).dictionary)


def _by_category(column: pd.Series, fold: Fold) -> pd.Series:
    """Return a column of categories with each folded once; what folds to one text is one category."""
    held = pa.concat_arrays([same("", 1), fold(as_texts(column.cat.categories))]).dictionary_encode()
    return _coded(held.indices.to_numpy()[1:][column.cat.codes.to_numpy()], held.dictionary)


def _coded(codes: npt.NDArray[np.int32], texts: pa.Array) -> pd.Series:
    categories = pd.Index(pd.array(texts, dtype="str"))
    return pd.Series(pd.Categorical.from_codes(codes, categories=categories, validate=False))
