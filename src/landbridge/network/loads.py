"""Trade on the map: what goes over every link, through every passage, and how much each country hangs on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from landbridge.errors import DataError
from landbridge.network import core
from landbridge.network.choice import SETS, CountryCosts, general_day, goods_of, mean_cost

if TYPE_CHECKING:
    from landbridge.network.model import Network
    from landbridge.network.paths import Routes
    from landbridge.network.variants import Change, Skeleton, Variants

Floats = NDArray[np.float64]

_BITS = 64


@dataclass(frozen=True)
class Loads:
    """Trade assigned to the network, MUSD a year, both directions together.

    ``link`` [L] by link of the network; ``passages`` names, with ``passage`` [P] the trade through each and
    ``share`` [P, i] the share of each country's trade (exports + imports) that found a way which goes through it;
    ``borders`` names "AAA-BBB", with ``border`` [B] the trade across each; by country [i] the trade ``carried`` by
    the network, ``flown``, ``piped``, and ``lost`` because it found no way.
    """

    countries: list[str]
    link: Floats
    passages: list[str]
    passage: Floats
    share: Floats
    borders: list[str]
    border: Floats
    carried: Floats
    flown: Floats
    piped: Floats
    lost: Floats

    @property
    def moved(self) -> Floats:
        """Each country's trade [i] that found a way."""
        return self.carried + self.flown + self.piped


def routes_between_hubs(
    variants: Variants, some: Iterable[int], params: Mapping[str, float]
) -> dict[int, Mapping[str, Routes]]:
    """The cheapest routes among hubs of general manufactures, by variant and main mode."""
    several, per_day = list(dict.fromkeys(some)), general_day(params)
    found = {}
    for main_mode, skeleton in variants.skeletons.items():
        costs = [skeleton.cost(variant, params, per_day) for variant in several]
        found[main_mode] = skeleton.paths.routes_of_each(costs, skeleton.graph.anchors)
    return {variant: {mode: each[at] for mode, each in found.items()} for at, variant in enumerate(several)}


def assign_trade(
    variants: Variants,
    variant: int,
    flows: Floats,
    params: Mapping[str, float],
    costs: CountryCosts | None = None,
    routes: Mapping[str, Routes] | None = None,
    *,
    in_teu: bool = False,
) -> Loads:
    """Send trade along the cheapest routes between hubs, split over ways as ``choice.mean_cost`` has it.

    ``flows`` [i, j, s] in MUSD over the world's countries and sectors; trade within a country and sectors without a
    ``value_per_teu_`` parameter (services) stay off the network. A pair's trade is spread over pairs of hubs by the
    people of both. Costs are the same both ways, so the two directions of a pair travel together. What goes by air or
    pipeline is counted, and loads no link. ``costs`` between countries in the variant, and its ``routes`` from
    ``routes_between_hubs``, are computed here if not given. ``in_teu``: loads, but for ``lost``, in TEU a year.

    Raises:
        DataError: ``flows`` has not the shape of the world's countries and sectors.
    """
    network = variants.networks[variant]
    sectors, countries = network.world.sectors, network.world.countries
    if flows.shape != (len(countries), len(countries), len(sectors)):
        raise DataError(f"Flows have shape {flows.shape}; needed is {(len(countries), len(countries), len(sectors))}.")
    costs = variants.country_costs(params)[variant] if costs is None else costs
    passages, borders = (sorted(set(labels[labels != ""])) for labels in (network.passage, network.border))
    link = np.zeros(len(network.km))
    through = np.zeros((len(passages), len(countries)))
    carried = np.zeros(len(countries))
    by_way = trade_by_way(flows, sectors, costs, params, in_teu=in_teu)
    routes = routes_between_hubs(variants, [variant], params)[variant] if routes is None else routes
    for position, (main_mode, skeleton) in enumerate(variants.skeletons.items()):
        trade = between_hubs(network, skeleton.changes[variant], by_way[position])
        marks = _marks(variants, variant, skeleton, passages)
        on_link, by_passage = _on_skeleton(variants, skeleton, routes[main_mode], trade, marks, len(passages))
        link += on_link[variants.own_links[variant]]
        through += by_passage
        np.add.at(carried, network.hubs.economy, trade.sum(axis=1))
    wanted = both_ways(flows[:, :, [f"value_per_teu_{sector}" in params for sector in sectors]].sum(axis=2)).sum(axis=1)
    flown, piped = (by_way[way].sum(axis=1) for way in (SETS, SETS + 1))
    moved = carried + flown + piped
    share = np.divide(through, moved, out=np.zeros_like(through), where=moved > 0.0)
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
        flown,
        piped,
        np.maximum(wanted - moved, 0.0),
    )


