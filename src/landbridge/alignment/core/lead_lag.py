"""Does a change of one thing go before a change of another? First differences on arrays.

For units ``i`` and periods ``t``: ``dy_it = a_t + r dy_i,t-1 + g dx_i,t-1 + e_it``, all in standard deviations of the
changes; ``g`` is how much of a standard deviation ``y`` changes after ``x`` changed by one. Errors are clustered by
unit. First differences take out whatever is fixed for a unit. ``r`` takes the pull back to the mean; a change of ``x``
that goes before need not be a cause.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LeadLag:
    """``coefficient`` g and its clustered ``standard_error``; ``rows`` and ``units`` it rests on."""

    coefficient: float
    standard_error: float
    rows: int
    units: int


def lead_lag(leader: Array, follower: Array) -> LeadLag:
    """Of levels [units, periods], NaN where unknown: does the leader's change go before the follower's?

    NaN where nothing varies or fewer than 50 changes are known.
    """
    dx, dy = np.diff(leader, axis=1)[:, :-1], np.diff(follower, axis=1)
    before, now = dy[:, :-1], dy[:, 1:]
    known = np.isfinite(dx) & np.isfinite(before) & np.isfinite(now)
    unit, period = np.nonzero(known)
    x, lag, y = dx[known], before[known], now[known]
    if len(y) < 50 or min(x.std(), lag.std(), y.std()) == 0.0:
        return LeadLag(np.nan, np.nan, len(y), len(np.unique(unit)))
    columns = np.stack([x / x.std(), lag / lag.std(), y / y.std()], axis=1)
    counts = np.bincount(period)
    for k in range(3):
        means = np.bincount(period, columns[:, k]) / np.maximum(counts, 1)
        columns[:, k] -= means[period]
    X, y = columns[:, :2], columns[:, 2]
    bread = np.linalg.inv(X.T @ X)
    beta = bread @ (X.T @ y)
    scores = X * (y - X @ beta)[:, None]
    clusters = np.stack([np.bincount(unit, scores[:, k]) for k in range(2)], axis=1)
    units = len(np.unique(unit))
    variance = bread @ (clusters.T @ clusters) @ bread * units / (units - 1)
    return LeadLag(float(beta[0]), float(np.sqrt(variance[0, 0])), len(y), units)
