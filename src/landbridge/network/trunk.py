"""The trunk: the few links that carry the cheapest routes between hubs, whatever a study is likely to change.

Country-pair costs are computed anew for every draw and scenario, so the graph under them must be small. For each set
of modes the trunk is grown until, in every case of a list (freight for cheap and dear goods, speeds, border hours,
passages and countries shut), no route along it costs more than ``TOLERANCE`` above the cheapest on the whole graph.
It is computed once, when a world is built, and stored as the table ``trunk``; after any change of the links by
``python -m landbridge.network.trunk [FOLDER]``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from landbridge.network import core, paths
from landbridge.network.choice import worth_of_days
from landbridge.network.model import ALLOWED, RUNNING, Network
from landbridge.parameters import central_values, parameters
from landbridge.world.package import Column, Source, Table, write_tables
from landbridge.world.world import BASELINE, load_world, packaged_worlds

if TYPE_CHECKING:
    from landbridge.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TOLERANCE = 0.05
SHUT_PASSAGES = (
    *("suez", "babalmandab", "hormuz", "malacca", "sunda", "panama", "gibraltar", "bosporus", "dardanelles"),
    *("south_africa", "dover", "danish_straits", "taiwan_strait"),
    *("khunjerab", "torkham", "dostyk", "khorgos", "sarakhs"),
)
SHUT_COUNTRIES = (
    *("AFG", "ARM", "AZE", "BLR", "CHN", "DEU", "EGY", "ETH", "GEO", "IND", "IRN", "IRQ", "KAZ", "KGZ", "MMR", "MNG"),
    *("PAK", "POL", "RUS", "SAU", "SRB", "SYR", "THA", "TJK", "TKM", "TUR", "UKR", "UZB", "ZAF"),
)
_ROUTES_A_ROUND = 100
_VARIED = (
    "sea_speed_kmh",
    "rail_speed_kmh",
    "road_speed_kmh",
    "usd_per_teu_km_rail",
    "usd_per_teu_km_road",
    "rail_border_hours",
    "rail_border_usd",
    "road_border_hours",
    "port_hours",
    "terminal_hours",
    "gauge_hours",
    "conflict_delay",
    "conflict_closure_hours",
)


@dataclass(frozen=True)
class Case:
    """One situation in which the trunk must hold: parameter values, and which links [L] are open."""

    name: str
    params: Mapping[str, float]
    open: Flags


def cases(network: Network, passages: Iterable[str], countries: Iterable[str]) -> Iterator[Case]:
    """Central values; each varied parameter at both ends of its range; closures lifted; passages, countries shut."""
    central = central_values()
    yield Case("central", central, network.open)
    for name in _VARIED:
        for end in parameters()[name].range:
            yield Case(f"{name} {end:g}", {**central, name: end}, network.open)
    yield Case("no closures", central, network.closed_by != "not built")
    for passage in passages:
        yield Case(f"{passage} shut", central, network.open & (network.passage != passage))
    for country in countries:
        gate = np.array([country in border for border in network.border])
        gate |= (network.dwell == "port") & (network.iso3 == country)
        yield Case(f"{country} shut", central, network.open & ~gate)


def grow(network: Network, situations: Iterable[Case], *, tolerance: float = TOLERANCE) -> dict[str, Flags]:
    """The trunk [L] for each main mode: which links its routes need, within ``tolerance`` in every case.

    In each case the distances between hubs along the trunk are compared with those on the whole graph; where they
    differ too much, cheapest routes of such pairs join the trunk, preferring links that are in it. What a set of modes
    may use of the trunk of a wider set is in its own: else a better road in the wider one would pass for a ship.
    """
    field = _Field(network)
    for case in situations:
        hours, usd = field.quantities.costs(case.params)
        for main_mode, allowed in ALLOWED.items():
            usable = field.usable(allowed, case.open)
            field.nest()
            for per_day in worth_of_days(case.params, network.world.sectors):
                cost = usd + per_day / 24.0 * hours
                field.widen(main_mode, np.where(usable, cost, np.inf), tolerance)
    field.nest()
    return {main_mode: field.links(main_mode) for main_mode in ALLOWED}


def tables(world: World, years: Sequence[int] = (2017, 2022)) -> list[Table]:
    """The table ``trunk`` of a world's links: the closures of each year, and everything that ``cases`` lists."""
    networks = [Network.from_world(world, year=year) for year in years]
    situations = [*cases(networks[0], SHUT_PASSAGES, SHUT_COUNTRIES)]
    situations += [Case(str(network.year), central_values(), network.open) for network in networks[1:]]
    trunk = grow(networks[0], situations)
    used = np.flatnonzero(np.logical_or.reduce(list(trunk.values())))
    links = world.table("links").iloc[used]
    frame = links[["link", "u", "v"]].assign(**{main_mode: trunk[main_mode][used] for main_mode in trunk})
    described = "whether routes of this set of modes need it"
    return [
        Table(
            "trunk",
            frame,
            f"Links that the cheapest routes between hubs need, to within {TOLERANCE:.0%} of cost in {len(situations)} "
            "cases (docs/routing.md).",
            (
                Column("link", "link id"),
                Column("u", "one end, a node: checked against the links"),
                Column("v", "the other end, a node"),
                *(Column(main_mode, described) for main_mode in trunk),
            ),
            ("link",),
            "ODbL-1.0",
            (Source("landbridge, computed from the links", "ODbL-1.0", "2026", "which links matter"),),
        )
    ]


