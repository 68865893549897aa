"""Counterfactuals of many draws, as one solve with a leading draw axis.

Baseline and counterfactual are both posed on the data, so that hats are their ratio. Every draw has its own Jacobian,
J(t) = J(1) + (t - 1) B, with t its elasticity over the median; one decomposition J(1)^-1 B = V diag(mu) V^-1 serves
all: J(t)^-1 = V diag(1 / (1 + (t - 1) mu)) V^-1 J(1)^-1. Steps with it are accelerated. A draw that does not converge,
or that closes a border, is solved by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_solve

from landbridge.errors import InputError, LandbridgeError
from landbridge.trade.core.arrays import Array, Indices, like
from landbridge.trade.core.baseline import TradeBaseline
from landbridge.trade.core.equilibrium import Calibration, calibrate, counterfactual
from landbridge.trade.core.newton import STOP, weighted
from landbridge.trade.core.problem import DeficitRule, Problem, pose
from landbridge.trade.core.refusal import NoEquilibriumError
from landbridge.trade.core.state import State, state_at

BLOCK = 2**22  # numbers in one array of a block of draws
MOST_STEPS = 30
HELD = 5
RIDGE = 1e-12  # of the trace, on the least squares that mix steps
LONGEST = 1.0  # in log wages


@dataclass(frozen=True)
class DrawnEquilibria:
    """Counterfactuals of many draws: as ``Equilibrium``, with a trailing draw axis.

    ``wage``, ``price``, ``real_wage``, ``real_income``, ``cut_off`` are [i, d]; ``flow[p, s, d]`` is X'/X of the pairs
    asked for (1 where no flow was and none is); ``residual`` and ``iterations`` are [d].
    """

    wage: Array
    price: Array
    real_wage: Array
    real_income: Array
    flow: Array
    cut_off: NDArray[np.bool_]
    residual: Array
    iterations: Indices


def solve_draws(
    baseline: TradeBaseline,
    theta: Any,
    kappa: Any,
    *,
    productivity: Any = None,
    tariff: Any = None,
    deficits: DeficitRule = "zero",
    pairs: Any = (),
) -> DrawnEquilibria:
    """One counterfactual for each draw of elasticities and trade costs, all draws of a block in one batch.

    Args:
        theta: theta[d] or theta[s, d].
        kappa: kappa[i, j, s, d], kappa[i, j, d] of a single sector, or an iterable of kappa[i, j, s], one a draw, which
            never holds all draws in memory.
        productivity, tariff, deficits: as in ``counterfactual``, the same in every draw.
        pairs: pairs (i, j) whose flow ratios are kept.

    Raises:
        InputError, NoEquilibriumError: as ``counterfactual``; a note names the draw.
    """
    shape = baseline.flows.shape
    elasticities = np.asarray(theta, dtype=float)
    elasticities = np.broadcast_to(elasticities, (shape[2], elasticities.shape[-1]))
    chosen = tuple(np.asarray(pairs, dtype=int).reshape(-1, 2).T)
    reference = calibrate(baseline, np.median(elasticities, axis=1), deficits)
    steps = _Steps.of(reference)
    found: list[dict[str, Any]] = []
    for block in _blocks(kappa, max(1, BLOCK // baseline.flows.size)):
        drawn = elasticities[:, len(found) : len(found) + len(block)].T
        if len(drawn) < len(block):
            raise InputError(f"{elasticities.shape[1]} draws of theta but more of kappa.")
        batch = _batch(reference, steps, drawn, block, productivity, tariff, chosen)
        for d, (own_theta, own_kappa) in enumerate(zip(drawn, block, strict=True)):
            if batch is not None and batch["residual"][d] < STOP:
                found.append({name: values[d] for name, values in batch.items()})
                continue
            try:
                found.append(_alone(reference, own_theta, own_kappa, productivity, tariff, chosen))
            except NoEquilibriumError as error:
                error.add_note(f"Draw {len(found)}, elasticities {own_theta}.")
                raise
    if len(found) != elasticities.shape[1]:
        raise InputError(f"{elasticities.shape[1]} draws of theta but {len(found)} of kappa.")
    return DrawnEquilibria(**{name: np.stack([draw[name] for draw in found], axis=-1) for name in found[0]})


@dataclass(frozen=True)
class _Steps:
    """Newton steps at any elasticity from one decomposition: see the head of this file."""

    theta: float
    left: Array
    right: Array
    mu: Array

    @classmethod
    def of(cls, reference: Calibration) -> _Steps:
        """Steps near the baseline of a calibration."""
        by_theta = weighted(reference.theta, reference.by_theta, np.zeros_like(reference.constant))
        inverse = lu_solve(reference.factors, np.eye(len(by_theta)), check_finite=False)
        mu, left = np.linalg.eig(inverse @ by_theta)
        return cls(float(reference.theta.mean()), left, np.linalg.solve(left, inverse.astype(complex)), mu)

    def step(self, theta: Array, gap: Array) -> Array:
        """The step of log wages [d, i] that closes relative excess demand [d, i] at elasticities [d, s]."""
        stretch = 1 + (theta.mean(1) / self.theta - 1)[:, None] * self.mu
        move: Array = -np.real((gap @ self.right.T / stretch) @ self.left.T)
        return move * np.minimum(1.0, LONGEST / np.abs(move).max(1, keepdims=True))


def _batch(
    reference: Calibration,
    steps: _Steps,
    theta: Array,
    kappa: list[Array],
    productivity: Any,
    tariff: Any,
    pairs: tuple[Indices, ...],
) -> dict[str, Array] | None:
    """The draws of a block [d] together; None where one needs a closer look: a closed border, a number out of bounds.

    ``residual`` of a draw that did not converge is above what counts as solved.
    """
    data, rule = reference.data, reference.deficits
    try:
        origin = pose(data, reference.theta, rule, None, productivity, tariff)
        before = pose(data, reference.theta, rule)
        block = np.stack([like(one, data.flows.shape, "kappa") for one in kappa])
    except LandbridgeError:
        return None
    if before.bloc.any() or not (block > 0).all() or not np.isfinite(block).all():
        return None
    base = np.divide(origin.gross, before.gross, out=np.ones_like(before.gross), where=before.gross > 0)
    weight = np.exp(-theta[:, :, None, None] * (np.log(block) - np.log(base) / reference.theta[:, None, None]))
    gross = weight * before.gross
    if not np.isfinite(weight).all() or not ((gross > 0) == (before.gross > 0)).all():
        return None
    kept = np.divide(origin.net, origin.gross, out=np.ones_like(origin.gross), where=origin.gross > 0)
    after = replace(origin, theta=theta, gross=gross, net=gross * kept if origin.tariffs else gross)
    start = np.broadcast_to(reference.log_wage, (len(theta), len(data.income)))
    end, count = _together(after, start, steps)
    if rule == "zero":
        begin, _ = _together(replace(before, theta=theta), start, steps)
    else:
        begin = state_at(replace(before, theta=theta), np.zeros_like(start))
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return _hats(begin, end, pairs, count)


def _hats(begin: State, end: State, pairs: tuple[Indices, ...], count: int) -> dict[str, Array]:
    """What is kept of a block [d]: its counterfactual against its baseline."""
    wage, price = np.exp(end.log_wage - begin.log_wage), end.price / begin.price
    new, old = _flows_of(end, pairs), _flows_of(begin, pairs)
    return {
        "wage": wage,
        "price": price,
        "real_wage": wage / price,
        "real_income": end.expenditure / begin.expenditure / price,
        "flow": np.divide(new, old, out=np.ones_like(new), where=old > 0),
        "cut_off": np.zeros(wage.shape, dtype=bool),
        "residual": np.maximum(end.errors, begin.errors),
        "iterations": np.full(len(wage), count),
    }


@np.errstate(over="ignore", divide="ignore", invalid="ignore")
def _together(problem: Problem, log_wage: Array, steps: _Steps) -> tuple[State, int]:
    """All draws after the same number of steps, when each is solved or lost, or steps run out."""
    state = state_at(problem, problem.in_numeraire(log_wage))
    memory = _Memory()
    for count in range(MOST_STEPS):
        errors = state.errors
        under_way = np.isfinite(errors) & (errors >= STOP)
        if not under_way.any():
            return state, count
        move = memory.mixed(state.log_wage, steps.step(problem.theta, state.gap))
        move = np.where(under_way[:, None], move, 0.0)
        state = state_at(problem, problem.in_numeraire(state.log_wage + move), state)
    return state, MOST_STEPS


class _Memory:
    """The last few wages of each draw and the steps taken there: Anderson acceleration, one mix a draw."""

    def __init__(self) -> None:
        self.last: tuple[Array, Array] | None = None
        self.moves: list[Array] = []
        self.turns: list[Array] = []

    def mixed(self, log_wage: Array, step: Array) -> Array:
        """The step of log wages [d, i] to take where Newton's would be ``step``."""
        if self.last is None:
            self.last = log_wage, step
            return step
        self.moves = [*self.moves, log_wage - self.last[0]][-HELD:]
        self.turns = [*self.turns, step - self.last[1]][-HELD:]
        self.last = log_wage, step
        turns = np.stack(self.turns, axis=1)
        gram = turns @ turns.transpose(0, 2, 1)
        ridge = RIDGE * np.einsum("dmm->d", gram) + np.finfo(float).tiny
        gram += ridge[:, None, None] * np.eye(len(self.turns))
        mix = np.linalg.solve(gram, turns @ step[:, :, None])
        mixed: Array = step - ((np.stack(self.moves, axis=1) + turns) * mix).sum(1)
        return mixed


