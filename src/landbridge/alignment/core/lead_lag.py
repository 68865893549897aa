"""Does a change of one thing go before a change of another? First differences on arrays.

For units ``i`` and periods ``t``: ``dy_it = a_t + r dy_i,t-1 + g dx_i,t-1 + e_it``, all in standard deviations of the
changes; ``g`` is how much of a standard deviation ``y`` changes after ``x`` changed by one. First differences take out
whatever is fixed for a unit. ``r`` takes the pull back to the mean; a change that goes before need not be a cause. A
unit is a pair of members, and errors of pairs that share a member may go together: with ``s_p`` and ``S_m`` the scores
added up over a pair and over all pairs of a member,

    meat = sum_members S_m S_m' - sum_pairs s_p s_p'

Source: Aronow, Samii & Assenova (2015), Political Analysis 23(4), cluster-robust variance for dyadic data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.intp]


@dataclass(frozen=True)
class LeadLag:
    """``coefficient`` g, its dyadic ``standard_error`` and that clustered by unit; ``rows`` and ``units`` behind it."""

    coefficient: float
    standard_error: float
    by_unit: float
    rows: int
    units: int


def lead_lag(leader: Array, follower: Array, members: Index) -> LeadLag:
    """Of levels [units, periods], NaN where unknown: does the leader's change go before the follower's?

    ``members`` are the two of each unit, numbered from 0 [units, 2].

    NaN where nothing varies or fewer than 50 changes are known.
    """
    dx, dy = np.diff(leader, axis=1)[:, :-1], np.diff(follower, axis=1)
    before, now = dy[:, :-1], dy[:, 1:]
    known = np.isfinite(dx) & np.isfinite(before) & np.isfinite(now)
    unit, period = np.nonzero(known)
    x, lag, y = dx[known], before[known], now[known]
    if len(y) < 50 or min(x.std(), lag.std(), y.std()) == 0.0:
        return LeadLag(np.nan, np.nan, np.nan, len(y), len(np.unique(unit)))
    columns = np.stack([x / x.std(), lag / lag.std(), y / y.std()], axis=1)
    counts = np.bincount(period)
    for k in range(3):
        means = np.bincount(period, columns[:, k]) / np.maximum(counts, 1)
        columns[:, k] -= means[period]
    X, y = columns[:, :2], columns[:, 2]
    bread = np.linalg.inv(X.T @ X)
    beta = bread @ (X.T @ y)
    scores = X * (y - X @ beta)[:, None]
    of_unit = _sums(scores, unit)
    of_member = np.add(*(_sums(scores, members[unit, side], members.max()) for side in (0, 1)))
    within = of_unit.T @ of_unit
    errors = [np.sqrt((bread @ meat @ bread)[0, 0]) for meat in (of_member.T @ of_member - within, within)]
    return LeadLag(float(beta[0]), float(errors[0]), float(errors[1]), len(y), len(np.unique(unit)))


def _sums(scores: Array, group: Index, last: int = 0) -> Array:
    """Scores [rows, 2] added up by group [groups, 2]."""
    return np.stack([np.bincount(group, scores[:, k], last + 1) for k in range(2)], axis=1)
