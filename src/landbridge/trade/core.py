"""General equilibrium of trade in changes, on arrays: Armington / Eaton-Kortum, many sectors, Cobb-Douglas spending.

Letters follow the literature. ``i`` exports, ``j`` imports, ``s`` sectors; a prime is the counterfactual, a hat the
ratio of counterfactual over baseline. ``X[i, j, s]`` are flows at the exporter's price, own trade included, before
tariffs; ``pi[i, j, s]`` is the share of i in what j spends on s, tariffs included; ``alpha[j, s]`` the share of s in
the spending of j.

    pi'_ijs  = pi_ijs c_ijs^-theta_s / Phi_js        Phi_js = sum_i pi_ijs c_ijs^-theta_s
    c_ijs    = w^_i kappa_ijs (1 + tau'_ijs) / (1 + tau_ijs) / A^_is
    X'_ijs   = pi'_ijs alpha_js E'_j / (1 + tau'_ijs)
    w^_i Y_i = sum_js X'_ijs                         E'_j = w^_j Y_j + D'_j + sum_is tau'_ijs X'_ijs
    P^_j     = prod_s Phi_js^(-alpha_js / theta_s)   W^_j = (E'_j / E_j) / P^_j

Labour is the only factor and moves freely between sectors. The numeraire is world income: sum_i w^_i Y_i = sum_i Y_i.
Excess supply is brought to zero by Newton's method on log wages with the analytic Jacobian; a factorisation is kept as
long as it keeps the residual falling.

Source: Dekle, Eaton & Kortum (2008), IMF Staff Papers 55(3); Costinot & Rodriguez-Clare (2014), Handbook of
International Economics 4, ch. 4; tariffs as in Caliendo & Parro (2015), Review of Economic Studies 82(1), without
input-output links.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_factor, lu_solve
from scipy.sparse.csgraph import connected_components

from landbridge.errors import InputError, SolveError

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Factors = tuple[Any, Any]
DeficitRule = Literal["zero", "fixed", "share"]

TOLERANCE = 1e-10  # largest relative excess supply with which a result is returned
STOP = 1e-11
MAX_STEPS = 100
SLOW = 0.2  # a kept factorisation is renewed when a step leaves more than this share of the residual
LONGEST_STEP = 2.0  # in log wages
DAMPING = 1e-12  # taken off the Jacobian's diagonal: wages that nothing but a trace of trade determines stay near
SMALLEST_STEP = 2.0**-20


class NoEquilibriumError(SolveError):
    """No equilibrium exists, or none was found, because of some countries (and sectors), given by position."""

    def __init__(
        self,
        reason: str,
        countries: Iterable[Any],
        sectors: Iterable[Any] = (),
        country_names: Sequence[str] | None = None,
        sector_names: Sequence[str] | None = None,
    ) -> None:
        self.reason = reason
        self.countries, self.sectors = [int(i) for i in countries], [int(s) for s in sectors]
        places = [country_names[i] if country_names else f"country {i}" for i in self.countries]
        if self.sectors:
            goods = [sector_names[s] if sector_names else f"sector {s}" for s in self.sectors]
            places = [f"{place} ({good})" for place, good in zip(places, goods, strict=True)]
        more = f" and {len(places) - 10} more" if len(places) > 10 else ""
        super().__init__(f"No trade equilibrium: {reason}: {', '.join(places[:10])}{more}.")

    def named(self, countries: Sequence[str], sectors: Sequence[str]) -> NoEquilibriumError:
        """The same error with names for positions."""
        return NoEquilibriumError(self.reason, self.countries, self.sectors, countries, sectors)


@dataclass(frozen=True)
class TradeBaseline:
    """Flows and tariffs of a base year, and what follows from them.

    Attributes:
        flows: X[i, j, s], any currency, at the exporter's price, own trade included.
        tariff: tau[i, j, s], ad valorem, as a fraction; tau[i, i, s] = 0. None stands for zero everywhere.
    """

    flows: Array
    tariff: Array | None = None

    @classmethod
    def from_flows(cls, flows: Any, tariff: Any = None) -> TradeBaseline:
        """Check and hold flows X[i, j, s], or X[i, j] of a single sector, and tariffs of the same shape.

        Raises:
            InputError: not square, negative, not finite, or a country without own trade; a tariff of -100 % or less.
        """
        X = np.asarray(flows, dtype=float)
        X = X[:, :, None] if X.ndim == 2 else X
        if X.ndim != 3 or X.shape[0] != X.shape[1] or 0 in X.shape:
            raise InputError(
                f"Flows of shape {X.shape}: wanted is [exporter, importer, sector], the same countries twice."
            )
        _every(np.isfinite(X), X, "flow", "a finite number")
        _every(X >= 0, X, "flow", "zero or more")
        own = np.einsum("iis->i", X)
        if (own <= 0).any():
            raise InputError(f"Country {np.flatnonzero(own <= 0)[0]} has no trade with itself; it must be positive.")
        return cls(_outward(_inward(X)), None if tariff is None else _tariff(tariff, X.shape))

    @cached_property
    def purchases(self) -> Array:
        """What j pays for the goods of i in sector s, tariffs included: (1 + tau) X."""
        return self.flows if self.tariff is None else self.flows * (1 + self.tariff)

    @cached_property
    def output(self) -> Array:
        """Y[i], sales, which are the income of labour."""
        return self.flows.sum((1, 2))

    @cached_property
    def expenditure(self) -> Array:
        """E[j], spending, tariffs included."""
        return self.purchases.sum((0, 2))

    @cached_property
    def revenue(self) -> Array:
        """R[j], the tariffs j collects."""
        return self.expenditure - self.flows.sum((0, 2))

    @cached_property
    def deficit(self) -> Array:
        """D[j] = E - Y - R, spending beyond income; it sums to zero over the world."""
        return self.expenditure - self.output - self.revenue

    @cached_property
    def alpha(self) -> Array:
        """alpha[j, s], the share of sector s in the spending of j."""
        return self.purchases.sum(0) / self.expenditure[:, None]

    @cached_property
    def shares(self) -> Array:
        """pi[i, j, s], the share of i in the spending of j on s; zero where j buys nothing of s."""
        bought = self.purchases.sum(0)
        return self.purchases / np.where(bought > 0, bought, 1.0)


@dataclass(frozen=True)
class Calibration:
    """A baseline made ready for counterfactuals at given elasticities under a deficit rule.

    ``baseline`` is free of deficits under the rule "zero"; ``log_wage`` leads to it from ``data``. The Jacobian of
    excess demand at the baseline is sum_s theta_s by_theta[s] + constant, the numeraire's rank-one term included.
    """

    data: TradeBaseline
    baseline: TradeBaseline
    theta: Array
    deficits: DeficitRule
    log_wage: Array
    by_theta: Array
    constant: Array

    @property
    def expenditure(self) -> Array:
        """E[j] of the baseline; under the rule "zero" exactly the income of j, free of rounding."""
        if self.deficits != "zero":
            return self.baseline.expenditure
        return self.baseline.output / (1 - self.baseline.revenue / self.baseline.expenditure)

    @cached_property
    def factors(self) -> Factors:
        """The factorised Jacobian at the baseline."""
        return _factors(np.tensordot(self.theta, self.by_theta, 1) + self.constant)


@dataclass(frozen=True)
class Equilibrium:
    """A counterfactual against its baseline; hats are ratios, levels are in the currency of the baseline.

    ``baseline`` is what the hats refer to: under the deficit rule "zero" the equilibrium without deficits.
    ``flows``, ``shares`` [i, j, s] and ``expenditure``, ``revenue`` [j] are the counterfactual's X', pi', E' and R';
    ``tariff`` is tau', None where there is none.
    ``cut_off[i]`` marks countries that trade with nobody else: what they earn keeps its share of world income by
    convention, which no real quantity depends on. ``residual`` is the largest relative excess supply,
    max_i |sum_js X'_ijs / (w^_i Y_i) - 1|; ``iterations`` counts Newton steps.
    """

    wage: Array
    price: Array
    real_wage: Array
    real_income: Array
    flows: Array
    tariff: Array | None
    expenditure: Array
    revenue: Array
    cut_off: NDArray[np.bool_]
    residual: float
    iterations: int
    baseline: TradeBaseline

    @cached_property
    def shares(self) -> Array:
        """pi'[i, j, s]."""
        return TradeBaseline(self.flows, self.tariff).shares


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


