"""The industry world of one base year: the economies of the input-output table, 28 sectors, and what industries use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.errors import DataError
from landbridge.labels import country_name
from landbridge.parameters import central_values
from landbridge.world.build import industry_use
from landbridge.world.build.economies import Membership, economies_table, in_words, membership
from landbridge.world.build.gdp import gdp_of_year, gdp_series
from landbridge.world.build.icio import Icio, read_icio
from landbridge.world.build.policy import policy_tables
from landbridge.world.build.population import population_series
from landbridge.world.build.sectors import INDUSTRIES
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
from landbridge.world.build.wide import YEARS
from landbridge.world.package import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

ACCOUNTS = "Income is value added; intermediate inputs are netted out."
AS_PUBLISHED = 0.01  # relative distance from the use table up to which a cell counts as observed
_TOLD_APART = min(YEARS)  # the year by whose population the wide worlds tell economies apart
USE_SOURCES = ("icio", "icio_use", "icio_matrix")
STATUS = (
    "observed: the use table, to 1 %; estimated: with purchases from the rest of the world, which the use "
    "table leaves out; modelled: technology borrowed from other economies or carried from another year"
)


def industry_tables(sources: Path, year: int) -> list[Table]:
    """Every table of a year's package.

    The use table is that of 2022 for every year: an industry world of another year keeps its coefficients, and every
    cell of ``intermediate_use`` is ``modelled`` there.

    Raises:
        DataError: a file is missing, or the sources contradict each other.
    """
    beliefs = central_values()
    icio = read_icio(sources, year, INDUSTRIES)
    tabled = icio if year == industry_use.YEAR else read_icio(sources, industry_use.YEAR, INDUSTRIES)
    if tabled.economies != icio.economies:
        raise DataError(f"{sources}: the input-output tables of {year} and {industry_use.YEAR} name other economies.")
    use = industry_use.read_use(sources, icio.named, INDUSTRIES)
    apart = industry_use.matrix_difference(sources, icio.named, use)
    rest = industry_use.bought_from_rest(use, tabled)
    known, lenders = industry_use.technology(use.total + rest, tabled, beliefs)
    try:
        done = industry_use.balanced(known, icio, beliefs["least_value_added"])
    except ArithmeticError as error:
        raise DataError(f"The use table and the trade of {year} in {sources} cannot be balanced: {error}") from None
    trading = Membership(icio.named, [])
    gdp, remarks = gdp_of_year(gdp_series(sources, last_year=year), year, trading, icio)
    status = _status(done.use, use.total if year == industry_use.YEAR else None)
    return [
        economies_table(sources, trading, _notes(sources, trading, remarks, lenders)),
        sectors_table(INDUSTRIES),
        trade_table(year, icio.economies, INDUSTRIES, icio.flows, np.full(icio.flows.shape, TABLE)),
        use_table(_described(year), icio.economies, INDUSTRIES, done.use, status, STATUS, USE_SOURCES),
        _accounts(icio, done.use, gdp.to_numpy()),
        adjustments_table(_adjustments(year, done, rest, tabled, apart), USE_SOURCES[1:]),
        *policy_tables(),
    ]


def _described(year: int) -> str:
    """The words on the table of intermediate use; that its technology is another year's comes first."""
    carried = "" if year == industry_use.YEAR else f"TECHNOLOGY OF {industry_use.YEAR}, fitted to the trade of {year}. "
    return f"{carried}What industries spent on inputs in {year}, domestic and imported, basic prices."


def _status(use: NDArray[np.float64], published: NDArray[np.float64] | None) -> NDArray[np.str_]:
    """How well each cell ``[j, k, s]`` is known; ``published``: the year's use table of the named economies, if any."""
    status = np.full(use.shape, "modelled", dtype="<U9")
    if published is not None:
        near = np.abs(use[:-1] - published) <= AS_PUBLISHED * published
        status[:-1] = np.where(near, "observed", "estimated")
    return status


def _accounts(icio: Icio, use: NDArray[np.float64], gdp: NDArray[np.float64]) -> Table:
    """Output, purchases, value added and final spending of each economy."""
    frame, columns = with_value_added(*accounts_frame(icio.economies, icio.flows, gdp), use.sum(axis=(1, 2)))
    return accounts_table(frame, ACCOUNTS, columns, ("icio_use", "wdi", "itpde"))


def _notes(sources: Path, trading: Membership, remarks: dict[str, str], lenders: Sequence[str]) -> dict[str, str]:
    """What to know of single economies: estimated GDP, and who is inside the rest of the world."""
    people = population_series(sources).query("year == @_TOLD_APART").set_index("iso3")["value"]
    inside = "its trade is inside ROW here; the wide world of the year tells it apart"
    notes = {iso3: [inside] for iso3 in membership(sources, trading.named, people).members}
    notes |= {iso3: [remark] for iso3, remark in remarks.items() if iso3 in trading.named}
    said = in_words(notes, trading.trading)
    borrowed = ", ".join(country_name(iso3) for iso3 in lenders)
    return {**said, trading.trading[-1]: f"{said[trading.trading[-1]]} Technology borrowed from {borrowed}."}


def _adjustments(
    year: int, done: industry_use.Balanced, rest: NDArray[np.float64], tabled: Icio, apart: NDArray[np.float64]
) -> list[Change]:
    """What was added and what fitting changed, source by source."""
    sold = tabled.flows[-1, :-1].sum()
    used = rest.sum()
    rows: list[Change] = [
        ("OECD ICIO", "cells of trade are kept as they are", 0.0, 0.0, "factor - 1"),
        (
            "OECD ICIO use",
            "intermediate use by country against the intermediate matrix",
            float(apart.max()),
            float(np.median(apart)),
            "relative",
        ),
        (
            "OECD ICIO use",
            f"of {sold / 1e6:.2f} tn USD that the rest of the world sold in {industry_use.YEAR}, left out of the use "
            f"table, {used / 1e6:.2f} tn were added to intermediate use (largest and median by country and sector)",
            float(rest.sum(axis=2).max()),
            float(np.median(rest.sum(axis=2))),
            "million USD",
        ),
    ]
    for which, cells in (("named economies", np.s_[:-1]), ("the rest of the world", np.s_[-1:])):
        large = done.prior[cells] >= 1.0
        factor = np.abs(np.log(done.use[cells][large] / done.prior[cells][large]))
        rows.append(
            (
                f"technology of {industry_use.YEAR}",
                f"inputs of {which}, {large.sum()} cells of 1 million USD or more, fitted to the trade of {year}",
                float(np.exp(factor.max())),
                float(np.exp(np.median(factor))),
                "factor up or down",
            )
        )
    rows.append(("all totals", "largest relative residual of the fit", done.residual, done.residual, "relative"))
    return rows
