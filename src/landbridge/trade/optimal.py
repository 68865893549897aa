"""Optimal and Nash tariffs of coalitions, on arrays.

A coalition sets one rate on all it imports from outside, or a rate for each exporter, and maximises the sum over its
members of omega_n ln W_n. With mu, rho and zeta what sales, spending and prices are worth to it (``trade.exposure``),
the first-order condition for the rate t on the exports of i to members j is

    sum_js (1 + t) T_ijs zeta_js - (1 + theta_s) X_ijs (mu_is - rho_j) = 0

which is linear in t where flows and worths are given. Solved for t and iterated it converges; several coalitions that
do so at once end in a Nash equilibrium, the rates of each the best answer to the others'. With two countries and one
sector the optimum is t = 1 / (theta pi_FF), pi_FF being the share of foreign spending that stays abroad, for the
elasticity of foreign demand for imports is 1 + theta pi_FF. For a country so small that pi_FF = 1 it is 1 / theta.

Source: Gros (1987), Journal of International Economics 23(3-4), for tariffs in this class of models (general knowledge;
the formula above is derived in docs/trade.md); Anderson (1965), Journal of the ACM 12(4), for the acceleration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import NoConvergence, anderson

from landbridge.errors import InputError, SolveError
from landbridge.trade.core import Array, Calibration, Equilibrium, counterfactual, outward
from landbridge.trade.exposure import Exposure, LinearResponse

Indices = NDArray[np.intp]
TOLERANCE = 1e-8  # by how much a rate may differ from the best answer to all others
MAX_STEPS = 60


@dataclass(frozen=True)
class TariffGame:
    """Tariffs of coalitions, each the best answer to the others'; of one coalition its optimal tariffs.

    Attributes:
        rates: t[c, i], coalition c's rate on the exports of i, as a fraction; nan where it taxes nothing.
        gain: [c], the change of sum_n omega_n ln W_n against the baseline, omega adding to one over the members.
        equilibrium: the counterfactual with all these tariffs.
        residual: the largest difference between a rate and the one its first-order condition asks for.
    """

    rates: Array
    gain: Array
    equilibrium: Equilibrium
    residual: float


def nash_tariffs(
    calibration: Calibration,
    coalitions: Sequence[Sequence[int]],
    *,
    weights: Any = None,
    by_partner: bool = False,
    sectors: Any = None,
) -> TariffGame:
    """External tariffs of coalitions, each maximising its members' real income given the tariffs of the others.

    Tariffs among members, and those of countries in no coalition, stay as they are.

    Args:
        coalitions: positions of the members of each; a single coalition gets its optimal tariffs.
        weights: omega[n], of which each coalition takes its members'; None: spending in the baseline.
        by_partner: a rate for each exporter; else one for all.
        sectors: positions of the sectors taxed, all at the same rate; None: all sectors.

    Raises:
        InputError: a coalition is empty, holds everybody or a country twice; weights are negative.
        SolveError: no rates within ``TOLERANCE`` of the best answers were found.

    Source: the module's docstring.
    """
    inside = _memberships(coalitions, len(calibration.log_wage))
    omega = _normalised(inside, calibration.expenditure if weights is None else weights)
    taxed = _taxed(inside, calibration.baseline.flows, sectors)
    game = _Game(calibration, inside, taxed, _unknowns(inside, taxed, by_partner), omega)
    start = np.full(int(game.unknown.max()) + 1, 1 / float(calibration.theta.mean()))
    try:
        found = anderson(
            lambda rates: game.best(rates)[0] - rates, start, alpha=1.0, M=4, f_tol=TOLERANCE, maxiter=MAX_STEPS
        )
    except NoConvergence:
        raise SolveError(f"No tariffs that answer each other best were found in {MAX_STEPS} steps.") from None
    best, equilibrium = game.best(found)
    rates = np.full((len(inside), len(omega.T)), np.nan)
    exporter, importer = np.nonzero(game.unknown >= 0)
    rates[game.coalition[importer], exporter] = found[game.unknown[exporter, importer]]
    return TariffGame(
        rates=rates,
        gain=omega @ np.log(equilibrium.real_income),
        equilibrium=equilibrium,
        residual=float(np.abs(best - found).max()),
    )


@dataclass(frozen=True)
class _Game:
    """``inside`` [c, n] says who is in which coalition, ``taxed`` [i, j, s] which flows bear a tariff that is sought,
    ``unknown`` [i, j] which of the rates sought (-1: none)."""

    calibration: Calibration
    inside: NDArray[np.bool_]
    taxed: NDArray[np.bool_]
    unknown: Indices
    omega: Array

    @property
    def coalition(self) -> Indices:
        """The coalition of each country; 0 for those in none."""
        return self.inside.argmax(0)

    def best(self, rates: Array) -> tuple[Array, Equilibrium]:
        """The rates that the first-order conditions ask for at the equilibrium with ``rates``, and that equilibrium."""
        if not (np.isfinite(rates) & (rates > -1)).all():
            raise SolveError("No tariffs that answer each other best were found: a rate fell to -100 %.")
        equilibrium = counterfactual(self.calibration, tariff=self._tariff(rates))
        response = LinearResponse.after(self.calibration, equilibrium)
        per_unit, lost = self._conditions(response.real_income(self.omega))
        sought = self.unknown >= 0
        total = [np.bincount(self.unknown[sought], part.sum(2)[sought]) for part in (lost, per_unit)]
        return total[0] / total[1] - 1, equilibrium

    def _conditions(self, worth: Exposure) -> tuple[Array, Array]:
        """T zeta and (1 + theta) X (mu - rho), flow by flow [i, j, s]; 0 where no rate is sought."""
        importer = np.arange(len(self.coalition))
        mu = np.moveaxis(worth.sale[:, :, self.coalition], 0, -1)
        rho = worth.spending[importer, self.coalition][:, None]
        zeta = worth.price[:, importer, self.coalition].T
        flows, taken = outward(worth.state.flows), outward(worth.state.taken)
        lost = (1 + self.calibration.theta) * flows * (mu - rho)
        return np.where(self.taxed, taken * zeta, 0.0), np.where(self.taxed, lost, 0.0)

    def _tariff(self, rates: Array) -> Array:
        before = self.calibration.baseline.tariff
        kept = np.zeros(self.taxed.shape) if before is None else before
        return np.where(self.taxed, rates[self.unknown][:, :, None], kept)


def _memberships(coalitions: Sequence[Sequence[int]], count: int) -> NDArray[np.bool_]:
    """Who is in which coalition [c, n]."""
    inside = np.zeros((len(coalitions), count), dtype=bool)
    for c, members in enumerate(coalitions):
        if not len(members) or min(members) < 0 or max(members) >= count:
            raise InputError(f"Coalition {c} is {list(members)}; wanted are positions from 0 to {count - 1}.")
        inside[c, list(members)] = True
    if not len(inside) or inside.all(1).any():
        raise InputError("A coalition must leave somebody outside whose goods it can tax.")
    count_of = inside.sum(0)
    if count_of.max() > 1:
        raise InputError(f"Country {np.argmax(count_of)} is in more than one coalition.")
    return inside


def _normalised(inside: NDArray[np.bool_], weights: Any) -> Array:
    """omega [c, n], adding to one over the members of each coalition."""
    given = np.asarray(weights, dtype=float)
    if given.shape != inside.shape[1:] or not (np.isfinite(given) & (given >= 0)).all():
        raise InputError(f"Weights of shape {given.shape}: wanted are {inside.shape[1]} numbers of zero or more.")
    omega: Array = inside * given
    if not (omega.sum(1) > 0).all():
        raise InputError(f"No member of coalition {np.argmin(omega.sum(1))} has a weight above zero.")
    return omega / omega.sum(1, keepdims=True)


def _taxed(inside: NDArray[np.bool_], flows: Array, sectors: Any) -> NDArray[np.bool_]:
    """The flows [i, j, s] into a coalition from outside, in the sectors named."""
    chosen = np.zeros(flows.shape[2], dtype=bool)
    chosen[slice(None) if sectors is None else np.asarray(sectors, dtype=np.intp)] = True
    importing = inside.any(0)
    coalition = np.where(importing, inside.argmax(0), -1)
    outside = coalition[:, None] != coalition
    crossing: NDArray[np.bool_] = (importing & outside)[:, :, None] & chosen & (flows > 0)
    return crossing


def _unknowns(inside: NDArray[np.bool_], taxed: NDArray[np.bool_], by_partner: bool) -> Indices:
    """The number of the rate sought for exports of i to j [i, j], -1 where nothing is taxed."""
    exporter, importer = np.nonzero(taxed.any(2))
    coalition = inside.argmax(0)[importer]
    key = coalition * len(taxed) + exporter if by_partner else coalition
    unknown = np.full(taxed.shape[:2], -1, dtype=np.intp)
    unknown[exporter, importer] = np.unique(key, return_inverse=True)[1]
    return unknown
