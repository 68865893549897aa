"""A published input-output table, added up to trade and intermediate use in our sectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from landbridge.errors import DataError
from landbridge.parameters import central_values
from landbridge.world.build.readers.industries import sectors_of
from landbridge.world.build.readers.names import economies, refuse, sectors
from landbridge.world.build.sectors import Sector

if TYPE_CHECKING:
    from numpy.typing import NDArray

FINAL = "final demand"
OUTPUT = "output"
OTHER = "other"
_ABSENT = object()

Label = tuple[str, str]
"""Country and industry as the source writes them; the second may also be FINAL, and OUTPUT or OTHER for totals."""


@dataclass(frozen=True)
class Published:
    """A table as it is published, read some rows at a time.

    ``columns`` label the numbers of a row; ``blocks`` yields the labels of some rows and their numbers [row, column],
    million USD. ``industries``: our sector of each industry code. ``title``, ``licence``: of the source. ``year``: what
    the file's name says, None if nothing.
    """

    where: str
    title: str
    licence: str
    year: int | None
    columns: Sequence[Label]
    industries: Mapping[str, str]
    blocks: Iterator[tuple[Sequence[Label], NDArray[np.float64]]]


@dataclass(frozen=True)
class InputOutput:
    """Trade with its input-output links, million USD at basic prices.

    ``flows[i, j, k]``: what ``economies[i]`` sells to ``economies[j]`` of sector ``k``, for all uses, never negative;
    ``use[j, k, s]``: what industry ``s`` of ``j`` spends on ``k``, domestic and imported, below its output by a
    positive value added. ``clipped[i, j, k]``: what was added to a flow that goods taken from stocks made too small.
    ``reported[i, k]``: gross output that the source states, NaN where it states none. ``cut[j, s]``: factor on the
    inputs of industries that had too little value added, else 1.
    """

    economies: list[str]
    sectors: list[Sector]
    flows: NDArray[np.float64]
    use: NDArray[np.float64]
    clipped: NDArray[np.float64]
    reported: NDArray[np.float64]
    cut: NDArray[np.float64]

    @property
    def output(self) -> NDArray[np.float64]:
        """Gross output ``[i, k]``: all sales, to oneself included."""
        return self.flows.sum(axis=1)

    @property
    def value_added(self) -> NDArray[np.float64]:
        """Output less inputs ``[i, k]``; taxes on inputs and transport margins are inside it."""
        return self.output - self.use.sum(axis=1)


def add_up(table: Published) -> InputOutput:
    """Add up a published table to countries and our sectors.

    Final demand of a cell (exporter, importer, sector) below zero, a draw on stocks, is taken as zero: those goods
    count as made in the year. Output is what is sold, value added what is left after inputs. Where that is less than
    the share of output ``least_value_added`` (a parameter), inputs are cut.

    Raises:
        DataError: an unknown country or industry; rows and columns that are not the same industries; an economy that
            sells nothing to itself.
    """
    buyers = [label for label in table.columns if label[1] not in (OUTPUT, OTHER)]
    code = economies((label[0] for label in buyers), table.where)
    named = [label for label in buyers if label[1] != FINAL]
    sector = sectors((label[1] for label in named), table.industries, table.where)
    names = sorted({code[label[0]] for label in named})
    worlds = sectors_of(table.industries, sector)
    held = [each.name for each in worlds]
    if strangers := sorted({label[0] for label in buyers if code[label[0]] not in names}):
        raise DataError(f"{table.where}: {strangers[0]} has final demand, but no industries.")
    N, K = len(names), len(held)

    place = {label: (names.index(code[label[0]]), held.index(sector[label[1]])) for label in named}
    slots = np.array([_slot(label, place, names, code, K) for label in table.columns])
    added = slots >= 0
    spread = _spread(slots[added], N * (K + 1))
    output_column = next((c for c, label in enumerate(table.columns) if label[1] == OUTPUT), None)

    sold = np.zeros((N * K, N * (K + 1)))
    reported = np.zeros(N * K) if output_column is not None else np.full(N * K, np.nan)
    missing: dict[Label, object] = dict.fromkeys(named)
    for labels, values in table.blocks:
        inside = np.array([label[1] not in (OUTPUT, OTHER) for label in labels], dtype=bool)
        sellers = [label for label, kept in zip(labels, inside, strict=True) if kept]
        faults = [_row_fault(label, place) for label in sellers if missing.pop(label, _ABSENT) is _ABSENT]
        refuse(table.where, faults)
        if not sellers:
            continue
        rows = np.array([place[label][0] * K + place[label][1] for label in sellers])
        np.add.at(sold, rows, (spread @ values[inside][:, added].T).T)
        if output_column is not None:
            np.add.at(reported, rows, values[inside, output_column])
    refuse(table.where, [f"no row for {_said(label)}, which has a column. Is the file cut short?" for label in missing])
    cells = sold.reshape(N, K, N, K + 1).transpose(0, 2, 1, 3)
    inputs = np.maximum(cells[..., :K], 0.0)
    wanted = cells.sum(axis=-1)
    flows = inputs.sum(axis=-1) + np.maximum(cells[..., K], 0.0)
    use = inputs.sum(axis=0)
    cut = room_for_value_added(flows.sum(axis=1), use.sum(axis=1))
    without = [name for name, own in zip(names, np.einsum("iik->i", flows), strict=True) if own <= 0]
    refuse(table.where, [f"{name} sells nothing to itself; every economy must." for name in without])
    return InputOutput(names, worlds, flows, use * cut[:, None, :], flows - wanted, reported.reshape(N, K), cut)


def _slot(
    label: Label, place: Mapping[Label, tuple[int, int]], names: list[str], code: Mapping[str, str], K: int
) -> int:
    """Where a column is added: importer by sector of use, final demand last; -1 for totals."""
    if label[1] in (OUTPUT, OTHER):
        return -1
    j, s = (names.index(code[label[0]]), K) if label[1] == FINAL else place[label]
    return j * (K + 1) + s


def _spread(slots: NDArray[np.int64], size: int) -> object:
    """The matrix [slot, column] that adds columns up to slots."""
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(slots)), (slots, np.arange(len(slots)))), shape=(size, len(slots)))


def _row_fault(label: Label, place: Mapping[Label, tuple[int, int]]) -> str:
    return f"the row {_said(label)} {'stands twice' if label in place else 'has no column of that name'}."


def _said(label: Label) -> str:
    return " ".join(label)


def room_for_value_added(output: NDArray[np.float64], inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Factor ``[j, s]`` on inputs: 1, but where they leave less value added than the share ``least_value_added``."""
    room = (1 - central_values()["least_value_added"]) * output
    return np.where(inputs > room, room / np.where(inputs > 0, inputs, 1.0), 1.0)
