"""Ideal points from roll calls on arrays: a dynamic ordinal item-response model, solved variationally.

A state at point ``theta`` votes on item j by ``z = beta_j theta + e``, ``e`` standard normal: the vote is of category k
where ``z`` lies between the cut-points ``c_jk`` and ``c_j,k+1``. The point of a session is normal around the state's
point in the session before, with variance ``omega n_t / (n_t + n_s)`` for ``n_t`` and ``n_s`` votes cast in the two
sessions; the first session of a state leans on its second. ``beta`` is normal around zero, cut-points are flat.

The posterior is approximated by independent normals ``theta ~ (m, V)`` and ``beta ~ (b, U)``, ``z`` integrated out:
``m`` and ``b`` maximise

    sum log[Phi(c_k+1 - b m) - Phi(c_k - b m)] - sum (U m^2 + V b^2) / 2 + log priors

whose second sum is what the uncertainty of the other side costs. Without it (the joint mode) blocs at an end run away.
Items given points are small independent problems; so are points given the session before. Both take Newton steps.

Source: Bailey, Strezhnev & Voeten (2017), Journal of Conflict Resolution 61(2), the model and its prior; variational
treatment after Imai, Lo & Olmsted (2016), American Political Science Review 110(4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from landbridge.alignment.core.ballots import CATEGORIES, Array, Ballots, Index
from landbridge.errors import SolveError

_SHARE = 1e-3  # starting cut-points keep away from the ends by this share of votes
_LONGEST = 1.0  # a Newton step of an item goes no further
_APART = 1e-4  # least distance of an item's two cut-points
_FLAT = 1e-3  # precision of the all but flat prior of cut-points
_ROOT = np.sqrt(2.0 * np.pi)
_FAR = 40.0  # beyond it the normal density is zero
_GENERATIONS = 100  # sessions of error carried on: each is damped by the square of a share below one


@dataclass(frozen=True)
class IdealPoints:
    """Points [N] with mean 0 and standard deviation 1, their standard errors [N], and the items [J].

    ``cuts[j]`` are c_j0 = -inf to c_j3 = inf. ``residual``: the largest move of a point in the last sweep.
    """

    point: Array
    standard_error: Array
    discrimination: Array
    cuts: Array
    sweeps: int
    residual: float


@dataclass(frozen=True)
class _Slopes:
    """Derivatives of every vote's log probability [V]: by the mean, and by the cut-points above and below it."""

    mean: Array
    curvature: Array
    high: Array
    low: Array
    high_at: Array
    low_at: Array


def fit_ideal_points(
    ballots: Ballots,
    start: Array,
    omega: float = 0.5,
    discrimination_variance: float = 1.0,
    tolerance: float = 1e-3,
    most_sweeps: int = 300,
) -> IdealPoints:
    """Points that the votes and the prior agree on.

    Args:
        start: a first guess [N]; its sign decides the sign of the result.
        omega: variance of a session's point around the one before, times two when both have as many votes.
        discrimination_variance: prior variance of beta.
        tolerance: largest move of a point in a sweep at which to stop, standard deviations.

    Raises:
        SolveError: points still move after ``most_sweeps``.
    """
    around, variance = _prior(ballots, omega)
    theta, uncertain = _standard(start), np.zeros(len(start))
    cuts, beta = _starting_cuts(ballots), np.zeros(len(ballots.categories))
    for sweep in range(1, most_sweeps + 1):
        before = theta
        cuts, beta, spread = _items(ballots, theta, uncertain, cuts, beta, discrimination_variance)
        theta, uncertain = _points(ballots, theta, cuts, beta, spread, around, variance)
        centre, scale = theta.mean(), theta.std()
        theta, uncertain = (theta - centre) / scale, uncertain / scale**2
        cuts, beta = cuts - (beta * centre)[:, None], beta * scale
        residual = float(np.abs(theta - before).max())
        if residual < tolerance:
            precision = _precision(ballots, uncertain, len(beta), discrimination_variance)
            errors = _standard_errors(ballots, theta, cuts, beta, precision, around, variance)
            return IdealPoints(theta, errors, beta, cuts, sweep, residual)
    raise SolveError(f"Ideal points still move by {residual:.2g} standard deviations after {most_sweeps} sweeps.")


def _standard(values: Array) -> Array:
    scale = values.std()
    if not scale > 0.0:
        raise SolveError("Ideal points: the first guess is the same for all states, so that no sign can be told.")
    standard: Array = (values - values.mean()) / scale
    return standard


