"""What an economy sells to itself: output less exports, divided over sectors as economies of its kind do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landbridge.world.build.icio import Icio

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NO_TRADE = 1e-3  # share of GDP below which a trade flow says nothing about production at home


def own_trade(
    icio: Icio,
    gdp: NDArray[np.float64],
    people: NDArray[np.float64],
    abroad: NDArray[np.float64],
    output: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Own trade ``[i, s]``, million USD: the total is output less exports, the sectors follow a regression.

    Args:
        icio: its named economies, which come first in all arrays, teach the regression.
        gdp: million USD ``[i]``; people: persons ``[i]``; output: million USD ``[i]``.
        abroad: trade across borders of members ``[i, j, s]``, million USD; cells between named economies are not read.
    """
    n = len(icio.named)
    taught = np.einsum("iis->is", icio.flows)[:n]
    exports, imports = abroad.sum(axis=1), abroad.sum(axis=0)
    exports[:n] = icio.flows[:n].sum(axis=1) - taught
    imports[:n] = icio.flows[:, :n].sum(axis=0) - taught
    mix = np.stack(
        [_of_sector(taught[:, s], exports[:, s], imports[:, s], gdp, people) for s in range(taught.shape[1])], axis=-1
    )
    return (output - exports.sum(axis=1))[:, None] * mix / mix.sum(axis=1, keepdims=True)


def _of_sector(
    taught: NDArray[np.float64],
    exports: NDArray[np.float64],
    imports: NDArray[np.float64],
    gdp: NDArray[np.float64],
    people: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Own trade ``[i]`` of one sector, log-linear in GDP, GDP per head, and exports and imports relative to GDP."""
    X = np.stack(
        [
            np.ones_like(gdp),
            np.log(gdp),
            np.log(gdp / people),
            np.log(exports / gdp + _NO_TRADE),
            np.log(imports / gdp + _NO_TRADE),
        ],
        axis=-1,
    )
    b, *_ = np.linalg.lstsq(X[: len(taught)], np.log(np.maximum(taught, 1.0)), rcond=None)
    return np.exp(X @ b)
