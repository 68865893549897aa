"""What is true of any trade equilibrium with input-output links."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.errors import InputError, SolveError
from landbridge.trade.core import (
    NoEquilibriumError,
    TradeBaseline,
    baseline_from_shares,
    calibrate,
    counterfactual,
    excess_supply,
    solve,
    solve_draws,
)
from landbridge.trade.core.problem import pose
from landbridge.trade.core.response import jacobian, respond
from landbridge.trade.core.state import state_at
from trade_worlds import random_costs, random_flows, random_tariffs, random_use

RULES = ("zero", "fixed", "share")
seeds = st.integers(0, 10**6)
sizes = st.integers(2, 7)
sector_counts = st.integers(1, 3)
thetas = st.floats(2, 20)
rules = st.sampled_from(RULES)


def _world(seed, countries, sectors, *, tariffs=True, **more):
    flows = random_flows(seed, countries, sectors, **more)
    tariff = random_tariffs(seed, countries, sectors) if tariffs else None
    return TradeBaseline.from_flows(flows, tariff, random_use(seed, flows, tariff))


@given(seeds, sizes, sector_counts, thetas, rules)
@settings(max_examples=20)
def test_everything_adds_up_in_any_equilibrium(seed, countries, sectors, theta, rule):
    base = _world(seed, countries, sectors, zeros=0.2)
    tariff = random_tariffs(seed + 1, countries, sectors)
    kappa = random_costs(seed + 1, countries, sectors)
    found = solve(base, theta, kappa=kappa, tariff=tariff, deficits=rule)
    before = found.baseline
    paid = found.flows * (1 + tariff)
    sales = found.flows.sum(1)
    use = before.inputs * sales[:, None, :]
    income = found.wage * before.income
    np.testing.assert_allclose(sales.sum(1) - use.sum((1, 2)), income, rtol=1e-9)
    np.testing.assert_allclose(paid.sum(0), found.spending, rtol=1e-9, atol=1e-12 * found.spending.max())
    wanted = before.alpha * found.expenditure[:, None] + use.sum(2)
    np.testing.assert_allclose(wanted, found.spending, rtol=1e-8, atol=1e-11 * found.spending.max())
    np.testing.assert_allclose((tariff * found.flows).sum((0, 2)), found.revenue, rtol=1e-6, atol=1e-9 * income.min())
    np.testing.assert_allclose(income.sum(), before.income.sum(), rtol=1e-12)
    if rule == "zero":
        np.testing.assert_allclose(income + found.revenue, found.expenditure, rtol=1e-9)
    assert found.residual < 1e-10


@given(seeds, sizes, sector_counts, thetas, rules)
@settings(max_examples=20)
def test_costs_and_prices_are_those_of_the_bundle(seed, countries, sectors, theta, rule):
    base, kappa = _world(seed, countries, sectors), random_costs(seed + 1, countries, sectors)
    gain = np.random.default_rng(seed).uniform(0.8, 1.3, (countries, sectors))
    found = solve(base, theta, kappa=kappa, productivity=gain, deficits=rule)
    gamma, log_price = found.baseline.inputs, np.log(found.sector_price)
    bundle = (1 - gamma.sum(1)) * np.log(found.wage)[:, None] + np.einsum("iks,ik->is", gamma, log_price)
    np.testing.assert_allclose(np.log(found.cost), bundle - np.log(gain), atol=1e-10)
    Phi = (found.baseline.shares * (found.cost[:, None, :] * kappa) ** -theta).sum(0)
    bought = found.baseline.spending > 0
    np.testing.assert_allclose(log_price[bought], -np.log(Phi[bought]) / theta, atol=1e-10)
    np.testing.assert_allclose(np.log(found.price), (found.baseline.alpha * log_price).sum(1), atol=1e-12)


@given(seeds, sizes, sector_counts, thetas, rules)
@settings(max_examples=20)
def test_no_change_gives_hats_of_one(seed, countries, sectors, theta, rule):
    found = solve(_world(seed, countries, sectors), theta, deficits=rule)
    for hat in (found.wage, found.price, found.real_wage, found.real_income, found.cost):
        np.testing.assert_allclose(hat, 1, atol=1e-12)
    np.testing.assert_allclose(found.terms_of_trade, 0, atol=1e-12)
    np.testing.assert_allclose(found.volume_of_trade, 0, atol=1e-12)


@given(seeds, sizes, sector_counts, thetas, st.booleans())
@settings(max_examples=20)
def test_links_of_zero_are_no_links(seed, countries, sectors, theta, tariffs):
    flows = random_flows(seed, countries, sectors)
    tariff = random_tariffs(seed, countries, sectors) if tariffs else None
    kappa = random_costs(seed, countries, sectors)
    nothing = np.zeros((countries, sectors, sectors))
    linked = solve(TradeBaseline.from_flows(flows, tariff, nothing), theta, kappa=kappa)
    plain = solve(TradeBaseline.from_flows(flows, tariff), theta, kappa=kappa)
    np.testing.assert_allclose(linked.real_income, plain.real_income, rtol=1e-8)
    np.testing.assert_allclose(linked.flows, plain.flows, rtol=1e-6, atol=1e-9)


@given(seeds, sizes, sector_counts, thetas)
@settings(max_examples=20)
def test_world_gains_when_trade_costs_fall(seed, countries, sectors, theta):
    kappa = np.minimum(random_costs(seed + 2, countries, sectors), 1.0)
    found = solve(_world(seed, countries, sectors, tariffs=False), theta, kappa=kappa)
    weights = found.baseline.expenditure / found.baseline.expenditure.sum()
    assert weights @ np.log(found.real_income) > -1e-12


@given(seeds, sizes, sector_counts, thetas, rules)
@settings(max_examples=20)
def test_order_of_countries_and_sectors_does_not_matter(seed, countries, sectors, theta, rule):
    flows, tariff = random_flows(seed, countries, sectors), random_tariffs(seed, countries, sectors)
    use, kappa = random_use(seed, flows, tariff), random_costs(seed + 1, countries, sectors)
    rng = np.random.default_rng(seed)
    n, s = rng.permutation(countries), rng.permutation(sectors)

    def shuffled(array):
        return array[n][:, n][:, :, s]

    straight = solve(TradeBaseline.from_flows(flows, tariff, use), theta, kappa=kappa, deficits=rule)
    turned = solve(
        TradeBaseline.from_flows(shuffled(flows), shuffled(tariff), use[n][:, s][:, :, s]),
        theta,
        kappa=shuffled(kappa),
        deficits=rule,
    )
    np.testing.assert_allclose(turned.real_income, straight.real_income[n], rtol=1e-8)
    np.testing.assert_allclose(turned.flows, shuffled(straight.flows), rtol=1e-6, atol=1e-9 * flows.max())


@given(seeds, sizes, sector_counts, st.booleans())
@settings(max_examples=20)
def test_terms_and_volume_of_trade_add_up_to_real_income_for_small_changes(seed, countries, sectors, links):
    """Caliendo & Parro (2015): the split is exact to first order, so halving the change quarters the error."""
    base = _world(seed, countries, sectors)
    calibration = calibrate(base if links else TradeBaseline(base.flows, base.tariff), np.linspace(2, 6, sectors))
    change = random_tariffs(seed + 1, countries, sectors)

    def error(step):
        found = counterfactual(calibration, tariff=base.tariff + step * change)
        return np.abs(found.terms_of_trade + found.volume_of_trade - np.log(found.real_income)).max()

    assert error(0.01) < 1e-2
    assert error(0.005) < 0.3 * error(0.01) + 1e-9


@given(seeds, sizes, sector_counts, thetas)
@settings(max_examples=20)
def test_autarky_gains_follow_from_own_shares_and_the_inverse_of_leontief(seed, countries, sectors, theta):
    """Costinot & Rodriguez-Clare (2014), section 3.4: the loss of every sector counts through all that it goes into."""
    base = _world(seed, countries, sectors, tariffs=False)
    kappa = np.full(base.flows.shape, np.inf)
    kappa[np.arange(countries), np.arange(countries)] = 1.0
    found = solve(base, theta, kappa=kappa, deficits="share")
    gamma, own = base.inputs, np.einsum("iis->is", base.shares)
    reach = np.linalg.solve(np.eye(sectors) - gamma, base.alpha[:, :, None])[:, :, 0]
    np.testing.assert_allclose(np.log(found.real_wage), (reach * np.log(own)).sum(1) / theta, rtol=1e-9)
    assert found.cut_off.all()


@given(seeds, sizes, sector_counts)
@settings(max_examples=20)
def test_all_more_productive_gains_by_the_length_of_the_chain(seed, countries, sectors):
    """With one input share everywhere, 10 % in every stage is 1.1^(1 / (1 - share)) in the end."""
    flows = random_flows(seed, countries, sectors)
    flows[:] = (flows + flows.transpose(1, 0, 2)) / 2
    use = 0.4 * flows.sum(0)[:, :, None] * np.eye(sectors)
    found = solve(TradeBaseline.from_flows(flows, None, use), 5.0, productivity=np.full(countries, 1.1))
    np.testing.assert_allclose(found.real_income, 1.1 ** (1 / 0.6), rtol=1e-9)
    np.testing.assert_allclose(found.wage, 1, rtol=1e-9)


def _state(seed, countries, sectors, rule, tariffs, spread=0.05):
    base = _world(seed, countries, sectors, tariffs=tariffs)
    problem = pose(base, np.linspace(2, 8, sectors), rule, random_costs(seed, countries, sectors))
    return problem, spread * np.random.default_rng(seed).normal(size=countries)


@given(seeds, sizes, sector_counts, rules, st.booleans())
@settings(max_examples=20)
def test_jacobian_is_the_derivative_of_excess_demand(seed, countries, sectors, rule, tariffs):
    problem, at = _state(seed, countries, sectors, rule, tariffs)
    state = state_at(problem, at)
    by_theta, constant = jacobian(state)
    analytic = problem.theta.mean() * by_theta[0] + constant if sectors > 1 else problem.theta * by_theta[0] + constant
    analytic = analytic - state.income / state.income.sum()
    step = 1e-5

    def excess(log_wage):
        trial = state_at(problem, log_wage)
        return trial.supply - trial.income

    numeric = np.stack(
        [(excess(at + step * e) - excess(at - step * e)) / (2 * step) for e in np.eye(countries)], axis=1
    )
    np.testing.assert_allclose(analytic, numeric / state.supply[:, None], atol=1e-6)
    direct = respond(state, np.eye(countries)).excess / state.supply[:, None]
    np.testing.assert_allclose(direct, analytic, atol=1e-11)


@given(seeds, sizes, sector_counts, rules, st.booleans(), st.booleans())
@settings(max_examples=20)
def test_responses_to_wages_are_derivatives(seed, countries, sectors, rule, tariffs, links):
    base = _world(seed, countries, sectors, tariffs=tariffs, zeros=0.1)
    base = base if links else TradeBaseline(base.flows, base.tariff)
    log_wage = np.random.default_rng(seed).normal(size=countries)
    problem = pose(base, np.linspace(2, 8, sectors), rule, random_costs(seed, countries, sectors))
    step = 1e-5
    up, down, middle = (state_at(problem, at * log_wage) for at in (step, -step, 0.0))
    found = respond(middle, log_wage[:, None])
    for name, scale in (
        ("log_price", 1),
        ("spending", base.spending.max()),
        ("sales", base.output.max()),
        ("expenditure", base.expenditure.max()),
    ):
        numeric = (getattr(up, name) - getattr(down, name)) / (2 * step)
        np.testing.assert_allclose(getattr(found, name)[..., 0] / scale, numeric / scale, atol=2e-7)
    numeric = (up.supply - up.income - down.supply + down.income) / (2 * step)
    np.testing.assert_allclose(found.excess[:, 0] / base.income.max(), numeric / base.income.max(), atol=2e-7)


@given(seeds, sizes, sector_counts, rules)
@settings(max_examples=20)
def test_walras_and_homogeneity(seed, countries, sectors, rule):
    calibration = calibrate(_world(seed, countries, sectors), 5.0, rule)
    log_wage = 0.3 * np.random.default_rng(seed).normal(size=countries)
    kappa = random_costs(seed, countries, sectors)
    once, twice = (excess_supply(calibration, log_wage + by, kappa=kappa) for by in (0.0, np.log(2.0)))
    total = calibration.baseline.output.sum()
    assert abs(once.sum()) < 1e-11 * total
    np.testing.assert_allclose(twice, 2 * once, atol=1e-10 * total)


@given(seeds, sizes, sector_counts, thetas, st.booleans())
@settings(max_examples=20)
def test_shares_of_a_world_in_balance_give_that_world_back(seed, countries, sectors, theta, tariffs):
    base = _world(seed, countries, sectors, tariffs=tariffs, zeros=0.1)
    found = baseline_from_shares(
        base.shares, base.alpha, base.income, theta, tariff=base.tariff, inputs=base.inputs, deficit=base.deficit
    )
    np.testing.assert_allclose(found.flows, base.flows, rtol=1e-7, atol=1e-10 * base.flows.max())
    np.testing.assert_allclose(found.use, base.use, rtol=1e-7, atol=1e-10 * base.use.max())


@given(seeds, sizes, sector_counts, thetas)
@settings(max_examples=20)
def test_shares_that_do_not_fit_together_are_made_to(seed, countries, sectors, theta):
    base, other = _world(seed, countries, sectors), _world(seed + 1, countries, sectors)
    found = baseline_from_shares(base.shares, other.alpha, base.income, theta, tariff=base.tariff, inputs=other.inputs)
    checked = TradeBaseline.from_flows(found.flows, found.tariff, found.use)
    assert np.abs(checked.deficit).max() < 1e-9 * checked.income.max()
    np.testing.assert_allclose(checked.alpha, other.alpha, atol=1e-7)
    np.testing.assert_allclose(checked.income.sum(), base.income.sum(), rtol=1e-9)


@given(seeds, sizes, sector_counts, rules)
@settings(max_examples=20)
def test_draws_equal_single_solutions(seed, countries, sectors, rule):
    base, theta = _world(seed, countries, sectors), np.array([3.0, 5.0, 9.0])
    kappa = np.stack([random_costs(seed + d, countries, sectors) for d in range(3)], axis=-1)
    drawn = solve_draws(base, theta, kappa, deficits=rule, pairs=[(0, 1)])
    for d in range(3):
        alone = solve(base, theta[d], kappa=kappa[..., d], deficits=rule)
        np.testing.assert_allclose(drawn.real_income[:, d], alone.real_income, rtol=1e-8)
        np.testing.assert_allclose(drawn.flow[0, :, d], alone.flows[0, 1] / alone.baseline.flows[0, 1], rtol=1e-7)


@pytest.mark.parametrize("theta", [2.0, 5.0, 20.0])
@pytest.mark.parametrize("own", [0.002, 0.1, 50.0])
def test_hard_cases_converge_or_refuse(theta, own):
    flows = random_flows(5, 15, 3, own=own, zeros=0.3)
    flows[3, :, 1] = 0.0  # a sector that a country does not produce
    flows[:, 7, 2] = 0.0  # and one that a country does not buy
    base = TradeBaseline.from_flows(flows, None, random_use(5, flows))
    kappa = random_costs(5, 15, 3, 0.5)
    kappa[0, 1:, 0] = np.inf
    kappa[1, 2] = 1e6
    try:
        found = solve(base, theta, kappa=kappa)
    except SolveError:
        return
    assert found.residual < 1e-10
    assert (found.flows[0, 1:, 0] == 0).all()
    np.testing.assert_allclose(found.flows.sum((1, 2)), found.flows.sum((0, 2)), rtol=1e-8)


@pytest.mark.parametrize("links", [False, True])
def test_prohibitive_costs_lead_to_autarky(links):
    flows = random_flows(4, 5, 2)
    base = TradeBaseline.from_flows(flows, None, random_use(4, flows) if links else None)
    home = np.eye(5, dtype=bool)
    alone, nearly = (solve(base, 4.0, kappa=np.where(home, 1.0, cost)).real_wage for cost in (np.inf, 1e4))
    np.testing.assert_allclose(nearly, alone, rtol=1e-6)


def test_a_fixed_surplus_beyond_what_is_left_to_earn_is_refused():
    flows = np.array([[10.0, 12.0, 1.0], [1.0, 10.0, 10.0], [1.0, 1.0, 10.0]])
    kappa = np.where(np.eye(3, dtype=bool), 1.0, 50.0)
    with pytest.raises(NoEquilibriumError, match="a deficit that is to stay fixed"):
        solve(TradeBaseline.from_flows(flows), 2.0, kappa=kappa, deficits="fixed")


def test_a_country_cut_off_goes_on_alone():
    base = _world(3, 6, 3)
    kappa = np.ones(base.flows.shape)
    kappa[0, 1:] = kappa[1:, 0] = np.inf
    found = solve(base, 5.0, kappa=kappa)
    assert found.cut_off.tolist() == [True] + [False] * 5
    nearly = solve(base, 5.0, kappa=np.where(np.isinf(kappa), 1e6, kappa))
    np.testing.assert_allclose(nearly.real_income, found.real_income, rtol=1e-4)


def test_an_input_nobody_is_left_to_sell_is_refused():
    flows = random_flows(1, 3, 2)
    flows[0, 0, 1] = 0.0
    base = TradeBaseline.from_flows(flows, None, random_use(1, flows))
    kappa = np.ones(flows.shape)
    kappa[1:, 0] = kappa[0, 1:] = np.inf
    with pytest.raises(NoEquilibriumError, match=r"nobody is left to sell.*country 0 \(sector 1\)"):
        solve(base, 5.0, kappa=kappa)


def test_chains_that_end_nowhere_are_refused():
    """Two industries that use nothing but each other's goods have no cost to start from."""
    flows = np.zeros((2, 2, 3))
    flows[[0, 1], [0, 1]] = 10.0
    flows[0, 1, 0] = flows[1, 0, 0] = 1.0
    use = np.zeros((2, 3, 3))
    use[:, 1, 2] = use[:, 2, 1] = 10.0
    with pytest.raises(NoEquilibriumError, match=r"do not settle.*country 0 \(sector 1\)"):
        solve(TradeBaseline.from_flows(flows, None, use), 5.0, kappa=np.full((2, 2, 3), 1.1))


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (np.zeros((3, 2)), r"Intermediate use has shape \(3, 2\)"),
        (np.full((3, 2, 2), -1.0), r"intermediate use at \[0, 0, 0\] is -1.0"),
        (np.full((3, 2, 2), 1e9), r"value added .* at \[0, 0\] is -"),
    ],
)
def test_wrong_use_is_refused(use, message):
    with pytest.raises(InputError, match=message):
        TradeBaseline.from_flows(random_flows(1, 3, 2), None, use)


