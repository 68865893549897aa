"""Gravity: Poisson pseudo-maximum-likelihood with exporter and importer effects, on arrays of one cross-section.

    E[X_ij] = exp(a_i + b_j + sum_k z_ijk beta_k)

Iteratively re-weighted least squares; the fixed effects are projected out exactly in each step by one linear system in
the importers' effects, so no dummies are ever formed. Panels, with more effects, are ``estimation``'s.

Source: Santos Silva & Tenreyro (2006), Review of Economics and Statistics 88(4); Guimaraes & Portugal (2010), Stata
Journal 10(4), for the projection; Cameron, Gelbach & Miller (2011), Journal of Business & Economic Statistics 29(2),
for errors clustered two ways; Correia, Guimaraes & Zylkin (2020), Stata Journal 20(1), for separated observations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError, SolveError

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

TOLERANCE = 1e-10  # relative change of the deviance at which the iteration ends
ROUNDING = 1e-14  # of a deviance, relative to the sum of flows
STEADY = 1e-6  # largest change of a fitted log flow in the last step
FALLING = 1e-3  # a fitted flow below this share of the mean that still falls, where nothing is traded, is separated
MAX_STEPS = 200


@dataclass(frozen=True)
class GravityFit:
    """An estimate. ``coefficient``, ``standard_error`` [k] in the order of ``names``; ``covariance`` [k, k].

    Standard errors allow for errors related within each exporter and within each importer, whatever their variance;
    no small-sample factor.

    ``predicted[i, j]`` is the fitted flow of every pair whose regressors are known, estimated on or not; nan elsewhere,
    and for countries of which no flow is in the sample. ``deviance_explained`` is 1 - deviance / deviance with only a
    mean. ``separated`` counts flows of zero left out because the estimate fits them perfectly at minus infinity.
    """

    names: tuple[str, ...]
    coefficient: Array
    standard_error: Array
    covariance: Array
    predicted: Array
    deviance: float
    deviance_explained: float
    observations: int
    separated: int
    iterations: int


def gravity_fit(trade: Any, regressors: Mapping[str, Any], *, own_trade: bool = False) -> GravityFit:
    """Estimate gravity on one cross-section.

    Args:
        trade: X[i, j], zero or more; nan where not observed.
        regressors: z[i, j] by name, such as log distance; none leaves the fixed effects alone. Pairs with a regressor
            that is not finite are left out.
        own_trade: whether X[i, i] is part of the sample.

    Raises:
        InputError: shapes differ, trade is negative, or a regressor is collinear with the others and the effects.
        SolveError: the iteration did not end; the pseudo-likelihood may have no maximum.
    """
    X = np.asarray(trade, dtype=float)
    Z = np.stack([np.asarray(z, dtype=float) for z in regressors.values()]) if regressors else np.zeros((0, *X.shape))
    if X.ndim != 2 or X.shape[0] != X.shape[1] or Z.shape[1:] != X.shape:
        raise InputError(f"Trade of shape {X.shape} and regressors of shape {Z.shape[1:]}: wanted is [i, j] for all.")
    if (X < 0).any():
        raise InputError("Trade must not be negative.")
    known = np.isfinite(Z).all(0)
    sample = known & np.isfinite(X)
    if not own_trade:
        np.fill_diagonal(sample, False)
    flows = np.where(sample, X, 0.0)
    seen = sample.any(1)[:, None] & sample.any(0)
    traded = (flows.sum(1) > 0)[:, None] & (flows.sum(0) > 0)
    sample &= traded
    if not sample.any():
        raise InputError("No trade is left to estimate gravity on.")
    z = np.where(known, Z, 0.0)
    mu, beta, iterations, separated = _without_separated(flows, z, sample)
    sample &= ~separated
    weights = np.where(sample, mu, 0.0)
    eta = np.log(np.where(sample, mu, 1.0)) - np.tensordot(beta, z, 1)
    exporter, importer = _two_way_effects(weights, eta[None])
    predicted = np.exp(exporter[0][:, None] + importer[0] + np.tensordot(beta, z, 1))
    predicted = np.where(traded & ~separated, predicted, 0.0)
    within = z - _sum_of_effects(_two_way_effects(weights, z))
    bread = np.linalg.inv(np.einsum("aij,bij,ij->ab", within, within, weights))
    covariance = bread @ _two_way_clustered(within * np.where(sample, flows - mu, 0.0)) @ bread
    deviance = poisson_deviance(flows[sample], mu[sample])
    return GravityFit(
        names=tuple(regressors),
        coefficient=beta,
        standard_error=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        predicted=np.where(known & seen, predicted, np.nan),
        deviance=deviance,
        deviance_explained=1
        - deviance / poisson_deviance(flows[sample], np.full(int(sample.sum()), flows[sample].mean())),
        observations=int(sample.sum()),
        separated=int(separated.sum()),
        iterations=iterations,
    )


def vuong(trade: Any, one: GravityFit, other: GravityFit) -> float:
    """How clearly ``one`` fits trade [i, j] better than ``other``, which is not a special case of it: a normal deviate.

    Above 1.96 it does at the 5 % level, below -1.96 the other does. Errors are related as in ``GravityFit``. Flows that
    are nan, or that one of the two does not predict, are left out; give the trade both were estimated on.

    Source: Vuong (1989), Econometrica 57(2), on the Poisson pseudo-likelihood.
    """
    X = np.asarray(trade, dtype=float)
    sample = np.isfinite(X) & (one.predicted > 0) & (other.predicted > 0)
    ratio = np.where(sample, one.predicted, 1.0) / np.where(sample, other.predicted, 1.0)
    gain = np.where(sample, X * np.log(ratio) - (one.predicted - other.predicted), 0.0)
    return float(gain.sum() / np.sqrt(_two_way_clustered(gain[None])[0, 0]))


def _without_separated(flows: Array, z: Array, sample: Flags) -> tuple[Array, Array, int, Flags]:
    """Fitted flows, coefficients, steps, and which flows of zero were left out as separated."""
    separated = np.zeros_like(sample)
    while True:
        mu, beta, iterations, found = _irls(flows, z, sample & ~separated)
        if not found.any():
            return mu, beta, iterations, separated
        separated |= found


def _irls(flows: Array, z: Array, sample: Flags) -> tuple[Array, Array, int, Flags]:
    """Fitted flows, coefficients, the number of steps, and the flows of zero whose fit falls without end."""
    mean = flows[sample].mean()
    mu = np.where(sample, (flows + mean) / 2, 1.0)
    deviance = np.inf
    for iteration in range(1, MAX_STEPS + 1):
        weights = np.where(sample, mu, 0.0)
        response = np.log(mu) + (flows - mu) / mu
        stacked = np.concatenate([z, response[None]])
        within = stacked - _sum_of_effects(_two_way_effects(weights, stacked))
        moments = np.einsum("aij,bij,ij->ab", within, within, weights)
        scale = np.sqrt(np.einsum("aij,aij,ij->a", z, z, weights))
        if (np.diag(moments)[:-1] < (1e-7 * scale) ** 2).any() or np.linalg.matrix_rank(moments[:-1, :-1]) < len(z):
            raise InputError(
                "A regressor does not vary beyond the effects of exporters, importers and other regressors."
            )
        beta = np.linalg.solve(moments[:-1, :-1], moments[:-1, -1])
        eta = response - (within[-1] - np.tensordot(beta, within[:-1], 1))
        step = np.where(sample, eta - np.log(mu), 0.0)
        mu = np.where(sample, np.exp(np.clip(eta, -700, 700)), 1.0)
        before, deviance = deviance, poisson_deviance(flows[sample], mu[sample])
        if abs(before - deviance) <= TOLERANCE * deviance + ROUNDING * flows.sum():
            falling = sample & (flows == 0) & (step < -0.5) & (mu < FALLING * mean)
            if (np.abs(step[~falling]) < STEADY).all():
                return mu, beta, iteration, falling
    raise SolveError(f"Gravity: the deviance still moves after {MAX_STEPS} steps; the estimate may not exist.")


def _two_way_clustered(scores: Array) -> Array:
    """Covariance [k, k] of the sum of scores [k, i, j], related within rows and within columns."""
    by_row, by_column = scores.sum(2), scores.sum(1)
    total = by_row @ by_row.T + by_column @ by_column.T - np.einsum("aij,bij->ab", scores, scores)
    values, vectors = np.linalg.eigh(total)
    clipped: Array = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return clipped


def _two_way_effects(weights: Array, values: Array) -> tuple[Array, Array]:
    """Effects of rows a[k, i] and columns b[k, j] that minimise sum_ij weights_ij (values_kij - a_ki - b_kj)^2."""
    rows, columns = weights.sum(1), weights.sum(0)
    per_row = np.divide(weights, rows[:, None], out=np.zeros_like(weights), where=rows[:, None] > 0)
    system = np.diag(np.where(columns > 0, columns, 1.0)) - weights.T @ per_row
    weighted = values * weights
    right = weighted.sum(1) - (weighted.sum(2) @ per_row)
    level = np.outer(columns, columns) / columns.sum()
    b = np.linalg.solve(system + level, right.T).T
    a = np.divide(weighted.sum(2), rows, out=np.zeros(values.shape[:2]), where=rows > 0) - b @ per_row.T
    return a, b


def _sum_of_effects(effects: tuple[Array, Array]) -> Array:
    total: Array = effects[0][:, :, None] + effects[1][:, None, :]
    return total


def poisson_deviance(flows: Array, mu: Array) -> float:
    """Poisson deviance, 2 sum x ln(x / mu) - (x - mu)."""
    logs = np.log(np.where(flows > 0, flows, mu) / mu)
    return float(2 * (flows * logs - (flows - mu)).sum())
