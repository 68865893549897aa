"""Splitting the rest of the world of the input-output table over its members.

Known: each named economy's trade with the rest of the world by sector, the rest's trade with itself, each member's GDP.
Prior: reported goods trade, a gravity estimate where no report exists and for services (which follow goods), own trade
by regression.
Fitted: the prior is scaled to all that is known at once (see ``balance``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from landbridge.world.build.balance import Fit, Totals, fit
from landbridge.world.build.gravity import poisson, regressors
from landbridge.world.build.icio import Icio
from landbridge.world.build.own_trade import own_trade
from landbridge.world.build.pattern import Pattern
from landbridge.world.build.sectors import GOODS, NAMES
from landbridge.world.build.tables import TABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

SERVICES = NAMES.index("services")

GRAVITY = "gravity estimate"
OWN = "gross output less exports"


@dataclass(frozen=True)
class Given:
    """What the split starts from. Economies: the named ones in the table's order, then the members.

    ``gdp[i]`` million USD, ``people[i]`` persons, ``geography[i, j, feature]`` and ``pattern`` over all economies;
    ``beliefs``: parameter values by name.
    """

    icio: Icio
    economies: list[str]
    gdp: NDArray[np.float64]
    people: NDArray[np.float64]
    geography: NDArray[np.float64]
    pattern: Pattern
    beliefs: Mapping[str, float]

    @property
    def member(self) -> NDArray[np.bool_]:
        """Which economies are inside the table's rest of the world."""
        return np.arange(len(self.economies)) >= len(self.icio.named)

    @property
    def touched(self) -> NDArray[np.bool_]:
        """Pairs ``[i, j]`` with a member on at least one side: the cells to be found."""
        return self.member[:, None] | self.member[None, :]


@dataclass(frozen=True)
class Split:
    """Trade of every economy after the split.

    ``flows[i, j, s]`` million USD; ``basis[i, j, s]`` what each cell rests on; ``output[i]`` gross output, million USD;
    ``too_much_sold[i]`` and ``too_much_bought[i]``: reported exports or imports exceed what GDP allows and were cut;
    ``fit``: residual and passes of the fit.
    """

    flows: NDArray[np.float64]
    basis: NDArray[np.str_]
    output: NDArray[np.float64]
    too_much_sold: NDArray[np.bool_]
    too_much_bought: NDArray[np.bool_]
    fit: Fit


def split(given: Given) -> Split:
    """Divide the rest of the world of the table over its members.

    Raises:
        ArithmeticError: the totals contradict each other.
    """
    icio, member = given.icio, given.member
    prior, basis = _prior_abroad(given)
    prior = _to_bloc_totals(prior, icio, member)
    output = gross_output(icio, given.gdp, member)

    sold = _cut(prior.sum(axis=(1, 2)), (1 - least_own_share(icio)) * output, member)
    prior *= sold[:, None, None]
    exports, imports = prior.sum(axis=(1, 2)), prior.sum(axis=(0, 2))
    bought = _cut(imports, exports + given.beliefs["largest_deficit"] * given.gdp, member)
    prior *= bought[None, :, None]
    deficit = _deficits(icio, exports, imports * bought, member)

    own = own_trade(icio, given.gdp, given.people, prior, output)
    m = np.flatnonzero(member)
    prior[m, m], basis[m, m] = own[m], OWN

    cells = np.broadcast_to(given.touched[..., None], prior.shape)
    fitted = fit(prior[cells], _families(icio, output, output + deficit, member, cells))
    flows = np.zeros_like(prior)
    flows[: m[0], : m[0]] = icio.flows[:-1, :-1]
    flows[cells] = fitted.values
    return Split(flows, basis, flows.sum(axis=(1, 2)), sold < 1, bought < 1, fitted)


