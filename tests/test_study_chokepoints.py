"""What trade hangs on each passage: adding up, gates that leave no way round, and facts anybody can look up."""

import numpy as np
import pytest

from landbridge.network.model import Network
from landbridge.parameters import central_values
from landbridge.study.chokepoints import chokepoints, chokepoints_of_all
from landbridge.study.outcome import Outcome
from landbridge.study.show import labels_of, show
from landbridge.trade.model import trade_baseline
from landbridge.world import World


@pytest.fixture(scope="module")
def network(world2017: World) -> Network:
    return Network.from_world(world2017)


@pytest.fixture(scope="module")
def shares(world2017: World):
    return chokepoints(world2017).pivot(index="passage", columns="country", values="share").fillna(0.0)


@pytest.mark.parametrize(
    ("start", "end", "gate"),
    [
        ("Kuwait City", "Karachi", "hormuz"),
        ("Odesa", "Piraeus", "bosporus"),
        ("Odesa", "Piraeus", "dardanelles"),
        ("Saint Petersburg", "Hamburg", "danish_straits"),
        ("Rostov-na-Donu", "Odesa", "kerch"),
    ],
)
def test_enclosed_seas_have_one_door(network: Network, start: str, end: str, gate: str) -> None:
    assert gate in network.route(start, end, modes=["sea"]).passages
    assert not network.route(start, end, modes=["sea"], avoid=[gate]).reachable


@pytest.mark.parametrize(
    ("start", "end", "gates", "longer_by"),
    [
        ("Mumbai", "Marseille", ["suez"], 10_000),
        ("Jeddah", "Mumbai", ["babalmandab"], 15_000),
        ("Marseille", "Lisbon", ["gibraltar"], 15_000),
        ("Los Angeles", "New York", ["panama"], 12_000),
        ("Mumbai", "Singapore", ["malacca"], 1_000),
        ("Le Havre", "Hamburg", ["dover"], 1_000),
        ("Cape Town", "Durban", ["south_africa"], 15_000),
        ("Khunjerab (China)", "Khunjerab (Pakistan)", ["khunjerab"], 500),
    ],
)
def test_without_a_passage_the_way_is_round_a_continent(
    network: Network, start: str, end: str, gates: list[str], longer_by: float
) -> None:
    modes = ["road"] if "khunjerab" in gates else ["sea"]
    usual, other = (network.route(start, end, modes=modes, avoid=avoid) for avoid in ([], gates))
    assert set(gates) <= set(usual.passages)
    assert other.km - usual.km > longer_by


@pytest.mark.parametrize("post", ["dostyk", "khorgos", "brest", "zabaikalsk", "sarakhs", "torkham", "chaman"])
def test_a_post_holds_all_tracks_side_by_side(world2017: World, post: str) -> None:
    links, nodes = world2017.table("links"), world2017.table("nodes")
    middle = nodes[["lat", "lon"]].to_numpy()[links["u"]].astype(float)
    tags = links["passage"].astype(str).to_numpy()
    for mode in set(links["mode"][tags == post]):
        own = np.flatnonzero((tags == post) & (links["mode"] == mode))
        border = links["border"].iloc[own[0]]
        loose = (links["border"] == border) & (links["mode"] == mode) & (tags == "")
        apart = np.abs(middle[loose.to_numpy()][:, None] - middle[own]).sum(axis=2)
        assert (apart > 0.1).all(), f"{mode} beside {post} is not part of it"


def test_trade_assigned_is_trade_and_what_enters_a_node_leaves_it(network: Network, world2017: World) -> None:
    flows, params = trade_baseline(world2017).flows, central_values()
    loads = network.loads(flows, params)
    goods = [position for position, sector in enumerate(world2017.sectors) if f"value_per_teu_{sector}" in params]
    foreign = flows[:, :, goods].sum(axis=2)
    np.fill_diagonal(foreign, 0.0)
    assert loads.moved + loads.lost == pytest.approx(foreign.sum(axis=0) + foreign.sum(axis=1), rel=1e-9)
    ends, load = np.concatenate([network.tail, network.head]), np.tile(loads.link, 2)
    together = np.bincount(ends, load, minlength=len(network.lat))
    largest = np.zeros(len(network.lat))
    np.maximum.at(largest, ends, load)
    passing = np.setdiff1d(np.arange(len(network.lat)), network.hubs.node)
    assert (largest[passing] <= together[passing] / 2 * (1 + 1e-9) + 1e-6).all()
    at_hubs = np.bincount(network.hubs.economy, together[network.hubs.node], minlength=len(loads.carried))
    assert (at_hubs >= loads.carried * (1 - 1e-9)).all()
    assert loads.link[~network.open].max() == 0.0


def test_the_gulf_hangs_on_hormuz_and_no_landlocked_african_on_panama(shares) -> None:
    for code in ("QAT", "KWT", "BHR"):
        assert shares.loc["hormuz", code] > 0.5
    assert shares.loc["suez", "EGY"] < shares.loc["suez", "SAU"] + 0.2
    assert shares.loc["panama", "UGA"] < 0.01
    assert shares.loc["bosporus", "UKR"] > 0.15
    assert shares.loc["suez"].between(0, 1).all()


def test_the_world_s_chokepoints_are_those_of_its_countries(world2017: World) -> None:
    by_country, whole = chokepoints(world2017), chokepoints_of_all(world2017)
    both_ends = by_country.groupby("passage")["trade_musd"].sum()
    listed = whole.set_index("passage")["trade_musd"].head(20)
    assert both_ends[listed.index].to_numpy() / 2 == pytest.approx(listed.to_numpy(), rel=0.005)
    assert listed.index[0] in ("malacca", "taiwan_strait", "suez", "babalmandab")
    hormuz = show(world2017, "chokepoints", **labels_of(world2017, "chokepoints", ["PAK", "hormuz"]))
    assert hormuz["kind"].tolist() == ["sea"]
    assert 0 < hormuz["share"].iloc[0] < 1


def test_an_outcome_shows_chokepoints_by_scenario(small_outcome: Outcome) -> None:
    words = ["PAK", "suez"]
    found = show(small_outcome, "chokepoints", **labels_of(small_outcome, "chokepoints", words)).set_index("scenario")
    assert found["share"]["baseline"] > 0
    assert "canal" not in found.index
    whole = show(small_outcome, "chokepoints", scenario="baseline")
    assert whole["trade_musd"].is_monotonic_decreasing