def _flows_of(state: State, pairs: tuple[Indices, ...]) -> Array:
    """X' of some pairs [d, p, s]."""
    i, j = pairs
    flow = state.problem.net[..., i, j] * state.competitiveness[..., i] * (state.spending / state.Phi)[..., j]
    return np.swapaxes(flow, -1, -2)


def _alone(
    reference: Calibration, theta: Array, kappa: Array, productivity: Any, tariff: Any, pairs: tuple[Indices, ...]
) -> dict[str, Any]:
    """One draw by itself."""
    calibration = calibrate(reference.data, theta, reference.deficits, near=reference)
    found = counterfactual(calibration, kappa=kappa, productivity=productivity, tariff=tariff)
    before, after = found.baseline.flows[pairs], found.flows[pairs]
    kept = ("wage", "price", "real_wage", "real_income", "cut_off", "residual", "iterations")
    flow = np.divide(after, before, out=np.ones_like(after), where=before > 0)
    return {**{name: getattr(found, name) for name in kept}, "flow": flow}


def _blocks(kappa: Any, length: int) -> Iterator[list[Array]]:
    """kappa of some draws at a time."""
    draws = iter(kappa if not isinstance(kappa, np.ndarray) else np.moveaxis(kappa, -1, 0))
    while block := list(islice(draws, length)):
        yield block
