"""Iterative proportional fitting: the flows nearest to a prior that add up to given totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Totals:
    """One family of totals: cell ``c`` belongs to total ``group[c]`` (-1: to none), which must be ``target[group]``."""

    group: NDArray[np.int64]
    target: NDArray[np.float64]

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the cells of each total add up to."""
        inside = self.group >= 0
        return np.bincount(self.group[inside], values[inside], minlength=len(self.target)).astype(float, copy=False)

    def residual(self, values: NDArray[np.float64]) -> float:
        """Largest distance from a target, relative to the target (to the mean target where it is zero)."""
        scale = np.where(self.target > 0, self.target, self.target.mean())
        return float(np.abs((self.sums(values) - self.target) / scale).max())


@dataclass(frozen=True)
class Fit:
    """Fitted cells, the largest relative residual over all totals, and the passes it took."""

    values: NDArray[np.float64]
    residual: float
    passes: int


def fit(
    prior: NDArray[np.float64], families: Sequence[Totals], tolerance: float = 1e-12, most_passes: int = 20_000
) -> Fit:
    """Scale non-negative ``prior[c]`` by one factor per total until every family adds up.

    The result minimises the Kullback-Leibler divergence from the prior subject to the totals.
    Source: Deming & Stephan (1940); Bishop, Fienberg & Holland (1975), section 3.5.

    Raises:
        ArithmeticError: a positive total has no cell, or the totals contradict each other (no convergence).
    """
    values = prior.copy()
    for family in families:
        if ((family.sums(values) <= 0) & (family.target > 0)).any():
            raise ArithmeticError("A total that must be positive has no positive cell in the prior.")
    for passes in range(1, most_passes + 1):
        for family in families:
            sums = family.sums(values)
            factor = np.append(np.divide(family.target, sums, out=np.ones_like(sums), where=sums > 0), 1.0)
            values = values * factor[family.group]
        residual = max(family.residual(values) for family in families)
        if residual < tolerance:
            return Fit(values, residual, passes)
    raise ArithmeticError(f"The totals contradict each other: {residual:.1e} apart after {most_passes} passes.")
