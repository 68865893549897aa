"""What industries use: the use table of 2022, completed with the rest of the world, and carried to a base year.

The published table counts what industries of the named economies buy from named economies only. What they buy from the
rest of the world is added as their other imports of the same goods are used; the rest of the world itself, which has no
table, works as the economies do whose output is made up most like its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.errors import DataError
from landbridge.world.build.balance import Totals, fit
from landbridge.world.build.icio import Icio
from landbridge.world.build.sectors import SERVICES, Sector
from landbridge.world.build.sources import read

if TYPE_CHECKING:
    from numpy.typing import NDArray

YEAR = 2022  # of the only use table there is
_TABLES_AGREE = 0.01  # relative, intermediate use of a country in both published tables: the matrix lacks small cells
_LEAST_FINAL = 1e-6  # share of purchases that may always be final: a fit cannot raise what is zero


@dataclass(frozen=True)
class UseTable:
    """What industry ``s`` of named economy ``j`` uses of sector ``k``, from named economies, million USD ``[j, k, s]``.

    ``total`` from all of them, ``domestic`` from its own.
    """

    total: NDArray[np.float64]
    domestic: NDArray[np.float64]


@dataclass(frozen=True)
class Technology:
    """``inputs[j, k, s]``: sector ``k`` used per unit of output of industry ``s``; ``final[j, k]``: the share of what
    ``j`` buys of ``k`` that industries do not use.
    """

    inputs: NDArray[np.float64]
    final: NDArray[np.float64]


@dataclass(frozen=True)
class Balanced:
    """Intermediate use ``[j, k, s]``, million USD, fitted to a year's trade; the ``prior``; the fit's ``residual``."""

    use: NDArray[np.float64]
    prior: NDArray[np.float64]
    residual: float


def read_use(sources: Path, named: list[str], sectors: Sequence[Sector]) -> UseTable:
    """The use table of 2022, summed to these sectors; industries that the trade table does not tell apart are services.

    Raises:
        DataError: a file is missing, or the table contradicts the intermediate matrix.
    """
    frame = read(sources, "icio_use")
    of_industry = {industry: index for index, sector in enumerate(sectors) for industry in sector.icio}
    place = {iso3: index for index, iso3 in enumerate(named)}
    cell = (
        frame["country"].map(place).to_numpy(),
        *(
            frame[side].map(of_industry).fillna(of_industry[SERVICES]).to_numpy(int)
            for side in ("input_sector", "sector")
        ),
    )
    total, domestic = (np.zeros((len(named), len(sectors), len(sectors))) for _ in range(2))
    np.add.at(total, cell, frame["use_musd"].to_numpy(float))
    np.add.at(domestic, cell, frame["domestic_use_musd"].to_numpy(float))
    return UseTable(total, np.minimum(domestic, total))


def matrix_difference(sources: Path, named: list[str], use: UseTable) -> NDArray[np.float64]:
    """Relative difference ``[j]`` of a country's intermediate use between the intermediate matrix and the use table.

    The matrix names suppliers and has no rest of the world: where the two agree, neither has the use table.

    Raises:
        DataError: the file is missing, or the tables differ by more than 1 %.
    """
    matrix = read(sources, "icio_matrix").groupby("buyer")["value_musd"].sum().reindex(named).to_numpy(float)
    apart = np.abs(matrix / use.total.sum(axis=(1, 2)) - 1)
    if not (apart < _TABLES_AGREE).all():
        worst = int(np.argmax(np.where(np.isnan(apart), np.inf, apart)))
        raise DataError(
            f"{sources}: the intermediate matrix and the use table of {YEAR} differ by {apart[worst]:.1e} in the "
            f"intermediate use of {named[worst]}; allowed is {_TABLES_AGREE:g}. They must be of the same release."
        )
    return apart


def bought_from_rest(use: UseTable, icio: Icio) -> NDArray[np.float64]:
    """What industries of named economies use of the rest of the world's sales ``[j, k, s]``, million USD.

    Of each sale to a country, industries use the share that they use of the country's other imports of the sector, in
    the same proportions. A country that imports none of it from others follows its use of all origins, or the world.
    """
    n = len(icio.named)
    sold = icio.flows[n, :n]
    own = np.einsum("iis->is", icio.flows)[:n]
    imports = icio.flows[:n, :n].sum(axis=0) - own
    imported = use.total - use.domestic
    used = imported.sum(axis=2)
    world = np.divide(used.sum(axis=0), imports.sum(axis=0), out=np.zeros(sold.shape[1]), where=imports.sum(axis=0) > 0)
    share = np.where((imports > 0) & (used > 0), np.minimum(used / np.where(imports > 0, imports, 1.0), 1.0), world)
    pattern = _first_known(imported, use.total, np.broadcast_to(use.total.sum(axis=0), use.total.shape))
    return (share * sold)[..., None] * pattern


def technology(use: NDArray[np.float64], icio: Icio, beliefs: Mapping[str, float]) -> tuple[Technology, list[str]]:
    """The technology of every economy of the table, the rest of the world last, and whom the latter borrows it from.

    ``use[j, k, s]``: the whole intermediate use of the named economies. An industry that an economy does not have gets
    the world's technology (it may have it in another year).
    """
    n = len(icio.named)
    output, purchases = icio.flows.sum(axis=1), icio.flows.sum(axis=0)
    world = use.sum(axis=0) / output[:n].sum(axis=0)
    made = output[:n, None, :]
    inputs = np.where(made > 0, use / np.where(made > 0, made, 1.0), world)
    bought = purchases[:n]
    final = 1 - np.divide(use.sum(axis=2), bought, out=np.ones_like(bought), where=bought > 0)
    like = most_similar(output, n, int(beliefs["similar_economies"]))
    return (
        Technology(
            inputs=np.concatenate([inputs, inputs[like].mean(axis=0, keepdims=True)]),
            final=np.concatenate([final, final[like].mean(axis=0, keepdims=True)]),
        ),
        [icio.named[k] for k in like],
    )


def most_similar(output: NDArray[np.float64], economy: int, count: int) -> NDArray[np.int64]:
    """The named economies whose output ``[i, s]`` is divided over sectors most like that of one ``economy``."""
    mix = output / output.sum(axis=1, keepdims=True)
    apart = np.abs(mix - mix[economy]).sum(axis=1)
    apart[[economy, len(apart) - 1]] = np.inf
    return np.sort(np.argsort(apart, kind="stable")[:count])


def balanced(known: Technology, icio: Icio, least_value_added: float) -> Balanced:
    """Intermediate use nearest to a technology that agrees with a year's trade.

    Every industry keeps the sum of its inputs per unit of output (at most 1 - ``least_value_added``); for every sector,
    what industries use and what is final add up to the country's purchases. Final spending is then the country's value
    added and its deficit. Between these totals the table is the one nearest to the technology (see ``balance.fit``).

    Raises:
        ArithmeticError: the totals contradict each other.
    """
    output, purchases = icio.flows.sum(axis=1), icio.flows.sum(axis=0)
    prior = known.inputs * output[:, None, :]
    inputs = np.minimum(known.inputs.sum(axis=1), 1 - least_value_added) * output
    final = purchases.sum(axis=1) - inputs.sum(axis=1)
    cells = np.concatenate([prior, (np.maximum(known.final, _LEAST_FINAL) * purchases)[..., None]], axis=2)
    j, k, s = (axis.ravel() for axis in np.indices(cells.shape))
    columns = np.concatenate([inputs, final[:, None]], axis=1)
    families = [
        Totals(j * cells.shape[1] + k, purchases.ravel()),
        Totals(j * cells.shape[2] + s, columns.ravel()),
    ]
    fitted = fit(cells.ravel(), families)
    return Balanced(fitted.values.reshape(cells.shape)[..., :-1], prior, fitted.residual)


def _first_known(*patterns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Proportions over the last axis, from the first array that has any there."""
    chosen = np.zeros_like(patterns[0])
    for pattern in reversed(patterns):
        chosen = np.where(pattern.sum(axis=-1, keepdims=True) > 0, pattern, chosen)
    total = chosen.sum(axis=-1, keepdims=True)
    return chosen / np.where(total > 0, total, 1.0)
