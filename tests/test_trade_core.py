"""What is true of any trade equilibrium in changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.errors import InputError, SolveError
from landbridge.trade.core import (
    NoEquilibriumError,
    TradeBaseline,
    calibrate,
    counterfactual,
    newton,
    solve,
    solve_draws,
)
from landbridge.trade.core.problem import pose
from landbridge.trade.core.response import jacobian
from landbridge.trade.core.state import state_at
from trade_worlds import random_costs, random_flows

RULES = ("zero", "fixed", "share")
seeds = st.integers(0, 10**6)
sizes = st.integers(2, 12)
sector_counts = st.integers(1, 4)
thetas = st.floats(2, 20)
rules = st.sampled_from(RULES)


def _baseline(seed, countries, sectors, **more):
    return TradeBaseline.from_flows(random_flows(seed, countries, sectors, **more))


def _tariffs(seed, countries, sectors, highest=0.5):
    rates = np.random.default_rng(seed).uniform(0, highest, (countries, countries, sectors))
    rates[np.arange(countries), np.arange(countries)] = 0.0
    return rates


@given(seeds, sizes, sector_counts, thetas, rules)
def test_everything_adds_up_in_any_equilibrium(seed, countries, sectors, theta, rule):
    kappa = random_costs(seed + 1, countries, sectors)
    found = solve(
        _baseline(seed, countries, sectors, zeros=0.2),
        theta,
        kappa=kappa,
        tariff=_tariffs(seed, countries, sectors),
        deficits=rule,
    )
    income = found.wage * found.baseline.output
    spent = (found.flows * (1 + _tariffs(seed, countries, sectors))).sum((0, 2))
    np.testing.assert_allclose(found.flows.sum((1, 2)), income, rtol=1e-9)
    np.testing.assert_allclose(spent, found.expenditure, rtol=1e-9)
    np.testing.assert_allclose(found.revenue, spent - found.flows.sum((0, 2)), rtol=1e-6, atol=1e-9 * income.min())
    np.testing.assert_allclose(income.sum(), found.baseline.output.sum(), rtol=1e-12)
    np.testing.assert_allclose(found.shares.sum(0)[found.baseline.alpha > 0], 1, rtol=1e-12)
    assert found.residual < 1e-10


@given(seeds, sizes, sector_counts, thetas, rules)
def test_no_change_gives_hats_of_one(seed, countries, sectors, theta, rule):
    found = solve(_baseline(seed, countries, sectors), theta, deficits=rule)
    for hat in (found.wage, found.price, found.real_wage, found.real_income):
        np.testing.assert_allclose(hat, 1, atol=1e-13)


@given(seeds, sizes, sector_counts, thetas)
def test_world_gains_when_trade_costs_fall(seed, countries, sectors, theta):
    kappa = np.minimum(random_costs(seed + 2, countries, sectors), 1.0)
    found = solve(_baseline(seed, countries, sectors), theta, kappa=kappa)
    weights = found.baseline.expenditure / found.baseline.expenditure.sum()
    assert weights @ np.log(found.real_income) > -1e-12


@given(seeds, sizes, sector_counts, thetas, rules)
def test_order_of_countries_does_not_matter(seed, countries, sectors, theta, rule):
    flows, kappa = random_flows(seed, countries, sectors), random_costs(seed + 1, countries, sectors)
    order = np.random.default_rng(seed).permutation(countries)
    straight = solve(TradeBaseline.from_flows(flows), theta, kappa=kappa, deficits=rule)
    shuffled = solve(
        TradeBaseline.from_flows(flows[order][:, order]), theta, kappa=kappa[order][:, order], deficits=rule
    )
    np.testing.assert_allclose(shuffled.real_income, straight.real_income[order], rtol=1e-8)
    np.testing.assert_allclose(shuffled.flows, straight.flows[order][:, order], rtol=1e-6, atol=1e-9)


@given(seeds, sizes, sector_counts, thetas, rules)
def test_splitting_a_sector_in_two_alike_changes_nothing(seed, countries, sectors, theta, rule):
    flows, kappa = random_flows(seed, countries, sectors), random_costs(seed + 1, countries, sectors)
    whole = solve(TradeBaseline.from_flows(flows), theta, kappa=kappa, deficits=rule)
    halves = np.concatenate([0.3 * flows, 0.7 * flows], axis=2)
    split = solve(TradeBaseline.from_flows(halves), theta, kappa=np.concatenate([kappa, kappa], axis=2), deficits=rule)
    np.testing.assert_allclose(split.real_income, whole.real_income, rtol=1e-9)


def _excess(problem, log_wage):
    state = state_at(problem, log_wage)
    return state.supply - state.income


@given(seeds, sizes, sector_counts, rules, st.booleans())
def test_jacobian_is_the_derivative_of_excess_supply(seed, countries, sectors, rule, with_tariffs):
    theta = np.linspace(2, 8, sectors)
    tariff = _tariffs(seed, countries, sectors) if with_tariffs else None
    problem = pose(
        _baseline(seed, countries, sectors), theta, rule, random_costs(seed, countries, sectors), None, tariff
    )
    at = 0.05 * np.random.default_rng(seed).normal(size=countries)
    state = state_at(problem, at)
    by_theta, constant = jacobian(state)
    analytic = np.tensordot(theta, by_theta, 1) + constant - state.income / state.income.sum()
    step = 1e-6
    numeric = np.stack(
        [(_excess(problem, at + step * e) - _excess(problem, at - step * e)) / (2 * step) for e in np.eye(countries)],
        axis=1,
    )
    np.testing.assert_allclose(analytic, numeric / state.supply[:, None], atol=1e-6)


@given(seeds, sizes, sector_counts, thetas)
def test_autarky_gains_follow_from_own_shares(seed, countries, sectors, theta):
    """Arkolakis, Costinot & Rodriguez-Clare (2012): real wages fall to prod_s lambda_s^(alpha_s / theta)."""
    baseline = _baseline(seed, countries, sectors)
    kappa = np.full(baseline.flows.shape, np.inf)
    kappa[np.arange(countries), np.arange(countries)] = 1.0
    found = solve(baseline, theta, kappa=kappa, deficits="share")
    own = np.einsum("iis->is", baseline.shares)
    np.testing.assert_allclose(found.real_wage, np.prod(own ** (baseline.alpha / theta), axis=1), rtol=1e-10)
    assert found.cut_off.all()
    assert (found.flows[kappa == np.inf] == 0).all()


@given(seeds, st.integers(3, 12), sector_counts, thetas)
def test_a_country_cut_off_is_listed_and_the_others_go_on(seed, countries, sectors, theta):
    baseline = _baseline(seed, countries, sectors)
    kappa = np.ones(baseline.flows.shape)
    kappa[0, 1:] = kappa[1:, 0] = np.inf
    found = solve(baseline, theta, kappa=kappa)
    assert found.cut_off.tolist() == [True] + [False] * (countries - 1)
    assert found.real_income[0] < 1
    np.testing.assert_allclose(found.shares[0, 0][found.baseline.alpha[0] > 0], 1, rtol=1e-14)
    np.testing.assert_allclose(found.flows.sum((1, 2)), found.flows.sum((0, 2)), rtol=1e-9)
    nearly = solve(baseline, theta, kappa=np.where(np.isinf(kappa), 1e6, kappa))
    assert not nearly.cut_off.any()
    np.testing.assert_allclose(nearly.real_income, found.real_income, rtol=1e-4)


@given(seeds, sizes, thetas)
def test_deficits_closed_in_two_steps_or_one_give_the_same(seed, countries, theta):
    baseline, kappa = _baseline(seed, countries, 2), random_costs(seed, countries, 2)
    closed = calibrate(baseline, theta).baseline
    at_once = solve(baseline, theta, kappa=kappa)
    later = solve(closed, theta, kappa=kappa)
    assert np.abs(closed.deficit).max() < 1e-9 * closed.output.max()
    np.testing.assert_allclose(at_once.real_income, later.real_income, rtol=1e-9)


@given(seeds, sizes, thetas)
def test_all_rules_agree_when_trade_is_balanced(seed, countries, theta):
    closed = calibrate(_baseline(seed, countries, 2), theta).baseline
    kappa = random_costs(seed, countries, 2)
    zero, fixed, share = (solve(closed, theta, kappa=kappa, deficits=rule).real_income for rule in RULES)
    np.testing.assert_allclose(fixed, zero, rtol=1e-8)
    np.testing.assert_allclose(share, zero, rtol=1e-8)


@given(seeds, sizes, sector_counts, thetas, rules)
def test_a_tariff_taken_off_and_put_back_changes_nothing(seed, countries, sectors, theta, rule):
    flows, tariff = random_flows(seed, countries, sectors), _tariffs(seed, countries, sectors, 0.3)
    without = solve(TradeBaseline.from_flows(flows, tariff), theta, tariff=np.zeros_like(flows), deficits=rule)
    back = solve(TradeBaseline.from_flows(without.flows), theta, tariff=tariff, deficits=rule)
    if rule == "zero":
        np.testing.assert_allclose(back.real_income * without.real_income, 1, rtol=1e-8)
    assert (without.revenue < 1e-9 * without.expenditure).all()


def test_a_small_tariff_of_a_large_country_raises_its_income_and_lowers_the_partners():
    flows = np.array([[80.0, 20.0], [20.0, 80.0]])
    tariff = np.array([[0.0, 0.0], [0.1, 0.0]])
    found = solve(TradeBaseline.from_flows(flows), 5.0, tariff=tariff)
    assert found.real_income[0] > 1 > found.real_income[1]
    assert found.revenue[0] > 0
    assert found.revenue[1] == pytest.approx(0, abs=1e-12)


def test_productivity_in_one_sector_raises_income_by_its_weight_at_home_in_a_nearly_closed_economy():
    flows = random_flows(3, 4, 2, own=1e5)
    found = solve(TradeBaseline.from_flows(flows), 4.0, productivity=np.array([[1.2, 1.0]] + [[1.0, 1.0]] * 3))
    assert found.real_income[0] == pytest.approx(1.2 ** found.baseline.alpha[0, 0], rel=1e-4)


@pytest.mark.parametrize("theta", [2.0, 5.0, 20.0])
@pytest.mark.parametrize("own", [0.002, 0.1, 50.0])
def test_hard_cases_converge_or_refuse(theta, own):
    flows = random_flows(5, 20, 3, own=own, zeros=0.3)
    try:
        found = solve(TradeBaseline.from_flows(flows), theta, kappa=random_costs(5, 20, 3, 1.0))
    except SolveError:
        return
    assert found.residual < 1e-10
    np.testing.assert_allclose(found.flows.sum((1, 2)), found.flows.sum((0, 2)), rtol=1e-8)


@given(seeds, sizes, sector_counts, rules)
def test_draws_equal_single_solutions(seed, countries, sectors, rule):
    baseline = _baseline(seed, countries, sectors)
    theta = np.array([3.0, 5.0, 9.0])
    kappa = np.stack([random_costs(seed + d, countries, sectors) for d in range(3)], axis=-1)
    drawn = solve_draws(baseline, theta, kappa, deficits=rule, pairs=[(0, 1)])
    streamed = solve_draws(baseline, theta, (kappa[..., d] for d in range(3)), deficits=rule, pairs=[(0, 1)])
    for d in range(3):
        alone = solve(baseline, theta[d], kappa=kappa[..., d], deficits=rule)
        np.testing.assert_allclose(drawn.real_income[:, d], alone.real_income, rtol=1e-8)
        np.testing.assert_allclose(drawn.flow[0, :, d], alone.flows[0, 1] / alone.baseline.flows[0, 1], rtol=1e-7)
    np.testing.assert_array_equal(streamed.real_income, drawn.real_income)


def test_many_draws_are_solved_together_and_a_closed_border_by_itself():
    baseline, theta = _baseline(3, 8, 2, zeros=0.3), 5 * np.exp(0.3 * np.random.default_rng(1).normal(size=40))
    kappa = np.stack([random_costs(d, 8, 2) for d in range(40)], axis=-1)
    tariff, gain = _tariffs(2, 8, 2), np.random.default_rng(2).uniform(0.8, 1.2, (8, 2))
    closed = kappa.copy()
    closed[0, 1:, 0, 7] = np.inf
    together, apart = (
        solve_draws(baseline, theta, costs, tariff=tariff, productivity=gain, pairs=[(2, 3)])
        for costs in (kappa, closed)
    )
    others = np.arange(40) != 7
    np.testing.assert_allclose(together.real_income[:, others], apart.real_income[:, others], rtol=1e-9)
    np.testing.assert_allclose(together.flow[..., others], apart.flow[..., others], rtol=1e-8)
    assert apart.real_income[0, 7] < together.real_income[0, 7]
    assert together.residual.max() < 1e-10


def test_an_importer_that_cannot_export_is_refused_by_name_of_its_place():
    flows = random_flows(1, 4, 1)
    kappa = np.ones(flows.shape)
    kappa[2, [0, 1, 3]] = np.inf
    with pytest.raises(NoEquilibriumError, match=r"one way only.*country 2"):
        solve(TradeBaseline.from_flows(flows), 5.0, kappa=kappa)


def test_a_sector_without_any_supplier_left_is_refused():
    flows = random_flows(1, 3, 2)
    flows[0, 0, 1] = 0.0
    kappa = np.ones(flows.shape)
    kappa[1:, 0] = kappa[0, 1:] = np.inf
    with pytest.raises(NoEquilibriumError, match=r"nobody is left to sell.*country 0 \(sector 1\)"):
        solve(TradeBaseline.from_flows(flows), 5.0, kappa=kappa)


def test_a_fixed_deficit_cannot_outlive_isolation():
    flows = random_flows(1, 4, 1)
    kappa = np.ones(flows.shape)
    kappa[0, 1:] = kappa[1:, 0] = np.inf
    with pytest.raises(NoEquilibriumError, match="finance a deficit"):
        solve(TradeBaseline.from_flows(flows), 5.0, kappa=kappa, deficits="fixed")


def test_what_did_not_converge_is_refused(monkeypatch):
    monkeypatch.setattr(newton, "MAX_STEPS", 1)
    with pytest.raises(NoEquilibriumError, match="excess supply is still"):
        solve(_baseline(1, 6, 1), 5.0, kappa=random_costs(1, 6, 1), deficits="share")


def _spoilt(place, value):
    flows = random_flows(1, 3, 1)
    flows[place] = value
    return flows


@pytest.mark.parametrize(
    ("flows", "message"),
    [
        (_spoilt((0, 1, 0), -1.0), r"flow at \[0, 1, 0\] is -1.0; it must be zero or more"),
        (_spoilt((0, 1, 0), np.nan), r"flow at \[0, 1, 0\] is nan; it must be a finite number"),
        (_spoilt((2, 2, 0), 0.0), "Country 2 has no trade with itself"),
        (np.ones((2, 3, 1)), "shape"),
    ],
)
def test_wrong_flows_are_refused(flows, message):
    with pytest.raises(InputError, match=message):
        TradeBaseline.from_flows(flows)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kappa": np.zeros((3, 3, 1))}, "kappa at .* must be positive"),
        ({"kappa": np.full((3, 3, 1), np.nan)}, "kappa at .* must be positive"),
        ({"kappa": np.full((3, 3, 1), 1e-100)}, "kappa at .* finite"),
        ({"kappa": np.ones((2, 2, 1))}, "kappa has shape"),
        ({"tariff": -np.ones((3, 3, 1))}, "tariff at .* above -1"),
        ({"tariff": np.full((3, 3, 1), 0.1)}, "tariff on own goods"),
        ({"productivity": np.array([1.0, 0.0, 1.0])}, "productivity at .* positive"),
        ({"theta": 0.0}, "elasticity at .* positive"),
        ({"theta": np.ones(2)}, "Elasticities of shape"),
        ({"deficits": "none"}, 'Deficit rule "none": allowed are zero, fixed, share'),
    ],
)
def test_wrong_changes_are_refused(change, message):
    arguments = {"theta": 5.0, **change}
    with pytest.raises(InputError, match=message):
        solve(TradeBaseline.from_flows(random_flows(1, 3, 1)), **arguments)


def test_kept_factorisation_and_fresh_start_agree_on_the_packaged_world(world2017):
    from landbridge.trade.model import trade_baseline

    baseline = trade_baseline(world2017)
    countries, _, sectors = baseline.flows.shape
    kappa = random_costs(4, countries, sectors, 0.05)
    near = calibrate(baseline, 5.0)
    chord = counterfactual(calibrate(baseline, 6.0, near=near), kappa=kappa)
    fresh = counterfactual(calibrate(baseline, 6.0), kappa=kappa)
    np.testing.assert_allclose(chord.real_income, fresh.real_income, rtol=1e-9)
    assert max(chord.residual, fresh.residual) < 1e-10
