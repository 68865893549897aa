"""Why a country's real income changes: contributions by partner, sector and cause that add up exactly.

The price index of each sector is split by Sato-Vartia weights, under which the CES index is an exact weighted mean of
its suppliers' price changes; suppliers that drop out enter by the variety they take away. Costs of production are
Cobb-Douglas in labour and inputs, so that with input-output links log prices are a linear system, and y_js, what one
percent on the price of s in j takes from the real income of n along all chains that end there, solves its transpose.

    ln W^_n = ln(E'_n / E_n) - sum_s alpha_ns ln P^_ns
    ln P^_js = sum_i omega_ijs ln(c^_is kappa_ijs tariff^_ijs) + sum_(i gone) pi_ijs / (theta_s sum_k L_kjs)
    ln c^_is = gamma_is ln w^_i + sum_k gamma_iks ln P^_ik - ln A^_is
    omega_ijs = L_ijs / sum_k L_kjs      L_ijs = (pi'_ijs - pi_ijs) / ln(pi'_ijs / pi_ijs)
    y_jk = alpha_nk [j = n] + sum_s gamma_jks sum_m omega_jms y_ms

Without links y_js is alpha_ns in n and zero elsewhere.

Source: Sato (1976), Review of Economics and Statistics 58(2); Vartia (1976), Scandinavian Journal of Statistics 3(3);
Feenstra (1994), American Economic Review 84(1), for suppliers that drop out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.labels import one_of
from landbridge.trade.core import Array, TradeBaseline
from landbridge.trade.core.fixed_point import fixed_point
from landbridge.trade.model import TradeResult, exact_values

Indices = NDArray[np.intp]
Components = Mapping[str, xr.DataArray]
CONSISTENT = 1e-6  # by how much the logs of kappa and of its components may differ

TERMS_OF_TRADE = "terms of trade"
CLOSED = "closed supply"
REVENUE = "tariff revenue"


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
        "tariff revenue" (sector ""), spending beyond wages. With input-output links goods count along all chains that
        end in the country: the partner sells them, to the country itself or to whom it buys from.

    Raises:
        InputError: no such country, or components that do not make up kappa.
    """
    n = list(result.model.countries).index(one_of(country, result.model.countries, "trading country"))
    model = result.model
    split = components and tuple({name: exact_values(t, model) for name, t in side.items()} for side in components)
    return _tidy(result, country, contributions(result, n, split or None))


@dataclass(frozen=True)
class Contributions:
    """Percentage points of real income: ``points`` by cause [partner, sector], and ``revenue``, what tariffs add."""

    points: Mapping[str, Array]
    revenue: float


def contributions(
    result: TradeResult, n: int, components: tuple[Mapping[str, Array], ...] | None = None
) -> Contributions:
    """What ``explain_real_income`` says of the country at position ``n``, as arrays.

    Raises:
        InputError: components that do not make up kappa.
    """
    found, calibration = result.equilibrium, result.model.calibration
    chains = _Chains.ending_in(result, n)
    log_wage = np.log(found.wage)
    network, at = result.network_kappa, chains.buyers
    policy = result.kappa[:, at] / np.where(np.isfinite(network), network, 1)[:, at]
    causes = {
        **dict(_network_costs(result, at, components)),
        "policy cost": _log(policy),
        "tariff": _log_tariff(result, at),
        "productivity": -np.log(result.productivity)[:, None],
        TERMS_OF_TRADE: (chains.labour * (log_wage - log_wage[n])[:, None])[:, None],
    }
    real_income = float(found.real_income[n])
    scale = 100.0 if real_income == 1 else 100 * (real_income - 1) / np.log(real_income)
    points = {cause: -scale * (chains.weight * log_cost).sum(1) for cause, log_cost in causes.items()}
    points[CLOSED] = -scale * chains.closed
    revenue = np.log(found.expenditure[n] / calibration.expenditure[n]) - log_wage[n]
    return Contributions(points, scale * float(revenue))


