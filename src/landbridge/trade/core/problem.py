"""A counterfactual posed: everything that does not change with wages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from landbridge.trade.core.arrays import Array, Indices, checked_tariff, every, inward, like, outward
from landbridge.trade.core.baseline import TradeBaseline
from landbridge.trade.core.refusal import NoEquilibriumError

DeficitRule = Literal["zero", "fixed", "share"]

MOSTLY = 0.99  # of the own share, so that no chain at home is without end
UNCOVERED = 1e-10  # of world income: a bloc's deficits that count as adding to zero


@dataclass(frozen=True)
class Links:
    """Input-output links: ``inputs[i, k, s]`` is the share of input k in the cost of industry s of country i, and
    ``labour[s, i]`` the share of labour; they add to one. ``own[s, i]`` is about the share that i buys from itself.

    Most inputs are bought at home. What is carried on through these alone is known at once, a matrix of sectors for
    each country, and fixed points through all inputs are found in half the rounds with it.
    """

    inputs: Array
    labour: Array
    own: Array

    @cached_property
    def costs_at_home(self) -> Array:
        """(1 - G own)^-1 [i, s, k]: unit costs that a rise of the cost of k ends in, through inputs made at home."""
        return np.linalg.inv(np.eye(len(self.own)) - self.inputs.transpose(0, 2, 1) * self.own.T[:, None, :]).astype(
            float, copy=False
        )

    @cached_property
    def use_at_home(self) -> Array:
        """(1 - G' own)^-1 [i, k, s]: spending that a rise of spending on s ends in, through inputs made at home."""
        at_home = self.inputs * self.own.T[:, None, :]
        return np.linalg.inv(np.eye(len(self.own)) - at_home).astype(float, copy=False)


@dataclass(frozen=True)
class Problem:
    """A counterfactual posed.

    ``gross[s, i, j]`` is pi (c / c^_i)^-theta, where c^ is the change of the cost of the bundle of labour and inputs;
    ``net`` the same with tariffs taken off. ``alpha``, ``spending`` [s, j] are the baseline's shares of households'
    spending and all spending; ``income``, ``deficit``, ``bloc`` are [i]. ``links`` is None where sales are income.
    """

    theta: Array
    gross: Array
    net: Array
    alpha: Array
    spending: Array
    income: Array
    deficit: Array
    rule: DeficitRule
    bloc: Indices
    links: Links | None

    @property
    def alone(self) -> NDArray[np.bool_]:
        """Countries that trade with nobody else."""
        return (np.bincount(self.bloc)[self.bloc] == 1) & (len(self.income) > 1)

    @property
    def tariffs(self) -> bool:
        """Whether there is any tariff."""
        return self.net is not self.gross

    def over_bloc(self, values: Array) -> Array:
        """The sum of values[..., i] over the bloc of each country: countries that trade, directly or through others."""
        if not self.bloc.any():
            return np.broadcast_to(values.sum(-1, keepdims=True), values.shape)
        total: Array = np.bincount(self.bloc, values)[self.bloc].astype(float)
        return total

    def in_numeraire(self, log_wage: Array) -> Array:
        """Log wages at which every bloc's income is its baseline share of the world's."""
        with np.errstate(over="ignore", invalid="ignore"):
            income = self.over_bloc(self.income * np.exp(log_wage))
            scaled: Array = log_wage - np.log(income / self.over_bloc(self.income))
        return scaled


def pose(
    baseline: TradeBaseline,
    theta: Array,
    rule: DeficitRule,
    kappa: Any = None,
    productivity: Any = None,
    tariff: Any = None,
) -> Problem:
    """Check a counterfactual's numbers and gather what does not change with wages.

    Raises:
        InputError: a number out of bounds.
        NoEquilibriumError: nobody is left to sell a good that is bought, or a country could import but not pay.
    """
    shape = baseline.flows.shape
    gross = inward(baseline.shares)
    if kappa is not None:
        weight = powers(like(kappa, shape, "kappa"), theta)
        gross = np.multiply(weight, gross, out=weight)
    if productivity is not None:
        gross = gross * (gains(productivity, shape).T ** theta[:, None])[:, :, None]
    net = gross
    if tariff is not None or baseline.tariff is not None:
        before = 1 + inward(np.zeros(shape) if baseline.tariff is None else baseline.tariff)
        after = before if tariff is None else 1 + inward(checked_tariff(tariff, shape))
        gross = powers(after / before, theta) * gross if tariff is not None else gross
        net = gross / after
    spending = np.ascontiguousarray(baseline.spending.T)
    alpha = np.ascontiguousarray(baseline.alpha.T)
    deficit = {
        "zero": np.zeros(shape[0]),
        "fixed": baseline.deficit / baseline.income.sum(),
        "share": 1 + baseline.deficit / baseline.income,
    }[rule]
    return joined(theta, gross, net, alpha, spending, baseline.income, deficit, rule, baseline.inputs)


def joined(
    theta: Array,
    gross: Array,
    net: Array,
    alpha: Array,
    spending: Array,
    income: Array,
    deficit: Array,
    rule: DeficitRule,
    inputs: Array | None,
) -> Problem:
    """The problem with its blocs, once every good that is bought has a seller.

    Raises:
        NoEquilibriumError: nobody is left to sell a good that is bought, or a country could import but not pay.
    """
    offered = gross.sum(1)
    unsupplied = np.argwhere((spending > 0) & (offered <= 0))
    if len(unsupplied):
        s, j = unsupplied.T
        raise NoEquilibriumError("nobody is left to sell what is bought there", j, s)
    own = np.divide(np.einsum("sii->si", gross), offered, out=np.zeros_like(offered), where=offered > 0)
    links = None if inputs is None else links_of(inputs, own)
    return Problem(theta, gross, net, alpha, spending, income, deficit, rule, _blocs(gross, deficit, rule), links)


def links_of(inputs: Array, own: Array) -> Links:
    """Links with these cost shares of inputs [i, k, s]; labour has the rest. ``own`` [s, i] as in ``Links``."""
    return Links(inputs, np.ascontiguousarray(np.maximum(1 - inputs.sum(1), 0.0).T), MOSTLY * own)


def gains(productivity: Any, shape: tuple[int, ...]) -> Array:
    """Factors A^[i, s] on productivity, from A^[i, s] or A^[i]."""
    gain = np.asarray(productivity, dtype=float)
    gain = np.broadcast_to(gain[:, None] if gain.ndim == 1 else gain, (shape[0], shape[2]))
    every(np.isfinite(gain) & (gain > 0), gain, "productivity", "a positive number")
    return gain


def powers(cost: Array, theta: Array) -> Array:
    """cost^-theta [s, i, j].

    Raises:
        InputError: a cost is not positive, or so small that its power overflows.
    """
    if not cost.min() > 0:
        every(np.moveaxis(cost > 0, 0, -1), outward(cost), "kappa", "positive (inf for an embargo)")
    weight = np.ones_like(cost)
    with np.errstate(over="ignore"):
        for s in np.flatnonzero((cost != 1).any((1, 2))):
            np.exp(-theta[s] * np.log(cost[s]), out=weight[s])
    if not weight.max() < np.inf:
        every(np.moveaxis(np.isfinite(weight), 0, -1), outward(cost), "kappa", "so large that kappa^-theta is finite")
    return weight


def _blocs(gross: Array, deficit: Array, rule: DeficitRule) -> Indices:
    """The bloc of each country: who can trade with whom, directly or through others.

    Raises:
        NoEquilibriumError: trade within a bloc runs one way only, or its deficits cannot be kept.
    """
    if any(sector.min() > 0 for sector in gross):
        return np.zeros(gross.shape[1], dtype=np.intp)
    linked: NDArray[np.bool_] = np.any(gross > 0, axis=0)
    _, weak = connected_components(linked, connection="weak")
    bloc = weak.astype(np.intp)
    if rule == "fixed":
        uncovered = np.abs(np.bincount(bloc, deficit)) > UNCOVERED
        if len(uncovered) > 1 and uncovered.any():
            raise NoEquilibriumError(
                'nobody is left to finance a deficit that is to stay fixed (the rules "zero" and "share" allow that)',
                np.flatnonzero(uncovered[bloc]),
            )
        return bloc
    count, strong = connected_components(linked, connection="strong")
    if count > bloc.max() + 1:
        main = strong == np.bincount(strong).argmax()
        stranded = np.flatnonzero(~main & (bloc == bloc[main][0]))
        raise NoEquilibriumError("trade goes one way only and cannot balance", stranded)
    return bloc
