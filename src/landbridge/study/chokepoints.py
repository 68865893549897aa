"""How much of each country's trade in goods hangs on every strait, canal, cape and border post."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas import DataFrame

from landbridge.network.loads import Loads
from landbridge.network.model import Network
from landbridge.parameters import central_values
from landbridge.study.outcome import Outcome
from landbridge.trade.model import trade_baseline
from landbridge.world import World

LEAST = 1e-4  # share of a country's trade below which a passage is not listed
NAMED = 5  # countries named beside a passage


def chokepoints(source: World | Outcome) -> DataFrame:
    """What part of each country's trade goes through every passage.

    Of a world: its observed trade on the cheapest routes. Of an outcome: every scenario after trade has adjusted,
    as rows ``scenario``, ``country``, ``passage``, ``share``.

    Returns:
        Rows ``country``, ``passage``, ``kind`` (sea, ferry, rail, road, and the border of a post), ``share`` of the
        value of the country's exports and imports of goods, ``trade_musd`` a year; the most important comes first.
    """
    if isinstance(source, Outcome):
        return _in_order(source.table("passage_share").rename(columns={"value": "share"}), ["scenario", "country"])
    network, loads = _loads(source)
    table = DataFrame(loads.share.T, loads.countries, loads.passages).rename_axis("country").reset_index()
    table = table.melt("country", var_name="passage", value_name="share")
    table["trade_musd"] = table["share"] * table["country"].map(dict(zip(loads.countries, loads.moved, strict=True)))
    table["kind"] = table["passage"].map(_kinds(network))
    return _in_order(table, ["country"])[["country", "passage", "kind", "share", "trade_musd"]]


def chokepoints_of_all(source: World | Outcome) -> DataFrame:
    """What part of all trade goes through every passage, and whose trade hangs on it most.

    Of an outcome: rows ``scenario``, ``passage``, ``trade_musd``.

    Returns:
        Rows ``passage``, ``kind``, ``share`` of the value of all goods traded, ``trade_musd`` a year (each shipment
        once), ``countries`` with the share of their own trade; the most important comes first.
    """
    if isinstance(source, Outcome):
        return _in_order(source.table("passage_load").rename(columns={"value": "trade_musd"}), ["scenario"])
    network, loads = _loads(source)
    table = DataFrame(
        {
            "passage": loads.passages,
            "share": loads.passage / (loads.moved.sum() / 2.0),
            "trade_musd": loads.passage,
            "countries": [_leaning(loads, place) for place in range(len(loads.passages))],
        }
    )
    table["kind"] = table["passage"].map(_kinds(network))
    return _in_order(table, [])[["passage", "kind", "share", "trade_musd", "countries"]]


def _loads(world: World) -> tuple[Network, Loads]:
    """The network, and the world's observed trade on it."""
    network = Network.from_world(world)
    return network, network.loads(trade_baseline(world).flows, central_values())


def _kinds(network: Network) -> pd.Series:
    """What each passage is: the modes that pass it, and the border where it is a post."""
    tagged = np.flatnonzero(network.passage != "")
    links = DataFrame({part: getattr(network, part)[tagged] for part in ("passage", "running", "border")}).astype(str)
    words = links.groupby("passage").agg(_together)
    return (words["running"] + " " + words["border"]).str.strip()


def _together(words: pd.Series) -> str:
    return " ".join(sorted(set(words) - {""}))


def _leaning(loads: Loads, passage: int) -> str:
    """The countries of which most trade goes through a passage, with its share."""
    share = loads.share[passage]
    most = np.argsort(-share, kind="stable")[:NAMED]
    return ", ".join(f"{loads.countries[place]} {share[place]:.0%}" for place in most if share[place] >= 0.005)


def _in_order(table: DataFrame, within: list[str]) -> DataFrame:
    """Rows that matter, in the order of ``within`` as it stands, then the largest first."""
    size = "share" if "share" in table else "trade_musd"
    table = table[table[size] > LEAST]
    keys = [-table[size].to_numpy(), *(pd.factorize(table[column])[0] for column in reversed(within))]
    order = np.lexsort(np.array(keys))
    return table.iloc[order].reset_index(drop=True)
