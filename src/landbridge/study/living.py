"""Violence through living standards: what a scenario's incomes, jobs and electricity would do if the past held.

The effects are associations within countries over time (docs/security.md). With b percent of 1 + deaths a year after
one point more, and x the points by which a scenario changes something,

    change of violence = (1 + b_1 / 100)^x_1 (1 + b_2 / 100)^x_2 ... - 1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from landbridge.study.projects import parameter
from landbridge.study.told import in_force, steps, year_asked

if TYPE_CHECKING:
    from landbridge.study.outcome import Outcome

MEASURES = ("unemployment", "electricity")  # what a change "living" may set, in percentage points


def violence_through_income(outcome: Outcome, real_income: xr.DataArray) -> xr.DataArray:
    """Percent of 1 + deaths a year later, the change of real income taken for growth of one year."""
    return _in_percent(_log_effect(outcome, "growth", real_income) * real_income)


def violence_through_living(outcome: Outcome, real_income: xr.DataArray) -> xr.DataArray:
    """Percent of 1 + deaths a year after the scenario's jobs and electricity have come; its incomes are not in it."""
    moved = sum(_log_effect(outcome, name, real_income) * _points(outcome, name) for name in MEASURES)
    return _in_percent(moved + 0.0 * real_income)


OF_LIVING = {
    "violence_through_income": violence_through_income,
    "violence_through_living": violence_through_living,
}


def _log_effect(outcome: Outcome, name: str, real_income: xr.DataArray) -> xr.DataArray:
    """Effect of a point more on the log of 1 + deaths, in every draw where draws are asked about."""
    return xr.DataArray(np.log1p(xr.DataArray(parameter(outcome, f"violence_of_{name}", real_income)) / 100))


def _in_percent(logs: xr.DataArray) -> xr.DataArray:
    return xr.DataArray(100 * np.expm1(logs))


def _points(outcome: Outcome, name: str) -> xr.DataArray:
    """Percentage points [scenario, country] by which the changes in force move something, added up."""
    year = year_asked(outcome)
    points = np.zeros((len(outcome.scenarios), len(outcome.countries)))
    for row, scenario in enumerate(outcome.scenarios):
        for change in steps(outcome, scenario):
            if change["kind"] == "living" and in_force(change, year) and change["country"] in outcome.countries:
                points[row, outcome.countries.index(change["country"])] += change.get(name) or 0.0
    return xr.DataArray(points, coords={"scenario": outcome.scenarios, "country": outcome.countries})