def _prior(ballots: Ballots, omega: float) -> tuple[Index, Array]:
    """The point that each leans on [N], and the variance around it [N]; -1: on zero with variance one."""
    n = len(ballots.previous)
    around, following = ballots.previous.copy(), np.full(n, -1, dtype=np.int64)
    has = ballots.previous >= 0
    following[ballots.previous[has]] = np.flatnonzero(has)
    around[~has] = following[~has]
    own, other = ballots.votes, ballots.votes[around]
    return around, np.where(around >= 0, omega * own / (own + other), 1.0)


def _starting_cuts(ballots: Ballots) -> Array:
    """Cut-points [J, 4] at which the mean state votes as all did on average."""
    cuts = np.full((len(ballots.categories), CATEGORIES + 1), np.inf)
    cuts[:, 0] = -np.inf
    votes = np.zeros((len(cuts), CATEGORIES))
    votes[ballots.segment, ballots.rank] = ballots.lengths
    shares = np.clip(votes.cumsum(1) / votes.sum(1, keepdims=True), _SHARE, 1 - _SHARE)
    for k in (1, 2):
        has = ballots.categories > k
        cuts[has, k] = ndtri(shares[has, k - 1])
    return cuts


def _slopes(ballots: Ballots, theta: Array, cuts: Array, beta: Array) -> _Slopes:
    """Probabilities are taken on the side where both cut-points are low, so that no digits cancel."""
    mean = beta[ballots.item] * theta[ballots.point]
    high = np.repeat(cuts[ballots.segment, ballots.rank + 1], ballots.lengths) - mean
    low = np.repeat(cuts[ballots.segment, ballots.rank], ballots.lengths) - mean
    turned = low + high > 0.0
    chance = ndtr(np.where(turned, -low, high)) - ndtr(np.where(turned, -high, low))
    chance = _ROOT * np.maximum(chance, 1e-300)
    high, low = np.clip(high, -_FAR, _FAR), np.clip(low, -_FAR, _FAR)
    above, below = np.exp(-0.5 * high * high) / chance, np.exp(-0.5 * low * low) / chance
    slope = below - above
    return _Slopes(slope, low * below - high * above - slope * slope, above, below, high, low)


def _items(
    ballots: Ballots, theta: Array, uncertain: Array, cuts: Array, beta: Array, prior_variance: float
) -> tuple[Array, Array, Array]:
    """A Newton step of every item's cut-points and discrimination, given the points; and the variance of the latter."""
    slopes = _slopes(ballots, theta, cuts, beta)
    precision = _precision(ballots, uncertain, len(beta), prior_variance)
    gradient, hessian = _derivatives(ballots, slopes, theta, cuts, beta, precision)
    step = -np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0].astype(np.float64)
    step = step * np.minimum(1.0, _LONGEST / np.maximum(np.abs(step).max(1), 1e-12))[:, None]
    spread = (1.0 / (precision + np.bincount(ballots.item, theta[ballots.point] ** 2, len(beta)))).astype(np.float64)
    cuts, beta = _in_order(cuts, beta, step)
    return cuts, beta, spread


def _precision(ballots: Ballots, uncertain: Array, items: int, prior_variance: float) -> Array:
    """What holds each discrimination to zero [J]: the prior, and the uncertainty of the points."""
    return (1.0 / prior_variance + np.bincount(ballots.item, uncertain[ballots.point], items)).astype(np.float64)


