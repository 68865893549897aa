"""What a small change of one link's hours or money does to the cost of transport, for all links at once.

By the envelope theorem the cost of a cheapest route moves with a link on it one to one, however the route may adapt,
and not at all with any other link. So a number whose derivative by every pair's cost of transport is known is sent
along the shortest-path trees like trade, and what arrives on a link is its derivative by the cost of that link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.network import core
from landbridge.network.choice import SETS, CountryCosts, goods_of, mean_cost, weights
from landbridge.network.loads import between_hubs
from landbridge.network.variants import routed

if TYPE_CHECKING:
    from landbridge.network.variants import Skeleton, Variants

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LinkGradient:
    """The derivative of one number by the ``hours`` [L] and by the ``usd`` per TEU [L] of every link of a network."""

    hours: Floats
    usd: Floats


def link_gradient(
    variants: Variants, variant: int, params: Mapping[str, float], costs: CountryCosts, by_transport: Floats
) -> LinkGradient:
    """The derivative by every link of a number that depends on the costs of transport t [i, j, s].

    Args:
        costs: costs between countries in the variant, at ``params``.
        by_transport: the number's derivative by every t [i, j, s] (``choice.ad_valorem``).

    Returns:
        exactly the derivative of ``by_transport`` . t by the hours and the money of the variant's links, with routes
        and modes chosen anew; zero on closed links and on those off the trunk, which carry nothing.
    """
    network = variants.networks[variant]
    by_cost = by_mean_cost(costs, params, network.world.sectors, by_transport)
    hours, usd = np.zeros((2, variants.n_links))
    for position, (main_mode, skeleton) in enumerate(variants.skeletons.items()):
        for per_day, by_pair in routed(main_mode, costs.worths, by_cost[:, position]):
            weight = between_hubs(network, skeleton.changes[variant], by_pair)
            on_link = _on_links(skeleton, skeleton.cost(variant, params, per_day), weight)
            usd[skeleton.links] += on_link
            hours[skeleton.links] += per_day / 24.0 * on_link
    own = variants.own_links[variant]
    return LinkGradient(hours[own], usd[own])


def by_mean_cost(
    costs: CountryCosts, params: Mapping[str, float], sectors: Sequence[str], by_transport: Floats
) -> Floats:
    """From the derivative by t [i, j, s] to that by the costs of every set of modes at every worth of a day.

    Returns [k, set, i, j], both directions together, in each triangle. With p_m the share of shippers of goods n who
    choose set m, a_n the share of the sector's value that these goods are, V_n their value, w_n what a day of theirs
    is worth, and h_k the weights of ``choice.weights``,

        d t_s / d g_mk = a_n p_m mean_n h_k(w_n) / (V_n g_m)
    """
    by_network = by_transport * (1.0 - costs.off_network(sectors))
    found = np.zeros_like(costs.cost)
    for goods in goods_of(params, sectors):
        way = costs.of_ways(goods, params)
        mean, chosen = mean_cost(way, params)
        spent = chosen[:SETS] * np.where(np.isfinite(mean), mean, 0.0)
        by_way = np.divide(spent, way[:SETS], out=np.zeros_like(spent), where=spent > 0.0)
        by_way *= goods.share / goods.value * by_network[:, :, goods.sector]
        by_way += by_way.transpose(0, 2, 1).copy()
        found += weights(costs.worths, goods.per_day)[:, None, None, None] * by_way
    found[..., np.arange(found.shape[-1]), np.arange(found.shape[-1])] = 0.0
    return found


def _on_links(skeleton: Skeleton, cost: Floats, weight: Floats) -> Floats:
    """What weights [H, H] of pairs of hubs bring on each link of a skeleton [K], sent along the cheapest routes."""
    graph = skeleton.graph
    trees = skeleton.paths.trees(cost, graph.anchors)
    one, other = np.nonzero(np.triu(weight, 1))
    passed = core.passed_by(trees, one, graph.anchors[other], len(cost))
    return np.asarray(graph.members.T @ (passed @ weight[one, other]))
