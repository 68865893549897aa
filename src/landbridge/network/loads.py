"""Trade on the map: what goes over every link, through every passage, and how much each country hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from landbridge.errors import DataError
from landbridge.network import core
from landbridge.network.choice import CountryCosts, set_shares

if TYPE_CHECKING:
    from landbridge.network.model import Network, Skeleton

Floats = NDArray[np.float64]

_BITS = 64


@dataclass(frozen=True)
class Loads:
    """Trade assigned to the network, MUSD a year, both directions together.

    ``link`` [L] by link of the network; ``passages`` names, with ``passage`` [P] the trade through each and
    ``share`` [P, i] the share of each country's carried trade (exports + imports) that goes through it;
    ``borders`` names "AAA-BBB", with ``border`` [B] the trade across each; ``carried`` and ``lost`` [i] each
    country's trade that found a way and that found none.
    """

    countries: list[str]
    link: Floats
    passages: list[str]
    passage: Floats
    share: Floats
    borders: list[str]
    border: Floats
    carried: Floats
    lost: Floats


def assign_trade(network: Network, flows: Floats, params: Mapping[str, float]) -> Loads:
    """Send trade along the cheapest routes between hubs, split over the sets of modes as ``choice.set_shares`` has it.

    ``flows`` [i, j, s] in MUSD over the world's countries and sectors; trade within a country and sectors without a
    ``value_per_teu_`` parameter (services) stay off the network. A pair's trade is spread over pairs of hubs by the
    people of both. Costs are the same both ways, so the two directions of a pair travel together. Routes are those of
    goods of value ``value_per_teu_manufactures``. Air freight and pipelines are not modelled: what they carry is here
    assigned to surface transport.

    Raises:
        DataError: ``flows`` has not the shape of the world's countries and sectors.
    """
    sectors, countries = network.world.sectors, network.world.countries
    if flows.shape != (len(countries), len(countries), len(sectors)):
        raise DataError(f"Flows have shape {flows.shape}; needed is {(len(countries), len(countries), len(sectors))}.")
    costs = network.country_costs(params)
    passages, borders = (sorted(set(labels[labels != ""])) for labels in (network.passage, network.border))
    link = np.zeros(len(network.km))
    through = np.zeros((len(passages), len(countries)))
    carried = np.zeros(len(countries))
    by_set = _trade_by_set(flows, sectors, costs, params)
    for position, skeleton in enumerate(network.skeletons.values()):
        trade = _between_hubs(network, skeleton, by_set[position])
        on_link, by_passage = _on_skeleton(network, skeleton, trade, passages, params)
        link += on_link
        through += by_passage
        np.add.at(carried, network.hubs.economy, trade.sum(axis=1))
    wanted = _both_ways(flows[:, :, [f"value_per_teu_{sector}" in params for sector in sectors]].sum(axis=2)).sum(
        axis=1
    )
    share = np.divide(through, carried, out=np.zeros_like(through), where=carried > 0.0)
    crossing = np.flatnonzero(network.border != "")
    at = np.searchsorted(borders, network.border[crossing].astype(str))
    border = np.bincount(at, link[crossing], len(borders)).astype(float)
    return Loads(
        list(countries),
        link,
        passages,
        through.sum(axis=1) / 2.0,
        share,
        borders,
        border,
        carried,
        np.maximum(wanted - carried, 0.0),
    )


def _both_ways(trade: Floats) -> Floats:
    """Trade between two different countries, both directions together."""
    together = trade + trade.T
    np.fill_diagonal(together, 0.0)
    return together


def _trade_by_set(flows: Floats, sectors: list[str], costs: CountryCosts, params: Mapping[str, float]) -> Floats:
    """Trade [set, i, j], both directions together, by the set of modes that its shippers choose."""
    total = np.zeros_like(costs.days)
    for position, sector in enumerate(sectors):
        value = params.get(f"value_per_teu_{sector}")
        if value is not None:
            total += set_shares(costs, params, value) * _both_ways(flows[:, :, position])
    return total


def _between_hubs(network: Network, skeleton: Skeleton, trade: Floats) -> Floats:
    """Trade [H, H] between hubs: each pair of countries spread over its joined pairs of hubs by people."""
    hubs = network.hubs
    per_weight = np.divide(trade, skeleton.share, out=np.zeros_like(trade), where=skeleton.share > 0.0)
    weight = np.where(skeleton.reachable, hubs.weight[:, None] * hubs.weight[None, :], 0.0)
    return per_weight[np.ix_(hubs.economy, hubs.economy)] * weight


def _on_skeleton(
    network: Network, skeleton: Skeleton, trade: Floats, passages: list[str], params: Mapping[str, float]
) -> tuple[Floats, Floats]:
    """Load of every link [L], and trade through each passage by country [P, i] counted at either end."""
    graph = skeleton.graph
    hours, usd = skeleton.quantities.costs(params)
    cost = usd + params["value_of_time"] * params["value_per_teu_manufactures"] / 24.0 * hours
    trees = skeleton.paths.trees(cost, graph.anchors)
    by_level = core.levels(trees)
    sent = np.zeros(trees.distance.shape)
    sent[:, graph.anchors] = trade
    on_contracted = core.link_loads(trees, core.accumulate(by_level, sent), len(graph.tail)) / 2.0
    on_link = np.zeros(len(network.km))
    on_link[skeleton.links] = graph.members.T @ on_contracted
    economy = network.hubs.economy
    by_passage = np.zeros((len(passages), len(network.world.countries)))
    tagged = np.flatnonzero(network.passage[skeleton.links] != "")
    tag = np.searchsorted(passages, network.passage[skeleton.links[tagged]].astype(str))
    carries = sparse.csr_matrix((np.ones(len(tag)), (tagged, tag)), shape=(len(skeleton.links), len(passages)))
    link, passage = (graph.members @ carries).nonzero()
    for start in range(0, len(passages), _BITS):
        group = (passage >= start) & (passage < start + _BITS)
        marks = np.zeros(len(graph.tail), dtype=np.uint64)
        np.bitwise_or.at(marks, link[group], np.uint64(1) << (passage[group] - start).astype(np.uint64))
        passed = core.marks_on_path(trees, by_level, marks)[:, graph.anchors]
        for number in np.unique(passage[group]):
            used = (passed >> np.uint64(number - start)) & np.uint64(1)
            by_passage[number] = np.bincount(economy, (trade * used).sum(axis=1), len(network.world.countries))
    return on_link, by_passage
