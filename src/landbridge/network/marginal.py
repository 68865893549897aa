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
from landbridge.network.choice import CountryCosts, set_shares
from landbridge.network.loads import between_hubs
from landbridge.network.model import value_range

if TYPE_CHECKING:
    from landbridge.network.variants import Skeleton, Variants

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LinkGradient:
    """The derivative of one number by the ``hours`` [L] and by the ``usd`` per TEU [L] of every link of a network."""

    hours: Floats
    usd: Floats


def link_gradient(
    variants: Variants,
    variant: int,
    params: Mapping[str, float],
    costs: CountryCosts,
    transport: Floats,
    by_transport: Floats,
) -> LinkGradient:
    """The derivative by every link of a number that depends on the costs of transport t [i, j, s].

    Args:
        costs, transport: costs between countries in the variant, and t (``choice.ad_valorem``), at ``params``.
        by_transport: the number's derivative by every t [i, j, s].

    Returns:
        exactly the derivative of ``by_transport`` . t by the hours and the money of the variant's links, with routes
        and modes chosen anew; zero on closed links and on those off the trunk, which carry nothing.
    """
    network = variants.networks[variant]
    values = value_range(params, network.world.sectors)
    by_set = by_mean_cost(costs, params, network.world.sectors, values, transport, by_transport)
    hours, usd = np.zeros((2, variants.n_links))
    for skeleton, at_value in zip(variants.skeletons.values(), by_set, strict=True):
        for value, by_pair in zip(values, at_value, strict=True):
            weight = between_hubs(network, skeleton.changes[variant], by_pair)
            on_link = _on_links(skeleton, skeleton.cost(variant, params, value), weight)
            usd[skeleton.links] += on_link
            hours[skeleton.links] += params["value_of_time"] * value / 24.0 * on_link
    own = variants.own_links[variant]
    return LinkGradient(hours[own], usd[own])


def by_mean_cost(
    costs: CountryCosts,
    params: Mapping[str, float],
    sectors: Sequence[str],
    values: tuple[float, float],
    transport: Floats,
    by_transport: Floats,
) -> Floats:
    """From the derivative by t [i, j, s] to that by the mean costs of goods of two values [set, 2, i, j].

    Both directions together, in each triangle. With p_m the share of shippers who choose set m,

        d t_s / d g_m = p_m t_s / g_m          g_m(V_s) = (1 - x) g_m(V0) + x g_m(V1),  x = (V_s - V0) / (V1 - V0)
    """
    low, high = values
    found = np.zeros((len(costs.days), 2, *costs.days.shape[1:]))
    for position, sector in enumerate(sectors):
        value = params.get(f"value_per_teu_{sector}")
        if value is None:
            continue
        cost = costs.usd + params["value_of_time"] * value * costs.days
        chosen = set_shares(costs, params, value) * np.where(np.isfinite(cost), transport[:, :, position], 0.0)
        by_cost = np.divide(chosen, cost, out=np.zeros_like(cost), where=chosen > 0.0) * by_transport[:, :, position]
        by_cost += by_cost.transpose(0, 2, 1).copy()
        nearness = (value - low) / (high - low)
        found[:, 0] += (1.0 - nearness) * by_cost
        found[:, 1] += nearness * by_cost
    found[..., np.arange(found.shape[-1]), np.arange(found.shape[-1])] = 0.0
    return found


def _on_links(skeleton: Skeleton, cost: Floats, weight: Floats) -> Floats:
    """What weights [H, H] of pairs of hubs bring on each link of a skeleton [K], sent along the cheapest routes."""
    graph = skeleton.graph
    trees = skeleton.paths.trees(cost, graph.anchors)
    one, other = np.nonzero(np.triu(weight, 1))
    unmarked = np.zeros((len(cost), 0), dtype=np.uint64)
    passed = core.along_paths(trees, one, graph.anchors[other], weight[one, other], unmarked)
    return np.asarray(graph.members.T @ passed.load)
