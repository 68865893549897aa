"""A corridor drawn on a map: a line of a GeoJSON file, joined to the cities and lines it passes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.network.ground import country_at
from landbridge.network.laying import SNAP_KM, Course, Ground, on_line
from landbridge.network.places import Place
from landbridge.world.distance import great_circle_km

if TYPE_CHECKING:
    from landbridge.world import World

Floats = NDArray[np.float64]

STEP_KM = 5.0  # spacing of the points along a line
CITY_KM = 15.0  # a city this near to the line has a stop on it
_ORDER = "GeoJSON wants [longitude, latitude]"


@dataclass(frozen=True)
class Drawn:
    """A line as it stands in a file: ``points`` are (longitude, latitude) in degrees, two or more."""

    file: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Stop:
    """A place where a drawn line joins what is there; ``moved_km`` how far the place lies from the line as drawn.

    The ends of the line are moved onto their place; elsewhere the line stays and a short way leads to the place.
    """

    place: Place
    along_km: float
    moved_km: float


@dataclass(frozen=True)
class Corridor:
    """A drawn line on the ground: its stops in order, and the course from each to the next."""

    stops: tuple[Stop, ...]
    courses: tuple[Course, ...]

    def in_words(self) -> list[str]:
        """Its length, and how far each stop lies from the line as drawn."""
        total = sum(course.km for course in self.courses)
        first, *inner, last = self.stops
        told = [
            f"{what} {stop.place.name} ({stop.place.iso3}), moved by {stop.moved_km:.1f} km"
            for what, stop in (("begins at", first), ("ends at", last))
        ]
        told += [f"stops at {stop.place.name}, {stop.moved_km:.1f} km off the line" for stop in inner]
        return [f"{total:,.0f} km; {'; '.join(told)}."]


def read_line(path: Path) -> Drawn:
    """The one line of a GeoJSON file: a LineString, bare, in a Feature or in a FeatureCollection.

    Raises:
        InputError: no such file, no GeoJSON, no line or several, fewer than two different points, or coordinates that
            are none; the message says where.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f'Cannot read "{path.name}": {error.strerror}.') from None
    except ValueError as error:
        raise InputError(f'"{path.name}" is no GeoJSON: {error}.') from None
    geometries = list(_geometries(document))
    lines = [geometry for geometry in geometries if geometry.get("type") == "LineString"]
    if len(lines) != 1:
        found = ", ".join(str(geometry.get("type")) for geometry in geometries) or "nothing"
        raise InputError(f'"{path.name}": wanted is one LineString; found {found}.')
    points = _points(lines[0].get("coordinates"), path.name)
    different = [point for point, before in zip(points, [None, *points], strict=False) if point != before]
    if len(different) < 2:
        raise InputError(f'"{path.name}": the line has {len(different)} different points; it needs two or more.')
    return Drawn(path.name, tuple(different))


def _geometries(document: Any) -> Iterator[dict[str, Any]]:
    """The geometries of a GeoJSON document, whatever they are wrapped in."""
    if not isinstance(document, dict):
        return
    if document.get("type") == "FeatureCollection":
        for feature in document.get("features") or []:
            yield from _geometries(feature)
    elif document.get("type") == "Feature":
        yield from _geometries(document.get("geometry"))
    elif document.get("type") == "GeometryCollection":
        for geometry in document.get("geometries") or []:
            yield from _geometries(geometry)
    else:
        yield document


def _points(coordinates: Any, file: str) -> list[tuple[float, float]]:
    if not isinstance(coordinates, list):
        raise InputError(f'"{file}": the line has no coordinates.')
    points = []
    for number, entry in enumerate(coordinates):
        pair = entry[:2] if isinstance(entry, list) else []
        if len(pair) != 2 or not all(isinstance(value, (int, float)) and np.isfinite(value) for value in pair):
            raise InputError(f'"{file}": point {number} is {entry!r}; {_ORDER}, in degrees.')
        if abs(pair[1]) > 90 or abs(pair[0]) > 180:
            hint = f" The order seems to be reversed: {_ORDER}." if abs(pair[0]) <= 90 else f" {_ORDER}, in degrees."
            raise InputError(f'"{file}": point {number} is {entry!r}, beyond the pole or the antimeridian.{hint}')
        points.append((float(pair[0]), float(pair[1])))
    return points


def corridor(world: World, mode: str, drawn: Drawn) -> Corridor:
    """A drawn line's stops and the courses between them.

    An end is moved to the nearest city within 15 km, else to the nearest line of the mode within 25 km, else to the
    nearest city within 25 km. Every other city within 15 km of the line has a stop where the line is nearest to it.

    Raises:
        InputError: an end with nothing near it, or a line whose coordinates seem to be in the wrong order.
    """
    _refuse_reversed(world, mode, drawn)
    lat, lon, along = _densified(drawn)
    cities = _cities(world)
    ends = [_end(world, mode, drawn, cities, lat[at], lon[at], along[at]) for at in (0, -1)]
    taken = {(stop.place.name, stop.place.iso3) for stop in ends}
    stops = [ends[0], *_passed(cities, taken, lat, lon, along), ends[1]]
    at = [0, *(int(np.searchsorted(along, stop.along_km)) for stop in stops[1:-1]), len(along) - 1]
    lat[[0, -1]] = [ends[0].place.lat, ends[1].place.lat]
    lon[[0, -1]] = [ends[0].place.lon, ends[1].place.lon]
    legs = [slice(first, last + 1) for first, last in pairwise(at)]
    return Corridor(tuple(stops), tuple(Course.through(lat[leg], lon[leg], STEP_KM) for leg in legs))


