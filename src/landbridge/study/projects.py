"""What a project costs against what it is worth: gains of real income over its life, discounted.

With g_n the real income that country n gains a year, r the discount rate, T the project's life in years, C its cost,

    present value_n = g_n (1 - (1 + r)^-T) / r        net present value = sum_n present value_n - C

Gains are the same every year, from the year after the cost, which is all spent at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from landbridge.study.told import with_extended

if TYPE_CHECKING:
    from landbridge.study.outcome import Outcome

NOT_COUNTED = (
    "Not counted: years of building and what they disturb, upkeep and running costs beyond the freight rates, growth "
    "of trade over the project's life, passengers and trade within countries, the environment, the cost of raising "
    "the money, and the risk that the line is not built or used as assumed."
)


@dataclass(frozen=True)
class Cost:
    """What a scenario costs: ``total`` in million USD, ``paid`` by country where the study says who pays."""

    total: float
    paid: Mapping[str, float]


def cost_of(scenarios: Mapping[str, Mapping[str, Any]], scenario: str) -> Cost | None:
    """The cost of a scenario with all it extends, each once; None where no cost is given anywhere.

    ``scenarios`` as they stand in an outcome's header.
    """
    told = [one for one in with_extended(scenarios, scenario) if one.get("cost_musd") is not None]
    if not told:
        return None
    paid: dict[str, float] = {}
    for entry in told:
        for country, share in (entry.get("paid_by") or {}).items():
            paid[country] = paid.get(country, 0.0) + share * entry["cost_musd"]
    return Cost(sum(entry["cost_musd"] for entry in told), paid)


def annuity(rate: Any, years: Any) -> Any:
    """(1 - (1 + r)^-T) / r, the present value of one a year for T years; T where r is zero."""
    rate, years = xr.DataArray(rate), xr.DataArray(years)
    return xr.where(rate > 0, -np.expm1(-years * np.log1p(rate)) / rate.where(rate > 0, 1.0), years)


def income_gain(outcome: Outcome, real_income: xr.DataArray) -> xr.DataArray:
    """What countries would pay for the change of their real income: million USD a year, at the baseline's prices."""
    return outcome.values("spending").sel(scenario="baseline", drop=True) * real_income / 100


def present_value(outcome: Outcome, real_income: xr.DataArray) -> xr.DataArray:
    """Discounted gains over the life of the project, million USD."""
    rate, years = (parameter(outcome, name, real_income) for name in ("discount_rate", "project_life"))
    return income_gain(outcome, real_income) * annuity(rate, years)


def net_present_value(outcome: Outcome, real_income: xr.DataArray) -> xr.DataArray:
    """What all countries gain, less the cost; ``nan`` for scenarios without a cost."""
    return present_value(outcome, real_income).sum("country") - _totals(outcome)


def benefit_cost_ratio(outcome: Outcome, real_income: xr.DataArray) -> xr.DataArray:
    """What all countries gain, over the cost; ``nan`` for scenarios without a cost."""
    return present_value(outcome, real_income).sum("country") / _totals(outcome)


def own_net_present_value(outcome: Outcome, real_income: xr.DataArray) -> xr.DataArray:
    """What each country gains, less what it pays; ``nan`` where the study does not say who pays."""
    return present_value(outcome, real_income) - _paid(outcome)


def own_benefit_cost_ratio(outcome: Outcome, real_income: xr.DataArray) -> xr.DataArray:
    """What each country gains over what it pays; ``nan`` where it pays nothing."""
    paid = _paid(outcome)
    return present_value(outcome, real_income) / paid.where(paid > 0)


OF_INCOME = {
    "income_gain": income_gain,
    "present_value": present_value,
    "net_present_value": net_present_value,
    "benefit_cost_ratio": benefit_cost_ratio,
    "own_net_present_value": own_net_present_value,
    "own_benefit_cost_ratio": own_benefit_cost_ratio,
}


def parameter(outcome: Outcome, name: str, real_income: xr.DataArray) -> Any:
    """A parameter's value: in every draw where draws are asked about and it is uncertain, else the central one."""
    if "draw" in real_income.dims and name in outcome.data["parameter"].values:
        return outcome.data["drawn_parameter"].sel(parameter=name, drop=True)
    return outcome.header["parameters"][name]


def _costs(outcome: Outcome) -> list[Cost | None]:
    return [cost_of(outcome.header["study"]["scenario"], scenario) for scenario in outcome.scenarios]


def _totals(outcome: Outcome) -> xr.DataArray:
    """Cost [scenario], million USD; ``nan`` where none is given."""
    totals = [np.nan if cost is None else cost.total for cost in _costs(outcome)]
    return xr.DataArray(totals, coords={"scenario": outcome.scenarios}, dims="scenario")


def _paid(outcome: Outcome) -> xr.DataArray:
    """What each country pays [scenario, country], million USD; ``nan`` in scenarios that do not say who pays."""
    rows = [
        [np.nan if cost is None or not cost.paid else cost.paid.get(code, 0.0) for code in outcome.countries]
        for cost in _costs(outcome)
    ]
    labels = {"scenario": outcome.scenarios, "country": outcome.countries}
    return xr.DataArray(rows, coords=labels, dims=("scenario", "country"))
