"""Optimal and Nash tariffs: best by brute force, and as theory says where theory has a formula."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.errors import InputError
from landbridge.trade.core import TradeBaseline, calibrate, counterfactual
from landbridge.trade.optimal import nash_tariffs
from landbridge.trade.policy import best_tariffs
from trade_worlds import random_flows, world_of

seeds = st.integers(0, 10**6)


def _two(size, theta, openness=0.3):
    """Balanced trade of a country of this size with a world of size 1."""
    sold = openness * size * (1 - size)
    return calibrate(TradeBaseline.from_flows(np.array([[size - sold, sold], [sold, 1 - sold]])), theta)


def _random(seed, countries, sectors=1, theta=5.0):
    return calibrate(TradeBaseline.from_flows(random_flows(seed, countries, sectors, own=1.5)), theta)


def _objective(calibration, members, weights, tariff):
    return float(weights[members] @ np.log(counterfactual(calibration, tariff=tariff).real_income[members]))


def _with(calibration, game, members, rates):
    """The game's tariffs with other rates of the members on everybody outside."""
    tariff = game.equilibrium.tariff.copy()
    outside = np.setdiff1d(np.arange(len(tariff)), members)
    tariff[np.ix_(outside, members)] = np.asarray(rates)[outside, None, None]
    return tariff


@given(st.floats(0.01, 0.6), st.floats(2, 12))
def test_two_countries_optimal_tariff_is_the_inverse_of_theta_times_the_foreign_own_share(size, theta):
    found = nash_tariffs(_two(size, theta), [[0]])
    foreign_own_share = found.equilibrium.shares[1, 1, 0]
    assert found.rates[0, 1] == pytest.approx(1 / (theta * foreign_own_share), rel=1e-6)
    assert found.residual < 1e-7
    assert found.gain[0] > 0


@pytest.mark.parametrize("theta", [3.0, 5.0, 8.0])
def test_optimal_tariff_of_a_country_that_vanishes_is_one_over_theta(theta):
    rates = [nash_tariffs(_two(size, theta), [[0]]).rates[0, 1] for size in (0.1, 0.01, 1e-3, 1e-5)]
    gaps = np.abs(np.array(rates) * theta - 1)
    assert (np.diff(gaps) < 0).all()
    assert gaps[-1] < 1e-4


@settings(max_examples=10)
@given(seeds, st.integers(3, 6), st.integers(1, 2))
def test_no_other_uniform_tariff_does_better(seed, countries, sectors):
    calibration = _random(seed, countries, sectors)
    members = [0, 1] if countries > 3 else [0]
    game = nash_tariffs(calibration, [members])
    weights = calibration.expenditure / calibration.expenditure[members].sum()
    rate = game.rates[0, -1]
    for other in (0.0, 0.5 * rate, 0.9 * rate, 1.1 * rate, 2 * rate):
        rates = np.full(countries, other)
        assert _objective(calibration, members, weights, _with(calibration, game, members, rates)) < game.gain[0]


@settings(max_examples=10)
@given(seeds, st.integers(3, 6))
def test_first_order_conditions_hold_by_finite_differences(seed, countries):
    calibration = _random(seed, countries)
    game = nash_tariffs(calibration, [[0]], by_partner=True)
    weights = np.ones(countries)
    for partner in range(1, countries):
        rates = game.rates[0].copy()
        ends = []
        for step in (1e-3, -1e-3):
            rates[partner] = game.rates[0, partner] + step
            ends.append(_objective(calibration, [0], weights, _with(calibration, game, [0], rates)))
        assert (ends[0] - ends[1]) / 2e-3 == pytest.approx(0, abs=1e-6)
        assert max(ends) < game.gain[0]


@settings(max_examples=10)
@given(seeds, st.integers(3, 6), st.booleans())
def test_in_a_nash_equilibrium_nobody_gains_by_another_rate(seed, countries, by_partner):
    calibration = _random(seed, countries)
    game = nash_tariffs(calibration, [[n] for n in range(countries)], by_partner=by_partner)
    weights = np.ones(countries)
    for n in range(countries):
        for factor in (0.0, 0.9, 1.1):
            rates = factor * np.nan_to_num(game.rates[n])
            assert _objective(calibration, [n], weights, _with(calibration, game, [n], rates)) < game.gain[n]
    assert game.residual < 1e-7