def _densified(drawn: Drawn) -> tuple[Floats, Floats, Floats]:
    """Points of a line every 5 km or closer, its own among them, and their distance along it."""
    lon, lat = np.array(drawn.points).T
    course = Course.through(lat, np.degrees(np.unwrap(np.radians(lon))), STEP_KM)
    along = np.linspace(0.0, course.km, len(course.lat))
    return course.lat.copy(), course.lon.copy(), along


def _cities(world: World) -> list[Place]:
    table, nodes = world.table("cities"), world.table("nodes")
    at = table["node"].to_numpy()
    lat, lon = (nodes[axis].to_numpy(dtype=float)[at] for axis in ("lat", "lon"))
    columns = (table[name].astype(str) for name in ("name", "iso3"))
    people = table["population"].astype(int)
    return [
        Place(name, iso3, float(y), float(x), int(count), "city")
        for name, iso3, y, x, count in zip(*columns, lat, lon, people, strict=True)
    ]


def _apart(places: Sequence[Place], lat: Any, lon: Any) -> Floats:
    """Distances [places, points] in km."""
    y, x = (np.array([[getattr(place, axis)] for place in places]) for axis in ("lat", "lon"))
    return np.asarray(great_circle_km(y, x, np.atleast_1d(lat), np.atleast_1d(lon)))


def _end(world: World, mode: str, drawn: Drawn, cities: Sequence[Place], lat: float, lon: float, along: float) -> Stop:
    km = _apart(cities, lat, lon)[:, 0]
    nearest = int(km.argmin())
    if km[nearest] <= CITY_KM:
        return Stop(cities[nearest], along, float(km[nearest]))
    here = Place("", _country(world, lat, lon), lat, lon, 0, "end of a drawn line")
    ground = Ground.of(world)
    nodes = on_line(ground, ground.line(mode), here)
    if len(nodes):
        apart = ground.km_to(here, nodes)
        node = int(nodes[apart.argmin()])
        name = str(world.table("nodes")["name"].iloc[node]) or f"{mode} line near {cities[nearest].name}"
        at = Place(name, str(ground.iso3[node]), float(ground.lat[node]), float(ground.lon[node]), 0, "junction")
        return Stop(at, along, float(apart.min()))
    if km[nearest] <= SNAP_KM:
        return Stop(cities[nearest], along, float(km[nearest]))
    raise InputError(
        f'"{drawn.file}" ends at latitude {lat:.2f}, longitude {lon:.2f}, more than {SNAP_KM:.0f} km from any {mode} '
        f"line and any city; nearest is {cities[nearest].name} ({cities[nearest].iso3}), {km[nearest]:,.0f} km away."
    )


def _country(world: World, lat: float, lon: float) -> str:
    return str(country_at(world, np.array([lat]), np.array([(lon + 180.0) % 360.0 - 180.0]))[0])


def _passed(
    cities: Sequence[Place], taken: set[tuple[str, str]], lat: Floats, lon: Floats, along: Floats
) -> list[Stop]:
    """Stops for the cities that a line passes, in order: on the line, named after the city."""
    box = [
        place
        for place in cities
        if lat.min() - 0.2 <= place.lat <= lat.max() + 0.2 and (place.name, place.iso3) not in taken
    ]
    if not box:
        return []
    km = _apart(box, lat, lon)
    nearest = km.argmin(axis=1)
    found = {}
    for place, apart, at in zip(box, km.min(axis=1), nearest, strict=True):
        if apart <= CITY_KM and 0 < at < len(along) - 1:
            on_it = replace(place, lat=float(lat[at]), lon=float(lon[at]))
            found[int(at)] = Stop(on_it, float(along[at]), float(apart))
    return [found[at] for at in sorted(found)]


def _refuse_reversed(world: World, mode: str, drawn: Drawn) -> None:
    """Refuse a line by land that would lie on land if its coordinates changed places, and does not as it stands.

    Raises:
        InputError: naming the order that GeoJSON wants.
    """
    if mode not in ("rail", "road") or "boundaries" not in world.resources:
        return
    lon, lat = np.array(drawn.points).T
    if np.abs(lon).max() > 90.0:
        return
    dry, swapped = (float((country_at(world, y, x) != "").mean()) for y, x in ((lat, lon), (lon, lat)))
    if swapped - dry >= 0.5:
        raise InputError(
            f'"{drawn.file}": {1 - dry:.0%} of its points lie on water, and {1 - swapped:.0%} if longitude and '
            f"latitude change places. The order seems to be reversed: {_ORDER}."
        )
