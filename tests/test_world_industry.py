"""The industry worlds: what they hold, that they add up, how they are built, and that studies run on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from landbridge.errors import DataError
from landbridge.parameters import BY_SECTOR, central_values, of_sectors, parameters
from landbridge.study.chain import Chain
from landbridge.study.schema import read_study
from landbridge.world import World, load_world, packaged_worlds
from landbridge.world import check as rules
from landbridge.world.build import industry_use
from landbridge.world.build.icio import Icio, read_icio
from landbridge.world.build.industry import industry_tables
from landbridge.world.build.sectors import INDUSTRIES, SECTORS
from landbridge.world.show import country_card, text_of_card

NOT_CARRIED = ["mining_support", "ships", "services"]


@pytest.fixture(scope="module", params=["2017-industry", "2022-industry"])
def world(request: pytest.FixtureRequest) -> World:
    return load_world(request.param)


@pytest.fixture(scope="module")
def now() -> World:
    return load_world("2022-industry")


def _cube(world: World) -> np.ndarray:
    """Intermediate use [j, k, s] over the world's countries and sectors."""
    n, sectors = len(world.countries), len(world.sectors)
    index = pd.MultiIndex.from_product(
        [world.countries, world.sectors, world.sectors], names=["iso3", "input", "sector"]
    )
    use = world.table("intermediate_use").set_index(["iso3", "input", "sector"])["value_musd"]
    return use.reindex(index).to_numpy().reshape(n, sectors, sectors)


def _flows(world: World) -> np.ndarray:
    """Trade [i, j, s]."""
    n, sectors = len(world.countries), len(world.sectors)
    index = pd.MultiIndex.from_product([world.countries, world.countries, world.sectors])
    trade = world.table("trade").set_index(["exporter", "importer", "sector"])["value_musd"]
    return trade.reindex(index).to_numpy().reshape(n, n, sectors)


# ------------------------------------------------------------------------------------------------ the packaged worlds


def test_wide_worlds_come_first_among_the_packaged_ones() -> None:
    assert packaged_worlds() == ["2017", "2017-industry", "2022", "2022-industry"]


def test_eighty_economies_and_the_rest_make_twenty_eight_sectors(world: World) -> None:
    assert rules.complaints(world) == []
    assert len(world.countries) == 81
    assert len(world.sectors) == 28
    assert "ROW" in world.countries


def test_industries_are_the_parts_of_the_wide_sectors() -> None:
    wide = [industry for sector in SECTORS for industry in sector.icio]
    assert sorted(wide) == sorted(industry for sector in INDUSTRIES for industry in sector.icio)


def test_sales_inputs_value_added_and_spending_add_up(world: World) -> None:
    flows, use = _flows(world), _cube(world)
    accounts = world.table("accounts").set_index("iso3").loc[world.countries]
    output, purchases = flows.sum(axis=1), flows.sum(axis=0)
    value_added, final = output - use.sum(axis=1), purchases - use.sum(axis=2)
    np.testing.assert_allclose(output.sum(axis=1), accounts["output_musd"], rtol=1e-9)
    np.testing.assert_allclose(value_added.sum(axis=1), accounts["value_added_musd"], rtol=1e-9)
    np.testing.assert_allclose(final.sum(axis=1), accounts["final_spending_musd"], rtol=1e-9)
    np.testing.assert_allclose(accounts["value_added_musd"] + accounts["deficit_musd"], final.sum(axis=1), rtol=1e-9)
    assert (value_added[output > 0] >= 0.0199 * output[output > 0]).all()
    assert (final >= 0).all()
    assert (use[np.broadcast_to((output == 0)[:, None, :], use.shape)] == 0).all()


@pytest.mark.parametrize(
    ("name", "output", "abroad"), [("2017-industry", 155.4, 19.75), ("2022-industry", 199.7, 27.11)]
)
def test_world_output_and_trade_abroad_in_trillion_dollars(name: str, output: float, abroad: float) -> None:
    flows = _flows(load_world(name)) / 1e6
    assert flows.sum() == pytest.approx(output, abs=0.05)
    assert flows.sum() - np.einsum("iis->", flows) == pytest.approx(abroad, abs=0.005)