def calibrate(
    data: TradeBaseline, theta: Any, deficits: DeficitRule = "zero", near: Calibration | None = None
) -> Calibration:
    """Make a baseline ready for counterfactuals: close its deficits if the rule says so, and hold the Jacobian there.

    Args:
        data: flows and tariffs of the base year.
        theta: elasticity of trade to trade costs, a number or theta[s], positive.
        deficits: "zero": close all deficits first, and compare with that; "fixed": deficits keep their share of world
            income; "share": spending other than tariff revenue is a fixed multiple of income, times the one factor
            that makes the world's deficits add to zero.
        near: a calibration of the same data and rule at other elasticities, whose Jacobian is kept: for speed only.

    Raises:
        InputError: theta is not positive, or no such rule.
        NoEquilibriumError: no equilibrium without deficits was found.
    """
    elasticity = _theta(theta, data)
    if deficits not in get_args(DeficitRule):
        raise InputError(f'Deficit rule "{deficits}": allowed are {", ".join(get_args(DeficitRule))}.')
    log_wage, baseline = np.zeros(len(data.output)), data
    if deficits == "zero" and np.abs(data.deficit / data.output).max() > STOP:
        problem = _pose(data, elasticity, deficits)
        if near is None:
            state, _ = _search(problem, log_wage)
        else:
            first_guess = near.log_wage * (near.theta.mean() / elasticity.mean())
            jacobian = np.tensordot(elasticity, near.by_theta, 1) + near.constant
            state, _ = _search(problem, first_guess, _factors(jacobian))
        log_wage, baseline = state.log_wage, TradeBaseline(_outward(state.flows), data.tariff)
    if near is None:
        by_theta, constant = _at(_pose(baseline, elasticity, deficits), np.zeros_like(log_wage)).jacobian()
    else:
        by_theta, constant = near.by_theta, near.constant
    return Calibration(data, baseline, elasticity, deficits, log_wage, by_theta, constant)


