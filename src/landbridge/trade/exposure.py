"""Exposure: how income and real income of every country answer small changes of productivity, trade costs and tariffs.

The system that Newton's method solves is differentiated where it holds. With excess demand z(ln w, x) = 0 and a
quantity q(ln w, x) of country n,

    d ln q / dx = q_x + lambda z_x          lambda = - q_w J^-1          J = dz / dln w

so one factorisation of J serves every country, productivity, pair and tariff. What a dollar more of z_i, lambda_i, is
worth to q prices everything else: mu_is the demand for a good, rho_j spending, price_js the price of a sector.

    mu_is    = lambda_i
    rho_j    = (sum_is X_ijs mu_is + omega_j) / (E_j - R_j)
    price_js = theta_s sum_i X_ijs (mu_is + rho_j tau_ijs) - omega_j alpha_js
    d ln q / d ln kappa_ijs     = pi_ijs price_js - theta_s X_ijs (mu_is + rho_j tau_ijs)
    d ln q / d ln A_is          = - sum_j d ln q / d ln kappa_ijs
    d ln q / d ln (1 + tau_ijs) = d ln q / d ln kappa_ijs + X_ijs (rho_j - mu_is)

omega_j is 1 where q is the real income of j, else 0. Incomes are wages in units of world income.

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
    TradeBaseline,
    factorised,
    inward,
    jacobian,
    outward,
    pose,
    spendable_by_wage,
    state_at,
)


@dataclass(frozen=True)
class Exposure:
    """The log-derivatives of a quantity of some countries, or of weighted sums of its logs; n counts the rows.

    All are elasticities: percent of the quantity for one percent of its cause. ``mu`` [s, n, i], ``rho`` [n, j] and
    ``price`` [s, n, j] are those of the module's docstring, flows being in the currency of the baseline. ``residual``
    is the largest miss of the linear system.
    """

    response: LinearResponse
    mu: Array
    rho: Array
    price: Array
    residual: float

    @cached_property
    def productivity(self) -> Array:
        """d ln q_n / d ln A_is [n, i, s]; summed over s, the answer to productivity in all sectors of i."""
        return np.moveaxis(-self.response.by_cost(self.mu, self.rho, self.price), 0, -1)

    def trade_cost(self, n: int) -> Array:
        """d ln q_n / d ln kappa_ijs of one row n [i, j, s]."""
        one: Array = self._trade_costs(slice(n, n + 1))[0]
        return one

    def trade_costs(self) -> Array:
        """d ln q_n / d ln kappa_ijs of all rows [n, i, j, s]; 60 MB for 196 countries and one sector."""
        return self._trade_costs(slice(None))

    def tariff(self, n: int) -> Array:
        """d ln q_n / d ln (1 + tau_ijs) of one row n [i, j, s]; the diagonal, tariffs on own goods, means nothing."""
        return self.trade_cost(n) + outward(self.response.flows * (self.rho[n] - self.mu[:, n, :, None]))

    def bundle(self, log_kappa: Any) -> Array:
        """What small changes d ln kappa [i, j, s] of many trade costs do together: d ln q_n [n].

        Raises:
            InputError: the changes do not have the shape of the flows.
        """
        at = self.response
        given, wanted = np.asarray(log_kappa, dtype=float), outward(at.flows).shape
        if given.shape != wanted:
            raise InputError(f"Changes of trade costs of shape {given.shape}: the flows have {wanted}.")
        change = inward(given)
        found = np.einsum("snj,sj->n", self.price, (at.shares * change).sum(1))
        found -= np.einsum("sni,si->n", self.mu, (at.elastic * change).sum(2))
        if at.duties is not None:
            found -= self.rho @ (at.duties * change).sum((0, 1))
        return found

    def _trade_costs(self, rows: slice) -> Array:
        at = self.response
        found = self.price[:, rows, None, :] * at.shares[:, None]
        found -= self.mu[:, rows, :, None] * at.elastic[:, None]
        if at.duties is not None:
            found -= self.rho[rows, None, :] * at.duties[:, None]
        return np.moveaxis(found, 0, -1)


@dataclass(frozen=True)
class LinearResponse:
    """An equilibrium ready for small changes.

    ``flows`` X and ``shares`` pi are [s, i, j], ``alpha`` [s, j]; ``elastic`` is theta_s X_ijs and ``duties`` theta_s
    tau_ijs X_ijs, None without tariffs; ``spendable`` [j] is E_j - R_j and ``spending_by_wage`` [j, k] its derivative
    in ln w_k; ``numeraire`` [i, k] holds the shares of k in the income of the bloc of i; ``factors`` are those of
    dz / dln w over sales, ``numeraire`` added.
    """

    flows: Array
    shares: Array
    alpha: Array
    elastic: Array
    duties: Array | None
    income: Array
    spendable: Array
    spending_by_wage: Array
    numeraire: Array
    factors: Factors

    @classmethod
    def of(cls, calibration: Calibration) -> LinearResponse:
        """The response at the baseline of a calibration, under its deficit rule."""
        baseline, theta = calibration.baseline, calibration.theta
        problem = pose(baseline, theta, calibration.deficits)
        state = state_at(problem, np.zeros_like(calibration.log_wage))
        by_theta, constant = jacobian(state)
        elastic = theta[:, None, None] * state.flows
        same_bloc = problem.bloc[:, None] == problem.bloc
        return cls(
            flows=state.flows,
            shares=state.shares,
            alpha=problem.alpha,
            elastic=elastic,
            duties=None if baseline.tariff is None else elastic * inward(baseline.tariff),
            income=state.income,
            spendable=state.spendable,
            spending_by_wage=spendable_by_wage(state),
            numeraire=same_bloc * (state.income / problem.over_bloc(state.income)),
            factors=factorised(np.tensordot(theta, by_theta, 1) + constant),
        )

    @classmethod
    def after(cls, calibration: Calibration, found: Equilibrium) -> LinearResponse:
        """The response at a counterfactual of a calibration: small changes on top of large ones."""
        there = TradeBaseline(found.flows, found.tariff)
        return cls.of(replace(calibration, data=there, baseline=there))

    def income_exposure(self, weights: Any = None) -> Exposure:
        """Exposure of every country's wage, in units of the income of the world (or of its bloc, if trade is split).

        Args:
            weights: [n, country]: rows are sums of log wages with these weights instead.
        """
        weight = self._weights(weights)
        return self._exposure(weight, np.zeros_like(weight))

    def real_income_exposure(self, weights: Any = None) -> Exposure:
        """Exposure of every country's real income W, or of sums of logs with ``weights`` [n, country]."""
        weight = self._weights(weights)
        return self._exposure(np.zeros_like(weight), weight)

    def by_cost(self, mu: Array, rho: Array, price: Array) -> Array:
        """d ln q_n [s, n, i] for the cost of producing s in i, which everybody who buys it there bears."""
        found: Array = price @ self.shares.transpose(0, 2, 1) - mu * self.elastic.sum(2)[:, None]
        if self.duties is not None:
            found -= rho @ self.duties.transpose(0, 2, 1)
        return found

    def _weights(self, given: Any) -> Array:
        count = len(self.income)
        weights = np.eye(count) if given is None else np.asarray(given, dtype=float)
        if weights.ndim != 2 or weights.shape[1] != count:
            raise InputError(f"Weights of shape {weights.shape}: wanted is [row, country], {count} countries.")
        return weights

    def _exposure(self, on_wage: Array, on_real_income: Array) -> Exposure:
        """Exposure of sum_k on_wage_nk ln w_k + on_real_income_nk ln W_k."""
        at_given_wages = self._worth(np.zeros_like(on_wage), on_real_income)
        by_wage = on_wage + self._by_wage(np.zeros_like(on_wage), *at_given_wages)
        weight = -lu_solve(self.factors, by_wage.T, trans=1, check_finite=False).T
        per_dollar = weight / self.flows.sum((0, 2))
        mu, rho, price = self._worth(per_dollar, on_real_income)
        miss = on_wage + self._by_wage(per_dollar, mu, rho, price) + weight @ self.numeraire
        return Exposure(self, mu, rho, price, float(np.abs(miss).max()))

    def _worth(self, per_dollar: Array, on_real_income: Array) -> tuple[Array, Array, Array]:
        """mu, rho and price where a dollar of z_i is worth ``per_dollar`` [n, i], ln W_j ``on_real_income`` [n, j]."""
        mu = np.broadcast_to(per_dollar, (len(self.flows), *per_dollar.shape))
        rho = (per_dollar @ self.flows.sum(0) + on_real_income) / self.spendable
        price = per_dollar @ self.elastic - on_real_income * self.alpha[:, None]
        if self.duties is not None:
            price += rho * self.duties.sum(1)[:, None]
        return mu, rho, price

    def _by_wage(self, per_dollar: Array, mu: Array, rho: Array, price: Array) -> Array:
        """d ln q_n [n, k] for the wage of k, all other wages given; a dollar of z_i counts ``per_dollar``."""
        found: Array = self.by_cost(mu, rho, price).sum(0) + rho @ self.spending_by_wage - per_dollar * self.income
        return found
