"""The chain of models: from a scenario's world and a draw of the parameters to transport costs and an equilibrium."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import SolveError
from landbridge.network.choice import SETS, CountryCosts, ad_valorem, cost_change, goods_of, main_modes, mean_cost
from landbridge.network.congestion import may_queue
from landbridge.network.loads import routes_between_hubs
from landbridge.network.model import Network
from landbridge.network.paths import Routes
from landbridge.network.shippers import Kind, Shippers, kinds_of, mean_transport, refuse_without_a_way
from landbridge.network.variants import Variants
from landbridge.parameters import central_values
from landbridge.study.schema import BASELINE, Study
from landbridge.trade.core import NoEquilibriumError, counterfactual
from landbridge.trade.model import TradeModel, TradeResult, calibrate_world, solve_world
from landbridge.world import World

Array = NDArray[np.float64]
TRANSPORT_TABLES = ("nodes", "links", "closures", "conflict", "cities", "union_borders")


@dataclass(frozen=True)
class Solved:
    """One scenario at one draw: its ``shippers``, kind by kind, their mean cost of transport t [i, j, s] as a share of
    value, and the equilibrium.
    """

    scenario: str
    shippers: tuple[Shippers, ...]
    transport: Array
    trade: TradeResult


@dataclass(frozen=True)
class Chain:
    """Everything of some scenarios that is the same in every draw.

    ``policies`` by scenario, the baseline first: what its policies alone do to trade; ``variants`` the different
    networks among them, the baseline's first, and ``kinds`` by scenario the shippers who see them; ``central``
    parameter values; ``model`` the trade calibrated at those. ``spread`` by scenario, where a study has congestion: the
    ways on which traffic spreads at the hours that its queues take.
    """

    study: Study
    policies: Mapping[str, TradeResult]
    variants: Variants
    kinds: Mapping[str, tuple[Kind, ...]]
    central: Mapping[str, float]
    model: TradeModel
    spread: Mapping[str, Mapping[str, Routes]] = field(default_factory=dict)

    @classmethod
    def of(cls, study: Study, worlds: Mapping[str, World] | None = None) -> Chain:
        """Make the scenarios of a study ready, and the baseline; or ``worlds`` in their place, the baseline first.

        Queues are those of the baseline yet.

        Raises:
            StudyError: changes do not fit the world; carries the complaints of all the study's scenarios.
            InputError: a share of shippers avoids the only way between two countries.
        """
        worlds = study.scenario_worlds(study.world()) if worlds is None else worlds
        congested = study.about.congestion
        networks, kinds = _networks(worlds, apart=congested)
        central = central_values(study.parameters)
        model = calibrate_world(worlds[BASELINE], central, deficits=study.about.deficits)
        policies = {}
        for scenario, changed in worlds.items():
            with named(scenario):
                policies[scenario] = solve_world(changed, model=model)
        variants = Variants.of(networks, may_queue if congested else None)
        for scenario, several in kinds.items():
            refuse_without_a_way(variants, several, f"Scenario {scenario}")
        return cls(study, policies, variants, kinds, central, model)

    @property
    def scenarios(self) -> list[str]:
        """Scenario names, the baseline first."""
        return list(self.policies)

    @property
    def sectors(self) -> list[str]:
        """Sector names in the order of every sector axis."""
        return list(self.model.sectors)

    @property
    def variant_of(self) -> dict[str, int]:
        """By scenario the position of its network, as it is for shippers who avoid nothing, among the variants."""
        return {scenario: several[0].variant for scenario, several in self.kinds.items()}

    def network(self, scenario: str) -> Network:
        """The network of a scenario, as it is for shippers who avoid nothing."""
        return self.variants.networks[self.variant_of[scenario]]

    def with_queues(self, times: Mapping[str, Array], spread: Mapping[str, Mapping[str, Routes]]) -> Chain:
        """The chain with the hours of scenarios' links multiplied by ``times`` [L], of those that it names."""
        in_order = sorted(self.scenarios, key=self.variant_of.__getitem__)
        usual = {name: np.ones(len(self.network(name).km)) for name in in_order}
        each = [times.get(name, usual[name]) for name in in_order]
        return replace(self, variants=self.variants.slowed(each), spread=spread)

    def routes(self, scenarios: Sequence[str]) -> dict[str, list[Mapping[str, Routes]]]:
        """The ways that each kind of shippers takes in some scenarios at the central values, by main mode."""
        known = {name: [self.spread[name]] for name in scenarios if name in self.spread}
        variants = [kind.variant for name in scenarios if name not in known for kind in self.kinds[name]]
        found = routes_between_hubs(self.variants, [0, *variants], self.central) if variants else {}
        return {name: known.get(name) or [found[kind.variant] for kind in self.kinds[name]] for name in scenarios}

    def solve(self, params: Mapping[str, float], watched: NDArray[np.intp] | None = None) -> Iterator[Solved]:
        """Every scenario at these parameter values, each against the baseline at the same values; that one first.

        Args:
            watched: positions of the countries among which ``CountryCosts.uses`` is wanted; None: all.

        Raises:
            SolveError: a scenario has no equilibrium, or none was found; the message names it.
        """
        world = self.network(BASELINE).world
        model = calibrate_world(world, params, deficits=self.study.about.deficits, near=self.model)
        costs = self.variants.country_costs(params, watched)
        before = ad_valorem(costs[0], params, self.sectors)
        transport = [before, *(ad_valorem(found, params, self.sectors, (costs[0], before)) for found in costs[1:])]
        for scenario, policy in self.policies.items():
            kinds = self.kinds[scenario]
            after = mean_transport(kinds, transport)
            with named(scenario):
                trade = traded(model, policy, cost_change(before, after))
            shippers = tuple(Shippers(kind.share, costs[kind.variant]) for kind in kinds)
            yield Solved(scenario, shippers, after, trade)


