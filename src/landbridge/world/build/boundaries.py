"""Country outlines and disputed borders for maps, from Natural Earth's 1:50 million countries.

Outlines are those in force on the ground (de facto), simplified so that neighbours keep one common border.
Areas whose sovereignty is contested and that no economy of the world covers carry no country code; contested borders
stand in a second table, with a note each. No position is taken on any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.errors import DataError
from landbridge.labels import country_name
from landbridge.world.package import Column, Source, Table

if TYPE_CHECKING:
    from pandas import DataFrame

TOLERANCE = 0.03  # degrees: about the width of a line on the report's closest inset
GRID = 0.005  # degrees: coordinates are rounded to it, which leaves common borders common

ATLAS = "network/ne_50m_countries_worldatlas.parquet"
NATURAL_EARTH = Source(
    "Natural Earth 1:50m admin-0 countries, in the world-atlas edition",
    "public domain",
    "2018",
    "outlines, simplified; borders between two outlines",
)
BY_HAND = Source("landbridge, points placed by hand", "MIT", "2026", "borders that the outlines do not hold: coarse")

# Rows of the atlas that carry no usable ISO number, and those that belong to another country's economy.
_CODES = {
    "Kosovo": "XKX",
    "Somaliland": "SOM",
    "N. Cyprus": "CYP",
    "Indian Ocean Ter.": "AUS",
    "Siachen Glacier": "",
}
_CRIMEA = (32.4, 44.3, 36.7, 46.3)  # west, south, east, north


@dataclass(frozen=True)
class SharedBorder:
    """A contested border that two outlines of the atlas share, within a box (west, south, east, north)."""

    name: str
    note: str
    between: tuple[str, str]
    box: tuple[float, float, float, float] = (-180.0, -90.0, 180.0, 90.0)
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class DrawnLine:
    """A contested border that the atlas lacks: points (lon, lat) placed by hand, right to about 20 km."""

    name: str
    note: str
    points: tuple[tuple[float, float], ...]
    since: str = ""
    until: str = ""


_KASHMIR = (73.6, 32.3, 80.0, 36.0)

SHARED = (
    SharedBorder(
        "Line of Control", "Kashmir: held by India and Pakistan on either side", ("India", "Pakistan"), _KASHMIR
    ),
    SharedBorder("Siachen Glacier", "claimed by India and Pakistan", ("Siachen Glacier", "India")),
    SharedBorder("Siachen Glacier", "claimed by India and Pakistan", ("Siachen Glacier", "Pakistan")),
    SharedBorder("Siachen Glacier", "claimed by India and Pakistan", ("Siachen Glacier", "China")),
    SharedBorder(
        "Trans-Karakoram Tract", "ceded by Pakistan to China in 1963, claimed by India", ("China", "Pakistan")
    ),
    SharedBorder("Line of Actual Control", "Aksai Chin: held by China, claimed by India", ("India", "China"), _KASHMIR),
    SharedBorder(
        "McMahon Line",
        "Arunachal Pradesh: held by India, claimed by China",
        ("India", "China"),
        (91.5, 26.0, 98.0, 30.0),
    ),
    SharedBorder(
        "Crimea", "annexed by Russia in 2014; Ukraine under UNGA 68/262", ("Ukraine", "Crimea"), since="2014-03-18"
    ),
    SharedBorder("Western Sahara", "held by Morocco in the west; status undecided", ("Morocco", "W. Sahara")),
    SharedBorder("Kosovo", "independence of 2008 not recognised by Serbia and others", ("Kosovo", "Serbia")),
    SharedBorder("Korean Demilitarised Zone", "armistice line of 1953", ("North Korea", "South Korea")),
    SharedBorder("Golan Heights", "line of 1974: held by Israel, claimed by Syria", ("Israel", "Syria")),
    SharedBorder("West Bank and Gaza", "armistice lines of 1949", ("Israel", "Palestine")),
    SharedBorder("Northern Cyprus", "ceasefire line of 1974", ("Cyprus", "N. Cyprus")),
    SharedBorder("Somaliland", "self-declared in 1991, unrecognised", ("Somalia", "Somaliland")),
    SharedBorder("Abyei", "claimed by Sudan and South Sudan", ("Sudan", "S. Sudan"), (27.6, 9.0, 29.2, 11.0)),
    SharedBorder("Hala'ib Triangle", "held by Egypt, claimed by Sudan", ("Egypt", "Sudan"), (33.1, 21.0, 38.0, 23.0)),
    SharedBorder("Ilemi Triangle", "held by Kenya, claimed by South Sudan", ("Kenya", "S. Sudan")),
)

DRAWN = (
    DrawnLine(
        "Aksai Chin",
        "India's claim against China",
        (
            (77.82, 35.51),
            (78.3, 35.7),
            (79.0, 35.95),
            (79.9, 35.7),
            (80.35, 35.4),
            (80.25, 34.7),
            (79.7, 34.4),
            (79.0, 34.3),
        ),
    ),
    DrawnLine(
        "Abkhazia",
        "self-declared, recognised by Russia since 2008; Georgia under UNGA resolutions",
        ((41.56, 42.39), (41.75, 42.6), (42.05, 42.75), (42.2, 42.95), (42.6, 43.15)),
    ),
    DrawnLine(
        "South Ossetia",
        "self-declared, recognised by Russia since 2008; Georgia under UNGA resolutions",
        (
            (43.75, 42.6),
            (43.45, 42.45),
            (43.6, 42.15),
            (44.0, 42.1),
            (44.4, 42.15),
            (44.6, 42.2),
            (44.5, 42.5),
            (44.3, 42.7),
        ),
    ),
    DrawnLine(
        "Nagorno-Karabakh, line of contact",
        "line of 1994-2020 between Azerbaijan and the unrecognised Republic of Artsakh",
        ((46.0, 40.25), (46.5, 40.3), (46.9, 40.25), (47.05, 39.9), (47.2, 39.6), (47.4, 39.4), (47.0, 39.15)),
        until="2020-11-10",
    ),
    DrawnLine(
        "Transnistria",
        "self-declared in 1990, unrecognised: the Dniester",
        (
            (28.55, 48.1),
            (28.9, 47.85),
            (29.1, 47.5),
            (29.2, 47.2),
            (29.45, 46.95),
            (29.45, 46.7),
            (29.85, 46.5),
            (30.0, 46.42),
        ),
    ),
    DrawnLine(
        "Donbas, line of contact",
        "line of 2015-2022 between Ukraine and the Russian-backed entities",
        (
            (39.75, 48.95),
            (39.2, 48.75),
            (38.75, 48.7),
            (38.3, 48.35),
            (37.8, 48.2),
            (37.6, 47.9),
            (37.75, 47.4),
            (37.95, 47.1),
        ),
        since="2015-02-12",
        until="2022-02-24",
    ),
    DrawnLine(
        "Ukraine, front line",
        "end of 2022: east and south of it held by Russia",
        (
            (38.3, 50.05),
            (38.0, 49.4),
            (38.0, 48.9),
            (37.9, 48.5),
            (37.6, 48.1),
            (37.1, 47.75),
            (36.0, 47.5),
            (34.9, 47.5),
            (33.4, 46.8),
            (32.4, 46.55),
        ),
        since="2022-02-24",
    ),
    DrawnLine(
        "Golan Heights", "line before June 1967", ((35.65, 33.27), (35.62, 33.05), (35.65, 32.85), (35.67, 32.72))
    ),
    DrawnLine(
        "Kuril Islands",
        "southern islands held by Russia, claimed by Japan",
        ((145.2, 44.4), (145.35, 43.9), (145.75, 43.5), (146.2, 43.1)),
    ),
)

_OUTLINE_COLUMNS = (
    Column("area", "name of the outline, unique"),
    Column("iso3", "country whose economy covers it; empty where sovereignty is contested"),
    Column("name", "usual short English name"),
    Column("geometry", "polygons as well-known binary, longitude and latitude", "degrees"),
)
_LINE_COLUMNS = (
    Column("line", "number of the line"),
    Column("name", "what the border is called"),
    Column("note", "who holds and who claims what"),
    Column("since", "date from which the border has stood; empty: before any base year"),
    Column("until", "date to which it stood; empty: still"),
    Column("approximate", "placed by hand, right to about 20 km"),
    Column("source", "where the line comes from"),
    Column("geometry", "lines as well-known binary, longitude and latitude", "degrees"),
)


def tables(sources: Path) -> list[Table]:
    """The tables ``boundaries`` and ``disputed_lines`` of the common world.

    Antarctica is left out: it has no economy and no network.

    Raises:
        DataError: the atlas is missing from the sources folder.
    """
    world = simplified(atlas(sources))
    return [
        Table(
            "boundaries",
            outlines(world),
            "Outlines of all countries as held on the ground, simplified for maps; neighbours share their border.",
            _OUTLINE_COLUMNS,
            ("area",),
            NATURAL_EARTH.licence,
            (NATURAL_EARTH,),
        ),
        Table(
            "disputed_lines",
            disputed_lines(world),
            "Contested borders, drawn dashed; a selection, without a position on any of them.",
            _LINE_COLUMNS,
            ("line",),
            "public domain; hand-placed points MIT",
            (NATURAL_EARTH, BY_HAND),
        ),
    ]


@dataclass(frozen=True)
class Atlas:
    """Polygons (shapely) and ISO3 codes (empty: contested, without one) by the atlas's own area names."""

    shapes: dict[str, Any]
    codes: dict[str, str]


