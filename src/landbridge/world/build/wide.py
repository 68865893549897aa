"""The wide world of one base year: economies, sectors, trade, accounts and what balancing changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.errors import DataError
from landbridge.labels import REST, country_name
from landbridge.parameters import central_values
from landbridge.world.build.economies import Membership, economies_table, membership
from landbridge.world.build.gdp import gdp_of_taiwan, gdp_series
from landbridge.world.build.gravity import geography
from landbridge.world.build.icio import read_icio
from landbridge.world.build.pattern import pattern_2023, pattern_until_2016
from landbridge.world.build.policy import policy_tables
from landbridge.world.build.population import population_series
from landbridge.world.build.regions import REGION
from landbridge.world.build.rest_of_world import TABLE, Given, Split, split
from landbridge.world.build.sectors import GOODS, NAMES, SECTORS
from landbridge.world.build.sources import source
from landbridge.world.package import Column, Table

if TYPE_CHECKING:
    from pandas import Series

YEARS = (2017, 2022)

_LICENCE = "CC BY 4.0"


@dataclass(frozen=True)
class Inputs:
    """All that a year's world starts from: the economies, what their split starts from, remarks on single ones."""

    year: int
    trading: Membership
    given: Given
    notes: dict[str, str]


def inputs(sources: Path, year: int, replacing: Mapping[str, float] | None = None) -> Inputs:
    """Read the sources of one base year; nothing from after 2017 is read for 2017.

    ``replacing``: other values for some of the parameters.

    Raises:
        DataError: a file is missing.
    """
    beliefs = central_values(replacing)
    icio = read_icio(sources, year)
    series = population_series(sources).set_index(["year", "iso3"])["value"]
    population = series[year]
    trading = membership(sources, icio.named, series[min(YEARS)])
    incomes = gdp_series(sources, last_year=year)
    now = incomes.query("year == @year").set_index("iso3")
    gdp = _with_rest(now["value"] / 1e6, trading)
    gdp = gdp.fillna({"TWN": gdp_of_taiwan(icio, gdp)})
    estimated = now.loc[now["status"] == "estimated", "source"]
    notes = {str(iso3): f"GDP of {year} estimated: {how}" for iso3, how in estimated.items()}
    notes["TWN"] = f"GDP of {year} estimated: gross output at the ratio of Japan and South Korea"
    people = _with_rest(population, trading).fillna({"TWN": beliefs["population_taiwan"]})
    older = pattern_until_2016(sources, trading.trading, beliefs)
    pattern = older
    if year > 2017:
        then = incomes.query("year == 2016").set_index("iso3")["value"] / 1e6
        growth = (gdp / _with_rest(then, trading)).fillna(1.0).to_numpy()
        pattern = pattern_2023(sources, trading.trading, older, np.sqrt(np.outer(growth, growth)))
    where = geography(sources, trading.trading)
    given = Given(icio, trading.trading, gdp.to_numpy(), people.to_numpy(float), where, pattern, beliefs)
    return Inputs(year, trading, given, notes)


def _with_rest(values: Series, trading: Membership) -> Series:
    """Values of the trading economies; the remainder gets the sum of all countries that are none."""
    others = [iso3 for iso3 in REGION if iso3 not in trading.trading]
    chosen = values.reindex(trading.trading)
    chosen[REST] = values.reindex(others).sum()
    return chosen


def wide_tables(sources: Path, year: int) -> list[Table]:
    """Every table of a year's package.

    Raises:
        DataError: a file is missing, or the sources contradict each other.
    """
    start = inputs(sources, year)
    try:
        done = split(start.given)
    except ArithmeticError as error:
        raise DataError(f"The sources of {year} in {sources} cannot be balanced: {error}") from None
    return [
        economies_table(sources, start.trading, _notes(start, done)),
        sectors_table(),
        trade_table(start, done),
        accounts_table(start, done),
        adjustments_table(start, done),
        *policy_tables(),
    ]


def _notes(start: Inputs, done: Split) -> dict[str, str]:
    """Remarks by economy, as sentences."""
    economies = np.array(start.given.economies)
    remarks = {iso3: [note] for iso3, note in start.notes.items()}
    for iso3 in economies[done.too_much_sold]:
        remarks.setdefault(iso3, []).append("reported exports exceed what GDP allows and were cut (entrepot trade)")
    for iso3 in economies[done.too_much_bought]:
        remarks.setdefault(iso3, []).append(
            "imports exceed what GDP can pay for and were cut (re-exports, or services sold that no source shows)"
        )
    outside = sorted(country_name(iso3) for iso3 in REGION if iso3 not in start.given.economies)
    remarks[REST] = ["together: " + ", ".join(outside)]
    return {
        iso3: " ".join(f"{said[0].upper()}{said[1:]}." for said in sentences) for iso3, sentences in remarks.items()
    }


