"""Fit the choice of modes to the published shares of the half kept for it: ``python -m landbridge.evidence.mode_fit``.

Least sum of 2 (sqrt(1 + (error / SPREAD)^2) - 1), which is the square of a small error and grows with a large one as
its size does, so that a few flows do not rule the others. Each parameter is held near the
middle of its range: half the range, in logarithms, counts as one standard deviation. Routes change by jumps, so the
search needs no slopes; it goes on from the values in ``parameters.toml``, where what it prints goes by hand, rounded.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from landbridge.evidence.mode_shares import compared, shares_of
from landbridge.parameters import central_values, parameters

SPREAD = 5.0  # points of percent: an error that counts as one standard deviation
TRIES = 300
FITTED = (
    "port_hours",
    "port_usd",
    "terminal_hours",
    "rail_border_usd",
    "road_speed_kmh",
    "usd_per_teu_km_road",
    "mode_dispersion",
    "shipments_land_only",
    "shipments_road_only",
    "share_bulk",
    "share_time_sensitive",
    "share_time_sensitive_food",
    "value_ratio_time_sensitive",
    "value_of_time",
    "air_usd_per_tonne",
)


def fit() -> dict[str, float]:
    """The fitted values of ``FITTED``; the others at their central values."""
    low, high = np.log([parameters()[name].range for name in FITTED]).T
    middle, width = (low + high) / 2.0, (high - low) / 2.0

    def values(at: NDArray[np.float64]) -> dict[str, float]:
        return dict(zip(FITTED, np.exp(middle + width * at).tolist(), strict=True))

    def loss(at: NDArray[np.float64]) -> float:
        off = errors({**central_values(), **values(at)}, "fit") / SPREAD
        return float(2.0 * (np.sqrt(1.0 + np.square(off)) - 1.0).sum() + np.square(at).sum())

    start = (np.log([central_values()[name] for name in FITTED]) - middle) / width
    found = minimize(
        loss,
        start,
        method="COBYQA",
        bounds=[(-1.0, 1.0)] * len(FITTED),
        options={"maxfev": TRIES, "initial_tr_radius": 0.3, "final_tr_radius": 0.02},
    )
    return values(found.x)


def errors(params: dict[str, float], half: str) -> NDArray[np.float64]:
    """Ours less published, points of percent, of the rows of a half."""
    return compared(half, cache(lambda year: shares_of(year, params)))["error"].to_numpy()


if __name__ == "__main__":
    values = fit()
    for name, value in values.items():
        print(f"{name} = {value:.4g}")
    for half in ("fit", "test"):
        print(half, np.round(errors({**central_values(), **values}, half), 1))
