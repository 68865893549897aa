"""The network of a world: what every link costs in hours and money, and what that makes between countries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from landbridge.network.choice import CountryCosts

if TYPE_CHECKING:
    from landbridge.network.loads import Loads
    from landbridge.network.route import Route
    from landbridge.network.variants import Variants
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


@dataclass(frozen=True)
class Quantities:
    """What hours and money of links are made of: sparse matrices, and the parameters they are multiplied with.

    ``hours`` columns [L, F]: km over the speed factor by running mode; number of stops by dwell class; share of each
    canal; hours fixed by a study. ``usd`` columns: km by running mode, and the rest alike. ``land_km`` [L, C] km by
    land in each of the world's economies, ``crossings`` [L, C] land borders of it crossed. ``severity`` [C] conflict
    deaths a year per million people there, ``spread`` [C] standard error of its logarithm where it is estimated.
    """

    hours: sparse.csr_matrix
    usd: sparse.csr_matrix
    land_km: sparse.csr_matrix
    crossings: sparse.csr_matrix
    severity: Floats
    spread: Floats

    @property
    def matrices(self) -> tuple[sparse.csr_matrix, ...]:
        """``hours``, ``usd``, ``land_km`` and ``crossings``."""
        return self.hours, self.usd, self.land_km, self.crossings

    def of(self, links: Any) -> Quantities:
        """The same for some links, or for chains of links (a membership matrix [M, L])."""
        chosen = ((links @ each if sparse.issparse(links) else each[links]) for each in self.matrices)
        hours, usd, land_km, crossings = chosen
        return replace(self, hours=hours, usd=usd, land_km=land_km, crossings=crossings)

    def hours_in_peace(self, params: Mapping[str, float]) -> Floats:
        """Hours [L] without the delay of conflict."""
        per_hours = [1.0 / params[f"{mode}_speed_kmh"] for mode in RUNNING]
        per_hours += [params[f"{stop}_hours"] for stop in (*DWELLS, *CANALS)]
        return np.asarray(self.hours @ np.array([*per_hours, 1.0]))

    def costs(self, params: Mapping[str, float]) -> tuple[Floats, Floats]:
        """Hours [L] and USD per TEU [L]."""
        severity = self.severity * np.exp(self.spread * params["conflict_spillover"])
        grade = np.log10(1.0 + severity / params["conflict_scale"])
        shut = 1.0 - np.exp(-params["conflict_closure"] * grade)
        insurance = params["conflict_premium"] / 100.0 * params["value_per_teu_manufactures"] / 1000.0
        per_usd = [params[f"usd_per_teu_km_{mode}"] for mode in RUNNING]
        per_usd += [params[f"{stop}_usd"] for stop in (*DWELLS, *CANALS)]
        risk = self.land_km @ grade
        return (
            self.hours_in_peace(params)
            + params["conflict_delay"] / 100.0 * risk
            + params["conflict_closure_hours"] * (self.crossings @ shut),
            self.usd @ np.array([*per_usd, 1.0]) + (params["conflict_surcharge"] + insurance) * risk,
        )

    def generalised_cost(self, params: Mapping[str, float], per_day: float) -> Floats:
        """usd + w days [L] for goods of which a day is worth w = ``per_day`` USD per TEU."""
        hours, usd = self.costs(params)
        return usd + per_day / 24.0 * hours

    def features(self, violent: Flags | None = None) -> sparse.csr_matrix:
        """Columns [L, G] of which every cost is a combination with non-negative weights.

        ``violent`` [C] countries where there may be conflict; None: where there is.
        """
        where = np.flatnonzero(self.severity > 0.0 if violent is None else violent)
        return sparse.hstack([self.hours, self.usd, self.land_km[:, where], self.crossings[:, where]], format="csr")


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


@dataclass(frozen=True, eq=False)
class Network:
    """The transport network of a world in one year: nodes, undirected links, hubs.

    ``tail, head`` [L] node positions; ``running`` [L] the mode whose speed and freight rate a link has (connectors
    take that of what they serve); ``closed_by`` [L] why a link is closed, empty where it is open;
    ``avoided`` [L] the share of shippers who keep away from an open link all the same (``network.shippers``);
    ``trunk`` [L] by main mode the links on which country-pair costs are computed; ``capacity`` [L] in TEU a year, NaN
    where no study states one.
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
    capacity: Floats
    closed_by: Labels
    avoided: Floats
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

    @cached_property
    def _by_mode(self) -> Mapping[str, Flags]:
        return {mode: np.asarray(self.running == mode, dtype=bool) for mode in RUNNING}

    def allowed(self, modes: Iterable[str]) -> Flags:
        """Which links [L] run as one of these modes."""
        return np.logical_or.reduce([self._by_mode[mode] for mode in modes])

    def link_costs(self, params: Mapping[str, float]) -> tuple[Floats, Floats]:
        """Hours [L] and USD per TEU [L] of every link; both are ``inf`` where it is closed.

        hours = km / (speed x factor) + hours of its stop + conflict delay + expected wait at a border that war shuts
        at times; usd = km x freight rate + money of its stop + conflict surcharge + insurance.
        """
        hours, usd = self.quantities.costs(params)
        return np.where(self.open, hours, np.inf), np.where(self.open, usd, np.inf)

    @cached_property
    def alone(self) -> Variants:
        """This network without variants, ready for costs between countries and for loads."""
        from landbridge.network.variants import Variants

        return Variants.of([self])

    def country_costs(self, params: Mapping[str, float]) -> CountryCosts:
        """Days and USD per TEU between countries by main mode; see ``Variants.country_costs``."""
        return self.alone.country_costs(params)[0]

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

        return assign_trade(self.alone, 0, flows, params)
