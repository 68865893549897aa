"""Exposure of real incomes in the model of one sector without tariffs: the closed form, for use by the thousand.

With X [i, j] the flows, S_ij = X_ij / E_j what j spends on i, T_ij = X_ij / Y_i what i earns from j, and deficits in
units of world income, log wages w and real incomes W answer log productivities a as

    w = -theta (w - a) + theta T S' (w - a) + T k w         k_j = Y_j / E_j, sum_i Y_i w_i = 0 in every bloc
    W = k w - S' (w - a)

so that  dW / da = (k - S') B^-1 theta (I - T S') + S'  with  B = (1 + theta) I - theta T S' - T k + 1 y',  y the shares
of output in a bloc. It equals ``trade.exposure`` where that is asked for one sector and deficits that are fixed.

Source: Kleinman, Liu & Redding (2024), American Economic Journal: Macroeconomics 16(4), here with deficits.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.csgraph import connected_components

from landbridge.errors import InputError
from landbridge.trade.core.arrays import Array, Indices


def one_sector_exposure(flows: Array, theta: float, some: Indices | None = None) -> Array:
    """Elasticities of real income of n to productivity of i [n, i], from flows [i, j] with own trade.

    Args:
        some: positions of the countries n; None: all.

    Raises:
        InputError: a country without own trade.
    """
    own = np.diagonal(flows)
    if not own.min() > 0:
        raise InputError(f"Country {int(np.argmin(own))} has no trade with itself; it must be positive.")
    output, spending = flows.sum(1), flows.sum(0)
    kept, chosen = output / spending, np.arange(len(output)) if some is None else some
    passed = (flows / spending) @ flows.T  # Y T S'
    system = theta * passed
    system += flows * kept
    system -= _numeraire(flows, output)
    np.negative(system, out=system)
    system[np.diag_indices_from(system)] += (1 + theta) * output  # Y B
    bought = (flows[:, chosen] / spending[chosen]).T
    income = -bought
    income[np.arange(len(chosen)), chosen] += kept[chosen]
    worth = theta * np.linalg.solve(system.T, income.T).T
    found: Array = worth * output - worth @ passed + bought
    return found


def _numeraire(flows: Array, output: Array) -> Array:
    """Y 1 y' [i, j] with y the shares of output in a bloc: what fixes the level of wages."""
    largest = int(np.argmax(output))
    if ((flows[largest] > 0) | (flows[:, largest] > 0)).all():
        return np.multiply.outer(output, output / output.sum())
    count, bloc = connected_components(flows > 0, connection="weak")
    total = np.bincount(bloc, output, count)[bloc]
    shares: Array = (bloc[:, None] == bloc) * np.multiply.outer(output, output / total)
    return shares
