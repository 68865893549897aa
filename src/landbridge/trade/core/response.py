"""The linear response of everything at a state to small changes of wages, the Jacobian, and transposed solves.

The changes are in logs: of wages [i], of unit costs at given wages and prices [s, i] (minus the log of productivity),
and of trade costs [s, i, j]. Tariffs and the rule for deficits stay. With p = d ln P [s, j], c the log change of unit
cost [s, i], v that of trade costs; G, G' the cost shares of inputs, T = X / Q, all at the state:

    p  = Pi' (c + v)               c  = gamma dlnw + G p + cost
    dY = theta (X p - Y c - X v) + T dQ
    dQ = alpha dE + G' dY          dE = dH + theta (X' (c + v) - kept Q p) + (1 - kept) G' dY, over own
    dz = gamma dY - w I dlnw       excess demand for labour

``respond`` follows wages forward; ``trade.exposure`` goes the other way, from one number back to every wage, cost,
productivity and tariff.

Implicit differentiation of the equilibrium in changes of Caliendo & Parro (2015), Review of Economic Studies 82(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from landbridge.trade.core.arrays import Array
from landbridge.trade.core.fixed_point import fixed_point
from landbridge.trade.core.state import State, by_country, cost_of_inputs, use_of_inputs


@dataclass(frozen=True)
class Response:
    """What small changes do; each column r is one bundle of changes.

    ``log_cost[s, i, r]`` (trade costs apart) and ``log_price[s, j, r]`` in logs; in currency ``spending[s, j, r]`` Q,
    ``sales[s, i, r]`` Y, ``expenditure[j, r]`` E and ``excess[i, r]``, excess demand for labour z.
    """

    log_cost: Array
    log_price: Array
    spending: Array
    sales: Array
    expenditure: Array
    excess: Array


def respond(state: State, log_wage: Array) -> Response:
    """The response to changes of log wages [i, r], costs of trade and productivities as they are.

    ``trade.exposure`` holds the transpose, with these.
    """
    theta = state.problem.theta[:, None, None]
    given = labour(state)[:, :, None] * log_wage
    log_price = solve_prices(state, _importers(state.shares) @ given)
    log_cost = given + _inputs_cost(state, log_price)
    sales = theta * (state.flows @ log_price - state.sales[:, :, None] * log_cost)
    spent = theta * (_importers(state.flows) @ log_cost - (state.kept * state.spending)[:, :, None] * log_price)
    spendable = spendable_by_wage(state) @ log_wage + _revenue(state, spent)
    spending, expenditure = solve_spending(state, sales, spendable)
    total = sales + state.taken @ spending
    excess = (labour(state)[:, :, None] * total).sum(0) - state.income[:, None] * log_wage
    return Response(log_cost, log_price, spending, total, expenditure, excess)


def jacobian(state: State) -> tuple[Array, Array]:
    """The derivative of excess demand by log wages, (dz_n/dln w_k) / S_n: sum_g theta_g first[g, n, k] + second[n, k].

    Without links g are the sectors; with links there is one g, all sectors together, and theta_g is the mean theta.
    Like z itself (Walras) it adds to zero when weighted by sales, which Newton's method needs where only a trace of
    trade connects two blocs. The second part holds a rank-one term per bloc, 1 v' with v the shares of income: it fixes
    the numeraire.
    """
    problem, share, theta = state.problem, labour(state), state.problem.theta
    n = np.arange(len(state.income))
    wages = _importers(state.shares if problem.links is None else state.shares * share[:, :, None])
    log_price = solve_prices(state, wages)
    moved = state.flows @ log_price
    moved[:, n, n] -= share * state.flows.sum(2)
    spent = np.zeros(0)
    if problem.tariffs:
        spent = _importers(state.flows * share[:, :, None]) - (state.kept * state.spending)[:, :, None] * log_price
    if problem.links is None:
        on_household = (state.flows.sum(0) / state.spendable).T
        by_theta = moved + on_household.T @ spent if problem.tariffs else moved
    else:
        through = _inputs_cost(state, log_price)
        moved -= state.sales[:, :, None] * through
        weights = (theta / theta.mean())[:, None, None]
        own = share[:, :, None] * np.eye(len(n))
        on_sales, on_household = solve_spending_adjoint(state, own, np.zeros((len(n), len(n))), own + through)
        by_theta = np.tensordot(on_sales, weights * moved, ((0, 1), (0, 1)))[None]
        if problem.tariffs:
            spent += _importers(state.flows) @ through
            by_theta += on_household.T @ (weights * spent).sum(0)
    by_theta /= state.supply[:, None]
    constant = on_household.T @ spendable_by_wage(state) / state.supply[:, None]
    same_bloc = problem.bloc[:, None] == problem.bloc
    constant += same_bloc * (state.income / problem.over_bloc(state.income))
    constant[n, n] -= state.income / state.supply
    return by_theta, constant


def spendable_by_wage(state: State) -> Array:
    """The derivative of H[j], what households spend before tariff revenue, by log wage [k]; in currency."""
    problem = state.problem
    if problem.rule == "fixed":
        return np.diag(state.income) + np.outer(problem.deficit, state.income)
    if problem.rule == "share":
        wished = problem.deficit * state.income
        same_bloc = problem.bloc[:, None] == problem.bloc
        scale = state.income / problem.over_bloc(state.income) - wished / problem.over_bloc(wished)
        return state.spendable[:, None] * (np.eye(len(state.income)) + same_bloc * scale)
    return np.diag(state.income)


def labour(state: State) -> Array:
    """gamma[s, i], the share of labour in unit cost; one without links."""
    return np.ones((1, 1)) if state.problem.links is None else state.problem.links.labour


def solve_prices(state: State, direct: Array) -> Array:
    """p[s, j, r] = direct + Pi' G p: log prices once inputs have carried on what costs do directly."""
    if state.problem.links is None:
        return direct
    buyers, carried = _importers(state.shares), partial(by_country, _turned(state.problem.links.use_at_home))
    return fixed_point(lambda p: direct + buyers @ _inputs_cost(state, p), direct, carried=carried)[0]


