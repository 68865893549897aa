"""A world of three countries small enough to reckon by hand: China, India and Pakistan, 16 nodes, 15 links.

Kashgar - Khunjerab | Khunjerab - Gilgit - Lahore === rail === Karachi - port ~ sea ~ port - Mumbai - Delhi
                                             Lahore - Wagah | Attari - Delhi (trade suspended in August 2019)
"""

import struct

import numpy as np
import pandas as pd

from landbridge.world import World

NODES = [
    ("Kashgar", 39.47, 75.99, "CHN", "city"),
    ("Khunjerab (China)", 36.87, 75.44, "CHN", "border"),
    ("Khunjerab (Pakistan)", 36.85, 75.43, "PAK", "border"),
    ("Gilgit", 35.92, 74.31, "PAK", "junction"),
    ("Lahore", 31.55, 74.34, "PAK", "city"),
    ("Karachi", 24.86, 67.01, "PAK", "city"),
    ("Port of Karachi", 24.83, 66.98, "PAK", "port"),
    ("", 23.5, 66.5, "", "sea"),
    ("", 19.0, 72.0, "", "sea"),
    ("Port of Mumbai", 18.95, 72.85, "IND", "port"),
    ("Mumbai", 19.07, 72.88, "IND", "city"),
    ("Delhi", 28.65, 77.22, "IND", "city"),
    ("Wagah", 31.60, 74.57, "PAK", "border"),
    ("Attari", 31.60, 74.60, "IND", "border"),
    ("", 31.56, 74.33, "PAK", "junction"),
    ("", 24.87, 67.03, "PAK", "junction"),
]
LINKS = [
    (0, 1, "road", 416.0, "", "", "", "CHN"),
    (1, 2, "road", 3.0, "khunjerab", "CHN-PAK", "road_border", "CHN"),
    (2, 3, "road", 270.0, "", "", "", "PAK"),
    (3, 4, "road", 830.0, "", "", "", "PAK"),
    (4, 5, "road", 1220.0, "", "", "", "PAK"),
    (5, 6, "transfer", 5.0, "", "", "", "PAK"),
    (6, 7, "transfer", 20.0, "", "", "port", "PAK"),
    (7, 8, "sea", 750.0, "arabian_sea", "", "", ""),
    (8, 9, "transfer", 50.0, "", "", "port", "IND"),
    (9, 10, "transfer", 5.0, "", "", "", "IND"),
    (10, 11, "road", 1400.0, "", "", "", "IND"),
    (4, 12, "road", 25.0, "", "", "", "PAK"),
    (12, 13, "road", 3.0, "wagah", "IND-PAK", "road_border", "PAK"),
    (13, 11, "road", 480.0, "", "", "", "IND"),
    (4, 14, "transfer", 2.0, "", "", "terminal", "PAK"),
    (14, 15, "rail", 1219.0, "", "", "", "PAK"),
    (15, 5, "transfer", 2.0, "", "", "terminal", "PAK"),
]
CITIES = [
    (0, "Kashgar", "CHN", 500_000, 1.0),
    (4, "Lahore", "PAK", 11_000_000, 0.4),
    (5, "Karachi", "PAK", 15_000_000, 0.6),
    (10, "Mumbai", "IND", 12_000_000, 0.5),
    (11, "Delhi", "IND", 16_000_000, 0.5),
]
BOXES = {  # west, south, east, north
    "CHN": [(70.0, 36.86, 90.0, 50.0)],
    "PAK": [(60.0, 24.7, 74.58, 36.86), (74.58, 33.0, 76.5, 36.86)],
    "IND": [(74.58, 8.0, 90.0, 33.0), (72.7, 8.0, 74.58, 24.7)],
}
MORE_PLACES = [
    ("Hyderabad", "IND", 17.4, 78.5, 6_800_000, "city"),
    ("Hyderabad", "PAK", 25.4, 68.4, 1_700_000, "city"),
    ("Delhi", "CHN", 46.0, 88.0, 60_000, "city"),
    ("Muscat", "PAK", 23.0, 60.5, 0, "corridor place"),
    ("Hunza", "PAK", 36.3, 74.6, 0, "corridor place"),
]


def tiny_world(**replacing: pd.DataFrame) -> World:
    """The tiny world of 2017; tables given replace its own."""
    tables = {
        "economies": pd.DataFrame({"iso3": ["CHN", "IND", "PAK"], "trade": True, "network": True}),
        "sectors": pd.DataFrame(
            {
                "sector": ["agriculture", "fuels", "manufactures", "services"],
                "carried": [True, True, True, False],
            }
        ),
        "nodes": _nodes(),
        "links": _links(),
        "closures": pd.DataFrame(
            {
                "key": ["wagah"],
                "mode": ["road"],
                "since": ["2019-08-09"],
                "until": [""],
                "share": [1.0],
                "wait_hours": [0.0],
                "source": ["trade with India suspended"],
                "assumed": [False],
            }
        ),
        "union_borders": pd.DataFrame(
            {
                "union": ["a union to come"],
                "members": ["CHN PAK"],
                "since": ["2030-01-01"],
                "until": [""],
                "source": ["invented"],
            }
        ),
        "cities": pd.DataFrame(CITIES, columns=["node", "name", "iso3", "population", "weight"]).assign(hub=True),
        "places": _places(),
        "indicators": pd.DataFrame(
            [
                ("PAK", "conflict_deaths", 2016, 2_000.0),
                ("PAK", "population", 2016, 200e6),
                ("IND", "population", 2016, 1_300e6),
                ("CHN", "population", 2016, 1_400e6),
            ],
            columns=["iso3", "indicator", "year", "value"],
        ),
        "conflict": pd.DataFrame({"iso3": pd.Series(dtype=object), "intensity": pd.Series(dtype=float)}),
        "boundaries": pd.DataFrame(
            {"area": list(BOXES), "iso3": list(BOXES), "geometry": [_wkb(boxes) for boxes in BOXES.values()]}
        ),
    }
    tables |= replacing
    return World("tiny", 2017, {name: {} for name in tables}, {}, tables)


def _nodes() -> pd.DataFrame:
    nodes = pd.DataFrame(NODES, columns=["name", "lat", "lon", "iso3", "kind"])
    return nodes.assign(node=range(len(nodes)))[["node", "lat", "lon", "iso3", "kind", "name"]]


def _links() -> pd.DataFrame:
    links = pd.DataFrame(LINKS, columns=["u", "v", "mode", "km", "passage", "border", "dwell", "iso3"])
    return links.assign(
        link=range(len(links)),
        speed_factor=1.0,
        gauge_mm=np.where(links["mode"] == "rail", 1676, 0),
        open=True,
        status="existing",
        source="invented",
        assumed=False,
        skeleton=True,
    )


def _places() -> pd.DataFrame:
    named = [(name, iso3, lat, lon, 0, kind) for name, lat, lon, iso3, kind in NODES if name and kind != "city"]
    cities = [(name, iso3, *NODES[node][1:3], people, "city") for node, name, iso3, people, _ in CITIES]
    frame = pd.DataFrame(named + cities + MORE_PLACES, columns=["name", "iso3", "lat", "lon", "population", "kind"])
    return frame.assign(ascii=frame["name"])


def _wkb(boxes: list[tuple[float, float, float, float]]) -> bytes:
    parts = [struct.pack("<BIII10d", 1, 3, 1, 5, w, s, e, s, e, n, w, n, w, s) for w, s, e, n in boxes]
    return struct.pack("<BII", 1, 6, len(parts)) + b"".join(parts)
