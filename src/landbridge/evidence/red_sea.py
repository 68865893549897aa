"""Ships going round the Cape in 2024: how much longer the way is, and how much trade moves, published and ours.

The packaged study's share of ships that avoid Bab el-Mandeb is the tonnage missing there. What is missing at Suez is
nearly the same ships counted again, and the share at Panama is that of its own transits: neither row is evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from landbridge.evidence.distance import Query, route_of
from landbridge.evidence.framework import Check, Kind, Measured
from landbridge.network.shippers import assign_by_kind
from landbridge.study.chain import Chain
from landbridge.study.schema import BASELINE, read_study

UNCTAD = "UNCTAD's head of trade logistics, fDi Intelligence, 2024"
PORTWATCH = "IMF PortWatch, IMF blog of 7 March 2024"
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


@cache
def _through(in_teu: bool) -> dict[str, dict[str, float]]:
    """A year's trade by scenario and passage, million USD or TEU: the unchanged world and the partial closures."""
    study = read_study("red-sea-2024")
    chain = Chain.of(study, study.scenario_worlds(study.world(), ["red_sea", "panama"]))
    routes, found = chain.routes(chain.scenarios), {}
    for solved in chain.solve(chain.central):
        kinds, costs = chain.kinds[solved.scenario], [kind.costs for kind in solved.shippers]
        flows, ways = solved.trade.equilibrium.flows, routes[solved.scenario]
        loads = assign_by_kind(chain.variants, kinds, flows, chain.central, costs, ways, in_teu=in_teu)
        found[solved.scenario] = dict(zip(loads.passages, loads.passage.tolist(), strict=True))
    return found


def _change(scenario: str, passage: str, *, in_teu: bool) -> Callable[[Path], Measured]:
    def measure(_: Path) -> Measured:
        before, after = (_through(in_teu)[name][passage] for name in (BASELINE, scenario))
        unit = "thousand TEU" if in_teu else "billion USD"
        return Measured(100 * (after / before - 1), f"{before / 1e3:,.0f} and {after / 1e3:,.0f} {unit}")

    return measure


def _of_trade(name: str, kind: Kind, sentence: str, published: float, scenario: str, passage: str) -> Iterator[Check]:
    for unit, in_teu in (("value", False), ("teu", True)):
        yield Check(
            id=f"redsea-trade-{name}-{unit}",
            kind=kind,
            sentence=f"{sentence}, January and February 2024: tons, ours by {unit}",
            published=published,
            tolerance=20.0 if kind == "evidence" else None,
            unit="%",
            source=PORTWATCH,
            measure=_change(scenario, passage, in_teu=in_teu),
        )


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
    *_of_trade("cape", "evidence", "Trade round the Cape of Good Hope", 74.0, "red_sea", "south_africa"),
    *_of_trade("suez", "calibration", "Trade through Suez", -50.0, "red_sea", "suez"),
    *_of_trade("panama", "calibration", "Trade through Panama", -32.0, "panama", "panama"),
)
