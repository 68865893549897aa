"""Newton's method on log wages, with factorisations kept as long as they keep the residual falling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.linalg import lu_factor
from scipy.linalg.lapack import dgetrs

from landbridge.trade.core.arrays import Array
from landbridge.trade.core.problem import Problem
from landbridge.trade.core.refusal import NoEquilibriumError
from landbridge.trade.core.response import jacobian
from landbridge.trade.core.state import State, state_at

Factors = tuple[Any, Any]

TOLERANCE = 1e-10  # largest residual with which a result is returned
STOP = 1e-11
MAX_STEPS = 100
SLOW = 0.2  # a kept factorisation is renewed when a step leaves more than this share of the residual
LONGEST_STEP = 2.0  # in log wages
DAMPING = 1e-12  # taken off the Jacobian's diagonal: wages that nothing but a trace of trade determines stay near
SMALLEST_STEP = 2.0**-20
NOTHING_LEFT = 0.01  # of income to spend: a country that gets there on the way has no equilibrium
FIRST_PART, LEAST_PART = 0.25, 0.005  # of a change that is followed in parts


def search(problem: Problem, log_wage: Array, factors: Factors | None = None) -> tuple[State, int]:
    """The state without excess demand, from given log wages, and the steps it took.

    Raises:
        NoEquilibriumError: the residual stays above ``TOLERANCE``.
    """
    state = state_at(problem, problem.in_numeraire(log_wage))
    fresh = False
    iteration = 0
    for iteration in range(MAX_STEPS):
        if state.residual < STOP:
            return state, iteration
        if not np.isfinite(state.residual):
            break
        if factors is None:
            factors, fresh = factorised(weighted(problem.theta, *jacobian(state))), True
        direction = -dgetrs(*factors, state.gap)[0]
        step = min(1.0, LONGEST_STEP / max(float(np.abs(direction).max()), LONGEST_STEP))
        trial = state_at(problem, problem.in_numeraire(state.log_wage + step * direction), state)
        left = trial.excess_in(state.income) / state.residual
        while fresh and not left < 1 and step > SMALLEST_STEP:
            step /= 2
            trial = state_at(problem, problem.in_numeraire(state.log_wage + step * direction), state)
            left = trial.excess_in(state.income) / state.residual
        if fresh and not left < 1:
            break
        if left < 1:
            state = trial
        if not left < SLOW:
            factors = None
        fresh = False
    if state.residual < TOLERANCE:
        return state, iteration
    raise _refusal(state, iteration)


def _refusal(state: State, iteration: int) -> NoEquilibriumError:
    """Why the search ended in this state."""
    problem = state.problem
    if problem.links is not None and not state.unsolved < TOLERANCE:
        s, i = np.unravel_index(int(np.argmin(problem.links.labour)), problem.links.labour.shape)
        return NoEquilibriumError(
            "prices and spending do not settle through the input-output links; labour's share of cost is least in",
            [i],
            [s],
        )
    left_over = state.expenditure / state.income
    if problem.rule == "fixed" and left_over.min() < NOTHING_LEFT:
        return NoEquilibriumError(
            'a deficit that is to stay fixed leaves nothing to spend (the rules "zero" and "share" allow that)',
            [int(np.argmin(left_over))],
        )
    hint = ", and a deficit that is to stay fixed may be the reason" if problem.rule == "fixed" else ""
    return NoEquilibriumError(
        f"after {iteration + 1} steps excess supply is still {state.residual:.1e} of income (wanted {TOLERANCE:.0e})"
        f"{hint}",
        [int(np.argmax(np.abs(state.supply / state.income - 1)))],
    )


def follow(before: Problem, after: Problem) -> tuple[State, int]:
    """The state without excess demand after a change, in parts of the change, from a problem that same wages solve.

    For what Newton's method does not reach at once.

    Raises:
        NoEquilibriumError: a part became too small: wages or spending run away on the way.
    """
    refusal = NoEquilibriumError("no way leads there", [])
    log_wage, done, step, taken = np.zeros(len(after.income)), 0.0, FIRST_PART, 0
    while step > LEAST_PART:
        part = min(1.0, done + step)
        try:
            state, iterations = search(_part_of_the_way(before, after, part), log_wage)
        except NoEquilibriumError as error:
            refusal, step = error, step / 2
            continue
        done, step, log_wage, taken = part, 2 * step, state.log_wage, taken + iterations
        if done == 1.0:
            return state, taken
    raise refusal


def _part_of_the_way(before: Problem, after: Problem, part: float) -> Problem:
    """The problem with a geometric mean of both problems' costs; closed borders are closed at once."""
    if part == 1.0:
        return after
    gross = before.gross ** (1 - part) * after.gross**part
    net = before.net ** (1 - part) * after.net**part if after.tariffs else gross
    return replace(after, gross=gross, net=net)


def weighted(theta: Array, by_theta: Array, constant: Array) -> Array:
    """The Jacobian at theta from its two parts (see ``jacobian``)."""
    weights = theta if len(by_theta) == len(theta) else theta.mean(keepdims=True)
    total: Array = np.tensordot(weights, by_theta, 1) + constant
    return total


def factorised(jacobian: Array) -> Factors:
    """LU factors of the Jacobian, slightly damped."""
    damped = jacobian - DAMPING * np.eye(len(jacobian))
    factors: Factors = lu_factor(damped, overwrite_a=True, check_finite=False)
    return factors
