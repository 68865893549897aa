"""Why a country's real income changes: contributions by partner, sector and cause that add up exactly.

The price index of each sector is split by Sato-Vartia weights, under which the CES index is an exact weighted mean of
its suppliers' price changes; suppliers that drop out enter by the variety they take away.

    ln W^_n = ln(E'_n / E_n) - sum_s alpha_ns ln P^_ns
    ln P^_ns = sum_i omega_ins ln c_ins + sum_(i gone) pi_ins / (theta_s sum_k L_kns)
    omega_ins = L_ins / sum_k L_kns      L_ins = (pi'_ins - pi_ins) / ln(pi'_ins / pi_ins)

Source: Sato (1976), Review of Economics and Statistics 58(2); Vartia (1976), Scandinavian Journal of Statistics 3(3);
Feenstra (1994), American Economic Review 84(1), for suppliers that drop out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import xarray as xr

from landbridge.errors import InputError
from landbridge.labels import one_of
from landbridge.trade.core import Array
from landbridge.trade.model import TradeResult, exact_values

Components = Mapping[str, xr.DataArray]
CONSISTENT = 1e-6  # by how much the logs of kappa and of its components may differ

TERMS_OF_TRADE = "terms of trade"
CLOSED = "closed supply"


def explain_real_income(
    result: TradeResult, country: str, components: tuple[Components, Components] | None = None
) -> pd.DataFrame:
    """What the change of a country's real income comes from.

    Args:
        components: ad valorem costs by name (say hours and money) before and after, each [exporter, importer, sector],
            whose sums t make up the network's kappa = (1 + t') / (1 + t); None: "trade cost" is not split.

    Returns:
        Rows ``cause``, ``partner``, ``sector``, ``points``: percentage points of real income, largest first. Their sum
        is the percent change of real income. Causes: the components (or "trade cost"), what goods from that partner
        cost to bring in; "policy cost" and "tariff", the same for policies; "terms of trade", own wages against the
        partner's; "productivity" of the partner (or oneself); "closed supply", partners that can no longer be reached;
        "tariff revenue" (sector ""), spending beyond wages.

    Raises:
        InputError: no such country, or components that do not make up kappa.
    """
    n = list(result.model.countries).index(one_of(country, result.model.countries, "trading country"))
    found, calibration = result.equilibrium, result.model.calibration
    alpha, theta = found.baseline.alpha[n], calibration.theta
    before, after = found.baseline.shares[:, n], found.shares[:, n]
    mean = _logarithmic_mean(after, before)
    total = np.where(mean.sum(0) > 0, mean.sum(0), 1.0)
    weight = alpha * mean / total
    log_wage = np.log(found.wage)
    causes = {
        **dict(_network_costs(result, n, components)),
        "policy cost": _log(
            result.kappa[:, n] / np.where(np.isfinite(result.network_kappa), result.network_kappa, 1)[:, n]
        ),
        "tariff": _log_tariff(result, n),
        "productivity": -np.log(result.productivity),
        TERMS_OF_TRADE: (log_wage - log_wage[n])[:, None] * np.ones_like(weight),
    }
    points = {cause: -weight * log_cost for cause, log_cost in causes.items()}
    points[CLOSED] = -alpha * np.where(after > 0, 0.0, before) / (theta * total)
    revenue = np.log(found.expenditure[n] / calibration.expenditure[n]) - log_wage[n]
    return _tidy(result, country, points, revenue, float(found.real_income[n]))


def explain_wage(result: TradeResult, country: str) -> pd.DataFrame:
    """Which sales the change of a country's wage (in units of world income) comes from.

    Returns:
        Rows ``partner``, ``sector``, ``points``: the change of sales to that partner, percent of the country's income,
        own sales included, largest first. They add up to the percent change of the wage.

    Raises:
        InputError: no such country.
    """
    n = list(result.model.countries).index(one_of(country, result.model.countries, "trading country"))
    found = result.equilibrium
    change = 100 * (found.flows[n] - found.baseline.flows[n]) / found.baseline.output[n]
    index = pd.MultiIndex.from_product([result.model.countries, result.model.sectors], names=["partner", "sector"])
    rows = pd.Series(change.ravel(), index=index, name="points").reset_index()
    return rows.sort_values("points", key=np.abs, ascending=False, ignore_index=True)


def _network_costs(
    result: TradeResult, n: int, components: tuple[Components, Components] | None
) -> Iterator[tuple[str, Array]]:
    """The log change of the network's cost of bringing goods to n, by component [exporter, sector]; 0 where closed."""
    log_kappa = _log(result.network_kappa[:, n])
    if components is None:
        yield "trade cost", log_kappa
        return
    axes = (list(result.model.countries), list(result.model.countries), list(result.model.sectors))
    before, after = ({name: exact_values(t, axes)[:, n] for name, t in side.items()} for side in components)
    if before.keys() != after.keys():
        raise InputError(f"Cost components before ({', '.join(before)}) and after ({', '.join(after)}) differ.")
    one = np.ones_like(log_kappa)
    scale = _logarithmic_mean(sum(after.values(), one), sum(before.values(), one))
    reached = np.isfinite(scale) & np.isfinite(result.network_kappa[:, n])
    split = {
        name: np.divide(after[name] - before[name], scale, out=np.zeros_like(scale), where=reached) for name in before
    }
    gap = np.abs(sum(split.values(), -log_kappa))[reached]
    if gap.size and gap.max() > CONSISTENT:
        raise InputError(f"The cost components do not make up kappa: their logs differ by up to {gap.max():.1e}.")
    yield from split.items()


def _log_tariff(result: TradeResult, n: int) -> Array:
    baseline = result.equilibrium.baseline.tariff
    shape = result.kappa[:, n].shape
    before = np.zeros(shape) if baseline is None else baseline[:, n]
    after = before if result.tariff is None else result.tariff[:, n]
    return np.log((1 + after) / (1 + before))


def _log(factor: Array) -> Array:
    """ln factor, and 0 where the factor is infinite: what is closed is counted elsewhere."""
    return np.log(np.where(np.isfinite(factor), factor, 1.0))


def _logarithmic_mean(a: Array, b: Array) -> Array:
    """(a - b) / ln(a / b), its limit a where they are equal, 0 where either is zero, inf where either is infinite."""
    inside = np.isfinite(a) & np.isfinite(b) & (a > 0) & (b > 0)
    mean = np.where(np.isinf(a) | np.isinf(b), np.inf, 0.0)
    relative = np.divide(a - b, b, out=np.zeros_like(mean), where=inside)
    log_ratio = np.log1p(relative)
    moved = inside & (np.abs(relative) > 1e-14)
    mean[inside] = b[inside]
    return np.divide(a - b, log_ratio, out=mean, where=moved)


def _tidy(
    result: TradeResult, country: str, points: Mapping[str, Array], revenue: float, real_income: float
) -> pd.DataFrame:
    """Contributions to the log of real income as rows in percentage points."""
    scale = 100.0 if real_income == 1 else 100 * (real_income - 1) / np.log(real_income)
    index = pd.MultiIndex.from_product([result.model.countries, result.model.sectors], names=["partner", "sector"])
    rows = pd.concat(
        {cause: pd.Series(values.ravel(), index=index) for cause, values in points.items()}, names=["cause"]
    ).reset_index(name="points")
    own = pd.DataFrame({"cause": ["tariff revenue"], "partner": [country], "sector": [""], "points": [revenue]})
    rows = pd.concat([rows, own], ignore_index=True)
    rows["points"] *= scale
    rows = rows[rows["points"] != 0]
    return rows.sort_values("points", key=np.abs, ascending=False, ignore_index=True)
