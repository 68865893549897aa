"""Gravity on panels with any fixed effects, through the program pyfixest.

    E[X_n]     = exp(sum of the effects of n + z_n beta)    Poisson pseudo-maximum-likelihood: ``panel_fit``
    E[log X_n] =     sum of the effects of n + z_n beta     least squares on flows above zero: ``log_fit``

Effects are of exporter-year, importer-year, pair, ...

Needs the extra ``estimate``. One cross-section with effects of exporters and importers is ``gravity.gravity_fit``'s,
which needs no extra and predicts flows it has not seen.

Source: Correia, Guimaraes & Zylkin (2020), Stata Journal 20(1), whose algorithm pyfixest follows.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.errors import InputError, MissingExtraError, SolveError
from landbridge.panels import Columns, check_column, codes, without_singletons
from landbridge.trade.gravity import poisson_deviance

Array = NDArray[np.float64]

STRUCTURAL: tuple[Columns, ...] = (("exporter", "year"), ("importer", "year"), ("exporter", "importer"))
TOLERANCE = 1e-8  # of the effects taken out, and of the deviance; at looser ones good regressors look collinear
MAX_STEPS = 200
FEWEST_CLUSTERS = 2
COLLINEAR = "No regressor varies beyond the fixed effects and the other regressors."


@dataclass(frozen=True)
class PanelFit:
    """An estimate. ``coefficient``, ``standard_error`` [k] in the order of ``names``; ``covariance`` [k, k].

    Errors are related within clusters, with the factor G / (G - 1) for the smallest number G of clusters and no other.
    ``observations`` are those that count. ``singletons`` are alone in an effect and tell nothing, ``separated`` are
    flows of zero that the effects fit perfectly at minus infinity: both are left out. ``deviance_explained`` is
    1 - deviance / deviance with only a mean.
    """

    names: tuple[str, ...]
    coefficient: Array
    standard_error: Array
    covariance: Array
    deviance: float
    deviance_explained: float
    observations: int
    singletons: int
    separated: int


def panel_fit(
    panel: pd.DataFrame,
    regressors: Sequence[str],
    *,
    flow: str = "trade",
    effects: Sequence[Columns] = STRUCTURAL,
    clusters: Sequence[Columns] = (("exporter",), ("importer",)),
) -> PanelFit:
    """Estimate gravity on a panel.

    Args:
        panel: a row per flow; nothing in the columns used may be missing.
        regressors: columns of numbers.
        flow: column of flows, zero or more.
        effects: each is one effect for every combination of its columns: ``("exporter", "year")``.
        clusters: one or two, likewise: ``("pair",)``, or exporters and importers.

    Raises:
        MissingExtraError: pyfixest is not installed.
        InputError: a column is unknown or has gaps, a flow is negative, a regressor is no number, or is collinear with
            the others and the effects.
        SolveError: the iteration did not end.
    """
    data = _prepared(panel, regressors, flow, effects, clusters)
    estimate = _estimate(data, len(regressors), len(effects), len(clusters))
    _refuse_lost(estimate, regressors)
    covariance = np.asarray(estimate._vcov, dtype=float)
    flows = np.delete(data["flow"].to_numpy(), np.asarray(estimate.na_index, dtype=int))
    flat = np.full_like(flows, flows.mean())
    return PanelFit(
        names=tuple(regressors),
        coefficient=estimate.coef().to_numpy(),
        standard_error=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        deviance=float(estimate.deviance) * float(panel[flow].mean()),
        deviance_explained=1 - float(estimate.deviance) / poisson_deviance(flows, flat),
        observations=len(flows),
        singletons=len(panel) - len(data),
        separated=len(data) - len(flows),
    )


@dataclass(frozen=True)
class LogFit:
    """An estimate by least squares. ``coefficient``, ``standard_error`` [k] in the order of ``names``.

    Errors as in ``PanelFit``; ``observations`` are the flows above zero that share every effect with another one.
    """

    names: tuple[str, ...]
    coefficient: Array
    standard_error: Array
    observations: int


def log_fit(
    panel: pd.DataFrame,
    regressors: Sequence[str],
    *,
    flow: str = "trade",
    effects: Sequence[Columns] = STRUCTURAL,
    clusters: Sequence[Columns] = (("exporter",), ("importer",)),
    weights: str | None = None,
) -> LogFit:
    """Estimate gravity on the logarithms of the flows above zero; arguments as in ``panel_fit``.

    Args:
        weights: column of positive weights of the rows; all count alike where it is None.

    Raises:
        MissingExtraError: pyfixest is not installed.
        InputError: as in ``panel_fit``, or a weight is not positive.
    """
    traded = panel[panel[flow] > 0] if flow in panel else panel
    columns = [*regressors, *([] if weights is None else [weights])]
    data = _prepared(traded, columns, flow, effects, clusters)
    if weights is not None:
        data = data.rename(columns={f"z{len(regressors)}": "weight"})
        if (data["weight"] <= 0).any():
            raise InputError(f'Weights must be above zero; "{weights}" is not everywhere.')
    data["flow"] = np.log(data["flow"])
    pyfixest = _pyfixest()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            estimate = pyfixest.feols(
                _formula(len(regressors), len(effects)),
                data,
                vcov={"CRV1": _sum_of("c", len(clusters))},
                ssc=pyfixest.ssc(k_adj=False),
                weights=None if weights is None else "weight",
                **_given(pyfixest),
            )
        except ValueError as error:
            if "collinear" in str(error):
                raise InputError(COLLINEAR) from None
            raise SolveError(f"Gravity on a panel: {error}") from None
    _refuse_lost(estimate, regressors)
    errors = np.sqrt(np.diag(np.asarray(estimate._vcov, dtype=float)))
    return LogFit(tuple(regressors), estimate.coef().to_numpy(), errors, len(data))


def _prepared(
    panel: pd.DataFrame, regressors: Sequence[str], flow: str, effects: Sequence[Columns], clusters: Sequence[Columns]
) -> pd.DataFrame:
    """The panel checked, as columns flow, z0, z1, ..., e0, e1, ... (effects), c0, c1 (clusters), without singletons."""
    names = [flow, *regressors]
    for column in dict.fromkeys([*names, *(c for columns in (*effects, *clusters) for c in columns)]):
        check_column(panel, column, number=column in names)
    if not regressors:
        raise InputError("No regressor is named: fixed effects alone have no coefficient to report.")
    if (negative := panel[flow] < 0).any():
        raise InputError(f'Flows must not be negative; "{flow}" is in row {panel.index[negative][0]}.')
    data = pd.DataFrame({f"z{k}": panel[name].to_numpy(float) for k, name in enumerate(regressors)})
    data["flow"] = panel[flow].to_numpy(float) / panel[flow].mean()
    for letter, several in (("e", effects), ("c", clusters)):
        for k, columns in enumerate(several):
            data[f"{letter}{k}"] = codes(panel, columns)
            if letter == "c" and data[f"c{k}"].nunique() < FEWEST_CLUSTERS:
                raise InputError(f"Errors cannot be related by {' and '.join(columns)}: there is only one cluster.")
    return without_singletons(data, [f"e{k}" for k in range(len(effects))])


def _refuse_lost(estimate: Any, regressors: Sequence[str]) -> None:
    if lost := [name for k, name in enumerate(regressors) if f"z{k}" not in estimate.coef().index]:
        raise InputError(f"{', '.join(lost)} does not vary beyond the fixed effects and the other regressors.")


def _pyfixest() -> Any:
    try:
        import pyfixest
    except ImportError:
        raise MissingExtraError("Panels are estimated by pyfixest: pip install 'landbridge[estimate]'.") from None
    return pyfixest


def _sum_of(letter: str, count: int) -> str:
    return " + ".join(f"{letter}{k}" for k in range(count))


def _formula(regressors: int, effects: int) -> str:
    return f"flow ~ {_sum_of('z', regressors)} | {_sum_of('e', effects)}"


def _given(pyfixest: Any) -> dict[str, Any]:
    """How pyfixest takes effects out."""
    return {
        "demeaner": pyfixest.MapDemeaner(fixef_tol=TOLERANCE),
        "fixef_rm": "none",
        "copy_data": False,
        "store_data": False,
    }


def _estimate(data: pd.DataFrame, regressors: int, effects: int, clusters: int) -> Any:
    """pyfixest's fit of ``flow`` on z0, z1, ... with effects e0, e1, ... and errors clustered by c0, c1.

    pyfixest warns of what it drops and returns what has not converged: both are looked at here. Flows of zero can make
    a coefficient infinite only if the regressors are collinear where trade is positive (Santos Silva & Tenreyro 2010,
    Economics Letters 107(2)): the slow search for them is made only then.
    """
    pyfixest = _pyfixest()
    formula, given = _formula(regressors, effects), _given(pyfixest)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            traded = pyfixest.feols(formula, data[data["flow"] > 0].reset_index(drop=True), vcov="iid", **given)
            searched = ["fe"] if len(traded.coef()) == regressors else ["fe", "ir"]
        except ValueError:
            searched = ["fe", "ir"]
        try:
            estimate = pyfixest.fepois(
                formula,
                data,
                vcov={"CRV1": _sum_of("c", clusters)},
                ssc=pyfixest.ssc(k_adj=False),
                iwls_tol=TOLERANCE,
                iwls_maxiter=MAX_STEPS,
                separation_check=searched,
                **given,
            )
        except ValueError as error:
            if "collinear" in str(error):
                raise InputError(COLLINEAR) from None
            raise SolveError(f"Gravity on a panel: {error}") from None
    if not estimate.convergence:
        raise SolveError(f"Gravity on a panel: not converged after {MAX_STEPS} steps; the estimate may not exist.")
    return estimate
