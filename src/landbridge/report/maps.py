"""Maps as small SVG drawings: land coloured by class, lines of trade, contested borders dashed, place names.

Drawing units are half a pixel at the nominal width of a figure. Outlines are defined once per canvas and referred to
by every map on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.report.geometry import clip_ring, great_circles
from landbridge.report.markup import Markup, element, join
from landbridge.report.projection import equal_earth, lambert_azimuthal, wrap
from landbridge.world.wkb import read_wkb

if TYPE_CHECKING:
    from pandas import DataFrame

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]

WORLD_CENTRE = 11.0  # degrees east: the edge of the map runs through the Bering Strait and cuts no country in two
WORLD_LATITUDES = (-56.5, 84.0)
WIDTH = 2000.0
FAR = 120.0  # degrees from the middle of an inset: nothing further away can be seen on it
MARGIN = 60.0  # units around an inset within which outlines are kept


@dataclass(frozen=True)
class Canvas:
    """Where longitude and latitude come to lie in a drawing of ``width`` by ``height`` units, y downwards.

    ``centre`` is the meridian in the middle; ``reach`` (units, None: everything) is the box outlines are cut to.
    """

    name: str
    project: Callable[[Floats, Floats], tuple[Floats, Floats]]
    centre: float
    left: float
    top: float
    scale: float
    width: float
    height: float
    reach: Box | None = None

    def place(self, points: Floats) -> Floats:
        """Drawing units (n, 2) of longitudes and latitudes (n, 2)."""
        x, y = self.project(points[:, 0], points[:, 1])
        return np.column_stack([(x - self.left) * self.scale, (self.top - y) * self.scale])


def world_canvas() -> Canvas:
    """The world in Equal Earth, without Antarctica."""
    (left,), _ = equal_earth([WORLD_CENTRE - 180.0], [0.0], WORLD_CENTRE)
    _, (low, top) = equal_earth([0.0, 0.0], WORLD_LATITUDES, WORLD_CENTRE)
    scale = WIDTH / (-2.0 * left)
    project = partial(equal_earth, centre=WORLD_CENTRE)
    return Canvas("w", project, WORLD_CENTRE, left, top, scale, WIDTH, float(np.ceil((top - low) * scale)))


def region_canvas(name: str, box: Box, shape: float = 0.62) -> Canvas:
    """A region (west, south, east, north in degrees) in Lambert's azimuthal equal-area projection.

    The drawing is ``shape`` times as high as wide and shows at least the box.
    """
    west, south, east, north = box
    lon, lat = (west + east) / 2.0, (south + north) / 2.0
    along, up = np.linspace(west, east, 41), np.linspace(south, north, 41)
    edge_lon = np.concatenate([along, along, np.full(41, west), np.full(41, east)])
    edge_lat = np.concatenate([np.full(41, south), np.full(41, north), up, up])
    x, y = lambert_azimuthal(edge_lon, edge_lat, lon, lat)
    height = shape * WIDTH
    scale = min(WIDTH / (x.max() - x.min()), height / (y.max() - y.min()))
    left = (x.max() + x.min()) / 2.0 - WIDTH / 2.0 / scale
    top = (y.max() + y.min()) / 2.0 + height / 2.0 / scale
    project = partial(lambert_azimuthal, centre_lon=lon, centre_lat=lat)
    reach = (-MARGIN, -MARGIN, WIDTH + MARGIN, height + MARGIN)
    return Canvas(name, project, lon, left, top, scale, WIDTH, height, reach)


@dataclass(frozen=True)
class Outlines:
    """Rings (longitude, latitude) by area, and the country code of each area (empty: contested, without one)."""

    rings: Mapping[str, list[Floats]]
    iso3: Mapping[str, str]
    names: Mapping[str, str]

    @classmethod
    def from_table(cls, boundaries: DataFrame) -> Outlines:
        """From a world's table ``boundaries``."""
        areas = list(boundaries["area"])
        return cls(
            rings=dict(zip(areas, map(read_wkb, boundaries["geometry"]), strict=True)),
            iso3=dict(zip(areas, boundaries["iso3"], strict=True)),
            names=dict(zip(areas, boundaries["name"], strict=True)),
        )


