"""What a broken world is told: each rule finds its fault, names the row, and offers the cure."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from landbridge.errors import DataError
from landbridge.world import World, load_world
from landbridge.world import check as rules


def _only(found, *words: str) -> None:
    said = list(found)
    assert len(said) == 1, said
    for word in words:
        assert word in said[0]


def _changed(world: World, table: str, row: int, **values: object) -> World:
    frame = world.table(table).copy()
    for column, value in values.items():
        frame.loc[row, column] = value
    return world.with_(**{table: frame})


@pytest.mark.parametrize("name", ["2017", "2022"])
def test_packaged_worlds_are_sound(name: str) -> None:
    world = load_world(name)
    assert rules.complaints(world) == []
    world.check()


def test_a_missing_number_is_found_with_its_row(world2017: World) -> None:
    broken = _changed(world2017, "trade", 5, value_musd=float("nan"))
    exporter = world2017.table("trade").loc[5, "exporter"]
    _only(rules.numbers_finite(broken), "trade.value_musd", f"exporter {exporter}")


def test_an_infinite_trade_cost_is_an_embargo_and_no_fault(world2017: World) -> None:
    embargo = pd.DataFrame({"exporter": ["RUS"], "importer": ["POL"], "sector": ["fuels"], "factor": [float("inf")]})
    assert rules.complaints(world2017.with_(trade_cost=embargo)) == []


def test_a_negative_flow_is_found_with_its_row(world2017: World) -> None:
    _only(rules.trade_not_negative(_changed(world2017, "trade", 0, value_musd=-1.0)), "negative", "ABW", "net the flow")


def test_trade_that_no_longer_adds_up_is_found(world2017: World) -> None:
    value = world2017.table("trade").loc[0, "value_musd"]
    found = list(rules.trade_balanced(_changed(world2017, "trade", 0, value_musd=value * 1.001)))
    assert len(found) == 2
    assert "exporter ABW" in found[0]
    assert "accounts.output_musd" in found[0]


def test_a_repeated_key_is_found(world2017: World) -> None:
    frame = world2017.table("sectors")
    broken = world2017.with_(sectors=pd.concat([frame, frame.head(1)]))
    _only(rules.keys_unique(broken), "sectors", "sector agriculture", "Keep one row")


def test_a_missing_cell_of_trade_is_found(world2017: World) -> None:
    broken = world2017.with_(trade=world2017.table("trade").iloc[1:])
    _only(rules.trade_complete(broken), "138383 rows", "138384 cells", "zeros included")


def test_a_trader_that_does_not_trade_in_this_world_is_found(world2017: World) -> None:
    _only(rules.trade_complete(_changed(world2017, "trade", 0, exporter="CUB")), '"CUB"', "economies")


def test_an_unknown_country_gets_the_nearest_codes(world2017: World) -> None:
    _only(rules.economies_known(_changed(world2017, "memberships", 0, iso3="PAX")), '"PAX"', "'PAK'")


def test_a_membership_that_ends_before_it_begins_is_found(world2017: World) -> None:
    broken = _changed(world2017, "memberships", 0, start="2011-01-01", end="2010-01-01")
    _only(rules.memberships_in_order(broken), "2010-01-01", "before it joins on 2011-01-01")


def test_two_spans_of_one_membership_may_not_overlap(world2017: World) -> None:
    frame = world2017.table("memberships")
    first = frame[(frame["institution"] == "SCO") & (frame["iso3"] == "PAK") & (frame["role"] == "member")]
    twice = pd.concat([frame, first.assign(start="2019-01-01")], ignore_index=True)
    _only(rules.memberships_apart(world2017.with_(memberships=twice)), "PAK is member of SCO twice from 2019-01-01")


def test_nobody_is_a_member_before_it_was_a_state_or_after(world2017: World) -> None:
    early = _changed(world2017, "memberships", 0, iso3="SSD", start="2009-01-01", end="")
    _only(rules.memberships_of_states(early), "SSD", "2009-01-01", "did not exist before 2011-07-09")
    late = _changed(world2017, "memberships", 0, iso3="DDR", start="1950-01-01", end="")
    _only(rules.memberships_of_states(late), "DDR", "until today", "ended on 1990-10-02")


def test_text_where_a_number_is_described_is_found(world2017: World) -> None:
    frame = world2017.table("accounts").astype({"gdp_musd": str})
    _only(rules.types_as_described(world2017.with_(accounts=frame)), "accounts.gdp_musd", "number")


def test_a_tariff_for_no_sector_gets_the_nearest(world2017: World) -> None:
    tariff = pd.DataFrame({"exporter": ["IND"], "importer": ["PAK"], "sector": ["fuel"], "rate": [0.1]})
    _only(rules.policies_valid(world2017.with_(tariff=tariff)), '"fuel"', "'fuels'")


def test_a_deficit_that_is_not_spending_less_output_is_found(world2017: World) -> None:
    found = list(rules.deficits_add_up(_changed(world2017, "accounts", 3, deficit_musd=1e9)))
    assert len(found) == 2
    assert world2017.table("accounts").loc[3, "iso3"] in found[0]


@pytest.fixture
def overlay(tmp_path: Path, world2017: World) -> Path:
    """A user's folder that replaces one table of the packaged world."""
    world2017.table("tariff").to_parquet(tmp_path / "tariff.parquet")
    resource = {**world2017.resources["tariff"], "hash": ""}
    described = {"name": "mine", "year": 2017, "base": "2017", "resources": [resource]}
    (tmp_path / "datapackage.json").write_text(json.dumps(described))
    return tmp_path


