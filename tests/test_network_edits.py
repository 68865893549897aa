"""What studies do to the network, and what they are refused."""

import numpy as np
import pytest

from landbridge.errors import InputError
from landbridge.network import edits
from landbridge.network.loads import assign_trade
from landbridge.network.model import Network
from landbridge.network.trunk import tables
from landbridge.network.variants import Variants
from landbridge.parameters import central_values
from landbridge.world.distance import great_circle_km
from tiny_network import tiny_world


@pytest.fixture(scope="module")
def world():
    return tiny_world()


def _route(world, *ends, **arguments):
    return Network.from_world(world).route(*ends, **arguments)


def test_new_railway_carries_through_to_the_old_one(world):
    after = edits.add_link(world, mode="rail", via=["Kashgar", "Gilgit", "Lahore"], speed_kmh=60.0)
    route = _route(after, "Kashgar", "Karachi", modes=["rail"])
    assert route.reachable
    assert not _route(world, "Kashgar", "Karachi", modes=["rail"]).reachable
    assert [leg.border for leg in route.legs if leg.border] == ["CHN-PAK"]
    assert [leg.stop for leg in route.legs if leg.stop] == ["terminal", "gauge", "terminal"]
    straight = great_circle_km(39.47, 75.99, 35.92, 74.31) + great_circle_km(35.92, 74.31, 31.55, 74.34)
    assert route.km == pytest.approx(straight * central_values()["detour_rail"] + 1219.0, rel=0.01)


def _stations(before, after):
    """The nodes of the network before that stations of new railways reach by road, with the km to them."""
    added = after.table("links").iloc[len(before.table("links")) :]
    terminals = added[added["dwell"] == "terminal"]
    return dict(zip(terminals["v"], terminals["km"], strict=True))


def test_stations_join_the_nearest_road_whether_or_not_routes_between_hubs_use_it(world):
    links = world.table("links")
    unused = world.with_(links=links.assign(skeleton=~links["link"].isin([2, 3])))
    after = edits.add_link(unused, mode="rail", via=["Gilgit", "Lahore"])
    assert _stations(unused, after) == {3: pytest.approx(0.1), 4: pytest.approx(0.1)}


def test_stations_join_no_road_that_reaches_no_city(world):
    links = world.table("links")
    severed = world.with_(links=links[~links["link"].isin([1, 3])].reset_index(drop=True))
    after = edits.add_link(severed, mode="rail", via=["Gilgit", "Lahore"], assumed=True)
    assert list(_stations(severed, after)) == [4]


def test_speed_of_a_new_line_is_the_one_given(world):
    slow, fast = (
        _route(
            edits.add_link(world, mode="rail", via=["Lahore", "Delhi"], speed_kmh=speed),
            "Lahore",
            "Delhi",
            modes=["rail"],
        )
        for speed in (30.0, 90.0)
    )
    running = slow.km - sum(leg.km for leg in slow.legs if leg.stop)
    assert slow.hours - fast.hours == pytest.approx(running / 30.0 - running / 90.0, rel=1e-2)


def test_new_line_pays_at_the_border_it_crosses(world):
    after = edits.add_link(world, mode="rail", via=["Lahore", "Delhi"])
    params = {**central_values(), "conflict_closure": 0.0}
    crossing = next(leg for leg in _route(after, "Lahore", "Delhi", modes=["rail"], params=params).legs if leg.border)
    assert crossing.border == "IND-PAK"
    assert crossing.hours == pytest.approx(params["rail_border_hours"], abs=0.1)
    assert crossing.usd == pytest.approx(params["rail_border_usd"], abs=5.0)


def test_edits_leave_the_world_before_as_it_was(world):
    before = {name: world.table(name).copy() for name in ("nodes", "links")}
    edits.add_link(world, mode="rail", via=["Kashgar", "Lahore"])
    edits.close(world, passage="wagah")
    edits.set_border(world, between=("CHN", "PAK"), hours=1.0)
    edits.upgrade(world, mode="road", countries=["PAK"], speed_factor=2.0)
    for name, table in before.items():
        assert world.table(name).equals(table)


