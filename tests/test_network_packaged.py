"""The packaged network as it is used: routes that are known, costs on the trunk, closures that bite."""

import dataclasses

import numpy as np
import pytest

from landbridge.network import edits
from landbridge.network.choice import ad_valorem
from landbridge.network.model import Network
from landbridge.network.places import find_place
from landbridge.network.variants import Variants
from landbridge.parameters import central_values


@pytest.fixture(scope="module")
def network(world2017):
    return Network.from_world(world2017)


@pytest.fixture(scope="module")
def transport(network):
    return ad_valorem(network.country_costs(central_values()), central_values(), network.world.sectors)


def _position(network, *codes):
    return tuple(network.world.countries.index(code) for code in codes)


def test_kashgar_gwadar_goes_by_khunjerab(network):
    route = network.route("Kashgar", "Gwadar")
    assert route.countries == ("CHN", "PAK")
    assert "khunjerab" in route.passages


def test_landlocked_and_roadless_places_say_so(network):
    assert network.route("Kabul", "Tashkent", modes=["rail"]).reason.startswith("no rail line")
    assert "KOR-PRK closed" in network.route("Seoul", "Pyongyang", modes=["rail", "road"]).reason


def test_every_economy_on_the_network_is_reached(network):
    assert network.country_costs(central_values()).cut_off() == []


def test_the_trunk_gives_the_costs_of_the_whole_graph(network, transport):
    world = network.world
    bare = dataclasses.replace(
        world, resources={name: world.resources[name] for name in world.resources if name != "trunk"}
    )
    whole = Network.from_world(bare.with_(links=world.table("links").assign(skeleton=True)))
    exact = ad_valorem(whole.country_costs(central_values()), central_values(), world.sectors)
    error = (1.0 + transport) / (1.0 + exact) - 1.0
    assert np.abs(error).mean() < 1e-3
    assert np.abs(error).max() < 0.02


def test_suez_shut_makes_asia_and_europe_dearer_to_each_other_only(network, transport):
    shut = Network.from_world(edits.close(network.world, passage="suez"))
    after = ad_valorem(shut.country_costs(central_values()), central_values(), network.world.sectors)
    change = (1.0 + after) / (1.0 + transport) - 1.0
    assert (change > -1e-6).all()
    assert change[*_position(network, "IND", "ITA"), 2] > 0.02
    assert change[*_position(network, "USA", "MEX"), 2] == pytest.approx(0.0, abs=1e-6)


def test_railway_over_the_karakoram_brings_kashgar_and_pakistan_nearer(network):
    places = ["Kashgar", "Gilgit", "Rawalpindi"]
    with_rail = edits.add_link(network.world, mode="rail", via=places, speed_kmh=60.0, assumed=True)
    with_rail = edits.set_border(with_rail, between=("CHN", "PAK"), mode="rail", hours=4.0, usd=50.0)
    params = central_values()
    before, after = (each.country_costs(params) for each in (network, Network.from_world(with_rail)))
    joined = np.isfinite(before.cost[0, 1]) & (before.cost[0, 1] > 0.0)
    change = after.cost[:, 1] / np.where(joined, before.cost[:, 1], 1.0)
    bulk, general, _ = change[:, *_position(network, "CHN", "PAK")]
    assert max(bulk, general) < 0.99
    assert (change[:, joined] < 1.001).all()


def test_a_new_railway_joins_the_railways_at_both_its_ends(network):
    over_kabul = edits.add_link(
        network.world, mode="rail", via=["Mazār-e Sharīf", "Kabul", "Torkham", "Peshawar"], speed_kmh=60.0, assumed=True
    )
    route = Network.from_world(over_kabul).route("Tashkent", "Lahore", modes=["rail"])
    assert route.countries[-2:] == ("AFG", "PAK")
    assert route.km < 2200.0


def test_stations_of_a_new_railway_stand_on_their_towns_roads(network):
    to_gwadar = edits.add_link(
        network.world, mode="rail", via=["Jacobabad", "Khuzdar", "Turbat", "Gwadar"], assumed=True
    ).table("links")
    terminals = to_gwadar.iloc[len(network.km) :].query("dwell == 'terminal'")
    assert len(terminals) == 4
    assert terminals["km"].max() < 15.0


def test_no_lorry_passes_between_india_and_myanmar_until_a_study_opens_the_border(network):
    closed = network.border == "IND-MMR"
    assert closed.any()
    assert not network.open[closed].any()
    assert "Moreh" in network.closed_by[closed][0]
    opened = edits.set_border(network.world, between=("IND", "MMR"), hours=24.0)
    assert Network.from_world(opened).open[closed].all()
    assert not Network.from_world(network.world, year=2022).open[closed].any()


def test_european_trade_with_asia_hangs_on_suez(network):
    flows = np.ones((len(network.world.countries),) * 2 + (len(network.world.sectors),))
    loads = network.loads(flows, central_values())
    suez = dict(zip(loads.countries, loads.share[loads.passages.index("suez")], strict=True))
    assert suez["ITA"] > 0.15
    assert suez["MEX"] < 0.15
    off = np.flatnonzero(np.diff(network.hubs.people.indptr) == 0)
    np.testing.assert_allclose(np.delete(loads.lost, off), len(off) * 2 * 3, atol=1e-6)


def test_a_scenario_that_only_refines_the_trunk_changes_no_cost(network):
    along = ["Peshawar", "Rawalpindi", "Lahore", "Multan", "Karachi"]
    same = edits.upgrade(network.world, mode="rail", via=along, speed_factor=1.0)
    before, after = Variants.of([network, Network.from_world(same)]).country_costs(central_values())
    assert np.array_equal(before.cost, after.cost)


@pytest.mark.parametrize("spelling", ["Xi'an", "Xi’an", "xian", "XIAN, China"])
def test_a_place_may_be_typed_with_or_without_its_apostrophe(world2017, spelling):
    assert find_place(world2017, spelling).name == "Xi’an"
