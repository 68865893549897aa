"""Queues in the scenarios of a study: hours of ports, posts and canals at a fixed point with routes and trade.

Hours make costs, costs trade, trade and hours the ways that goods take, the loads of these the hours. Each scenario
has a fixed point of its own, at the central values of the parameters; the baseline is at its own as it stands, since
the world's hours hold the delay of its loads. The hours found are multiples of the usual ones, and hold in all draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import SolveError
from landbridge.network.choice import CountryCosts, ad_valorem, cost_change
from landbridge.network.congestion import Queues, queues, settle
from landbridge.network.loads import assign_trade, trade_by_way
from landbridge.network.model import Network
from landbridge.network.paths import Routes
from landbridge.network.route import node_name
from landbridge.network.variants import Variants
from landbridge.network.ways import WayFinder
from landbridge.study.chain import Chain, named, traded
from landbridge.study.schema import BASELINE

Array = NDArray[np.float64]
TOLERANCE = 1e-3  # largest relative change of a link's hours in a further round
MOST_ROUNDS = 40
LISTED = 10  # longest queues that are reported


@dataclass(frozen=True)
class Settled:
    """Queues of one scenario: ``times`` [L] by which its links' hours are multiplied, ``spread`` the ways that trade
    takes then; how many ``rounds`` it took, the largest relative change of hours in the last, and the longest queues.
    """

    times: Array
    spread: Mapping[str, Routes]
    rounds: int
    residual: float
    longest: list[dict[str, Any]]


@dataclass(frozen=True)
class Usual:
    """The baseline at the central values: costs between countries, transport t [i, j, s], loads [L] in TEU a year."""

    costs: CountryCosts
    transport: Array
    load: Array

    @classmethod
    def of(cls, chain: Chain) -> Usual:
        """Of a chain whose queues are the baseline's yet."""
        alone = chain.variants.only(0)
        costs = alone.country_costs(chain.central)[0]
        flows = chain.policies[BASELINE].equilibrium.flows
        load = assign_trade(alone, 0, flows, chain.central, costs, in_teu=True).link
        return cls(costs, ad_valorem(costs, chain.central, chain.sectors), load)


def queues_of(chain: Chain, scenario: str, usual: Usual, start: Array | None = None) -> Settled:
    """The queues of a scenario at their fixed point; ``start`` [L] multipliers to begin from, none but ones usually.

    Raises:
        SolveError: hours did not come to rest, or trade has no equilibrium; the message names the scenario.
    """
    variant = chain.variant_of[scenario]
    network, alone = chain.variants.networks[variant], chain.variants.only(variant)
    times = np.ones(len(network.km)) if start is None else start
    if scenario == BASELINE:
        return Settled(times, {}, 0, 0.0, [])
    curves = queues(network, chain.network(BASELINE), usual.load, chain.central)
    finder = WayFinder.of(alone, curves, chain.central)
    curves, ways = curves.of(finder.links), finder.none()
    residual, slowest = np.inf, 0
    for number in range(1, MOST_ROUNDS + 1):
        before = times[finder.links]
        ways = finder.further(ways, before)
        with named(scenario):
            choice = finder.choice(ways, _teu_by_way(chain, scenario, alone.slowed([times]), usual))
            after = settle(choice, curves, before)
        change = np.abs(after / before - 1.0)
        residual, slowest = float(change.max(initial=0.0)), int(change.argmax()) if len(change) else 0
        if residual < TOLERANCE:
            spread = finder.routes(ways, choice.split(before)[0])
            return Settled(
                _beyond_tolerance(times), spread, number, residual, _longest(network, finder, curves, before)
            )
        times = np.ones_like(times)
        times[finder.links] = after
    raise SolveError(
        f"Scenario {scenario}: queues did not come to rest. After {MOST_ROUNDS} rounds the hours of "
        f"{_name(network, int(finder.links[slowest]))} still change by {residual:.1%}. A gentler curve (stop_power or "
        "line_power in [parameters]) or a larger capacity there helps."
    )


def _teu_by_way(chain: Chain, scenario: str, slowed: Variants, usual: Usual) -> Array:
    """Trade [k, set, i, j] in TEU a year on the network, by worth of a day and the way that shippers choose, at some
    hours."""
    costs = slowed.country_costs(chain.central)[0]
    transport = ad_valorem(costs, chain.central, chain.sectors, (usual.costs, usual.transport))
    trade = traded(chain.model, chain.policies[scenario], cost_change(usual.transport, transport))
    return trade_by_way(trade.equilibrium.flows, chain.sectors, costs, chain.central, in_teu=True)[0]


def _beyond_tolerance(times: Array) -> Array:
    """The multipliers, those as good as one set to one: draws are quicker where hours are the usual ones."""
    return np.where(np.abs(times - 1.0) < TOLERANCE, 1.0, times)


def _longest(network: Network, finder: WayFinder, curves: Queues, times: Array) -> list[dict[str, Any]]:
    """The links whose hours grow most: what they are, by how much, load and usual load in TEU a year."""
    load = curves.load(times)
    most = [place for place in np.argsort(-times, kind="stable")[:LISTED] if times[place] > 1.0 + TOLERANCE]
    return [
        {
            "stop": _name(network, int(finder.links[place])),
            "times": float(times[place]),
            "teu": float(load[place]),
            "usual_teu": float(curves.usual[place]),
        }
        for place in most
    ]


def _name(network: Network, link: int) -> str:
    """What a link is, in words: "road_border CHN-KAZ at Khorgos"."""
    kind = str(network.dwell[link] or network.passage[link] or network.running[link])
    ends = [node_name(network, int(end[link])) for end in (network.tail, network.head)]
    where = f"{network.border[link]} " if network.border[link] else ""
    return f"{kind.replace('_', ' ')} {where}at {' - '.join(dict.fromkeys(ends))}"
