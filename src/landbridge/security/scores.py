"""Scores of forecasts given as draws: smaller is better, and honesty pays (they are proper, the ignorance of bins too).

Arrays: draws ``x`` [..., S] of a cell, what came ``y`` [...].
Source: Gneiting & Raftery (2007), Journal of the American Statistical Association 102(477) (general knowledge); the
three scores are those of the ViEWS prediction challenge 2023/24.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Lower edges of the ignorance score's bins, deaths a month.
BINS = (0.0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5)


def crps(x: Any, y: Any) -> Array:
    """Continuous ranked probability score: E|X - y| - E|X - X'| / 2, of the draws' empirical distribution."""
    x, y = np.sort(np.asarray(x, dtype=float), axis=-1), np.asarray(y, dtype=float)
    count = x.shape[-1]
    weight = (2 * np.arange(1, count + 1) - count - 1) / count**2
    score: Array = np.abs(x - y[..., None]).mean(-1) - x @ weight
    return score


def ignorance(x: Any, y: Any) -> Array:
    """-log2 of the probability given to the bin that came (``BINS``), a draw added to every bin for smoothing."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    inner = np.array(BINS[1:])
    came = np.searchsorted(inner, y)[..., None]
    hits = (np.searchsorted(inner, x) == came).sum(-1)
    score: Array = -np.log2((hits + 1) / (x.shape[-1] + len(BINS)))
    return score


def interval_score(x: Any, y: Any, coverage: float = 0.9) -> Array:
    """Width of the central interval plus 2 / (1 - coverage) times the distance by which ``y`` lies outside it."""
    x, y, alpha = np.asarray(x, dtype=float), np.asarray(y, dtype=float), 1 - coverage
    lower, upper = np.quantile(x, [alpha / 2, 1 - alpha / 2], axis=-1)
    score: Array = upper - lower + 2 / alpha * (np.maximum(lower - y, 0) + np.maximum(y - upper, 0))
    return score


def pit_interval(x: Any, y: Any) -> tuple[Array, Array]:
    """P(X < y) and P(X <= y): the randomised PIT is uniform between the two, and on [0, 1] over cells rightly forecast.

    Source: Czado, Gneiting & Held (2009), Biometrics 65(4) (general knowledge).
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    return (x < y[..., None]).mean(-1), (x <= y[..., None]).mean(-1)


def pit_share(x: Any, y: Any, lower: float, upper: float) -> Array:
    """Chance that the randomised PIT falls between ``lower`` and ``upper``: what its randomness would average to."""
    below, upto = pit_interval(x, y)
    inside = np.clip(np.minimum(upto, upper) - np.maximum(below, lower), 0, None)
    width = upto - below
    point = np.minimum(below, np.nextafter(1.0, 0.0))  # certain: P(X < y) = P(X <= y)
    held = ((point >= lower) & (point < upper)).astype(float)
    share: Array = np.where(width > 0, inside / np.where(width > 0, width, 1.0), held)
    return share


def paired_bootstrap(gain: Any, rng: np.random.Generator, rounds: int = 10_000, coverage: float = 0.9) -> Array:
    """Interval [lower, upper] of the mean of ``gain`` [C, ...], countries drawn again with all their months."""
    by_country = np.asarray(gain, dtype=float).reshape(len(gain), -1).mean(1)
    count = len(by_country)
    means = np.array([by_country[rng.integers(count, size=count)].mean() for _ in range(rounds)])
    interval: Array = np.quantile(means, [(1 - coverage) / 2, (1 + coverage) / 2])
    return interval
