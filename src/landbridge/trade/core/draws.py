"""Counterfactuals of many draws."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.trade.core.arrays import Array, Indices
from landbridge.trade.core.baseline import TradeBaseline
from landbridge.trade.core.equilibrium import calibrate, counterfactual
from landbridge.trade.core.problem import DeficitRule
from landbridge.trade.core.refusal import NoEquilibriumError


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
    """One counterfactual for each draw of elasticities and trade costs.

    Args:
        theta: theta[d] or theta[s, d].
        kappa: kappa[i, j, s, d], kappa[i, j, d] of a single sector, or an iterable of kappa[i, j, s], one a draw, which
            never holds all draws in memory.
        productivity, tariff, deficits: as in ``counterfactual``, the same in every draw.
        pairs: pairs (i, j) whose flow ratios are kept.

    Raises:
        InputError, NoEquilibriumError: as ``counterfactual``; a note names the draw.
    """
    elasticities = np.asarray(theta, dtype=float)
    elasticities = np.broadcast_to(elasticities, (baseline.flows.shape[2], elasticities.shape[-1]))
    i, j = np.asarray(pairs, dtype=int).reshape(-1, 2).T
    reference = calibrate(baseline, np.median(elasticities, axis=1), deficits)
    kept = ("wage", "price", "real_wage", "real_income", "cut_off", "residual", "iterations")
    results: dict[str, list[Any]] = {name: [] for name in (*kept, "flow")}
    for d, drawn in enumerate(_each_draw(kappa, elasticities.shape[1])):
        try:
            calibration = calibrate(baseline, elasticities[:, d], deficits, near=reference)
            found = counterfactual(calibration, kappa=drawn, productivity=productivity, tariff=tariff)
        except NoEquilibriumError as error:
            error.add_note(f"Draw {d}, elasticities {elasticities[:, d]}.")
            raise
        before, after = found.baseline.flows[i, j], found.flows[i, j]
        results["flow"].append(np.divide(after, before, out=np.ones_like(after), where=before > 0))
        for name in kept:
            results[name].append(getattr(found, name))
    if len(results["flow"]) != elasticities.shape[1]:
        raise InputError(f"{elasticities.shape[1]} draws of theta but {len(results['flow'])} of kappa.")
    return DrawnEquilibria(**{name: np.stack(drawn, axis=-1) for name, drawn in results.items()})


def _each_draw(kappa: Any, draws: int) -> Iterable[Array]:
    """kappa of one draw at a time."""
    if not isinstance(kappa, np.ndarray):
        yield from kappa
        return
    chunk = max(1, int(2**25 // max(kappa[..., 0].size, 1)))
    for start in range(0, draws, chunk):
        block = kappa[..., start : start + chunk]
        yield from np.ascontiguousarray(np.moveaxis(block, -1, 0))