def test_a_tariff_war_of_equals_leaves_everybody_worse_off():
    calibration = calibrate(TradeBaseline.from_flows(np.full((3, 3), 10.0) + 60 * np.eye(3)), 5.0)
    war = nash_tariffs(calibration, [[0], [1], [2]])
    alone = nash_tariffs(calibration, [[0]])
    assert (war.gain < 0).all()
    assert alone.gain[0] > 0
    np.testing.assert_allclose(war.gain, war.gain[0], rtol=1e-6)


def test_a_coalition_gains_more_than_its_members_by_the_rate_one_of_them_would_choose():
    calibration = _random(3, 6)
    together = nash_tariffs(calibration, [[0, 1, 2]], by_partner=True)
    one_rate = nash_tariffs(calibration, [[0, 1, 2]])
    assert together.gain[0] >= one_rate.gain[0] > 0
    assert np.isnan(together.rates[0, :3]).all()
    inner = np.ix_([0, 1, 2], [0, 1, 2])
    assert (together.equilibrium.tariff[inner] == 0).all()


def test_only_the_sectors_named_are_taxed():
    game = nash_tariffs(_random(4, 4, 3), [[0]], sectors=[0, 2])
    assert (game.equilibrium.tariff[:, :, 1] == 0).all()
    assert (game.equilibrium.tariff[1:, 0, 0] == game.rates[0, 1]).all()


@pytest.mark.parametrize(
    ("coalitions", "more", "message"),
    [
        ([[]], {}, "Coalition 0 is"),
        ([[7]], {}, "positions from 0 to 3"),
        ([[0, 1, 2, 3]], {}, "leave somebody outside"),
        ([[0, 1], [1, 2]], {}, "Country 1 is in more than one"),
        ([[0]], {"weights": [0.0, 1, 1, 1]}, "weight above zero"),
        ([[0]], {"weights": [-1.0, 1, 1, 1]}, "zero or more"),
    ],
)
def test_wrong_coalitions_are_refused(coalitions, more, message):
    with pytest.raises(InputError, match=message):
        nash_tariffs(_random(1, 4), coalitions, **more)


def test_tariffs_of_a_world_have_labels():
    world = world_of(random_flows(2, 4, 2), ["CHN", "PAK", "RUS", "USA"], ["manufactures", "services"])
    found = best_tariffs(world, {"west": ["USA"], "east": ["CHN", "RUS"]}, by_partner=True)
    assert set(zip(found.rates["coalition"], found.rates["exporter"], strict=True)) == {
        ("west", "CHN"),
        ("west", "PAK"),
        ("west", "RUS"),
        ("east", "PAK"),
        ("east", "USA"),
    }
    assert (found.rates["percent"] > 0).all()
    assert found.real_income["country"].tolist() == world.countries
    assert found.residual < 1e-5


def test_weights_decide_whose_income_a_coalition_maximises():
    world = world_of(random_flows(2, 4, 2), ["CHN", "PAK", "RUS", "USA"], ["manufactures", "services"])
    rates = [
        best_tariffs(world, {"east": ["CHN", "RUS"]}, weights=weights).real_income["percent"]
        for weights in ({"CHN": 1.0, "RUS": 0.0}, {"CHN": 0.0, "RUS": 1.0})
    ]
    assert rates[0][0] > rates[1][0]
    assert rates[0][2] < rates[1][2]
    with pytest.raises(InputError, match="No weight for RUS"):
        best_tariffs(world, {"east": ["CHN", "RUS"]}, weights={"CHN": 1.0})
    with pytest.raises(InputError, match=r'"PAQ".*PAK'):
        best_tariffs(world, {"south": ["PAQ"]})
    with pytest.raises(InputError, match="In more than one coalition: RUS"):
        best_tariffs(world, {"east": ["CHN", "RUS"], "north": ["RUS"]})