def counterfactual(
    calibration: Calibration, *, kappa: Any = None, productivity: Any = None, tariff: Any = None
) -> Equilibrium:
    """The equilibrium after changes of trade costs, productivities and tariffs.

    Args:
        calibration: the baseline, the elasticities and the deficit rule.
        kappa: factor on iceberg trade costs, kappa[i, j, s] or kappa[i, j]; inf is an embargo. None: no change.
        productivity: factor A^[i, s] or A^[i]. None: no change.
        tariff: the counterfactual's tariffs tau'[i, j, s] or tau'[i, j] in levels, as fractions. None: the baseline's.

    Raises:
        InputError: a number out of bounds; the message names which and where.
        NoEquilibriumError: a country could import but not pay, or finds no supplier of a sector it buys, or Newton's
            method did not bring the residual below 1e-10. No number is returned.
    """
    baseline = calibration.baseline
    problem = _pose(baseline, calibration.theta, calibration.deficits, kappa, productivity, tariff)
    state, iterations = _search(problem, np.zeros_like(calibration.log_wage), calibration.factors)
    wage, price = np.exp(state.log_wage), state.price
    return Equilibrium(
        wage=wage,
        price=price,
        real_wage=wage / price,
        real_income=state.expenditure / calibration.expenditure / price,
        flows=_outward(state.flows),
        tariff=baseline.tariff if tariff is None else _tariff(tariff, baseline.flows.shape),
        expenditure=state.expenditure,
        revenue=state.expenditure * (1 - state.kept),
        cut_off=problem.alone,
        residual=state.residual,
        iterations=iterations,
        baseline=baseline,
    )


def excess_supply(
    calibration: Calibration, log_wage: Array, *, kappa: Any = None, productivity: Any = None, tariff: Any = None
) -> Array:
    """Sales at given log wages less the income they must pay, sum_js X'_ijs - w^_i Y_i [i]; zero in equilibrium."""
    problem = _pose(calibration.baseline, calibration.theta, calibration.deficits, kappa, productivity, tariff)
    state = _at(problem, np.asarray(log_wage, dtype=float))
    return state.supply - state.income


def solve(
    baseline: TradeBaseline,
    theta: Any,
    *,
    kappa: Any = None,
    productivity: Any = None,
    tariff: Any = None,
    deficits: DeficitRule = "zero",
) -> Equilibrium:
    """``calibrate`` and one ``counterfactual``: arguments, result and errors are theirs."""
    return counterfactual(calibrate(baseline, theta, deficits), kappa=kappa, productivity=productivity, tariff=tariff)


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


@dataclass(frozen=True)
class _Problem:
    """A counterfactual posed. ``gross[s, i, j]`` is pi (c / w^)^-theta, ``net`` the same with tariffs taken off."""

    theta: Array
    gross: Array
    net: Array
    alpha: Array
    output: Array
    deficit: Array
    rule: DeficitRule
    bloc: Indices

    @property
    def alone(self) -> NDArray[np.bool_]:
        """Countries that trade with nobody else."""
        return (np.bincount(self.bloc)[self.bloc] == 1) & (len(self.output) > 1)

    def over_bloc(self, values: Array) -> Array:
        """The sum of values[i] over the bloc of each country: countries that trade, directly or through others."""
        total: Array = np.bincount(self.bloc, values)[self.bloc].astype(float)
        return total