def sectors_table() -> Table:
    """The four sectors and what they are made of."""
    import pandas as pd

    frame = pd.DataFrame([(s.name, s.title, s.carried, ", ".join(s.icio)) for s in SECTORS])
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
        licence=_LICENCE,
        sources=(source("icio"),),
    )


def trade_table(start: Inputs, done: Split) -> Table:
    """Every cell of trade, own trade included."""
    import pandas as pd

    i, j, s = (axis.ravel() for axis in np.indices(done.flows.shape))
    names = np.array(start.given.economies)
    basis = done.basis.ravel()
    frame = pd.DataFrame(
        {
            "exporter": names[i],
            "importer": names[j],
            "sector": np.array(NAMES)[s],
            "value_musd": done.flows.ravel(),
            "status": np.where(basis == TABLE, "observed", "modelled"),
            "basis": basis,
        }
    )
    priors = ("panel", "itpde", "unctad", "geodist") + (("baci",) if start.year > 2017 else ())
    return Table(
        name="trade",
        frame=frame.sort_values(["exporter", "importer"], kind="stable", ignore_index=True),
        description=f"What each economy sold to each in {start.year}, basic prices, own trade included.",
        columns=(
            Column("exporter", "ISO3 of the seller"),
            Column("importer", "ISO3 of the buyer"),
            Column("sector", "sector name, see table sectors"),
            Column("value_musd", "value of sales at basic prices", "million USD"),
            Column("status", "observed: a cell of the input-output table; modelled: split off its rest of the world"),
            Column("basis", "what the cell rests on before it was fitted to the totals"),
        ),
        key=("exporter", "importer", "sector"),
        licence=_LICENCE,
        sources=tuple(source(name) for name in ("icio", "wdi", *priors)),
    )


def accounts_table(start: Inputs, done: Split) -> Table:
    """Gross output, spending and GDP of each economy: what trade must add up to."""
    import pandas as pd

    spending = done.flows.sum(axis=(0, 2))
    frame = pd.DataFrame(
        {
            "iso3": start.given.economies,
            "output_musd": done.output,
            "spending_musd": spending,
            "deficit_musd": spending - done.output,
            "gdp_musd": start.given.gdp,
            "gdp_to_output": start.given.gdp / done.output,
        }
    )
    return Table(
        name="accounts",
        frame=frame.sort_values("iso3", ignore_index=True),
        description="Totals of each economy. Income is gross output here: intermediate inputs are not netted out.",
        columns=(
            Column("iso3", "ISO3 of the economy"),
            Column("output_musd", "gross output = all sales, to itself included", "million USD"),
            Column("spending_musd", "all purchases, from itself included", "million USD"),
            Column("deficit_musd", "spending less output", "million USD"),
            Column("gdp_musd", "gross domestic product", "million USD"),
            Column("gdp_to_output", "GDP over gross output; one number for all members of the rest of the world", "1"),
        ),
        key=("iso3",),
        licence=_LICENCE,
        sources=(source("icio"), source("wdi"), source("itpde")),
    )


def adjustments_table(start: Inputs, done: Split) -> Table:
    """What fitting changed, source by source."""
    import pandas as pd

    rows = [("OECD ICIO", "cells between named economies are kept as they are", 0.0, 0.0, "factor - 1")]
    goods = done.flows[..., : len(GOODS)].sum(axis=-1)
    for basis in sorted(set(start.given.pattern.basis.ravel()) - {""}):
        used = (start.given.pattern.basis == basis) & (done.basis[..., 0] == basis) & (start.given.pattern.value >= 1.0)
        factor = np.abs(np.log(goods[used] / start.given.pattern.value[used]))
        rows.append(
            (
                basis,
                f"goods of {used.sum()} pairs of 1 million USD or more scaled to the totals",
                float(np.exp(factor.max())),
                float(np.exp(np.median(factor))),
                "factor up or down",
            ),
        )
    member = start.given.member
    ratio = done.output[member] / start.given.gdp[member]
    rows.append(
        (
            "World Bank GDP",
            "gross output of members set in proportion to GDP, exports giving way",
            float(ratio.max()),
            float(np.median(ratio)),
            "output over GDP",
        ),
    )
    rows.append(
        ("all totals", "largest relative residual of the fit", done.fit.residual, done.fit.residual, "relative")
    )
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
        licence=_LICENCE,
        sources=(source("icio"),),
    )
