"""Everything at given wages: prices, spending, sales, excess supply.

With input-output links, prices and spending are two inner fixed points at every wage; without links there is nothing
inside to solve, and both are closed forms.

    ln c^_is = gamma_is ln w^_i + sum_k gamma_iks ln P^_ik       P^_js = (sum_i gross_ijs c^_is^-theta_s)^(-1/theta_s)
    Q'_js    = alpha_js E'_j + sum_r gamma_jsr Y'_jr             Y'_is = sum_j T_ijs Q'_js
    E'_j     = H_j + sum_is tau'_ijs X'_ijs                      T_ijs = pi'_ijs / (1 + tau'_ijs)

H_j is income and deficit. Source: Caliendo & Parro (2015), Review of Economic Studies 82(1), section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from landbridge.trade.core.arrays import Array
from landbridge.trade.core.fixed_point import fixed_point
from landbridge.trade.core.problem import Links, Problem


@dataclass(frozen=True)
class State:
    """Everything at given log wages; of several draws at once, with a leading axis d on every array.

    ``log_cost[s, i]`` is ln c^ of the bundle of labour and inputs, productivity apart; ``competitiveness[s, i]`` is
    c^^-theta; ``Phi[s, j]`` its mean P^^-theta; ``kept[s, j]`` the share of spending that is not tariff revenue;
    ``spending[s, j]`` is Q', ``expenditure[j]`` E', ``sales[s, i]`` Y'. ``supply[i]`` is what sales leave to labour,
    ``income[i]`` what labour must be paid, ``spendable[j]`` is H. ``unsolved`` is the larger residual of the two inner
    fixed points, in logs and relative to a country's spending; of unsettled draws one each [d].
    """

    problem: Problem
    log_wage: Array
    income: Array
    spendable: Array
    log_cost: Array
    competitiveness: Array
    Phi: Array
    kept: Array
    expenditure: Array
    spending: Array
    sales: Array
    supply: Array
    unsolved: Array | float

    @property
    def errors(self) -> Array:
        """The largest relative excess demand of each draw [d], or residual inside; not finite where a number is not."""
        worst: Array = np.maximum(np.abs(self.supply / self.income - 1).max(-1), self.unsolved)
        return np.where((self.expenditure > 0).all(-1), worst, np.inf)

    @property
    def gap(self) -> Array:
        """Excess demand for labour relative to what sales leave to it, z_i / S_i, with z = S - w^ I."""
        return 1 - self.income / self.supply

    @cached_property
    def residual(self) -> float:
        """The largest relative excess demand, or residual inside; inf where a quantity is not a positive number."""
        return self.excess_in(self.income)

    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def excess_in(self, unit: Array) -> float:
        """The largest |z_i| / unit_i, or residual inside; inf where a quantity is not a positive number."""
        worst = max(float(np.abs((self.supply - self.income) / unit).max()), float(np.max(self.unsolved)))
        return worst if np.isfinite(worst) and (self.expenditure > 0).all() else np.inf

    @cached_property
    def shares(self) -> Array:
        """pi'[s, i, j]."""
        return self.problem.gross * self.competitiveness[:, :, None] / self.Phi[:, None, :]

    @cached_property
    def taken(self) -> Array:
        """T[s, i, j] = X'_ijs / Q'_js, the share of spending that reaches the seller."""
        if not self.problem.tariffs:
            return self.shares
        return self.problem.net * self.competitiveness[:, :, None] / self.Phi[:, None, :]

    @cached_property
    def flows(self) -> Array:
        """X'[s, i, j]."""
        flows = self.problem.net * self.competitiveness[:, :, None]
        flows *= (self.spending / self.Phi)[:, None, :]
        return flows

    @property
    def own(self) -> Array:
        """Of one more unit that households of j spend, what does not come back to them as tariff revenue at once."""
        return own_share(self.problem, self.kept)

    @property
    def log_price(self) -> Array:
        """ln P^[s, j]."""
        return -np.log(self.Phi) / self.problem.theta[..., None]

    @property
    def price(self) -> Array:
        """P^[..., j], of what households buy."""
        return np.exp((self.problem.alpha * self.log_price).sum(-2))


