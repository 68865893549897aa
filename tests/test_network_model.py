"""Costs of links and between countries, on a world small enough to reckon by hand."""

import numpy as np
import pandas as pd
import pytest

from landbridge.errors import DataError, InputError
from landbridge.network import choice
from landbridge.network.model import ALLOWED, Network
from landbridge.parameters import central_values
from tiny_network import tiny_world

CHN, IND, PAK = 0, 1, 2
SEA, RAIL, ROAD = 0, 1, 2


@pytest.fixture(scope="module")
def world():
    return tiny_world()


@pytest.fixture(scope="module")
def network(world):
    return Network.from_world(world)


@pytest.fixture(scope="module")
def params():
    return central_values()


def test_hours_and_money_of_a_link_are_those_of_its_length_and_stop(network, params):
    params = {**params, "conflict_closure": 0.0}
    hours, usd = network.link_costs(params)
    assert hours[0] == pytest.approx(416.0 / params["road_speed_kmh"])
    assert usd[0] == pytest.approx(416.0 * params["usd_per_teu_km_road"])
    assert hours[1] == pytest.approx(3.0 / params["road_speed_kmh"] + params["road_border_hours"])
    assert usd[1] == pytest.approx(3.0 * params["usd_per_teu_km_road"] + params["road_border_usd"])
    assert hours[6] == pytest.approx(20.0 / params["sea_speed_kmh"] + params["port_hours"])


def test_violence_delays_surcharges_and_insures_land_transport(network, params):
    hours, usd = network.link_costs(params)
    grade = np.log10(1.0 + 10.0 / params["conflict_scale"])
    insurance = params["conflict_premium"] / 100 * params["value_per_teu_manufactures"] / 1000
    assert hours[4] == pytest.approx(1220.0 / params["road_speed_kmh"] + 12.2 * params["conflict_delay"] * grade)
    assert usd[4] == pytest.approx(
        1220.0 * (params["usd_per_teu_km_road"] + (params["conflict_surcharge"] + insurance) * grade)
    )


def test_a_violent_country_s_borders_are_shut_at_times(network, params):
    open_always = network.link_costs({**params, "conflict_closure": 0.0})[0]
    hours, _ = network.link_costs(params)
    grade = np.log10(1.0 + 10.0 / params["conflict_scale"])
    wait = params["conflict_closure_hours"] * (1 - np.exp(-params["conflict_closure"] * grade))
    theirs = np.array(["PAK" in border for border in network.border]) & network.open
    assert theirs.any()
    assert hours[theirs] - open_always[theirs] == pytest.approx(wait)
    assert np.array_equal(hours[~theirs], open_always[~theirs])


def test_deaths_that_are_estimated_spread_with_their_standard_error(world, params):
    table = pd.DataFrame({"iso3": ["PAK"], "intensity": [2000.0], "spread": [0.5]})
    estimated = Network.from_world(world.with_(conflict=table)).quantities
    certain = Network.from_world(world.with_(conflict=table.assign(spread=0.0, intensity=2000.0 * np.exp(0.5))))
    high = estimated.costs({**params, "conflict_spillover": 1.0})[0]
    assert high == pytest.approx(certain.quantities.costs(params)[0])


def test_peace_makes_land_transport_cheaper(world, params):
    peace = world.with_(conflict=pd.DataFrame({"iso3": ["PAK"], "intensity": [0.0]}))
    before, after = (Network.from_world(each).country_costs(params) for each in (world, peace))
    assert (after.cost[:, ROAD, CHN, PAK] < before.cost[:, ROAD, CHN, PAK]).all()
    assert Network.from_world(peace).link_costs(params)[0][4] == pytest.approx(1220.0 / params["road_speed_kmh"])


def test_closures_hold_from_their_date(world):
    assert Network.from_world(world, year=2017).open[12]
    later = Network.from_world(world, year=2020)
    assert not later.open[12]
    assert later.closed_by[12] == "wagah closed to road since 2019-08-09: trade with India suspended"
    assert np.isinf(later.link_costs(central_values())[0][12])


def test_a_post_that_is_shut_in_winter_keeps_goods_waiting(world, params):
    closures = world.table("closures").assign(
        key="khunjerab", since="", until="2024-12-01", share=0.25, wait_hours=800.0
    )
    before, winter, later = (
        Network.from_world(each, year=year).link_costs(params)[0][1]
        for each, year in (
            (world, 2017),
            (world.with_(closures=closures), 2017),
            (world.with_(closures=closures), 2025),
        )
    )
    assert winter == pytest.approx(before + 200.0)
    assert later == before


