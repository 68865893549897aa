"""Laying a new line: over which ground it goes, where it crosses borders, how it joins what is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.network import core
from landbridge.network.choice import general_day
from landbridge.network.coded import links_of, nodes_of, with_rows
from landbridge.network.ground import CONTESTED, country_at
from landbridge.network.places import Place, great_circle_points
from landbridge.network.tables import running_modes
from landbridge.parameters import central_values
from landbridge.world.dated import in_force
from landbridge.world.distance import great_circle_km

if TYPE_CHECKING:
    from pandas import Categorical

    from landbridge.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SNAP_KM = 25.0  # a place this near to a line of the mode is on it
_CITY_KM = 15.0
_ROAD_KM = 60.0
_PORT_KM = 60.0
_STEP_KM = 5.0  # spacing of the points at which the ground under a new line is looked at
_EACH = 4  # of the points along a drawn line, every fourth keeps its shape
_WATER_KM = 30.0  # longest stretch of water that bridges and the coarseness of coastlines explain
_WILD_KM = 120.0  # farthest from any road or railway that a line is laid without being marked as assumed
_CORNER_KM = 50.0  # a third country touched for less than this is the coarseness of a straight line
_CROSSING_KM = 0.5
_SPAN_KM = 20.0  # a border post stands for all crossings so near, as it does where the network is built
_GAUGE_BREAK_KM = 0.1


@dataclass(frozen=True, eq=False)
class Ground:
    """The columns of a world's nodes and links that laying a line looks at; those of text as categories."""

    lat: Floats
    lon: Floats
    iso3: Categorical
    kind: Categorical
    tail: Ints
    head: Ints
    mode: Categorical
    passage: Categorical
    border: Categorical
    dwell: Categorical
    country: Categorical
    gauge: Ints
    km: Floats

    @classmethod
    def of(cls, world: World) -> Ground:
        """The ground of a world."""
        nodes, links = nodes_of(world), links_of(world)
        return cls(
            nodes["lat"].to_numpy(dtype=float),
            nodes["lon"].to_numpy(dtype=float),
            nodes["iso3"].array,
            nodes["kind"].array,
            links["u"].to_numpy(dtype=np.int64),
            links["v"].to_numpy(dtype=np.int64),
            links["mode"].array,
            links["passage"].array,
            links["border"].array,
            links["dwell"].array,
            links["iso3"].array,
            links["gauge_mm"].to_numpy(dtype=np.int64),
            links["km"].to_numpy(dtype=float),
        )

    def line(self, mode: str) -> Flags:
        """Links [L] of a mode; on rails the gauge breaks between them too."""
        return (self.mode == mode) | ((self.dwell == "gauge") & (mode == "rail"))

    def usual_cost(self, links: Ints) -> Floats:
        """Cost of manufactures on some links at central values, without what studies changed; infinite off the land."""
        params = central_values()
        hourly = general_day(params) / 24.0
        dwell, running = self.dwell[links], running_modes(self.mode[links], self.dwell[links])
        cost = np.full(len(links), np.inf)
        for each in ("rail", "road"):
            mine = running == each
            per_km = params[f"usd_per_teu_km_{each}"] + hourly / params[f"{each}_speed_kmh"]
            cost[mine] = self.km[links][mine] * per_km
        for stop in ("terminal", "gauge"):
            cost[dwell == stop] += params[f"{stop}_usd"] + hourly * params[f"{stop}_hours"]
        return cost

    @cached_property
    def gauges(self) -> dict[str, int]:
        """The usual gauge of every country that has railways."""
        known = self.gauge > 0
        country, gauge = self.country.codes[known], self.gauge[known]
        usual = {code: int(np.bincount(gauge[country == code]).argmax()) for code in np.unique(country)}
        return {str(self.country.categories[code]): found for code, found in usual.items()}

    def roads_of(self, iso3: str) -> Ints:
        """Nodes of a country's roads, pieces of road that reach no city of it left aside."""
        road = (self.mode == "road") | ((self.mode == "transfer") & (self.dwell == ""))
        at_home = self.iso3 == iso3
        inside = np.flatnonzero(road & at_home[self.tail] & at_home[self.head])
        nodes, ends = np.unique(np.concatenate([self.tail[inside], self.head[inside]]), return_inverse=True)
        tail, head = ends.reshape(2, -1)
        piece = core.components(tail, head, len(nodes))
        reached = piece[self.kind[nodes] == "city"]
        return nodes[np.isin(piece, reached) & np.isin(self.kind[nodes], ["city", "junction", "border"])]

    def post_at(self, border: str, lat: float, lon: float) -> str:
        """The passage of the nearest crossing of a border, if it has one within 20 km of a point; else no text."""
        tagged = np.flatnonzero((self.border == border) & (self.passage != ""))
        apart = great_circle_km(self.lat[self.tail[tagged]], self.lon[self.tail[tagged]], lat, lon)
        return str(self.passage[tagged[apart.argmin()]]) if apart.min(initial=np.inf) <= _SPAN_KM else ""

    def km_to(self, place: Place, nodes: Ints) -> Floats:
        """Great-circle distance of some nodes from a place."""
        return great_circle_km(self.lat[nodes], self.lon[nodes], place.lat, place.lon)

    def course(self, links: Flags) -> tuple[Floats, Floats]:
        """Latitudes and longitudes of points along the marked links, at most about 40 km apart."""
        tail, head, pieces = self.tail[links], self.head[links], np.ceil(self.km[links] / 40.0).astype(int)
        beside = np.abs(self.lon[tail] - self.lon[head]) < 180.0
        each = np.repeat(np.arange(len(tail)), np.where(beside, pieces, 1))
        order = np.arange(len(each)) - np.searchsorted(each, each)
        share = order / np.where(beside, pieces, 1)[each]
        lat = self.lat[tail][each] + share * (self.lat[head] - self.lat[tail])[each]
        return lat, self.lon[tail][each] + share * (self.lon[head] - self.lon[tail])[each]

    def ends_of(self, links: Flags) -> Ints:
        """Nodes that the marked links touch."""
        touched = np.zeros(len(self.lat), dtype=bool)
        touched[self.tail[links]] = touched[self.head[links]] = True
        return np.flatnonzero(touched)


