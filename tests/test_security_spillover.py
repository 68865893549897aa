"""Spill-over: local projections recover what a known panel does, simulated shocks follow them, mistakes are named."""

import numpy as np
import pytest

from landbridge.errors import InputError, SolveError
from landbridge.security.panel import ConflictPanel
from landbridge.security.projection import answer, local_projection, long_run, shocks_for, without_effects
from landbridge.security.shock import Shock, read_shock, simulate_shock
from landbridge.security.spillover import estimate_spillover
from landbridge.study.conflict import conflict_table
from landbridge.study.show import show


@pytest.fixture(scope="module")
def panel(world2017):
    return ConflictPanel.of(world2017)


@pytest.fixture(scope="module")
def spillover(panel, world2017):
    return estimate_spillover(panel, world2017)


def test_projections_recover_the_answers_of_a_known_panel():
    rng = np.random.default_rng(0)
    periods, units = 400, 60
    shock = rng.normal(size=(periods, units))
    outcome = rng.normal(size=units) + rng.normal(size=(periods, 1)) + rng.normal(size=(periods, units))
    outcome[1:] += 0.8 * shock[:-1]
    outcome[2:] += 0.3 * shock[:-2]
    found = local_projection(
        outcome, shock[..., None], np.zeros((periods, units, 0)), np.ones((periods, units), bool), 3, 6
    )
    assert found.effect[0] == pytest.approx([0.8, 0.3, 0.0], abs=0.03)
    assert (np.abs(found.effect[0] - [0.8, 0.3, 0.0]) < 4 * found.error[0]).all()
    assert found.residual < 1e-9


def test_effects_are_taken_out_of_an_unbalanced_panel():
    rng = np.random.default_rng(1)
    kept = rng.random((50, 20)) < 0.7
    data = rng.normal(size=50)[:, None] + rng.normal(size=20)
    clean, _ = without_effects(data[..., None], kept)
    assert np.abs(clean).max() < 1e-8


def test_without_lags_the_covariance_is_that_of_independent_months():
    influence = np.random.default_rng(2).normal(size=(30, 2))
    assert long_run(influence, 0) == pytest.approx(influence.T @ influence)


def test_shocks_found_for_a_path_reproduce_it():
    own, path = 0.7 ** np.arange(12), np.random.default_rng(3).normal(size=12)
    assert answer(shocks_for(path, own), own) == pytest.approx(path)


def test_collinear_regressors_are_refused():
    x = np.random.default_rng(4).normal(size=(60, 10, 1))
    with pytest.raises(SolveError, match="collinear"):
        local_projection(x[..., 0], np.repeat(x, 2, axis=-1), x[..., :0], np.ones((60, 10), bool), 2, 2)


def test_war_persists_at_home_for_a_year(spillover):
    lower, _ = spillover.projection.interval()
    assert (lower[0] > 0.1).all()
    assert spillover.projection.effect[0, 0] > spillover.projection.effect[0, 5]


def test_pakistan_borders_afghanistan_and_germany_does_not(spillover, panel):
    afghanistan = panel.position("AFG")
    assert spillover.group[panel.position("PAK"), afghanistan] == 1
    assert spillover.group[panel.position("DEU"), afghanistan] == 0
    assert spillover.group[panel.position("KGZ"), afghanistan] == 2


def test_a_shock_is_followed_in_its_country_and_moves_only_those_near(panel, spillover):
    moved = simulate_shock(panel, spillover, Shock("AFG", "2021-02", "2021-04", 4000.0), 8, 100)
    assert (moved.shocked.of("AFG")[1:4] == 4000).all()
    assert np.array_equal(moved.shocked.of("BRA"), moved.without.of("BRA"))
    assert np.array_equal(moved.shocked.of("PAK")[:2], moved.without.of("PAK")[:2])
    assert not np.array_equal(moved.shocked.of("PAK")[3:], moved.without.of("PAK")[3:])


@pytest.mark.parametrize(
    ("shock", "message"),
    [
        (Shock("AFG", "2020-06", "2021-03", 10.0), "the data run to 2020-12"),
        (Shock("AFG", "2021-06", "2021-03", 10.0), "before it starts"),
        (Shock("AFG", "2021-01", "2022-12", 10.0), "beyond the horizon of 12"),
        (Shock("AFG", "2021-01", "2021-03", -1.0), "zero or more"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_shock_that_cannot_be_is_refused(panel, spillover, shock, message):
    with pytest.raises(InputError, match=message):
        simulate_shock(panel, spillover, shock)


@pytest.mark.parametrize("text", ["AFG", "AFG:2021-01:2021-02", "AFG:21-01:2021-02:5", "AFG:2021-01:2021-02:-5"])
def test_a_shock_is_written_in_one_way(text):
    with pytest.raises(InputError, match="COUNTRY:START:END:DEATHS"):
        read_shock(text)


def test_shown_with_a_shock_both_futures_stand_side_by_side(world2017):
    table = conflict_table(world2017, country=["AFG", "PAK"], shock="Afghanistan:2021-01:2021-06:4000")
    assert table["deaths_with"][0] > table["deaths_without"][0]
    assert (table["lower"] <= table["upper"]).all()
    assert set(show(world2017, "spillover")["month"]) == set(range(1, 13))
