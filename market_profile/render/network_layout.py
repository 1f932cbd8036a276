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

RING_STEP = 19.0
SEAT = 17.0
"""Distance between rings, and between two people on one ring, in user units."""


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


def clusters_of(picture: NetworkPicture) -> list[Cluster]:
    """Return the clusters, largest first, then in the order in which their groups first appear."""
    groups: dict[str, list[NetworkNode]] = {}
    for node in picture.nodes:
        groups.setdefault(str(node.group), []).append(node)
    made = [_cluster(group, nodes) for group, nodes in groups.items()]
    return sorted(made, key=lambda cluster: -len(cluster.nodes))


def _cluster(group: str, nodes: list[NetworkNode]) -> Cluster:
    ordered = sorted(nodes, key=lambda node: (node.role not in SQUARES, -node.emphasis))
    seats, radius = _seats(len(ordered))
    return Cluster(group, tuple(ordered), tuple(seats), radius + 12)


def _seats(count: int) -> tuple[list[tuple[float, float]], float]:
    if count <= 1:
        return [(0.0, 0.0)] * count, 0.0
    seats: list[tuple[float, float]] = []
    radius = 0.0 if count > 4 else 6.0
    while len(seats) < count:
        room = max(1, int(2 * math.pi * radius / SEAT)) if radius > 6 else (1 if radius == 0 else count)
        taken = min(room, count - len(seats))
        reach = max(radius, 11.0) if radius else 0.0
        for index in range(taken):
            angle = 2 * math.pi * index / taken - math.pi / 2
            seats.append((reach * math.cos(angle), reach * math.sin(angle)))
        radius += RING_STEP
    return seats, radius - RING_STEP


def pack(clusters: list[Cluster], width: float, title: float = 34.0) -> tuple[list[Placed], float]:
    """Return the clusters set in rows across ``width`` with room for a title above each, and the height used."""
    placed: list[Placed] = []
    row: list[Cluster] = []
    top = 0.0
    for cluster in clusters:
        if row and sum(_wide(other) for other in [*row, cluster]) > width:
            top += _set_row(placed, row, top, width, title)
            row = []
        row.append(cluster)
    if row:
        top += _set_row(placed, row, top, width, title)
    return placed, top


def _wide(cluster: Cluster) -> float:
    return max(2 * cluster.radius + 16, 100.0)


def _set_row(placed: list[Placed], row: list[Cluster], top: float, width: float, title: float) -> float:
    tall = max(cluster.radius for cluster in row)
    spare = (width - sum(_wide(cluster) for cluster in row)) / len(row)
    x = 0.0
    for cluster in row:
        wide = _wide(cluster) + max(spare, 0.0)
        placed.append(Placed(cluster, x + wide / 2, top + title + tall))
        x += wide
    return title + 2 * tall + 14
