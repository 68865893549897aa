"""The base year: flows, tariffs and what industries buy from one another, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from landbridge.errors import InputError
from landbridge.trade.core.arrays import Array, checked_tariff, cube, every, inward, outward

ROUNDING = 1e-8  # by how much inputs may exceed output, or purchases, relative to these, and still count as equal


@dataclass(frozen=True)
class TradeBaseline:
    """Flows, tariffs and intermediate use of a base year, and what follows from them.

    Attributes:
        flows: X[i, j, s], any currency, at the exporter's price, own trade included.
        tariff: tau[i, j, s], ad valorem, as a fraction; tau[i, i, s] = 0. None stands for zero everywhere.
        use: U[j, k, s], what industry s of j spends on goods of sector k, domestic and imported, tariffs included.
            None stands for no input-output links: sales are income.
    """

    flows: Array
    tariff: Array | None = None
    use: Array | None = None

    @classmethod
    def from_flows(cls, flows: Any, tariff: Any = None, use: Any = None) -> TradeBaseline:
        """Check and hold flows X[i, j, s], or X[i, j] of a single sector, tariffs of the same shape, and use[j, k, s].

        Raises:
            InputError: not square, negative, not finite, or a country without own trade; a tariff of -100 % or less;
                an industry that uses more than it sells (negative value added), a country whose industries use more
                of a sector than it buys (negative final spending), or that has no value added or final spending.
        """
        X = cube(flows, "flow")
        own = np.einsum("iis->i", X)
        if (own <= 0).any():
            raise InputError(f"Country {np.flatnonzero(own <= 0)[0]} has no trade with itself; it must be positive.")
        rates = None if tariff is None else checked_tariff(tariff, X.shape)
        baseline = cls(outward(inward(X)), rates, None if use is None else _use(use, X.shape))
        return baseline if use is None else _checked_links(baseline)

    @cached_property
    def purchases(self) -> Array:
        """What j pays for the goods of i in sector s, tariffs included: (1 + tau) X."""
        return self.flows if self.tariff is None else self.flows * (1 + self.tariff)

    @cached_property
    def spending(self) -> Array:
        """Q[j, s], what j spends on sector s, households and industries together, tariffs included."""
        return self.purchases.sum(0)

    @cached_property
    def output(self) -> Array:
        """Y[i], sales of all sectors."""
        return self.flows.sum((1, 2))

    @cached_property
    def sector_output(self) -> Array:
        """Y[i, s], sales of a sector."""
        return self.flows.sum(1)

    @cached_property
    def value_added(self) -> Array:
        """V[i, s], sales less the goods used up; what labour earns in sector s. Sales where there are no links."""
        if self.use is None:
            return self.sector_output
        return np.maximum(self.sector_output - self.use.sum(1), 0.0)

    @cached_property
    def income(self) -> Array:
        """I[i], what labour earns. Sales where there are no links."""
        return self.output if self.use is None else self.value_added.sum(1)

    @cached_property
    def final(self) -> Array:
        """F[j, s], what households spend on sector s, tariffs included."""
        return self.spending if self.use is None else np.maximum(self.spending - self.use.sum(2), 0.0)

    @cached_property
    def expenditure(self) -> Array:
        """E[j], what households spend, tariffs included."""
        return self.purchases.sum((0, 2)) if self.use is None else self.final.sum(1)

    @cached_property
    def revenue(self) -> Array:
        """R[j], the tariffs j collects."""
        return self.purchases.sum((0, 2)) - self.flows.sum((0, 2))

    @cached_property
    def deficit(self) -> Array:
        """D[j] = E - I - R, households' spending beyond income; it sums to zero over the world."""
        return self.expenditure - self.income - self.revenue

    @cached_property
    def alpha(self) -> Array:
        """alpha[j, s], the share of sector s in what households of j spend."""
        return self.final / self.expenditure[:, None]

    @cached_property
    def shares(self) -> Array:
        """pi[i, j, s], the share of i in what j spends on s; zero where j buys nothing of s."""
        return self.purchases / np.where(self.spending > 0, self.spending, 1.0)

    @cached_property
    def inputs(self) -> Array | None:
        """gamma[i, k, s], the share of inputs of sector k in the cost of industry s of i; None without links."""
        if self.use is None:
            return None
        sold = self.sector_output
        return self.use / np.where(sold > 0, sold, 1.0)[:, None, :]


def _use(use: Any, shape: tuple[int, ...]) -> Array:
    U = np.asarray(use, dtype=float)
    wanted = (shape[0], shape[2], shape[2])
    if U.shape != wanted:
        raise InputError(f"Intermediate use has shape {U.shape}; wanted is [country, input, industry], {wanted}.")
    every(np.isfinite(U), U, "intermediate use", "a finite number")
    every(U >= 0, U, "intermediate use", "zero or more")
    return U


def _checked_links(baseline: TradeBaseline) -> TradeBaseline:
    """Refuse negative value added and negative final spending, by place."""
    if baseline.use is None:
        return baseline
    used, bought = baseline.use.sum(1), baseline.use.sum(2)
    added = baseline.sector_output - used
    every(added >= -ROUNDING * used, added, "value added (sales less intermediate use)", "zero or more")
    final = baseline.spending - bought
    every(final >= -ROUNDING * bought, final, "final spending (purchases less intermediate use)", "zero or more")
    every(baseline.income > 0, baseline.income, "value added of the country", "positive")
    every(baseline.expenditure > 0, baseline.expenditure, "final spending of the country", "positive")
    return baseline