def test_line_over_water_is_refused_unless_assumed(world):
    with pytest.raises(InputError, match=r'rail link from "Karachi" \(PAK\) to "Mumbai" \(IND\) runs over .* of water'):
        edits.add_link(world, mode="rail", via=["Karachi", "Mumbai"])
    bridge = edits.add_link(world, mode="rail", via=["Karachi", "Mumbai"], assumed=True)
    assert _route(bridge, "Karachi", "Mumbai", modes=["rail"]).reachable
    assert bridge.table("links")["assumed"].iloc[-1]


def test_ferry_crosses_water(world):
    after = edits.add_link(world, mode="ferry", via=["Karachi", "Mumbai"])
    route = _route(after, "Karachi", "Mumbai", modes=["ferry", "road"])
    assert "ferry" in {leg.mode for leg in route.legs}


def test_line_through_wilderness_is_refused_unless_assumed(world):
    with pytest.raises(InputError, match="from any road or railway: impassable ground"):
        edits.add_link(world, mode="road", via=["Kashgar", "Delhi, CHN"])


def test_line_across_a_closed_border_is_refused_unless_assumed(world):
    closures = world.table("closures").assign(key="IND-PAK", mode="", since="2001-01-01")
    closed = world.with_(closures=closures)
    assert not _route(closed, "Lahore", "Delhi", modes=["road"]).reachable
    with pytest.raises(InputError, match="crosses the closed border IND-PAK"):
        edits.add_link(closed, mode="rail", via=["Lahore", "Delhi"])
    assert _route(
        edits.add_link(closed, mode="rail", via=["Lahore", "Delhi"], assumed=True), "Lahore", "Delhi", modes=["rail"]
    ).reachable


def _over_the_pass(world, mode="rail", **given):
    via = ["Kashgar", "Khunjerab (Pakistan)", "Gilgit", "Lahore"]
    return edits.add_link(world, mode=mode, via=via, speed_kmh=60.0, **given)


def test_a_line_that_crosses_at_a_border_post_passes_it(world):
    assert _route(_over_the_pass(world), "Kashgar", "Lahore", modes=["rail"]).passages == ("khunjerab",)
    elsewhere = edits.add_link(world, mode="rail", via=["Kashgar", "Hunza", "Lahore"])
    assert _route(elsewhere, "Kashgar", "Lahore", modes=["rail"]).passages == ()


def test_closing_a_post_closes_the_new_line_that_crosses_there(world):
    after = _over_the_pass(world)
    shut = edits.close(after, passage="khunjerab")
    assert "passage khunjerab closed by the study" in _route(shut, "Kashgar", "Lahore", modes=["rail"]).reason
    by_road = edits.close(after, passage="khunjerab", mode="road")
    assert _route(by_road, "Kashgar", "Lahore", modes=["rail"]).reachable
    by_rail = edits.close(after, border=("CHN", "PAK"), mode="rail")
    assert not _route(by_rail, "Kashgar", "Lahore", modes=["rail"]).reachable
    assert _route(by_rail, "Kashgar", "Lahore", modes=["road"]).reachable


def test_a_new_line_over_a_post_counts_in_what_passes_it(world):
    networks = [Network.from_world(each) for each in (world, _over_the_pass(world))]
    variants = Variants.of(networks)
    params, position = central_values(), world.countries.index("CHN")
    flows = np.ones((3, 3, 4))
    for variant in range(2):
        loads = assign_trade(variants, variant, flows, params)
        through = loads.share[loads.passages.index("khunjerab"), position]
        assert through == pytest.approx(loads.carried[position] / loads.moved[position])
    assert loads.link[networks[1].mode == "rail"].max() > 0.0


def test_a_line_across_a_passage_that_is_closed_to_its_mode_is_refused_unless_assumed(world):
    later = world.with_(closures=world.table("closures").assign(since="2016-08-09"))
    with pytest.raises(InputError, match="crosses the closed passage wagah"):
        edits.add_link(later, mode="road", via=["Lahore", "Wagah", "Delhi"])
    by_road = edits.add_link(later, mode="road", via=["Lahore", "Wagah", "Delhi"], assumed=True)
    by_rail = edits.add_link(later, mode="rail", via=["Lahore", "Wagah", "Delhi"])
    assert _route(by_road, "Lahore", "Delhi", modes=["road"]).passages == ("wagah",)
    assert _route(by_rail, "Lahore", "Delhi", modes=["rail"]).passages == ("wagah",)


