"""Random trade and a small world for the tests of the trade package."""

import numpy as np
import pandas as pd

from landbridge.trade.core import Array
from landbridge.world import World


def random_flows(seed: int, countries: int, sectors: int, *, own: float = 4.0, zeros: float = 0.0) -> Array:
    """Flows [i, j, s] like the world's: sizes over several orders of magnitude, gravity, some zeros, deficits."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 1.5, countries)
    places = rng.normal(size=(countries, 2))
    distance = 1 + np.hypot(*np.moveaxis(places[:, None] - places, -1, 0))
    noise = np.exp(0.5 * rng.normal(size=(countries, countries, sectors)))
    flows = (size[:, None] * size)[:, :, None] * distance[:, :, None] ** -1.5 * noise
    flows[rng.random(flows.shape) < zeros] = 0.0
    diagonal = np.arange(countries)
    ring = np.roll(diagonal, 1)
    flows[diagonal, ring] += 1e-3 * size[:, None]
    flows[diagonal, diagonal] = own * (flows.sum(1) + flows.sum(0)) / 2
    return flows


def random_costs(seed: int, countries: int, sectors: int, spread: float = 0.2) -> Array:
    """Changes of trade costs [i, j, s], none at home."""
    kappa = np.exp(spread * np.random.default_rng(seed).normal(size=(countries, countries, sectors)))
    kappa[np.arange(countries), np.arange(countries)] = 1.0
    return kappa


def random_tariffs(seed: int, countries: int, sectors: int, highest: float = 0.5) -> Array:
    """Tariffs [i, j, s], none on own goods."""
    rates = np.random.default_rng(seed).uniform(0, highest, (countries, countries, sectors))
    rates[np.arange(countries), np.arange(countries)] = 0.0
    return rates


def random_use(seed: int, flows: Array, tariff: Array | None = None, most: float = 0.9) -> Array:
    """Intermediate use [j, k, s]: up to ``most`` of what an industry sells, and of what a country buys of a sector."""
    rng = np.random.default_rng(seed)
    countries, _, sectors = flows.shape
    recipe = rng.dirichlet(np.full(sectors, 0.7), (countries, sectors)) * rng.uniform(0, most, (countries, sectors, 1))
    use = recipe.transpose(0, 2, 1) * flows.sum(1)[:, None, :]
    bought = (flows if tariff is None else flows * (1 + tariff)).sum(0)
    wanted = np.maximum(use.sum(2), 1e-300)
    return use * np.minimum(1.0, most * bought / wanted)[:, :, None]


def world_of(flows: Array, countries: list[str], sectors: list[str], use: Array | None = None) -> World:
    """A world with only what trade needs, held in memory; with ``use`` [iso3, input, sector] an industry world."""
    index = pd.MultiIndex.from_product([countries, countries, sectors], names=["exporter", "importer", "sector"])
    trade = pd.DataFrame({"value_musd": flows.ravel()}, index=index).reset_index()
    pair = {"exporter": pd.Series(dtype=str), "importer": pd.Series(dtype=str), "sector": pd.Series(dtype=str)}
    number = pd.Series(dtype=float)
    tables = {
        "economies": pd.DataFrame({"iso3": countries, "trade": True}),
        "sectors": pd.DataFrame({"sector": sectors, "carried": [sector != "services" for sector in sectors]}),
        "trade": trade,
        "trade_cost": pd.DataFrame({**pair, "factor": number}),
        "tariff": pd.DataFrame({**pair, "rate": number}),
        "productivity": pd.DataFrame({"iso3": pair["exporter"], "sector": pair["sector"], "factor": number}),
    }
    if use is not None:
        cells = pd.MultiIndex.from_product([countries, sectors, sectors], names=["iso3", "input", "sector"])
        tables["intermediate_use"] = pd.DataFrame({"value_musd": use.ravel()}, index=cells).reset_index()
    return World("small", 2017, {name: {} for name in tables}, {}, tables)
