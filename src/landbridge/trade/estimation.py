"""Gravity on panels: Poisson pseudo-maximum-likelihood with any fixed effects, through the program pyfixest.

    E[X_n] = exp(sum of the effects of n + z_n beta)        effects: exporter-year, importer-year, pair, ...

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
    data = without_singletons(data, [f"e{k}" for k in range(len(effects))])
    estimate = _estimate(data, len(regressors), len(effects), len(clusters))
    if lost := [name for k, name in enumerate(regressors) if f"z{k}" not in estimate.coef().index]:
        raise InputError(f"{', '.join(lost)} does not vary beyond the fixed effects and the other regressors.")
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


def _estimate(data: pd.DataFrame, regressors: int, effects: int, clusters: int) -> Any:
    """pyfixest's fit of ``flow`` on z0, z1, ... with effects e0, e1, ... and errors clustered by c0, c1.

    pyfixest warns of what it drops and returns what has not converged: both are looked at here. Flows of zero can make
    a coefficient infinite only if the regressors are collinear where trade is positive (Santos Silva & Tenreyro 2010,
    Economics Letters 107(2)): the slow search for them is made only then.
    """
    try:
        import pyfixest
    except ImportError:
        raise MissingExtraError("Panels are estimated by pyfixest: pip install 'landbridge[estimate]'.") from None

    def sum_of(letter: str, count: int) -> str:
        return " + ".join(f"{letter}{k}" for k in range(count))

    formula = f"flow ~ {sum_of('z', regressors)} | {sum_of('e', effects)}"
    given: dict[str, Any] = {
        "demeaner": pyfixest.MapDemeaner(fixef_tol=TOLERANCE),
        "fixef_rm": "none",
        "copy_data": False,
        "store_data": False,
    }
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
                vcov={"CRV1": sum_of("c", clusters)},
                ssc=pyfixest.ssc(k_adj=False),
                iwls_tol=TOLERANCE,
                iwls_maxiter=MAX_STEPS,
                separation_check=searched,
                **given,
            )
        except ValueError as error:
            if "collinear" in str(error):
                raise InputError("No regressor varies beyond the fixed effects and the other regressors.") from None
            raise SolveError(f"Gravity on a panel: {error}") from None
    if not estimate.convergence:
        raise SolveError(f"Gravity on a panel: not converged after {MAX_STEPS} steps; the estimate may not exist.")
    return estimate