def test_winter_at_a_post_keeps_the_modes_that_the_table_names_waiting(world):
    closures = world.table("closures").assign(key="khunjerab", since="", share=0.25, wait_hours=400.0)
    winter = world.with_(closures=closures)
    crossing = {}
    for mode in ("rail", "road"):
        for assumed in (False, True):
            summer, after = (Network.from_world(_over_the_pass(w, mode, assumed=assumed)) for w in (world, winter))
            new = np.flatnonzero((after.border == "CHN-PAK") & (np.arange(len(after.km)) > 16))
            hours = (each.link_costs(central_values())[0] for each in (after, summer))
            wait = np.subtract(*hours)
            assert wait[1] == pytest.approx(100.0)
            crossing[mode, assumed] = float(wait[new].sum())
    assert crossing == {
        ("rail", False): 0.0,
        ("rail", True): 0.0,
        ("road", False): pytest.approx(100.0),
        ("road", True): 0.0,
    }


@pytest.mark.parametrize("speed", [0.0, -50.0, np.nan, np.inf])
def test_speeds_that_are_not_positive_are_refused(world, speed):
    with pytest.raises(InputError, match=r"speed_kmh is .* it must be a positive number"):
        edits.add_link(world, mode="rail", via=["Kashgar", "Lahore"], speed_kmh=speed)
    with pytest.raises(InputError, match="speed_factor is"):
        edits.upgrade(world, mode="rail", countries=["PAK"], speed_factor=speed)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: edits.add_link(w, mode="rail", via=["Kashgar", "Lahor"]), 'Did you mean "Lahore"'),
        (
            lambda w: edits.add_link(w, mode="canal", via=["Kashgar", "Lahore"]),
            'No mode that can be laid called "canal"',
        ),
        (lambda w: edits.add_link(w, mode="rail", via=["Lahore"]), "needs two places or more"),
        (lambda w: edits.add_link(w, mode="rail", via=["Lahore", "Lahore"]), "has no length"),
        (lambda w: edits.add_link(w, mode="sea", via=["Kashgar", "Karachi"]), "No port within"),
        (
            lambda w: edits.upgrade(w, mode="rail", via=["Lahore", "Delhi"], speed_kmh=80),
            'No rail line passes within 25 km of "Delhi"',
        ),
        (lambda w: edits.upgrade(w, mode="rail", countries=["India"], speed_kmh=80), "India has no rail link"),
        (
            lambda w: edits.upgrade(w, mode="rail", countries=["PAK"]),
            "exactly one of speed_kmh, speed_factor; found none",
        ),
        (lambda w: edits.close(w, passage="suez"), 'No passage called "suez".*arabian_sea, khunjerab, wagah'),
        (lambda w: edits.close(w, border=("CHN", "IND")), "CHN borders PAK; IND borders PAK"),
        (lambda w: edits.close(w, border=("CHN", "CHN")), "one country: a border lies between two"),
        (lambda w: edits.close(w, passage="wagah", mode="rail"), "Nothing to close: passage wagah has no link by rail"),
        (lambda w: edits.close(w, passage="wagah", country="IND"), "found passage and country"),
        (lambda w: edits.close(w, via=["Lahore", "Karachi"]), "say of which mode"),
        (lambda w: edits.set_border(w, between=("CHN", "IND"), hours=2.0), "No link crosses the border CHN-IND"),
        (lambda w: edits.set_border(w, between=("CHN", "PAK"), hours=-2.0), "hours is -2.0; it must be zero or more"),
        (lambda w: edits.set_border(w, between=("CHN", "PAK")), "give hours, usd, capacity"),
        (lambda w: edits.upgrade(w, mode="rail", countries=["PAK"], capacity=-1.0), "capacity is -1"),
    ],
)
def test_changes_that_cannot_be_made_are_refused_with_the_cure(world, change, message):
    with pytest.raises(InputError, match=message):
        change(world)


