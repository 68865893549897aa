"""Each kind of change does to a world what its name says, and only that."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from landbridge.errors import InputError
from landbridge.network.model import Network
from landbridge.parameters import central_values
from landbridge.study.changes import KINDS, AnyChange
from landbridge.study.names import Names
from landbridge.study.schema import Study
from landbridge.world import World

DOCS = Path(__file__).parents[1] / "docs" / "studies.md"


@pytest.fixture(scope="module")
def world(small_study: Study) -> World:
    return small_study.world()


def changed(world: World, **keys: Any) -> World:
    change: Any = TypeAdapter(AnyChange).validate_python(keys, context={"names": Names(world)})
    return change.apply(world)


def days(world: World, mode: str, origin: str, destination: str) -> float:
    network = Network.from_world(world)
    costs = network.country_costs(central_values())
    return float(
        costs.days_and_usd(100.0)[0][
            ["sea", "rail", "road"].index(mode), world.countries.index(origin), world.countries.index(destination)
        ]
    )


def policy(world: World, table: str) -> dict[tuple[str, ...], float]:
    frame = world.table(table)
    return {tuple(row[:-1]): row[-1] for row in frame.itertuples(index=False, name=None)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_change_and_key_is_documented(kind: str) -> None:
    text = DOCS.read_text(encoding="utf-8")
    _, _, section = text.partition(f"### `{kind}`")
    section = section.partition("### ")[0]
    assert section, f"docs/studies.md has no section on {kind}"
    for key in set(KINDS[kind].model_fields) - {"kind", "source", "assumed", "from_", "until"}:
        assert f"`{key}`" in section, f"docs/studies.md: {kind} does not explain {key}"


def test_a_change_leaves_the_world_it_was_given_alone(world: World) -> None:
    before = world.table("links").copy()
    changed(world, kind="close", passage="suez")
    assert world.table("links").equals(before)


def test_link_makes_a_way_where_there_was_none(world: World) -> None:
    assert days(world, "rail", "KAZ", "PAK") > days(
        changed(world, kind="link", mode="rail", via=["Lahore", "Almaty"], assumed=True), "rail", "KAZ", "PAK"
    )


def test_upgrade_touches_the_line_named_and_no_other(world: World) -> None:
    faster = changed(world, kind="upgrade", mode="rail", via=["Moscow", "Saint Petersburg"], speed_factor=2)
    links = faster.table("links")
    rail = (links["mode"] == "rail") & (links["km"] == 700)
    assert links.loc[rail, "speed_factor"].tolist() == [2.0]
    assert (links.loc[~rail, "speed_factor"] == 1.0).all()


def test_border_hours_count_in_full(world: World) -> None:
    quick, slow = (changed(world, kind="border", between=["CHN", "PAK"], hours=hours) for hours in (0, 24))
    assert days(slow, "road", "CHN", "PAK") - days(quick, "road", "CHN", "PAK") == pytest.approx(1.0, abs=1e-3)


def test_closed_border_leaves_no_way_by_road(world: World) -> None:
    shut = changed(world, kind="close", border=["CHN", "PAK"])
    assert np.isinf(days(shut, "road", "CHN", "PAK"))
    assert np.isfinite(days(shut, "sea", "CHN", "PAK"))


def test_closed_passage_sends_ships_round(world: World) -> None:
    assert days(changed(world, kind="close", passage="suez"), "sea", "PAK", "USA") > days(world, "sea", "PAK", "USA")


def test_conflict_slows_the_land_routes_of_its_country(world: World) -> None:
    fought = changed(world, kind="conflict", country="Kazakhstan", monthly_deaths=4_000)
    assert days(fought, "rail", "CHN", "RUS") > days(world, "rail", "CHN", "RUS")
    assert fought.table("conflict")["iso3"].tolist() == ["KAZ"]


def test_conflict_without_deaths_is_as_the_observed_one_without_them(world: World) -> None:
    peace = changed(world, kind="conflict", country="PAK", monthly_deaths=0)
    assert days(peace, "road", "CHN", "PAK") < days(world, "road", "CHN", "PAK")


def test_trade_costs_multiply_and_spare_trade_at_home(world: World) -> None:
    once = changed(
        world, kind="trade_cost", exporters=["CHN", "PAK"], importers=["CHN", "PAK"], sectors=["fuels"], percent=10
    )
    twice = changed(once, kind="trade_cost", exporters=["CHN"], importers=["PAK"], percent=50)
    cells = policy(twice, "trade_cost")
    assert cells["CHN", "PAK", "fuels"] == pytest.approx(1.1 * 1.5)
    assert cells["PAK", "CHN", "fuels"] == pytest.approx(1.1)
    assert cells["CHN", "PAK", "manufactures"] == pytest.approx(1.5)
    assert not any(exporter == importer for exporter, importer, _ in cells)


def test_tariffs_add_up(world: World) -> None:
    once = changed(world, kind="tariff", importers=["USA"], percent=10)
    twice = changed(once, kind="tariff", exporters=["CHN"], importers=["USA"], percent=15)
    cells = policy(twice, "tariff")
    assert cells["CHN", "USA", "fuels"] == pytest.approx(0.25)
    assert cells["RUS", "USA", "fuels"] == pytest.approx(0.10)


def test_a_rate_is_the_same_duty_as_its_percent(world: World) -> None:
    in_percent = policy(changed(world, kind="tariff", importers=["USA"], percent=25), "tariff")
    assert policy(changed(world, kind="tariff", importers=["USA"], rate=0.25), "tariff") == in_percent


def test_retaliation_is_the_same_duty_on_the_same_goods_the_other_way(world: World) -> None:
    cells = policy(
        changed(
            world,
            kind="tariff",
            exporters=["CHN", "RUS"],
            importers=["USA"],
            sectors=["fuels"],
            percent=25,
            retaliation=True,
        ),
        "tariff",
    )
    pairs = [("CHN", "USA"), ("RUS", "USA"), ("USA", "CHN"), ("USA", "RUS")]
    assert cells == {(*pair, "fuels"): 0.25 for pair in pairs}


def test_retaliation_counts_once_where_duties_go_both_ways_already(world: World) -> None:
    cells = policy(changed(world, kind="tariff", within=["CHN", "USA"], percent=10, retaliation=True), "tariff")
    assert set(cells.values()) == {0.1}
    assert len(cells) == 2 * len(world.sectors)


def test_trade_within_a_bloc_is_its_members_trade_with_one_another(world: World) -> None:
    cells = policy(changed(world, kind="trade_cost", within=["EAEU", "CHN"], percent=-5), "trade_cost")
    members = {"CHN", "KAZ", "RUS"}
    assert {pair[:2] for pair in cells} == {(a, b) for a in members for b in members if a != b}


def test_trade_cost_both_ways_between_blocs(world: World) -> None:
    cells = policy(
        changed(world, kind="trade_cost", exporters=["EAEU"], importers=["USA"], percent=8, both_ways=True),
        "trade_cost",
    )
    assert {pair[:2] for pair in cells} == {("KAZ", "USA"), ("RUS", "USA"), ("USA", "KAZ"), ("USA", "RUS")}


def test_exempt_countries_take_no_part_in_a_sanction(world: World) -> None:
    cells = policy(
        changed(world, kind="sanction", by=["SCO", "USA"], on=["KAZ"], exempt=["Pakistan"], sectors=["fuels"]),
        "trade_cost",
    )
    assert {pair[:2] for pair in cells} == {(a, b) for a in ("CHN", "RUS", "USA") for b in ("KAZ",)} | {
        ("KAZ", b) for b in ("CHN", "RUS", "USA")
    }


def test_trade_of_countries_without_trade_data_is_a_mistake(world: World) -> None:
    with pytest.raises(InputError, match=r"no trade that this change could touch. Named are CHN"):
        changed(world, kind="tariff", exporters=["CHN"], importers=["CHN"], percent=10)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"kind": "tariff", "rate": 25}, "percent = 25; if 2500 % is meant, percent = 2500"),
        (
            {"kind": "tariff", "percent": 0.25},
            "less than one per cent. For a duty of 25 % write percent = 25; .* 0.0025",
        ),
        ({"kind": "tariff", "rate": -1}, "greater than -1"),
        ({"kind": "tariff", "percent": -100}, "greater than -100"),
        ({"kind": "tariff"}, "exactly one of the keys percent, rate; found none"),
        ({"kind": "tariff", "percent": 5, "rate": 0.05}, "found percent and rate"),
        ({"kind": "tariff", "percent": 5, "within": ["SCO"], "importers": ["USA"]}, "wants within alone"),
        ({"kind": "sanction", "by": ["USA"], "on": ["RUS"], "exempt": ["CHN"]}, "CHN is neither among"),
        ({"kind": "sanction", "by": ["USA"], "on": ["RUS"], "exempt": ["RUS"]}, "nobody is left in on"),
        ({"kind": "sanction", "by": ["OLD"], "on": ["RUS"]}, "OLD has no members at the end of 2017"),
        ({"kind": "sanction", "by": ["EAEUU"], "on": ["RUS"]}, "Did you mean 'EAEU'"),
        ({"kind": "sanction", "by": ["USA"], "on": ["RUS"], "sectors": ["fuel"]}, "Did you mean 'fuels'"),
    ],
)
def test_mistakes_in_policies_are_named_with_their_cure(world: World, keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        changed(world, **keys)


def test_institutions_have_full_names_and_a_name_that_is_also_a_country_is_refused(world2017: World) -> None:
    names = Names(world2017)
    assert names.institution("european union") == "EU"
    assert len(names.members("EU")) == 28
    with pytest.raises(ValidationError, match='is a country and an institution: write "AUS" or "African Union"'):
        changed(world2017, kind="tariff", importers=["AU"], percent=10)


def test_institution_stands_for_its_members_of_the_year(world: World) -> None:
    cells = policy(changed(world, kind="tariff", exporters=["eaeu"], importers=["SCO"], percent=1), "tariff")
    assert {exporter for exporter, _, _ in cells} == {"KAZ", "RUS"}
    assert {importer for _, importer, _ in cells} == {"PAK", "RUS", "CHN"}


def test_embargo_is_an_infinite_cost_in_the_direction_named(world: World) -> None:
    cells = policy(
        changed(world, kind="sanction", by=["USA"], on=["RUS"], sectors=["fuels"], flow="imports"), "trade_cost"
    )
    assert cells == {("RUS", "USA", "fuels"): float("inf")}


def test_sanction_in_percent_makes_trade_dearer_both_ways(world: World) -> None:
    cells = policy(changed(world, kind="sanction", by=["USA"], on=["RUS"], percent=20), "trade_cost")
    assert len(cells) == 8
    assert set(cells.values()) == {1.2}


def test_productivity_counts_in_all_sectors_unless_some_are_named(world: World) -> None:
    cells = policy(changed(world, kind="productivity", country="PAK", percent=2), "productivity")
    assert cells == {("PAK", sector): 1.02 for sector in world.sectors}
