"""Routes told leg by leg, on a world small enough to check by eye."""

import numpy as np
import pytest

from landbridge.errors import InputError
from landbridge.network import edits
from landbridge.network.model import Network
from landbridge.network.route import draw_route
from tiny_network import tiny_world


@pytest.fixture(scope="module")
def network():
    return Network.from_world(tiny_world())


def test_route_is_told_by_mode_and_border(network):
    route = network.route("Kashgar", "Lahore")
    assert [(leg.start, leg.end, leg.mode, leg.border) for leg in route.legs] == [
        ("Kashgar", "Khunjerab (China)", "road", ""),
        ("Khunjerab (China)", "Khunjerab (Pakistan)", "road", "CHN-PAK"),
        ("Khunjerab (Pakistan)", "Lahore", "road", ""),
    ]
    assert route.countries == ("CHN", "PAK")
    assert route.passages == ("khunjerab",)


def test_totals_are_the_sums_of_the_legs_and_of_the_links(network):
    route = network.route("Kashgar", "Mumbai")
    for total, parts in (
        (route.km, [leg.km for leg in route.legs]),
        (route.hours, [leg.hours for leg in route.legs]),
        (route.usd, [leg.usd for leg in route.legs]),
    ):
        assert total == pytest.approx(sum(parts))
    assert route.km == pytest.approx(network.km[route.links].sum())
    assert len(route.lat) == len(route.links) + 1


def test_route_back_costs_the_same(network):
    there, back = network.route("Kashgar", "Mumbai"), network.route("Mumbai", "Kashgar")
    assert (there.km, there.hours, there.usd) == pytest.approx((back.km, back.hours, back.usd))


def test_route_by_one_mode_uses_no_other(network):
    route = network.route("Lahore", "Karachi", modes=["rail"])
    assert {leg.mode for leg in route.legs} == {"rail", "transfer"}
    assert route.km == pytest.approx(1223.0)
    by_sea = network.route("Karachi", "Mumbai", modes=["sea"])
    assert by_sea.passages == ("arabian_sea",)
    assert by_sea.km == pytest.approx(820.0)


def test_avoided_passage_is_gone_round(network):
    assert "wagah" in network.route("Lahore", "Delhi").passages
    assert network.route("Lahore", "Delhi", avoid=["wagah"]).passages == ("arabian_sea",)
    assert network.route("Lahore", "Delhi", avoid=["IND-PAK"]).passages == ("arabian_sea",)


def test_route_within_countries_stays_there(network):
    assert network.route("Mumbai", "Delhi", within=["India"]).countries == ("IND",)
    assert not network.route("Lahore", "Delhi", within=["PAK"]).reachable


def test_unreachable_place_is_infinitely_far_and_the_closure_is_named():
    later = Network.from_world(tiny_world(), year=2020)
    route = later.route("Lahore", "Delhi", modes=["road"])
    assert not route.reachable
    assert np.isinf([route.km, route.hours, route.usd]).all()
    assert route.reason == (
        "no route from Lahore to Delhi: wagah closed to road since 2019-08-09: trade with India suspended"
    )


def test_missing_line_is_named_with_what_can_be_reached(network):
    route = network.route("Kashgar", "Lahore", modes=["rail"])
    assert route.reason == "no rail line passes within 150 km of Kashgar (CHN)"
    links = network.world.table("links")
    cut = network.world.with_(links=links[links["passage"] != "khunjerab"].reset_index(drop=True))
    route = Network.from_world(cut).route("Kashgar", "Lahore")
    assert route.reason == "no line joins Kashgar (CHN) to Lahore (PAK); from Kashgar it reaches CHN"


def test_study_closure_is_named_as_the_reason(network):
    closed = edits.close(network.world, border=("China", "Pakistan"))
    route = Network.from_world(closed).route("Kashgar", "Lahore")
    assert route.reason == "no route from Kashgar to Lahore: border CHN-PAK closed by the study"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"modes": ["train"]}, 'No transport mode called "train"'),
        ({"avoid": ["wagha"]}, "Did you mean 'wagah'"),
        ({"within": ["Pakistn"]}, "Did you mean 'Pakistan'"),
    ],
)
def test_unknown_words_are_refused_with_the_nearest(network, arguments, message):
    with pytest.raises(InputError, match=message):
        network.route("Kashgar", "Lahore", **arguments)


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_route_is_drawn(network, tmp_path, suffix):
    path = tmp_path / f"route.{suffix}"
    draw_route(network.route("Kashgar", "Mumbai"), network, path)
    assert path.stat().st_size > 5_000


def test_map_of_no_route_or_to_nowhere_is_refused(network, tmp_path):
    with pytest.raises(InputError, match="Nothing to draw"):
        draw_route(network.route("Kashgar", "Lahore", modes=["rail"]), network, tmp_path / "none.png")
    with pytest.raises(InputError, match="Cannot write the map"):
        draw_route(network.route("Kashgar", "Lahore"), network, tmp_path / "no such folder" / "route.png")