def traded(model: TradeModel, policy: TradeResult, network_kappa: Array) -> TradeResult:
    """The equilibrium under the network's change of costs and a scenario's policies together."""
    kappa = network_kappa * policy.kappa
    try:
        equilibrium = counterfactual(
            model.calibration, kappa=kappa, productivity=policy.productivity, tariff=policy.tariff
        )
    except NoEquilibriumError as error:
        raise error.named(model.countries, model.sectors) from None
    return TradeResult(model, equilibrium, network_kappa, kappa, policy.productivity, policy.tariff)


@contextmanager
def named(scenario: str) -> Iterator[None]:
    """Say of which scenario a refusal speaks."""
    try:
        yield
    except SolveError as error:
        raise SolveError(f"Scenario {scenario}: {error}") from None


def _networks(worlds: Mapping[str, World], *, apart: bool) -> tuple[list[Network], dict[str, tuple[Kind, ...]]]:
    """The different networks among the worlds, one for each kind of shippers; scenarios that change policy alone share
    the baseline's.

    ``apart``: each scenario has one of its own, since policy moves trade and trade lengthens queues.
    """
    networks: list[Network] = []
    seen: dict[tuple[int, ...], list[tuple[float, Network]]] = {}
    kinds: dict[str, tuple[Kind, ...]] = {}
    first_of: dict[tuple[int, ...], str] = {}
    for scenario, world in worlds.items():
        tables = tuple(id(world.table(name)) for name in TRANSPORT_TABLES)
        if tables not in seen:
            seen[tables] = kinds_of(Network.from_world(world))
        if apart or tables not in first_of:
            first_of[tables] = scenario
            kinds[scenario] = tuple(Kind(share, len(networks) + at) for at, (share, _) in enumerate(seen[tables]))
            networks += [network for _, network in seen[tables]]
        else:
            kinds[scenario] = kinds[first_of[tables]]
    return networks, kinds


