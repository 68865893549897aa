"""Calibration and counterfactual equilibria."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.trade.core.arrays import Array, checked_tariff, checked_theta, outward
from landbridge.trade.core.baseline import TradeBaseline
from landbridge.trade.core.newton import STOP, Factors, factorised, follow, search, weighted
from landbridge.trade.core.problem import DeficitRule, Problem, gains, pose
from landbridge.trade.core.refusal import NoEquilibriumError
from landbridge.trade.core.response import jacobian
from landbridge.trade.core.state import State, state_at


@dataclass(frozen=True)
class Calibration:
    """A baseline made ready for counterfactuals at given elasticities under a deficit rule.

    ``baseline`` is free of deficits under the rule "zero"; ``log_wage`` leads to it from ``data``. ``by_theta`` and
    ``constant`` are the Jacobian of excess demand at the baseline, as ``response.jacobian`` gives it.
    """

    data: TradeBaseline
    baseline: TradeBaseline
    theta: Array
    deficits: DeficitRule
    log_wage: Array
    by_theta: Array
    constant: Array

    @property
    def expenditure(self) -> Array:
        """E[j] of the baseline; under the rule "zero" exactly what j can spend, free of rounding."""
        if self.deficits != "zero":
            return self.baseline.expenditure
        return self.baseline.income / (1 - self.baseline.revenue / self.baseline.expenditure)

    @cached_property
    def factors(self) -> Factors:
        """The factorised Jacobian at the baseline."""
        return factorised(weighted(self.theta, self.by_theta, self.constant))

    @cached_property
    def state(self) -> State:
        """Everything at the baseline, from which linear responses start."""
        return state_at(pose(self.baseline, self.theta, self.deficits), np.zeros_like(self.log_wage))


@dataclass(frozen=True)
class Equilibrium:
    """A counterfactual against its baseline; hats are ratios, levels are in the currency of the baseline.

    ``baseline`` is what the hats refer to: under the deficit rule "zero" the equilibrium without deficits.
    ``price[j]`` is P^ of what households buy, ``sector_price[j, s]`` by sector, for households and industries alike;
    ``cost[i, s]`` what a unit costs to make, productivity included. ``flows``, ``shares`` [i, j, s], ``spending``
    [j, s] and ``expenditure``, ``revenue`` [j] are the counterfactual's X', pi', Q', E' and R'; ``tariff`` is tau',
    None where there is none.
    ``cut_off[i]`` marks countries that trade with nobody else: what they earn keeps its share of world income by
    convention, which no real quantity depends on. ``residual`` is the largest relative excess supply of labour,
    max_i |S_i / (w^_i I_i) - 1|, or residual of prices and spending if that is larger; ``iterations`` counts Newton
    steps.
    """

    wage: Array
    price: Array
    real_wage: Array
    real_income: Array
    sector_price: Array
    cost: Array
    flows: Array
    tariff: Array | None
    spending: Array
    expenditure: Array
    revenue: Array
    cut_off: NDArray[np.bool_]
    residual: float
    iterations: int
    baseline: TradeBaseline

    @cached_property
    def shares(self) -> Array:
        """pi'[i, j, s]."""
        return TradeBaseline(self.flows, self.tariff).shares

    @cached_property
    def terms_of_trade(self) -> Array:
        """What dearer exports and cheaper imports add to income [n], to first order, as a share of it.

        (sum_js X_njs (c^_ns - 1) - sum_is X_ins (c^_is - 1)) / E_n, at the exporters' prices and the baseline's flows.

        Source: Caliendo & Parro (2015), section 2, first term of the change of welfare; differentials are taken as
        discrete changes, as the replication cp2015 does.
        """
        gain = self.cost - 1
        exports = (self.baseline.sector_output * gain).sum(1)
        imports = np.einsum("ins,is->n", self.baseline.flows, gain)
        total: Array = (exports - imports) / self.baseline.expenditure
        return total

    @cached_property
    def volume_of_trade(self) -> Array:
        """What larger imports at given prices add to tariff revenue [n], to first order, as a share of income.

        sum_is tau_ins (X'_ins - X_ins c^_is) / E_n, at the baseline's tariffs tau.

        Source: Caliendo & Parro (2015), section 2, second term of the change of welfare; differentials are taken as
        discrete changes, as the replication cp2015 does.
        """
        if self.baseline.tariff is None:
            return np.zeros_like(self.wage)
        growth = self.flows - self.baseline.flows * self.cost[:, None, :]
        total: Array = (self.baseline.tariff * growth).sum((0, 2)) / self.baseline.expenditure
        return total