@dataclass
class Draft:
    """Nodes and links on their way into a world; ``link_columns`` hold for every link unless it says otherwise."""

    first_node: int
    link_columns: dict[str, Any]
    nodes: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)

    def node(self, lat: float, lon: float, iso3: str, name: str = "", kind: str = "junction") -> int:
        """Add a node; its number."""
        self.nodes.append({"lat": lat, "lon": lon, "iso3": iso3, "kind": kind, "name": name})
        return self.first_node + len(self.nodes) - 1

    def link(self, u: int, v: int, km: float, **columns: Any) -> None:
        """Add a link, at least 0.1 km long."""
        self.links.append({**self.link_columns, "u": u, "v": v, "km": max(km, 0.1), **columns})

    def added_to(self, world: World) -> World:
        """The world with the draft's nodes and links."""
        nodes, links = nodes_of(world), links_of(world)
        more_nodes = [{"node": len(nodes) + number, **node} for number, node in enumerate(self.nodes)]
        more_links = [{"link": len(links) + number, **link} for number, link in enumerate(self.links)]
        return world.with_(nodes=with_rows(nodes, more_nodes), links=with_rows(links, more_links))


def lay(
    world: World,
    mode: str,
    places: Sequence[Place],
    *,
    speed_kmh: float | None,
    assumed: bool,
    capacity: float | None = None,
    courses: Sequence[Course] | None = None,
) -> World:
    """The world with a line of the mode from place to place; see ``edits.add_link``.

    ``capacity`` in TEU a year is that of every link of it, crossings and gauge breaks too.
    ``courses`` say how it runs from each place to the next; without them straight, times the mode's detour.

    Raises:
        InputError: the ground does not allow it and ``assumed`` is false, or a ferry or ship finds no port.
    """
    ground = Ground.of(world)
    columns = {
        "mode": mode,
        "passage": "",
        "border": "",
        "dwell": "",
        "speed_factor": 1.0,
        "iso3": "",
        "gauge_mm": 0,
        "open": True,
        "status": "study",
        "source": "study",
        "assumed": assumed,
        "skeleton": True,
        "feeder": True,
        "closed_by": "",
        "hours_override": np.nan,
        "usd_override": np.nan,
        "speed_kmh_override": np.nan,
        "risk_hours": 0.0,
        "capacity": np.nan,
        "avoided": 0.0,
        "exempt": assumed,
    }
    draft = Draft(len(ground.lat), columns)
    given = {"speed_kmh_override": speed_kmh, "capacity": capacity}
    own = {column: np.nan if value is None else float(value) for column, value in given.items()}
    detour = central_values()[f"detour_{mode}"] if mode != "ferry" else 1.0
    along = [Course.straight(one, other) for one, other in pairwise(places)] if courses is None else courses
    stops = [_stop(ground, draft, mode, place, detour) for place in places]
    joined = pairwise(zip(places, stops, strict=True))
    for ((one, here), (other, there)), course in zip(joined, along, strict=True):
        longer = detour if course.straight_on else 1.0
        if mode in ("ferry", "sea"):
            draft.link(here, there, course.km * longer, dwell="ferry" if mode == "ferry" else "", **own)
            continue
        stretches = survey(world, one, other, course)
        if not assumed:
            _refuse(world, ground, mode, one, other, course, stretches)
        _stretch_out(ground, draft, mode, here, there, stretches, longer, own)
    return with_feeders(draft.added_to(world), stops)