def path_data(paths: Iterable[Floats], *, closed: bool) -> str:
    """SVG path data of placed points, rounded to whole units; what shrinks to nothing is left out."""
    written = []
    for path in paths:
        points = np.round(path).astype(int)
        steps = points[1:] - points[:-1]
        steps = steps[steps.any(axis=1)]
        if len(steps) < (2 if closed else 1):
            continue
        moves = " ".join(f"{dx} {dy}" for dx, dy in steps.tolist()).replace(" -", "-")
        written.append(f"M{points[0, 0]} {points[0, 1]}l{moves}{'z' if closed else ''}")
    return "".join(written)


def land(canvas: Canvas, outlines: Outlines, shared: Sequence[Floats]) -> tuple[Markup, list[str]]:
    """Definitions of a canvas's outlines, and the areas that are visible on it.

    Ids are ``<canvas>-<area>``, and ``<canvas>-borders`` for the ``shared`` borders.
    """
    shapes, visible = [], []
    placed = _placed_rings(canvas, [ring for rings in outlines.rings.values() for ring in rings])
    for area, rings in outlines.rings.items():
        if data := path_data([ring for _, ring in zip(rings, placed, strict=False) if len(ring)], closed=True):
            shapes.append(element("path", id=area_id(canvas, area), d=data))
            visible.append(area)
    borders = line_data(canvas, shared)
    return element("defs", shapes, element("path", id=f"{canvas.name}-borders", d=borders)), visible


def area_id(canvas: Canvas, area: str) -> str:
    """The id of an area's outline on a canvas."""
    return f"{canvas.name}-{area.replace(' ', '')}"


def _placed_rings(canvas: Canvas, rings: Sequence[Floats]) -> Iterator[Floats]:
    """Each ring in drawing units, on the side of the map where most of it lies, cut to the reach; empty outside it."""
    size = np.array([len(ring) for ring in rings])
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    points = np.concatenate(rings)
    turn = 360.0 * np.round((canvas.centre - np.add.reduceat(points[:, 0], first) / size) / 360.0)
    points = points + np.column_stack([np.repeat(turn, size), np.zeros(len(points))])
    placed = np.split(canvas.place(points), first[1:])
    if canvas.reach is None:
        yield from placed
        return
    near = np.minimum.reduceat(np.abs(points[:, 0] - canvas.centre), first) < FAR
    for ring, seen in zip(placed, near, strict=True):
        clipped = clip_ring(ring[:-1], canvas.reach) if seen else ring[:0]
        yield np.concatenate([clipped, clipped[:1]])


def line_data(canvas: Canvas, lines: Sequence[Floats]) -> str:
    """SVG path data of lines (longitude, latitude), those outside the reach left out.

    A line is cut where it leaves one side of the map and comes back on the other.
    """
    if not lines:
        return ""
    placed, number = _placed(canvas, lines)
    apart = np.abs(np.diff(placed[:, 0])) > canvas.width / 2.0
    return path_data(np.split(placed, np.flatnonzero(apart | (np.diff(number) != 0)) + 1), closed=False)


def _placed(canvas: Canvas, lines: Sequence[Floats]) -> tuple[Floats, NDArray[np.int64]]:
    """Points of all lines one after the other in drawing units, and the line of each; lines out of reach left out."""
    number = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    points = np.concatenate(lines)
    points = np.column_stack([wrap(points[:, 0], canvas.centre), points[:, 1]])
    placed = canvas.place(points)
    if canvas.reach is None:
        return placed, number
    near = within(placed, canvas.reach) & (np.abs(points[:, 0] - canvas.centre) < FAR)
    kept = np.isin(number, number[near])
    return placed[kept], number[kept]


def common_borders(outlines: Outlines, contested: Sequence[Floats]) -> list[Floats]:
    """Lines along the edges that two rings share, each edge once; the contested ones left out."""
    rings = [ring for rings in outlines.rings.values() for ring in rings]
    starts = np.concatenate([ring[:-1] for ring in rings])
    ends = np.concatenate([ring[1:] for ring in rings])
    edges = _edge_keys(starts, ends)
    _, first, inverse, count = np.unique(edges, return_index=True, return_inverse=True, return_counts=True)
    drawn = (count[inverse] == 2) & (first[inverse] == np.arange(len(edges)))
    if contested:
        dashed = _edge_keys(
            np.concatenate([line[:-1] for line in contested]), np.concatenate([line[1:] for line in contested])
        )
        drawn &= ~np.isin(edges, dashed)
    lines = []
    at = 0
    for ring in rings:
        mask = drawn[at : at + len(ring) - 1]
        at += len(ring) - 1
        turns = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
        lines += [ring[start : end + 1] for start, end in turns.reshape(-1, 2)]
    return lines


