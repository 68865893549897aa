"""The wide world of one base year: economies, sectors, trade, accounts and what balancing changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from landbridge.errors import DataError
from landbridge.parameters import central_values
from landbridge.world.build.economies import Membership, economies_table, in_words, membership, with_rest
from landbridge.world.build.gdp import gdp_of_year, gdp_series
from landbridge.world.build.gravity import geography
from landbridge.world.build.icio import read_icio
from landbridge.world.build.pattern import pattern_2023, pattern_until_2016
from landbridge.world.build.policy import policy_tables
from landbridge.world.build.population import population_series
from landbridge.world.build.rest_of_world import Given, Split, split
from landbridge.world.build.sectors import GOODS, SECTORS
from landbridge.world.build.tables import (
    Change,
    accounts_frame,
    accounts_table,
    adjustments_table,
    sectors_table,
    trade_table,
)
from landbridge.world.package import Table

YEARS = (2017, 2022)

GROSS = "Income is gross output here: intermediate inputs are not netted out."


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
    gdp, notes = gdp_of_year(incomes, year, trading, icio)
    people = with_rest(population, trading).fillna({"TWN": beliefs["population_taiwan"]})
    older = pattern_until_2016(sources, trading.trading, beliefs)
    pattern = older
    if year > 2017:
        then = incomes.query("year == 2016").set_index("iso3")["value"] / 1e6
        growth = (gdp / with_rest(then, trading)).fillna(1.0).to_numpy()
        pattern = pattern_2023(sources, trading.trading, older, np.sqrt(np.outer(growth, growth)))
    where = geography(sources, trading.trading)
    given = Given(icio, trading.trading, gdp.to_numpy(), people.to_numpy(float), where, pattern, beliefs)
    return Inputs(year, trading, given, notes)


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
    economies = start.given.economies
    priors = ("wdi", "panel", "itpde", "unctad", "geodist") + (("baci",) if year > 2017 else ())
    accounts, columns = accounts_frame(economies, done.flows, start.given.gdp)
    return [
        economies_table(sources, start.trading, _notes(start, done)),
        sectors_table(SECTORS),
        trade_table(year, economies, SECTORS, done.flows, done.basis, priors),
        accounts_table(accounts, GROSS, columns, ("wdi", "itpde")),
        adjustments_table(adjustments(start, done)),
        *policy_tables(),
    ]


def _notes(start: Inputs, done: Split) -> dict[str, str]:
    """What to know of single economies."""
    economies = np.array(start.given.economies)
    remarks = {iso3: [note] for iso3, note in start.notes.items()}
    for iso3 in economies[done.too_much_sold]:
        remarks.setdefault(iso3, []).append("reported exports exceed what GDP allows and were cut (entrepot trade)")
    for iso3 in economies[done.too_much_bought]:
        remarks.setdefault(iso3, []).append(
            "imports exceed what GDP can pay for and were cut (re-exports, or services sold that no source shows)"
        )
    return in_words(remarks, start.given.economies)


def adjustments(start: Inputs, done: Split) -> list[Change]:
    """What fitting changed, source by source."""
    rows: list[Change] = [("OECD ICIO", "cells between named economies are kept as they are", 0.0, 0.0, "factor - 1")]
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
    return rows
