"""Names on the map: the one place a name means, or an error that says which it might have been."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError, near
from landbridge.labels import country
from landbridge.world.distance import EARTH_RADIUS_KM, great_circle_km

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world import World

_PLAINLY_LARGER = 10.0  # a namesake with a tenth of the people does not make a name ambiguous


@dataclass(frozen=True)
class Place:
    """A named point: degrees, ISO3 country, people (0 where it is no city), kind."""

    name: str
    iso3: str
    lat: float
    lon: float
    population: int
    kind: str


def find_place(world: World, text: str) -> Place:
    """The place of that name, accents and case ignored; "Kashgar, CHN" or "Kashgar, China" names the country too.

    Of namesakes in one country the largest is meant; of namesakes in several, one ten times as large as all others.

    Raises:
        InputError: no place of that name (the message gives the nearest names with their countries), or several.
    """
    named = world.derived("places", _by_name)
    name, iso3 = text.strip(), ""
    found = _called(named, name)
    if not found and "," in text:
        name, _, where = (part.strip() for part in text.rpartition(","))
        iso3 = country(where)
        found = _called(named, name)
    inside = [place for place in found if place.iso3 == iso3] if iso3 else found
    if not inside:
        raise InputError(_unknown(world.table("places"), name, iso3, found))
    largest: dict[str, Place] = {}
    for place in sorted(inside, key=lambda place: -place.population):
        largest.setdefault(place.iso3, place)
    first, *others = largest.values()
    if others and first.population < _PLAINLY_LARGER * max(others[0].population, 1):
        listed = ", ".join(f'"{name}, {code}"' for code in sorted(largest))
        raise InputError(f'"{name}" lies in several countries. Write one of: {listed}.')
    return first


def great_circle_points(
    lat1: float, lon1: float, lat2: float, lon2: float, count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``count`` evenly spaced points, ends included, along the great circle: latitudes and longitudes in degrees."""
    ends = np.radians(np.array([[lat1, lon1], [lat2, lon2]]))
    vectors = np.stack(
        [np.cos(ends[:, 0]) * np.cos(ends[:, 1]), np.cos(ends[:, 0]) * np.sin(ends[:, 1]), np.sin(ends[:, 0])], axis=1
    )
    angle = float(great_circle_km(lat1, lon1, lat2, lon2)) / EARTH_RADIUS_KM
    share = np.linspace(0.0, 1.0, count)[:, None]
    if angle < 1e-9:
        points = np.repeat(vectors[:1], count, axis=0)
    else:
        points = (np.sin((1 - share) * angle) * vectors[0] + np.sin(share * angle) * vectors[1]) / np.sin(angle)
    lat = np.degrees(np.arctan2(points[:, 2], np.hypot(points[:, 0], points[:, 1])))
    return lat, np.degrees(np.arctan2(points[:, 1], points[:, 0]))


def plain(text: str) -> str:
    """Lower case without accents: the form in which names are compared."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold().strip()


def _by_name(places: DataFrame) -> Mapping[str, Sequence[Place]]:
    """The places of each name, as written and without accents, in lower case."""
    columns = (places[column].tolist() for column in ("name", "iso3", "lat", "lon", "population", "kind"))
    known: dict[str, list[Place]] = {}
    for ascii_name, *about in zip(places["ascii"].tolist(), *columns, strict=True):
        place = Place(*about)
        for spelling in {ascii_name.lower(), place.name.lower()}:
            known.setdefault(spelling, []).append(place)
    return known


def _called(known: Mapping[str, Sequence[Place]], name: str) -> list[Place]:
    spellings = {plain(name), plain(name).replace("'", ""), name.lower()}
    return list(dict.fromkeys(place for spelling in sorted(spellings) for place in known.get(spelling, ())))


def _unknown(table: DataFrame, name: str, iso3: str, elsewhere: Sequence[Place]) -> str:
    if iso3 and elsewhere:
        listed = ", ".join(sorted(f'"{name}, {code}"' for code in {place.iso3 for place in elsewhere}))
        return f'No place called "{name}" in {iso3}. There is {listed}.' + _nearest(table, name, iso3)
    where = f" in {iso3}" if iso3 else ""
    return f'No place called "{name}"{where}.' + _nearest(table, name, iso3)


def _nearest(table: DataFrame, name: str, iso3: str) -> str:
    """A sentence with the places whose names are nearest, in a country if one is given; empty if none is near."""
    pool = table[table["iso3"] == iso3] if iso3 else table
    pool = pool.sort_values("population", ascending=False, kind="stable")
    matches = near(plain(name), pool["ascii"].str.lower().drop_duplicates())
    named = [pool[pool["ascii"].str.lower() == match].iloc[0] for match in matches]
    listed = " or ".join(f'"{row["name"]}" ({row["iso3"]})' for row in named)
    return f" Did you mean {listed}?" if named else ""
