"""The network of a world: what every link costs in hours and money, and what that makes between countries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from landbridge.network import core
from landbridge.network.choice import CountryCosts

if TYPE_CHECKING:
    from landbridge.network.loads import Loads
    from landbridge.network.route import Route
    from landbridge.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]

RUNNING = ("sea", "rail", "road", "ferry")
DWELLS = ("port", "rail_border", "road_border", "soft_border", "gauge", "ferry", "terminal")
CANALS = ("suez", "panama")

# The three sets of modes a shipment may choose from, each within the one before; named by the mode that it adds.
ALLOWED: dict[str, tuple[str, ...]] = {"sea": RUNNING, "rail": ("rail", "road", "ferry"), "road": ("road", "ferry")}
SAME_ROUTE = 1e-6  # relative difference of cost below which two sets of modes give the same route


@dataclass(frozen=True)
class Quantities:
    """What hours and money of links are made of: sparse matrices [L, F], and the parameters they are multiplied with.

    ``hours`` columns: km over the speed factor by running mode; number of stops by dwell class; share of each canal;
    hours fixed by a study; km in each violent country. ``usd`` columns: km by running mode, and the rest alike.
    ``severity`` deaths a year per million people in each violent country.
    """

    hours: sparse.csr_matrix
    usd: sparse.csr_matrix
    severity: Floats

    def rates(self, params: Mapping[str, float]) -> tuple[Floats, Floats]:
        """Hours and USD per unit of every column."""
        grade = np.log10(1.0 + self.severity / params["conflict_scale"])
        hours = [1.0 / params[f"{mode}_speed_kmh"] for mode in RUNNING]
        hours += [params[f"{stop}_hours"] for stop in (*DWELLS, *CANALS)]
        usd = [params[f"usd_per_teu_km_{mode}"] for mode in RUNNING]
        usd += [params[f"{stop}_usd"] for stop in (*DWELLS, *CANALS)]
        return (
            np.concatenate([hours, [1.0], params["conflict_delay"] / 100.0 * grade]),
            np.concatenate([usd, [1.0], params["conflict_surcharge"] * grade]),
        )

    def of(self, links: Any) -> Quantities:
        """The same for some links, or for chains of links (a membership matrix [M, L])."""
        if sparse.issparse(links):
            return Quantities(links @ self.hours, links @ self.usd, self.severity)
        return Quantities(self.hours[links], self.usd[links], self.severity)

    def costs(self, params: Mapping[str, float]) -> tuple[Floats, Floats]:
        """Hours [L] and USD per TEU [L]."""
        per_hours, per_usd = self.rates(params)
        return self.hours @ per_hours, self.usd @ per_usd


@dataclass(frozen=True)
class Hubs:
    """Access points of the trading economies.

    ``node`` [H] node positions; ``economy`` [H] position of their country among those of the world; ``weight`` [H]
    share of the country's people, summing to one by country; ``people`` [C, H] the same as a sparse matrix.
    """

    node: Ints
    economy: Ints
    weight: Floats
    people: sparse.csr_matrix

    def sums(self, values: Floats) -> Floats:
        """Sums [C, C] over pairs of hubs of symmetric ``values`` [H, H], weighted by the people of both."""
        return np.asarray(self.people @ (self.people @ values).T)


@dataclass(frozen=True)
class Skeleton:
    """A contracted graph among the hubs for one set of modes.

    ``links`` [K] which links of the network it was made from; ``quantities`` those of its own links [M];
    ``reachable`` [H, H] which hubs it joins, ``share`` [C, C] the same by country, weighted.
    """

    graph: core.Contraction
    links: Ints
    quantities: Quantities
    paths: core.ShortestPaths
    reachable: Flags
    share: Floats

    @cached_property
    def fingerprint(self) -> bytes:
        """Equal for skeletons that give the same costs."""
        arrays = [self.graph.tail, self.graph.head, self.graph.anchors, self.quantities.severity]
        for matrix in (self.quantities.hours, self.quantities.usd):
            arrays += [matrix.indptr, matrix.indices, matrix.data]
        return sha256(b"".join(array.tobytes() for array in arrays)).digest()


@dataclass(frozen=True, eq=False)
class Network:
    """The transport network of a world in one year: nodes, undirected links, hubs.

    ``tail, head`` [L] node positions; ``running`` [L] the mode whose speed and freight rate a link has (connectors
    take that of what they serve); ``closed_by`` [L] why a link is closed, empty where it is open;
    ``trunk`` [L] by main mode the links on which country-pair costs are computed.
    """

    world: World
    year: int
    lat: Floats
    lon: Floats
    node_iso3: Labels
    node_name: Labels
    tail: Ints
    head: Ints
    mode: Labels
    running: Labels
    km: Floats
    passage: Labels
    border: Labels
    dwell: Labels
    iso3: Labels
    closed_by: Labels
    trunk: Mapping[str, Flags]
    quantities: Quantities
    hubs: Hubs
    city_nodes: Ints

    @classmethod
    def from_world(cls, world: World, *, year: int | None = None) -> Network:
        """The network as of the middle of ``year`` (the world's own year unless given).

        Raises:
            DataError: a table is missing, a link names an unknown node, or a length or speed is not positive.
        """
        from landbridge.network.tables import read_network

        return read_network(world, world.year if year is None else year)

    @cached_property
    def open(self) -> Flags:
        """Which links [L] may be used."""
        return np.asarray(self.closed_by == "", dtype=bool)

    def allowed(self, modes: Iterable[str]) -> Flags:
        """Which links [L] run as one of these modes."""
        return np.isin(self.running, list(modes))

    def link_costs(self, params: Mapping[str, float]) -> tuple[Floats, Floats]:
        """Hours [L] and USD per TEU [L] of every link; both are ``inf`` where it is closed.

        hours = km / (speed x factor) + hours of its stop + conflict delay; usd = km x freight rate + money of its
        stop + conflict surcharge.
        """
        hours, usd = self.quantities.costs(params)
        return np.where(self.open, hours, np.inf), np.where(self.open, usd, np.inf)

    @cached_property
    def skeletons(self) -> dict[str, Skeleton]:
        """The contracted graph of each main mode, made on first use."""
        return {main_mode: self._contracted(main_mode) for main_mode in ALLOWED}

    def _contracted(self, main_mode: str) -> Skeleton:
        links = np.flatnonzero(self.open & self.trunk[main_mode] & self.allowed(ALLOWED[main_mode]))
        quantities = self.quantities.of(links)
        features = sparse.hstack([quantities.hours, quantities.usd], format="csr")
        graph = core.contract(self.tail[links], self.head[links], self.hubs.node, features)
        component = core.components(graph.tail, graph.head, len(graph.nodes))[graph.anchors]
        reachable = component[:, None] == component[None, :]
        return Skeleton(
            graph=graph,
            links=links,
            quantities=quantities.of(graph.members),
            paths=core.prepare(graph.tail, graph.head, self.lat[graph.nodes], self.lon[graph.nodes]),
            reachable=reachable,
            share=self.hubs.sums(reachable.astype(float)),
        )

    def country_costs(self, params: Mapping[str, float]) -> CountryCosts:
        """Days and USD per TEU between countries by main mode, each pair of hubs on its own cheapest route.

        Routes are found twice, for the least and the most valuable goods, values ``V0 < V1`` per TEU. With
        ``g(V) = usd + v V days`` the cost of the cheapest route, days = (g(V1) - g(V0)) / v (V1 - V0) and
        usd = g(V0) - v V0 days. By the envelope theorem these are the mean days and money of the routes that goods
        of value V0 to V1 choose, and g is exact at both ends. Country pairs are means over the reachable pairs of
        hubs, weighted by the people whom the hubs stand for.

        Returns:
            costs by (main mode, country, country) in the world's order of countries: ``inf`` where nothing is
            reachable, zero on the diagonal and for economies off the network.
        """
        return country_costs([self], params)[0]

    def _two_classes(self, skeleton: Skeleton, params: Mapping[str, float]) -> tuple[Floats, Floats]:
        """Cost [H, H] of the cheapest routes between hubs for the least and for the most valuable goods."""
        hours, money = skeleton.quantities.costs(params)
        cheap, dear = (
            skeleton.paths.pairs(money + params["value_of_time"] * value / 24.0 * hours, skeleton.graph.anchors)
            for value in value_range(params, self.world.sectors)
        )
        return cheap, dear

    def _mean(self, cost: Floats, skeleton: Skeleton) -> Floats:
        """Mean cost [C, C] over the reachable pairs of hubs; ``inf`` where there is none."""
        total = self.hubs.sums(np.where(skeleton.reachable, cost, 0.0))
        return np.divide(total, skeleton.share, out=np.full_like(total, np.inf), where=skeleton.share > 0.0)

    def _assembled(self, found: Mapping[str, tuple[Floats, Floats]], params: Mapping[str, float]) -> CountryCosts:
        """Days and money between countries from the costs between hubs by main mode."""
        low, high = value_range(params, self.world.sectors)
        per_day = params["value_of_time"]
        count = len(self.world.countries)
        days, usd, uses, share = (np.empty((len(ALLOWED), count, count)) for _ in range(4))
        narrower: Floats | float = np.inf
        for position, main_mode in reversed(list(enumerate(ALLOWED))):
            skeleton = self.skeletons[main_mode]
            at_hubs = found[main_mode][1]
            uses[position] = self.hubs.sums((at_hubs < (1.0 - SAME_ROUTE) * narrower).astype(float))
            narrower = at_hubs
            cheap, dear = (self._mean(cost, skeleton) for cost in found[main_mode])
            reached = skeleton.share > 0.0
            slope = np.subtract(dear, cheap, out=np.full_like(dear, np.inf), where=reached)
            days[position] = slope / (per_day * (high - low))
            usd[position] = np.subtract(cheap, low * per_day * days[position], out=slope, where=reached)
            share[position] = skeleton.share
        absent = np.flatnonzero(np.diff(self.hubs.people.indptr) == 0)
        for cost in (days, usd):
            cost[:, absent, :] = cost[:, :, absent] = 0.0
            cost[:, np.arange(count), np.arange(count)] = 0.0
        return CountryCosts(list(self.world.countries), days, usd, uses, share)

    def route(
        self,
        origin: str,
        destination: str,
        *,
        params: Mapping[str, float] | None = None,
        modes: Iterable[str] | None = None,
        within: Iterable[str] | None = None,
        avoid: Iterable[str] = (),
    ) -> Route:
        """The cheapest route between two places; see ``landbridge.network.route.find_route``."""
        from landbridge.network.route import find_route

        return find_route(self, origin, destination, params=params, modes=modes, within=within, avoid=avoid)

    def loads(self, flows: Floats, params: Mapping[str, float]) -> Loads:
        """Trade on every link and through every passage; see ``landbridge.network.loads.assign_trade``."""
        from landbridge.network.loads import assign_trade

        return assign_trade(self, flows, params)


def country_costs(networks: Sequence[Network], params: Mapping[str, float]) -> list[CountryCosts]:
    """``Network.country_costs`` of several networks; a graph that they have in common is routed once."""
    known: dict[bytes, tuple[Floats, Floats]] = {}
    costs = []
    for network in networks:
        found = {}
        for main_mode, skeleton in network.skeletons.items():
            if skeleton.fingerprint not in known:
                known[skeleton.fingerprint] = network._two_classes(skeleton, params)
            found[main_mode] = known[skeleton.fingerprint]
        costs.append(network._assembled(found, params))
    return costs


def value_range(params: Mapping[str, float], sectors: Iterable[str]) -> tuple[float, float]:
    """Least and greatest value of goods, USD per TEU, among the sectors carried; at least 1 % apart.

    Of many sectors the cheapest and the dearest eighth are left out, so that a few extreme goods do not bend the costs
    of all that lie between. Where no sector has a value of its own, that of manufactures stands for all.
    """
    values = sorted(params[name] for sector in sectors if (name := f"value_per_teu_{sector}") in params)
    values = values or [params["value_per_teu_manufactures"]]
    middle = values[len(values) // 8 : len(values) - len(values) // 8]
    return middle[0], max(middle[-1], 1.01 * middle[0])
