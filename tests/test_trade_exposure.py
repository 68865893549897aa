"""Exposure is the derivative of the exact model, and obeys what any such derivative must."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.errors import InputError
from landbridge.evidence.exposure import friends_and_enemies
from landbridge.trade.core import TradeBaseline, calibrate, counterfactual
from landbridge.trade.exposure import LinearResponse
from trade_worlds import random_costs, random_flows, random_tariffs, random_use

RULES = ("zero", "fixed", "share")
STEP = 1e-4
seeds = st.integers(0, 10**6)
sizes = st.integers(2, 7)
sector_counts = st.integers(1, 3)
rules = st.sampled_from(RULES)


def _calibration(seed, countries, sectors, rule, *, tariffs=False, links=False, zeros=0.2):
    flows = random_flows(seed, countries, sectors, zeros=zeros)
    tariff = random_tariffs(seed, countries, sectors) if tariffs else None
    use = random_use(seed, flows, tariff, 0.7) if links else None
    return calibrate(TradeBaseline.from_flows(flows, tariff, use), np.linspace(3, 6, sectors), rule)


def _logs(calibration, **changes):
    found = counterfactual(calibration, **changes)
    return np.log(found.wage), np.log(found.real_income)


def _derivative(of):
    """Of of(step), by a five-point difference."""
    parts = [np.array(of(k * STEP)) for k in (-2, -1, 1, 2)]
    return (parts[0] - 8 * parts[1] + 8 * parts[2] - parts[3]) / (12 * STEP)


def _one(shape, place, value, otherwise):
    array = np.full(shape, float(otherwise))
    array[place] = value
    return array


@settings(max_examples=25)
@given(seeds, sizes, sector_counts, rules, st.booleans(), st.booleans())
def test_exposure_is_the_derivative_of_the_exact_model(seed, countries, sectors, rule, tariffs, links):
    calibration = _calibration(seed, countries, sectors, rule, tariffs=tariffs, links=links)
    shape = calibration.baseline.flows.shape
    response = LinearResponse.of(calibration)
    exposures = response.income(), response.real_income()
    rng = np.random.default_rng(seed)
    i, j, s = rng.integers(countries), rng.integers(countries), rng.integers(sectors)
    by_productivity = _derivative(
        lambda h: _logs(calibration, productivity=_one((countries, sectors), (i, s), np.exp(h), 1))
    )
    by_cost = _derivative(lambda h: _logs(calibration, kappa=_one(shape, (i, j, s), np.exp(h), 1)))
    for exposure, productivity, cost in zip(exposures, by_productivity, by_cost, strict=True):
        np.testing.assert_allclose(exposure.productivity[:, i, s], productivity, atol=1e-6)
        np.testing.assert_allclose(exposure.trade_costs()[:, i, j, s], cost, atol=1e-6)
        assert exposure.residual < 1e-9


@settings(max_examples=15)
@given(seeds, st.integers(3, 6), sector_counts, rules, st.booleans())
def test_exposure_to_tariffs_is_the_derivative_of_the_exact_model(seed, countries, sectors, rule, links):
    calibration = _calibration(seed, countries, sectors, rule, tariffs=True, links=links)
    i, j, s = 0, 1, sectors - 1
    tariff = calibration.baseline.tariff
    response = LinearResponse.of(calibration)

    def raised(h):
        rates = tariff.copy()
        rates[i, j, s] = (1 + tariff[i, j, s]) * np.exp(h) - 1
        return _logs(calibration, tariff=rates)

    by_tariff = _derivative(raised)
    for exposure, wanted in zip((response.income(), response.real_income()), by_tariff, strict=True):
        ours = [exposure.tariff(n)[i, j, s] for n in range(countries)]
        np.testing.assert_allclose(ours, wanted, atol=1e-6)


@settings(max_examples=15)
@given(seeds, sizes, sector_counts, rules, st.booleans(), st.booleans())
def test_a_bundle_of_changes_is_the_sum_of_its_parts(seed, countries, sectors, rule, tariffs, links):
    calibration = _calibration(seed, countries, sectors, rule, tariffs=tariffs, links=links)
    exposure = LinearResponse.of(calibration).real_income()
    change = np.log(random_costs(seed, countries, sectors))
    np.testing.assert_allclose(
        exposure.bundle(change), (exposure.trade_costs() * change).sum((1, 2, 3)), rtol=1e-9, atol=1e-12
    )
    some = np.array([1, 0])
    np.testing.assert_array_equal(exposure.trade_costs(some), exposure.trade_costs()[:, some][:, :, some])
    np.testing.assert_allclose(exposure.trade_cost(1), exposure.trade_costs()[1], rtol=1e-12)


@settings(max_examples=15)
@given(seeds, sizes, sector_counts, rules, st.booleans(), st.booleans())
def test_labour_more_productive_alike_everywhere_is_real_income_alike_everywhere(
    seed, countries, sectors, rule, tariffs, links
):
    """Productivity in proportion to labour's share of cost, which is one without links."""
    calibration = _calibration(seed, countries, sectors, rule, tariffs=tariffs, links=links)
    baseline, response = calibration.baseline, LinearResponse.of(calibration)
    labour = baseline.value_added / np.where(baseline.sector_output > 0, baseline.sector_output, 1.0)
    np.testing.assert_allclose((response.real_income().productivity * labour).sum((1, 2)), 1, atol=1e-8)
    np.testing.assert_allclose((response.income().productivity * labour).sum((1, 2)), 0, atol=1e-8)


