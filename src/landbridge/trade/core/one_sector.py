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
    bought, sold, kept = flows / spending, flows / output[:, None], output / spending
    passed = sold @ bought.T
    by_wage = -theta * passed - sold * kept + _numeraire(flows, output)
    by_wage[np.diag_indices_from(by_wage)] += 1 + theta
    chosen = np.arange(len(output)) if some is None else some
    direct = bought.T[chosen]
    income = -direct
    income[np.arange(len(chosen)), chosen] += kept[chosen]
    worth = theta * np.linalg.solve(by_wage.T, income.T).T
    found: Array = worth - worth @ passed + direct
    return found


def _numeraire(flows: Array, output: Array) -> Array:
    """The shares y of output, or 1 y' where trade is split into blocs: what fixes the level of wages."""
    largest = int(np.argmax(output))
    if ((flows[largest] > 0) | (flows[:, largest] > 0)).all():
        return output / output.sum()
    count, bloc = connected_components(flows > 0, connection="weak")
    total = np.bincount(bloc, output, count)[bloc]
    shares: Array = (bloc[:, None] == bloc) * (output / total)
    return shares
