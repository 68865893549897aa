"""The builder's parts: fitting, gravity, patterns, GDP; and the build itself where the sources are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from landbridge.errors import DataError
from landbridge.parameters import central_values
from landbridge.world import load_world
from landbridge.world.build import build, build_world
from landbridge.world.build.balance import Totals, fit
from landbridge.world.build.embargoes import allowed
from landbridge.world.build.evaluate import gravity_only, held_out, hide, skill
from landbridge.world.build.gravity import poisson
from landbridge.world.build.icio import Icio
from landbridge.world.build.pattern import Pattern, _missing
from landbridge.world.build.rest_of_world import Given, split
from landbridge.world.build.sectors import GOODS, NAMES, SECTORS
from landbridge.world.build.wide import inputs, wide_tables
from landbridge.world.check import complaints


def _table_totals(matrix: np.ndarray) -> list[Totals]:
    i, j = (axis.ravel() for axis in np.indices(matrix.shape))
    return [Totals(i, matrix.sum(axis=1)), Totals(j, matrix.sum(axis=0))]


@drawn(st.integers(2, 6), st.integers(0, 2**31))
def test_fitting_reaches_every_total_and_keeps_the_odds_of_the_prior(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    truth, prior = random.uniform(0.1, 10, (2, n, n))
    fitted = fit(prior.ravel(), _table_totals(truth)).values.reshape(n, n)
    assert np.allclose(fitted.sum(axis=1), truth.sum(axis=1), rtol=1e-9)
    assert np.allclose(fitted.sum(axis=0), truth.sum(axis=0), rtol=1e-9)
    odds = [m[0, 0] * m[1, 1] / (m[0, 1] * m[1, 0]) for m in (fitted, prior)]
    assert odds[0] == pytest.approx(odds[1], rel=1e-6)


def test_fitting_leaves_alone_what_already_adds_up() -> None:
    truth = np.arange(1.0, 10.0).reshape(3, 3)
    assert np.allclose(fit(truth.ravel(), _table_totals(truth)).values, truth.ravel())


def test_fitting_refuses_totals_that_contradict_each_other() -> None:
    everything = np.zeros(2, int)
    with pytest.raises(ArithmeticError, match="contradict"):
        fit(np.ones(2), [Totals(everything, np.array([1.0])), Totals(everything, np.array([2.0]))])


def test_fitting_refuses_a_total_without_cells() -> None:
    with pytest.raises(ArithmeticError, match="no positive cell"):
        fit(np.array([1.0, 0.0]), [Totals(np.array([0, 1]), np.array([1.0, 1.0]))])


def test_poisson_recovers_an_exact_exponential_law() -> None:
    random = np.random.default_rng(1)
    X = np.c_[np.ones(200), random.normal(size=(200, 2))]
    b = np.array([3.0, 0.8, -1.2])
    assert np.allclose(poisson(X, np.exp(X @ b)), b, atol=1e-8)


def test_poisson_first_order_condition_holds_with_zeros() -> None:
    random = np.random.default_rng(2)
    X = np.c_[np.ones(300), random.normal(size=300)]
    y = random.poisson(np.exp(X @ [0.1, 0.7])).astype(float)
    assert (y == 0).any()
    assert np.abs(X.T @ (y - np.exp(X @ poisson(X, y)))).max() < 1e-6


def test_pairs_that_neither_side_reports_are_missing_and_not_zero() -> None:
    flows = np.array([[0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 0], [1, 1, 0, 0]], float)
    missing = _missing(flows)
    assert missing[2, 3]
    assert missing[3, 2]
    assert not missing[0, 1]


def test_sectors_hold_each_industry_once() -> None:
    industries = [industry for sector in SECTORS for industry in sector.icio]
    assert len(industries) == len(set(industries)) == 28
    assert [sector.name for sector in SECTORS if not sector.carried] == ["services"]


def test_iranian_oil_is_free_before_2019_and_bound_after_except_for_neighbours() -> None:
    economies = ["CHN", "IRN", "IRQ", "KOR"]
    fuels = GOODS.index("fuels")
    assert allowed(economies, 2017).all()
    bound = ~allowed(economies, 2022)
    assert bound[1, 3, fuels]
    assert not bound[1, [0, 2], fuels].any()
    assert not bound[3, 1].any()
    assert not bound[1, 3, GOODS.index("manufactures")]


def _toy(n: int = 6, named: int = 4) -> tuple[np.ndarray, Given]:
    """A small world whose flows are known, of which the table names ``named`` economies."""
    random = np.random.default_rng(3)
    flows = random.lognormal(3, 1, (n, n, len(NAMES)))
    flows[np.arange(n), np.arange(n)] *= 30
    seller = np.concatenate([flows[:named], flows[named:].sum(axis=0, keepdims=True)])
    table = np.concatenate([seller[:, :named], seller[:, named:].sum(axis=1, keepdims=True)], axis=1)
    goods = flows[..., : len(GOODS)] * ~np.eye(n, dtype=bool)[..., None]
    total = goods.sum(axis=-1)
    shares = np.divide(goods, total[..., None], out=np.full(goods.shape, 1 / 3), where=total[..., None] > 0)
    names = [f"N{k}" for k in range(named)]
    return flows, Given(
        icio=Icio([*names, "ROW"], table),
        economies=[*names, *(f"M{k}" for k in range(n - named))],
        gdp=flows.sum(axis=(1, 2)) / 1.7,
        people=random.uniform(1e6, 1e8, n),
        geography=random.uniform(5, 9, (n, n, 1)),
        pattern=Pattern(total, np.where(total > 0, "report", ""), shares),
        beliefs={**central_values(), "gravity_weight": 0.0},
    )


def test_split_adds_up_to_the_table_again() -> None:
    _, given = _toy()
    named = len(given.icio.named)
    flows = split(given).flows
    assert np.array_equal(flows[:named, :named], given.icio.flows[:-1, :-1])
    assert np.allclose(flows[named:, :named].sum(axis=0), given.icio.flows[-1, :-1], rtol=1e-9)
    assert np.allclose(flows[:named, named:].sum(axis=1), given.icio.flows[:-1, -1], rtol=1e-9)
    assert np.allclose(flows[named:, named:].sum(axis=(0, 1)), given.icio.flows[-1, -1], rtol=1e-9)


def test_split_gives_members_output_in_proportion_to_gdp() -> None:
    _, given = _toy()
    ratio = (split(given).output / given.gdp)[given.member]
    assert np.allclose(ratio, ratio[0], rtol=1e-9)


def test_exact_reports_bring_the_split_closer_to_the_truth_than_gravity() -> None:
    truth, given = _toy()
    goods = np.s_[given.member, : len(given.icio.named), : len(GOODS)]
    informed, blind = (
        np.median(np.abs(np.log(split(one).flows[goods] / truth[goods]))) for one in (given, gravity_only(given))
    )
    assert informed < 0.2
    assert informed < blind / 3


def test_hiding_an_economy_moves_its_trade_into_the_bloc_and_loses_nothing() -> None:
    _, given = _toy()
    hidden = hide(given, ("N1",))
    assert hidden.icio.named == ["N0", "N2", "N3"]
    assert set(hidden.economies) == set(given.economies)
    assert hidden.icio.flows.sum() == pytest.approx(given.icio.flows.sum(), rel=1e-12)
    assert hidden.icio.flows[0, -1].sum() == pytest.approx(given.icio.flows[0, [1, -1]].sum(), rel=1e-12)
    assert hidden.gdp[hidden.economies.index("N1")] == given.gdp[given.economies.index("N1")]


@pytest.mark.parametrize(
    ("year", "detail", "said"), [(2018, "wide", "No world of 2018"), (2017, "wyde", "Did you mean 'wide'")]
)
def test_unsupported_worlds_are_refused_before_anything_is_read(
    tmp_path: Path, year: int, detail: str, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        build_world(tmp_path / "nowhere", year, detail, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_missing_folder_of_sources_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere"):
        build_world(tmp_path / "nowhere", 2017, "wide", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_missing_source_file_is_named_with_its_title(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"icio_trade_2017\.parquet is missing: OECD"):
        build_world(tmp_path, 2017, "wide", tmp_path / "out")


def test_a_source_file_without_a_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "trade" / "icio").mkdir(parents=True)
    pd.DataFrame({"exporter": ["PAK"], "importer": ["CHN"]}).to_parquet(tmp_path / "trade/icio/icio_trade_2017.parquet")
    with pytest.raises(DataError, match=r"icio_trade_2017\.parquet lacks the column 'sector'"):
        build_world(tmp_path, 2017, "wide", tmp_path / "out")


def test_a_source_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "trade" / "icio").mkdir(parents=True)
    (tmp_path / "trade/icio/icio_trade_2017.parquet").write_text("not a table")
    with pytest.raises(DataError, match=r"icio_trade_2017\.parquet cannot be read"):
        build_world(tmp_path, 2017, "wide", tmp_path / "out")


def test_a_file_in_the_place_of_the_world_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(DataError, match=r"Cannot write a world to .*out"):
        build_world(tmp_path / "nowhere", 2017, "wide", tmp_path / "out" / "world")
    assert (tmp_path / "out").read_text() == "in the way"


@pytest.fixture(scope="module")
def built(sources: Path) -> dict[str, object]:
    return {table.name: table.frame for table in wide_tables(sources, 2017)}


def test_rebuilding_from_sources_gives_the_packaged_trade(built: dict, world2017) -> None:
    packaged = world2017.table("trade")
    assert np.allclose(built["trade"]["value_musd"], packaged["value_musd"], rtol=1e-6, atol=1e-9)
    assert (built["trade"]["basis"] == packaged["basis"]).all()


def test_nothing_from_after_the_base_year_is_read_for_2017(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import landbridge.world.build.sources as public

    opened: list[str] = []
    real = public.read

    def spy(folder: Path, name: str, **place: object):
        opened.append(name.format(**place) + str(place.get("year", "")))
        return real(folder, name, **place)

    for module in ("gdp", "icio", "pattern", "population", "gravity"):
        monkeypatch.setattr(f"landbridge.world.build.{module}.read", spy)
    given = inputs(sources, 2017)
    assert "baci" not in opened
    assert [name for name in opened if name.startswith("icio")] == ["icio2017"]
    assert "of 2017 estimated: last observed 2014" in given.notes["VEN"]


def test_reports_beat_gravity_for_hidden_economies(sources: Path) -> None:
    given = inputs(sources, 2017).given
    goods = held_out(given).query("exporter != importer and sector != 'services'")
    found = skill(goods.assign(all="goods"), ["all"]).iloc[0]
    assert found["r2"] > 0.55
    assert found["median_error"] < 0.75
    assert found["misplaced"] < 0.3


def test_a_world_built_to_a_folder_is_sound_and_stands_alone(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "ELSEWHERE", ())
    said: list[str] = []
    build_world(sources, 2022, "wide", tmp_path / "mine", progress=said.append)
    descriptor = json.loads((tmp_path / "mine" / "datapackage.json").read_text())
    assert "base" not in descriptor
    world = load_world(tmp_path / "mine")
    assert world.year == 2022
    assert complaints(world) == []
    assert said