def test_pakistan_buys_nine_tenths_at_home_and_most_imports_from_china(now: World) -> None:
    trade = now.table("trade").query("importer == 'PAK'").groupby("exporter")["value_musd"].sum()
    assert trade["PAK"] / trade.sum() == pytest.approx(0.89, abs=0.005)
    bought = (trade / 1e3).round(1)
    assert bought[["ROW", "CHN", "ARE", "IDN", "SAU"]].tolist() == [14.4, 11.8, 5.3, 3.6, 3.4]


def test_industry_and_wide_worlds_agree_between_named_economies(world: World) -> None:
    wide = load_world(str(world.year)).table("trade").query("status == 'observed'")
    of = {
        industry.name: sector.name for sector in SECTORS for industry in INDUSTRIES if industry.icio[0] in sector.icio
    }
    keys = ["exporter", "importer", "sector"]
    summed = world.table("trade").assign(sector=lambda f: f["sector"].map(of)).groupby(keys)["value_musd"].sum()
    wanted = wide.set_index(keys)["value_musd"]
    np.testing.assert_allclose(summed.reindex(wanted.index), wanted, rtol=1e-12)


def test_sales_of_the_rest_of_the_world_are_in_the_intermediate_use(now: World) -> None:
    use = now.table("intermediate_use").query("iso3 != 'ROW'")["value_musd"].sum() / 1e6
    assert use == pytest.approx(99.249 + 1.039, abs=0.001)
    said = now.table("adjustments")["statement"].str.cat(sep="\n")
    assert "of 1.35 tn USD that the rest of the world sold in 2022" in said
    assert "1.04 tn were added" in said


def test_the_borrowed_technology_gives_the_rest_of_the_world_the_value_added_its_gdp_suggests(world: World) -> None:
    accounts = world.table("accounts").set_index("iso3")
    ratio = accounts["value_added_musd"] / accounts["gdp_musd"]
    assert ratio["ROW"] == pytest.approx(ratio.drop("ROW").median(), abs=0.03)
    assert ratio.drop("ROW").between(0.7, 1.1).mean() > 0.95


def test_refineries_use_crude_and_steel_goes_into_cars(world: World) -> None:
    use = world.table("intermediate_use").groupby(["sector", "input"])["value_musd"].sum()
    assert use["refined_fuels"].idxmax() == "oil_gas"
    assert use["food"].idxmax() == "crops"
    assert use["vehicles"].drop(["vehicles", "services"]).idxmax() == "iron_steel"


def test_each_input_says_how_it_is_known() -> None:
    status = {
        name: load_world(name).table("intermediate_use").assign(rest=lambda f: f["iso3"] == "ROW")
        for name in ("2017-industry", "2022-industry")
    }
    assert set(status["2017-industry"]["status"]) == {"modelled"}
    later = status["2022-industry"].groupby("rest")["status"]
    assert set(later.get_group(True)) == {"modelled"}
    assert set(later.get_group(False)) == {"observed", "estimated"}


def test_2017_says_loudly_that_its_technology_is_that_of_2022() -> None:
    then = load_world("2017-industry")
    assert then.resources["intermediate_use"]["description"].startswith("TECHNOLOGY OF 2022")
    assert "technology of 2022" in (then.folders["trade"] / "datapackage.json").read_text()


def test_industries_keep_their_value_added_share_from_2022_to_2017(now: World) -> None:
    shares = []
    for world in (load_world("2017-industry"), now):
        output = _flows(world).sum(axis=1)
        inputs = _cube(world).sum(axis=1)
        shares.append(np.divide(inputs, output, out=np.full_like(output, np.nan), where=output > 0))
    both = np.isfinite(shares[0]) & np.isfinite(shares[1])
    np.testing.assert_allclose(shares[0][both], shares[1][both], rtol=1e-8, atol=1e-12)


