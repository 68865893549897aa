"""Exposure: how income and real income of every country answer small changes of productivity, trade costs and tariffs.

The system that Newton's method solves is differentiated where it holds. With excess demand for labour z(ln w, x) = 0
and a quantity q(ln w, x) of country n,

    d ln q / dx = q_x + lambda z_x          lambda = - q_w J^-1          J = dz / dln w

so one factorisation of J serves every country, productivity, pair and tariff. What a dollar more demand for labour in
i, lambda_i, is worth to q prices everything else: mu_is a dollar more sales of industry s of i, rho_j a dollar more to
spend in j, zeta_js a price of s in j that is higher by one in logs.

    mu_is    = gamma_is lambda_i + sum_k gamma_iks (sum_m T_mik mu_mk + (1 - kept_ik) rho_i)
    rho_j    = (omega_j / E_j + sum_is alpha_js T_ijs mu_is) / sum_s alpha_js kept_js
    zeta_js  = theta_s sum_i X_ijs (mu_is - rho_j) - omega_j alpha_js + sum_r gamma_jsr xi_jr
    xi_is    = sum_j d ln q / d ln kappa_ijs
    d ln q / d ln kappa_ijs     = pi_ijs zeta_js - theta_s X_ijs (mu_is - rho_j)
    d ln q / d ln A_is          = - xi_is
    d ln q / d ln (1 + tau_ijs) = d ln q / d ln kappa_ijs - X_ijs (mu_is - rho_j)

T = X / Q is the share of spending that reaches the seller, kept its sum over sellers; omega_j is 1 where q is the real
income of j, else 0. Incomes are wages in units of world income. Without links mu_is = lambda_i.

Source: Kleinman, Liu & Redding (2024), American Economic Journal: Macroeconomics 16(4). Their closed form is the
special case of one sector with balanced trade and no tariffs; here the exact model is differentiated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import lu_solve

from landbridge.errors import InputError
from landbridge.trade.core import (
    Array,
    Calibration,
    Equilibrium,
    Factors,
    State,
    TradeBaseline,
    factorised,
    inward,
    jacobian,
    outward,
    spendable_by_wage,
    weighted,
)
from landbridge.trade.core.response import labour, solve_prices_adjoint, solve_spending_adjoint
from landbridge.trade.core.state import use_of_inputs


@dataclass(frozen=True)
class Exposure:
    """The log-derivatives of a quantity of some countries, or of weighted sums of its logs; n counts these.

    All are elasticities: percent of the quantity for one percent of its cause. ``sale`` [s, i, n], ``spending`` [j, n]
    and ``price`` [s, j, n] are mu, rho and zeta of the module's docstring, a dollar being a unit of the baseline's
    currency; ``cost`` [s, i, n] is xi. ``residual`` is the largest miss of the linear system.
    """

    state: State
    sale: Array
    spending: Array
    price: Array
    cost: Array
    residual: float

    @cached_property
    def productivity(self) -> Array:
        """d ln q_n / d ln A_is [n, i, s]; summed over s, the answer to productivity in all sectors of i."""
        return -self.cost.transpose(2, 1, 0)

    def trade_cost(self, n: int) -> Array:
        """d ln q_n / d ln kappa_ijs of one n [i, j, s]."""
        one: Array = self._trade_costs(slice(n, n + 1))[0]
        return one

    def trade_costs(self, among: Any = slice(None)) -> Array:
        """d ln q_n / d ln kappa_ijs of all n [n, i, j, s]; 60 MB for 196 countries and one sector.

        Args:
            among: positions of the countries whose pairs are wanted; without it all.
        """
        return self._trade_costs(slice(None), among)

    def tariff(self, n: int) -> Array:
        """d ln q_n / d ln (1 + tau_ijs) of one n [i, j, s]; the diagonal, tariffs on own goods, means nothing."""
        sold = self.sale[:, :, None, n] - self.spending[:, n]
        return self.trade_cost(n) - outward(self.state.flows * sold)

    def bundle(self, log_kappa: Any) -> Array:
        """What small changes d ln kappa [i, j, s] of many trade costs do together: d ln q_n [n].

        Raises:
            InputError: the changes do not have the shape of the flows.
        """
        given, flows = np.asarray(log_kappa, dtype=float), self.state.flows
        if given.shape != outward(flows).shape:
            raise InputError(f"Changes of trade costs of shape {given.shape}: the flows have {outward(flows).shape}.")
        change = inward(given)
        lost = self.state.problem.theta[:, None, None] * flows * change
        dearer = np.tensordot((self.state.shares * change).sum(1), self.price, ((0, 1), (0, 1)))
        sold: Array = np.tensordot(lost.sum(2), self.sale, ((0, 1), (0, 1))) - lost.sum((0, 1)) @ self._revenue
        return dearer - sold

    @property
    def _revenue(self) -> Array:
        """rho where there is a tariff to return, else zero: there it cancels, and so leaves no rounding."""
        return self.spending if self.state.problem.tariffs else np.zeros_like(self.spending)

    def _trade_costs(self, chosen: slice, among: Any = slice(None)) -> Array:
        at = self.state
        flows, shares = (pairs[:, among][:, :, among] for pairs in (at.flows, at.shares))
        elastic = at.problem.theta[:, None, None] * flows
        sides = (self.sale, self.price, self._revenue[None])
        sale, price, revenue = (side[:, among][..., chosen].transpose(2, 0, 1) for side in sides)
        found = price[:, :, None, :] * shares
        found -= (sale[:, :, :, None] - revenue[:, :, None, :] if at.problem.tariffs else sale[:, :, :, None]) * elastic
        return np.moveaxis(found, 1, -1)


@dataclass(frozen=True)
class LinearResponse:
    """An equilibrium ready for small changes: its state, and the factorised Jacobian of excess demand over sales."""

    state: State
    factors: Factors

    @classmethod
    def of(cls, calibration: Calibration) -> LinearResponse:
        """The response at the baseline of a calibration, under its deficit rule."""
        state = calibration.state
        return cls(state, factorised(weighted(calibration.theta, *jacobian(state))))

    @classmethod
    def after(cls, calibration: Calibration, found: Equilibrium) -> LinearResponse:
        """The response at a counterfactual of a calibration: small changes on top of large ones."""
        inputs = calibration.baseline.inputs
        use = None if inputs is None else inputs * found.flows.sum(1)[:, None, :]
        there = TradeBaseline(found.flows, found.tariff, use)
        return cls.of(replace(calibration, data=there, baseline=there))

    def income(self, weights: Any = None) -> Exposure:
        """Exposure of every country's wage, in units of the income of the world (or of its bloc, if trade is split).

        Args:
            weights: [n, country]: n counts sums of log wages with these weights instead.
        """
        weight = self._weights(weights)
        return self._exposure(weight, np.zeros_like(weight))

    def real_income(self, weights: Any = None) -> Exposure:
        """Exposure of every country's real income W, or of sums of logs with ``weights`` [n, country]."""
        weight = self._weights(weights)
        return self._exposure(np.zeros_like(weight), weight)

    def _weights(self, given: Any) -> Array:
        """Weights [country, n]."""
        count = len(self.state.income)
        weights = np.eye(count) if given is None else np.asarray(given, dtype=float)
        if weights.ndim != 2 or weights.shape[1] != count:
            raise InputError(f"Weights of shape {weights.shape}: wanted is [row, country], {count} countries.")
        return weights.T

    def _exposure(self, on_wage: Array, on_real_income: Array) -> Exposure:
        """Exposure of sum_i on_wage_in ln w_i + on_real_income_in ln W_i."""
        nothing = np.zeros_like(on_wage)
        by_wage = on_wage + self._by_wage(nothing, self._at_wages(nothing, on_real_income))
        worth = -lu_solve(self.factors, by_wage, trans=1, check_finite=False)
        per_dollar = worth / self.state.supply[:, None]
        found = self._at_wages(per_dollar, on_real_income)
        miss = on_wage + self._by_wage(per_dollar, found) + self._numeraire(worth)
        return replace(found, residual=float(np.abs(miss).max()))

    def _at_wages(self, per_dollar: Array, on_real_income: Array) -> Exposure:
        """The exposure at given wages, a dollar more demand for labour being worth ``per_dollar`` [i, n]."""
        at = self.state
        problem, theta = at.problem, at.problem.theta[:, None, None]
        sale, spending = solve_spending_adjoint(
            at,
            np.broadcast_to(labour(at)[:, :, None] * per_dollar, (*at.sales.shape, per_dollar.shape[1])),
            on_real_income / at.expenditure[:, None],
        )
        price = at.flows.transpose(0, 2, 1) @ sale
        cost = at.sales[:, :, None] * sale
        if problem.tariffs:
            price = price - (at.kept * at.spending)[:, :, None] * spending
            cost = cost - at.flows @ spending
        price = theta * price - problem.alpha[:, :, None] * on_real_income
        if problem.links is not None:
            price = solve_prices_adjoint(at, price - use_of_inputs(problem.links, theta * cost))
        return Exposure(at, sale, spending, price, at.shares @ price - theta * cost, np.inf)

    def _by_wage(self, per_dollar: Array, found: Exposure) -> Array:
        """d ln q_n [i, n] for the wage of i alone."""
        at = self.state
        direct: Array = (labour(at)[:, :, None] * found.cost).sum(0)
        return direct + spendable_by_wage(at).T @ found.spending - at.income[:, None] * per_dollar

    def _numeraire(self, worth: Array) -> Array:
        """What the numeraire's term of the Jacobian adds to ``worth`` J [i, n]."""
        problem, income = self.state.problem, self.state.income
        total = np.zeros((problem.bloc.max() + 1, worth.shape[1]))
        np.add.at(total, problem.bloc, worth)
        share: Array = (income / problem.over_bloc(income))[:, None] * total[problem.bloc]
        return share
