"""Many draws brought to equilibrium together, all in the same number of steps.

Every draw has its own Jacobian, J(t) = J(1) + (t - 1) B, with t its elasticity over the median; one decomposition
J(1)^-1 B = V diag(mu) V^-1 serves all: J(t)^-1 = V diag(1 / (1 + (t - 1) mu)) V^-1 J(1)^-1. Steps with it are
accelerated, each draw by its own memory.

With input-output links a point is wages, unit costs and spending at once, and a step moves all three: costs and
spending follow wages as they would at the median, and what one round of their fixed points misses is carried on through
the inputs that each country buys at home, B_i = (I - Gamma_i diag(own share))^-1, a matrix of sectors for each country.
The fixed points inside are therefore never solved by themselves; they end with the wages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_solve

from landbridge.trade.core.arrays import Array
from landbridge.trade.core.equilibrium import Calibration
from landbridge.trade.core.newton import STOP, weighted
from landbridge.trade.core.problem import Links, Problem
from landbridge.trade.core.response import respond
from landbridge.trade.core.state import State, by_country, cost_of_inputs, state_at, unsettled_state, use_of_inputs

MOST_STEPS = 40
HELD = 5
RIDGE = 1e-12  # of the trace, on the least squares that mix steps
LONGEST = 1.0  # in log wages


@dataclass(frozen=True)
class Steps:
    """Steps towards equilibrium at any elasticity, from one decomposition at a calibration: see the head of this file.

    ``follow`` is None where there are no links.
    """

    reference: Calibration
    left: Array
    right: Array
    mu: Array
    follow: _Followers | None

    @classmethod
    def of(cls, reference: Calibration) -> Steps:
        """Steps near the baseline of a calibration."""
        by_theta = weighted(reference.theta, reference.by_theta, np.zeros_like(reference.constant))
        inverse = lu_solve(reference.factors, np.eye(len(by_theta)), check_finite=False)
        mu, left = np.linalg.eig(inverse @ by_theta)
        right = np.linalg.solve(left, inverse.astype(complex))
        links = reference.state.problem.links
        follow = None if links is None else _Followers.of(reference.state, links)
        return cls(reference, left, right, mu, follow)

    def wages(self, theta: Array, gap: Array) -> Array:
        """The step of log wages [d, i] that closes relative excess demand [d, i] at elasticities [d, s]."""
        stretch = 1 + self._farther(theta)[:, None] * self.mu
        move: Array = -np.real((gap @ self.right.T / stretch) @ self.left.T)
        return move * np.minimum(1.0, LONGEST / np.abs(move).max(1, keepdims=True))

    def _farther(self, theta: Array) -> Array:
        farther: Array = theta.mean(1) / self.reference.theta.mean() - 1
        return farther

    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def together(self, problem: Problem) -> tuple[State, int]:
        """All draws of a problem after the same number of steps: when each is solved or lost, or steps run out.

        A draw that is not solved has ``errors`` that say so.
        """
        draws = len(problem.theta)
        log_wage = problem.in_numeraire(np.broadcast_to(self.reference.log_wage, (draws, len(problem.income))))
        memory = _Memory()
        if self.follow is None:
            state = state_at(problem, log_wage)
            for count in range(MOST_STEPS):
                if not (under_way := _under_way(state)).any():
                    return state, count
                move = memory.mixed(state.log_wage, self.wages(problem.theta, state.gap))
                moved = state.log_wage + np.where(under_way[:, None], move, 0.0)
                state = state_at(problem, problem.in_numeraire(moved))
            return state, MOST_STEPS
        return self._with_links(problem, log_wage, self.follow, memory)

    def _with_links(self, problem: Problem, log_wage: Array, follow: _Followers, memory: _Memory) -> tuple[State, int]:
        draws, shape = len(problem.theta), problem.spending.shape
        size = problem.spending.sum(0)
        ends = np.cumsum([log_wage.shape[1], problem.spending.size])
        inside = follow.cost_by_wage @ self.reference.log_wage, self.reference.state.spending / size
        point = np.concatenate([log_wage, *(np.broadcast_to(x.ravel(), (draws, x.size)) for x in inside)], axis=1)
        for count in range(MOST_STEPS):
            log_wage, *parts = np.split(point, ends, axis=1)
            log_cost, spending = (part.reshape(draws, *shape) for part in parts)
            unit = (problem.in_numeraire(log_wage) - log_wage)[:, :1, None]
            state, cost, spent = unsettled_state(
                problem, log_wage + unit[:, 0], log_cost + unit, spending * size * np.exp(unit)
            )
            if not (under_way := _under_way(state)).any():
                return state, count
            cost, spent, excess = follow.settled(problem.theta, cost, spent)
            wages = self.wages(problem.theta, state.gap + excess / state.supply)
            cost = cost + np.tensordot(wages, follow.cost_by_wage, (1, 2))
            spent = (spent + np.tensordot(wages, follow.spending_by_wage, (1, 2))) / size
            step = np.concatenate([wages, cost.reshape(draws, -1), spent.reshape(draws, -1)], axis=1)
            point = point + np.where(under_way[:, None], memory.mixed(point, step), 0.0)
        return state, MOST_STEPS


@dataclass(frozen=True)
class _Followers:
    """What costs and spending do near a state: how they follow wages, and where they settle at given wages.

    ``cost_by_wage``, ``spending_by_wage`` are [s, i, wage].
    """

    state: State
    links: Links
    cost_by_wage: Array
    spending_by_wage: Array

    @classmethod
    def of(cls, state: State, links: Links) -> _Followers:
        response = respond(state, np.eye(len(state.income)))
        return cls(state, links, response.log_cost, response.spending)

    def settled(self, theta: Array, cost: Array, spending: Array) -> tuple[Array, Array, Array]:
        """Where costs and spending settle at given wages that miss by ``cost``, ``spending`` [d, s, i], and what
        excess demand for labour [d, i] that adds. To first order in trade with others.
        """
        at, links = self.state, self.links
        buyers = at.shares.transpose(0, 2, 1)
        missing = np.ascontiguousarray(cost.transpose(1, 2, 0))
        moved = by_country(links.costs_at_home, missing)
        left = missing - moved + cost_of_inputs(links, buyers @ moved)
        moved = moved + by_country(links.costs_at_home, left)
        lost = theta.T[:, None, :] * (at.flows @ (buyers @ moved) - at.sales[:, :, None] * moved)
        missing = spending.transpose(1, 2, 0) + use_of_inputs(links, lost)
        spent = by_country(links.use_at_home, missing)
        left = missing - spent + use_of_inputs(links, at.taken @ spent)
        spent = spent + by_country(links.use_at_home, left)
        excess = (links.labour[:, :, None] * (lost + at.taken @ spent)).sum(0)
        return moved.transpose(2, 0, 1), spent.transpose(2, 0, 1), excess.T


def _under_way(state: State) -> NDArray[np.bool_]:
    """Which draws [d] are neither solved nor lost."""
    errors = state.errors
    under_way: NDArray[np.bool_] = np.isfinite(errors) & (errors >= STOP)
    return under_way


class _Memory:
    """The last few points of each draw and the steps taken there: Anderson acceleration, one mix a draw."""

    def __init__(self) -> None:
        self.last: tuple[Array, Array] | None = None
        self.moves: list[Array] = []
        self.turns: list[Array] = []

    def mixed(self, point: Array, step: Array) -> Array:
        """The step [d, x] to take from ``point`` [d, x] where the plain one would be ``step``."""
        if self.last is None:
            self.last = point, step
            return step
        self.moves = [*self.moves, point - self.last[0]][-HELD:]
        self.turns = [*self.turns, step - self.last[1]][-HELD:]
        self.last = point, step
        turns = np.stack(self.turns, axis=1)
        gram = turns @ turns.transpose(0, 2, 1)
        ridge = RIDGE * np.einsum("dmm->d", gram) + np.finfo(float).tiny
        gram += ridge[:, None, None] * np.eye(len(self.turns))
        mix = np.linalg.solve(gram, turns @ step[:, :, None])
        mixed: Array = step - ((np.stack(self.moves, axis=1) + turns) * mix).sum(1)
        return mixed