def calibrate(
    data: TradeBaseline, theta: Any, deficits: DeficitRule = "zero", near: Calibration | None = None
) -> Calibration:
    """Make a baseline ready for counterfactuals: close its deficits if the rule says so, and hold the Jacobian there.

    Args:
        data: flows, tariffs and intermediate use of the base year.
        theta: elasticity of trade to trade costs, a number or theta[s], positive.
        deficits: "zero": close all deficits first, and compare with that; "fixed": deficits keep their share of world
            income; "share": spending other than tariff revenue is a fixed multiple of income, times the one factor
            that makes the world's deficits add to zero.
        near: a calibration of the same data and rule at other elasticities, whose Jacobian is kept: for speed only.

    Raises:
        InputError: theta is not positive, or no such rule.
        NoEquilibriumError: no equilibrium without deficits was found.
    """
    elasticity = checked_theta(theta, data.flows.shape[2])
    if deficits not in get_args(DeficitRule):
        raise InputError(f'Deficit rule "{deficits}": allowed are {", ".join(get_args(DeficitRule))}.')
    log_wage, baseline = np.zeros(len(data.income)), data
    if deficits == "zero" and np.abs(data.deficit / data.income).max() > STOP:
        problem = pose(data, elasticity, deficits)
        if near is None:
            state, _ = search(problem, log_wage)
        else:
            first_guess = near.log_wage * (near.theta.mean() / elasticity.mean())
            state, _ = search(problem, first_guess, factorised(weighted(elasticity, near.by_theta, near.constant)))
        log_wage, baseline = state.log_wage, baseline_at(state, data.tariff)
    if near is None:
        by_theta, constant = jacobian(state_at(pose(baseline, elasticity, deficits), np.zeros_like(log_wage)))
    else:
        by_theta, constant = near.by_theta, near.constant
    return Calibration(data, baseline, elasticity, deficits, log_wage, by_theta, constant)


def counterfactual(
    calibration: Calibration, *, kappa: Any = None, productivity: Any = None, tariff: Any = None
) -> Equilibrium:
    """The equilibrium after changes of trade costs, productivities and tariffs.

    Args:
        calibration: the baseline, the elasticities and the deficit rule.
        kappa: factor on iceberg trade costs, kappa[i, j, s] or kappa[i, j]; inf is an embargo. None: no change.
        productivity: factor A^[i, s] or A^[i]. None: no change.
        tariff: the counterfactual's tariffs tau'[i, j, s] or tau'[i, j] in levels, as fractions. None: the baseline's.

    Raises:
        InputError: a number out of bounds; the message names which and where.
        NoEquilibriumError: a country could import but not pay, or finds no supplier of a sector it buys, or Newton's
            method did not bring the residual below 1e-10. No number is returned.
    """
    baseline = calibration.baseline
    problem = _posed(calibration, kappa, productivity, tariff)
    try:
        state, iterations = search(problem, np.zeros_like(calibration.log_wage), calibration.factors)
    except NoEquilibriumError:
        state, iterations = follow(calibration.state.problem, problem)
    wage, price, cost = np.exp(state.log_wage), state.price, np.exp(state.log_cost).T
    return Equilibrium(
        wage=wage,
        price=price,
        real_wage=wage / price,
        real_income=state.expenditure / calibration.expenditure / price,
        sector_price=np.exp(state.log_price).T,
        cost=cost if productivity is None else cost / gains(productivity, baseline.flows.shape),
        flows=outward(state.flows),
        tariff=baseline.tariff if tariff is None else checked_tariff(tariff, baseline.flows.shape),
        spending=state.spending.T,
        expenditure=state.expenditure,
        revenue=((1 - state.kept) * state.spending).sum(0),
        cut_off=problem.alone,
        residual=state.residual,
        iterations=iterations,
        baseline=baseline,
    )


def excess_supply(
    calibration: Calibration, log_wage: Array, *, kappa: Any = None, productivity: Any = None, tariff: Any = None
) -> Array:
    """What sales leave to labour at given log wages less the income it must be paid, z[i]; zero in equilibrium."""
    state = state_at(_posed(calibration, kappa, productivity, tariff), np.asarray(log_wage, dtype=float))
    return state.supply - state.income


def solve(
    baseline: TradeBaseline,
    theta: Any,
    *,
    kappa: Any = None,
    productivity: Any = None,
    tariff: Any = None,
    deficits: DeficitRule = "zero",
) -> Equilibrium:
    """``calibrate`` and one ``counterfactual``: arguments, result and errors are theirs."""
    return counterfactual(calibrate(baseline, theta, deficits), kappa=kappa, productivity=productivity, tariff=tariff)


def baseline_at(state: State, tariff: Array | None) -> TradeBaseline:
    """The flows of an equilibrium as a baseline in their own right."""
    inputs = None if state.problem.links is None else state.problem.links.inputs
    use = None if inputs is None else inputs * state.flows.sum(2).T[:, None, :]
    return TradeBaseline(outward(state.flows), tariff, use)


def _posed(calibration: Calibration, kappa: Any, productivity: Any, tariff: Any) -> Problem:
    return pose(calibration.baseline, calibration.theta, calibration.deficits, kappa, productivity, tariff)
