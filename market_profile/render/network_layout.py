"""Where the people of a network picture stand: one round cluster a group, packed in rows, the same every time.

A force layout of 160 people is a hairball; here the strongest suppliers of a group stand in its middle and the
others on rings around them. Nothing depends on a name: groups and people come by size, emphasis and given order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from market_profile.document import NetworkNode, NetworkPicture

SQUARES = frozenset({"supplier", "line_holder", "dealer"})
"""Roles drawn as squares and placed inside: they supply others."""

RING_STEP = 24.0
SEAT = 22.0
SQUEEZE = 1.15
"""Distance between rings, and between two people on one ring, in user units; how far a full ring may be overfilled."""


@dataclass(frozen=True)
class Cluster:
    """A group of the picture: its name, people in drawing order, and radius."""

    group: str
    nodes: tuple[NetworkNode, ...]
    seats: tuple[tuple[float, float], ...]
    radius: float


@dataclass(frozen=True)
class Placed:
    """A cluster with its centre."""

    cluster: Cluster
    x: float
    y: float


def clusters_of(picture: NetworkPicture, step: float = RING_STEP) -> list[Cluster]:
    """Return the clusters, largest first, then in the order in which their groups first appear.

    ``step`` is the distance between rings.
    """
    groups: dict[str, list[NetworkNode]] = {}
    for node in picture.nodes:
        groups.setdefault(str(node.group), []).append(node)
    made = [_cluster(group, nodes, step) for group, nodes in groups.items()]
    return sorted(made, key=lambda cluster: -len(cluster.nodes))


def _cluster(group: str, nodes: list[NetworkNode], step: float) -> Cluster:
    ordered = sorted(nodes, key=lambda node: (node.role not in SQUARES, -node.emphasis))
    sizes = ring_sizes(len(ordered), step)
    seats = [
        (ring * step * math.cos(angle), ring * step * math.sin(angle))
        for ring, size in enumerate(sizes)
        for angle in (2 * math.pi * index / size - math.pi / 2 for index in range(size))
    ]
    return Cluster(group, tuple(ordered), tuple(seats), (len(sizes) - 1) * step + 14)


def ring_sizes(count: int, step: float) -> list[int]:
    """Return how many people sit in the middle and on each ring; rings fill in proportion to their length.

    Example:
        >>> ring_sizes(8, 24.0)
        [1, 7]
    """
    rings, room = 0, 1
    while room < count:
        rings += 1
        room += int(2 * math.pi * rings * step / SEAT * SQUEEZE)
    total = rings * (rings + 1) / 2
    sizes = [1] + [int((count - 1) * ring / total) for ring in range(1, rings + 1)]
    for index in range(count - sum(sizes)):
        sizes[-1 - index % max(rings, 1)] += 1
    return sizes


def pack(clusters: list[Cluster], width: float, title: float = 34.0, below: float = 0.0) -> tuple[list[Placed], float]:
    """Return the clusters set in rows across ``width`` with room above and below each, and the height used."""
    rows = _rows(clusters, width)
    if len(rows) > 1:
        even = math.ceil(len(clusters) / len(rows))
        evened = [clusters[at : at + even] for at in range(0, len(clusters), even)]
        rows = evened if all(sum(map(_wide, row)) <= width for row in evened) else rows
    placed: list[Placed] = []
    top = 0.0
    for row in rows:
        top += _set_row(placed, row, top, width, title) + below
    return placed, top


def _rows(clusters: list[Cluster], width: float) -> list[list[Cluster]]:
    rows: list[list[Cluster]] = []
    for cluster in clusters:
        if rows and sum(map(_wide, [*rows[-1], cluster])) <= width:
            rows[-1].append(cluster)
        else:
            rows.append([cluster])
    return rows


def _wide(cluster: Cluster) -> float:
    return max(2 * cluster.radius + 16, 136.0)


def _set_row(placed: list[Placed], row: list[Cluster], top: float, width: float, title: float) -> float:
    tall = max(cluster.radius for cluster in row)
    spare = (width - sum(_wide(cluster) for cluster in row)) / len(row)
    x = 0.0
    for cluster in row:
        wide = _wide(cluster) + max(spare, 0.0)
        placed.append(Placed(cluster, x + wide / 2, top + title + tall))
        x += wide
    return title + 2 * tall + 14