@dataclass(frozen=True)
class _Chains:
    """Supply chains that end in a country n.

    ``buyers`` [m] are the positions of the markets along them, n alone without links; ``weight`` [i, m, s] what one
    percent on the cost of selling there takes from the real income of n, in percent; ``closed`` [i, s] what suppliers
    gone take, in logs; ``labour`` [i, s] is labour's share of cost.
    """

    buyers: Indices
    weight: Array
    closed: Array
    labour: Array

    @classmethod
    def ending_in(cls, result: TradeResult, n: int) -> _Chains:
        found, theta = result.equilibrium, result.model.calibration.theta
        baseline = found.baseline
        inputs, bought = baseline.inputs, np.zeros_like(baseline.alpha)
        bought[n] = baseline.alpha[n]
        buyers = np.arange(len(bought)) if inputs is not None else np.array([n])
        before, after = baseline.shares[:, buyers], found.shares[:, buyers]
        mean = _logarithmic_mean(after, before)
        total = np.where(mean.sum(0) > 0, mean.sum(0), 1.0)
        omega = mean / total
        if inputs is not None:
            direct = bought
            bought, _ = fixed_point(
                lambda y: direct + np.einsum("jks,jms,ms->jk", inputs, omega, y, optimize=True), direct
            )
        weight = omega * bought[buyers]
        gone = np.where(after > 0, 0.0, before) / (theta * total) * bought[buyers]
        return cls(buyers, weight, gone.sum(1), _labour(baseline))


def _labour(baseline: TradeBaseline) -> Array:
    """gamma[i, s], the share of labour in cost; one without links."""
    inputs = baseline.inputs
    return np.ones(baseline.sector_output.shape) if inputs is None else 1 - inputs.sum(1)


def _network_costs(
    result: TradeResult, at: Indices, components: tuple[Mapping[str, Array], ...] | None
) -> Iterator[tuple[str, Array]]:
    """The log change of the network's cost of selling at ``at``, by component [i, m, s]; 0 where closed."""
    log_kappa = _log(result.network_kappa[:, at])
    if components is None:
        yield "trade cost", log_kappa
        return
    before, after = ({name: t[:, at] for name, t in side.items()} for side in components)
    if before.keys() != after.keys():
        raise InputError(f"Cost components before ({', '.join(before)}) and after ({', '.join(after)}) differ.")
    one = np.ones_like(log_kappa)
    scale = _logarithmic_mean(sum(after.values(), one), sum(before.values(), one))
    reached = np.isfinite(scale) & np.isfinite(result.network_kappa[:, at])
    split = {
        name: np.divide(after[name] - before[name], scale, out=np.zeros_like(scale), where=reached) for name in before
    }
    gap = np.abs(sum(split.values(), -log_kappa))[reached]
    if gap.size and gap.max() > CONSISTENT:
        raise InputError(f"The cost components do not make up kappa: their logs differ by up to {gap.max():.1e}.")
    yield from split.items()


def _log_tariff(result: TradeResult, at: Indices) -> Array:
    baseline = result.equilibrium.baseline.tariff
    shape = result.kappa[:, at].shape
    before = np.zeros(shape) if baseline is None else baseline[:, at]
    after = before if result.tariff is None else result.tariff[:, at]
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


def _tidy(result: TradeResult, country: str, found: Contributions) -> pd.DataFrame:
    """Contributions as rows."""
    index = pd.MultiIndex.from_product([result.model.countries, result.model.sectors], names=["partner", "sector"])
    rows = pd.concat(
        {cause: pd.Series(values.ravel(), index=index) for cause, values in found.points.items()}, names=["cause"]
    ).reset_index(name="points")
    own = pd.DataFrame({"cause": [REVENUE], "partner": [country], "sector": [""], "points": [found.revenue]})
    rows = pd.concat([rows, own], ignore_index=True)
    rows = rows[rows["points"] != 0]
    return rows.sort_values("points", key=np.abs, ascending=False, ignore_index=True)
