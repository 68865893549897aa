"""A small world of five countries, seventeen links and a canal, with a study about it, for the tests of studies."""

from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.world.package import Column, Table, write_tables

SECTORS = ["agriculture", "fuels", "manufactures", "services"]
COUNTRIES = ["CHN", "KAZ", "PAK", "RUS", "USA"]

# node: latitude, longitude, country, kind, name
NODES = [
    (24.9, 67.0, "PAK", "city", "Karachi"),
    (31.5, 74.3, "PAK", "city", "Lahore"),
    (39.5, 76.0, "CHN", "city", "Kashgar"),
    (31.2, 121.5, "CHN", "city", "Shanghai"),
    (43.2, 76.9, "KAZ", "city", "Almaty"),
    (55.7, 37.6, "RUS", "city", "Moscow"),
    (59.9, 30.3, "RUS", "city", "Saint Petersburg"),
    (40.7, -74.0, "USA", "city", "New York"),
    (24.0, 66.5, "", "sea", ""),
    (30.0, 123.0, "", "sea", ""),
    (12.5, 45.0, "", "sea", ""),
    (32.0, 32.5, "", "sea", ""),
    (59.8, 28.0, "", "sea", ""),
    (40.0, -72.0, "", "sea", ""),
    (-36.0, 18.0, "", "sea", ""),
]
# from, to, mode, km, passage, border, dwell, country
LINKS = [
    (0, 8, "transfer", 20, "", "", "port", "PAK"),
    (3, 9, "transfer", 20, "", "", "port", "CHN"),
    (6, 12, "transfer", 20, "", "", "port", "RUS"),
    (7, 13, "transfer", 20, "", "", "port", "USA"),
    (9, 8, "sea", 9500, "malacca", "", "", ""),
    (8, 10, "sea", 2700, "", "", "", ""),
    (10, 11, "sea", 2500, "suez", "", "", ""),
    (11, 12, "sea", 8000, "", "", "", ""),
    (11, 13, "sea", 9500, "", "", "", ""),
    (8, 14, "sea", 8500, "", "", "", ""),
    (14, 13, "sea", 12500, "", "", "", ""),
    (13, 12, "sea", 7500, "", "", "", ""),
    (0, 1, "rail", 1219, "", "", "", "PAK"),
    (3, 4, "rail", 5200, "khorgos", "CHN-KAZ", "rail_border", "KAZ"),
    (4, 5, "rail", 4000, "", "KAZ-RUS", "rail_border", "RUS"),
    (5, 6, "rail", 700, "", "", "", "RUS"),
    (0, 1, "road", 1250, "", "", "", "PAK"),
    (1, 2, "road", 1300, "khunjerab", "CHN-PAK", "road_border", "PAK"),
    (2, 3, "road", 5000, "", "", "", "CHN"),
    (2, 4, "road", 800, "", "CHN-KAZ", "road_border", "KAZ"),
    (4, 5, "road", 4100, "", "KAZ-RUS", "road_border", "RUS"),
    (5, 6, "road", 720, "", "", "", "RUS"),
]
PEOPLE = {
    "Karachi": 16,
    "Lahore": 11,
    "Kashgar": 1,
    "Shanghai": 25,
    "Almaty": 2,
    "Moscow": 12,
    "Saint Petersburg": 5,
    "New York": 18,
}
STUDY = """
[study]
title = "A small study"
question = "What does a faster border do?"
world = "world"
focus = ["Pakistan", "Russia", "CHN", "KAZ"]

[scenario.border]
title = "A quicker border"
changes = [{ kind = "border", between = ["CHN", "PAK"], hours = 1 }]

[scenario.rail]
title = "A railway beside it"
extends = "border"
changes = [{ kind = "link", mode = "rail", via = ["Lahore", "Almaty"], speed_kmh = 60, assumed = true }]

[scenario.canal]
title = "The canal closed"
changes = [{ kind = "close", passage = "suez" }]

[scenario.embargo]
title = "Nobody trades with Kazakhstan"
changes = [{ kind = "sanction", by = ["CHN", "PAK", "RUS", "USA"], on = ["KAZ"] }]

[scenario.nothing]
title = "Nothing changes"

[uncertainty]
draws = 12
seed = 7
trade_elasticity = { lognormal = { median = 5.0, sigma = 0.2 }, source = "a test" }
road_border_hours = { triangular = { low = 6, mode = 12, high = 48 }, source = "a test" }
"""
CLAIMS = """
[source]
title = "A talk"
speaker = "A speaker"

[[claim]]
id = "border-helps"
paragraph = 1
statement = "A quicker border raises Pakistan's real income."
test = { quantity = "real_income", country = "PAK", scenario = "border", is = ">", value = 0.0 }

[[claim]]
id = "canal-does-not-matter"
statement = "Closing the canal leaves Pakistan's real income as it is."
test = { quantity = "real_income", country = "PAK", scenario = "canal", is = ">=", than = { scenario = "baseline" } }

[[claim]]
id = "rail-opens"
statement = "Both ends of the railway trade more."
test = { all = [
    { quantity = "total_trade", country = "KAZ", scenario = "rail", is = ">", than = { scenario = "baseline" } },
    { quantity = "total_trade", country = "PAK", scenario = "rail", is = ">", value = 0.0 },
] }

[[claim]]
id = "closer-in-votes"
statement = "Pakistan and Russia vote more alike in 2017 than in 1995."

[claim.test]
quantity = "ideal_point_distance"
country = "PAK"
partner = "RUS"
year = 2017
is = "<"
than = { year = 1995 }

[[claim]]
id = "no-such-year"
statement = "They voted alike in 1901."
test = { quantity = "ideal_point_distance", country = "PAK", partner = "RUS", year = 1901, is = "<", value = 1.0 }

[[claim]]
id = "intentions"
statement = "Somebody meant well."
not_testable = "A letter."
"""


