"""What lies under a point of the map: which country, or water."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.world.wkb import read_wkb

if TYPE_CHECKING:
    from landbridge.world import World

CONTESTED = "?"


def country_at(world: World, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.object_]:
    """ISO3 of the country in which each point (degrees) lies: "" on water, "?" on ground without a settled country.

    By the even-odd rule on the table ``boundaries``.
    """
    found = np.full(len(lat), "", dtype=object)
    table = world.table("boundaries")
    for code, geometry in zip(table["iso3"], table["geometry"], strict=True):
        inside = np.zeros(len(lat), dtype=bool)
        for ring in read_wkb(geometry):
            west, south = ring.min(axis=0)
            east, north = ring.max(axis=0)
            near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
            if len(near):
                inside[near] ^= _within(lat[near], lon[near], ring)
        found[inside] = code or CONTESTED
    return found


def _within(lat: NDArray[np.float64], lon: NDArray[np.float64], ring: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a ray eastward from each point crosses the closed ring [n, 2] an odd number of times."""
    (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
    straddles = (y1 > lat[:, None]) != (y2 > lat[:, None])
    rise = np.where(y2 == y1, 1.0, y2 - y1)
    crossing = x1 + (lat[:, None] - y1) / rise * (x2 - x1)
    return np.asarray((straddles & (crossing > lon[:, None])).sum(axis=1) % 2 == 1)
