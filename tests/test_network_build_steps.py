"""The steps of the network's build on graphs small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from landbridge.world.build.network import mainlines
from landbridge.world.build.network.cities import hub_count, hub_positions
from landbridge.world.build.network.closures import closures
from landbridge.world.build.network.graph import Graph, overlay, pair
from landbridge.world.build.network.land import gauges, with_countries
from landbridge.world.build.network.mending import with_gaps_mended
from landbridge.world.build.network.overlay import waypoints
from landbridge.world.build.network.skeleton import skeleton
from landbridge.world.build.network.thinning import with_light_rails
from landbridge.world.distance import great_circle_km


def line(lons: list[float], links: list[tuple[int, int]], iso3: str = "RUS") -> Graph:
    """Rail nodes along the equator and the links between them."""
    graph, _ = Graph.empty().with_nodes(pd.DataFrame({"lat": 0.0, "lon": lons, "iso3": iso3, "layer": "rail"}))
    return graph.with_links(pd.DataFrame(links, columns=["u", "v"]).assign(mode="rail"))


def test_a_degree_of_the_equator_is_111_km() -> None:
    assert great_circle_km(0, 0, 0, 1) == pytest.approx(111.195, abs=0.01)


def test_a_border_is_named_alphabetically_from_either_side() -> None:
    assert pair("PAK", "CHN") == pair("CHN", "PAK") == "CHN-PAK"


def test_a_railway_severed_by_a_small_gap_is_joined_and_the_join_is_flagged() -> None:
    graph = with_gaps_mended(line([0.0, 1.0, 1.05, 2.0], [(0, 1), (2, 3)]))
    joins = graph.links[graph.links["status"] == "stitch"]
    assert set(map(tuple, np.sort(joins[["u", "v"]].to_numpy()))) == {(1, 2)}
    assert joins["assumed"].all()


def test_a_wide_gap_and_a_gap_across_a_border_stay_open() -> None:
    assert len(with_gaps_mended(line([0.0, 1.0, 1.5, 2.5], [(0, 1), (2, 3)])).links) == 2
    two = line([0.0, 1.0, 1.05, 2.0], [(0, 1), (2, 3)])
    nodes = two.nodes.assign(iso3=["RUS", "RUS", "CHN", "CHN"])
    assert len(with_gaps_mended(Graph(nodes, two.links)).links) == 2


def test_a_dead_end_near_its_own_line_gets_no_shortcut() -> None:
    graph = line([0.0, 0.05, 0.10], [(0, 1), (1, 2)])
    assert len(with_gaps_mended(graph).links) == 2


def test_a_link_between_countries_names_its_border_and_its_gauge() -> None:
    graph = line([0.0, 1.0], [(0, 1)])
    graph = with_countries(Graph(graph.nodes.assign(iso3=["RUS", "CHN"]), graph.links))
    assert graph.links.loc[0, "border"] == "CHN-RUS"
    assert graph.links.loc[0, "gauge_mm"] == 1520


def test_gauges_of_russia_china_and_pakistan() -> None:
    assert list(gauges(np.array(["RUS", "CHN", "PAK"], dtype=object))) == [1520, 1435, 1676]


def test_skeleton_leaves_a_detour_and_a_siding_aside() -> None:
    graph = line([0.0, 1.0, 2.0, 1.0, 1.2], [(0, 1), (1, 2), (0, 3), (3, 2), (1, 4)])
    links = graph.links.assign(iso3="RUS", km=[1.0, 1.0, 5.0, 5.0, 1.0])
    ends = np.array([True, False, True, False, False])
    assert list(skeleton(links, ends, pd.Series(True, index=links.index))) == [True, True, False, False, False]


def test_hubs_spread_over_the_people() -> None:
    cities = pd.DataFrame({"lat": 0.0, "lon": [0.0, 0.5, 30.0, 31.0], "population": [100.0, 90.0, 60.0, 50.0]})
    assert hub_positions(cities, 2, []) == [0, 2]
    assert hub_positions(cities, 2, [3]) == [0, 3]


def test_hub_count_is_one_for_a_small_country_and_eight_for_the_largest() -> None:
    assert hub_count(3e5, 2_600) == 1
    assert hub_count(1.39e9, 9.6e6) == 8


def test_every_stop_of_a_corridor_is_a_waypoint_with_a_position() -> None:
    stops = {stop.strip() for via in overlay("corridors")["via"] for stop in via.split(";")}
    assert stops <= set(waypoints().index)
    assert not waypoints().index.duplicated().any()


@pytest.mark.parametrize(
    "table",
    [
        *("border_posts", "closures", "corridors", "frontiers", "gates", "gauges", "hubs", "pipelines"),
        *("published_lengths", "unions", "waypoints"),
    ],
)
def test_overlay_tables_are_whole_and_name_their_source(table: str) -> None:
    frame = overlay(table)
    assert len(frame)
    assert not frame.duplicated().any()
    if "source" in frame:
        assert frame["source"].ne("").all()


def test_a_line_has_its_published_length_and_other_lines_keep_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = line([0.0, 1.0, 2.0, 3.0], [(0, 1), (1, 2), (2, 3), (0, 2)])
    links = graph.links.assign(km=[100.0, 100.0, 100.0, 150.0], passage=["", "", "", "high_speed"])
    lengths = pd.DataFrame({"mode": ["rail", "road"], "via": ["0 0;0 2", "0 2;0 3"], "km": [240.0, 900.0]})
    monkeypatch.setattr(mainlines, "overlay", lambda name: lengths)
    stretched = mainlines.with_published_lengths(Graph(graph.nodes, links), "rail")
    assert list(stretched.links["km"]) == pytest.approx([120.0, 120.0, 100.0, 150.0])


def test_what_shortest_paths_use_without_a_gated_line_stays() -> None:
    graph = line([0.0, 1.0, 2.0, 1.0], [(0, 1), (1, 2), (0, 3), (3, 2)])
    nodes = graph.nodes.assign(name=["start", "", "end", ""])
    links = graph.links.assign(iso3="RUS", km=[1.0, 1.0, 2.0, 2.0], passage=["fast", "", "", ""])
    kept = with_light_rails(Graph(nodes, links)).links
    assert sorted(kept["km"]) == [1.0, 1.0, 2.0, 2.0]  # one node a cell stays, so nothing is drawn together


def test_a_long_branch_stays_though_no_city_lies_on_it_and_a_short_one_goes() -> None:
    graph = line([0.0, 1.0, 2.0, 3.0, 3.0], [(0, 1), (1, 2), (2, 3), (1, 4)])
    nodes = graph.nodes.assign(name=["start", "", "", "", ""])
    links = graph.links.assign(iso3="GAB", km=[60.0, 61.0, 62.0, 20.0], passage="")
    kept = with_light_rails(Graph(nodes, links)).links
    assert sorted(kept["km"]) == [60.0, 61.0, 62.0]


def test_closures_name_borders_alphabetically() -> None:
    borders = closures()["key"][closures()["key"].str.fullmatch("[A-Z]{3}-[A-Z]{3}")]
    assert all(border == pair(*border.split("-")) for border in borders)
