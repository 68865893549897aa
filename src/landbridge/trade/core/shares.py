"""A consistent baseline from shares that come from different tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from landbridge.errors import InputError
from landbridge.trade.core.arrays import checked_tariff, checked_theta, cube, every, inward
from landbridge.trade.core.baseline import TradeBaseline
from landbridge.trade.core.equilibrium import baseline_at
from landbridge.trade.core.newton import search
from landbridge.trade.core.problem import joined

SUM = 1e-6  # by how much shares may miss their sum


def baseline_from_shares(
    shares: Any,
    alpha: Any,
    income: Any,
    theta: Any,
    *,
    tariff: Any = None,
    inputs: Any = None,
    deficit: Any = None,
) -> TradeBaseline:
    """The equilibrium at which given shares, incomes and deficits fit together, as a baseline.

    Trade, input-output and national accounts seldom agree. Shares of suppliers and of spending, incomes and deficits
    are taken as given here, and wages, and with them the shares of suppliers, move until every country sells what it
    must: the published practice (Caliendo & Parro 2015 and their replications solve for such a baseline first).

    Args:
        shares: pi[i, j, s] or pi[i, j], the share of i in what j spends on s, tariffs included; sums over i to one,
            or to zero where j buys nothing of s.
        alpha: alpha[j, s], shares of households' spending; sum over s to one.
        income: I[i], what labour earns, positive.
        theta: elasticity of trade to trade costs, a number or theta[s].
        tariff: tau[i, j, s]; None: none.
        inputs: gamma[i, k, s], the share of input k in the cost of industry s; sums over k to one at most, labour has
            the rest. None: no links.
        deficit: D[j], in the currency of income, adding to zero; None: none.

    Raises:
        InputError: shares that do not sum to one, or a number out of bounds.
        NoEquilibriumError: none was found.
    """
    pi = cube(shares, "share")
    n, _, sectors = pi.shape
    taste, earned = np.asarray(alpha, dtype=float), np.asarray(income, dtype=float)
    gamma = None if inputs is None else np.asarray(inputs, dtype=float)
    gap = np.zeros(n) if deficit is None else np.asarray(deficit, dtype=float)
    wanted = {"alpha": (taste, (n, sectors)), "income": (earned, (n,)), "deficit": (gap, (n,))}
    if gamma is not None:
        wanted["inputs"] = (gamma, (n, sectors, sectors))
    for name, (given, shape) in wanted.items():
        if given.shape != shape:
            raise InputError(f"{name} has shape {given.shape}; wanted is {shape}.")
    elasticity = checked_theta(theta, sectors)
    rates = None if tariff is None else checked_tariff(tariff, pi.shape)
    suppliers, goods = pi.sum(0), taste.sum(1)
    every((np.abs(suppliers - 1) < SUM) | (suppliers == 0), suppliers, "sum of shares over exporters", "one, or zero")
    every(taste >= 0, taste, "share of spending", "zero or more")
    every(np.abs(goods - 1) < SUM, goods, "sum of shares of spending over sectors", "one")
    every(earned > 0, earned, "income", "positive")
    if abs(gap.sum()) > SUM * earned.sum():
        raise InputError(f"Deficits add to {gap.sum():g}; over the world they must add to zero.")
    if gamma is not None:
        every(gamma >= 0, gamma, "share of an input in cost", "zero or more")
        every(gamma.sum(1) <= 1 + SUM, gamma.sum(1), "sum of shares of inputs in cost", "one at most")
    gross = inward(pi / np.where(suppliers > 0, suppliers, 1.0))
    net = gross if rates is None else gross / (1 + inward(rates))
    bought = (suppliers > 0).T * earned  # whether and on what scale; the search replaces it
    problem = joined(
        elasticity,
        gross,
        net,
        np.ascontiguousarray((taste / goods[:, None]).T),
        bought,
        earned,
        gap / earned.sum(),
        "fixed" if deficit is not None else "zero",
        gamma,
    )
    state, _ = search(problem, np.zeros(n))
    return baseline_at(state, rates)
