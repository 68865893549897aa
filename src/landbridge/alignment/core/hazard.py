"""Discrete-time hazards of rare events: complementary log-log regression with a ridge penalty.

With covariates x in units of their spread and a period of one year,

    h(x) = 1 - exp(-exp(a + x b))          l(a, b) = sum y ln h + (1 - y) ln (1 - h) - ridge |b|^2 / 2

exp(b_k) is the factor on the rate of the event for one standard deviation more of x_k: the proportional-hazards model
in grouped time. The penalty is a normal prior of variance 1 / ridge on each b_k; it keeps finite what a few dozen
events would leave infinite. No program at hand combines the link, the penalty and clustered errors.
Source: Prentice & Gloeckler (1978), Biometrics 34(1), for the link; le Cessie & van Houwelingen (1992), Applied
Statistics 41(1), for the penalty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError, SolveError

Array = NDArray[np.float64]

TOLERANCE = 1e-8  # of the score over the number of events
MAX_STEPS = 100
LARGEST_STEP = 1.0  # of a linear predictor's standardised coefficients, before halving


@dataclass(frozen=True)
class Hazard:
    """A fit. ``coefficient`` [1 + k] with the constant first, per standard deviation; ``covariance`` [1 + k, 1 + k].

    ``mean``, ``spread`` [k] standardise covariates. ``residual`` is the largest score left, over the number of events.
    """

    coefficient: Array
    covariance: Array
    mean: Array
    spread: Array
    events: int
    observations: int
    residual: float

    def index(self, x: Array) -> Array:
        """Linear predictor a + x b of covariates x [n, k] in their own units."""
        index: Array = self.coefficient[0] + (x - self.mean) / self.spread @ self.coefficient[1:]
        return index

    def probability(self, x: Array) -> Array:
        """Probability of the event within one period [n]."""
        return probability(self.index(x))


def probability(index: Array, periods: float = 1.0) -> Array:
    """1 - exp(-periods exp(index)): the event within some periods of an unchanged linear predictor."""
    found: Array = -np.expm1(-periods * np.exp(index))
    return found


def fit_hazard(x: Array, y: Array, clusters: NDArray[np.int64], ridge: float = 1.0) -> Hazard:
    """Estimate by penalised maximum likelihood, Fisher scoring with step halving.

    Args:
        x: covariates [n, k], finite.
        y: 1 where the event came about, else 0 [n].
        clusters: number of the cluster of each observation [n]; errors are related within (sandwich).
        ridge: penalty on squared standardised coefficients; the constant is free.

    Raises:
        InputError: a covariate is not finite or does not vary, or there is no event, or nothing but events.
        SolveError: the iteration did not end.
    """
    if not np.isfinite(x).all():
        raise InputError("Covariates of a hazard must be finite numbers.")
    mean, spread = x.mean(0), x.std(0)
    if not (spread > 0).all():
        raise InputError(f"Covariate {int(np.argmin(spread))} of a hazard does not vary.")
    if not 0 < y.mean() < 1:
        raise InputError("A hazard cannot be estimated where no event, or nothing else, came about.")
    z = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    penalty = np.full(z.shape[1], float(ridge))
    penalty[0] = 0.0
    b = np.zeros(z.shape[1])
    b[0] = np.log(-np.log1p(-y.mean()))
    value = _likelihood(z @ b, y) - penalty @ b**2 / 2
    for _ in range(MAX_STEPS):
        score, weight = _derivatives(z @ b, y)
        gradient = z.T @ score - penalty * b
        residual = float(np.abs(gradient).max() / y.sum())
        information = z.T @ (z * weight[:, None]) + np.diag(penalty)
        if residual < TOLERANCE:
            return Hazard(b, _sandwich(z, score, clusters, information), mean, spread, int(y.sum()), len(y), residual)
        step = np.linalg.solve(information, gradient)
        step *= min(1.0, LARGEST_STEP / np.abs(step).max())
        while (after := _likelihood(z @ (b + step), y) - penalty @ (b + step) ** 2 / 2) < value - 1e-12 * abs(value):
            step /= 2
        b, value = b + step, after
    raise SolveError(f"Hazard: not converged after {MAX_STEPS} steps, residual {residual:.1e}.")


def _likelihood(index: Array, y: Array) -> float:
    rate = np.exp(np.minimum(index, 30.0))
    return float(np.where(y > 0, np.log(-np.expm1(-rate) + 1e-300), -rate).sum())


def _derivatives(index: Array, y: Array) -> tuple[Array, Array]:
    """Score in the linear predictor, and its expected negative derivative [n]."""
    rate = np.exp(np.minimum(index, 30.0))
    odds = rate / np.expm1(np.minimum(rate, 700.0))  # rate exp(-rate) / h
    return np.where(y > 0, odds, -rate), rate * odds


def _sandwich(z: Array, score: Array, clusters: NDArray[np.int64], information: Array) -> Array:
    """Covariance with errors related within clusters, factor G / (G - 1)."""
    _, number = np.unique(clusters, return_inverse=True)
    sums = np.zeros((number.max() + 1, z.shape[1]))
    np.add.at(sums, number, z * score[:, None])
    bread, groups = np.linalg.inv(information), len(sums)
    covariance: Array = bread @ (sums.T @ sums) @ bread * groups / max(groups - 1, 1)
    return covariance