@dataclass(frozen=True)
class _State:
    """Everything at given log wages. ``kept[j]`` is the share of spending that is not tariff revenue."""

    problem: _Problem
    log_wage: Array
    income: Array
    spendable: Array
    competitiveness: Array
    Phi: Array
    kept: Array
    expenditure: Array
    supply: Array

    @property
    def gap(self) -> Array:
        """Excess demand relative to sales, z_i / S_i, with z = S - w^ Y and S_i = sum_js X'_ijs."""
        return 1 - self.income / self.supply

    @cached_property
    def residual(self) -> float:
        """The largest relative excess demand; inf where a quantity is not a positive number."""
        return self.excess_in(self.income)

    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def excess_in(self, unit: Array) -> float:
        """The largest |z_i| / unit_i; inf where a quantity is not a positive number."""
        worst = np.abs((self.supply - self.income) / unit).max()
        return float(worst) if np.isfinite(worst) and (self.spendable > 0).all() else np.inf

    @property
    def shares(self) -> Array:
        """pi'[s, i, j]."""
        return self.problem.gross * self.competitiveness[:, :, None] / self.Phi[:, None, :]

    @property
    def flows(self) -> Array:
        """X'[s, i, j]."""
        spending = self.problem.alpha * self.expenditure / self.Phi
        return self.problem.net * self.competitiveness[:, :, None] * spending[:, None, :]

    @property
    def price(self) -> Array:
        """P^[j]."""
        return np.exp(-(self.problem.alpha / self.problem.theta[:, None] * np.log(self.Phi)).sum(0))

    def jacobian(self) -> tuple[Array, Array]:
        """The derivative of excess demand, (dz_i / dln w_k) / S_i: sum_s theta_s first[s, i, k] + second[i, k].

        Like z itself (Walras) it adds to zero exactly when weighted by sales, which Newton's method needs where only a
        trace of trade connects two blocs. The second part holds a rank-one term per bloc, 1 v' with v the shares of
        income: it fixes the numeraire.
        """
        problem = self.problem
        pi = self.shares
        sales = self.flows / self.supply[:, None]
        sales_total = sales.sum(0)
        by_theta = sales @ pi.transpose(0, 2, 1)
        diagonal = np.arange(len(self.income))
        by_theta[:, diagonal, diagonal] -= sales.sum(2)
        if problem.net is not problem.gross:
            taken = problem.net * self.competitiveness[:, :, None] / self.Phi[:, None, :]
            response = problem.alpha[:, None, :] * (taken - taken.sum(1)[:, None, :] * pi) / self.kept
            by_theta += sales_total @ response.transpose(0, 2, 1)
        income_share = self.income / problem.over_bloc(self.income)
        same_bloc = problem.bloc[:, None] == problem.bloc
        constant = sales_total @ self._spendable_by_wage() + same_bloc * income_share
        constant[diagonal, diagonal] -= self.income / self.supply
        return by_theta, constant

    def _spendable_by_wage(self) -> Array:
        """The derivative of log spendable income H[j] in log wage [k]."""
        problem = self.problem
        if problem.rule == "fixed":
            return (np.diag(self.income) + np.outer(problem.deficit, self.income)) / self.spendable[:, None]
        if problem.rule == "share":
            wished = problem.deficit * self.income
            same_bloc = problem.bloc[:, None] == problem.bloc
            scale = self.income / problem.over_bloc(self.income) - wished / problem.over_bloc(wished)
            return np.eye(len(self.income)) + same_bloc * scale
        return np.eye(len(self.income))


