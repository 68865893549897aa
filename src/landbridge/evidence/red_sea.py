"""Ships going round the Cape in 2024: how much longer the way is, as published and on this network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from landbridge.evidence.distance import Query, route_of
from landbridge.evidence.framework import Check, Measured

UNCTAD = "UNCTAD's head of trade logistics, fDi Intelligence, 2024"
ROUTING = "Port Economics, Management and Policy: the Red Sea crisis and shipping routes (7 to 10 days at 16 knots)"


def _both(origin: str, destination: str) -> tuple[Query, Query]:
    """The way by sea, and that which keeps out of Bab el-Mandeb and Panama."""
    return Query(origin, destination, ("sea",)), Query(origin, destination, ("sea",), avoid=("babalmandab", "panama"))


def _longer(origin: str, destination: str) -> Callable[[Path], Measured]:
    def measure(_: Path) -> Measured:
        usual, detour = (route_of(query) for query in _both(origin, destination))
        return Measured(100 * (detour.km / usual.km - 1), f"{usual.km:,.0f} and {detour.km:,.0f} km")

    return measure


def _more_days(origin: str, destination: str) -> Callable[[Path], Measured]:
    def measure(_: Path) -> Measured:
        usual, detour = (route_of(query) for query in _both(origin, destination))
        return Measured(detour.days - usual.days, f"{usual.days:.1f} and {detour.days:.1f} days, ports included")

    return measure


CHECKS = (
    *(
        Check(
            id=f"redsea-longer-{name}",
            kind="evidence",
            sentence=f"{sentence}, how much longer round the Cape",
            published=published,
            tolerance=5.0,
            unit="%",
            source=UNCTAD,
            measure=_longer(origin, destination),
        )
        for name, sentence, published, origin, destination in (
            ("gulf-rotterdam", "Ras Tanura (here Dammam) to Rotterdam", 74.0, "Dammam, SAU", "Rotterdam, NLD"),
            ("singapore-rotterdam", "Singapore to Rotterdam", 42.0, "Singapore, SGP", "Rotterdam, NLD"),
        )
    ),
    Check(
        id="redsea-days-shanghai-rotterdam",
        kind="evidence",
        sentence="Shanghai to Rotterdam, days that the way round the Cape adds",
        published=8.5,
        tolerance=1.5,
        unit="days",
        source=ROUTING,
        measure=_more_days("Shanghai, CHN", "Rotterdam, NLD"),
    ),
)