def test_borders_inside_a_union_are_soft(world, params):
    border = Network.from_world(world, year=2031).link_costs({**params, "conflict_closure": 0.0})[0][1]
    assert border == pytest.approx(3.0 / params["road_speed_kmh"] + params["soft_border_hours"])


def test_use_of_modes_among_some_countries_is_that_among_all(network, params):
    some = np.array([PAK, CHN])
    among_all, among_some = (network.alone.country_costs(params, each)[0] for each in (None, some))
    np.testing.assert_array_equal(among_some.cost, among_all.cost)
    block = np.ix_(range(3), range(3), some, some)
    np.testing.assert_allclose(among_some.uses[block], among_all.uses[block], rtol=1e-12)
    assert not among_some.uses[:, :, IND].any()


def test_country_costs_are_means_over_hubs_of_the_cheapest_route(network, params):
    costs = network.country_costs(params)
    hours, usd = network.link_costs(params)
    to_lahore, on_to_karachi = [0, 1, 2, 3], [4]
    for per_day in (20.0, 200.0, 2000.0):
        days, money = costs.days_and_usd(per_day)
        mean_days = (hours[to_lahore].sum() + 0.6 * hours[on_to_karachi].sum()) / 24.0
        assert days[ROAD, CHN, PAK] == pytest.approx(mean_days, rel=1e-5)
        mean_usd = usd[to_lahore].sum() + 0.6 * usd[on_to_karachi].sum()
        assert money[ROAD, CHN, PAK] == pytest.approx(mean_usd, rel=1e-4)


def test_costs_are_exact_at_three_worths_of_a_day(network, params):
    costs = network.country_costs(params)
    hours, usd = network.link_costs(params)
    for at, per_day in enumerate(costs.worths):
        weight = usd + per_day / 24.0 * hours
        over_land = min(weight[[0, 1, 2, 3, 4, 5]].sum(), weight[[0, 1, 2, 3, 14, 15, 16]].sum())
        chn_pak = 0.4 * weight[[0, 1, 2, 3]].sum() + 0.6 * min(over_land, weight[:5].sum())
        assert costs.cost[at, RAIL, CHN, PAK] == pytest.approx(chn_pak, rel=1e-5)


def test_costs_rise_with_the_worth_of_a_day_and_bend_one_way_only(network, params):
    costs = network.country_costs(params)
    least, general, greatest = costs.worths
    low, mid, high = costs.cost[:, SEA, CHN, IND]
    assert low < mid < high
    assert (mid - low) / (general - least) >= (high - mid) / (greatest - general) - 1e-6


def test_the_value_of_goods_that_a_world_does_not_have_changes_nothing(network, params):
    others = network.country_costs({**params, "value_per_teu_diamonds": 1e9, "value_per_teu_gravel": 1.0})
    np.testing.assert_array_equal(others.cost, network.country_costs(params).cost)


def test_more_modes_never_cost_more(network, params):
    costs = network.country_costs(params)
    assert (costs.cost[:, SEA] <= costs.cost[:, RAIL] + 1e-3).all()
    assert (costs.cost[:, RAIL] <= costs.cost[:, ROAD] + 1e-3).all()


def test_costs_are_symmetric_and_zero_at_home(network, params):
    costs = network.country_costs(params)
    np.testing.assert_allclose(costs.cost, costs.cost.transpose(0, 1, 3, 2), rtol=1e-9)
    assert (costs.cost[..., range(3), range(3)] == 0.0).all()


def test_a_country_cut_off_has_infinite_costs_and_is_named(world, params):
    links = world.table("links")
    alone = world.with_(links=links[links["passage"] != "khunjerab"].reset_index(drop=True))
    costs = Network.from_world(alone).country_costs(params)
    assert costs.cut_off() == ["CHN"]
    assert np.isinf(costs.cost[..., CHN, IND]).all()
    assert all(np.isinf(each[:, PAK, CHN]).all() for each in costs.days_and_usd(100.0))
    assert (costs.cost[..., CHN, CHN] == 0.0).all()
    transport = choice.ad_valorem(costs, params, alone.sectors)
    assert np.isinf(transport[CHN, IND, :3]).all()
    assert (transport[:, :, 3] == 0.0).all()