def _pose(
    baseline: TradeBaseline,
    theta: Array,
    rule: DeficitRule,
    kappa: Any = None,
    productivity: Any = None,
    tariff: Any = None,
) -> _Problem:
    """Check a counterfactual's numbers and gather what does not change with wages."""
    shape = baseline.flows.shape
    gross = _inward(baseline.shares)
    if kappa is not None:
        gross = _powers(_like(kappa, shape, "kappa"), theta) * gross
    if productivity is not None:
        gain = np.asarray(productivity, dtype=float)
        gain = np.broadcast_to(gain[:, None] if gain.ndim == 1 else gain, (shape[0], shape[2]))
        _every(np.isfinite(gain) & (gain > 0), gain, "productivity", "a positive number")
        gross = gross * (gain.T ** theta[:, None])[:, :, None]
    net = gross
    if tariff is not None or baseline.tariff is not None:
        before = 1 + _inward(np.zeros(shape) if baseline.tariff is None else baseline.tariff)
        after = before if tariff is None else 1 + _inward(_tariff(tariff, shape))
        gross = _powers(after / before, theta) * gross if tariff is not None else gross
        net = gross / after
    alpha = np.ascontiguousarray(baseline.alpha.T)
    unsupplied = np.argwhere((alpha > 0) & (gross.sum(1) <= 0))
    if len(unsupplied):
        s, j = unsupplied.T
        raise NoEquilibriumError("nobody is left to sell what is bought there", j, s)
    deficit = {
        "zero": np.zeros(shape[0]),
        "fixed": baseline.deficit / baseline.output.sum(),
        "share": 1 + baseline.deficit / baseline.output,
    }[rule]
    bloc = _blocs(gross, deficit, rule)
    return _Problem(theta, gross, net, alpha, baseline.output, deficit, rule, bloc)


def _powers(cost: Array, theta: Array) -> Array:
    """cost^-theta [s, i, j].

    Raises:
        InputError: a cost is not positive, or so small that its power overflows.
    """
    if not cost.min() > 0:
        _every(np.moveaxis(cost > 0, 0, -1), _outward(cost), "kappa", "positive (inf for an embargo)")
    weight: Array = np.log(cost)
    weight *= -theta[:, None, None]
    with np.errstate(over="ignore"):
        np.exp(weight, out=weight)
    if not weight.max() < np.inf:
        _every(np.moveaxis(np.isfinite(weight), 0, -1), _outward(cost), "kappa", "so large that kappa^-theta is finite")
    return weight


@np.errstate(over="ignore", divide="ignore", invalid="ignore")
def _at(problem: _Problem, log_wage: Array) -> _State:
    """All quantities at given log wages. A trial too far out overflows; its residual is then infinite."""
    income = problem.output * np.exp(log_wage)
    if problem.rule == "fixed":
        spendable = income + problem.deficit * income.sum()
    elif problem.rule == "share":
        wished = problem.deficit * income
        spendable = wished * problem.over_bloc(income) / problem.over_bloc(wished)
    else:
        spendable = income
    competitiveness = np.exp(-problem.theta[:, None] * log_wage)
    Phi = _sum_over_exporters(competitiveness, problem.gross)
    Phi[problem.alpha <= 0] = 1.0
    if problem.net is problem.gross:
        kept = np.ones_like(income)
    else:
        kept = (problem.alpha * _sum_over_exporters(competitiveness, problem.net) / Phi).sum(0)
    expenditure = spendable / kept
    demand = problem.alpha * expenditure / Phi
    supply = (competitiveness * (problem.net @ demand[:, :, None])[:, :, 0]).sum(0)
    return _State(problem, log_wage, income, spendable, competitiveness, Phi, kept, expenditure, supply)


def _search(problem: _Problem, log_wage: Array, factors: Factors | None = None) -> tuple[_State, int]:
    """Newton's method with kept factorisations and step halving, from given log wages.

    Raises:
        NoEquilibriumError: the residual stays above ``TOLERANCE``.
    """
    state = _at(problem, _in_numeraire(problem, log_wage))
    fresh = False
    iteration = 0
    for iteration in range(MAX_STEPS):
        if state.residual < STOP:
            return state, iteration
        if factors is None:
            by_theta, constant = state.jacobian()
            factors, fresh = _factors(np.tensordot(problem.theta, by_theta, 1) + constant), True
        direction = -lu_solve(factors, state.gap, check_finite=False)
        step = min(1.0, LONGEST_STEP / max(float(np.abs(direction).max()), LONGEST_STEP))
        trial = _at(problem, _in_numeraire(problem, state.log_wage + step * direction))
        left = trial.excess_in(state.income) / state.residual
        while fresh and not left < 1 and step > SMALLEST_STEP:
            step /= 2
            trial = _at(problem, _in_numeraire(problem, state.log_wage + step * direction))
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
    raise NoEquilibriumError(
        f"after {iteration + 1} steps excess supply is still {state.residual:.1e} of income (wanted {TOLERANCE:.0e})",
        [int(np.argmax(np.abs(state.supply / state.income - 1)))],
    )