def with_feeders(world: World, stops: Iterable[int]) -> World:
    """Put on the trunk the cheapest ways by land from each stop to the hubs of its country, so that costs see it."""
    if "trunk" not in world.resources:
        return world
    ground, cities = Ground.of(world), world.table("cities")
    hubs = cities.loc[cities["hub"], "node"].to_numpy(dtype=np.int64)
    links = links_of(world)
    feeder = links["feeder"].to_numpy(copy=True)
    stops = np.unique(np.fromiter(stops, dtype=np.int64))
    for iso3 in sorted(set(ground.iso3[stops])):
        at_home = ground.iso3 == iso3
        inside = np.flatnonzero(at_home[ground.tail] & at_home[ground.head])
        cost = ground.usual_cost(inside)
        near, cost = inside[np.isfinite(cost)], cost[np.isfinite(cost)]
        nodes, ends = np.unique(np.concatenate([ground.tail[near], ground.head[near]]), return_inverse=True)
        tail, head = ends.reshape(2, -1)
        joined = [np.searchsorted(nodes, which[np.isin(which, nodes)]) for which in (stops, hubs)]
        trees = core.shortest_trees(tail, head, cost, len(nodes), joined[0])
        for link, before in zip(trees.link, trees.before, strict=True):
            for hub in joined[1]:
                node = hub
                while link[node] >= 0:
                    feeder[near[link[node]]] = True
                    node = before[node]
    return world.with_(links=links.assign(feeder=feeder))


@dataclass(frozen=True, eq=False)
class Course:
    """The way from one place to another: points [P] at equal distances, its length, whether it is a straight one."""

    lat: Floats
    lon: Floats
    km: float
    straight_on: bool

    @classmethod
    def straight(cls, one: Place, other: Place) -> Course:
        """Along the great circle."""
        km = float(great_circle_km(one.lat, one.lon, other.lat, other.lon))
        count = max(5, int(km / _STEP_KM) + 1)
        return cls(*great_circle_points(one.lat, one.lon, other.lat, other.lon, count), km, True)

    @classmethod
    def through(cls, lat: Floats, lon: Floats, step_km: float) -> Course:
        """Along a line of points, longitudes without a jump, looked at every ``step_km`` or closer."""
        along = np.concatenate([[0.0], np.cumsum(great_circle_km(lat[:-1], lon[:-1], lat[1:], lon[1:]))])
        at = np.linspace(0.0, along[-1], max(2, int(np.ceil(along[-1] / step_km)) + 1))
        return cls(np.interp(at, along, lat), np.interp(at, along, lon), float(along[-1]), False)