def test_an_economy_inside_the_rest_has_no_trade_of_its_own_and_is_told_so(world: World) -> None:
    card = country_card(world, "Iran")
    assert card["roles"] == ["network", "votes"]
    assert "inside ROW" in card["note"]
    assert "wide world" in card["note"]
    rest = world.table("economies").set_index("iso3").loc["ROW"]
    assert (rest["trade"], rest["network"]) == (True, False)
    assert "Iran" in rest["note"]
    assert "Technology borrowed from" in rest["note"]


def test_a_card_shows_what_industries_add(world: World) -> None:
    card = country_card(world, "PAK")
    added = sum(row["value_added"] for row in card["sectors"])
    assert added == pytest.approx(card["accounts"]["value added, million USD"], rel=1e-9)
    text = text_of_card(card)
    assert "value added" in text
    assert "largest flows that no table states" not in text


# ------------------------------------------------------------------------------------------------------- parameters


def test_goods_that_travel_have_a_value_and_all_sectors_an_elasticity(now: World) -> None:
    sectors = now.table("sectors").set_index("sector")
    assert list(sectors.index[~sectors["carried"]]) == NOT_CARRIED
    for sector, carried in sectors["carried"].items():
        assert (f"value_per_teu_{sector}" in parameters()) == carried, sector
        assert f"trade_elasticity_ratio_{sector}" in parameters(), sector


def test_parameters_lie_in_their_ranges() -> None:
    for name, parameter in parameters().items():
        low, high = parameter.range
        assert low <= parameter.value <= high, name


def test_parameters_of_industries_agree_with_those_of_the_wide_sectors(now: World) -> None:
    flows = _flows(now)
    abroad = dict(zip(now.sectors, flows.sum(axis=(0, 1)) - np.einsum("iis->s", flows), strict=True))
    values = central_values()
    for wide in SECTORS[:-1]:
        inside = [sector.name for sector in INDUSTRIES if sector.icio[0] in wide.icio]
        weight = np.array([abroad[name] for name in inside])
        ratio = np.average([values[f"trade_elasticity_ratio_{name}"] for name in inside], weights=weight)
        carried = [name for name in inside if f"value_per_teu_{name}" in values]
        per_value = [1 / values[f"value_per_teu_{name}"] for name in carried]
        harmonic = 1 / np.average(per_value, weights=[abroad[name] for name in carried])
        for name, mean in ((f"{BY_SECTOR[0]}{wide.name}", ratio), (f"{BY_SECTOR[1]}{wide.name}", harmonic)):
            low, high = parameters()[name].range
            assert low - 0.01 <= mean <= high + 0.01, f"{name}: {mean:.2f}"


def test_an_outcome_lists_the_parameters_of_its_own_sectors(now: World) -> None:
    values = central_values()
    wide, industry = (set(of_sectors(values, sectors)) for sectors in ([s.name for s in SECTORS], now.sectors))
    assert not any(name.endswith(("_coal", "_electronics")) for name in wide)
    assert {"value_per_teu_coal", "value_per_teu_manufactures", "value_of_time"} <= industry
    assert "value_per_teu_fuels" not in industry


# -------------------------------------------------------------------------------------------------------- the checks


def _use_with(world: World, change: dict[tuple[str, str, str], float]) -> World:
    use = world.table("intermediate_use").set_index(["iso3", "input", "sector"])
    for cell, value in change.items():
        use.loc[cell, "value_musd"] = value
    return world.with_(intermediate_use=use.reset_index())


def _only(found, *words: str) -> None:
    said = list(found)
    assert len(said) == 1, said
    for word in words:
        assert word in said[0]


def test_inputs_above_output_are_found(now: World) -> None:
    broken = _use_with(now, {("PAK", "services", "coal"): 1e6})
    _only(rules.value_added_positive(broken), "PAK sells", "sector coal", "value added would be -", "Lower the inputs")


def test_inputs_above_purchases_are_found(now: World) -> None:
    broken = _use_with(now, {("PAK", "coal", "services"): 1e5})
    _only(rules.final_spending_not_negative(broken), "PAK buys", "input coal", "final spending would be -")


