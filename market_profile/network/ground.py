"""Points laid out in narrow bands, so that what stands within so many metres of many places is met slice by slice.

A band holds the points of some metres of northing in order of easting: what may be near a place is then one slice of
each of a few bands. Places are taken part by part, so that memory holds the pairs of one part, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BANDS_EACH_WAY = 5
"""A band is a fifth of the distance wide: slices then hold a fifth more points than the circle."""

MOST_PAIRS = 300_000
"""Pairs that one part may hold, some 30 bytes each; a place with more stands alone."""

MARGIN_M = 0.001
"""Slices reach so much further than the circle: their ends are rounded, the points in them are measured."""


@dataclass(frozen=True)
class Part:
    """Places ``rows`` and the points near them, as pairs: ``place`` (number in the part, in order), ``point`` (row)."""

    rows: Ints
    place: Ints
    point: Ints


class Ground:
    """Points in the plane that are asked for around places within one distance."""

    def __init__(self, points: Floats, within_m: float) -> None:
        """Lay out ``points`` (n, 2: easting, northing in metres) for circles of radius ``within_m``."""
        self._within = within_m
        self._width = within_m / BANDS_EACH_WAY
        band = np.floor(points[:, 1] / self._width).astype(np.int64)
        self._order = np.lexsort((points[:, 0], band))
        self._first = int(band.min(initial=0))
        counts = np.bincount(band - self._first) if len(band) else np.zeros(1, dtype=np.int64)
        self._starts = np.concatenate([[0], np.cumsum(counts)])
        self._low = float(points[:, 0].min(initial=0.0))
        self._span = float(points[:, 0].max(initial=0.0)) - self._low + 4 * within_m
        self._east, self._north = points[self._order, 0], points[self._order, 1]
        self._key = (band[self._order] - self._first) * self._span + self._east - self._low

    def around(self, at: Floats) -> Iterator[Part]:
        """Yield the points around each place of ``at`` (n, 2) that is known, some places at a time.

        Pairs stand in order of place and, within one, band by band from the south, each from the west, points at one
        spot in order of their rows.
        """
        here = np.flatnonzero(np.isfinite(at).all(axis=1)) if len(self._order) else np.empty(0, dtype=np.int64)
        here = here[np.lexsort((at[here, 0], np.floor(at[here, 1] / self._width)))]
        start, size = self._slices(at[here])
        upto = np.cumsum(size.sum(axis=1))
        first = 0
        while first < len(here):
            before = int(upto[first - 1]) if first else 0
            last = max(first + 1, int(np.searchsorted(upto, before + MOST_PAIRS, side="right")))
            yield self._part(at, here[first:last], start[first:last], size[first:last])
            first = last

    def _slices(self, at: Floats) -> tuple[Ints, Ints]:
        """Return, by place and band (2 x BANDS_EACH_WAY + 1), where the slice that may be near starts, and its size."""
        steps = np.arange(-BANDS_EACH_WAY, BANDS_EACH_WAY + 1)
        band = np.floor(at[:, 1] / self._width).astype(np.int64)[:, None] + steps
        below = band * self._width
        apart = np.maximum(np.maximum(below - at[:, 1:], at[:, 1:] - (below + self._width)), 0.0)
        half = np.sqrt(np.maximum(self._within**2 - apart**2, 0.0)) + MARGIN_M
        number = band - self._first
        is_there = (number >= 0) & (number < len(self._starts) - 1)
        number = np.where(is_there, number, 0)
        east = np.clip(at[:, :1] - self._low, -2 * self._within, self._span)
        first, last = self._starts[number], self._starts[number + 1]
        start, end = (
            np.clip(np.searchsorted(self._key, number * self._span + east + reach, side="left"), first, last)
            for reach in (-half, half)
        )
        return start, np.where(is_there, end - start, 0)

    def _part(self, at: Floats, rows: Ints, start: Ints, size: Ints) -> Part:
        flat = size.ravel()
        ends = np.cumsum(flat)
        laid = np.repeat(start.ravel() - (ends - flat), flat) + np.arange(int(flat.sum()))
        whole = size.sum(axis=1)
        east = self._east.take(laid) - np.repeat(at[rows, 0], whole)
        north = self._north.take(laid) - np.repeat(at[rows, 1], whole)
        square = east * east + north * north
        near = np.flatnonzero(square <= self._within**2)
        place = np.repeat(np.arange(len(rows)), whole).take(near)
        return Part(rows, place, self._order.take(laid.take(near)))
