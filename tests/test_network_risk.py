"""Ways that are closed now and then: expected waits, and the way round."""

import numpy as np
import pytest

from landbridge.errors import InputError
from landbridge.network.edits import add_link
from landbridge.network.model import Network
from landbridge.network.risk import set_risk
from landbridge.parameters import central_values
from landbridge.world import World
from tiny_network import tiny_world


@pytest.fixture(scope="module")
def world() -> World:
    return tiny_world()


def _hours(world: World) -> np.ndarray:
    return Network.from_world(world).link_costs(central_values())[0]


def test_a_post_s_expected_wait_is_the_odds_times_the_wait(world: World) -> None:
    before = _hours(world)
    once = set_risk(world, passage="khunjerab", probability=0.25, hours=48.0)
    assert _hours(once) - before == pytest.approx(12.0 * (np.arange(len(before)) == 1))
    twice = set_risk(once, border=("CHN", "PAK"), probability=0.5, hours=10.0)
    assert (_hours(twice) - before)[1] == pytest.approx(17.0)
    assert _hours(set_risk(world, passage="khunjerab", probability=0.0, hours=48.0)) == pytest.approx(before)


def test_a_risk_at_a_post_is_that_of_a_new_line_which_crosses_there_too(world: World) -> None:
    over = add_link(world, mode="rail", via=["Kashgar", "Khunjerab (Pakistan)", "Lahore"])
    crossing = over.table("links")["border"].to_numpy() == "CHN-PAK"
    after = set_risk(over, passage="khunjerab", probability=0.25, hours=48.0)
    assert crossing.sum() == 2
    assert _hours(after) - _hours(over) == pytest.approx(12.0 * crossing)


def test_a_line_s_wait_is_spread_over_its_length_and_met_once(world: World) -> None:
    after = set_risk(world, via=["Gilgit", "Lahore", "Karachi"], mode="road", probability=0.5, hours=20.0)
    more = _hours(after) - _hours(world)
    assert more.sum() == pytest.approx(10.0)
    assert more[4] / more[3] == pytest.approx(1220.0 / 830.0)


def test_goods_take_the_way_round_where_the_expected_wait_costs_more(world2017: World) -> None:
    usual = Network.from_world(world2017).route("Mumbai", "Rotterdam")
    costs = []
    for probability in (0.05, 0.5, 1.0):
        risky = Network.from_world(set_risk(world2017, passage="suez", probability=probability, hours=1000.0))
        route = risky.route("Mumbai", "Rotterdam")
        costs.append(route.usd + 10.0 * route.hours)
        assert ("suez" in route.passages) == (probability < 0.1)
        if "suez" in route.passages:
            assert route.hours == pytest.approx(usual.hours + 1000.0 * probability)
    assert costs[1] == costs[2]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"passage": "khunjerab", "probability": 1.5, "hours": 1.0}, "must lie between 0 and 1"),
        ({"passage": "khunjerab", "probability": 0.5, "hours": -1.0}, "must be zero or more"),
        ({"passage": "khunjerab", "probability": 0.5, "hours": 1.0, "mode": "rail"}, "no link by rail"),
        ({"passage": "khunjrab", "probability": 0.5, "hours": 1.0}, "khunjerab"),
        ({"probability": 0.5, "hours": 1.0}, "exactly one of passage, border, via"),
        ({"border": ("CHN", "IND"), "probability": 0.5, "hours": 1.0}, "CHN borders PAK"),
        ({"via": ["Lahore", "Karachi"], "probability": 0.5, "hours": 1.0}, "wants its mode"),
    ],
)
def test_a_risk_that_cannot_be_is_refused(world: World, given: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        set_risk(world, **given)


def test_a_strait_of_several_lanes_is_refused(world2017: World) -> None:
    with pytest.raises(InputError, match="several lanes side by side"):
        set_risk(world2017, passage="malacca", probability=0.1, hours=24.0)
