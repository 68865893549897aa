"""Which country a point lies in, and how much of a straight line runs over land."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from landbridge.errors import InputError
from landbridge.labels import country

# Names of Natural Earth that landbridge.labels does not know: abbreviations, and areas mapped apart from their state.
_NATURAL_EARTH = {
    "Antigua and Barb.": "ATG",
    "British Virgin Is.": "VGB",
    "Br. Indian Ocean Ter.": "IOT",
    "Cayman Is.": "CYM",
    "Cook Is.": "COK",
    "Faeroe Is.": "FRO",
    "Fr. Polynesia": "PYF",
    "Fr. S. Antarctic Lands": "ATF",
    "Heard I. and McDonald Is.": "HMD",
    "Marshall Is.": "MHL",
    "N. Cyprus": "CYP",
    "N. Mariana Is.": "MNP",
    "Pitcairn Is.": "PCN",
    "S. Geo. and the Is.": "SGS",
    "Sint Maarten": "SXM",
    "Somaliland": "SOM",
    "St-Martin": "MAF",
    "St. Vin. and Gren.": "VCT",
    "Turks and Caicos Is.": "TCA",
    "U.S. Virgin Is.": "VIR",
    "Wallis and Futuna Is.": "WLF",
    "Åland": "FIN",
}
_DEGREE_KM = 111.2


def iso3(name: str) -> str:
    """The ISO3 code of a Natural Earth country name; "" for a reef or glacier that belongs to none."""
    if name in _NATURAL_EARTH:
        return _NATURAL_EARTH[name]
    try:
        return country(name)
    except InputError:
        return ""


class Atlas:
    """Country polygons of Natural Earth (1:50 million), for looking up points and lines."""

    def __init__(self, sources: Path) -> None:
        table = pd.read_parquet(sources / "network" / "ne_50m_countries_worldatlas.parquet")
        codes = np.array([iso3(name) for name in table["name"]], dtype=object)
        parts, owner = shapely.get_parts(shapely.from_wkb(table["geometry"].to_numpy()), return_index=True)
        shapes = np.array([_without_wrap(part) for part in parts])
        self.codes = codes[owner][codes[owner] != ""]
        self.shapes = shapes[codes[owner] != ""]
        self._tree = shapely.STRtree(self.shapes)

    def country_of(self, lat: ArrayLike, lon: ArrayLike) -> NDArray[np.object_]:
        """The country containing each point, or else the nearest one."""
        positions = self._tree.nearest(shapely.points(np.asarray(lon, float), np.asarray(lat, float)))
        return np.asarray(self.codes[positions])

    def distance_km(self, lat: ArrayLike, lon: ArrayLike, codes: NDArray[np.object_]) -> NDArray[np.float64]:
        """Rough distance of each point to the polygon of a country (0 inside; inf when it has no polygon)."""
        points = shapely.points(np.asarray(lon, float), np.asarray(lat, float))
        distances = np.full(len(points), np.inf)
        for code in np.unique(codes):
            mine = codes == code
            for shape in self.shapes[self.codes == code]:
                shapely.prepare(shape)
                distances[mine] = np.minimum(distances[mine], _DEGREE_KM * shapely.distance(shape, points[mine]))
        return distances

    def land_share(self, lines: NDArray[np.object_]) -> NDArray[np.float64]:
        """Share of each straight line that runs over land."""
        ends, shapes = self._tree.query(lines, predicate="intersects")
        overlap = shapely.length(shapely.intersection(lines[ends], self.shapes[shapes]))
        return np.bincount(ends, overlap, len(lines)) / np.maximum(shapely.length(lines), 1e-12)

    def share_inside(self, lines: NDArray[np.object_], codes: NDArray[np.object_]) -> NDArray[np.float64]:
        """Share of each straight line inside one country."""
        shares = np.zeros(len(lines))
        for code in np.unique(codes):
            mine = codes == code
            shape = shapely.union_all(self.shapes[self.codes == code])
            shares[mine] = shapely.length(shapely.intersection(lines[mine], shape)) / np.maximum(
                shapely.length(lines[mine]), 1e-12
            )
        return shares


def _without_wrap(polygon: shapely.Geometry) -> shapely.Geometry:
    """A polygon whose ring jumps across the date line, drawn on both edges of the map instead of across it."""
    west, _, east, _ = polygon.bounds
    if east - west <= 180:
        return shapely.make_valid(polygon)
    turned = shapely.make_valid(shapely.transform(polygon, lambda xy: np.column_stack([xy[:, 0] % 360, xy[:, 1]])))
    beyond = shapely.intersection(turned, shapely.box(180, -90, 360, 90))
    return shapely.union(
        shapely.intersection(turned, shapely.box(0, -90, 180, 90)),
        shapely.transform(beyond, lambda xy: np.column_stack([xy[:, 0] - 360, xy[:, 1]])),
    )


@cache
def atlas(sources: Path) -> Atlas:
    """The atlas of a source folder, read once."""
    return Atlas(sources)