def shipment(
    shippers: Sequence[Shippers], flows: Array, params: Mapping[str, float], sectors: list[str]
) -> dict[str, Array]:
    """What an average shipment of a pair meets, weighted by ``flows`` [i, j, s] of the goods that travel.

    Returns:
        ``travel_days`` and ``freight_usd`` (per TEU) [i, j] of those that stay on the ground, ``inf`` without a route;
        ``mode_share`` [i, j, mode].
    """
    carried = [f"value_per_teu_{sector}" in params for sector in sectors]
    weight = np.where(carried, flows, 0.0) + 1e-12 * np.array(carried)
    weight /= weight.sum(axis=2, keepdims=True)
    by_mode = np.zeros((SETS + 1, *flows.shape[:2]))
    met = np.zeros((3, *flows.shape[:2]))
    for kind, goods in product(shippers, goods_of(params, sectors)):
        costs = kind.costs
        _, chosen = mean_cost(costs.of_ways(goods, params), params)
        share = kind.share * goods.share * weight[:, :, goods.sector]
        by_mode += share * main_modes(chosen, costs, goods.per_day)
        on_ground = share * chosen[:SETS]
        met += [_expected(on_ground, each) for each in (*costs.days_and_usd(goods.per_day), np.ones_like(on_ground))]
    unreachable = ~np.isfinite(shippers[0].costs.cost[0]).any(axis=0)
    days, usd = np.divide(met[:2], met[2], out=np.zeros_like(met[:2]), where=met[2] > 0.0)
    days[unreachable] = usd[unreachable] = np.inf
    return {"travel_days": days, "freight_usd": usd, "mode_share": np.moveaxis(by_mode, 0, 2)}


def components(
    shippers: Sequence[Shippers], transport: Array, params: Mapping[str, float], sectors: list[str]
) -> dict[str, Array]:
    """The cost of transport t [i, j, s] split into what hours and what money make of it; they add up to t.

    The split is that of the expected shipment of each class of goods, v V E[days] against E[usd], over the ways that
    its shippers choose, weighted by what each class and each kind of shippers pays.
    """
    time, total = np.zeros((2, *transport.shape))
    for kind, goods in product(shippers, goods_of(params, sectors)):
        costs = kind.costs
        way = costs.of_ways(goods, params)
        mean, chosen = mean_cost(way, params)
        on_ground, _ = costs.days_and_usd(goods.per_day)
        days = np.concatenate([on_ground, np.full((1, *mean.shape), params["air_hours"] / 24.0)])
        spent = _expected(chosen, way)
        in_time = np.divide(goods.per_day * _expected(chosen, days), spent, out=np.zeros_like(mean), where=spent > 0.0)
        paid = kind.share * goods.share / goods.value * np.where(np.isfinite(mean), mean, 0.0)
        total[:, :, goods.sector] += paid
        time[:, :, goods.sector] += paid * in_time
    finite = np.isfinite(transport)
    share = np.divide(time, total, out=np.zeros_like(time), where=total > 0.0)
    hours = np.multiply(transport, share, out=np.zeros_like(transport), where=finite)
    money = np.subtract(transport, hours, out=np.full_like(transport, np.inf), where=finite)
    return {"hours": hours, "money": money}


def _expected(chosen: Array, values: Array) -> Array:
    """sum_m chosen_m values_m over the ways that there are."""
    total: Array = (chosen * np.where(np.isfinite(values), values, 0.0)).sum(axis=0)
    return total


def among(costs: CountryCosts, positions: NDArray[np.intp]) -> CountryCosts:
    """The costs between some of the countries."""
    one, other = np.ix_(positions, positions)
    return replace(
        costs,
        countries=[costs.countries[position] for position in positions],
        **{name: getattr(costs, name)[..., one, other] for name in ("cost", "uses", "reachable", "air_km", "piped")},
    )