def atlas(sources: Path) -> Atlas:
    """The atlas cut at the antimeridian, Crimea apart from Russia.

    Raises:
        DataError: the file is missing, or a row has no usable code.
    """
    import pandas as pd
    import shapely

    path = sources / ATLAS
    if not path.is_file():
        raise DataError(f"{path} is missing: {NATURAL_EARTH.title}. DATA.md says where it comes from.")
    table = pd.read_parquet(path)
    table = table[table["name"] != "Antarctica"]
    shapes = {
        name: cut_at_antimeridian(shape)
        for name, shape in zip(table["name"], shapely.from_wkb(table["geometry"].to_numpy()), strict=True)
    }
    parts = shapely.get_parts(shapes["Russia"])
    crimean = shapely.within(parts, shapely.box(*_CRIMEA))
    shapes["Russia"] = shapely.multipolygons(parts[~crimean])
    shapes["Crimea"] = shapely.multipolygons(parts[crimean])
    return Atlas(shapes, dict(zip(table["name"], map(_iso3, table["id"], table["name"]), strict=True)) | {"Crimea": ""})


def _iso3(number: object, name: str) -> str:
    """The ISO3 code of an atlas row; empty for contested areas without one.

    Raises:
        DataError: the row has neither an ISO number nor an entry here.
    """
    import pycountry

    if name in _CODES:
        return _CODES[name]
    entry = pycountry.countries.get(numeric=str(number).zfill(3))
    if entry is None:
        raise DataError(f'The atlas row "{name}" has the ISO number {number}, which no country has.')
    return str(entry.alpha_3)


