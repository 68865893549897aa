"""A gravity estimate of trade by Poisson pseudo maximum likelihood: it completes a pattern where no report exists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.world.build.sources import read

if TYPE_CHECKING:
    from numpy.typing import NDArray

# GeoDist keeps the codes of states that are gone: a successor takes the distances of its predecessor.
_PREDECESSOR = {
    "COD": "ZAR",
    "CUW": "ANT",
    "MNE": "YUG",
    "PSE": "PAL",
    "ROU": "ROM",
    "SRB": "YUG",
    "SSD": "SDN",
    "SXM": "ANT",
    "TLS": "TMP",
    "XKX": "YUG",
}
_TIES = ["contig", "comlang_off", "colony", "smctry"]


def geography(sources: Path, economies: list[str]) -> NDArray[np.float64]:
    """Log distance and ties of every pair, ``[i, j, feature]``: log km, contiguity, language, colony, once one state.

    An economy without coordinates (the remainder) lies at the median distance from all others and has no ties.

    Raises:
        DataError: the file is missing.
    """
    frame = read(sources, "geodist").set_index(["iso_o", "iso_d"])
    codes = [_PREDECESSOR.get(iso3, iso3) for iso3 in economies]
    chosen = frame.reindex([(i, j) for i in codes for j in codes])[["dist", *_TIES]].to_numpy(float)
    features = chosen.reshape(len(codes), len(codes), -1)
    features[..., 0] = np.log(np.where(features[..., 0] > 0, features[..., 0], np.nan))
    return np.where(np.isnan(features), np.nanmedian(features, axis=(0, 1)), features)


def regressors(gdp: NDArray[np.float64], people: NDArray[np.float64], geo: NDArray[np.float64]) -> NDArray[np.float64]:
    """``[i, j, k]``: constant, log GDP and log GDP per head of both sides, then the geography."""
    n = len(gdp)
    size, wealth = np.log(gdp), np.log(gdp / people)
    sides = [np.broadcast_to(v, (n, n)) for v in (size[:, None], size[None, :], wealth[:, None], wealth[None, :])]
    return np.concatenate([np.ones((n, n, 1)), np.stack(sides, axis=-1), geo], axis=-1)


def poisson(X: NDArray[np.float64], y: NDArray[np.float64], steps: int = 100) -> NDArray[np.float64]:
    """Coefficients ``b[k]`` of ``E[y] = exp(X b)``, with ``X[n, k]`` and ``y[n] >= 0``, by reweighted least squares.

    Source: Santos Silva & Tenreyro (2006), The Log of Gravity, eq. 8.

    Raises:
        ArithmeticError: the iteration has not settled after ``steps``.
    """
    b, *_ = np.linalg.lstsq(X, np.log(y + y.mean()), rcond=None)
    for _ in range(steps):
        mean = np.exp(X @ b)
        change = np.linalg.solve((X * mean[:, None]).T @ X, X.T @ (y - mean))
        b = b + change
        if np.abs(change).max() < 1e-9:
            return b
    raise ArithmeticError(f"The Poisson regression moved by {np.abs(change).max():.1e} in its last step.")