def test_an_economy_off_the_network_pays_nothing(world, params):
    economies = pd.DataFrame({"iso3": ["CHN", "IND", "PAK", "ROW"], "trade": True})
    costs = Network.from_world(world.with_(economies=economies)).country_costs(params)
    assert costs.countries == ["CHN", "IND", "PAK", "ROW"]
    assert (costs.cost[..., 3, :] == 0.0).all()
    assert (costs.cost[..., 3] == 0.0).all()


def test_hierarchy_and_dijkstra_give_the_same_country_costs(world, params, monkeypatch):
    fast = Network.from_world(world).country_costs(params)
    monkeypatch.setattr("landbridge.network.paths.routingkit", None)
    slow = Network.from_world(world).country_costs(params)
    np.testing.assert_allclose(fast.cost, slow.cost, rtol=1e-6)


@pytest.mark.parametrize(("column", "value"), [("km", 0.0), ("km", -3.0), ("speed_factor", 0.0), ("km", np.nan)])
def test_lengths_and_speeds_that_are_not_positive_are_refused(world, column, value):
    links = world.table("links").copy()
    links.loc[3, column] = value
    with pytest.raises(DataError, match=f"link 3 has {column}"):
        Network.from_world(world.with_(links=links))


def test_links_to_unknown_nodes_are_refused(world):
    links = world.table("links").copy()
    links.loc[2, "v"] = 99
    with pytest.raises(DataError, match="link 2 joins nodes 2 and 99; there are 16 nodes"):
        Network.from_world(world.with_(links=links))


def _costs(days=0.0, away=20_000.0, **usd):
    """Costs of one pair of countries by set of modes, all of which take as many days."""
    worths, abroad = (20.0, 200.0, 2000.0), 1.0 - np.eye(2)
    cost = np.array([[(usd[mode] + per_day * days) * abroad for mode in ALLOWED] for per_day in worths])
    some = np.ones_like(cost)
    return choice.CountryCosts(["AAA", "BBB"], worths, cost, some, some[0], away * abroad, 0.2 * abroad)


@pytest.mark.parametrize(("sector", "count"), [("fuels", 1), ("agriculture", 3), ("manufactures", 3)])
def test_classes_of_goods_make_up_their_sector(params, sector, count):
    classes = choice.goods_of(params, [sector])
    assert len(classes) == count
    assert sum(goods.share for goods in classes) == pytest.approx(1.0)
    teu = sum(goods.share / goods.value for goods in classes)
    assert 1.0 / teu == pytest.approx(params[f"value_per_teu_{sector}"])
    if count == 3:
        general, bulk, time_sensitive = classes
        assert bulk.per_day < general.per_day < time_sensitive.per_day


def test_classes_that_leave_no_general_goods_are_refused(params):
    with pytest.raises(InputError, match="of the TEU to general goods; both must be above zero"):
        choice.goods_of({**params, "share_bulk": 0.6, "value_ratio_bulk": 0.3}, ["manufactures"])


def test_one_route_for_all_modes_costs_what_it_costs(params):
    cost = choice.ad_valorem(_costs(sea=500.0, rail=500.0, road=500.0), params, ["agriculture"])
    assert cost[0, 1, 0] == pytest.approx(500.0 / params["value_per_teu_agriculture"], rel=1e-4)


def test_what_goes_by_pipeline_pays_no_freight(params):
    cost = choice.ad_valorem(_costs(sea=500.0, rail=500.0, road=500.0), params, ["fuels"])
    assert cost[0, 1, 0] == pytest.approx(0.8 * 500.0 / params["value_per_teu_fuels"], rel=1e-4)


def test_time_sensitive_goods_fly_where_the_ground_is_slow(params):
    flown = []
    for days in (40.0, 2.0):
        costs = _costs(days, 5_000.0, sea=500.0, rail=500.0, road=500.0)
        flown.append(choice.by_main_mode(costs, params, ["manufactures"], np.ones((2, 2, 1)))[0][3, 0, 1])
    assert flown[0] > 10.0 * flown[1]
    assert flown[0] < 1.1 * params["share_time_sensitive"]


def test_cost_falls_when_any_set_of_modes_gets_cheaper(params):
    base = {"sea": 500.0, "rail": 700.0, "road": 900.0}
    before = choice.ad_valorem(_costs(**base), params, ["fuels"])[0, 1, 0]
    for mode in base:
        after = choice.ad_valorem(_costs(**{**base, mode: 0.9 * base[mode]}), params, ["fuels"])[0, 1, 0]
        assert after < before


