"""Distances and times of known routes over the packaged network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from landbridge.errors import SolveError
from landbridge.evidence.framework import Check, Measured
from landbridge.network.model import Network
from landbridge.network.route import Route, find_route
from landbridge.world import load_world

KM_PER_NAUTICAL_MILE = 1.852
YEAR = "2017"
PORTS = "Notteboom, Pallis & Rodrigue, Port Economics, Management and Policy: routing options Shanghai-Rotterdam"
YUXINOU = "China Daily, 13 September 2013: Chongqing-Xinjiang-Europe railway, 11,179 km, 16 days on average"


@dataclass(frozen=True)
class Query:
    """A route asked for: the ends, the modes, what to keep within and out of, the year whose closures hold."""

    origin: str
    destination: str
    modes: tuple[str, ...]
    within: tuple[str, ...] | None = None
    avoid: tuple[str, ...] = ()
    year: int = int(YEAR)


SUEZ = Query("Shanghai", "Rotterdam", ("sea",))
CAPE = Query("Shanghai", "Rotterdam", ("sea",), avoid=("suez", "panama"))
LAND_BRIDGE = Query("Chongqing", "Duisburg", ("rail",), year=2013)  # as published, before the Lanzhou-Chongqing line
TRANS_SIBERIAN = Query("Moscow", "Vladivostok", ("rail",), within=("RUS",))
MAIN_LINE = Query("Karachi", "Lahore", ("rail",), within=("PAK",))
ARABIAN_SEA = Query("Karachi", "Rotterdam", ("sea",))
ARABIAN_SEA_CAPE = Query("Karachi", "Rotterdam", ("sea",), avoid=("suez",))


@cache
def _network(year: int) -> Network:
    return Network.from_world(load_world(YEAR), year=year)


@cache
def route_of(query: Query) -> Route:
    """The route of a query.

    Raises:
        SolveError: there is none.
    """
    found = find_route(
        _network(query.year), query.origin, query.destination, modes=query.modes, within=query.within, avoid=query.avoid
    )
    if not found.reachable:
        raise SolveError(f"{query.origin}-{query.destination}: {found.reason}")
    return found


def _way(route: Route) -> str:
    through = ", ".join(route.passages)
    return " ".join(route.countries) + (f" through {through}" if through else "")


def km_of(query: Query) -> Callable[[Path], Measured]:
    return lambda _: Measured(route_of(query).km, _way(route_of(query)))


def _nautical_miles(query: Query) -> Callable[[Path], Measured]:
    return lambda _: Measured(route_of(query).km / KM_PER_NAUTICAL_MILE, _way(route_of(query)))


def _days(query: Query) -> Callable[[Path], Measured]:
    return lambda _: Measured(route_of(query).days, f"{route_of(query).usd:,.0f} USD per TEU")


def _countries(query: Query) -> Callable[[Path], Measured]:
    return lambda _: Measured(" ".join(route_of(query).countries))


def _passage(query: Query, passage: str) -> Callable[[Path], Measured]:
    return lambda _: Measured("yes" if passage in route_of(query).passages else "no", _way(route_of(query)))


CHECKS = (
    Check(
        id="distance-shanghai-rotterdam-suez",
        kind="evidence",
        sentence="Shanghai to Rotterdam by sea",
        published=10_500.0,
        tolerance=0.03 * 10_500,
        unit="nmi",
        source=f"{PORTS} (about 10,600); 10,500 is the usual round figure of distance tables",
        measure=_nautical_miles(SUEZ),
    ),
    Check(
        id="distance-shanghai-rotterdam-suez-passage",
        kind="evidence",
        sentence="Shanghai to Rotterdam by sea goes through the Suez canal",
        published="yes",
        tolerance=None,
        unit="",
        source=PORTS,
        measure=_passage(SUEZ, "suez"),
    ),
    Check(
        id="distance-shanghai-rotterdam-cape",
        kind="evidence",
        sentence="Shanghai to Rotterdam by sea with Suez and Panama shut (large ships do not fit Panama)",
        published=13_800.0,
        tolerance=0.03 * 13_800,
        unit="nmi",
        source=PORTS,
        measure=_nautical_miles(CAPE),
    ),
    Check(
        id="distance-shanghai-rotterdam-cape-passage",
        kind="evidence",
        sentence="Shanghai to Rotterdam by sea with Suez and Panama shut rounds the Cape of Good Hope",
        published="yes",
        tolerance=None,
        unit="",
        source=PORTS,
        measure=_passage(CAPE, "south_africa"),
    ),
    Check(
        id="distance-chongqing-duisburg",
        kind="evidence",
        sentence="Chongqing to Duisburg by rail, with what was shut or not yet built in 2013",
        published=11_179.0,
        tolerance=0.06 * 11_179,
        unit="km",
        source=YUXINOU,
        measure=km_of(LAND_BRIDGE),
    ),
    Check(
        id="distance-chongqing-duisburg-countries",
        kind="evidence",
        sentence="countries that the railway from Chongqing to Duisburg goes through, in order",
        published="CHN KAZ RUS BLR POL DEU",
        tolerance=None,
        unit="",
        source=YUXINOU,
        measure=_countries(LAND_BRIDGE),
    ),
    Check(
        id="distance-chongqing-duisburg-days",
        kind="evidence",
        sentence="days from Chongqing to Duisburg by rail, borders and gauge breaks included",
        published=16.0,
        tolerance=3.0,
        unit="days",
        source=YUXINOU,
        measure=_days(LAND_BRIDGE),
    ),
    Check(
        id="distance-moscow-vladivostok",
        kind="evidence",
        sentence="Moscow to Vladivostok by rail inside Russia",
        published=9_289.0,
        tolerance=0.04 * 9_289,
        unit="km",
        source="Russian Railways: length of the Trans-Siberian main line, 9,289 km (9,288.2 at Vladivostok station)",
        measure=km_of(TRANS_SIBERIAN),
    ),
    Check(
        id="distance-karachi-lahore",
        kind="evidence",
        sentence="Karachi to Lahore by rail inside Pakistan",
        published=1_219.0,
        tolerance=0.05 * 1_219,
        unit="km",
        source=(
            "Pakistan Railways, main line 1, as commonly given; agrees within 1 % with published train runs Karachi-"
            "Islamabad (1,521 km) less Lahore-Islamabad (290 km)"
        ),
        measure=km_of(MAIN_LINE),
    ),
    *(
        Check(
            id=f"distance-karachi-rotterdam-{name}",
            kind="calibration",
            sentence=f"Karachi to Rotterdam by sea, {sentence}",
            published=published,
            tolerance=0.03 * published,
            unit="km",
            source="figures given in the issue on the network, without their source",
            measure=km_of(query),
        )
        for name, sentence, published, query in (
            ("suez", "the canal open", 11_460.0, ARABIAN_SEA),
            ("cape", "the canal shut", 20_318.0, ARABIAN_SEA_CAPE),
        )
    ),
)