def _derivatives(
    ballots: Ballots, s: _Slopes, theta: Array, cuts: Array, beta: Array, precision: Array
) -> tuple[Array, Array]:
    """Gradient [J, 3] and Hessian [J, 3, 3] of the log posterior by each item's two cut-points and discrimination."""
    at, items = theta[ballots.point], len(beta)

    def each(values: Array) -> Array:
        sums: Array = np.add.reduceat(values, ballots.first)
        return sums

    def summed(values: Array, chosen: NDArray[np.bool_]) -> Array:
        return np.bincount(ballots.segment[chosen], values[chosen], items).astype(np.float64)

    every = np.ones(len(ballots.segment), dtype=bool)
    gradient, hessian = np.zeros((items, 3)), np.zeros((items, 3, 3))
    gradient[:, 2] = summed(each(s.mean * at), every) - precision * beta
    hessian[:, 2, 2] = summed(each(s.curvature * at * at), every) - precision
    high, low = each(s.high), each(s.low)
    high_high, low_low = each(-s.high_at * s.high - s.high**2), each(s.low_at * s.low - s.low**2)
    high_beta, low_beta = each((s.high_at - s.mean) * s.high * at), each((s.mean - s.low_at) * s.low * at)
    last = ballots.categories[ballots.segment] - 1
    inside = np.where(np.isfinite(cuts[:, 1:3]), cuts[:, 1:3], 0.0)
    for k in (0, 1):
        under, over = (ballots.rank == k) & (last > k), ballots.rank == k + 1
        gradient[:, k] = summed(high, under) - summed(low, over) - _FLAT * inside[:, k]
        hessian[:, k, k] = summed(high_high, under) + summed(low_low, over) - _FLAT
        hessian[:, k, 2] = hessian[:, 2, k] = summed(high_beta, under) + summed(low_beta, over)
    between = (ballots.rank == 1) & (last == 2)
    hessian[:, 0, 1] = hessian[:, 1, 0] = summed(each(s.high * s.low), between)
    return gradient, hessian


def _in_order(cuts: Array, beta: Array, step: Array) -> tuple[Array, Array]:
    """Take the steps, halved where they would swap an item's two cut-points."""
    step = step.copy()
    while True:
        moved = cuts.copy()
        moved[:, 1:3] += step[:, :2]
        swapped = moved[:, 2] - moved[:, 1] < _APART
        if not swapped.any():
            return moved, beta + step[:, 2]
        step[swapped] /= 2.0


def _points(
    ballots: Ballots, theta: Array, cuts: Array, beta: Array, spread: Array, around: Index, variance: Array
) -> tuple[Array, Array]:
    """A Newton step of every point given the items and the points it leans on; and its variance."""
    s, weight, n = _slopes(ballots, theta, cuts, beta), beta[ballots.item], len(theta)
    information = -np.bincount(ballots.point, s.curvature * weight * weight, n)
    slope = np.bincount(ballots.point, s.mean * weight, n)
    penalty = np.bincount(ballots.point, spread[ballots.item], n)
    towards = np.where(around >= 0, theta[around], 0.0)
    moved = (information * theta + slope + towards / variance) / (information + penalty + 1.0 / variance)
    complete = np.bincount(ballots.point, weight * weight, n) + penalty + 1.0 / variance
    return moved, 1.0 / complete


def _standard_errors(
    ballots: Ballots, theta: Array, cuts: Array, beta: Array, precision: Array, around: Index, variance: Array
) -> Array:
    """From the curvature of the log posterior, carrying the error of the session before along.

    With H the curvature by a point, C_j that by an item's parameters and b_j the mixed one of the two, the variance is
    1 / H + sum_j b_j' C_j^-1 b_j / H^2: the point's own, and what the items' uncertainty adds.
    """
    s, weight = _slopes(ballots, theta, cuts, beta), beta[ballots.item]
    curvature = 1.0 / variance - np.bincount(ballots.point, s.curvature * weight * weight, len(theta))
    _, hessian = _derivatives(ballots, s, theta, cuts, beta, precision)
    mixed = _mixed(ballots, s, theta, weight)
    of_items = np.einsum("vk,vkl,vl->v", mixed, np.linalg.inv(-hessian)[ballots.item], mixed)
    own = 1.0 / curvature + np.bincount(ballots.point, of_items, len(theta)) / curvature**2
    carried = np.where(around >= 0, 1.0 / (curvature * variance), 0.0) ** 2
    total = own
    for _ in range(_GENERATIONS):
        total = own + carried * total[around]
    errors: Array = np.sqrt(total)
    return errors


def _mixed(ballots: Ballots, s: _Slopes, theta: Array, weight: Array) -> Array:
    """Second derivative of every vote's log probability by its point and its item's three parameters [V, 3]."""
    rank, last = np.repeat(ballots.rank, ballots.lengths), ballots.categories[ballots.item] - 1
    found = np.zeros((len(rank), CATEGORIES))
    for k in (0, 1):
        found[:, k] = np.where((rank == k) & (last > k), (s.high_at - s.mean) * s.high, 0.0)
        found[:, k] += np.where(rank == k + 1, (s.mean - s.low_at) * s.low, 0.0)
    found[:, :2] *= weight[:, None]
    found[:, 2] = s.mean + weight * theta[ballots.point] * s.curvature
    return found
