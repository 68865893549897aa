"""What peace in a country is worth to each: violence, roads, trade, incomes, and the way back, to a fixed point.

The war is the world as it is. In peace nobody dies in the country; its roads lose delay, surcharge, insurance and shut
borders, and its neighbours what spills over. With W the real income,

    worth of peace = W(peace) / W(war) - 1        worth of a corridor at peace = W(corridor, peace) / W(peace) - 1

The way back: violence elsewhere moves with incomes as it moved with growth (``violence_of_growth``), and the risk on
roads with it. This is repeated until incomes stand still.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from landbridge.errors import InputError, SolveError
from landbridge.labels import country as code_of
from landbridge.labels import one_of
from landbridge.network.tables import deaths_per_million
from landbridge.parameters import central_values, parameters
from landbridge.security.core import Array
from landbridge.security.shock import Shock
from landbridge.study.chain import Chain
from landbridge.study.changes import Conflict
from landbridge.study.schema import BASELINE, Study
from landbridge.study.violence import at_war
from landbridge.world import World, load_world
from landbridge.world.indicators import latest

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.study.outcome import Outcome

MAX_ROUNDS = 8
TOLERANCE = 1e-6  # change of a real income between rounds, as a fraction
OF_ROADS = ("delay", "surcharge", "premium", "closure", "closure_hours")  # parameters that make violence a cost


@dataclass(frozen=True)
class Peace:
    """The worth of peace in percent of real income [C], and of the same with every cost of violence at its least and
    its most; ``violence`` [C] by how much deaths elsewhere move by the way back, percent; ``residuals`` the largest
    change of a real income in each round, as a fraction, the last one below ``TOLERANCE``.
    """

    countries: tuple[str, ...]
    worth: Array
    low: Array
    high: Array
    violence: Array
    residuals: tuple[float, ...]


def worth_of_peace(source: World | Outcome, country: Sequence[str], scenario: Sequence[str] = ()) -> DataFrame:
    """What peace in a country is worth, at the central parameters and at both ends of those that make violence a cost.

    Args:
        source: a world; or an outcome, whose scenarios are then valued with the violence of the country and without.
        country: the one at peace.
        scenario: of an outcome, which scenarios; none: all of them.

    Returns:
        Of a world rows ``partner``, ``worth``, ``low``, ``high`` in percent of real income, ``violence`` (the way back:
        change of deaths, percent) and ``residual`` of the last round. Of an outcome rows ``scenario``, ``partner``,
        ``with_violence`` and ``at_peace``, what the scenario without its wars there is worth, and ``difference`` with
        ``low`` and ``high``.

    Raises:
        InputError: not one country, one without a series of deaths, or an unknown scenario.
        SolveError: rounds do not come to rest, or an equilibrium is not found.
    """
    if len(country) != 1:
        raise InputError(f"worth_of_peace is of one country at peace; found {', '.join(country)}.")
    iso3 = code_of(country[0])
    if not isinstance(source, World):
        return _of_scenarios(source, iso3, scenario)
    import pandas as pd

    found = peace_in(source, iso3)
    columns = {"partner": found.countries, "worth": found.worth, "low": found.low, "high": found.high}
    table = pd.DataFrame({**columns, "violence": found.violence, "residual": found.residuals[-1]})
    return table.sort_values("worth", ascending=False, ignore_index=True)


def peace_in(world: World, iso3: str, start: Array | None = None) -> Peace:
    """The worth of peace in one country of a world.

    Args:
        start: [C] real incomes, as factors, at which the rounds begin; None: as they are in war.

    Raises:
        SolveError: rounds do not come to rest.
    """
    params = central_values()
    study = Study.model_validate({"study": {"title": "The worth of peace", "world": world.name}})
    calm = at_war(world, Shock(iso3, "", "", 0.0))
    incomes = np.ones(len(world.countries)) if start is None else start
    residuals: list[float] = []
    for _ in range(MAX_ROUNDS):
        moved = _growth(incomes, params)
        chain = Chain.of(
            study, {BASELINE: world, "peace": _moved(calm, dict(zip(world.countries, moved, strict=True)))}
        )
        before, incomes = incomes, _incomes(chain, params)["peace"]
        residuals.append(float(np.abs(incomes - before).max()))
        if residuals[-1] < TOLERANCE:
            low, high = (_incomes(chain, params | ends)["peace"] for ends in _ends())
            worth, least, most = (100 * (each - 1) for each in (incomes, low, high))
            elsewhere = np.where(np.array(world.countries) == iso3, 0.0, 100 * (moved - 1))
            return Peace(tuple(world.countries), worth, least, most, elsewhere, tuple(residuals))
    raise SolveError(f"Violence and incomes did not come to rest in {MAX_ROUNDS} rounds: {residuals}.")


def _of_scenarios(outcome: Outcome, iso3: str, scenarios: Sequence[str]) -> DataFrame:
    """Rows of ``worth_of_peace`` for the scenarios of an outcome."""
    import pandas as pd

    header = outcome.header["study"]
    told = {key: value for key, value in header.items() if key != "name"}
    study = Study.model_validate({**told, "study": {**told["study"], "world": outcome.header["world"]["folder"]}})
    world, peace = load_world(outcome.header["world"]["folder"]), Shock(iso3, "", "", 0.0)
    chosen = [one_of(name, outcome.scenarios[1:], "scenario") for name in scenarios] or outcome.scenarios[1:]
    worlds = {BASELINE: world, "peace": at_war(world, peace)}
    for name in chosen:
        worlds[f"war {name}"] = _without_wars(study, name, world, iso3)
        worlds[f"peace {name}"] = at_war(worlds[f"war {name}"], peace)
    chain, params = Chain.of(study, worlds), central_values(study.parameters)
    found = [_incomes(chain, params | ends) for ends in ({}, *_ends())]
    rows = []
    for name in chosen:
        war = [100 * (each[f"war {name}"] - 1) for each in found]
        calm = [100 * (each[f"peace {name}"] / each["peace"] - 1) for each in found]
        gap, low, high = (there - here for there, here in zip(calm, war, strict=True))
        labels = {"scenario": name, "partner": world.countries, "with_violence": war[0], "at_peace": calm[0]}
        rows.append(pd.DataFrame({**labels, "difference": gap, "low": low, "high": high}))
    return pd.concat(rows, ignore_index=True)


def _without_wars(study: Study, scenario: str, world: World, iso3: str) -> World:
    """The world of a scenario without its wars in a country."""
    for _, change in study.steps(scenario):
        if change.in_force(study.year(world)) and not (isinstance(change, Conflict) and change.country == iso3):
            world = change.apply(world)
    return world


def _incomes(chain: Chain, params: Mapping[str, float]) -> dict[str, Array]:
    """Real incomes of every scenario over the baseline's."""
    return {found.scenario: found.trade.equilibrium.real_income for found in chain.solve(params)}


def _growth(incomes: Array, params: Mapping[str, float]) -> Array:
    """Factor on deaths of incomes [C] that have changed by factors, taken for growth of one year."""
    factor: Array = (1 + params["violence_of_growth"] / 100) ** (100 * (incomes - 1))
    return factor


def _moved(world: World, factor: Mapping[str, float]) -> World:
    """The world with the deaths of every country that has any times a factor."""
    people, table = latest(world, "population"), world.table("conflict").set_index("iso3")
    deaths = {iso3: rate * people[iso3] / 1e6 for iso3, rate in deaths_per_million(world, world.year).items()}
    rows = table.reindex(table.index.union(list(deaths))).assign(spread=0.0, set=True)
    moved = [deaths.get(iso3, 0.0) * factor.get(iso3, 1.0) for iso3 in rows.index]
    return world.with_(conflict=rows.assign(intensity=moved).rename_axis("iso3").reset_index())


def _ends() -> Iterator[dict[str, float]]:
    """The parameters that make violence a cost, all at their least and all at their most."""
    for end in (0, 1):
        yield {f"conflict_{name}": parameters()[f"conflict_{name}"].range[end] for name in OF_ROADS}