def gross_output(icio: Icio, gdp: NDArray[np.float64], member: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Gross output ``[i]``: of named economies as in the table, of members in proportion to their GDP."""
    output = np.zeros(len(gdp))
    output[~member] = icio.flows[:-1].sum(axis=(1, 2))
    output[member] = gdp[member] * icio.flows[-1].sum() / gdp[member].sum()
    return output


def least_own_share(icio: Icio) -> float:
    """The smallest part of its output that any named economy sells at home."""
    flows = icio.flows.sum(axis=-1)
    return float((flows.diagonal() / flows.sum(axis=1))[:-1].min())


def _prior_abroad(given: Given) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Prior ``[i, j, s]`` of every cross-border cell with a member in it, and what it rests on."""
    icio, pattern = given.icio, given.pattern
    n = len(icio.named)
    abroad = ~np.eye(len(given.economies), dtype=bool)
    wanted = given.touched & abroad
    reported = wanted & (pattern.value > 0)

    X = regressors(given.gdp, given.people, given.geography)
    gravity = np.exp(X @ poisson(X[reported], pattern.value[reported]))
    weight = given.beliefs["gravity_weight"]
    goods = np.where(wanted, (1 - weight) * pattern.value + weight * gravity, 0.0)

    goods[:n, :n] = icio.flows[:n, :n, : len(GOODS)].sum(axis=-1)
    X = np.concatenate([X, np.log(goods + 1.0)[..., None]], axis=-1)
    pairs = abroad[:n, :n]
    services = np.exp(X @ poisson(X[:n, :n][pairs], icio.flows[:n, :n, SERVICES][pairs]))

    prior = np.concatenate([goods[..., None] * pattern.shares, services[..., None]], axis=-1)
    basis = np.full(prior.shape, GRAVITY, dtype="<U32")
    basis[..., : len(GOODS)] = np.where(reported, pattern.basis, GRAVITY)[..., None]
    basis[:n, :n] = TABLE
    return np.where(wanted[..., None], prior, 0.0), basis


def _to_bloc_totals(prior: NDArray[np.float64], icio: Icio, member: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Scale sales to and purchases from each named economy to the table's totals by sector.

    Trade among members, for which the table has no total apart from own trade, is scaled by the geometric mean of the
    scales of both directions.
    """
    named = ~member
    down = icio.flows[-1, :-1] / prior[member][:, named].sum(axis=0)
    up = icio.flows[:-1, -1] / prior[named][:, member].sum(axis=1)
    level_down = icio.flows[-1, :-1].sum(axis=0) / prior[member][:, named].sum(axis=(0, 1))
    level_up = icio.flows[:-1, -1].sum(axis=0) / prior[named][:, member].sum(axis=(0, 1))
    scaled = prior.copy()
    scaled[np.ix_(member, named)] *= down
    scaled[np.ix_(named, member)] *= up[:, None, :]
    scaled[np.ix_(member, member)] *= np.sqrt(level_down * level_up)
    return scaled


def _cut(trade: NDArray[np.float64], room: NDArray[np.float64], member: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Factor ``[i]`` that brings the trade of members down to the room their GDP leaves; 1 where it fits."""
    return np.where(member & (trade > room), room / np.where(trade > 0, trade, 1.0), 1.0)


def _deficits(
    icio: Icio, exports: NDArray[np.float64], imports: NDArray[np.float64], member: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Spending less output ``[i]`` of members; the bloc's deficit in the table is met in proportion to imports."""
    bloc = icio.flows[:, -1].sum() - icio.flows[-1].sum()
    gap = bloc - (imports - exports)[member].sum()
    return np.where(member, imports - exports + gap * imports / imports[member].sum(), 0.0)


def _families(
    icio: Icio,
    output: NDArray[np.float64],
    spending: NDArray[np.float64],
    member: NDArray[np.bool_],
    cells: NDArray[np.bool_],
) -> list[Totals]:
    """All that the split must add up to, over the cells to be found."""
    i, j, s = np.nonzero(cells)
    first = len(icio.named)
    sectors = len(NAMES)
    return [
        Totals(np.where(member[i] & member[j], s, -1), icio.flows[-1, -1]),
        Totals(np.where(member[i], i - first, -1), output[member]),
        Totals(np.where(member[j], j - first, -1), spending[member]),
        Totals(np.where(~member[j], j * sectors + s, -1), icio.flows[-1, :-1].ravel()),
        Totals(np.where(~member[i], i * sectors + s, -1), icio.flows[:-1, -1].ravel()),
    ]
