"""With input-output links too, the causes of a change of real income add up exactly, and are those of the chains."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.trade.decomposition import explain_real_income
from landbridge.trade.model import solve_world
from trade_worlds import random_costs, random_flows, random_use, world_of

COUNTRIES = ["CHN", "IRN", "PAK", "RUS"]
SECTORS = ["fuels", "manufactures", "services"]
PAIR = ["exporter", "importer", "sector"]
SHAPE = (4, 4, 3)


def _linked_world(seed):
    flows = random_flows(seed, 4, 3, own=1.5)
    use = random_use(seed, flows, None, 0.7)
    index = pd.MultiIndex.from_product([COUNTRIES, SECTORS, SECTORS], names=["iso3", "input", "sector"])
    world = world_of(flows, COUNTRIES, SECTORS)
    linked = replace(world, resources={**world.resources, "intermediate_use": {}})
    return linked.with_(intermediate_use=pd.DataFrame({"value_musd": use.ravel()}, index=index).reset_index())


def _kappa(values):
    return xr.DataArray(values, coords=[COUNTRIES, COUNTRIES, SECTORS], dims=PAIR)


def _components(seed, closed):
    rng = np.random.default_rng(seed)
    before = {name: _kappa(rng.uniform(0, 0.2, SHAPE)) for name in ("hours", "money")}
    after = {name: cost * rng.uniform(0.6, 1.3, SHAPE) for name, cost in before.items()}
    if closed:
        after["hours"].loc["CHN", "IRN"] = np.inf
    for country in COUNTRIES:
        for cost in (*before.values(), *after.values()):
            cost.loc[country, country] = 0.0
    return before, after


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from(COUNTRIES), st.booleans())
def test_causes_add_up_exactly_along_supply_chains(seed, country, closed):
    world = _linked_world(seed).with_(
        tariff=pd.DataFrame([("CHN", "PAK", "manufactures", 0.2)], columns=[*PAIR, "rate"]),
        productivity=pd.DataFrame([("IRN", "fuels", 1.3)], columns=["iso3", "sector", "factor"]),
    )
    before, after = _components(seed, closed)
    result = solve_world(world, (1 + sum(after.values())) / (1 + sum(before.values())))
    causes = explain_real_income(result, country, (before, after))
    assert causes["points"].sum() == pytest.approx(result.real_income.sel(country=country).item(), abs=1e-8)


def test_dearer_trade_among_others_arrives_through_what_they_sell():
    """Without links a cost between two others is no cost of ours; with links it is in what we buy from them."""
    kappa = np.ones(SHAPE)
    kappa[COUNTRIES.index("CHN"), COUNTRIES.index("RUS")] = 1.3
    with_links = _linked_world(3)
    without = world_of(random_flows(3, 4, 3, own=1.5), COUNTRIES, SECTORS)
    points = [
        explain_real_income(solve_world(world, _kappa(kappa)), "PAK").groupby("cause")["points"].sum()
        for world in (without, with_links)
    ]
    assert "trade cost" not in points[0]
    assert points[1]["trade cost"] < 0


def test_terms_of_trade_compare_wages_in_proportion_to_the_labour_in_what_is_bought():
    """Their weights add to one over all countries: a price is nothing but wages, costs and productivities."""
    world = _linked_world(5)
    result = solve_world(world, _kappa(random_costs(5, 4, 3)))
    causes = explain_real_income(result, "PAK")
    wage = np.log(result.equilibrium.wage)
    gap = dict(zip(COUNTRIES, wage[COUNTRIES.index("PAK")] - wage, strict=True))
    scale = result.real_income.sel(country="PAK").item() / (100 * np.log1p(result.real_income.sel(country="PAK") / 100))
    points = causes[causes["cause"] == "terms of trade"].groupby("partner")["points"].sum() / (100 * float(scale))
    weights = [points[partner] / gap[partner] for partner in COUNTRIES if partner != "PAK"]
    assert all(weight > 0 for weight in weights)
    assert sum(weights) < 1