def solve_prices_adjoint(state: State, direct: Array) -> Array:
    """q[s, j, r] = direct + G' Pi q, the transpose of ``solve_prices``."""
    if state.problem.links is None:
        return direct
    carried = partial(by_country, state.problem.links.use_at_home)
    return fixed_point(lambda q: direct + _inputs_use(state, state.shares @ q), direct, _size(direct), carried)[0]


def solve_spending(state: State, sales: Array, spendable: Array) -> tuple[Array, Array]:
    """dQ[s, j, r], dE[j, r] when sales [s, i, r] and what households have [j, r] change at given spending."""
    alpha, own = state.problem.alpha[:, :, None], state.own[:, None]
    if state.problem.links is None:
        expenditure = spendable / own
        return alpha * expenditure, expenditure

    def households(used: Array) -> Array:
        return (spendable + _revenue(state, (1 - state.kept)[:, :, None] * used)) / own

    def update(spending: Array) -> Array:
        used = _inputs_use(state, sales + state.taken @ spending)
        return alpha * households(used) + used

    size = state.problem.spending.sum(0)[:, None]
    carried = partial(by_country, state.problem.links.use_at_home)
    spending, _ = fixed_point(update, alpha * spendable / own, size, carried)
    return spending, households(_inputs_use(state, sales + state.taken @ spending))


def solve_spending_adjoint(
    state: State, sales: Array, expenditure: Array, start: Array | None = None
) -> tuple[Array, Array]:
    """The transpose of ``solve_spending``: from weights on all sales [s, i, r] and on E [j, r] to its arguments'."""
    alpha, own = state.problem.alpha[:, :, None], state.own[:, None]

    def bought(on_sales: Array) -> tuple[Array, Array]:
        on_spending = _importers(state.taken) @ on_sales
        return on_spending, (expenditure + (alpha * on_spending).sum(0)) / own

    def update(on_sales: Array) -> Array:
        on_spending, on_household = bought(on_sales)
        on_use = on_spending + (1 - state.kept)[:, :, None] * on_household if state.problem.tariffs else on_spending
        return sales + _inputs_cost(state, on_use)

    if state.problem.links is None:
        return sales, bought(sales)[1]
    carried = partial(by_country, _turned(state.problem.links.use_at_home))
    on_sales, _ = fixed_point(update, sales if start is None else start, _size(sales, expenditure), carried)
    return on_sales, bought(on_sales)[1]


def _revenue(state: State, paid: Array) -> Array:
    """Tariff revenue [j, r] over the sectors; zero where there is no tariff, free of rounding."""
    return paid.sum(0) if state.problem.tariffs else np.zeros(paid.shape[1:])


def _inputs_cost(state: State, log_price: Array) -> Array:
    """G p, what dearer inputs add to log unit cost [s, i, ...]."""
    links = state.problem.links
    return np.zeros_like(log_price) if links is None else cost_of_inputs(links, log_price)


def _inputs_use(state: State, sales: Array) -> Array:
    """G' Y, inputs used for sales [k, i, ...]."""
    links = state.problem.links
    return np.zeros_like(sales) if links is None else use_of_inputs(links, sales)


def _size(*arrays: Array) -> Array:
    """The largest entry of each column r, [1, 1, r]; one where all are zero."""
    largest = np.max([np.abs(array).reshape(-1, array.shape[-1]).max(0) for array in arrays], axis=0)
    return np.where(largest > 0, largest, 1.0)


def _turned(matrices: Array) -> Array:
    """[i, k, s] seen as [i, s, k]."""
    return matrices.transpose(0, 2, 1)


def _importers(matrices: Array) -> Array:
    """[s, i, j] seen as [s, j, i]."""
    return matrices.transpose(0, 2, 1)
