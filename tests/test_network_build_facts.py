"""Facts of the packaged network: what it joins, what it does not, how long its known lines are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from landbridge.world.world import BASELINE

COMMON = BASELINE / "common"


def table(name: str) -> pd.DataFrame:
    return pd.read_parquet(COMMON / f"{name}.parquet")


@pytest.fixture(scope="module")
def nodes() -> pd.DataFrame:
    return table("nodes")


@pytest.fixture(scope="module")
def links() -> pd.DataFrame:
    return table("links")


@pytest.fixture(scope="module")
def cities() -> pd.DataFrame:
    return table("cities")


def shortest_km(links: pd.DataFrame, size: int, source: int) -> np.ndarray:
    ordered = links.assign(low=links[["u", "v"]].min(axis=1), high=links[["u", "v"]].max(axis=1))
    best = ordered.sort_values("km").drop_duplicates(["low", "high"])
    matrix = csr_matrix((best["km"].astype(float), (best["low"], best["high"])), shape=(size, size))
    return dijkstra(matrix, directed=False, indices=source)


def city(cities: pd.DataFrame, name: str, iso3: str) -> int:
    return int(cities.loc[(cities["name"] == name) & (cities["iso3"] == iso3), "node"].iloc[0])


def overland(links: pd.DataFrame, mode: str, *countries: str) -> pd.DataFrame:
    """The links of one mode with its connectors, inside some countries, no port."""
    mine = links["mode"].eq(mode) | (links["mode"].eq("transfer") & links["dwell"].ne("port"))
    if mode == "road":
        mine &= ~links["dwell"].isin(["terminal", "gauge"])
    closed_in_2017 = links["passage"].isin(["lanxin_high_speed", "china_high_speed", "lanyu"])
    return links[mine & links["iso3"].isin(countries) & ~closed_in_2017]


def test_ids_run_from_zero_and_links_join_known_nodes(nodes: pd.DataFrame, links: pd.DataFrame) -> None:
    assert (nodes["node"] == np.arange(len(nodes))).all()
    assert (links["link"] == np.arange(len(links))).all()
    assert links[["u", "v"]].to_numpy().min() >= 0
    assert links[["u", "v"]].to_numpy().max() < len(nodes)


def test_every_link_has_a_positive_length_and_no_twin(links: pd.DataFrame) -> None:
    assert (links["km"] > 0).all()
    twin = pd.DataFrame(np.sort(links[["u", "v"]].to_numpy(), axis=1)).assign(mode=links["mode"])
    assert not twin.duplicated().any()


def test_everything_lies_on_one_network_with_sea(
    nodes: pd.DataFrame, links: pd.DataFrame, cities: pd.DataFrame
) -> None:
    shape = (len(nodes), len(nodes))
    label = connected_components(csr_matrix((np.ones(len(links)), (links["u"], links["v"])), shape=shape))[1]
    main = np.bincount(label).argmax()
    assert (label[cities["node"]] == main).all()


def test_every_country_has_between_one_and_eight_hubs_whose_weights_sum_to_one(cities: pd.DataFrame) -> None:
    by_country = cities.groupby("iso3")
    assert by_country["hub"].sum().between(1, 8).all()
    np.testing.assert_allclose(by_country["weight"].sum(), 1.0, atol=1e-9)
    assert (cities.loc[~cities["hub"], "weight"] == 0).all()


def test_links_between_countries_name_their_border(nodes: pd.DataFrame, links: pd.DataFrame) -> None:
    land = links[links["mode"].isin(["rail", "road"])]
    at_u, at_v = (nodes["iso3"].to_numpy()[land[end]] for end in ("u", "v"))
    assert ((at_u != at_v) == land["border"].ne("").to_numpy()).all()
    assert land.loc[land["border"] != "", "dwell"].isin(["rail_border", "road_border"]).all()


def test_no_railway_where_there_is_none(links: pd.DataFrame) -> None:
    rail = set(links.loc[links["mode"] == "rail", "border"])
    for border in ("CHN-PAK", "AFG-CHN", "AFG-PAK", "AFG-TJK", "CHN-KGZ", "CHN-IND", "CHN-NPL", "CHN-TJK", "IND-MMR"):
        assert border not in rail


def test_no_land_link_across_the_red_sea_the_singapore_strait_or_the_bering_strait(links: pd.DataFrame) -> None:
    land = set(links.loc[links["mode"].isin(["rail", "road"]), "border"])
    assert land.isdisjoint({"EGY-SAU", "IDN-SGP", "RUS-USA", "CAN-RUS", "DJI-YEM", "JPN-KOR", "AGO-FJI"})


def test_no_ship_sails_over_land_to_an_inland_harbour(nodes: pd.DataFrame, links: pd.DataFrame) -> None:
    ports = set(nodes.loc[nodes["kind"] == "port", "iso3"])
    assert ports.isdisjoint({"SVK", "BLR", "SRB", "ZWE", "MLI", "AUT", "HUN", "CZE", "CHE", "PRY", "UZB"})
    assert {"VNM", "IND", "CHN", "SVN", "HRV", "MNE", "BEL", "COD"} <= ports
    assert links.loc[links["dwell"] == "port", "km"].max() < 400.0


def test_great_ports_stand_where_they_are(nodes: pd.DataFrame) -> None:
    ports = nodes[nodes["kind"] == "port"]
    for name in ("Tianjin", "Busan", "Haldia", "Savannah", "Algeciras", "Cai Mep (Vung Tau)"):
        assert name in set(ports["name"])


def test_lorry_ferries_are_the_only_roads_over_the_channel_gibraltar_and_the_irish_sea(links: pd.DataFrame) -> None:
    roads = links[(links["mode"] == "road") & links["border"].isin(["FRA-GBR", "ESP-MAR", "EST-FIN"])]
    assert sorted(roads["border"]) == ["ESP-MAR", "EST-FIN", "FRA-GBR"]
    assert (roads["status"] == "repair").all()
    assert roads["km"].between(30.0, 90.0).all()


def test_no_frontier_listed_as_closed_without_date_is_missing_from_closures() -> None:
    closures = table("closures")
    for key in ("ARM-AZE", "ARM-TUR", "KOR-PRK", "DZA-MAR", "ISR-LBN", "ISR-SYR", "RUS-UKR", "CHN-IND"):
        assert key in set(closures["key"])


def test_gauge_breaks_stand_where_gauges_differ(nodes: pd.DataFrame, links: pd.DataFrame) -> None:
    rail = links[(links["mode"] == "rail") & links["border"].eq("CHN-KAZ")]
    breaks = links[links["dwell"] == "gauge"]
    ends = set(breaks["u"]) | set(breaks["v"])
    assert len(rail)
    assert all(u in ends or v in ends for u, v in zip(rail["u"], rail["v"], strict=True))


def test_each_port_has_one_way_to_sea_that_costs_port_hours(nodes: pd.DataFrame, links: pd.DataFrame) -> None:
    at_sea = nodes["kind"].eq("sea").to_numpy()
    u, v = links["u"].to_numpy(), links["v"].to_numpy()
    shore = links[(at_sea[u] != at_sea[v]) & links["mode"].ne("sea")]
    assert (shore["dwell"] == "port").all()
    land_end = np.where(at_sea[shore["u"]], shore["v"], shore["u"])
    assert len(np.unique(land_end)) == len(shore)
    assert (nodes["kind"].to_numpy()[land_end] == "port").all()


def test_karakoram_highway_runs_from_kashgar_by_gilgit_to_islamabad(
    nodes: pd.DataFrame, links: pd.DataFrame, cities: pd.DataFrame
) -> None:
    road = overland(links, "road", "CHN", "PAK")
    km = shortest_km(road, len(nodes), city(cities, "Kashgar", "CHN"))
    gilgit, islamabad = city(cities, "Gilgit", "PAK"), city(cities, "Islamabad", "PAK")
    assert 600 < km[gilgit] < 720
    assert 1100 < km[islamabad] < 1330
    crossings = road[road["border"] == "CHN-PAK"]
    assert set(crossings["passage"]) == {"khunjerab"}


def test_karachi_lahore_by_rail_is_about_1219_km_inside_pakistan(
    nodes: pd.DataFrame, links: pd.DataFrame, cities: pd.DataFrame
) -> None:
    km = shortest_km(overland(links, "rail", "PAK"), len(nodes), city(cities, "Karachi", "PAK"))
    assert km[city(cities, "Lahore", "PAK")] == pytest.approx(1219, rel=0.05)


def test_turkey_and_iran_are_joined_by_rail_across_lake_van(
    nodes: pd.DataFrame, links: pd.DataFrame, cities: pd.DataFrame
) -> None:
    km = shortest_km(overland(links, "rail", "TUR", "IRN"), len(nodes), city(cities, "Tehran", "IRN"))
    assert 2_200 < km[city(cities, "Ankara", "TUR")] < 2_450  # published stretches add up to about 2,330


def test_railways_of_mauritania_and_to_the_pacific_north_of_vladivostok_are_there(
    nodes: pd.DataFrame, links: pd.DataFrame, cities: pd.DataFrame
) -> None:
    assert links.loc[links["mode"].eq("rail") & links["iso3"].eq("MRT"), "km"].sum() == pytest.approx(704, rel=0.01)
    km = shortest_km(overland(links, "rail", "RUS"), len(nodes), city(cities, "Sovetskaya Gavan’", "RUS"))
    assert 750 < km[city(cities, "Khabarovsk", "RUS")] < 900  # by Komsomolsk, 468 km from the sea


def test_china_s_freight_keeps_off_the_high_speed_lines(
    nodes: pd.DataFrame, links: pd.DataFrame, cities: pd.DataFrame
) -> None:
    km = shortest_km(overland(links, "rail", "CHN"), len(nodes), city(cities, "Lanzhou", "CHN"))
    assert km[city(cities, "Xi’an", "CHN")] == pytest.approx(676, rel=0.02)
    assert km[city(cities, "Ürümqi", "CHN")] == pytest.approx(1_904, rel=0.02)


def test_no_city_or_port_is_joined_by_road_across_an_ocean(links: pd.DataFrame) -> None:
    connectors = links[links["mode"].eq("transfer") & links["dwell"].ne("port")]
    assert connectors["km"].max() < 500


def test_moscow_vladivostok_by_rail_is_about_9289_km_inside_russia(
    nodes: pd.DataFrame, links: pd.DataFrame, cities: pd.DataFrame
) -> None:
    km = shortest_km(overland(links, "rail", "RUS"), len(nodes), city(cities, "Moscow", "RUS"))
    assert km[city(cities, "Vladivostok", "RUS")] == pytest.approx(9289, rel=0.04)


def test_hormuz_is_the_only_way_out_of_the_gulf_and_the_dardanelles_out_of_the_black_sea(
    nodes: pd.DataFrame, links: pd.DataFrame
) -> None:
    sea = links[links["mode"].eq("sea")]
    for passage, inside, outside in (
        ("hormuz", (27.0, 51.0), (24.0, 60.0)),
        ("dardanelles", (43.0, 34.0), (36.0, 20.0)),
    ):
        kept = sea[sea["passage"] != passage]
        at_sea = np.flatnonzero(nodes["kind"] == "sea")
        start, end = (
            at_sea[np.hypot(nodes["lat"].to_numpy()[at_sea] - lat, nodes["lon"].to_numpy()[at_sea] - lon).argmin()]
            for lat, lon in (inside, outside)
        )
        assert np.isfinite(shortest_km(sea, len(nodes), start)[end])
        assert np.isinf(shortest_km(kept, len(nodes), start)[end])


def test_skeleton_keeps_road_distances_between_hubs(
    nodes: pd.DataFrame, links: pd.DataFrame, cities: pd.DataFrame
) -> None:
    mine = overland(links, "road", "PAK")
    hubs = cities.loc[cities["hub"] & cities["iso3"].eq("PAK"), "node"].to_numpy()
    for source in hubs:
        full = shortest_km(mine, len(nodes), source)[hubs]
        thin = shortest_km(mine[mine["skeleton"]], len(nodes), source)[hubs]
        np.testing.assert_allclose(thin, full, rtol=1e-3)


def test_closures_have_dates_in_order() -> None:
    closures = table("closures")
    dated = closures[(closures["since"] != "") & (closures["until"] != "")]
    assert (dated["since"] < dated["until"]).all()


def test_tables_are_described_as_built() -> None:
    from landbridge.world.build.network.closures import closures, pipelines, union_borders

    pd.testing.assert_frame_equal(closures(), table("closures"), check_dtype=False)
    pd.testing.assert_frame_equal(union_borders(), table("union_borders"), check_dtype=False)
    pd.testing.assert_frame_equal(pipelines(), table("pipelines"), check_dtype=False)