@dataclass(frozen=True)
class Stretch:
    """Part of a line within one country: its ends in degrees, its length, water under it, points between its ends."""

    iso3: str
    lat: tuple[float, float]
    lon: tuple[float, float]
    km: float
    water_km: float
    between: tuple[tuple[float, float], ...] = ()


def survey(world: World, one: Place, other: Place, course: Course) -> list[Stretch]:
    """The countries that the way between two places crosses, in order, with the stretch in each.

    The ends lie in the places' own countries. Third countries touched for less than 50 km, contested ground and water
    belong to the stretch before; a world without outlines knows only the two ends, and the border lies half-way.
    """
    lat, lon = course.lat, (course.lon + 180.0) % 360.0 - 180.0
    step = course.km / (len(lat) - 1)
    if "boundaries" in world.resources:
        code = country_at(world, lat, lon)
    else:
        code = np.where(np.arange(len(lat)) < len(lat) / 2, one.iso3, other.iso3).astype(object)
    wet = code == ""
    settled = code.copy()
    settled[0], settled[-1] = one.iso3, other.iso3
    for position in range(1, len(code) - 1):
        run = (settled == settled[position]) & (settled != "") & (settled != CONTESTED)
        brief = run.sum() * step < _CORNER_KM and settled[position] not in (one.iso3, other.iso3)
        if not run[position] or brief:
            settled[position] = settled[position - 1]
    starts = np.flatnonzero(np.append(True, settled[1:] != settled[:-1]))
    bounds = [*starts.tolist(), len(lat) - 1]
    return [
        Stretch(
            str(settled[first]),
            (float(lat[first]), float(lat[last])),
            (float(lon[first]), float(lon[last])),
            (last - first) * step,
            _longest(wet[first:last]) * step,
            ()
            if course.straight_on
            else tuple(zip(*(axis[first + 1 : last : _EACH] for axis in (lat, lon)), strict=True)),
        )
        for first, last in pairwise(bounds)
    ]


def _longest(marked: Flags) -> int:
    """Length of the longest unbroken run of marks."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _refuse(
    world: World, ground: Ground, mode: str, one: Place, other: Place, course: Course, stretches: list[Stretch]
) -> None:
    """Refuse a land line over water, through wilderness, or across a border closed to the mode.

    Raises:
        InputError: naming what is in the way.
    """
    where = f'The {mode} link from "{one.name}" ({one.iso3}) to "{other.name}" ({other.iso3})'
    cure = "If that is meant, write assumed = true."
    water = max(stretch.water_km for stretch in stretches)
    if water > _WATER_KM:
        raise InputError(f"{where} runs over {water:,.0f} km of water. {cure}")
    looked_at = np.linspace(0, len(course.lat) - 1, 41).astype(int)
    lat, lon = course.lat[looked_at], course.lon[looked_at]
    on_lat, on_lon = ground.course((ground.mode == "rail") | (ground.mode == "road"))
    wild = max(float(great_circle_km(on_lat, on_lon, y, x).min()) for y, x in zip(lat, lon, strict=True))
    if wild > _WILD_KM:
        raise InputError(f"{where} passes {wild:,.0f} km away from any road or railway: impassable ground. {cure}")
    table = world.table("closures")
    table = table[in_force(table, world.year) & table["mode"].isin(["", mode]) & (table["share"] >= 1.0)]
    for before, after in pairwise(stretches):
        border = _border(before, after)
        post = ground.post_at(border, before.lat[1], before.lon[1])
        for key, what in ((border, "border"), (post, "passage")):
            if key and (table["key"] == key).any():
                source = table.loc[table["key"] == key, "source"].iloc[0]
                raise InputError(f"{where} crosses the closed {what} {key} ({source}). {cure}")


def _border(one: Stretch, other: Stretch) -> str:
    """The border "AAA-BBB" between two stretches."""
    return "-".join(sorted((one.iso3, other.iso3)))


def _stop(ground: Ground, draft: Draft, mode: str, place: Place, detour: float) -> int:
    """A node for a place on the line, joined to the lines and the city that are there already."""
    if mode == "sea":
        return _port(ground, place)
    stop = draft.node(place.lat, place.lon, place.iso3, place.name)
    layer = "road" if mode == "ferry" else mode
    lines = on_line(ground, ground.line(layer), place)
    if len(lines):
        nearest = lines[ground.km_to(place, lines).argmin()]
        km = float(ground.km_to(place, lines).min())
        draft.link(
            stop, int(nearest), km * detour, mode=layer, iso3=place.iso3, gauge_mm=_gauge(ground, mode, place.iso3)
        )
    if mode == "rail":
        roads = ground.roads_of(place.iso3)
        apart = ground.km_to(place, roads)
        city = (ground.kind[roads] == "city") & (apart <= _CITY_KM)
        pool = np.flatnonzero(city if city.any() else apart <= _ROAD_KM)
        if len(pool):
            nearest = pool[apart[pool].argmin()]
            way = {"mode": "transfer", "dwell": "terminal", "iso3": place.iso3}
            draft.link(stop, int(roads[nearest]), float(apart[nearest]), **way)
    return stop


def _port(ground: Ground, place: Place) -> int:
    ports = np.flatnonzero(ground.kind == "port")
    km = ground.km_to(place, ports)
    if not len(ports) or km.min() > _PORT_KM:
        raise InputError(f'No port within {_PORT_KM:.0f} km of "{place.name}" ({place.iso3}).')
    return int(ports[km.argmin()])


def on_line(ground: Ground, line: Flags, place: Place) -> Ints:
    """Nodes of the marked links within 25 km of a place, nearly as near as the nearest; its own country's if any."""
    nodes = ground.ends_of(line)
    km = ground.km_to(place, nodes)
    near = km <= SNAP_KM
    at_home = near & (ground.iso3[nodes] == place.iso3)
    near = at_home if at_home.any() else near
    return nodes[near & (km <= km[near].min() + 5.0)] if near.any() else nodes[:0]


