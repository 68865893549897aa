"""Linear regressions on panels of pairs, through pyfixest: fixed effects, an instrument, errors of shared members.

    y_n = sum of the effects of n + x_n beta + e_n

with an instrument z, x_n is first replaced by its projection on z_n and the effects (two-stage least squares). The
errors of two pairs may be related when they have a country in common, on whichever side: with scores s_n the variance
of their sum is sum_c (sum of s_n with c in the pair)^2 - sum_p (sum of s_n of the unordered pair p)^2. Clusters by
country and by partner would miss that a-b and b-a share their votes. Needs the extra ``estimate``.

Source: Aronow, Samii & Assenova (2015), Political Analysis 23(4), for the variance.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.errors import InputError, MissingExtraError
from landbridge.panels import Columns, check_column, codes, without_singletons

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

PAIRS: tuple[Columns, ...] = (("country", "partner"), ("country", "year"), ("partner", "year"))


@dataclass(frozen=True)
class LinearFit:
    """An estimate: ``coefficient`` and ``standard_error`` of the regressor.

    ``first_stage`` is the coefficient of the instrument over its standard error, squared; nan without one.
    ``singletons`` are alone in an effect and left out.
    """

    coefficient: float
    standard_error: float
    first_stage: float
    observations: int
    singletons: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval."""
        return self.coefficient - 1.96 * self.standard_error, self.coefficient + 1.96 * self.standard_error


def linear_fit(
    panel: pd.DataFrame,
    outcome: str,
    regressor: str,
    *,
    instrument: str | None = None,
    effects: Sequence[Columns] = PAIRS,
    members: tuple[str, str] = ("country", "partner"),
) -> LinearFit:
    """Estimate one coefficient on a panel of pairs.

    Args:
        panel: a row per observation; nothing in the columns used may be missing.
        outcome: column of y; ``regressor`` of x; ``instrument`` of z.
        effects: each is one effect for every combination of its columns.
        members: the two columns that name the countries of a pair.

    Raises:
        MissingExtraError: pyfixest is not installed.
        InputError: a column is unknown or has gaps, or the regressor does not vary beyond the effects.
    """
    numbers = [outcome, regressor, *([instrument] if instrument else [])]
    for column in dict.fromkeys([*numbers, *members, *(c for columns in effects for c in columns)]):
        check_column(panel, column, number=column in numbers)
    names = [f"e{k}" for k in range(len(effects))]
    data = pd.DataFrame({f"v{k}": panel[name].to_numpy(float) for k, name in enumerate(numbers)})
    for name, columns in zip(names, effects, strict=True):
        data[name] = codes(panel, columns)
    both = pd.factorize(np.concatenate([panel[side].to_numpy(object) for side in members]))[0].reshape(2, -1)
    data["low"], data["high"] = both.min(0), both.max(0)
    data = without_singletons(data, names)
    absorbed = " + ".join(names)
    value, error = _estimate(f"v0 ~ 1 | {absorbed} | v1 ~ v2" if instrument else f"v0 ~ v1 | {absorbed}", data)
    first = _estimate(f"v1 ~ v2 | {absorbed}", data) if instrument else (np.nan, 1.0)
    return LinearFit(value, error, (first[0] / first[1]) ** 2, len(data), len(panel) - len(data))


def dyadic_variance(scores: Array, low: Codes, high: Codes) -> float:
    """Variance of the sum of scores [n] whose errors are related where pairs (low, high) share a country."""
    size = int(high.max()) + 1
    by_country = np.bincount(low, scores, size) + np.bincount(high, scores, size)
    _, pair = np.unique(low.astype(np.int64) * size + high, return_inverse=True)
    by_pair = np.bincount(pair, scores)
    return float((by_country**2).sum() - (by_pair**2).sum())


def _estimate(formula: str, data: pd.DataFrame) -> tuple[float, float]:
    """Coefficient and standard error."""
    fit = _pyfixest(formula, data)
    slope = float(np.asarray(fit._tZX if fit._is_iv else fit._hessian)[0, 0])
    scores = np.asarray(fit._scores, dtype=float)[:, 0]
    variance = dyadic_variance(scores, data["low"].to_numpy(), data["high"].to_numpy())
    return float(fit.coef().iloc[0]), float(np.sqrt(max(variance, 0.0)) / abs(slope))


def _pyfixest(formula: str, data: pd.DataFrame) -> Any:
    try:
        import pyfixest
    except ImportError:
        raise MissingExtraError("Panels are estimated by pyfixest: pip install 'landbridge[estimate]'.") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return pyfixest.feols(
                formula, data, vcov="iid", fixef_rm="none", copy_data=False, store_data=False, lean=False
            )
        except ValueError as error:
            if "collinear" in str(error):
                raise InputError("The regressor does not vary beyond the fixed effects.") from None
            raise