def test_upgrade_along_places_speeds_up_that_line_only(world):
    after = edits.upgrade(world, mode="rail", via=["Lahore", "Karachi"], speed_kmh=90.0)
    before, faster = (Network.from_world(each).link_costs(central_values())[0] for each in (world, after))
    changed = np.flatnonzero(before != faster)
    assert changed.tolist() == [15]
    violence = before[15] - 1219.0 / central_values()["rail_speed_kmh"]
    assert faster[15] == pytest.approx(1219.0 / 90.0 + violence)


def test_upgrade_in_a_country_speeds_up_the_mode_there(world):
    after = edits.upgrade(world, mode="road", countries=["Pakistan"], speed_factor=2.0)
    links = after.table("links")
    road = (links["mode"] == "road") & (links["iso3"] == "PAK")
    assert (links.loc[road, "speed_factor"] == 2.0).all()
    assert (links.loc[~road, "speed_factor"] == 1.0).all()


def test_upgrades_multiply(world):
    twice = edits.upgrade(
        edits.upgrade(world, mode="road", countries=["PAK"], speed_factor=2.0),
        mode="road",
        countries=["PAK"],
        speed_factor=1.5,
    )
    assert twice.table("links")["speed_factor"].max() == pytest.approx(3.0)


def test_closed_country_lets_nothing_through_but_trades_within(world):
    closed = edits.close(world, country="Pakistan")
    assert not _route(closed, "Kashgar", "Delhi").reachable
    assert not _route(closed, "Karachi", "Mumbai").reachable
    assert _route(closed, "Lahore", "Karachi").reachable
    assert Network.from_world(closed).country_costs(central_values()).cut_off() == ["CHN", "IND", "PAK"]


def test_country_closed_to_road_keeps_its_ports(world):
    closed = edits.close(world, country="PAK", mode="road")
    assert not _route(closed, "Kashgar", "Lahore").reachable
    assert _route(closed, "Lahore", "Delhi").passages == ("arabian_sea",)


def test_closed_line_sends_traffic_another_way(world):
    closed = edits.close(world, via=["Lahore", "Karachi"], mode="rail")
    assert {leg.mode for leg in _route(closed, "Lahore", "Karachi").legs} == {"road"}


def test_border_set_by_a_study_takes_its_hours_and_money_and_opens(world):
    later = Network.from_world(
        edits.set_border(world, between=("IND", "PAK"), mode="road", hours=2.0, usd=30.0), year=2020
    )
    params = central_values()
    hours, usd = later.link_costs(params)
    grade = np.log10(1.0 + 10.0 / params["conflict_scale"])
    wait = params["conflict_closure_hours"] * (1 - np.exp(-params["conflict_closure"] * grade))
    insurance = params["conflict_premium"] / 100 * params["value_per_teu_manufactures"] / 1000
    assert hours[12] == pytest.approx(
        2.0 + 3.0 / params["road_speed_kmh"] + 0.03 * params["conflict_delay"] * grade + wait
    )
    assert usd[12] == pytest.approx(
        30.0 + 3.0 * (params["usd_per_teu_km_road"] + (params["conflict_surcharge"] + insurance) * grade)
    )


def test_border_keeps_the_parameter_for_what_the_study_leaves_out(world):
    after = Network.from_world(edits.set_border(world, between=("CHN", "PAK"), hours=2.0))
    hours, usd = after.link_costs({**central_values(), "conflict_closure": 0.0})
    assert hours[1] == pytest.approx(2.0 + 3.0 / central_values()["road_speed_kmh"])
    assert usd[1] == Network.from_world(world).link_costs(central_values())[1][1]


def test_new_line_counts_in_country_costs_of_a_world_with_a_trunk(world):
    (trunk,) = tables(world, years=(2017,))
    small = tiny_world(trunk=trunk.frame)
    params = central_values()
    before = Network.from_world(small).country_costs(params)
    np.testing.assert_allclose(before.cost, Network.from_world(world).country_costs(params).cost, rtol=0.05)
    after = Network.from_world(
        edits.add_link(small, mode="road", via=["Kashgar", "Lahore"], speed_kmh=90.0, assumed=True)
    ).country_costs(params)
    assert (after.days_and_usd(300.0)[0] < 0.8 * before.days_and_usd(300.0)[0])[2, 0, 2]
