"""Counterfactuals of many draws, as one solve with a leading draw axis.

Baseline and counterfactual are both posed on the data, so that hats are their ratio; ``together`` solves them. A draw
that does not converge, or that closes a border, is solved by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError, LandbridgeError
from landbridge.trade.core.arrays import Array, Indices, like
from landbridge.trade.core.baseline import TradeBaseline
from landbridge.trade.core.equilibrium import Calibration, calibrate, counterfactual
from landbridge.trade.core.newton import STOP
from landbridge.trade.core.problem import DeficitRule, Problem, pose, powers
from landbridge.trade.core.refusal import NoEquilibriumError
from landbridge.trade.core.state import State, state_at
from landbridge.trade.core.together import Steps

BLOCK = 2**22  # numbers in one array of a block of draws


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
    steps = Steps.of(reference)
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


def _batch(
    reference: Calibration,
    steps: Steps,
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
        before = origin = pose(data, reference.theta, rule)
        if productivity is not None or tariff is not None:
            origin = pose(data, reference.theta, rule, None, productivity, tariff)
        gross = np.stack([_shares(before, origin, *draw) for draw in zip(theta, kappa, strict=True)])
    except LandbridgeError:
        return None
    if before.bloc.any() or not ((gross > 0) == (before.gross > 0)).all():
        return None
    kept = np.divide(origin.net, origin.gross, out=np.ones_like(origin.gross), where=origin.gross > 0)
    after = replace(origin, theta=theta, gross=gross, net=gross * kept if origin.tariffs else gross)
    end, count = steps.together(after)
    if rule == "zero":
        begin, _ = steps.together(replace(before, theta=theta))
    else:
        begin = state_at(replace(before, theta=theta), np.zeros((len(theta), len(data.income))))
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return _hats(begin, end, pairs, count)


def _shares(before: Problem, origin: Problem, theta: Array, kappa: Array) -> Array:
    """``gross`` [s, i, j] of a draw. ``origin`` is the problem with all changes but those of trade costs."""
    shape = (*before.gross.shape[1:], len(before.gross))
    gross = powers(like(kappa, shape, "kappa"), theta)
    gross *= before.gross
    if origin.gross is not before.gross:
        changed = np.divide(origin.gross, before.gross, out=np.ones_like(gross), where=before.gross > 0)
        gross *= changed ** (theta / before.theta)[:, None, None]
    return gross


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