def both_ways(trade: Floats) -> Floats:
    """Trade between two different countries, both directions together."""
    together = trade + trade.T
    np.fill_diagonal(together, 0.0)
    return together


def trade_by_way(
    flows: Floats, sectors: list[str], costs: CountryCosts, params: Mapping[str, float], *, in_teu: bool = False
) -> Floats:
    """Trade [way, i, j], both directions together: by the set of modes that its shippers choose, air, pipeline.

    In MUSD like ``flows``, or ``in_teu``.
    """
    by_pipe = costs.off_network(sectors)
    total = np.zeros((SETS + 2, *costs.piped.shape))
    for goods in goods_of(params, sectors):
        way, per_musd = costs.of_ways(goods, params), 1e6 / goods.value if in_teu else 1.0
        trade, off = goods.share * flows[:, :, goods.sector] * per_musd, by_pipe[:, :, goods.sector]
        total[:-1] += mean_cost(way, params)[1] * both_ways(trade * (1.0 - off))
        total[-1] += np.where(np.isfinite(way).any(axis=0), both_ways(trade * off), 0.0)
    return total


def between_hubs(network: Network, change: Change, trade: Floats) -> Floats:
    """Trade [H, H] between hubs: each pair of countries spread over its joined pairs of hubs by people."""
    hubs = network.hubs
    per_weight = np.divide(trade, change.share, out=np.zeros_like(trade), where=change.share > 0.0)
    weight = np.where(change.reachable, hubs.weight[:, None] * hubs.weight[None, :], 0.0)
    return per_weight[np.ix_(hubs.economy, hubs.economy)] * weight


def _on_skeleton(
    variants: Variants, skeleton: Skeleton, routes: Routes, trade: Floats, marks: NDArray[np.uint64], n_passages: int
) -> tuple[Floats, Floats]:
    """Load of every link of all variants, and trade through each passage by country [P, i] counted at either end."""
    graph, n_countries = skeleton.graph, len(variants.networks[0].world.countries)
    load = np.zeros(len(graph.tail))
    by_passage = np.zeros((n_passages, n_countries))
    for part, (trees, row) in enumerate(routes.parts):
        carried = trade if routes.shares is None else trade * routes.shares[part]
        one, other = np.nonzero((row >= 0) & (carried > 0.0))
        flow = carried[one, other]
        passed = core.along_paths(trees, row[one, other], graph.anchors[other], flow, marks)
        load += passed.load
        some = np.flatnonzero(passed.marks.any(axis=1))
        seen = passed.marks[some].view(np.uint8)
        bits = np.unpackbits(seen, axis=1, count=n_passages, bitorder="little").astype(float)
        for end in (one[some], other[some]):
            at = (variants.hubs.economy[end], np.arange(len(end)))
            by_country = sparse.csr_matrix((flow[some], at), shape=(n_countries, len(end)))
            by_passage += (by_country @ bits).T
    on_link = np.zeros(variants.n_links)
    on_link[skeleton.links] = graph.members.T @ load
    return on_link, by_passage


def _marks(variants: Variants, variant: int, skeleton: Skeleton, passages: list[str]) -> NDArray[np.uint64]:
    """Bit marks [M, G] of a variant's passages on each link of a contracted graph, ``_BITS`` in a column."""
    passage = variants.networks[variant].passage
    tagged = np.flatnonzero(passage != "")
    held, column = skeleton.columns(variants.own_links[variant][tagged])
    tag = np.searchsorted(passages, passage[tagged[held]].astype(str))
    carries = sparse.csr_matrix((np.ones(len(tag)), (column, tag)), shape=(len(skeleton.links), len(passages)))
    link, number = (skeleton.graph.members @ carries).nonzero()
    marks = np.zeros((len(skeleton.graph.tail), len(passages) // _BITS + 1), dtype=np.uint64)
    np.bitwise_or.at(marks, (link, number // _BITS), np.uint64(1) << (number % _BITS).astype(np.uint64))
    return marks
