"""Identities that any equilibrium in changes must obey, on the packaged worlds."""

from __future__ import annotations

from functools import cache

import numpy as np

from landbridge.evidence.framework import Check, Measured
from landbridge.parameters import central_values
from landbridge.trade.core import Array, Calibration, TradeBaseline, calibrate, counterfactual, excess_supply
from landbridge.trade.model import elasticities, trade_baseline
from landbridge.world import load_world

WORLDS = ("2017", "2022", "2017-industry", "2022-industry")
SOURCE = "an identity of the model (docs/trade.md)"


@cache
def _data(name: str) -> tuple[TradeBaseline, Array]:
    world = load_world(name)
    return trade_baseline(world), elasticities(world, central_values())


@cache
def _calibration(name: str) -> Calibration:
    return calibrate(*_data(name))


@cache
def _shock(name: str) -> Array:
    """Trade costs abroad that rise or fall by about 10 %, at random."""
    n, _, sectors = _data(name)[0].flows.shape
    kappa = np.exp(0.1 * np.random.default_rng(11).standard_normal((n, n, sectors)))
    kappa[np.arange(n), np.arange(n)] = 1.0
    return kappa


def _no_change(name: str) -> Measured:
    found = counterfactual(_calibration(name))
    hats = np.concatenate([found.wage, found.price, found.real_income])
    return Measured(float(np.abs(hats - 1).max()))


def _adding_up(name: str) -> Measured:
    found = counterfactual(_calibration(name), kappa=_shock(name))
    before, income = found.baseline, found.wage * found.baseline.income
    used = 0.0 if before.inputs is None else (before.inputs * found.flows.sum(1)[:, None, :]).sum((1, 2))
    sales, spending = found.flows.sum((1, 2)) - used, found.flows.sum((0, 2)) - used
    gaps = [
        np.abs(sales / income - 1).max(),
        np.abs(spending / income - 1).max(),
        abs(income.sum() / before.income.sum() - 1),
    ]
    return Measured(float(max(gaps)), f"{found.iterations} steps, residual {found.residual:.0e}")


def _walras(name: str) -> Measured:
    calibration = _calibration(name)
    log_wage = 0.3 * np.random.default_rng(7).standard_normal(len(calibration.log_wage))
    income = calibration.baseline.income * np.exp(log_wage)
    excess = excess_supply(calibration, log_wage, kappa=_shock(name))
    return Measured(
        float(abs(excess.sum()) / income.sum()), f"largest excess {np.abs(excess / income).max():.2f} of income"
    )


def _homogeneity(name: str) -> Measured:
    calibration = _calibration(name)
    log_wage = 0.3 * np.random.default_rng(8).standard_normal(len(calibration.log_wage))
    once = excess_supply(calibration, log_wage, kappa=_shock(name))
    twice = excess_supply(calibration, log_wage + np.log(2.0), kappa=_shock(name))
    return Measured(float(np.abs(twice / (2 * once) - 1).max()))


def _units(name: str) -> Measured:
    data, theta = _data(name)
    euros = TradeBaseline.from_flows(0.877 * data.flows, use=None if data.use is None else 0.877 * data.use)
    ours, theirs = (counterfactual(calibrate(flows, theta), kappa=_shock(name)) for flows in (data, euros))
    return Measured(float(np.abs(ours.real_income / theirs.real_income - 1).max()))


def _all_more_productive(name: str) -> Measured:
    calibration = _calibration(name)
    base = calibration.baseline
    labour = np.divide(base.value_added, base.sector_output, out=np.ones_like(base.final), where=base.sector_output > 0)
    found = counterfactual(calibration, productivity=1.1**labour)
    return Measured(float(np.abs(found.real_income / 1.1 - 1).max()))


_IDENTITIES = (
    ("no-change", "nothing changes: every hat is exactly 1", _no_change, 1e-13),
    (
        "adding-up",
        "sales less inputs = income = final spending for every country after a shock to all trade costs",
        _adding_up,
        1e-9,
    ),
    ("walras", "excess supplies add to zero at arbitrary wages", _walras, 1e-12),
    ("homogeneity", "doubling all wages doubles every excess supply and changes no quantity", _homogeneity, 1e-9),
    ("currency", "measuring flows in another currency changes no real income", _units, 1e-9),
    (
        "productivity",
        "if all labour is 10 % more productive, everybody's real income is 10 % higher",
        _all_more_productive,
        1e-9,
    ),
)

CHECKS = tuple(
    Check(
        id=f"equilibrium-{name}-{world}",
        kind="golden",
        sentence=f"{sentence} (world {world}, largest deviation)",
        published=0.0,
        tolerance=tolerance,
        unit="1",
        source=SOURCE,
        measure=lambda _, measure=measure, world=world: measure(world),  # type: ignore[misc]
    )
    for world in WORLDS
    for name, sentence, measure, tolerance in _IDENTITIES
)