def test_use_beyond_purchases_is_refused():
    flows = np.ones((2, 2, 2))
    flows[:, :, 0] = 100.0
    use = np.zeros((2, 2, 2))
    use[0, 1, 0] = 3.0
    with pytest.raises(InputError, match=r"final spending .* at \[0, 1\] is -1"):
        TradeBaseline.from_flows(flows, None, use)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ({"shares": 0.9}, r"sum of shares over exporters at \[0, 0\] is 0.9"),
        ({"alpha": 1.1}, r"sum of shares of spending over sectors at \[0\] is 1.1"),
        ({"inputs": 30.0}, "sum of shares of inputs in cost"),
        ({"income": -1.0}, "income at"),
        ({"deficit": 1e9}, "must add to zero"),
    ],
)
def test_wrong_shares_are_refused(spoil, message):
    base = _world(1, 3, 2)
    given = {name: getattr(base, name) * spoil.get(name, 1.0) for name in ("shares", "alpha", "income", "inputs")}
    with pytest.raises(InputError, match=message):
        baseline_from_shares(**given, theta=5.0, deficit=np.full(3, spoil.get("deficit", 0.0)))


def test_tariffs_in_percent_are_noticed():
    rates = np.full((3, 3), 12.5)
    np.fill_diagonal(rates, 0)
    with pytest.warns(UserWarning, match=r"typically 12\.5.*0\.25 for 25 %"):
        solve(_world(1, 3, 2), 5.0, tariff=rates)


def test_one_region_with_links_and_a_counterfactual_of_nothing():
    base = TradeBaseline.from_flows(np.full((1, 1, 2), 10.0), None, np.full((1, 2, 2), 2.0))
    found = counterfactual(calibrate(base, 5.0), productivity=np.array([1.2]))
    assert found.real_income[0] == pytest.approx(1.2 ** (1 / 0.6), rel=1e-10)
