"""What a broken network is told: each rule finds its fault, names the link, and offers the cure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from landbridge.world import World
from landbridge.world.check_network import RULES

_RULES = {rule.__name__: rule for rule in RULES}


def _said(world: World, rule: str) -> str:
    found: Iterator[str] = _RULES[rule](world)
    (said,) = list(found)
    return said


def _with(world: World, link: int, **values: object) -> World:
    frame = world.table("links").copy()
    for column, value in values.items():
        frame.loc[link, column] = value
    return world.with_(links=frame)


def _first(world: World, chosen: pd.Series) -> int:
    return int(np.flatnonzero(chosen.to_numpy())[0])


@pytest.fixture(scope="module")
def world(world2017: World) -> World:
    return world2017


def test_the_packaged_network_keeps_every_rule(world: World) -> None:
    assert [said for rule in RULES for said in rule(world)] == []


def test_a_link_to_nowhere_is_found_and_silences_what_would_follow_from_it(world: World) -> None:
    broken = _with(world, 7, u=10**6)
    assert "link 7" in _said(broken, "_ends")
    assert [list(rule(broken)) for rule in RULES[1:]] == [[] for _ in RULES[1:]]


def test_a_loop_is_found(world: World) -> None:
    assert "from a node to itself" in _said(_with(world, 7, u=int(world.table("links").loc[7, "v"])), "_ends")


def test_a_link_shorter_than_the_sphere_allows_is_found(world: World) -> None:
    links = world.table("links")
    long = _first(world, (links["mode"] == "road") & (links["km"] > 100))
    assert f"link {long}" in _said(_with(world, long, km=1.0), "_lengths")
    assert "above zero" in next(_RULES["_lengths"](_with(world, 7, km=-1.0)))


def test_an_absurd_detour_is_found(world: World) -> None:
    links = world.table("links")
    some = _first(world, (links["mode"] == "road") & links["km"].between(50, 100))
    assert "km between ends" in _said(_with(world, some, km=90_000.0), "_lengths")


def test_a_repeated_link_is_found(world: World) -> None:
    links = world.table("links")
    again = pd.concat([links, links.iloc[[500]].assign(link=len(links), km=1e3)], ignore_index=True)
    assert "there twice" in _said(world.with_(links=again), "_repeated")


def test_a_crossing_without_its_border_would_stay_open_and_is_found(world: World) -> None:
    links = world.table("links")
    crossing = _first(world, (links["border"] == "AFG-PAK") & (links["mode"] == "road"))
    assert "AFG" in _said(_with(world, crossing, border=""), "_borders")
    assert "leads across AFG-PAK" in _said(_with(world, crossing, border="IND-PAK"), "_borders")


def test_a_city_that_nothing_joins_is_found(world: World) -> None:
    nodes, links = world.table("nodes"), world.table("links")
    kabul = int(nodes.loc[(nodes["kind"] == "city") & (nodes["name"] == "Kabul"), "node"].iloc[0])
    without = links[(links["u"] != kabul) & (links["v"] != kabul)]
    assert "Kabul (AFG)" in _said(world.with_(links=without), "_islands")


def test_a_long_invented_join_is_found(world: World) -> None:
    links = world.table("links")
    real = _first(world, (links["mode"] == "rail") & (links["km"] > 100) & (links["status"] == "existing"))
    assert "invented join" in _said(_with(world, real, status="stitch", assumed=True), "_stitches")


def test_an_absurd_speed_is_found(world: World) -> None:
    assert "50 times the speed" in _said(_with(world, 7, speed_factor=50.0), "_speeds")


def test_gauges_that_meet_without_a_change_are_found(world: World) -> None:
    links = world.table("links")
    russian = _first(world, (links["mode"] == "rail") & (links["gauge_mm"] == 1520) & (links["iso3"] == "RUS"))
    assert "without a change of gauge" in _said(_with(world, russian, gauge_mm=1435), "_gauges")
    road = _first(world, links["mode"] == "road")
    assert "mm" in _said(_with(world, road, gauge_mm=1435), "_gauges")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("share", 1.5, "closures.share: khunjerab is closed for 1.5 of the year; allowed is above 0 to 1."),
        ("wait_hours", 0.0, "closures.wait_hours: khunjerab is closed for part of the year; give the hours"),
    ],
)
def test_a_season_that_cannot_be_is_found(world: World, column: str, value: float, said: str) -> None:
    closures = world.table("closures").copy()
    closures.loc[closures["key"] == "khunjerab", column] = value
    assert _said(world.with_(closures=closures), "_seasons").startswith(said)


def test_a_world_without_a_network_has_nothing_to_complain_of(world: World) -> None:
    bare = replace(world, resources={name: of for name, of in world.resources.items() if name != "links"})
    assert [said for rule in RULES for said in rule(bare)] == []