def _gauge(ground: Ground, mode: str, iso3: str) -> int:
    """The usual gauge of a country's railways, 1435 mm where it has none; 0 off the rails."""
    return ground.gauges.get(iso3, 1435) if mode == "rail" else 0


def _stretch_out(
    ground: Ground,
    draft: Draft,
    mode: str,
    here: int,
    there: int,
    stretches: list[Stretch],
    detour: float,
    own: dict[str, float],
) -> None:
    """Links from one stop to the next: a stretch in each country, a crossing and a gauge break between countries."""
    at = here
    for position, stretch in enumerate(stretches):
        gauge = _gauge(ground, mode, stretch.iso3)
        last = position == len(stretches) - 1
        end = there if last else draft.node(stretch.lat[1], stretch.lon[1], stretch.iso3, kind="border")
        piece = stretch.km * detour / (len(stretch.between) + 1)
        for lat, lon in stretch.between:
            bend = draft.node(lat, lon, stretch.iso3)
            draft.link(at, bend, piece, iso3=stretch.iso3, gauge_mm=gauge, **own)
            at = bend
        draft.link(at, end, piece, iso3=stretch.iso3, gauge_mm=gauge, **own)
        if last:
            return
        after = stretches[position + 1]
        at = draft.node(stretch.lat[1], stretch.lon[1], after.iso3, kind="border")
        border = _border(stretch, after)
        post = ground.post_at(border, stretch.lat[1], stretch.lon[1])
        crossing = {"passage": post, "border": border, "dwell": f"{mode}_border", "iso3": stretch.iso3}
        draft.link(end, at, _CROSSING_KM, gauge_mm=gauge, **crossing, **own)
        if _gauge(ground, mode, after.iso3) != gauge:
            yard = draft.node(stretch.lat[1], stretch.lon[1], after.iso3, kind="border")
            yards = {"mode": "transfer", "dwell": "gauge", "iso3": after.iso3, "capacity": own["capacity"]}
            draft.link(at, yard, _GAUGE_BREAK_KM, **yards)
            at = yard


def positive(value: float | None, name: str) -> None:
    """Refuse a number that is given and not positive and finite.

    Raises:
        InputError: naming it.
    """
    if value is not None and not (np.isfinite(value) and value > 0.0):
        raise InputError(f"{name} is {value}; it must be a positive number.")
