"""Trade with labels: the tables of a world in, percent changes and their causes out."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from landbridge.errors import DataError, InputError
from landbridge.parameters import central_values
from landbridge.trade.core import NoEquilibriumError, solve
from landbridge.trade.decomposition import explain_real_income
from landbridge.trade.model import (
    calibrate_world,
    elasticities,
    solve_world,
    trade_baseline,
)
from trade_worlds import random_costs, random_flows, random_use, world_of

COUNTRIES = ["AFG", "CHN", "IRN", "PAK", "RUS"]
SECTORS = ["agriculture", "manufactures", "services"]
PAIR = ["exporter", "importer", "sector"]


def _world(seed=0):
    return world_of(random_flows(seed, len(COUNTRIES), len(SECTORS)), COUNTRIES, SECTORS)


def _kappa(values):
    return xr.DataArray(values, coords=[COUNTRIES, COUNTRIES, SECTORS], dims=PAIR)


def _policies(world):
    return world.with_(
        trade_cost=pd.DataFrame([("CHN", "PAK", "agriculture", 1.2)], columns=[*PAIR, "factor"]),
        tariff=pd.DataFrame([("CHN", "PAK", "manufactures", 0.1)], columns=[*PAIR, "rate"]),
        productivity=pd.DataFrame([("PAK", "services", 1.05)], columns=["iso3", "sector", "factor"]),
    )


def test_a_world_without_changes_stays_where_it_is():
    result = solve_world(_world())
    np.testing.assert_allclose(result.real_income, 0, atol=1e-11)
    np.testing.assert_allclose(result.trade, 0, atol=1e-9)
    assert result.cut_off == []


def test_policy_tables_reach_the_right_cells_of_the_arrays():
    world = _policies(_world())
    kappa = np.ones((5, 5, 3))
    kappa[1, 3, 0] = 1.2
    tariff = np.zeros((5, 5, 3))
    tariff[1, 3, 1] = 0.1
    gain = np.ones((5, 3))
    gain[3, 2] = 1.05
    theta = elasticities(world, central_values())
    plain = solve(trade_baseline(world), theta, kappa=kappa, tariff=tariff, productivity=gain)
    np.testing.assert_allclose(solve_world(world).real_income, 100 * (plain.real_income - 1), atol=1e-9)


def test_labels_join_exactly_whatever_their_order():
    world, costs = _world(), _kappa(random_costs(1, 5, 3))
    shuffled = costs.transpose("sector", "importer", "exporter").isel(exporter=[4, 2, 0, 1, 3], sector=[2, 0, 1])
    np.testing.assert_array_equal(solve_world(world, shuffled).real_income, solve_world(world, costs).real_income)


def test_labels_that_differ_are_refused_not_dropped():
    costs = _kappa(random_costs(1, 5, 3))
    with pytest.raises(InputError, match="labels of exporter: RUS"):
        solve_world(_world(), costs.isel(exporter=slice(4)))
    with pytest.raises(InputError, match="labels of sector: fish, services"):
        solve_world(_world(), costs.assign_coords(sector=["agriculture", "manufactures", "fish"]))
    with pytest.raises(InputError, match="dimensions"):
        solve_world(_world(), costs.rename(sector="branch"))


def test_elasticities_are_relative_to_the_general_one():
    params = central_values({"trade_elasticity": 4.0, "trade_elasticity_ratio_agriculture": 1.5})
    np.testing.assert_allclose(elasticities(_world(), params), [6.0, 4.0, 4.0])


def test_an_embargo_on_everybody_is_listed_by_name():
    everywhere = pd.MultiIndex.from_product([COUNTRIES, ["IRN"], SECTORS], names=PAIR).to_frame(index=False)
    reverse = everywhere.rename(columns={"exporter": "importer", "importer": "exporter"})[PAIR]
    embargo = pd.concat([everywhere, reverse]).query("exporter != importer").assign(factor=np.inf)
    result = solve_world(_world().with_(trade_cost=embargo))
    assert result.cut_off == ["IRN"]
    assert result.real_income.sel(country="IRN") < 0
    assert (result.flows.sel(exporter="IRN").drop_sel(importer="IRN") == 0).all()


def test_what_cannot_be_solved_is_refused_by_name():
    exports = pd.MultiIndex.from_product([["IRN"], COUNTRIES, SECTORS], names=PAIR).to_frame(index=False)
    embargo = exports.query("importer != 'IRN'").assign(factor=np.inf)
    with pytest.raises(NoEquilibriumError, match=r"one way only.*: IRN"):
        solve_world(_world().with_(trade_cost=embargo))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("CHN", "PAQ", "services", 1.1)], 'no importer called "PAQ" has trade data.*PAK'),
        ([("CHN", "PAK", "service", 1.1)], 'no sector called "service".*services'),
        ([("CHN", "PAK", "services", 0.0)], "factor of CHN, PAK, services is 0.0; it must be above 0"),
        ([("CHN", "PAK", "services", np.nan)], "factor of CHN, PAK, services is nan"),
        ([("CHN", "PAK", "services", 1.1)] * 2, "repeats the row CHN, PAK, services"),
    ],
)
def test_malformed_policies_are_refused(rows, message):
    with pytest.raises(DataError, match=message):
        solve_world(_world().with_(trade_cost=pd.DataFrame(rows, columns=[*PAIR, "factor"])))


def test_malformed_trade_is_refused():
    world = _world()
    trade = world.table("trade")
    with pytest.raises(DataError, match="lacks the row AFG, AFG, manufactures"):
        trade_baseline(world.with_(trade=trade.drop(index=1)))
    with pytest.raises(DataError, match="must be 0 or more"):
        trade_baseline(world.with_(trade=trade.assign(value_musd=-trade["value_musd"])))
    idle = trade.assign(value_musd=trade["value_musd"].where(trade["exporter"] != trade["importer"], 0.0))
    with pytest.raises(DataError, match="no trade of AFG, CHN, IRN, PAK, RUS with itself"):
        trade_baseline(world.with_(trade=idle))


def _industry(seed=0):
    flows = random_flows(seed, len(COUNTRIES), len(SECTORS))
    return world_of(flows, COUNTRIES, SECTORS, random_use(seed, flows))


def test_intermediate_use_reaches_the_right_cells_of_the_arrays():
    world = _industry()
    shuffled = world.with_(intermediate_use=world.table("intermediate_use").sample(frac=1, random_state=1))
    flows = random_flows(0, len(COUNTRIES), len(SECTORS))
    np.testing.assert_array_equal(trade_baseline(shuffled).use, random_use(0, flows))


def test_policies_on_an_industry_world_are_those_of_the_core():
    world = _policies(_industry())
    kappa, tariff, gain = np.ones((5, 5, 3)), np.zeros((5, 5, 3)), np.ones((5, 3))
    kappa[1, 3, 0], tariff[1, 3, 1], gain[3, 2] = 1.2, 0.1, 1.05
    theta = elasticities(world, central_values())
    plain = solve(trade_baseline(world), theta, kappa=kappa, tariff=tariff, productivity=gain)
    result = solve_world(world)
    np.testing.assert_allclose(result.real_income, 100 * (plain.real_income - 1), atol=1e-9)
    np.testing.assert_allclose(result.terms_of_trade, 100 * plain.terms_of_trade, atol=1e-9)
    np.testing.assert_allclose(result.volume_of_trade, 0, atol=1e-12)


def test_malformed_intermediate_use_is_refused():
    world = _industry()
    use = world.table("intermediate_use")
    with pytest.raises(DataError, match='"intermediate_use": it lacks the row AFG, agriculture, agriculture'):
        trade_baseline(world.with_(intermediate_use=use.iloc[1:]))
    with pytest.raises(DataError, match="must be 0 or more"):
        trade_baseline(world.with_(intermediate_use=use.assign(value_musd=-use["value_musd"])))
    with pytest.raises(DataError, match=r'"trade" and "intermediate_use".*value added.*world check'):
        trade_baseline(world.with_(intermediate_use=use.assign(value_musd=1e6)))
    with pytest.raises(DataError, match='no input called "fish"'):
        trade_baseline(world.with_(intermediate_use=use.assign(input="fish")))


def _components(seed, closed=()):
    rng = np.random.default_rng(seed)
    before = {name: _kappa(rng.uniform(0, 0.2, (5, 5, 3))) for name in ("hours", "money")}
    after = {name: cost * rng.uniform(0.6, 1.3, (5, 5, 3)) for name, cost in before.items()}
    for exporter, importer in closed:
        after["hours"].loc[exporter, importer] = np.inf
    for country in COUNTRIES:
        for cost in (*before.values(), *after.values()):
            cost.loc[country, country] = 0.0
    return before, after


@given(st.integers(0, 10**6), st.sampled_from(COUNTRIES), st.booleans())
def test_causes_of_a_real_income_change_add_up_exactly(seed, country, embargo):
    before, after = _components(seed, [("CHN", "PAK"), ("IRN", "PAK")] if embargo else [])
    kappa = (1 + sum(after.values())) / (1 + sum(before.values()))
    world = _policies(_world(seed))
    result = solve_world(world, kappa)
    causes = explain_real_income(result, country, (before, after))
    assert causes["points"].sum() == pytest.approx(result.real_income.sel(country=country).item(), abs=1e-9)


def test_causes_carry_the_sign_of_what_happened():
    before, after = _components(3, [("CHN", "PAK")])
    after["money"] = before["money"]
    after["hours"] = xr.where(np.isinf(after["hours"]), np.inf, 0.5 * before["hours"])
    kappa = (1 + sum(after.values())) / (1 + sum(before.values()))
    causes = explain_real_income(solve_world(_policies(_world()), kappa), "PAK", (before, after))
    points = causes.set_index(["cause", "partner", "sector"])["points"].sort_index()
    assert (points["hours"] > 0).all()
    assert "money" not in points.index
    assert (points["closed supply", "CHN"] < 0).all()
    assert points["productivity", "PAK", "services"] > 0
    assert set(causes["cause"]) >= {"hours", "closed supply", "productivity", "terms of trade"}


def test_components_that_do_not_make_up_kappa_are_refused():
    before, after = _components(4)
    result = solve_world(_world(), _kappa(random_costs(9, 5, 3)))
    with pytest.raises(InputError, match="do not make up kappa"):
        explain_real_income(result, "PAK", (before, after))


def test_embargoes_of_a_packaged_world_are_survived(world2017):
    """Russia loses all goods trade; the equilibrium exists, Russia is hurt most, and the residual is reported."""
    goods = ["agriculture", "fuels", "manufactures"]
    others = [iso3 for iso3 in world2017.countries if iso3 != "RUS"]
    out = pd.MultiIndex.from_product([["RUS"], others, goods], names=PAIR).to_frame(index=False)
    back = out.rename(columns={"exporter": "importer", "importer": "exporter"})[PAIR]
    world = world2017.with_(trade_cost=pd.concat([out, back]).assign(factor=np.inf))
    result = solve_world(world, model=calibrate_world(world2017))
    assert result.residual < 1e-10
    assert result.real_income.sel(country="RUS") < -0.5
    assert result.cut_off == []
