"""Distance by sea between countries over the packaged network, with and without a passage.

A country's people are at its hub cities; each city uses the ports of its country, and the way from city to city is the
least of sea km + ``LAND`` x km over land to the ports at both ends. Only the km at sea count afterwards. They come
without following any path, since the cost c(r) = sea + r land of the cheapest way has dc/dr = land (envelope theorem).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from landbridge.network.core import adjacency
from landbridge.network.model import Network
from landbridge.parameters import parameters
from landbridge.world import load_world
from landbridge.world.distance import great_circle_km

Array = NDArray[np.float64]

YEAR = "2017"
STEP = 1e-4  # of the ratio of land to sea, for the derivative


@cache
def network() -> Network:
    """The packaged network."""
    return Network.from_world(load_world(YEAR))


@cache
def land_over_sea() -> float:
    """What a km by road costs over what a km by sea costs."""
    named = parameters()
    return named["usd_per_teu_km_road"].value / named["usd_per_teu_km_sea"].value


def access(net: Network) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Ways over land from hubs to the ports of their own country: hub, node of the port, km of the great circle."""
    ports = np.unique(net.tail[net.dwell == "port"]), np.unique(net.head[net.dwell == "port"])
    kinds = net.world.table("nodes")["kind"].to_numpy(dtype=object)
    port = np.intersect1d(np.concatenate(ports), np.flatnonzero(kinds == "port"))
    hub, which = np.nonzero(net.node_iso3[net.hubs.node][:, None] == net.node_iso3[port][None, :])
    at, to = net.hubs.node[hub], port[which]
    return hub, to, great_circle_km(net.lat[at], net.lon[at], net.lat[to], net.lon[to])


def between_hubs(net: Network, weights: Array, land: float, avoid: Iterable[str] = ()) -> Array:
    """Least sum of ``weights`` [L] at sea plus ``land`` x km over land between hubs [H, H]; inf without a way."""
    sea = ((net.running == "sea") & net.open & ~np.isin(net.passage, list(avoid))).nonzero()[0]
    hub, port, km = access(net)
    nodes, hubs = len(net.lat), len(net.hubs.node)
    lanes, _ = adjacency(net.tail[sea], net.head[sea], weights[sea], nodes)
    to_sea = sparse.csr_matrix((np.maximum(land * km, np.finfo(float).tiny), (hub, port)), shape=(hubs, nodes))
    # hubs stand twice, as origins and as destinations, so that no way leads through one
    graph = sparse.bmat([[lanes, None, to_sea.T], [to_sea, None, None], [None, sparse.csr_matrix((hubs, hubs)), None]])
    distance = csgraph.dijkstra(sparse.csr_matrix(graph), indices=nodes + np.arange(hubs))[:, nodes + hubs :]
    return np.asarray(np.minimum(distance, distance.T))


def over_countries(net: Network, between: Array) -> pd.DataFrame:
    """Means over pairs of hubs by the people of both: a frame over the countries that every hub reaches by sea."""
    at_sea = np.isfinite(between).sum(1) > 1  # more than itself
    countries = np.array(net.world.countries)
    has_sea = np.asarray(net.hubs.people.sign() @ (~at_sea).astype(float)) == 0
    has_sea &= np.bincount(net.hubs.economy, minlength=len(countries)) > 0
    mean = net.hubs.sums(np.where(np.isfinite(between), between, 0.0))
    return pd.DataFrame(mean, countries, countries).loc[has_sea, has_sea]


@cache
def sea_km(avoid: tuple[str, ...] = ()) -> pd.DataFrame:
    """Sea km between countries with a coast, keeping out of some passages; a frame [country, country]."""
    net, ratio = network(), land_over_sea()
    low, high = (between_hubs(net, net.km, ratio * (1 + sign * STEP), avoid) for sign in (-1, 1))
    with np.errstate(invalid="ignore"):
        land = (high - low) / (2 * STEP * ratio)
        return over_countries(net, (low + high) / 2 - ratio * land)
