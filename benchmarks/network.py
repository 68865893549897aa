"""How fast the network is: all city pairs on the whole graph, country costs of a draw, loads, queues; on one thread."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from landbridge.network import paths
from landbridge.network.choice import general_day
from landbridge.network.model import ALLOWED, Network
from landbridge.parameters import central_values
from landbridge.study.chain import Chain
from landbridge.study.congestion import Usual, queues_of
from landbridge.study.ranking import link_values
from landbridge.study.schema import read_study
from landbridge.trade.model import trade_baseline
from landbridge.world import load_world
from measurement import Measurement, cpu_seconds
from routers import Floats, Graph, ask_all, in_words

CITIES, FEW = 1_000, 20
HERE = "measured here, same graph and weights"
STUDY = "pakistan-russia-2017"


def measure() -> list[Measurement]:
    """All pairs of 1,000 cities and the world's trade, beside other routers; costs of a draw; loads of a scenario."""
    world, params = load_world("2017"), central_values()
    network = Network.from_world(world)
    preparing = cpu_seconds(lambda: [Network.from_world(world).alone], repeat=2)
    costs = cpu_seconds(lambda: network.country_costs(params))
    flows = np.ones((len(world.countries), len(world.countries), len(world.sectors)))
    loads = cpu_seconds(lambda: network.loads(flows, params), repeat=2)
    worth = cpu_seconds(lambda: link_values(world), repeat=2)
    return [
        *_all_pairs(network, params),
        Measurement("a scenario's network made ready for draws", preparing, "s"),
        Measurement(
            f"country costs of one draw: {len(network.hubs.node)} hubs, three sets of modes, three worths of a day",
            1000 * costs,
            "ms",
            60.0,
        ),
        Measurement("trade assigned to links and passages, one scenario", loads, "s"),
        _full_assignment(network, params),
        _queues(),
        Measurement("what an hour and a dollar saved on every link add to the world's real income", worth, "s", 10.0),
    ]


def _all_pairs(network: Network, params: Mapping[str, float]) -> list[Measurement]:
    """All pairs of 1,000 cities after a re-weighting; the other routers from a few of them, scaled up."""
    hours, usd = network.link_costs(params)
    cost = usd + 10.0 * hours
    table = network.world.table("cities").sort_values("population", ascending=False)
    cities = table["node"].to_numpy(dtype=np.int64)[:CITIES]
    hierarchy = paths.prepare(network.tail, network.head, network.lat, network.lon)
    found = hierarchy.pairs(cost, cities)
    seconds = cpu_seconds(lambda: hierarchy.pairs(1.1 * cost, cities), repeat=3)
    few = slice(None, None, CITIES // FEW)
    answers = ask_all(Graph(network.tail, network.head, cost, len(network.lat)), cities[few], cities)
    error = max(_apart(found[few], answer.distances) for answer in answers.values() if answer)
    took = {name: answer and answer.seconds * CITIES for name, answer in answers.items()}
    graph = f"{len(network.lat):,} nodes, {len(network.km):,} links"
    return [
        Measurement(
            f"{CITIES:,} x {CITIES:,} cities, one metric after a re-weighting ({graph})",
            seconds,
            "s",
            1.0,
            f"{in_words(took)}, from {FEW} sources, scaled up",
            HERE,
        ),
        Measurement("largest error of those distances, relative to the other routers", error, "1", 1e-4),
    ]


def _apart(found: Floats, exact: Floats) -> float:
    apart = np.isfinite(exact) & (exact > 0.0)
    return float(np.abs(found[apart] / exact[apart] - 1.0).max())


def _full_assignment(network: Network, params: Mapping[str, float]) -> Measurement:
    """The world's trade in three classes of goods; the others' trees from the hubs alone, scaled up."""
    flows, hubs = trade_baseline(network.world).flows, network.hubs.node
    hours, usd = network.link_costs(params)
    cost = usd + general_day(params) / 24.0 * hours
    took: dict[str, float | None] = {}
    for modes in ALLOWED.values():
        graph = Graph(network.tail, network.head, np.where(network.allowed(modes), cost, np.inf), len(network.lat))
        for router, answer in ask_all(graph, hubs[:: len(hubs) // 4], hubs).items():
            took[router] = answer and (took.get(router) or 0.0) + answer.seconds * len(hubs)
    return Measurement(
        f"full assignment of world trade: three classes, three sets of modes, {len(hubs)} hubs",
        cpu_seconds(lambda: network.loads(flows, params), repeat=2),
        "s",
        15.0,
        f"{in_words(took)}: their trees (igraph: distances) on the whole graph alone, from 5 hubs, scaled up",
        HERE,
    )


def _queues() -> Measurement:
    """The fixed points of queues, routes and trade of the packaged study's scenarios."""
    study = read_study(STUDY)
    congested = study.model_copy(update={"about": study.about.model_copy(update={"congestion": True})})
    chain = Chain.of(congested)

    def settle() -> None:
        usual = Usual.of(chain)
        for scenario in chain.scenarios:
            queues_of(chain, scenario, usual)

    return Measurement(f"queues of {STUDY}, eight scenarios, central values", cpu_seconds(settle, repeat=1), "s", 60.0)


if __name__ == "__main__":
    for row in measure():
        print(f"{row.what}: {row.value:.4g} {row.unit} (target {row.target}) {row.peer}")
