"""How fast the network is: all city pairs on the whole graph, country costs of one draw, loads; on one thread."""

from __future__ import annotations

import numpy as np

from landbridge.network import paths
from landbridge.network.model import Network
from landbridge.parameters import central_values
from landbridge.study.ranking import link_values
from landbridge.world import load_world
from measurement import Measurement, cpu_seconds

CITIES = 1_000
HERE = "measured here, same graph and weights"


def measure() -> list[Measurement]:
    """All pairs of 1,000 cities after a re-weighting, beside scipy; one draw's country costs; one scenario's loads."""
    world, params = load_world("2017"), central_values()
    network = Network.from_world(world)
    hours, usd = network.link_costs(params)
    cost = usd + 10.0 * hours
    cities = world.table("cities").sort_values("population", ascending=False)["node"].to_numpy(dtype=np.int64)[:CITIES]
    hierarchy = paths.prepare(network.tail, network.head, network.lat, network.lon)
    found = hierarchy.pairs(cost, cities)
    all_pairs = cpu_seconds(lambda: hierarchy.pairs(1.1 * cost, cities), repeat=3)
    oracle = paths.Dijkstra(network.tail, network.head, len(network.lat))
    few = cities[::50]
    by_scipy = cpu_seconds(lambda: oracle.distances(cost, few, cities), repeat=2) / len(few)
    exact = oracle.distances(cost, few, cities)
    apart = np.isfinite(exact) & (exact > 0.0)
    error = np.abs(found[::50][apart] / exact[apart] - 1.0).max()
    preparing = cpu_seconds(lambda: [Network.from_world(world).alone], repeat=2)
    costs = cpu_seconds(lambda: network.country_costs(params))
    flows = np.ones((len(world.countries), len(world.countries), len(world.sectors)))
    loads = cpu_seconds(lambda: network.loads(flows, params), repeat=2)
    worth = cpu_seconds(lambda: link_values(world), repeat=2)
    graph = f"{len(network.lat):,} nodes, {len(network.km):,} links"
    return [
        Measurement(
            f"{len(cities):,} x {len(cities):,} cities, one metric after a re-weighting ({graph})",
            all_pairs,
            "s",
            1.0,
            f"{by_scipy * len(cities):.0f} s (scipy Dijkstra, {1000 * by_scipy:.0f} ms a source)",
            HERE,
        ),
        Measurement("largest error of those distances, relative to scipy", float(error), "1", 1e-4),
        Measurement("a scenario's network made ready for draws", preparing, "s"),
        Measurement(
            f"country costs of one draw: {len(network.hubs.node)} hubs, three sets of modes, two classes of goods",
            1000 * costs,
            "ms",
            60.0,
        ),
        Measurement("trade assigned to links and passages, one scenario", loads, "s"),
        Measurement("what an hour and a dollar saved on every link add to the world's real income", worth, "s", 10.0),
    ]


if __name__ == "__main__":
    for row in measure():
        print(f"{row.what}: {row.value:.4g} {row.unit} (target {row.target}) {row.peer}")