def cut_at_antimeridian(shape: Any) -> Any:
    """The polygons of a shape cut where a ring jumps from 180 degrees east to 180 degrees west.

    A ring that crosses the antimeridian is unrolled past it, and what lies beyond comes back on the other side.
    """
    import shapely

    parts = []
    for part in shapely.get_parts(shape):
        unrolled = shapely.transform(part, _unroll)
        for turn in (-360.0, 0.0, 360.0):
            world = shapely.box(turn - 180.0, -90.0, turn + 180.0, 90.0)
            inside = (
                unrolled
                if shapely.within(unrolled, world)
                else shapely.intersection(shapely.make_valid(unrolled), world)
            )
            back = shapely.transform(inside, lambda xy, turn=turn: xy - [turn, 0.0])
            parts += [piece for piece in shapely.get_parts(back) if piece.geom_type == "Polygon" and piece.area > 0]
    return shapely.multipolygons(parts)


def _unroll(points: np.ndarray) -> np.ndarray:
    jumps = np.abs(np.diff(points[:, 0])).max(initial=0.0) > 180.0
    return np.column_stack([np.unwrap(points[:, 0], period=360.0), points[:, 1]]) if jumps else points


def simplified(world: Atlas) -> Atlas:
    """The same areas with fewer points; a border shared before is shared after, to the last digit."""
    import shapely

    shapes = shapely.coverage_simplify(np.array(list(world.shapes.values()), dtype=object), TOLERANCE)
    rounded = shapely.transform(shapes, lambda points: np.round(np.round(points / GRID) * GRID, 3))
    return Atlas(dict(zip(world.shapes, rounded, strict=True)), world.codes)


def outlines(world: Atlas) -> DataFrame:
    """One row per country, areas of one economy merged; contested areas without a code apart."""
    import pandas as pd
    import shapely

    members: dict[str, list[Any]] = {}
    for name, shape in world.shapes.items():
        members.setdefault(world.codes[name] or name, []).append(shape)
    rows = [
        {
            "area": area,
            "iso3": area if area in world.codes.values() else "",
            "name": country_name(area),
            "geometry": shapely.to_wkb(_merged(shapes), output_dimension=2),
        }
        for area, shapes in sorted(members.items())
    ]
    return pd.DataFrame(rows)


def _merged(shapes: list[Any]) -> Any:
    import shapely

    return shapes[0] if len(shapes) == 1 else shapely.coverage_union_all(shapes)


def disputed_lines(world: Atlas) -> DataFrame:
    """One row per contested border."""
    import pandas as pd
    import shapely

    rows = [
        {
            "name": line.name,
            "note": line.note,
            "since": line.since,
            "until": line.until,
            "approximate": isinstance(line, DrawnLine),
            "source": BY_HAND.title if isinstance(line, DrawnLine) else NATURAL_EARTH.title,
            "geometry": shapely.to_wkb(_course(line, world), output_dimension=2),
        }
        for line in (*SHARED, *DRAWN)
    ]
    frame = pd.DataFrame(rows)
    frame.insert(0, "line", range(len(frame)))
    return frame


def _course(line: SharedBorder | DrawnLine, world: Atlas) -> Any:
    """The line's geometry.

    Raises:
        DataError: the two outlines share no border in the box.
    """
    import shapely

    if isinstance(line, DrawnLine):
        return shapely.linestrings(line.points)
    one, other = (shapely.boundary(world.shapes[name]) for name in line.between)
    shared = shapely.clip_by_rect(shapely.line_merge(shapely.intersection(one, other)), *line.box)
    if shapely.length(shared) == 0:
        raise DataError(f"{line.name}: the outlines of {line.between[0]} and {line.between[1]} share no border there.")
    return shared
