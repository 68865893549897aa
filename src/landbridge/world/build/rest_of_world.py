"""Splitting the rest of the world of the input-output table over its members.

Known: each named economy's trade with the rest of the world by sector, the rest's trade with itself, each member's GDP.
Prior: observed goods patterns, a gravity estimate where they are blank and for services, and own trade by regression.
Fitted: the prior is scaled to all that is known at once (see ``balance``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.parameters import parameters
from landbridge.world.build.balance import Fit, Totals, fit
from landbridge.world.build.gravity import geography, poisson, regressors
from landbridge.world.build.icio import Icio
from landbridge.world.build.pattern import Pattern
from landbridge.world.build.sectors import GOODS, NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

SERVICES = NAMES.index("services")


@dataclass(frozen=True)
class Split:
    """Trade of every economy after the split.

    ``flows[i, j, s]`` million USD, ``basis[i, j, s]`` what each cell rests on, ``output[i]`` gross output,
    ``own_floor[i]`` whether GDP was too small for the reported exports and own trade sits at its floor,
    ``fit`` the residual of the fit, ``blank_share`` the value of unreported pairs relative to the gravity estimate.
    """

    economies: list[str]
    flows: NDArray[np.float64]
    basis: NDArray[np.str_]
    output: NDArray[np.float64]
    own_floor: NDArray[np.bool_]
    fit: Fit
    blank_share: float


def split(
    sources: Path,
    icio: Icio,
    economies: list[str],
    gdp: NDArray[np.float64],
    people: NDArray[np.float64],
    pattern: Pattern,
) -> Split:
    """Divide the rest of the world over the economies that the input-output table does not name.

    Args:
        economies: named economies first, in the order of ``icio.named``, then the members.
        gdp: million USD, ``people``: persons, both ``[i]``.
        pattern: goods trade of the members, see ``pattern``.

    Raises:
        DataError: the file of distances is missing.
        ArithmeticError: the totals contradict each other.
    """
    named = len(icio.named)
    member = np.arange(len(economies)) >= named
    X = regressors(gdp, people, geography(sources, economies))
    abroad = ~np.eye(len(economies), dtype=bool)
    prior, basis, blank_share = _prior_abroad(icio, pattern, X, member, abroad)
    prior = _to_bloc_totals(prior, icio, member, abroad)

    output = _output(icio, gdp, member)
    own, own_floor, prior = _own_trade(icio, prior, output, gdp, people, member)
    n = np.arange(len(economies))
    prior[n[member], n[member]] = own[member]
    basis[n, n] = "gross output less exports"

    flows = np.zeros_like(prior)
    flows[:named, :named] = icio.flows[:-1, :-1]
    touched = np.broadcast_to((member[:, None] | member[None, :])[..., None], prior.shape)
    fitted = fit(prior[touched], _families(icio, output, member, touched), tolerance=1e-11)
    flows[touched] = fitted.values
    basis[:named, :named] = "input-output table"
    output[:named] = flows[:named].sum(axis=(1, 2))
    return Split(economies, flows, basis, output, own_floor, fitted, blank_share)


def _prior_abroad(
    icio: Icio, pattern: Pattern, X: NDArray[np.float64], member: NDArray[np.bool_], abroad: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.str_], float]:
    """Prior of every cross-border cell with a member in it, and what it rests on."""
    touched = (member[:, None] | member[None, :]) & abroad
    reported = touched & (pattern.value > 0)
    blank = touched & (pattern.value == 0)
    goods = np.exp(X @ poisson(X[reported], pattern.value[reported]))
    blank_share = parameters()["unreported_trade_share"].value
    total = np.where(reported, pattern.value, np.where(blank, blank_share * goods, 0.0))

    named = len(icio.named)
    pairs = abroad[:named, :named]
    services = np.exp(X @ poisson(X[:named, :named][pairs], icio.flows[:-1, :-1, SERVICES][pairs]))
    prior = np.concatenate([total[..., None] * pattern.shares, np.where(touched, services, 0.0)[..., None]], axis=-1)
    basis = np.full(prior.shape, "gravity estimate", dtype="<U32")
    basis[..., : len(GOODS)] = np.where(reported, pattern.basis, "gravity estimate")[..., None]
    return prior, basis, blank_share


def _to_bloc_totals(
    prior: NDArray[np.float64], icio: Icio, member: NDArray[np.bool_], abroad: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Scale cross-border cells to the input-output totals; trade among members by the mean of the two scales."""
    named = ~member
    scaled = prior.copy()
    down = icio.flows[-1, :-1] / np.maximum(prior[member][:, named].sum(axis=0), 1e-300)
    up = icio.flows[:-1, -1] / np.maximum(prior[named][:, member].sum(axis=1), 1e-300)
    overall_down = icio.flows[-1, :-1].sum(axis=0) / prior[member][:, named].sum(axis=(0, 1))
    overall_up = icio.flows[:-1, -1].sum(axis=0) / prior[named][:, member].sum(axis=(0, 1))
    scaled[np.ix_(member, named)] *= down
    scaled[np.ix_(named, member)] *= up[:, None, :]
    scaled[np.ix_(member, member)] *= np.sqrt(overall_down * overall_up)
    return scaled


