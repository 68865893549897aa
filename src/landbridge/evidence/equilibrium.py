"""Identities that any equilibrium in changes must obey, on the packaged worlds."""

from __future__ import annotations

from functools import cache

import numpy as np

from landbridge.evidence.framework import Check, Measured
from landbridge.parameters import central_values
from landbridge.trade.core import Array, Calibration, TradeBaseline, calibrate, counterfactual, excess_supply
from landbridge.trade.model import elasticities, trade_baseline
from landbridge.world import load_world

YEARS = ("2017", "2022")
SOURCE = "an identity of the model (docs/trade.md)"


@cache
def _data(year: str) -> tuple[TradeBaseline, Array]:
    world = load_world(year)
    return trade_baseline(world), elasticities(world, central_values())


@cache
def _calibration(year: str) -> Calibration:
    return calibrate(*_data(year))


@cache
def _shock(year: str) -> Array:
    """Trade costs abroad that rise or fall by about 10 %, at random."""
    n, _, sectors = _data(year)[0].flows.shape
    kappa = np.exp(0.1 * np.random.default_rng(int(year)).standard_normal((n, n, sectors)))
    kappa[np.arange(n), np.arange(n)] = 1.0
    return kappa


def _no_change(year: str) -> Measured:
    found = counterfactual(_calibration(year))
    hats = np.concatenate([found.wage, found.price, found.real_income])
    return Measured(float(np.abs(hats - 1).max()))


def _adding_up(year: str) -> Measured:
    found = counterfactual(_calibration(year), kappa=_shock(year))
    sales, spending = found.flows.sum((1, 2)), found.flows.sum((0, 2))
    income = found.wage * found.baseline.output
    gaps = [
        np.abs(sales / income - 1).max(),
        np.abs(spending / income - 1).max(),
        abs(income.sum() / found.baseline.output.sum() - 1),
    ]
    return Measured(float(max(gaps)), f"{found.iterations} steps, residual {found.residual:.0e}")


def _walras(year: str) -> Measured:
    calibration = _calibration(year)
    log_wage = 0.3 * np.random.default_rng(7).standard_normal(len(calibration.log_wage))
    income = calibration.baseline.output * np.exp(log_wage)
    excess = excess_supply(calibration, log_wage, kappa=_shock(year))
    return Measured(
        float(abs(excess.sum()) / income.sum()), f"largest excess {np.abs(excess / income).max():.2f} of income"
    )


def _homogeneity(year: str) -> Measured:
    calibration = _calibration(year)
    log_wage = 0.3 * np.random.default_rng(8).standard_normal(len(calibration.log_wage))
    once = excess_supply(calibration, log_wage, kappa=_shock(year))
    twice = excess_supply(calibration, log_wage + np.log(2.0), kappa=_shock(year))
    return Measured(float(np.abs(twice / (2 * once) - 1).max()))


def _units(year: str) -> Measured:
    data, theta = _data(year)
    euros = TradeBaseline.from_flows(0.877 * data.flows)
    ours, theirs = (counterfactual(calibrate(flows, theta), kappa=_shock(year)) for flows in (data, euros))
    return Measured(float(np.abs(ours.real_income / theirs.real_income - 1).max()))


def _all_more_productive(year: str) -> Measured:
    calibration = _calibration(year)
    found = counterfactual(calibration, productivity=np.full(len(calibration.log_wage), 1.1))
    return Measured(float(np.abs(found.real_income / 1.1 - 1).max()))


_IDENTITIES = (
    ("no-change", "nothing changes: every hat is exactly 1", _no_change, 1e-13),
    ("adding-up", "sales = income = spending for every country after a shock to all trade costs", _adding_up, 1e-9),
    ("walras", "excess supplies add to zero at arbitrary wages", _walras, 1e-12),
    ("homogeneity", "doubling all wages doubles every excess supply and changes no quantity", _homogeneity, 1e-9),
    ("currency", "measuring flows in another currency changes no real income", _units, 1e-9),
    (
        "productivity",
        "if everybody is 10 % more productive, everybody's real income is 10 % higher",
        _all_more_productive,
        1e-9,
    ),
)

CHECKS = tuple(
    Check(
        id=f"equilibrium-{name}-{year}",
        kind="golden",
        sentence=f"{sentence} (world {year}, largest deviation)",
        published=0.0,
        tolerance=tolerance,
        unit="1",
        source=SOURCE,
        measure=lambda _, measure=measure, year=year: measure(year),  # type: ignore[misc]
    )
    for year in YEARS
    for name, sentence, measure, tolerance in _IDENTITIES
)
