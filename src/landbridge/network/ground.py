"""What lies under a point of the map: which country, or water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.world.wkb import read_wkb

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world import World

Floats = NDArray[np.float64]

CONTESTED = "?"


@dataclass(frozen=True)
class _Outline:
    """A closed ring [n, 2] of longitude and latitude, part of the outline number ``of``, and the box around it."""

    of: int
    ring: Floats
    west: float
    south: float
    east: float
    north: float


def country_at(world: World, lat: Floats, lon: Floats) -> NDArray[np.object_]:
    """ISO3 of the country in which each point (degrees) lies: "" on water, "?" on ground without a settled country.

    By the even-odd rule on the table ``boundaries``.
    """
    inside: dict[int, NDArray[np.bool_]] = {}
    for outline in world.derived("boundaries", _outlines):
        near = (lon >= outline.west) & (lon <= outline.east) & (lat >= outline.south) & (lat <= outline.north)
        here = np.flatnonzero(near)
        if len(here):
            within = inside.setdefault(outline.of, np.zeros(len(lat), dtype=bool))
            within[here] ^= _within(lat[here], lon[here], outline.ring)
    found = np.full(len(lat), "", dtype=object)
    codes = world.table("boundaries")["iso3"]
    for row, within in inside.items():
        found[within] = codes.iloc[row] or CONTESTED
    return found


def _outlines(boundaries: DataFrame) -> list[_Outline]:
    """Every ring of every outline, in the order of the table."""
    return [
        _Outline(row, ring, *ring.min(axis=0), *ring.max(axis=0))
        for row, geometry in enumerate(boundaries["geometry"])
        for ring in read_wkb(geometry)
    ]


def _within(lat: Floats, lon: Floats, ring: Floats) -> NDArray[np.bool_]:
    """Whether a ray eastward from each point crosses the closed ring [n, 2] an odd number of times."""
    (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
    straddles = (y1 > lat[:, None]) != (y2 > lat[:, None])
    rise = np.where(y2 == y1, 1.0, y2 - y1)
    crossing = x1 + (lat[:, None] - y1) / rise * (x2 - x1)
    return np.asarray((straddles & (crossing > lon[:, None])).sum(axis=1) % 2 == 1)