@settings(max_examples=15)
@given(seeds, sizes, sector_counts, rules, st.booleans())
def test_dearer_trade_for_all_of_a_sellers_customers_is_lower_productivity(seed, countries, sectors, rule, links):
    exposure = LinearResponse.of(_calibration(seed, countries, sectors, rule, links=links)).real_income()
    np.testing.assert_allclose(exposure.trade_costs().sum(2), -exposure.productivity, rtol=1e-9, atol=1e-12)


@given(seeds, st.integers(2, 12), st.floats(2, 10))
def test_balanced_trade_gives_the_closed_form_of_friends_and_enemies(seed, countries, theta):
    calibration = calibrate(TradeBaseline.from_flows(random_flows(seed, countries, 1)), theta)
    income, real_income = friends_and_enemies(calibration.baseline.flows[:, :, 0], theta)
    response = LinearResponse.of(calibration)
    np.testing.assert_allclose(response.income().productivity[:, :, 0], income, atol=1e-8)
    np.testing.assert_allclose(response.real_income().productivity[:, :, 0], real_income, atol=1e-8)


def test_the_closed_form_gets_deficits_wrong_and_the_derivative_does_not():
    """Even in sign: that is why it is a test here and not the method."""
    flows = random_flows(11, 8, 1, own=1.0)
    calibration = calibrate(TradeBaseline.from_flows(flows), 5.0, "fixed")
    closed = friends_and_enemies(flows[:, :, 0], 5.0)[1]
    exact = LinearResponse.of(calibration).real_income().productivity[:, :, 0]
    assert np.abs(closed - exact).max() > 0.01


@settings(max_examples=15)
@given(seeds, st.integers(3, 6), sector_counts, rules, st.booleans())
def test_exposure_after_a_large_change_is_the_derivative_there(seed, countries, sectors, rule, links):
    calibration = _calibration(seed, countries, sectors, rule, tariffs=True, links=links)
    kappa = random_costs(seed, countries, sectors, 0.3)
    found = counterfactual(calibration, kappa=kappa)
    exposure = LinearResponse.after(calibration, found).real_income()
    change = np.log(random_costs(seed + 1, countries, sectors))
    numeric = _derivative(lambda h: _logs(calibration, kappa=kappa * np.exp(h * change)))[1]
    np.testing.assert_allclose(exposure.bundle(change), numeric, atol=1e-6)


@settings(max_examples=15)
@given(seeds, sizes, sector_counts, st.booleans())
def test_the_world_gains_from_an_industry_its_sales_over_world_income(seed, countries, sectors, links):
    """Hulten (1978): where nothing is taxed, incomes weigh real incomes' gains so that they add to the Domar weight."""
    calibration = _calibration(seed, countries, sectors, "zero", links=links)
    baseline = calibration.baseline
    exposure = LinearResponse.of(calibration).real_income()
    gain = np.tensordot(baseline.income, exposure.productivity, 1)
    np.testing.assert_allclose(gain, baseline.sector_output, rtol=1e-7, atol=1e-9 * baseline.income.sum())


def test_countries_cut_off_are_exposed_to_themselves_alone():
    flows = random_flows(4, 5, 2)
    flows[0, 1:] = flows[1:, 0] = 0.0
    response = LinearResponse.of(calibrate(TradeBaseline.from_flows(flows), 4.0))
    own = response.real_income().productivity
    np.testing.assert_allclose(own[0].sum(1), [1, 0, 0, 0, 0], atol=1e-9)
    np.testing.assert_allclose(own[1:, 0], 0, atol=1e-9)


def test_weights_give_the_exposure_of_a_group():
    response = LinearResponse.of(_calibration(5, 6, 2, "zero"))
    weights = np.array([[0.5, 0.5, 0, 0, 0, 0]])
    group, each = response.real_income(weights), response.real_income()
    np.testing.assert_allclose(group.trade_cost(0), 0.5 * (each.trade_cost(0) + each.trade_cost(1)), atol=1e-12)


def test_wrong_shapes_are_refused():
    response = LinearResponse.of(_calibration(5, 4, 2, "zero"))
    with pytest.raises(InputError, match=r"shape \(4, 4\): the flows have \(4, 4, 2\)"):
        response.income().bundle(np.ones((4, 4)))
    with pytest.raises(InputError, match="4 countries"):
        response.income(np.ones((1, 3)))
