"""What peace in a country is worth to each: violence, roads, trade, incomes, and the way back, to a fixed point.

The war is the world as it is. In peace nobody dies in the country, and its roads lose their delay and surcharge. With
the war comes also the risk that crossings are shut: for a share p of the time trade runs without them. Real income with
the risk is (1 - p) W(open) + p W(shut), so that

    worth = W(peace) - (1 - p) W(open) - p W(shut),        in percent of W(open).

The way back: real incomes enter the forecast of violence as GDP per head, expected deaths of every other country move
with it, and with them the risk on its roads. This is repeated until deaths and incomes stand still.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.errors import InputError, SolveError
from landbridge.labels import country
from landbridge.network.tables import deaths_per_million
from landbridge.parameters import central_values
from landbridge.security.core import Array
from landbridge.security.model import forecast_conflict
from landbridge.security.panel import ConflictPanel
from landbridge.security.road import link_risk
from landbridge.study.chain import Chain
from landbridge.study.schema import Study

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world import World

MAX_ROUNDS = 8
TOLERANCE = 1e-6  # change of a real income between rounds, as a fraction
SMALLEST = 1e-4  # relative change of expected deaths that is carried to the roads


@dataclass(frozen=True)
class Peace:
    """The worth of peace.

    Attributes:
        countries: [C] ISO3.
        roads: [C] real income gained by safe roads while crossings are open, percent.
        closure: [C] and by the end of the risk that they are shut, percent.
        closed: p, share of the time.
        residuals: largest change of a real income in each round, as a fraction; the last is below ``TOLERANCE``.
        deaths: [C] factor on expected deaths by the way back; 1 in the country at peace.
    """

    countries: tuple[str, ...]
    roads: Array
    closure: Array
    closed: float
    residuals: tuple[float, ...]
    deaths: Array

    def table(self) -> DataFrame:
        """Country, roads, closure and worth in percent of real income, largest worth first."""
        import pandas as pd

        worth = self.roads + self.closure
        columns = {"country": self.countries, "roads": self.roads, "closure": self.closure, "worth": worth}
        return pd.DataFrame(columns).sort_values("worth", ascending=False, ignore_index=True)


def worth_of_peace(
    world_name: str,
    iso3: str,
    crossings: Iterable[tuple[str, str]],
    values: Mapping[str, float] | None = None,
    start: Array | None = None,
) -> Peace:
    """What peace in a country is worth to each, its war shutting ``crossings`` (pairs of countries) at times.

    Args:
        world_name: a packaged world or a world's folder.
        values: parameters in place of the central ones.
        start: factors on expected deaths [C] that the first round begins with, 1 without; where the rounds come to rest
            does not hang on them.

    Raises:
        StudyError: a country or crossing is unknown.
        SolveError: rounds do not come to rest, or an equilibrium is not found.
    """
    params = central_values(values)
    shut = [{"kind": "close", "border": list(pair)} for pair in crossings]
    peace: list[dict[str, Any]] = [{"kind": "conflict", "country": iso3, "deaths": 0}]
    world = _study(world_name, {}).world()
    back = WayBack.of(world, iso3)
    closed = float(link_risk(np.array([back.rate.get(iso3, 0.0)]), params).closed)
    incomes: Array | None = None
    residuals: list[float] = []
    factor = np.ones(len(back.panel.countries)) if start is None else start
    for _ in range(MAX_ROUNDS):
        study = _study(world_name, {"shut": shut, "peace": [*peace, *back.changes(factor)]})
        solved = {found.scenario: found.trade for found in Chain.of(study).solve(params)}
        before, incomes = incomes, solved["peace"].equilibrium.real_income
        residuals.append(float(np.abs(incomes - (1.0 if before is None else before)).max()))
        if residuals[-1] < TOLERANCE:
            loss = solved["shut"].equilibrium.real_income - 1
            countries = tuple(solved["peace"].model.countries)
            return Peace(countries, 100 * (incomes - 1), -100 * closed * loss, closed, tuple(residuals), factor)
        factor = back.deaths(dict(zip(solved["peace"].model.countries, incomes, strict=True)))
    raise SolveError(f"Violence and incomes did not come to rest in {MAX_ROUNDS} rounds: {residuals}.")


def peace_table(world_name: str, name: str, crossings: Sequence[str], others: Sequence[str] = ()) -> DataFrame:
    """``Peace.table`` of a country and crossings such as "AFG-PAK", for it and ``others`` only where some are named.

    Raises:
        InputError: a country is unknown, or a crossing is no pair.
    """
    pairs = []
    for crossing in crossings:
        first, dash, second = crossing.partition("-")
        if not dash:
            raise InputError(f'"{crossing}" is no crossing: write two countries, as AFG-PAK.')
        pairs.append((country(first), country(second)))
    at_peace, shown = country(name), [country(other) for other in others]
    table = worth_of_peace(world_name, at_peace, pairs).table()
    return table[table["country"].isin([at_peace, *shown])].reset_index(drop=True) if shown else table


@dataclass(frozen=True)
class WayBack:
    """From incomes to expected deaths: the forecast of the base year, made at the end of the year before.

    ``usual`` [C] expected deaths at the incomes of the data; ``rate`` observed deaths per million by country;
    ``people`` millions; ``pinned`` the country whose deaths a scenario sets.
    """

    panel: ConflictPanel
    usual: Array
    rate: Mapping[str, float]
    people: Mapping[str, float]
    pinned: str

    @classmethod
    def of(cls, world: World, pinned: str) -> WayBack:
        """The way back of a world."""
        panel = ConflictPanel.of(world)
        panel = panel.until(min(f"{world.year - 1}-12", panel.months[-1]))
        table = world.table("indicators").query("indicator == 'population' and year == @world.year")
        people = dict(zip(table["iso3"], table["value"] / 1e6, strict=True))
        return cls(panel, _expected(panel), deaths_per_million(world, world.year), people, pinned)

    def deaths(self, incomes: Mapping[str, float]) -> Array:
        """Factor [C] on expected deaths when real incomes change by factors; the same draws before and after."""
        growth = np.array([incomes.get(iso3, 1.0) for iso3 in self.panel.countries])
        structure = self.panel.structure * np.stack([np.ones_like(growth), growth], axis=-1)
        factor = (1 + _expected(replace(self.panel, structure=structure))) / (1 + self.usual)
        factor[self.panel.countries.index(self.pinned)] = 1.0
        return np.where(np.isfinite(factor), factor, 1.0)

    def changes(self, factor: Array) -> list[dict[str, Any]]:
        """Changes of a study that set the deaths of every other country moved by the way back."""
        moved = zip(self.panel.countries, factor, strict=True)
        return [
            {"kind": "conflict", "country": iso3, "deaths": by * self.rate[iso3] * self.people[iso3]}
            for iso3, by in moved
            if iso3 in self.rate and iso3 in self.people and iso3 != self.pinned and abs(by - 1) > SMALLEST
        ]


def _expected(panel: ConflictPanel) -> Array:
    """Expected deaths of the next twelve months [C]."""
    total: Array = forecast_conflict(panel, 12).samples.mean(-1).sum(-1)
    return total


def _study(world_name: str, scenarios: Mapping[str, list[dict[str, Any]]]) -> Study:
    """A study of scenarios given by their changes."""
    made = {name: {"title": name, "changes": changes} for name, changes in scenarios.items()}
    about = {"title": "The worth of peace", "question": "What is peace worth?", "world": world_name}
    return Study.model_validate({"study": about, "scenario": made})
