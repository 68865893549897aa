"""Signed ties from event data, and structural balance against what chance would give, on arrays.

Events between most states are friendly: of ties by the raw sign nearly all are positive and nearly all triangles are
"balanced". So the baseline comes first. With ``y`` the hostile share of two states' events in a month and
``v = arcsin sqrt(y)``, which evens out its variance, the baseline of a pair is ``a_i + a_j``: what both usually meet.
A tie is negative (positive) where the pair's mean of ``v`` lies above (below) it by more than ``threshold`` standard
errors over the months, and else no tie.

A triangle of three ties is balanced where the product of its signs is positive (Heider 1946; Cartwright & Harary 1956).
The null model deals the pairs' departures from the baseline out among the pairs anew, takes the baseline out again, and
keeps who has events with whom: what is left is how signs close triangles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import SolveError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ties:
    """Of all pairs [n, n], NaN where unknown: mean of ``v``, its ``baseline``, the ``error`` of the mean.

    ``departure`` is mean less baseline: above zero, more hostile than what both usually meet.
    """

    mean: Array
    baseline: Array
    error: Array

    @property
    def departure(self) -> Array:
        """[n, n]"""
        return self.mean - self.baseline

    def signs(self, threshold: float) -> Array:
        """-1, 0 or 1 for each pair [n, n]; 0 where unknown."""
        return _signs(self.departure, self.error, threshold)


@dataclass(frozen=True)
class Balance:
    """Triangles whose three pairs are signed, by number of negative ties [4]; the share that is balanced.

    ``by_chance`` and ``spread``: its mean and standard deviation under the null model.
    """

    triangles: Array
    share: float
    by_chance: float
    spread: float

    @property
    def z(self) -> float:
        """How many standard deviations the share lies from what chance gives."""
        return (self.share - self.by_chance) / self.spread


def ties(positive: Array, negative: Array, fewest_months: int) -> Ties:
    """Ties from friendly and hostile events [n, n, months], symmetric, both as amounts of 0 or more.

    Pairs with events in fewer months than ``fewest_months`` are unknown.
    """
    total = positive + negative
    with np.errstate(invalid="ignore", divide="ignore"):
        v = np.where(total > 0, np.arcsin(np.sqrt(negative / total)), np.nan)
        months = np.isfinite(v).sum(2)
        known = months >= fewest_months
        mean = np.where(known, np.nansum(v, axis=2) / months, np.nan)
        variance = np.nansum((v - mean[:, :, None]) ** 2, axis=2) / (months - 1)
        error = np.where(known, np.sqrt(variance / months), np.nan)
    np.fill_diagonal(mean, np.nan)
    return Ties(mean, _baseline(mean), error)


def _baseline(mean: Array) -> Array:
    """Least squares of ``a_i + a_j`` on the known pairs [n, n]."""
    known = np.isfinite(mean)
    counts = known.sum(1)
    if not known.any():
        raise SolveError("No two states have events in enough months: there is no tie to sign.")
    system = known + np.diag(counts + (counts == 0))
    effect = np.linalg.solve(system + 1e-9 * np.eye(len(system)), np.where(known, mean, 0.0).sum(1))
    return np.where(known, effect[:, None] + effect[None, :], np.nan)


def _signs(departure: Array, error: Array, threshold: float) -> Array:
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(departure) > threshold * error, -np.sign(departure), 0.0)


def triangles(signs: Array) -> Array:
    """Triangles of three ties by number of negative ones [4]."""
    plus, minus = (signs > 0).astype(float), (signs < 0).astype(float)
    friends, foes = plus @ plus, minus @ minus  # third states that both are tied to, [n, n]
    twice = [(friends * plus).sum() / 3, (friends * minus).sum(), (foes * plus).sum(), (foes * minus).sum() / 3]
    return np.array(twice) / 2


def balance(found: Ties, threshold: float, draws: int = 200, seed: int = 1) -> Balance:
    """How many triangles are balanced, against the null model.

    Raises:
        SolveError: no triangle of three ties.
    """
    observed = triangles(found.signs(threshold))
    if not observed.sum():
        raise SolveError("No three states are all tied to one another: there is no triangle to weigh.")
    i, j = np.nonzero(np.triu(np.isfinite(found.mean) & np.isfinite(found.error), 1))
    departure, error = found.departure[i, j], found.error[i, j]
    random = np.random.default_rng(seed)
    shares = []
    for _ in range(draws):
        dealt = random.permutation(len(i))
        moved, errors = np.full(found.mean.shape, np.nan), np.full(found.mean.shape, np.nan)
        moved[i, j] = moved[j, i] = departure[dealt]
        errors[i, j] = errors[j, i] = error[dealt]
        shares.append(_share(triangles(_signs(moved - _baseline(moved), errors, threshold))))
    return Balance(observed, _share(observed), float(np.nanmean(shares)), float(np.nanstd(shares)))


def _share(counts: Array) -> float:
    """Balanced: none or two of three ties negative."""
    return float((counts[0] + counts[2]) / counts.sum()) if counts.sum() else float("nan")