def write_trunk(folder: Path) -> None:
    """Compute the table ``trunk`` of the world in a folder (or of the packaged common tables) and write it there.

    Raises:
        DataError: the folder holds no world with a network, or cannot be written.
    """
    packaged = folder.resolve() == (BASELINE / "common").resolve()
    world = load_world(packaged_worlds()[0] if packaged else folder)
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    header = {key: value for key, value in described.items() if key not in ("resources", "profile")}
    bare = replace(world, resources={name: world.resources[name] for name in world.resources if name != "trunk"})
    write_tables(folder, header, tables(bare))


class _Field:
    """The whole graph among the hubs, contracted, and the trunk that grows in it."""

    def __init__(self, network: Network) -> None:
        self._network = network
        everything = np.flatnonzero(network.closed_by != "not built")
        by_mode = [(network.running[everything] == mode).astype(float)[:, None] for mode in RUNNING]
        quantities = network.quantities.of(everything)
        features = sparse.hstack([quantities.features(), *map(sparse.csr_matrix, by_mode)], format="csr")
        gated = (network.border != "") | (network.passage != "") | (network.dwell == "port")
        keep = np.unique(np.concatenate([network.tail[gated], network.head[gated], network.hubs.node]))
        self.graph = core.contract(network.tail[everything], network.head[everything], keep, features)
        self._everything = everything
        self._terminals = np.searchsorted(self.graph.nodes, network.hubs.node)
        self.quantities = quantities.of(self.graph.members)
        nodes = self.graph.nodes
        self._paths = paths.Hierarchy(self.graph.tail, self.graph.head, network.lat[nodes], network.lon[nodes])
        self._random = np.random.default_rng(0)
        self._features = self.quantities.features()
        self.trunk = {main_mode: np.zeros(len(self.graph.tail), dtype=bool) for main_mode in ALLOWED}
        self._runs = {main_mode: self._all(network.allowed(allowed)) for main_mode, allowed in ALLOWED.items()}

    def usable(self, allowed: tuple[str, ...], is_open: Flags) -> Flags:
        """Links of the graph all of whose members are open and run as an allowed mode."""
        return self._all(is_open & self._network.allowed(allowed))

    def _all(self, links: Flags) -> Flags:
        """Links of the graph all of whose members are among some links [L] of the network."""
        return self.graph.members @ (~links[self._everything]).astype(float) == 0.0

    def nest(self) -> None:
        """Put what a set of modes may use of a wider set's trunk into its own."""
        for wide, narrow in pairwise(ALLOWED):
            self.trunk[narrow] |= self.trunk[wide] & self._runs[narrow]

    def widen(self, main_mode: str, cost: Floats, tolerance: float) -> None:
        """Add routes to a trunk until none along it is dearer than the cheapest by more than ``tolerance``."""
        trunk, terminals = self.trunk[main_mode], self._terminals
        bound = (1.0 + tolerance) * self._paths.pairs(cost, terminals)
        while True:
            dearer = np.triu(self._along(trunk, cost) > bound)
            if not dearer.any():
                return
            source, target = np.nonzero(dearer)
            chosen = self._random.choice(len(source), min(_ROUTES_A_ROUND, len(source)), replace=False)
            preferred = np.where(trunk, cost, cost * (1.0 + 0.95 * tolerance))
            pairs = zip(terminals[source[chosen]].tolist(), terminals[target[chosen]].tolist(), strict=True)
            trunk[self._paths.routes(preferred, list(pairs))] = True

    def _along(self, trunk: Flags, cost: Floats) -> Floats:
        inside = np.flatnonzero(trunk & np.isfinite(cost))
        graph = self.graph
        small = core.contract(graph.tail[inside], graph.head[inside], self._terminals, self._features[inside])
        where = graph.nodes[small.nodes]
        along = paths.prepare(small.tail, small.head, self._network.lat[where], self._network.lon[where])
        return along.pairs(small.members @ cost[inside], small.anchors)

    def links(self, main_mode: str) -> Flags:
        """A trunk in links [L] of the network."""
        chosen = np.zeros(len(self._network.km), dtype=bool)
        chosen[self._everything] = self.graph.members.T @ self.trunk[main_mode].astype(float) > 0.0
        return chosen


if __name__ == "__main__":
    write_trunk(Path(sys.argv[1]) if len(sys.argv) > 1 else BASELINE / "common")