@np.errstate(over="ignore", divide="ignore", invalid="ignore")
def state_at(problem: Problem, log_wage: Array, near: State | None = None) -> State:
    """All quantities at given log wages. A trial too far out overflows; its residual is then infinite.

    ``near`` is a state of the same problem from which the inner fixed points set out.
    """
    income = problem.income * np.exp(log_wage)
    spendable = _spendable(problem, income)
    log_cost, price_residual = _costs(problem, log_wage, near)
    competitiveness, Phi = _markets(problem, log_cost)
    kept = _kept(problem, competitiveness, Phi)
    expenditure, spending, spending_residual = _spending(problem, spendable, competitiveness, Phi, kept, near)
    sales = _sales(problem, competitiveness, spending / Phi)
    supply = sales.sum(-2) if problem.links is None else (problem.links.labour * sales).sum(-2)
    unsolved = max(price_residual, spending_residual)
    return State(
        problem,
        log_wage,
        income,
        spendable,
        log_cost,
        competitiveness,
        Phi,
        kept,
        expenditure,
        spending,
        sales,
        supply,
        unsolved,
    )


@np.errstate(over="ignore", divide="ignore", invalid="ignore")
def unsettled_state(problem: Problem, log_wage: Array, log_cost: Array, spending: Array) -> tuple[State, Array, Array]:
    """Everything of several draws at given wages, costs and spending, settled inside or not.

    Returns:
        the state, and what is missing in ``log_cost`` [d, s, i] and in ``spending`` [d, s, j]: what one round of the
        fixed points would add.
    """
    links = problem.links
    assert links is not None
    income = problem.income * np.exp(log_wage)
    spendable = _spendable(problem, income)
    competitiveness, Phi = _markets(problem, log_cost)
    kept = _kept(problem, competitiveness, Phi)
    wanted_cost = links.labour * log_wage[:, None, :] + _through(links.inputs, -np.log(Phi) / problem.theta[..., None])
    sales = _sales(problem, competitiveness, spending / Phi)
    used = _through(links.inputs.transpose(0, 2, 1), sales)
    expenditure = _households(problem, spendable, kept, used)
    missing_cost = wanted_cost - log_cost
    missing_spending = problem.alpha * expenditure[:, None, :] + used - spending
    unsolved = np.maximum(
        np.abs(missing_cost).max((1, 2)), np.abs(missing_spending / problem.spending.sum(0)).max((1, 2))
    )
    state = State(
        problem,
        log_wage,
        income,
        spendable,
        log_cost,
        competitiveness,
        Phi,
        kept,
        expenditure,
        spending,
        sales,
        (links.labour * sales).sum(1),
        unsolved,
    )
    return state, missing_cost, missing_spending


def _spendable(problem: Problem, income: Array) -> Array:
    """H[j], what households spend before tariff revenue, under the rule for deficits."""
    if problem.rule == "fixed":
        return income + problem.deficit * income.sum(-1, keepdims=True)
    if problem.rule == "share":
        wished = problem.deficit * income
        return wished * problem.over_bloc(income) / problem.over_bloc(wished)
    return income


def _costs(problem: Problem, log_wage: Array, near: State | None) -> tuple[Array, float]:
    """ln c^[s, i] at which costs and prices agree, and the residual of that."""
    if problem.links is None:
        return np.repeat(log_wage[..., None, :], len(problem.alpha), axis=-2), 0.0
    links = problem.links
    wages = links.labour * log_wage[..., None, :]

    def update(log_cost: Array) -> Array:
        _, Phi = _markets(problem, log_cost)
        return wages + _through(links.inputs, -np.log(Phi) / problem.theta[..., None])

    start = wages if near is None else near.log_cost + links.labour * (log_wage - near.log_wage)[..., None, :]
    return fixed_point(update, start, carried=partial(by_country, links.costs_at_home))


