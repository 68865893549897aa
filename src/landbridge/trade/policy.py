"""Optimal and Nash tariffs of countries and groups of countries in a world, with labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landbridge.errors import InputError
from landbridge.labels import one_of
from landbridge.trade.core import DeficitRule, NoEquilibriumError
from landbridge.trade.model import calibrate_world
from landbridge.trade.optimal import nash_tariffs

if TYPE_CHECKING:
    from landbridge.world import World


@dataclass(frozen=True)
class TariffOutcome:
    """Tariffs that answer each other best, and what they do.

    Attributes:
        rates: rows ``coalition``, ``exporter``, ``percent``: the duty on goods of that exporter.
        real_income: rows ``country``, ``percent``: change of real income against the baseline.
        gains: rows ``coalition``, ``percent``: the weighted mean (of logs) of its members' changes of real income.
        residual: largest difference between a rate and the best answer to the others, percentage points.
    """

    rates: pd.DataFrame
    real_income: pd.DataFrame
    gains: pd.DataFrame
    residual: float


def best_tariffs(
    world: World,
    coalitions: Mapping[str, Sequence[str]],
    params: Mapping[str, float] | None = None,
    *,
    weights: Mapping[str, float] | None = None,
    by_partner: bool = False,
    sectors: Sequence[str] | None = None,
    deficits: DeficitRule = "zero",
) -> TariffOutcome:
    """External tariffs of coalitions that maximise their members' real income, each given the others' tariffs.

    Args:
        coalitions: names of coalitions (a country may stand alone) and the countries in each.
        params: parameter values; None: the central ones.
        weights: how much each member's log real income counts, by ISO3 code; None: its share of spending.
        by_partner: a rate for each exporter; else one for all outsiders.
        sectors: the sectors taxed, all at one rate; None: those that travel on the network.

    Raises:
        InputError: no such country or sector, a country in two coalitions, a weight missing or negative.
        SolveError: as ``trade.optimal.nash_tariffs``.
    """
    model = calibrate_world(world, params, deficits=deficits)
    countries, names = list(model.countries), list(coalitions)
    members = [
        [countries.index(one_of(code, countries, "trading country")) for code in coalition]
        for coalition in coalitions.values()
    ]
    every = [countries[n] for group in members for n in dict.fromkeys(group)]
    if twice := sorted({code for code in every if every.count(code) > 1}):
        raise InputError(f"In more than one coalition: {', '.join(twice)}. A country sets its tariff in one of them.")
    table = world.table("sectors")
    taxed = list(table.loc[table["carried"], "sector"] if sectors is None else sectors)
    positions = [model.sectors.index(one_of(sector, model.sectors, "sector")) for sector in taxed]
    try:
        game = nash_tariffs(
            model.calibration,
            members,
            weights=None if weights is None else _by_position(weights, countries, members),
            by_partner=by_partner,
            sectors=positions,
        )
    except NoEquilibriumError as error:
        raise error.named(countries, model.sectors) from None
    rates = pd.DataFrame(100 * game.rates, index=names, columns=countries).stack().reset_index()
    rates.columns = pd.Index(["coalition", "exporter", "percent"])
    change = 100 * (game.equilibrium.real_income - 1)
    return TariffOutcome(
        rates=rates.dropna(ignore_index=True),
        real_income=pd.DataFrame({"country": countries, "percent": change}),
        gains=pd.DataFrame({"coalition": names, "percent": 100 * np.expm1(game.gain)}),
        residual=100 * game.residual,
    )


def _by_position(weights: Mapping[str, float], countries: list[str], members: list[list[int]]) -> list[float]:
    given = {one_of(code, countries, "trading country"): float(weight) for code, weight in weights.items()}
    if missing := [countries[n] for group in members for n in group if countries[n] not in given]:
        raise InputError(f"No weight for {', '.join(missing)}: every member needs one, or none is given at all.")
    return [given.get(code, 0.0) for code in countries]
