"""Facts of the world that the packaged worlds must show, and what their descriptions promise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from landbridge.labels import country
from landbridge.world import World, load_world
from landbridge.world.show import country_card, sources, summary, text_of_card, text_of_sources, text_of_summary

OF_THE_TALK = {
    "Afghanistan and its neighbours": {"AFG", "PAK", "IRN", "TKM", "UZB", "TJK", "CHN"},
    "the powers": {"RUS", "USA", "IND"},
    "Central Asia and Mongolia": {"KAZ", "KGZ", "MNG"},
    "South Caucasus": {"GEO", "ARM", "AZE"},
    "the Gulf": {"SAU", "ARE", "QAT", "KWT", "BHR", "OMN", "IRQ"},
    "the land bridge": {"TUR", "BLR", "POL", "DEU"},
}


def _flow(world: World, exporter: str, importer: str, sector: str | None = None) -> float:
    trade = world.table("trade")
    chosen = (trade["exporter"] == exporter) & (trade["importer"] == importer)
    if sector:
        chosen &= trade["sector"] == sector
    return float(trade.loc[chosen, "value_musd"].sum())


@pytest.fixture(params=["2017", "2022"])
def world(request: pytest.FixtureRequest) -> World:
    return load_world(request.param)


@pytest.mark.parametrize("region", OF_THE_TALK)
def test_every_country_of_the_talk_trades(world: World, region: str) -> None:
    assert set(world.countries) >= OF_THE_TALK[region]
    assert 180 <= len(world.countries) <= 196


def test_both_years_tell_the_same_economies_apart(world2017: World, world2022: World) -> None:
    assert world2017.countries == world2022.countries
    assert world2017.sectors == world2022.sectors == ["agriculture", "fuels", "manufactures", "services"]


def test_world_output_grew_from_155_to_200_trillion_dollars(world2017: World, world2022: World) -> None:
    totals = [w.table("accounts")["output_musd"].sum() / 1e6 for w in (world2017, world2022)]
    assert totals == pytest.approx([155.4, 199.7], abs=0.1)


def test_pakistan_sells_nine_tenths_of_its_output_at_home(world2022: World) -> None:
    assert _flow(world2022, "PAK", "PAK") / _accounts(world2022, "PAK", "output_musd") == pytest.approx(0.94, abs=0.05)


def _accounts(world: World, iso3: str, column: str) -> float:
    accounts = world.table("accounts")
    return float(accounts.loc[accounts["iso3"] == iso3, column].iloc[0])


def test_pakistan_buys_most_from_china(world: World) -> None:
    assert country_card(world, "Pakistan")["imports_from"][0]["iso3"] == "CHN"


def test_pakistan_buys_twelve_billion_from_china_in_2017(world2017: World) -> None:
    assert _flow(world2017, "CHN", "PAK") == pytest.approx(12_250, rel=0.01)


def test_trade_of_pakistan_and_russia_is_small_beside_that_with_china(world: World) -> None:
    both_ways = [_flow(world, a, "PAK") + _flow(world, "PAK", a) for a in ("RUS", "CHN")]
    assert both_ways[0] < both_ways[1] / 10


@pytest.mark.parametrize("seller", ["IRQ", "KWT", "QAT", "AZE", "TKM", "IRN", "DZA", "LBY"])
def test_oil_and_gas_states_sell_fuels_before_all_other_goods(world2017: World, seller: str) -> None:
    by_sector = {s["sector"]: s["exports"] for s in country_card(world2017, seller)["sectors"]}
    assert by_sector["fuels"] > by_sector["agriculture"] + by_sector["manufactures"]


def test_turkmen_gas_goes_to_china(world: World) -> None:
    trade = world.table("trade").query("exporter == 'TKM' and importer != 'TKM' and sector == 'fuels'")
    assert trade.set_index("importer")["value_musd"].idxmax() == "CHN"


def test_afghanistan_is_supplied_by_its_neighbours_and_the_emirates(world: World) -> None:
    partners = [p["iso3"] for p in country_card(world, "AFG")["imports_from"][:8]]
    assert {"IRN", "PAK", "CHN"} <= set(partners)


def test_no_iranian_oil_reaches_korea_in_2022_though_it_did_in_2017(world2017: World, world2022: World) -> None:
    assert _flow(world2017, "IRN", "KOR", "fuels") > 1_000
    assert _flow(world2022, "IRN", "KOR", "fuels") == 0


def test_secret_iranian_sales_are_not_taken_for_taiwans(world2017: World) -> None:
    assert _flow(world2017, "IRN", "TWN") < _flow(world2017, "KWT", "TWN") / 2


def test_poland_buys_less_from_russia_after_the_sanctions(world2017: World, world2022: World) -> None:
    share = [
        _flow(w, "RUS", "POL") / sum(_flow(w, a, "POL") for a in ("RUS", "DEU", "CHN")) for w in (world2017, world2022)
    ]
    assert share[1] < share[0]


def test_cells_between_named_economies_are_observed_and_the_others_modelled(world: World) -> None:
    status = dict(world.table("economies")[["iso3", "status"]].itertuples(index=False))
    trade = world.table("trade").assign(
        named=lambda f: (f["exporter"].map(status) == "observed") & (f["importer"].map(status) == "observed")
    )
    assert ((trade["status"] == "observed") == trade["named"]).all()
    assert status["IRN"] == "modelled"
    assert status["PAK"] == "observed"


def test_states_without_trade_data_are_on_the_network_and_vote(world: World) -> None:
    economies = world.table("economies").set_index("iso3")
    for iso3 in ("PRK", "CUB"):
        assert list(economies.loc[iso3, ["trade", "network", "votes"]]) == [False, True, True]
    assert list(economies.loc["ROW", ["trade", "network"]]) == [True, False]


def test_pakistan_and_india_joined_the_sco_on_one_day(world: World) -> None:
    joined = world.table("memberships").query("institution == 'SCO' and role == 'member'").set_index("iso3")["start"]
    assert joined["PAK"] == joined["IND"] == "2017-06-09"


def test_memberships_say_how_far_they_are_verified(world: World) -> None:
    memberships = world.table("memberships").set_index(["institution", "iso3", "role"])
    assert "agrees with Factbook" in memberships.loc[("SCO", "PAK", "member"), "verification"]
    assert "has it as observer" in memberships.loc[("SCO", "IND", "member"), "verification"]
    assert (memberships["verification"] != "").all()
    assert "read at https://www.coe.int" in memberships.loc[("Council of Europe", "RUS", "member"), "verification"]


def test_memberships_end_where_states_left(world: World) -> None:
    members = world.table("memberships").query("role == 'member'").set_index(["institution", "iso3"])
    left = members[members["end"] != ""]["end"].str[:4]
    for body, iso3, year in (
        ("OPEC", "QAT", "2018"),
        ("CST", "UZB", "1999"),
        ("EU", "GBR", "2020"),
        ("OAU", "MAR", "1985"),
    ):
        assert left.loc[(body, iso3)] == year


def test_nine_in_ten_of_the_dates_that_can_be_compared_are_confirmed_by_an_independent_list(world: World) -> None:
    said = world.table("memberships")["verification"]
    agree, differ = said.str.contains("joining agrees").sum(), said.str.contains("has it from").sum()
    assert agree > 9 * differ


def test_pakistan_drew_near_to_russia_in_the_votes(world: World) -> None:
    points = world.table("ideal_points").pivot(index="session", columns="iso3", values="ideal_point")
    distance = (points["PAK"] - points["RUS"]).abs()
    assert distance[50] == pytest.approx(2.28, abs=0.35)
    assert distance[72] == pytest.approx(0.32, abs=0.15)


def test_estimated_values_say_how_they_were_made(world: World) -> None:
    indicators = world.table("indicators")
    estimated = indicators[indicators["status"] == "estimated"]
    assert {"VEN", "SSD", "ERI"} <= set(estimated["iso3"])
    assert estimated["source"].str.contains("last observed|between two observed years").all()


def test_history_and_world_agree_on_goods_between_named_economies(world: World) -> None:
    history = (
        world.table("trade_history").query("year == @world.year").set_index(["exporter", "importer"])["value_musd"]
    )
    for pair in (("CHN", "PAK"), ("RUS", "DEU"), ("SAU", "JPN")):
        goods = _flow(world, *pair) - _flow(world, *pair, "services")
        assert history[pair] == pytest.approx(goods, rel=1e-5)


def test_every_table_names_licence_source_and_units(world: World) -> None:
    for name, resource in world.resources.items():
        assert resource["licenses"][0]["title"], name
        assert resource["hash"].startswith("sha256:"), name
        if resource["rows"]:
            assert resource["sources"], name
        for field in resource["schema"]["fields"]:
            assert field["description"], f"{name}.{field['name']}"
            if field["type"] == "number":
                assert field["unit"], f"{name}.{field['name']}"


def test_the_data_page_lists_every_table_and_source(world: World) -> None:
    page = (Path(__file__).parents[1] / "DATA.md").read_text(encoding="utf-8")
    for name in world.resources:
        assert f"| `{name}` |" in page, f"DATA.md lacks {name}: run python -m landbridge.world.build.describe DATA.md"
    for source in sources(world):
        assert f"| {source['title']} |" in page


def test_a_card_is_plain_data_and_reads_well(world2017: World) -> None:
    card = country_card(world2017, "russia")
    assert json.loads(json.dumps(card)) == card
    text = text_of_card(card)
    for word in ("Russia (RUS)", "GDP", "exports to", "China", "SCO", "largest flows that no table states"):
        assert word in text


def test_sales_of_a_card_add_up(world2017: World) -> None:
    card = country_card(world2017, "IRN")
    output = sum(s["output"] for s in card["sectors"])
    assert output == pytest.approx(card["accounts"]["gross output, million USD"], rel=1e-9)
    assert {flow["basis"] for flow in card["modelled"]} <= {"reports of 2015-2016", "gravity estimate"}


def test_a_country_without_trade_has_a_card_all_the_same(world2017: World) -> None:
    card = country_card(world2017, "North Korea")
    assert "sectors" not in card
    assert "North Korea (PRK)" in text_of_card(card)


def test_the_summary_names_the_largest_modelled_flows(world: World) -> None:
    data = summary(world)
    assert json.loads(json.dumps(data)) == data
    assert sum(b["share"] for b in data["basis"]) == pytest.approx(1)
    values = [flow["value_musd"] for flow in data["modelled"]]
    assert values == sorted(values, reverse=True)
    assert "input-output table" in text_of_summary(data)


def test_sources_carry_their_licences(world: World) -> None:
    found = sources(world)
    assert all(entry["licence"] and entry["tables"] for entry in found)
    assert "OECD" in text_of_sources(found)


@pytest.mark.parametrize("spelling", ["Russian Federation", "russia", "RU", "RUS"])
def test_any_usual_spelling_finds_the_card(world2017: World, spelling: str) -> None:
    assert country_card(world2017, spelling)["iso3"] == country("RUS")