def _markets(problem: Problem, log_cost: Array) -> tuple[Array, Array]:
    """c^^-theta [s, i], and Phi[s, j]; 1 where nothing is bought."""
    competitiveness = np.exp(-problem.theta[..., None] * log_cost)
    Phi = _over_exporters(competitiveness, problem.gross)
    np.copyto(Phi, 1.0, where=problem.spending <= 0)
    return competitiveness, Phi


def _kept(problem: Problem, competitiveness: Array, Phi: Array) -> Array:
    """The share of spending [..., s, j] that is not tariff revenue."""
    if not problem.tariffs:
        return np.ones_like(Phi)
    return np.where(problem.spending > 0, _over_exporters(competitiveness, problem.net) / Phi, 1.0)


def _households(problem: Problem, spendable: Array, kept: Array, used: Array) -> Array:
    """E'[..., j] where industries spend ``used`` [..., s, j]."""
    if not problem.tariffs:
        return spendable
    total: Array = (spendable + ((1 - kept) * used).sum(-2)) / own_share(problem, kept)
    return total


def _spending(
    problem: Problem, spendable: Array, competitiveness: Array, Phi: Array, kept: Array, near: State | None
) -> tuple[Array, Array, float]:
    """E'[j], Q'[s, j] at which spending and sales agree, and the residual of that."""
    if problem.links is None:
        expenditure = spendable / own_share(problem, kept)
        return expenditure, problem.alpha * expenditure[..., None, :], 0.0
    inputs_of_use = problem.links.inputs.transpose(0, 2, 1)

    def update(spending: Array) -> Array:
        used = _through(inputs_of_use, _sales(problem, competitiveness, spending / Phi))
        return problem.alpha * _households(problem, spendable, kept, used)[..., None, :] + used

    start = np.broadcast_to(problem.spending, Phi.shape) if near is None else near.spending
    carried = partial(by_country, problem.links.use_at_home)
    spending, residual = fixed_point(update, start, problem.spending.sum(0), carried)
    used = _through(inputs_of_use, _sales(problem, competitiveness, spending / Phi))
    return _households(problem, spendable, kept, used), spending, residual


def own_share(problem: Problem, kept: Array) -> Array:
    """sum_s alpha_js kept_js [..., j]."""
    return (problem.alpha * kept).sum(-2) if problem.tariffs else np.ones(kept.shape[-1])


def cost_of_inputs(links: Links, log_price: Array) -> Array:
    """sum_k gamma_iks ln P_ik [s, i, ...], from ln P [k, i, ...]."""
    return by_country(links.inputs.transpose(0, 2, 1), log_price)


def use_of_inputs(links: Links, sales: Array) -> Array:
    """sum_s gamma_iks Y_is [k, i, ...], from Y [s, i, ...]."""
    return by_country(links.inputs, sales)


def by_country(matrices: Array, values: Array) -> Array:
    """sum_k matrices[i, s, k] values[k, i, ...] as [s, i, ...]."""
    turned = np.moveaxis(values, 1, 0)
    product = matrices @ turned.reshape(*turned.shape[:2], -1)
    return np.moveaxis(product.reshape(turned.shape), 0, 1)


def _through(matrices: Array, values: Array) -> Array:
    """sum_k matrices[i, k, s] values[..., k, i] as [..., s, i]."""
    if values.ndim == 2:
        total: Array = (values.T[:, None, :] @ matrices)[:, 0, :].T
        return total
    by_country = np.ascontiguousarray(values.transpose(2, 1, 0))
    return (matrices.transpose(0, 2, 1) @ by_country).transpose(2, 1, 0)


def _sales(problem: Problem, competitiveness: Array, demand: Array) -> Array:
    """Y'[..., s, i], from Q'/Phi [..., s, j]."""
    return competitiveness * _over_exporters(demand, np.swapaxes(problem.net, -1, -2))


def _over_exporters(weights: Array, matrices: Array) -> Array:
    """sum_i weights[..., s, i] matrices[s, i, j], or matrices[..., s, i, j]."""
    if weights.ndim > matrices.ndim - 1:
        total: Array = np.swapaxes(np.swapaxes(weights, 0, 1) @ matrices, 0, 1)
        return total
    each: Array = (weights[..., None, :] @ matrices)[..., 0, :]
    return each