def test_accounts_that_forget_an_input_are_found(now: World) -> None:
    broken = _use_with(now, {("PAK", "coal", "services"): 1e5})
    said = list(rules.value_added_adds_up(broken))
    assert [line.split(":")[0] for line in said] == ["accounts.value_added_musd", "accounts.final_spending_musd"]
    assert "PAK" in said[0]
    assert "Recompute" in said[0]


def test_accounts_without_value_added_are_told_what_it_is(now: World) -> None:
    broken = now.with_(accounts=now.table("accounts").drop(columns="value_added_musd"))
    _only(rules.value_added_adds_up(broken), "value_added_musd", "output_musd less")


def test_a_negative_input_is_found(now: World) -> None:
    broken = _use_with(now, {("PAK", "coal", "services"): -1.0})
    _only(rules.use_not_negative(broken), "iso3 PAK, input coal, sector services", "stocks")


def test_a_missing_input_is_found(now: World) -> None:
    broken = now.with_(intermediate_use=now.table("intermediate_use").iloc[1:])
    _only(rules.use_complete(broken), "63503 rows", "63504 cells", "zeros included")


def test_an_input_of_no_sector_gets_the_nearest(now: World) -> None:
    use = now.table("intermediate_use").replace({"input": {"coal": "cole"}})
    _only(rules.use_complete(now.with_(intermediate_use=use)), '"cole"', "'coal'")


# ------------------------------------------------------------------------------------------------------- the builder


def _toy(n: int, sectors: int, seed: int) -> tuple[Icio, np.ndarray]:
    """A table of n economies and a rest of the world, and a technology that leaves value added and final spending."""
    random = np.random.default_rng(seed)
    flows = random.uniform(0.5, 10, (n + 1, n + 1, sectors))
    inputs = random.uniform(0.01, 1, (n + 1, sectors, sectors))
    inputs *= 0.5 / inputs.sum(axis=1, keepdims=True)
    return Icio([*(f"C{k}" for k in range(n)), "ROW"], flows), inputs


@drawn(st.integers(2, 5), st.integers(2, 5), st.integers(0, 2**31))
def test_balancing_keeps_value_added_shares_and_meets_purchases(n: int, sectors: int, seed: int) -> None:
    icio, inputs = _toy(n, sectors, seed)
    final = np.random.default_rng(seed).uniform(0.2, 0.8, (n + 1, sectors))
    done = industry_use.balanced(industry_use.Technology(inputs, final), icio, 0.02)
    output, purchases = icio.flows.sum(axis=1), icio.flows.sum(axis=0)
    np.testing.assert_allclose(done.use.sum(axis=1), 0.5 * output, rtol=1e-9)
    assert (done.use.sum(axis=2) < purchases).all()


def test_balancing_leaves_alone_what_agrees_already() -> None:
    icio, inputs = _toy(3, 4, 1)
    use = inputs * icio.flows.sum(axis=1)[:, None, :]
    purchases = icio.flows.sum(axis=0)
    scale = (0.6 * purchases / use.sum(axis=2)).min()
    known = industry_use.Technology(scale * inputs, 1 - scale * use.sum(axis=2) / purchases)
    np.testing.assert_allclose(industry_use.balanced(known, icio, 0.02).use, scale * use, rtol=1e-9)


def test_no_industry_keeps_less_than_the_least_value_added() -> None:
    icio, inputs = _toy(2, 3, 2)
    inputs[0, :, 1] *= 2.2
    output = icio.flows.sum(axis=1)
    known = industry_use.Technology(inputs, np.full(output.shape, 0.5))
    assert industry_use.balanced(known, icio, 0.02).use.sum(axis=1)[0, 1] == pytest.approx(0.98 * output[0, 1])


def test_sales_of_the_rest_are_used_as_other_imports_are() -> None:
    flows = np.zeros((3, 3, 2))
    flows[0, 1, 0], flows[2, 1, 0] = 10.0, 5.0  # B imports 10 of good 0 from A and 5 from the rest of the world
    flows[:2, :2] += np.eye(2)[..., None]
    total = np.zeros((2, 2, 2))
    total[1, 0] = [6.0, 2.0]  # of A's 10, industry 0 uses 6 and industry 1 uses 2
    found = industry_use.bought_from_rest(
        industry_use.UseTable(total, np.zeros_like(total)), Icio(["A", "B", "ROW"], flows)
    )
    np.testing.assert_allclose(found[1, 0], [3.0, 1.0])
    assert found.sum() == pytest.approx(4.0)