def _sum_over_exporters(weights: Array, matrices: Array) -> Array:
    """sum_i weights[s, i] matrices[s, i, j]."""
    total: Array = (weights[:, None, :] @ matrices)[:, 0, :]
    return total


def _in_numeraire(problem: _Problem, log_wage: Array) -> Array:
    """Log wages at which every bloc's income is its baseline share of the world's."""
    with np.errstate(over="ignore", invalid="ignore"):
        income = problem.over_bloc(problem.output * np.exp(log_wage))
        scaled: Array = log_wage - np.log(income / problem.over_bloc(problem.output))
    return scaled


def _factors(jacobian: Array) -> Factors:
    damped = jacobian - DAMPING * np.eye(len(jacobian))
    factors: Factors = lu_factor(damped, overwrite_a=True, check_finite=False)
    return factors


def _blocs(gross: Array, deficit: Array, rule: DeficitRule) -> Indices:
    """The bloc of each country: who can trade with whom, directly or through others.

    Raises:
        StrandedError: trade within a bloc runs one way only, or its deficits cannot be kept.
    """
    if any(sector.min() > 0 for sector in gross):
        return np.zeros(gross.shape[1], dtype=np.intp)
    linked: NDArray[np.bool_] = np.any(gross > 0, axis=0)
    _, weak = connected_components(linked, connection="weak")
    bloc = weak.astype(np.intp)
    if rule == "fixed":
        uncovered = np.abs(np.bincount(bloc, deficit)) > TOLERANCE
        if len(uncovered) > 1 and uncovered.any():
            raise NoEquilibriumError(
                'nobody is left to finance a deficit that is to stay fixed (the rules "zero" and "share" allow that)',
                np.flatnonzero(uncovered[bloc]),
            )
        return bloc
    count, strong = connected_components(linked, connection="strong")
    if count > bloc.max() + 1:
        main = strong == np.bincount(strong).argmax()
        stranded = np.flatnonzero(~main & (bloc == bloc[main][0]))
        raise NoEquilibriumError("trade goes one way only and cannot balance", stranded)
    return bloc


def _theta(theta: Any, baseline: TradeBaseline) -> Array:
    sectors = baseline.flows.shape[2]
    values = np.asarray(theta, dtype=float)
    if values.ndim > 1 or values.size not in (1, sectors):
        raise InputError(f"Elasticities of shape {values.shape}: wanted is one number or {sectors}, one a sector.")
    _every(np.isfinite(values) & (values > 0), values, "elasticity", "a positive number")
    return np.broadcast_to(values, (sectors,)).astype(float)


def _tariff(tariff: Any, shape: tuple[int, ...]) -> Array:
    rates = _outward(_like(tariff, shape, "tariff"))
    _every(np.isfinite(rates) & (rates > -1), rates, "tariff", "a fraction above -1")
    _every(np.einsum("iis->is", rates) == 0, np.einsum("iis->is", rates), "tariff on own goods", "zero")
    return rates


def _like(values: Any, shape: tuple[int, ...], what: str) -> Array:
    """values[i, j, s], or [i, j] for all sectors, as [s, i, j]."""
    array = np.asarray(values, dtype=float)
    array = array[:, :, None] if array.ndim == 2 else array
    if array.ndim != 3 or array.shape[:2] != shape[:2] or array.shape[2] not in (1, shape[2]):
        raise InputError(f"{what} has shape {array.shape}, the flows have {shape}.")
    return _inward(np.broadcast_to(array, shape))


def _every(holds: Any, values: Array, what: str, allowed: str) -> None:
    """Raise an InputError that names the first place where ``holds`` is false."""
    if not np.all(holds):
        where = tuple(int(k) for k in np.argwhere(~np.asarray(holds))[0])
        raise InputError(f"The {what} at {list(where)} is {np.asarray(values)[where]}; it must be {allowed}.")


def _inward(array: Array) -> Array:
    """[i, j, s] as [s, i, j], contiguous by sector."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 0))


def _outward(array: Array) -> Array:
    """[s, i, j] seen as [i, j, s]."""
    return np.moveaxis(array, 0, -1)


def _each_draw(kappa: Any, draws: int) -> Iterable[Array]:
    """kappa of one draw at a time."""
    if not isinstance(kappa, np.ndarray):
        yield from kappa
        return
    chunk = max(1, int(2**25 // max(kappa[..., 0].size, 1)))
    for start in range(0, draws, chunk):
        block = kappa[..., start : start + chunk]
        yield from np.ascontiguousarray(np.moveaxis(block, -1, 0))
