"""Yearly panels of countries and institutions, 1965-2020, and the hazards estimated on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.alignment.core.hazard import Array, Hazard, fit_hazard
from landbridge.alignment.institutions import covariates
from landbridge.parameters import parameters
from landbridge.study.institutions import dated_institutions, inside, setting
from landbridge.trade.prediction import great_circle
from landbridge.world import load_world

WORLD = "2017"  # for states, memberships, votes and distances, which are the same in every packaged world
TRADE = "trade/trade_panel_1964_2016.parquet"
FIRST, LAST = 1965, 2020
TRAINED = 2010  # the hindsight test learns up to here
LONGEST_GAP = 2  # years out of an institution that are no departure: succession, late ratification
FOUNDING = 2  # years in which those who enter an institution are its founders


@dataclass(frozen=True)
class Panel:
    """Observations [n]: covariates ``x`` [n, k] at the end of the year before, whether the event came in ``year``."""

    x: Array
    happened: Array
    year: NDArray[np.int64]
    institution: NDArray[np.int64]
    country: NDArray[np.int64]
    institutions: tuple[str, ...]
    countries: tuple[str, ...]

    def part(self, chosen: NDArray[np.bool_]) -> Panel:
        """Some of the observations."""
        rows = (self.x[chosen], self.happened[chosen], self.year[chosen])
        places = (self.institution[chosen], self.country[chosen])
        return Panel(*rows, *places, self.institutions, self.countries)

    def fit(self) -> Hazard:
        """The hazard, errors clustered by country."""
        return fit_hazard(self.x, self.happened, self.country, ridge=parameters()["hazard_ridge"].value)


@cache
def panel(sources: Path, event: str) -> Panel:
    """The panel of joining (countries outside) or of leaving (members).

    Trade is that of the last fourth year observed before. Institutions are at risk from two years after they began,
    those who entered before being founders, and while they last; a gap of up to two years is no departure.
    """
    world = load_world(WORLD)
    institutions, km = dated_institutions(world), great_circle(world).to_numpy()
    trade = _trade(sources, world.countries)
    years = range(FIRST - 1, LAST + 1 + LONGEST_GAP)
    within = dict(zip(years, _without_gaps(np.stack([inside(world, institutions, y) for y in years])), strict=True))
    parts: list[tuple[NDArray[Any], ...]] = []
    for year in range(FIRST, LAST + 1):
        before, after = within[year - 1], within[year]
        latest = max(observed for observed in trade if observed < year)
        at = setting(world, institutions, year - 1, trade[latest], km, before)
        x = covariates(at)
        lasts = (after.any(1) & (at.age >= FOUNDING - 1))[:, None]
        m, n = np.nonzero((before == (event == "leave")) & lasts & np.isfinite(x).all(2))
        parts.append((x[m, n], (before ^ after)[m, n].astype(float), np.full(len(m), year), m, n))
    x, happened, when, m, n = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Panel(x, happened, when, m, n, tuple(institutions), tuple(world.countries))


@cache
def hazard(sources: Path, event: str, until: int) -> Hazard:
    """The hazard estimated on years up to one."""
    whole = panel(sources, event)
    return whole.part(whole.year <= until).fit()


def hindsight(sources: Path, event: str) -> tuple[Panel, Array]:
    """The years after ``TRAINED``, and the probabilities that the hazard trained before gives them."""
    whole = panel(sources, event)
    later = whole.part(whole.year > TRAINED)
    return later, hazard(sources, event, TRAINED).probability(later.x)


def base_rates(sources: Path, event: str) -> tuple[Array, Array]:
    """Two benchmarks for those years: the mean rate of the years before, and each institution's own.

    An institution's own rate is drawn to the mean as if by 500 more observations at it.
    """
    whole = panel(sources, event)
    before, later = whole.part(whole.year <= TRAINED), whole.part(whole.year > TRAINED)
    mean, size = before.happened.mean(), len(whole.institutions)
    events = np.bincount(before.institution, before.happened, size)
    own = (events + 500 * mean) / (np.bincount(before.institution, minlength=size) + 500)
    return np.full(len(later.year), mean), own[later.institution]


def _trade(sources: Path, countries: list[str]) -> dict[int, Array]:
    """Goods both ways [n, n] by year observed."""
    rows = pd.read_parquet(sources / TRADE, columns=["exporter", "importer", "year", "value_usd"])
    found = {}
    for year, flows in rows.groupby("year"):
        i, j = (pd.Index(countries).get_indexer(pd.Index(flows[side])) for side in ("exporter", "importer"))
        known = (i >= 0) & (j >= 0) & (i != j)
        matrix = np.zeros((len(countries), len(countries)))
        np.add.at(matrix, (i[known], j[known]), flows["value_usd"].to_numpy(float)[known])
        found[int(str(year))] = matrix + matrix.T
    return found


def _without_gaps(within: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Memberships [year, m, n] with short absences filled."""
    filled = within.copy()
    for gap in range(1, LONGEST_GAP + 1):
        for start in range(len(filled) - gap - 1):
            filled[start + 1 : start + gap + 1] |= filled[start] & filled[start + gap + 1]
    return filled