def test_a_users_partial_world_stands_on_its_base(overlay: Path) -> None:
    assert rules.complaints(load_world(overlay)) == []


def test_a_lost_column_is_named_with_the_file(overlay: Path) -> None:
    pd.read_parquet(overlay / "tariff.parquet").drop(columns="rate").to_parquet(overlay / "tariff.parquet")
    with pytest.raises(DataError, match=r"tariff\.parquet.*lacks the column rate"):
        load_world(overlay).check()


def test_a_file_that_was_changed_behind_the_description_is_found(overlay: Path) -> None:
    path = overlay / "datapackage.json"
    described = json.loads(path.read_text())
    described["resources"][0]["hash"] = "sha256:" + "0" * 64
    path.write_text(json.dumps(described))
    _only(rules.files_unmodified(load_world(overlay)), "tariff.parquet", "sha256", "Restore it")


def test_a_world_without_a_required_table_says_how_to_get_it(overlay: Path) -> None:
    path = overlay / "datapackage.json"
    described = json.loads(path.read_text())
    del described["base"]
    path.write_text(json.dumps(described))
    found = rules.complaints(load_world(overlay))
    assert len(found) == len(rules.REQUIRED) - 1
    assert '"base" in datapackage.json' in found[0]


def test_a_table_of_ones_own_takes_the_schema_of_the_table_it_replaces(tmp_path, world2017):
    world2017.table("conflict").to_csv(tmp_path / "conflict.csv", index=False)
    (tmp_path / "datapackage.json").write_text(
        '{"name": "mine", "base": "2017", "resources": [{"name": "conflict", "path": "conflict.csv"}]}'
    )
    mine = load_world(tmp_path)
    assert mine.year == 2017
    assert mine.resources["conflict"]["schema"] == world2017.resources["conflict"]["schema"]
    assert rules.complaints(mine) == []


def test_a_new_table_without_a_schema_is_refused(tmp_path):
    (tmp_path / "datapackage.json").write_text(
        '{"name": "mine", "base": "2017", "resources": [{"name": "trad", "path": "trade.csv"}]}'
    )
    with pytest.raises(DataError, match='"trad" lacks schema'):
        load_world(tmp_path)