def test_the_rest_borrows_from_those_whose_output_is_made_up_alike() -> None:
    output = np.array([[1.0, 9.0], [5.0, 5.0], [6.0, 4.0], [60.0, 40.0]])
    assert industry_use.most_similar(output, 3, 2).tolist() == [1, 2]


def test_a_year_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"icio_trade_2017\.parquet is missing: OECD"):
        industry_tables(tmp_path, 2017)


def test_matrix_and_use_table_of_different_releases_are_refused(sources: Path) -> None:
    named = read_icio(sources, 2022, INDUSTRIES).named
    use = industry_use.read_use(sources, named, INDUSTRIES)
    assert industry_use.matrix_difference(sources, named, use).max() < 0.01
    wrong = industry_use.UseTable(use.total * 1.02, use.domestic)
    with pytest.raises(DataError, match="of the same release"):
        industry_use.matrix_difference(sources, named, wrong)


@pytest.mark.parametrize("year", [2017, 2022])
def test_rebuilding_from_sources_gives_the_packaged_world(
    sources: Path, year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import landbridge.world.build.sources as public

    opened: list[str] = []
    real = public.read

    def spy(folder: Path, name: str, **place: object):
        opened.append(name.format(**place) + str(place.get("year", "")))
        return real(folder, name, **place)

    for module in ("gdp", "icio", "industry_use", "population"):
        monkeypatch.setattr(f"landbridge.world.build.{module}.read", spy)
    built = {table.name: table.frame for table in industry_tables(sources, year)}
    packaged = load_world(f"{year}-industry")
    for name in ("economies", "sectors", "trade", "accounts", "intermediate_use"):
        pd.testing.assert_frame_equal(built[name], packaged.table(name), check_dtype=False, rtol=1e-9)
    later = {"icio2022", "icio_use", "icio_matrix"}
    assert set(opened) - later <= {f"icio{year}", "wdi", "itpde", "population"} | ({"baci"} if year == 2022 else set())


# --------------------------------------------------------------------------------------------------------- a study

STUDY = """
[study]
title = "A railway and a tariff on an industry world"
question = "Do industry worlds carry studies?"
world = "2022-industry"

[scenario.rail]
title = "Kashgar-Gwadar rail"
changes = [{ kind = "link", mode = "rail", via = ["Kashgar", "Gilgit", "Rawalpindi", "Gwadar"], speed_kmh = 60 }]

[scenario.tariff]
title = "A tariff on electronics"
changes = [{ kind = "tariff", exporters = ["CHN"], importers = ["USA"], sectors = ["electronics"], percent = 25 }]
"""


def test_a_railway_and_a_tariff_run_on_an_industry_world(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(STUDY)
    chain = Chain.of(read_study(tmp_path / "study.toml"))
    base, rail, tariff = (solved.trade for solved in chain.solve(chain.central))
    assert max(trade.residual for trade in (base, rail, tariff)) < 1e-9
    assert abs(base.real_income).max() < 1e-9

    china, pakistan = (chain.model.countries.index(code) for code in ("CHN", "PAK"))
    kappa = dict(zip(chain.sectors, rail.kappa[china, pakistan], strict=True))
    assert kappa["textiles"] < 1
    assert [kappa[sector] for sector in NOT_CARRIED] == [1.0, 1.0, 1.0]
    assert rail.real_income.sel(country="PAK") > 0
    assert rail.real_income.sel(country="PAK") > 10 * rail.real_income.median()

    assert tariff.real_income.sel(country="CHN") < 0
    assert tariff.trade.sel(exporter="CHN", importer="USA", sector="electronics") < -30
    assert tariff.real_income.sel(country="VNM") > 0
    assert tariff.trade.sel(exporter="VNM", importer="USA", sector="electronics") > 5