def _output(icio: Icio, gdp: NDArray[np.float64], member: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Gross output: of named economies as in the table, of members in proportion to GDP."""
    output = np.zeros(len(gdp))
    output[~member] = icio.flows[:-1].sum(axis=(1, 2))
    output[member] = gdp[member] * icio.flows[-1].sum() / gdp[member].sum()
    return output


def _own_trade(
    icio: Icio,
    prior: NDArray[np.float64],
    output: NDArray[np.float64],
    gdp: NDArray[np.float64],
    people: NDArray[np.float64],
    member: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Prior of own trade ``[i, s]`` = output less exports, split by sector by a regression on the named economies.

    No economy sells a smaller part of its output at home than the least of the named ones does: where reported exports
    leave less than that, GDP wins and exports are scaled down.
    """
    named = len(icio.named)
    table = icio.flows[:-1, :-1]
    named_own = np.einsum("iis->is", table)
    floor = (named_own.sum(axis=1) / output[:named]).min()
    exports, imports = prior.sum(axis=1), prior.sum(axis=0)
    room = (1 - floor) * output
    too_large = member & (exports.sum(axis=1) > room)
    shrink = np.where(too_large, room / np.maximum(exports.sum(axis=1), 1e-300), 1.0)
    prior = prior * np.where(member, shrink, 1.0)[:, None, None]
    exports = exports * shrink[:, None]
    exports[:named] = icio.flows[:-1].sum(axis=1) - named_own
    imports[:named] = icio.flows[:, :-1].sum(axis=0) - named_own

    predicted = np.stack(
        [_own_of_sector(named_own[:, s], exports[:, s], imports[:, s], gdp, people, named) for s in range(len(NAMES))],
        axis=-1,
    )
    total = output - exports.sum(axis=1)
    own = total[:, None] * predicted / predicted.sum(axis=1, keepdims=True)
    return own, too_large, prior


def _own_of_sector(
    own: NDArray[np.float64],
    exports: NDArray[np.float64],
    imports: NDArray[np.float64],
    gdp: NDArray[np.float64],
    people: NDArray[np.float64],
    named: int,
) -> NDArray[np.float64]:
    """Own trade of one sector: log-linear in GDP, GDP per head, exports and imports of the sector relative to GDP."""
    X = np.stack(
        [
            np.ones_like(gdp),
            np.log(gdp),
            np.log(gdp / people),
            np.log(exports / gdp + 1e-3),
            np.log(imports / gdp + 1e-3),
        ],
        axis=-1,
    )
    b, *_ = np.linalg.lstsq(X[:named], np.log(np.maximum(own, 1e-3)), rcond=None)
    return np.exp(X @ b)


def _families(
    icio: Icio, output: NDArray[np.float64], member: NDArray[np.bool_], touched: NDArray[np.bool_]
) -> list[Totals]:
    """All that the split must add up to, over the cells in ``touched``."""
    i, j, s = (axis[touched] for axis in np.indices(touched.shape))
    sectors = len(NAMES)
    inside = member[i] & member[j]
    return [
        Totals(np.where(~member[j], j * sectors + s, -1), icio.flows[-1, :-1].ravel()),
        Totals(np.where(~member[i], i * sectors + s, -1), icio.flows[:-1, -1].ravel()),
        Totals(np.where(inside, s, -1), icio.flows[-1, -1]),
        Totals(np.where(member[i], i - (~member).sum(), -1), output[member]),
    ]