def test_mode_shares_are_the_derivatives_of_the_cost(params):
    base, step = {"sea": 500.0, "rail": 600.0, "road": 800.0}, 1e-5
    general = choice.goods_of(params, ["fuels"])[0]

    def mean_cost(**generalised):
        return [each[..., 0, 1] for each in choice.mean_cost(_costs(**generalised).of_ways(general, params), params)]

    before, shares = mean_cost(**base)
    for position, mode in enumerate(base):
        after, _ = mean_cost(**{**base, mode: base[mode] * np.exp(step)})
        assert np.log(after / before) / step == pytest.approx(shares[position], rel=1e-3)


def test_all_that_travels_goes_by_some_mode_where_there_is_a_route(network, params, world):
    flows = np.random.default_rng(2).uniform(1.0, 9.0, (3, 3, 4))
    value, teu = choice.by_main_mode(network.country_costs(params), params, world.sectors, flows)
    carried = flows[..., :3] * ~np.eye(3, dtype=bool)[..., None]
    np.testing.assert_allclose(value.sum(axis=0), carried.sum(axis=2))
    value_per_teu = [params[f"value_per_teu_{sector}"] for sector in world.sectors[:3]]
    np.testing.assert_allclose(teu.sum(axis=0), (carried / value_per_teu).sum(axis=2))


def test_a_lost_route_changes_cost_infinitely_and_a_new_one_not_at_all():
    before, after = np.array([0.1, 0.1, np.inf, np.inf]), np.array([0.21, np.inf, 0.3, np.inf])
    np.testing.assert_allclose(choice.cost_change(before, after), [1.1, np.inf, 1.0, 1.0])


def test_trade_assigned_to_the_network_adds_up(network, params):
    flows = np.random.default_rng(3).uniform(1.0, 9.0, (3, 3, 4))
    loads = network.loads(flows, params)
    carried = flows[..., :3].sum(axis=2)
    np.fill_diagonal(carried, 0.0)
    np.testing.assert_allclose(loads.moved, carried.sum(axis=0) + carried.sum(axis=1))
    assert (loads.flown > 0.0).all()
    np.testing.assert_allclose(loads.lost, 0.0, atol=1e-9)
    across = dict(zip(loads.borders, loads.border, strict=True))
    assert across["CHN-PAK"] == pytest.approx(loads.carried[CHN])
    through = dict(zip(loads.passages, loads.passage, strict=True))
    assert through["wagah"] + through["arabian_sea"] == pytest.approx(loads.carried[IND])
    share = loads.share[loads.passages.index("khunjerab")]
    assert share[CHN] == pytest.approx(loads.carried[CHN] / loads.moved[CHN])
    assert 0.0 < share[PAK] < 1.0


@pytest.mark.parametrize(("mode", "without"), [("sea", []), ("rail", ["sea"])])
def test_loads_by_main_mode_are_those_that_shippers_choose(world, params, mode, without):
    links = world.table("links")
    links = links.assign(passage=np.where(links["mode"] == mode, mode, ""))
    network = Network.from_world(world.with_(links=links[~links["mode"].isin(without)].reset_index(drop=True)))
    costs = network.country_costs(params)
    by_worth = costs.uses[:, choice.MAIN_MODES.index(mode)]
    assert (by_worth.max(axis=0) > by_worth.min(axis=0)).any()
    flows = np.random.default_rng(5).uniform(1.0, 9.0, (3, 3, 4))
    loads = network.loads(flows, params)
    value, _ = choice.by_main_mode(costs, params, world.sectors, flows)
    by_mode = value[choice.MAIN_MODES.index(mode)]
    expected = by_mode.sum(axis=0) + by_mode.sum(axis=1)
    np.testing.assert_allclose(loads.share[loads.passages.index(mode)] * loads.moved, expected, rtol=1e-9)
    assert expected.sum() > 0.0


def test_trade_without_a_route_is_lost_by_name(world, params):
    links = world.table("links")
    alone = world.with_(links=links[links["passage"] != "khunjerab"].reset_index(drop=True))
    loads = Network.from_world(alone).loads(np.ones((3, 3, 4)), params)
    np.testing.assert_allclose(loads.lost, [12.0, 6.0, 6.0])
    np.testing.assert_allclose(loads.carried + loads.flown, [0.0, 6.0, 6.0])


def test_loads_refuse_flows_of_another_shape(network, params):
    with pytest.raises(DataError, match="Flows have shape"):
        network.loads(np.ones((2, 2, 4)), params)
