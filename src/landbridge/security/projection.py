"""Local projections on panels, on arrays: how an outcome answers to a shock over the following months.

One regression a horizon, all with the same regressors on the same country-months:

    y_i(t+h) = beta_h x_i(t) + gamma_h controls_i(t) + country_i + month_t + u

Because the regressors are shared, the coefficients of all horizons are one product, and their joint covariance follows
from the scores X'u of each month, which may correlate over countries within a month and over months up to a lag
(Bartlett weights).

Source: Jorda (2005), American Economic Review 95(1), for the projections; Driscoll & Kraay (1998), Review of Economics
and Statistics 80(4), for the covariance (both general knowledge, not read here).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError, SolveError
from landbridge.security.core import Array

SWEEPS = 500
TOLERANCE = 1e-10  # largest remaining mean of a country or month, in standard deviations of the column
Z90 = 1.6448536269514722  # standard normal quantile of 0.95


@dataclass(frozen=True)
class Projection:
    """Coefficients of interest.

    Attributes:
        effect: [K, H] of regressor k on the outcome h = 1 .. H later.
        covariance: [K H, K H] of ``effect`` unrolled by rows.
        observations: country-months used.
        residual: largest mean by country or month left in the data after the fixed effects were taken out.
    """

    effect: Array
    covariance: Array
    observations: int
    residual: float

    @property
    def error(self) -> Array:
        """Standard errors [K, H]."""
        spread: Array = np.sqrt(np.diag(self.covariance)).reshape(self.effect.shape)
        return spread

    def interval(self) -> tuple[Array, Array]:
        """90 % intervals: lower and upper [K, H]."""
        return self.effect - Z90 * self.error, self.effect + Z90 * self.error


def local_projection(
    outcome: Array,
    regressors: Array,
    controls: Array,
    used: NDArray[np.bool_],
    horizon: int,
    lag: int,
    origins: NDArray[np.bool_] | None = None,
) -> Projection:
    """Effects of ``regressors`` [T, C, K] on ``outcome`` [T, C] in each of the next ``horizon`` periods.

    Args:
        controls: [T, C, L].
        used: [T, C] where the outcome and its past are known: at the origin and at every horizon.
        origins: [T, C] where the regressors are known; None: everywhere.
        lag: of the covariance, periods; at least ``horizon`` where the outcome is persistent.

    Raises:
        InputError: too few observations.
        SolveError: the fixed effects were not taken out to ``TOLERANCE``, or the regressors are collinear.
    """
    periods = len(outcome) - horizon
    kept = used[:periods] & np.all([used[h : periods + h] for h in range(1, horizon + 1)], axis=0)
    if origins is not None:
        kept &= origins[:periods]
    ahead = np.stack([outcome[h : periods + h] for h in range(1, horizon + 1)], axis=-1)
    right = np.concatenate([regressors[:periods], controls[:periods]], axis=-1)
    if kept.sum() <= right.shape[-1] + sum(kept.shape):
        raise InputError(f"{kept.sum()} observations are too few for {right.shape[-1]} regressors and fixed effects.")
    cleaned, residual = without_effects(np.concatenate([ahead, right], axis=-1), kept)
    Y, X = cleaned[..., :horizon], cleaned[..., horizon:]
    gram = np.einsum("tck,tcl->kl", X, X)
    if np.linalg.cond(gram / np.sqrt(np.outer(np.diag(gram), np.diag(gram)))) > 1e12:
        raise SolveError("The regressors are collinear once country and period effects are taken out.")
    bread = np.linalg.inv(gram)
    beta = bread @ np.einsum("tck,tch->kh", X, Y)
    scores = np.einsum("tck,tch->tkh", X, Y - X @ beta)
    count = regressors.shape[-1]
    influence = np.einsum("kl,tlh->tkh", bread, scores)[:, :count].reshape(periods, -1)
    return Projection(beta[:count], long_run(influence, lag), int(kept.sum()), residual)


def without_effects(data: Array, kept: NDArray[np.bool_]) -> tuple[Array, float]:
    """Data [T, C, K] less country and period means over ``kept``, 0 elsewhere; and the largest mean that is left.

    Raises:
        SolveError: means remain after ``SWEEPS`` alternations.
    """
    weight = kept[..., None].astype(float)
    clean = np.where(kept[..., None], data, 0.0)
    scale = np.sqrt((clean**2).sum((0, 1)) / weight.sum()) + 1e-300
    counts = [np.maximum(weight.sum(axis, keepdims=True), 1.0) for axis in (0, 1)]
    left = np.inf
    for _ in range(SWEEPS):
        for axis in (0, 1):
            clean -= clean.sum(axis, keepdims=True) / counts[axis] * weight
        left = float((np.abs(clean.sum(0) / counts[0][0]) / scale).max())
        if left < TOLERANCE:
            return clean, left
    raise SolveError(f"Country and period effects were not taken out in {SWEEPS} sweeps: {left:.1e} remains.")


def long_run(influence: Array, lag: int) -> Array:
    """Covariance of the sum of ``influence`` [T, K] over time, with Bartlett weights up to ``lag``."""
    total: Array = influence.T @ influence
    for step in range(1, lag + 1):
        cross = influence[step:].T @ influence[:-step]
        total += (1 - step / (lag + 1)) * (cross + cross.T)
    return total


def shocks_for(path: Array, own: Array) -> Array:
    """The shocks [..., H] that make a source follow a deviation ``path`` [H] if it answers to its own by ``own``.

    own[..., 0], the answer in the month of the shock, is 1. path = L shocks, L lower triangular Toeplitz.
    """
    return np.asarray(np.linalg.solve(_lag_matrix(own), path[:, None])[..., 0], dtype=np.float64)


def answer(shocks: Array, response: Array) -> Array:
    """The deviation [..., G, H] after ``shocks`` [..., H] of those who answer to one by ``response`` [..., G, H]."""
    moved: Array = response @ np.swapaxes(_lag_matrix(shocks), -1, -2)
    return moved


def _lag_matrix(response: Array) -> Array:
    """L[..., h, k] = response[..., h - k], zero above the diagonal."""
    count = response.shape[-1]
    lag = np.arange(count)[:, None] - np.arange(count)
    matrix: Array = np.where(lag >= 0, response[..., np.abs(lag)], 0.0)
    return matrix
