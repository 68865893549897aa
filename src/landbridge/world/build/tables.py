"""The tables that worlds of every detail share: sectors, trade, accounts, and what balancing changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from landbridge.world.build.sectors import Sector
from landbridge.world.build.sources import source
from landbridge.world.package import Column, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame

LICENCE = "CC BY 4.0"
TABLE = "input-output table"  # the basis of a cell that is read off it

Change = tuple[str, str, float, float, str]


def sectors_table(sectors: Sequence[Sector]) -> Table:
    """The sectors and what they are made of."""
    import pandas as pd

    frame = pd.DataFrame([(s.name, s.title, s.carried, ", ".join(s.icio)) for s in sectors])
    frame.columns = ["sector", "title", "carried", "icio"]
    return Table(
        name="sectors",
        frame=frame,
        description="Sectors in the order of every sector axis.",
        columns=(
            Column("sector", "sector name"),
            Column("title", "what it holds"),
            Column("carried", "travels on the transport network"),
            Column("icio", "industries of the OECD input-output table inside it"),
        ),
        key=("sector",),
        licence=LICENCE,
        sources=(source("icio"),),
    )


def trade_table(
    year: int,
    economies: Sequence[str],
    sectors: Sequence[Sector],
    flows: NDArray[np.float64],
    basis: NDArray[np.str_],
    priors: Sequence[str] = (),
) -> Table:
    """Every cell of trade, own trade included.

    ``flows[i, j, s]`` million USD; ``basis[i, j, s]`` what a cell rests on; ``priors``: names of the sources besides
    the input-output table.
    """
    import pandas as pd

    i, j, s = (axis.ravel() for axis in np.indices(flows.shape))
    names = np.array(economies)
    rests_on = basis.ravel()
    frame = pd.DataFrame(
        {
            "exporter": names[i],
            "importer": names[j],
            "sector": np.array([sector.name for sector in sectors])[s],
            "value_musd": flows.ravel(),
            "status": np.where(rests_on == TABLE, "observed", "modelled"),
            "basis": rests_on,
        }
    )
    return Table(
        name="trade",
        frame=frame.sort_values(["exporter", "importer"], kind="stable", ignore_index=True),
        description=f"What each economy sold to each in {year}, basic prices, own trade included.",
        columns=(
            Column("exporter", "ISO3 of the seller"),
            Column("importer", "ISO3 of the buyer"),
            Column("sector", "sector name, see table sectors"),
            Column("value_musd", "value of sales at basic prices", "million USD"),
            Column("status", "observed: a cell of the input-output table; modelled: split off its rest of the world"),
            Column("basis", "what the cell rests on before it was fitted to the totals"),
        ),
        key=("exporter", "importer", "sector"),
        licence=LICENCE,
        sources=tuple(source(name) for name in ("icio", *priors)),
    )


def accounts_frame(
    economies: Sequence[str], flows: NDArray[np.float64], gdp: NDArray[np.float64]
) -> tuple[DataFrame, tuple[Column, ...]]:
    """Gross output, spending and GDP of each economy, what trade must add up to; and the columns' descriptions."""
    import pandas as pd

    output, spending = flows.sum(axis=(1, 2)), flows.sum(axis=(0, 2))
    frame = pd.DataFrame(
        {
            "iso3": economies,
            "output_musd": output,
            "spending_musd": spending,
            "deficit_musd": spending - output,
            "gdp_musd": gdp,
            "gdp_to_output": gdp / output,
        }
    )
    columns = (
        Column("iso3", "ISO3 of the economy"),
        Column("output_musd", "gross output = all sales, to itself included", "million USD"),
        Column("spending_musd", "all purchases, from itself included", "million USD"),
        Column("deficit_musd", "spending less output", "million USD"),
        Column("gdp_musd", "gross domestic product", "million USD"),
        Column("gdp_to_output", "GDP over gross output; one number for all members of the rest of the world", "1"),
    )
    return frame, columns


def with_value_added(
    frame: DataFrame, columns: tuple[Column, ...], inputs: NDArray[np.float64]
) -> tuple[DataFrame, tuple[Column, ...]]:
    """An accounts frame of an industry world: less ``inputs[i]``, what industries use, million USD."""
    frame = frame.assign(
        value_added_musd=frame["output_musd"] - inputs, final_spending_musd=frame["spending_musd"] - inputs
    )
    columns += (
        Column("value_added_musd", "output less what industries use: the income of the economy", "million USD"),
        Column("final_spending_musd", "purchases less what industries use: value added and deficit", "million USD"),
    )
    return frame, columns


def accounts_table(
    frame: DataFrame, description: str, columns: tuple[Column, ...], sources: Sequence[str] = ()
) -> Table:
    """The totals of each economy as a table; ``sources`` besides the input-output table."""
    return Table(
        name="accounts",
        frame=frame.sort_values("iso3", ignore_index=True),
        description=f"Totals of each economy. {description}",
        columns=columns,
        key=("iso3",),
        licence=LICENCE,
        sources=tuple(source(name) for name in ("icio", *sources)),
    )


def adjustments_table(rows: Sequence[Change], sources: Sequence[str] = ()) -> Table:
    """What balancing changed, a row each: source, statement, largest and median change, and their unit."""
    import pandas as pd

    return Table(
        name="adjustments",
        frame=pd.DataFrame(rows, columns=["source", "statement", "largest", "median", "unit"]),
        description="What balancing changed in each source: the largest and the median change.",
        columns=(
            Column("source", "source or basis of the cells"),
            Column("statement", "what was done"),
            Column("largest", "largest change", "see unit"),
            Column("median", "median change", "see unit"),
            Column("unit", "unit of the two figures"),
        ),
        key=("source", "statement"),
        licence=LICENCE,
        sources=tuple(source(name) for name in ("icio", *sources)),
    )


def use_table(
    description: str,
    economies: Sequence[str],
    sectors: Sequence[Sector],
    use: NDArray[np.float64],
    status: NDArray[np.str_],
    statuses: str,
    sources: Sequence[str] = ("icio",),
) -> Table:
    """What every industry of every economy spends on every sector, zeros included.

    ``use[j, k, s]`` million USD; ``status[j, k, s]``, which ``statuses`` explains.
    """
    import pandas as pd

    j, k, s = (axis.ravel() for axis in np.indices(use.shape))
    names = np.array([sector.name for sector in sectors])
    frame = pd.DataFrame(
        {
            "iso3": np.array(economies)[j],
            "input": names[k],
            "sector": names[s],
            "value_musd": use.ravel(),
            "status": status.ravel(),
        }
    )
    return Table(
        name="intermediate_use",
        frame=frame.sort_values("iso3", kind="stable", ignore_index=True),
        description=description,
        columns=(
            Column("iso3", "ISO3 of the economy whose industry it is"),
            Column("input", "sector whose goods are used, see table sectors"),
            Column("sector", "sector of the industry that uses them"),
            Column("value_musd", "value of the inputs at basic prices", "million USD"),
            Column("status", statuses),
        ),
        key=("iso3", "input", "sector"),
        licence=LICENCE,
        sources=tuple(source(name) for name in sources),
    )