def write_small_study(folder: Path) -> Path:
    """The study, its claims and its world in a folder; returns the path of ``study.toml``."""
    write_small_world(folder / "world")
    (folder / "claims.toml").write_text(CLAIMS, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder / "study.toml"


def write_small_world(folder: Path) -> None:
    """The tables of the small world as a package."""
    tables = {**_trade(), **_network(), **_politics()}
    described = [
        Table(name, frame, name, tuple(Column(column, column) for column in frame.columns), (), "none", ())
        for name, frame in tables.items()
    ]
    write_tables(folder, {"name": "small", "year": 2017, "title": "A small world"}, described)


def _trade() -> dict[str, pd.DataFrame]:
    size = dict(zip(COUNTRIES, [900.0, 60.0, 80.0, 200.0, 1000.0], strict=True))
    rows = [
        (a, b, sector, size[a] * size[b] / 2000.0 * (30.0 if a == b else 1.0) * (1 + 0.1 * place), "observed")
        for a in COUNTRIES
        for b in COUNTRIES
        for place, sector in enumerate(SECTORS)
    ]
    empty = pd.Series(dtype=str)
    number = pd.Series(dtype=float)
    pair = {"exporter": empty, "importer": empty, "sector": empty}
    return {
        "economies": pd.DataFrame(
            {"iso3": COUNTRIES, "name": COUNTRIES, "trade": True, "network": True, "votes": True}
        ),
        "sectors": pd.DataFrame({"sector": SECTORS, "title": SECTORS, "carried": [True, True, True, False]}),
        "trade": pd.DataFrame(rows, columns=["exporter", "importer", "sector", "value_musd", "status"]),
        "trade_cost": pd.DataFrame({**pair, "factor": number}),
        "tariff": pd.DataFrame({**pair, "rate": number}),
        "productivity": pd.DataFrame({"iso3": empty, "sector": empty, "factor": number}),
        "conflict": pd.DataFrame({"iso3": empty, "intensity": number}),
    }


def _network() -> dict[str, pd.DataFrame]:
    nodes = pd.DataFrame(NODES, columns=["lat", "lon", "iso3", "kind", "name"])
    nodes.insert(0, "node", np.arange(len(nodes), dtype=np.int32))
    links = pd.DataFrame(LINKS, columns=["u", "v", "mode", "km", "passage", "border", "dwell", "iso3"])
    links.insert(0, "link", np.arange(len(links)))
    links["km"] = links["km"].astype(float)
    links = links.assign(
        speed_factor=1.0, gauge_mm=0, open=True, status="existing", source="test", assumed=False, skeleton=True
    )
    cities = nodes[nodes["kind"] == "city"].assign(
        population=lambda table: [1_000_000 * PEOPLE[name] for name in table["name"]], hub=True
    )
    cities["weight"] = cities["population"] / cities.groupby("iso3")["population"].transform("sum")
    places = cities.assign(ascii=cities["name"])
    dated = {"since": ["2015-01-01"], "until": [""], "source": ["test"]}
    return {
        "nodes": nodes[["node", "lat", "lon", "iso3", "kind", "name"]],
        "links": links,
        "cities": cities[["node", "name", "iso3", "population", "hub", "weight"]],
        "places": places[["name", "ascii", "iso3", "lat", "lon", "population", "kind"]],
        "closures": pd.DataFrame(
            {"key": ["northwest"], "mode": [""], "share": [1.0], "wait_hours": [0.0], **dated, "assumed": [False]}
        ),
        "union_borders": pd.DataFrame({"union": ["EAEU"], "members": ["KAZ RUS"], **dated}),
    }


def _politics() -> dict[str, pd.DataFrame]:
    points = [
        (iso3, session, year, point, point - 0.1, point + 0.1)
        for session, year, by_country in (
            (50, 1995, {"PAK": -1.0, "RUS": 1.2, "CHN": -0.9, "USA": 2.8}),
            (72, 2017, {"PAK": -0.7, "RUS": -0.4, "CHN": -0.8, "USA": 2.4}),
        )
        for iso3, point in by_country.items()
    ]
    memberships = [
        ("SCO", "PAK", "member", "2017-06-09", ""),
        ("SCO", "RUS", "member", "2001-06-15", ""),
        ("SCO", "CHN", "member", "2001-06-15", ""),
        ("SCO", "USA", "observer", "2001-06-15", ""),
        ("EAEU", "KAZ", "member", "2015-01-01", ""),
        ("EAEU", "RUS", "member", "2015-01-01", ""),
        ("OLD", "RUS", "member", "1950-01-01", "1991-12-26"),
    ]
    indicators = [
        (iso3, indicator, 2017, value, "observed", "test")
        for indicator, values in (
            ("population", [1.4e9, 1.8e7, 2.1e8, 1.4e8, 3.2e8]),
            ("gdp_usd", [1.2e13, 1.6e11, 3.0e11, 1.6e12, 1.9e13]),
            ("conflict_deaths", [0.0, 0.0, 1500.0, 100.0, 0.0]),
        )
        for iso3, value in zip(COUNTRIES, values, strict=True)
    ]
    history = [("RUS", "PAK", year, value) for year, value in ((2011, 100.0), (2017, 150.0))]
    return {
        "ideal_points": pd.DataFrame(points, columns=["iso3", "session", "year", "ideal_point", "lower", "upper"]),
        "memberships": pd.DataFrame(memberships, columns=["institution", "iso3", "role", "start", "end"]),
        "indicators": pd.DataFrame(indicators, columns=["iso3", "indicator", "year", "value", "status", "source"]),
        "trade_history": pd.DataFrame(history, columns=["exporter", "importer", "year", "value_musd"]),
    }
