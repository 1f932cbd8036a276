"""The network picture: one cluster a group, suppliers squares and users dots; above 200 people one disc a group."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from market_profile.document import NetworkNode, NetworkPicture
from market_profile.errors import DisclosureLeak
from market_profile.render.gate import Drawn, Gate
from market_profile.render.network_layout import RING_STEP, SQUARES, Cluster, Placed, clusters_of, pack
from market_profile.render.svg import Canvas, Frame, Pen, Type, num, text_width, wrap
from market_profile.terms import Audience

MOST_PEOPLE = 200
"""Above this the picture shows groups, not people."""

LINKS_A_GROUP = 2
"""Links between groups drawn for each group, the strongest, where people are not drawn."""

LABELS_A_GROUP = 3
NAME_LINE, NAME_ROOM = 16.0, 128.0

_STYLES: dict[str, tuple[str, Pen]] = {
    "supplier": ("square", Pen(fill="s3", stroke="bg")),
    "line_holder": ("square", Pen(fill="s5", stroke="bg")),
    "dealer": ("square", Pen(fill="s1", stroke="bg")),
    "runner": ("diamond", Pen(fill="s4", stroke="bg")),
    "cuckooed": ("ring", Pen(fill="bg", stroke="s3", width=2)),
    "victim": ("ring", Pen(fill="bg", stroke="s3", width=2)),
    "user": ("dot", Pen(fill="axis", stroke="bg")),
}
_OTHER = ("ring", Pen(fill="bg", stroke="axis", width=1.6))


def describe_network(drawing: NetworkPicture, gate: Gate) -> str:
    """Return the picture in words: people, groups, roles and links between groups."""
    groups = {node.key: node.group for node in drawing.nodes}
    crossing = sum(groups.get(link[0]) != groups.get(link[1]) for link in drawing.links)
    roles = Counter(gate.check(node.role) for node in drawing.nodes)
    words = ", ".join(
        f"{_role_words(role)} {count:,}" for role, count in sorted(roles.items(), key=lambda r: (-r[1], r[0]))
    )
    return (
        f"{len(drawing.nodes):,} people in {len(set(groups.values())):,} groups ({words}); "
        f"{len(drawing.links):,} links, {crossing:,} of them between groups."
    )


def draw_network(drawing: NetworkPicture, frame: Frame) -> Drawn:
    """Return the picture for the size of ``frame``; refuse it in a partner edition."""
    if frame.gate.audience is not Audience.PLANNER:
        raise DisclosureLeak("the network picture is for planners only")
    clusters = clusters_of(drawing, RING_STEP * (0.78 if frame.is_narrow else 1.0))
    if len(drawing.nodes) > MOST_PEOPLE:
        return _draw_groups(drawing, clusters, frame)
    names = max([0, *(len(_named(cluster)) for cluster in clusters)])
    placed, height = pack(clusters, frame.width, below=NAME_LINE * names)
    roles = sorted({str(node.role) for node in drawing.nodes})
    canvas = Canvas(height + 26.0 * _legend_rows(roles, frame.width) + 12, frame.width)
    _draw_links(canvas, drawing, placed)
    keys = [frame.keys.get(frame.gate.check(place.cluster.group)) for place in placed]
    if any(key is not None for key in keys):
        for key, place in zip(keys, placed, strict=True):
            canvas.open_group(key)
            _draw_people(canvas, [place])
            canvas.close_group()
    else:
        _draw_people(canvas, placed)
    _draw_words(canvas, placed, frame.gate)
    _draw_legend(canvas, roles, height + 14)
    return canvas.close(frame)


def _draw_links(canvas: Canvas, drawing: NetworkPicture, placed: Sequence[Placed]) -> None:
    at: dict[str, tuple[float, float]] = {}
    node_of: dict[str, NetworkNode] = {}
    for place in placed:
        for node, (dx, dy) in zip(place.cluster.nodes, place.cluster.seats, strict=True):
            at[node.key], node_of[node.key] = (place.x + dx, place.y + dy), node
    faint: list[str] = []
    strong: list[str] = []
    for source, target, _weight, _relation in drawing.links:
        if source not in at or target not in at:
            continue
        (x1, y1), (x2, y2) = at[source], at[target]
        is_strong = node_of[source].role in SQUARES and node_of[target].role in SQUARES
        (strong if is_strong else faint).append(f"M{num(x1)} {num(y1)}L{num(x2)} {num(y2)}")
    if faint:
        canvas.path("".join(faint), Pen(stroke="axis", width=0.8, opacity=0.45))
    if strong:
        canvas.path("".join(strong), Pen(stroke="s5", width=1.2, opacity=0.75))


def _draw_people(canvas: Canvas, placed: Sequence[Placed]) -> None:
    """Draw the people of some groups, one mark a role."""
    by_style: dict[str, list[str]] = {}
    seats = [
        (node, place.x + dx, place.y + dy)
        for place in placed
        for node, (dx, dy) in zip(place.cluster.nodes, place.cluster.seats, strict=True)
    ]
    for node, x, y in seats:
        shape, _ = _STYLES.get(str(node.role), _OTHER)
        size = 4.6 if shape != "square" else 7.0 + 2.0 * min(max(node.emphasis, 0.0), 1.0)
        by_style.setdefault(str(node.role), []).append(_mark(shape, x, y, size))
    for role in sorted(by_style):
        canvas.path("".join(by_style[role]), _STYLES.get(role, _OTHER)[1])


def _mark(shape: str, x: float, y: float, size: float) -> str:
    if shape == "square":
        return f"M{num(x - size)} {num(y - size)}h{num(2 * size)}v{num(2 * size)}h-{num(2 * size)}Z"
    if shape == "diamond":
        reach = size * 1.3
        r = num(reach)
        return f"M{num(x)} {num(y - reach)}l{r} {r}l-{r} {r}l-{r}-{r}Z"
    r = num(size)
    return f"M{num(x - size)} {num(y)}a{r} {r} 0 1 0 {num(2 * size)} 0a{r} {r} 0 1 0-{num(2 * size)} 0Z"


def _draw_words(canvas: Canvas, placed: Sequence[Placed], gate: Gate) -> None:
    """Set titles and names, over one mark that keeps links from running through them."""
    cleared = [box for place in placed for box in (_title_box(place, canvas, gate), *_name_boxes(place, gate))]
    canvas.boxes(cleared, Pen(fill="bg", opacity=0.93))
    for place in placed:
        _draw_title(canvas, place, gate)
        _draw_names(canvas, place, gate)


def _title_box(place: Placed, canvas: Canvas, gate: Gate) -> tuple[float, float, float, float]:
    _, x, half = _title(place, canvas, gate)
    return (x - half - 2, place.y - place.cluster.radius - 25, 2 * half + 4, 18)


def _title(place: Placed, canvas: Canvas, gate: Gate) -> tuple[str, float, float]:
    """Return the words over a group, their middle and half their width."""
    room = max(2 * place.cluster.radius + 10, 96.0)
    words = wrap(gate.check(place.cluster.group), room, 13, 1)[0]
    half = text_width(words, 13, True) / 2
    return words, min(max(place.x, half + 1), canvas.width - half - 1), half


def _draw_title(canvas: Canvas, place: Placed, gate: Gate) -> None:
    words, x, _ = _title(place, canvas, gate)
    canvas.text(x, place.y - place.cluster.radius - 12, words, Type(13, "middle", is_bold=True))


def _named(cluster: Cluster) -> list[int]:
    """Return the places of the most emphasised suppliers of a group, which carry a number and a name."""
    places = [at for at, node in enumerate(cluster.nodes) if node.role in SQUARES and node.emphasis > 0]
    return places[:LABELS_A_GROUP]


def _names(place: Placed, gate: Gate) -> list[tuple[str, float, float]]:
    """Return the words under a group with their left end and baseline."""
    found = []
    for number, at in enumerate(_named(place.cluster), 1):
        words = wrap(f"{number} {gate.check(place.cluster.nodes[at].label)}", NAME_ROOM, 12, 1)[0]
        below = place.y + place.cluster.radius + NAME_LINE * number
        found.append((words, place.x - min(text_width(words, 12), NAME_ROOM) / 2, below))
    return found


def _name_boxes(place: Placed, gate: Gate) -> list[tuple[float, float, float, float]]:
    return [(x - 2, y - 12, min(text_width(words, 12), NAME_ROOM) + 4, 16) for words, x, y in _names(place, gate)]


def _draw_names(canvas: Canvas, place: Placed, gate: Gate) -> None:
    """Number the most emphasised suppliers and set their names under the group."""
    for number, at in enumerate(_named(place.cluster), 1):
        dx, dy = place.cluster.seats[at]
        canvas.text(place.x + dx, place.y + dy + 4, str(number), Type(11, "middle", "bg", is_bold=True))
    for words, x, y in _names(place, gate):
        canvas.text(x, y, words, Type(12, fill="muted"))


def _draw_groups(drawing: NetworkPicture, clusters: list[Cluster], frame: Frame) -> Drawn:
    """Draw one disc a group, its area by people, and links between groups by their number."""
    shown, most = clusters[:24], max(len(cluster.nodes) for cluster in clusters)
    discs = [
        Cluster(c.group, c.nodes, c.seats, 10 + (46 if frame.is_narrow else 60) * math.sqrt(len(c.nodes) / most))
        for c in shown
    ]
    placed, height = pack(discs, frame.width)
    canvas = Canvas(height + 26, frame.width)
    at = {place.cluster.group: (place.x, place.y) for place in placed}
    groups = {node.key: str(node.group) for node in drawing.nodes}
    pairs = Counter(
        tuple(sorted((groups[link[0]], groups[link[1]]), key=list(at).index))
        for link in drawing.links
        if groups.get(link[0]) in at and groups.get(link[1]) in at and groups[link[0]] != groups[link[1]]
    )
    strong = _strongest(pairs)
    for (one, other), count in pairs.items():
        if (one, other) in strong:
            canvas.line(*at[one], *at[other], Pen(stroke="axis", width=min(1 + math.log2(count), 7), opacity=0.7))
    canvas.boxes([_title_box(place, canvas, frame.gate) for place in placed], Pen(fill="bg", opacity=0.85))
    for place in placed:
        canvas.open_group(frame.keys.get(frame.gate.check(place.cluster.group)))
        canvas.circle(place.x, place.y, place.cluster.radius, Pen(fill="s1", stroke="bg", width=2))
        figure = f"{len(place.cluster.nodes):,}"
        fits = text_width(figure, 13, True) <= 2 * place.cluster.radius - 4
        canvas.text(place.x, place.y + 5, figure if fits else "", Type(13, "middle", "bg", is_bold=True))
        canvas.close_group()
        _draw_title(canvas, place, frame.gate)
    left = len(clusters) - len(shown)
    parts = ["Discs show people in a group"]
    parts += [f"{left:,} smaller groups are not drawn"] * bool(left)
    parts += [f"of {len(pairs):,} links between groups the strongest {len(strong):,}"] * (len(strong) < len(pairs))
    words = "; ".join(parts)
    canvas.text(0, height + 16, words, Type(12, fill="muted"))
    return canvas.close(frame)


def _strongest(pairs: Mapping[tuple[str, ...], int]) -> set[tuple[str, ...]]:
    """Return, for each group, its ``LINKS_A_GROUP`` strongest links: all of them together are a hairball."""
    by_group: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for place, (pair, count) in enumerate(pairs.items()):
        for group in pair:
            by_group.setdefault(group, []).append((-count * len(pairs) + place, pair))
    return {pair for found in by_group.values() for _, pair in sorted(found)[:LINKS_A_GROUP]}


def _legend_rows(roles: Sequence[str], width: float) -> int:
    return 1 + max([0, *(row for row, _, _ in _legend_places(roles, width))])


def _legend_places(roles: Sequence[str], width: float) -> list[tuple[int, float, str]]:
    row, x, places = 0, 0.0, []
    for role in roles:
        need = 22 + text_width(_role_words(role), 12) + 18
        if x and x + need > width:
            row, x = row + 1, 0.0
        places.append((row, x, role))
        x += need
    return places


def _draw_legend(canvas: Canvas, roles: Sequence[str], top: float) -> None:
    for row, x, role in _legend_places(roles, canvas.width):
        shape, pen = _STYLES.get(role, _OTHER)
        y = top + 26 * row
        canvas.path(_mark(shape, x + 8, y, 6), pen)
        canvas.text(x + 22, y + 4, _role_words(role), Type(12))


def _role_words(role: str) -> str:
    return str(role).replace("_", " ")
