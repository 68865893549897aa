"""Exposure against the derivative of the exact model, and against the closed form of friends and enemies."""

from __future__ import annotations

from functools import cache

import numpy as np

from landbridge.evidence.framework import Check, Measured
from landbridge.parameters import central_values
from landbridge.trade.core import Array, Calibration, DeficitRule, TradeBaseline, calibrate, counterfactual
from landbridge.trade.exposure import LinearResponse
from landbridge.trade.model import elasticities, trade_baseline
from landbridge.world import load_world

STEP = 1e-3
PLACES = 3  # productivities, and trade costs, drawn at random for finite differences
THETA = 5.0
CASES: tuple[tuple[str, DeficitRule], ...] = (
    ("2017", "zero"),
    ("2017", "fixed"),
    ("2017", "share"),
    ("2022-industry", "zero"),
    ("2022-industry", "fixed"),
)
KLEINMAN = "Kleinman, Liu & Redding (2024), American Economic Journal: Macroeconomics 16(4)"


@cache
def _calibration(name: str, rule: DeficitRule) -> Calibration:
    world = load_world(name)
    return calibrate(trade_baseline(world), elasticities(world, central_values()), rule)


def _derivative(calibration: Calibration, what: str, shape: tuple[int, ...], place: tuple[int, ...]) -> Array:
    """d ln W [n] of the exact model in the log of one place of ``what`` [shape], by a five-point difference."""
    far_below, below, above, far_above = (
        np.log(counterfactual(calibration, **{what: _one(shape, place, k * STEP)}).real_income) for k in (-2, -1, 1, 2)
    )
    derivative: Array = (far_below - 8 * below + 8 * above - far_above) / (12 * STEP)
    return derivative


def _one(shape: tuple[int, ...], place: tuple[int, ...], log_value: float) -> Array:
    array = np.ones(shape)
    array[place] = np.exp(log_value)
    return array


def _finite_differences(name: str, rule: DeficitRule) -> Measured:
    calibration = _calibration(name, rule)
    shape = calibration.baseline.flows.shape
    exposure = LinearResponse.of(calibration).real_income()
    random, gaps = np.random.default_rng(3), []
    for i, j, s in zip(*(random.integers(size, size=PLACES) for size in shape), strict=True):
        by_productivity = _derivative(calibration, "productivity", (shape[0], shape[2]), (i, s))
        by_cost = _derivative(calibration, "kappa", shape, (i, j, s))
        per_cost = exposure.bundle(np.log(_one(shape, (i, j, s), 1.0)))
        gaps += [np.abs(exposure.productivity[:, i, s] - by_productivity).max(), np.abs(per_cost - by_cost).max()]
    return Measured(float(max(gaps)), f"{PLACES} productivities and {PLACES} pairs, every country")


def friends_and_enemies(flows: Array, theta: float) -> tuple[Array, Array]:
    """Exposure of income and of real income to productivity in closed form [n, i]: one sector, balanced flows [i, n].

    With import shares S, shares of income T and M = T S - I: d ln w = T d ln w + theta M (d ln w - d ln A), the mean
    log wage weighted by income held, and d ln W = d ln w - S (d ln w - d ln A).
    Source: after Kleinman, Liu & Redding (2024), derived here.
    """
    income, identity = flows.sum(1), np.eye(len(flows))
    S, T = (flows / flows.sum(0)).T, flows / income[:, None]
    M = T @ S - identity
    mean = np.outer(np.ones_like(income), income / income.sum())
    wage = -np.linalg.solve(identity - T - theta * M + mean, theta * M)
    return wage, wage - S @ (wage - identity)


def _closed_form() -> Measured:
    """All of a world's trade as one sector."""
    flows = trade_baseline(load_world("2017")).flows.sum(2, keepdims=True)
    calibration = calibrate(TradeBaseline.from_flows(flows), THETA)
    response = LinearResponse.of(calibration)
    gaps = [
        np.abs(exact.productivity[:, :, 0] - closed).max()
        for exact, closed in zip(
            (response.income(), response.real_income()),
            friends_and_enemies(calibration.baseline.flows[:, :, 0], THETA),
            strict=True,
        )
    ]
    return Measured(float(max(gaps)))


CHECKS = (
    *(
        Check(
            id=f"exposure-derivative-{name}-{rule}",
            kind="golden",
            sentence=f"real-income exposure less the derivative of the exact model (world {name}, deficits {rule})",
            published=0.0,
            tolerance=1e-6,
            unit="1",
            source="the exact model, by finite differences",
            measure=lambda _, name=name, rule=rule: _finite_differences(name, rule),  # type: ignore[misc]
        )
        for name, rule in CASES
    ),
    Check(
        id="exposure-closed-form",
        kind="golden",
        sentence="exposure of one sector with balanced trade less the closed form (world 2017, largest difference)",
        published=0.0,
        tolerance=1e-8,
        unit="1",
        source=KLEINMAN,
        measure=lambda _: _closed_form(),
    ),
)
