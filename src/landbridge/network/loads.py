"""Trade on the map: what goes over every link, through every passage, and how much each country hangs on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from landbridge.errors import DataError
from landbridge.network.choice import SETS, CountryCosts, goods_of, mean_cost, weights, worth_of_days
from landbridge.network.variants import routed, routed_worths

if TYPE_CHECKING:
    from landbridge.network.model import Network
    from landbridge.network.paths import Paths, Routes
    from landbridge.network.variants import Change, Skeleton, Variants

Floats = NDArray[np.float64]


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
    """The cheapest routes among hubs, by variant and main mode, at the worths of a day of ``routed_worths``."""
    several, worths = list(dict.fromkeys(some)), worth_of_days(params, variants.networks[0].world.sectors)
    found = {}
    for main_mode, skeleton in variants.skeletons.items():
        at_worths = []
        for per_day in routed_worths(main_mode, worths):
            costs = [skeleton.cost(variant, params, per_day) for variant in several]
            at_worths.append(skeleton.paths.routes_of_each(costs, skeleton.graph.anchors))
        found[main_mode] = list(zip(*at_worths, strict=True))
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

    Goods follow the routes of the worths of a day around their own, in the shares in which these make their costs.
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
    by_set, flown_pairs, piped_pairs = trade_by_way(flows, sectors, costs, params, in_teu=in_teu)
    routes = routes_between_hubs(variants, [variant], params)[variant] if routes is None else routes
    for position, (main_mode, skeleton) in enumerate(variants.skeletons.items()):
        tags, load = _tags(variants, variant, skeleton, passages), np.zeros(len(skeleton.graph.tail))
        at_worths = routed(main_mode, costs.worths, by_set[:, position])
        for (_, pairs), ways in zip(at_worths, routes[main_mode], strict=True):
            trade = between_hubs(network, skeleton.changes[variant], pairs)
            np.add.at(carried, network.hubs.economy, trade.sum(axis=1))
            for paths in ways:
                flow = trade[paths.source, paths.target] * paths.share
                load += paths.passed @ flow
                through += _through(network, tags, paths, flow)
        on_link = np.zeros(variants.n_links)
        on_link[skeleton.links] = skeleton.graph.members.T @ load
        link += on_link[variants.own_links[variant]]
    wanted = both_ways(flows[:, :, [f"value_per_teu_{sector}" in params for sector in sectors]].sum(axis=2)).sum(axis=1)
    flown, piped = (pairs.sum(axis=1) for pairs in (flown_pairs, piped_pairs))
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
) -> tuple[Floats, Floats, Floats]:
    """Trade by the way that its shippers choose, both directions together: on the network [k, set, i, j], by the worths
    of a day whose routes it follows and by set of modes; by air [i, j]; and by pipeline [i, j].

    In MUSD like ``flows``, or ``in_teu``.
    """
    by_pipe = costs.off_network(sectors)
    by_set = np.zeros((len(costs.worths), SETS, *costs.piped.shape))
    flown, piped = np.zeros((2, *costs.piped.shape))
    for goods in goods_of(params, sectors):
        way, per_musd = costs.of_ways(goods, params), 1e6 / goods.value if in_teu else 1.0
        trade, off = goods.share * flows[:, :, goods.sector] * per_musd, by_pipe[:, :, goods.sector]
        chosen = mean_cost(way, params)[1] * both_ways(trade * (1.0 - off))
        near = weights(costs.worths, goods.per_day)
        for at in np.flatnonzero(near):
            by_set[at] += near[at] / near.sum() * chosen[:SETS]
        flown += chosen[SETS]
        piped += np.where(np.isfinite(way).any(axis=0), both_ways(trade * off), 0.0)
    return by_set, flown, piped


def between_hubs(network: Network, change: Change, trade: Floats) -> Floats:
    """Trade [H, H] between hubs: each pair of countries spread over its joined pairs of hubs by people."""
    hubs = network.hubs
    per_weight = np.divide(trade, change.share, out=np.zeros_like(trade), where=change.share > 0.0)
    weight = np.where(change.reachable, hubs.weight[:, None] * hubs.weight[None, :], 0.0)
    return per_weight[np.ix_(hubs.economy, hubs.economy)] * weight


def _through(network: Network, tags: sparse.csr_matrix, paths: Paths, flow: Floats) -> Floats:
    """What of the flows [P] on paths goes through each passage, by country [passage, i], counted at either end."""
    tagged = np.flatnonzero(np.diff(tags.tocsc().indptr))
    number, path = (tags[:, tagged] @ paths.passed[tagged]).nonzero()
    shape = (tags.shape[0], len(network.world.countries))
    through = np.zeros(shape)
    for end in (paths.source, paths.target):
        at = number * shape[1] + network.hubs.economy[end[path]]
        through += np.bincount(at, flow[path], through.size).reshape(shape)
    return through


def _tags(variants: Variants, variant: int, skeleton: Skeleton, passages: list[str]) -> sparse.csr_matrix:
    """How many links of each passage [passage, M] a contracted link holds in a variant."""
    passage = variants.networks[variant].passage
    tagged = np.flatnonzero(passage != "")
    held, column = skeleton.columns(variants.own_links[variant][tagged])
    tag = np.searchsorted(passages, passage[tagged[held]].astype(str))
    carries = sparse.csr_matrix((np.ones(len(tag)), (column, tag)), shape=(len(skeleton.links), len(passages)))
    return (skeleton.graph.members @ carries).T.tocsr()