def _edge_keys(starts: Floats, ends: Floats) -> NDArray[np.complex128]:
    """One number for an edge whichever way it is walked: its middle; no two edges of a coverage share theirs."""
    middle = np.round(starts + ends, 4)
    return middle[:, 0] + 1j * middle[:, 1]


# ---------------------------------------------------------------------------------------------------------- drawing


@dataclass(frozen=True)
class Layer:
    """Lines of one class: each an array (n, 2) of longitude and latitude."""

    style: str
    lines: Sequence[Floats]
    width: float | None = None


@dataclass(frozen=True)
class Label:
    """A place name beside a point."""

    text: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Map:
    """What one map shows.

    ``classes`` gives areas their colour class; areas in ``unsure`` are hatched; links in ``closed`` get a cross.
    """

    title: str
    description: str
    classes: Mapping[str, str]
    unsure: frozenset[str] = frozenset()
    tips: Mapping[str, str] = field(default_factory=dict)
    layers: Sequence[Layer] = ()
    closed: Sequence[Floats] = ()
    labels: Sequence[Label] = ()


def flows(start: Floats, end: Floats, change: Floats, largest: float, widths: Sequence[float]) -> list[Layer]:
    """Layers of links whose load rises (style ``more``) or falls (``less``), wider for larger changes.

    ``start`` and ``end`` are (links, 2); ``largest`` is the change drawn at full width. Classes halve going down;
    what is below the last is not drawn.
    """
    layers = []
    grades = len(widths)
    with np.errstate(divide="ignore"):
        grade = np.floor(-np.log2(np.minimum(np.abs(change) / largest, 1.0) + 1e-300)).astype(int)
    for level in reversed(range(grades)):
        for style, chosen in (("less", change < 0), ("more", change > 0)):
            rows = np.flatnonzero((grade == level) & chosen)
            if len(rows):
                layers.append(Layer(style, _arcs(start[rows], end[rows]), widths[level]))
    return layers


def _arcs(start: Floats, end: Floats) -> list[Floats]:
    points, line = great_circles(start, end)
    return np.split(points, np.flatnonzero(np.diff(line)) + 1)


def draw(canvas: Canvas, visible: Iterable[str], content: Map, contested: Sequence[Floats]) -> Markup:
    """One map as an SVG element."""
    fills = []
    for area in visible:
        shape = {"href": f"#{area_id(canvas, area)}"}
        tip = element("title", content.tips[area]) if area in content.tips else None
        fills.append(element("use", tip, class_=content.classes.get(area, "none"), **shape))
        if area in content.unsure:
            fills.append(element("use", class_="unsure", **shape))
    dashed = line_data(canvas, contested)
    lines = [
        element("path", class_=layer.style, d=data, stroke_width=layer.width and round(layer.width, 2))
        for layer in content.layers
        if (data := line_data(canvas, layer.lines))
    ]
    return element(
        "svg",
        element("title", content.title),
        element("desc", content.description),
        _background(canvas),
        element("g", fills, clip_path=f"url(#{canvas.name}-frame)"),
        element(
            "g",
            element("use", class_="borders", href=f"#{canvas.name}-borders"),
            [element("path", class_=style, d=dashed) for style in ("contested-case", "contested")],
            lines,
            _crosses(canvas, content.closed),
            clip_path=f"url(#{canvas.name}-frame)",
        ),
        _names(canvas, content.labels),
        class_="map",
        viewBox=f"0 0 {canvas.width:.0f} {canvas.height:.0f}",
        role="img",
    )


CROSS = 9.0  # units: half the height of the cross on a closed link


