"""What the Belt and Road does to shipment times and trade costs, beside published estimates.

Three readings of a shipment's time between two countries, all means over their hub cities by people:

- fastest: least hours by rail, sea and ferry, as in the published study, whose network has railways and ports only;
- model: hours of what this model's shippers choose, who look at money and time and may take lorries;
- rail: least hours where only railways and ferries may be used, which is where the projects are.

Reductions are 1 - after / before by pair; averages over pairs count every pair alike.

Source: de Soyres, Mulabdic, Murray, Rocha & Ruta (2020), Journal of Asian Economics 71.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csgraph

from landbridge.evidence.framework import Check, Measured
from landbridge.network.choice import ad_valorem
from landbridge.network.core import adjacency
from landbridge.network.model import Network
from landbridge.network.shippers import Shippers
from landbridge.network.variants import Variants
from landbridge.parameters import central_values
from landbridge.study.chain import shipment
from landbridge.study.schema import read_study
from landbridge.trade.core import Array
from landbridge.trade.model import trade_baseline

LIST = "belt_and_road.toml"
SOURCE = "de Soyres, Mulabdic, Murray, Rocha & Ruta (2020): abstract (IFDP 1274); projects: evidence/data/" + LIST
MODES = {"fastest": ("rail", "sea", "ferry"), "rail": ("rail", "ferry")}


@cache
def projects() -> dict[str, Any]:
    """The list of projects, economies and corridors."""
    text = (files("landbridge.evidence") / "data" / LIST).read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def networks() -> tuple[Network, Network]:
    """Without and with the projects."""
    named = projects()["projects"]
    study = read_study(named["study"])
    world = study.world()
    changed = study.scenario_worlds(world, [named["scenario"]])[named["scenario"]]
    return Network.from_world(world), Network.from_world(changed)


@cache
def reductions(reading: str) -> pd.DataFrame:
    """Percent by which a shipment's time (or "cost") falls, a frame [country, country]; NaN without a way."""
    before, after = _costs() if reading == "cost" else _days() if reading == "model" else _hours(reading)
    countries = networks()[0].world.countries
    known = np.isfinite(before) & (before > 0)
    fall = np.full(before.shape, np.nan)
    fall[known] = 100 * (1 - after[known] / before[known])
    np.fill_diagonal(fall, np.nan)
    return pd.DataFrame(fall, countries, countries)


def _hours(reading: str) -> tuple[Array, Array]:
    """Means [C, C] of least hours without and with the projects, over the pairs of hubs that are joined in both."""
    before, after = (_least_hours(network, MODES[reading]) for network in networks())
    joined = np.isfinite(before) & np.isfinite(after)
    sums = networks()[0].hubs.sums
    share = sums(joined.astype(float))
    share[share == 0] = np.nan
    return sums(np.where(joined, before, 0.0)) / share, sums(np.where(joined, after, 0.0)) / share


def _least_hours(network: Network, modes: tuple[str, ...]) -> Array:
    """Least hours between hubs [H, H] by some modes and the connectors of cities and ports; inf without a way."""
    hours, _ = network.quantities.costs(central_values())
    usable = (network.allowed(modes) | (network.mode == "transfer")) & network.open
    if "sea" not in modes:
        usable &= network.running != "sea"
    graph, _ = adjacency(network.tail, network.head, np.where(usable, hours, np.inf), len(network.lat))
    return np.asarray(csgraph.dijkstra(graph, indices=network.hubs.node)[:, network.hubs.node])


@cache
def _chosen() -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Days [C, C] of the average shipment and cost over value, weighted by the trade of 2017 before, and after."""
    before, after = networks()
    world, params = before.world, central_values()
    costs = Variants.of([before, after]).country_costs(params)
    flows = trade_baseline(world).flows
    weight = np.where([f"value_per_teu_{sector}" in params for sector in world.sectors], flows, 0.0)
    weight = weight / np.maximum(weight.sum(2, keepdims=True), 1e-12)
    days = [shipment([Shippers(1.0, each)], flows, params, world.sectors)["travel_days"] for each in costs]
    with np.errstate(invalid="ignore"):
        share = [np.nansum(ad_valorem(each, params, world.sectors) * weight, axis=2) for each in costs]
    return (days[0], days[1]), (share[0], share[1])


def _days() -> tuple[Array, Array]:
    return _chosen()[0]


def _costs() -> tuple[Array, Array]:
    return _chosen()[1]


def _mean(reading: str, members: list[str] | None) -> Callable[[Path], Measured]:
    def measure(_: Path) -> Measured:
        table = reductions(reading)
        table = table if members is None else table.loc[_known(table, members), _known(table, members)]
        values = table.to_numpy()[np.triu_indices(len(table), 1)]
        values = values[np.isfinite(values)]
        return Measured(float(values.mean()), f"{len(values):,} pairs, {np.mean(values > 0.01):.0%} of them gain")

    return measure


def _greatest(reading: str) -> Callable[[Path], Measured]:
    """The mean over pairs along a corridor, of the corridor where it is largest."""

    def measure(_: Path) -> Measured:
        table, means = reductions(reading), {}
        for name, members in projects()["corridors"].items():
            known = _known(table, members)
            means[name] = float(np.nanmean(table.loc[known, known].to_numpy()))
        note = "; ".join(f"{name} {value:.1f}" for name, value in means.items())
        return Measured(max(means.values()), f"means by corridor: {note}; largest pair {np.nanmax(table):.0f}")

    return measure


def _known(table: pd.DataFrame, members: list[str]) -> list[str]:
    return [member for member in members if member in table.index]


_ROWS = (
    ("time-world", "average fall of shipment time over all pairs of the world", 1.85, 0.65, None, "1.2 to 2.5"),
    (
        "time-members",
        "average fall of shipment time between Belt and Road economies",
        2.45,
        0.75,
        "members",
        "1.7 to 3.2",
    ),
    (
        "time-corridor",
        "fall of shipment time along the corridor where it is largest",
        11.9,
        3.0,
        "corridor",
        "up to 11.9",
    ),
)
_COSTS = (
    ("cost-world", "average fall of trade costs over all pairs of the world", 1.65, 0.55, None, "1.1 to 2.2"),
    (
        "cost-members",
        "average fall of trade costs between Belt and Road economies",
        2.15,
        0.65,
        "members",
        "1.5 to 2.8",
    ),
    (
        "cost-corridor",
        "fall of trade costs along the corridor where it is largest",
        10.2,
        3.0,
        "corridor",
        "up to 10.2",
    ),
)


def _measure(reading: str, over: str | None) -> Callable[[Path], Measured]:
    if over == "corridor":
        return _greatest(reading)
    return _mean(reading, projects()["economies"]["members"] if over else None)


CHECKS = tuple(
    Check(
        id=f"belt-road-{name}-{reading}",
        kind="evidence",
        sentence=f"{sentence}, published {band} %; {wording}",
        published=middle,
        tolerance=half if judged else None,
        unit="%",
        source=SOURCE,
        measure=_measure(reading, over),
    )
    for rows, readings in (
        (
            _ROWS,
            (
                ("fastest", "the fastest way by rail and sea", True),
                ("model", "what the model's shippers choose", True),
                ("rail", "by rail alone", False),
            ),
        ),
        (_COSTS, (("cost", "freight and days, as a share of value", True),)),
    )
    for name, sentence, middle, half, over, band in rows
    for reading, wording, judged in readings
)
