"""The tables of a world from what was read: an input-output table, goods trade by product, or a trade table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from landbridge.errors import DataError
from landbridge.labels import REST
from landbridge.world.build.economies import in_words
from landbridge.world.build.readers.inputoutput import InputOutput
from landbridge.world.build.sectors import Sector
from landbridge.world.build.tables import (
    TABLE,
    Change,
    accounts_frame,
    accounts_table,
    adjustments_table,
    sectors_table,
    trade_table,
    use_table,
    with_value_added,
)
from landbridge.world.package import Column, Source, Table
from landbridge.world.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import Series

VALUE_ADDED = "Income is value added: output less what industries use, taxes on inputs included."
_STATUS = "observed: as its source states; estimated: completed; modelled: scaled to trade or to leave value added"
_ROWS_ADD_UP = 1e-3  # relative, over the world: far above the rounding of published figures
_PLAUSIBLE = 30.0  # factor between two sources of the same trade
_UNITS = ((1e5, "USD"), (_PLAUSIBLE, "thousand USD"), (0.0, "billion USD"))


@dataclass(frozen=True)
class Trade:
    """Trade of a world to be, over its ``economies`` (sorted) and ``sectors``.

    ``flows[i, j, s]`` million USD; ``basis[i, j, s]``: what a cell rests on; ``observed[i, j, s]``: whether a source
    states it; ``gdp[i]`` million USD.
    """

    year: int
    economies: list[str]
    sectors: Sequence[Sector]
    flows: NDArray[np.float64]
    basis: NDArray[np.str_]
    observed: NDArray[np.bool_]
    gdp: NDArray[np.float64]


@dataclass(frozen=True)
class Use:
    """Intermediate use ``value[j, k, s]``, million USD, and how well each cell is known."""

    value: NDArray[np.float64]
    status: NDArray[np.str_]


def trade_tables(
    trade: Trade, source: Source, changes: Sequence[Change], words: str, use: Use | None = None
) -> list[Table]:
    """Trade, accounts (which trade adds up to), what was changed and, if there is any, intermediate use.

    ``words`` describe the accounts.
    """
    table = trade_table(trade.year, trade.economies, trade.sectors, trade.flows, trade.basis)
    columns = {
        "status": "observed: a source states it; modelled: filled in, see basis",
        "basis": "what the cell rests on",
    }
    described = tuple(
        replace(column, description=columns.get(column.name, column.description)) for column in table.columns
    )
    table = replace(table, columns=described)
    table.frame["status"] = np.where(trade.observed.ravel(), "observed", "modelled")
    accounts, accounted = accounts_frame(trade.economies, trade.flows, trade.gdp)
    tables = [table, adjustments_table(changes)]
    if use is not None:
        accounts, accounted = with_value_added(accounts, accounted, use.value.sum(axis=(1, 2)))
        said = f"What industries spent on inputs in {trade.year}, domestic and imported, basic prices."
        tables.append(use_table(said, trade.economies, trade.sectors, use.value, use.status, _STATUS))
    return [from_source(each, source) for each in (*tables, accounts_table(accounts, words, accounted))]


def industry_tables(io: InputOutput, year: int, source: Source, base: World) -> list[Table]:
    """The tables of an industry world; the rest of the international system is that of ``base``.

    Raises:
        DataError: the rows of the input-output table do not add up to the output that it states.
    """
    cells = io.flows.shape
    trade = Trade(
        year,
        io.economies,
        io.sectors,
        io.flows,
        np.full(cells, TABLE),
        np.full(cells, True),
        io.value_added.sum(axis=1),
    )
    status = np.where(np.broadcast_to((io.cut < 1)[:, None, :], io.use.shape), "modelled", "observed")
    return [
        economies_of(base, io.economies, {}, source),
        from_source(sectors_table(io.sectors), source),
        *trade_tables(trade, source, _changes(io, source.title), VALUE_ADDED, Use(io.use, status)),
    ]


def economies_of(base: World, trading: Sequence[str], notes: Mapping[str, str], source: Source) -> Table:
    """The countries of ``base``, of which ``trading`` trade in their own right; ``notes``: remarks on single ones.

    Raises:
        DataError: an economy that ``base`` does not know.
    """
    frame = base.table("economies").copy()
    notes = {REST: in_words({}, trading)[REST] if REST in trading else "", **notes}
    if strangers := sorted(set(trading) - set(frame["iso3"])):
        raise DataError(f"{strangers[0]} is not among the countries and territories of a world (table economies).")
    frame["trade"] = frame["iso3"].isin(trading)
    frame["status"] = np.where(frame["trade"] & (frame["iso3"] != REST), "observed", "remainder")
    frame["note"] = [notes.get(iso3, "") for iso3 in frame["iso3"]]
    described = base.resources["economies"]["schema"]["fields"]
    return Table(
        name="economies",
        frame=frame,
        description="Countries and territories, and the role each has in this world.",
        columns=tuple(Column(field["name"], field["description"], field["unit"]) for field in described),
        key=("iso3",),
        licence=source.licence,
        sources=(source,),
    )


def from_source(table: Table, source: Source) -> Table:
    """The table as one that stands on ``source``."""
    return replace(table, licence=source.licence, sources=(source,))


def unit_remark(traded: Series, base: World) -> str:
    """A warning when trade by (exporter, importer), million USD, is far from the base's; "" when it is plausible."""
    known = base.table("trade").groupby(["exporter", "importer"])["value_musd"].sum()
    abroad = traded[traded.index.get_level_values(0) != traded.index.get_level_values(1)]
    both = (abroad if len(abroad) else traded).to_frame("here").join(known.rename("there"), how="inner").sum()
    if not both["there"] > 0 or not both["here"] > 0:
        return ""
    factor = both["here"] / both["there"]
    if 1 / _PLAUSIBLE < factor < _PLAUSIBLE:
        return ""
    unit = next(unit for least, unit in _UNITS if factor > least)
    return (
        f'Warning: trade between these countries is {factor:,.3g} times that of the world "{base.name}". '
        f"Are the values in {unit}? A world has million USD."
    )


def _changes(io: InputOutput, title: str) -> list[Change]:
    """What was done to the published table."""
    changes: list[Change] = []
    sales = io.output - io.clipped.sum(axis=1)
    stated = np.isfinite(io.reported) & (io.reported > 0)
    if stated.any():
        if abs(sales[stated].sum() / io.reported[stated].sum() - 1) > _ROWS_ADD_UP:
            raise DataError(
                f"{title}: all rows add up to {sales[stated].sum():,.0f} million USD, their column of output says "
                f"{io.reported[stated].sum():,.0f}. The file is cut short or was changed."
            )
        apart = np.abs(sales[stated] / io.reported[stated] - 1)
        changes.append((title, "output is what rows add up to", *_extent(apart), "relative to the stated output"))
    raised = io.clipped[io.clipped > 0]
    share = raised.sum() / io.output.sum()
    said = (
        f"negative final demand (goods from stocks) of {len(raised)} cells taken as zero: {share:.2%} of world output"
    )
    changes.append((title, said, *_extent(raised), "million USD"))
    cut = 1 - io.cut[io.cut < 1]
    changes.append(
        (title, f"inputs cut to leave value added, in {len(cut)} industries", *_extent(cut), "share of inputs")
    )
    return changes


def _extent(values: NDArray[np.float64]) -> tuple[float, float]:
    return (float(values.max()), float(np.median(values))) if len(values) else (0.0, 0.0)