def _crosses(canvas: Canvas, closed: Sequence[Floats]) -> list[Markup]:
    """A cross in the middle of each closed link; one for all that lie closer together than a cross is high."""
    marked: dict[tuple[int, int], Floats] = {}
    middles = [line.mean(axis=0, keepdims=True) for line in closed]
    for middle in _placed(canvas, middles)[0] if middles else ():
        cell = np.floor(middle / (2.0 * CROSS)).astype(int)
        marked.setdefault((int(cell[0]), int(cell[1])), middle)
    arm, both = f"{CROSS:.0f}", f"{2 * CROSS:.0f}"
    stroke = f"m-{arm} -{arm}l{both} {both}m0-{both}l-{both} {both}"
    data = "".join(f"M{x:.0f} {y:.0f}{stroke}" for x, y in marked.values())
    return [element("path", class_=style, d=data) for style in ("cross-case", "cross")] if data else []


def frame(canvas: Canvas) -> Markup:
    """Definition of a canvas's edge, to which everything on it is cut."""
    shape = element("path", d=_edge(canvas), id=f"{canvas.name}-edge")
    clip = element("clipPath", element("use", href=f"#{canvas.name}-edge"), id=f"{canvas.name}-frame")
    return element("defs", shape, clip)


def _edge(canvas: Canvas) -> str:
    if canvas.reach is not None:
        return f"M0 0H{canvas.width:.0f}V{canvas.height:.0f}H0z"
    low, high = WORLD_LATITUDES
    up = np.linspace(low, high, 90)
    west = np.column_stack([np.full(90, canvas.centre - 180.0), up])
    east = np.column_stack([np.full(90, canvas.centre + 180.0), up[::-1]])
    return path_data([canvas.place(np.concatenate([west, east, west[:1]]))], closed=True)


def _background(canvas: Canvas) -> Markup:
    step = 30.0 if canvas.reach is None else 10.0
    along, up = np.arange(-180.0, 180.1, 2.0) + canvas.centre, np.arange(-80.0, 80.1, 2.0)
    parallels = [np.column_stack([along, np.full(len(along), lat)]) for lat in np.arange(-60.0, 80.1, step)]
    meridians = [
        np.column_stack([np.full(len(up), lon), up])
        for lon in np.arange(-180.0, 180.0, step) + np.round(canvas.centre / step) * step
        if abs(lon - canvas.centre) < 179.0
    ]
    placed = (canvas.place(line) for line in parallels + meridians)
    if canvas.reach is not None:
        placed = (line[within(line, canvas.reach)] for line in placed)
    return join(
        [
            element("use", class_="sea", href=f"#{canvas.name}-edge"),
            element(
                "path",
                class_="graticule",
                clip_path=f"url(#{canvas.name}-frame)",
                d=path_data((line for line in placed if len(line) > 1), closed=False),
            ),
        ]
    )


def within(points: Floats, box: Box) -> NDArray[np.bool_]:
    """Which points (n, 2) lie inside a box (left, top, right, bottom)."""
    left, top, right, bottom = box
    return (points[:, 0] > left) & (points[:, 0] < right) & (points[:, 1] > top) & (points[:, 1] < bottom)


LETTER, LINE = 15.0, 34.0  # units: mean width of a letter and height of a line of a place name


def _names(canvas: Canvas, labels: Sequence[Label]) -> Markup:
    """Place names that fit: each beside its dot on the first free side, left out when all four are taken."""
    taken: list[Box] = []
    written = []
    for label in labels:
        ((x, y),) = canvas.place(np.array([[wrap(label.lon, canvas.centre), label.lat]]))
        if not (0 < x < canvas.width and 0 < y < canvas.height):
            continue
        for anchor, dx, dy in (("start", 14, 11), ("end", -14, 11), ("middle", 0, -16), ("middle", 0, 38)):
            box = _text_box(x + dx, y + dy, label.text, anchor)
            if box[0] > 0 and box[2] < canvas.width and not any(_overlap(box, other) for other in taken):
                taken += [box, (x - 8, y - 8, x + 8, y + 8)]
                written.append(element("circle", cx=round(x), cy=round(y), r=6))
                written.append(element("text", label.text, x=round(x + dx), y=round(y + dy), text_anchor=anchor))
                break
    return element("g", written, class_="places")


def _text_box(x: float, y: float, text: str, anchor: str) -> Box:
    width = LETTER * len(text)
    left = x - {"start": 0.0, "middle": width / 2.0, "end": width}[anchor]
    return left, y - LINE, left + width, y


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
