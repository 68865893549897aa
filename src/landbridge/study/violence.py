"""Violence in a study: deaths to expect in every scenario, and what a war leaves for the roads to bear.

The forecast covers twelve months from the end of the year before the world's, knowing nothing later. A scenario's wars
set the deaths of their country; others answer by the estimated spill-over. One z, standard normal, says in each draw
how far spill-over lies from its estimate: the parameter ``conflict_spillover``, which moves roads and forecasts alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.network.tables import deaths_per_million
from landbridge.parameters import central_values
from landbridge.security.core import Array
from landbridge.security.model import ConflictForecast, forecast_conflict
from landbridge.security.panel import ConflictPanel
from landbridge.security.road import equivalent_deaths, grade
from landbridge.security.shock import Moves, Shock, moves
from landbridge.security.spillover import HORIZON, Spillover, estimate_spillover
from landbridge.study.uncertainty import DRAWS
from landbridge.world.indicators import latest

if TYPE_CHECKING:
    import xarray as xr
    from pandas import DataFrame

    from landbridge.world import World

TABLES = ("conflict_months", "conflict_coverage", "neighbours", "indicators", "places")
FELT = 0.02  # grades: six minutes in 100 km, at the estimate or a standard error beyond it
STREAM = 5  # of random numbers: which draws of the forecast the study's draws are


@dataclass(frozen=True)
class Outlook:
    """What can be known of violence before a world's year: the forecast of its months, and how wars spread."""

    forecast: ConflictForecast
    spillover: Spillover


def panel_before(world: World) -> ConflictPanel:
    """Deaths by month as known at the end of the year before the world's, or of the data where these end earlier."""
    panel = ConflictPanel.of(world)
    return panel.until(min(f"{world.year - 1}-12", panel.months[-1]))


def outlook(world: World) -> Outlook | None:
    """The outlook of a world, shared by all worlds made from one; None where it has no deaths by month."""
    return world.kept(_outlook, *TABLES) if set(TABLES) <= set(world.resources) else None


def _outlook(world: World) -> Outlook:
    panel = panel_before(world)
    return Outlook(forecast_conflict(panel, HORIZON), estimate_spillover(panel, world))


def at_war(world: World, shock: Shock) -> World:
    """The world in which one country's violence follows a shock, and the others' answers to it.

    Roads bear the year's mean grade: the table ``conflict`` holds the deaths a year of a steady war of that grade, the
    standard error of their logarithm (``spread``), and whether a scenario ``set`` them; those that are set stay.
    Answers too small to be ``FELT`` on roads are left out: half a continent would be routed anew for their sake.

    Raises:
        InputError: the shock cannot be, or it has dates and the world no months.
    """
    import pandas as pd

    seen = outlook(world)
    if seen is None:
        if shock.start or shock.end:
            raise InputError(f'World "{world.name}" has no deaths by month: leave out start and end.')
        return _with_deaths(world, pd.DataFrame([(shock.iso3, 12 * shock.deaths, 0.0, True)], columns=COLUMNS))
    if shock.iso3 not in seen.forecast.countries or np.isnan(seen.forecast.of(shock.iso3)).any():
        raise InputError(f"{shock.iso3} has no series of deaths up to {seen.forecast.last}: no war there can be run.")
    made = moves(seen.forecast, seen.spillover, [shock])
    people = latest(world, "population").reindex(seen.forecast.countries).to_numpy(float) / 1e6
    observed = deaths_per_million(world, world.year)
    before = np.array([observed.get(iso3, 0.0) for iso3 in seen.forecast.countries])
    rate, spread = _of_the_year(made, before, people)
    ours = np.asarray(np.array(seen.forecast.countries) == shock.iso3, dtype=bool)
    felt = np.flatnonzero(ours | (_change_of_grade(made, before) >= FELT))
    found = pd.DataFrame(dict(zip(COLUMNS, (seen.forecast.countries, rate * people, spread, ours), strict=True)))
    return _with_deaths(world, found.iloc[felt].dropna())


COLUMNS = ("iso3", "intensity", "spread", "set")


def _of_the_year(made: Moves, before: Array, people: Array) -> tuple[Array, Array]:
    """Deaths per million and year as risky as the months together [C], and the mean spread of their logarithm [C]."""
    scale = central_values()["conflict_scale"]
    free = np.isnan(made.fixed)
    months: Array = np.where(free, before[:, None] * np.exp(made.shift), 12 * made.fixed / people[:, None])
    known: NDArray[np.bool_] = np.asarray(np.isfinite(months).all(1))
    mean_grade = grade(np.where(known[:, None], months, 0.0), scale).mean(1)
    return np.where(known, equivalent_deaths(mean_grade, scale), np.nan), np.where(free, made.spread, 0.0).mean(1)


def _change_of_grade(made: Moves, before: Array) -> Array:
    """By how much the grade of violence moves elsewhere [C], at most, within a standard error of the estimate."""
    scale, step = central_values()["conflict_scale"], np.abs(made.shift).mean(1) + np.abs(made.spread).mean(1)
    known = np.where(np.isfinite(before), before, 0.0)
    found: Array = grade(known * np.exp(step), scale) - grade(known, scale)
    return found


def _with_deaths(world: World, found: DataFrame) -> World:
    """The world with rows of the table ``conflict`` moved or set; what an earlier change set, only a set one moves."""
    import pandas as pd

    table = world.table("conflict")
    table = table.assign(**{name: value for name, value in (("spread", 0.0), ("set", True)) if name not in table})
    fast = set(table.loc[table["set"].astype(bool), "iso3"]) - set(found.loc[found["set"], "iso3"])
    found = found[~found["iso3"].isin(fast)]
    earlier = table.set_index("iso3")["spread"].reindex(found["iso3"]).fillna(0.0).to_numpy(float)
    found = found.assign(spread=found["spread"] + np.where(found["set"], 0.0, earlier))
    kept = table[~table["iso3"].isin(found["iso3"])]
    return world.with_(conflict=pd.concat([kept, found], ignore_index=True) if len(kept) else found)


def violence_of(
    world: World,
    wars: Mapping[str, Sequence[Shock]],
    watched: Sequence[str],
    z: Array,
    seed: int,
) -> xr.Dataset:
    """Deaths a month of every scenario in the twelve months forecast.

    ``violence`` [scenario, country], the mean of the months, and ``violence_by_month`` [scenario, country, month]; a
    draw of the study is a draw of the forecast, the same in all scenarios. ``violence_change`` [scenario, country] is
    the change of expected deaths in percent, its draws those of the spill-over alone. nan where there is no series.

    Args:
        wars: the shocks of each scenario, in their order.
        z: [1 + draws] how far spill-over lies from its estimate, in standard errors: central value, then every draw.
    """
    import xarray as xr

    seen, countries, draws = outlook(world), world.countries, len(z) - 1
    months = seen.forecast.months if seen else tuple(f"{world.year}-{month:02d}" for month in range(1, 13))
    shape = (len(wars), len(countries), len(months))
    expected, drawn = np.full(shape, np.nan), np.full((*shape, draws), np.nan)
    change = np.full((*shape[:2], 1 + draws), np.nan)
    if seen:
        rows = _positions(seen.forecast.countries, countries)
        chosen = np.resize(np.random.default_rng([seed, STREAM]).permutation(seen.forecast.samples.shape[-1]), draws)
        of_wars = {shocks: _courses(seen, shocks, chosen, z) for shocks in {tuple(each) for each in wars.values()}}
        for number, shocks in enumerate(wars.values()):
            expected[number], drawn[number], change[number] = (_at(found, rows) for found in of_wars[tuple(shocks)])
    named = [countries.index(code) for code in watched]
    data: dict[str, Any] = {
        "violence": (("scenario", "country"), expected.mean(2)),
        "violence_by_month": (("scenario", "country", "month"), expected),
        "violence_change": (("scenario", "country"), change[..., 0]),
    }
    if draws:
        by_draw = ("scenario", "draw", "country")
        data[f"violence{DRAWS}"] = (by_draw, np.moveaxis(drawn.mean(2), -1, 1))
        data[f"violence_change{DRAWS}"] = (by_draw, np.moveaxis(change[..., 1:], -1, 1))
        data[f"violence_by_month{DRAWS}"] = (
            ("scenario", "draw", "watched", "month"),
            np.moveaxis(drawn[:, named], -1, 1),
        )
    labels: dict[str, Any] = {"scenario": list(wars), "country": countries, "month": np.array(months, dtype=object)}
    return xr.Dataset(data, coords={**labels, **({"watched": list(watched)} if draws else {})})


def _courses(seen: Outlook, shocks: Sequence[Shock], chosen: NDArray[np.intp], z: Array) -> tuple[Array, Array, Array]:
    """Expected deaths [C, H], those of the ``chosen`` draws [C, H, D], and the change in percent [C, 1 + D]."""
    made, samples = moves(seen.forecast, seen.spillover, shocks), seen.forecast.samples
    usual = samples.mean(-1)
    return made.of(samples, z[0]).mean(-1), made.of(samples[..., chosen], z[1:]), _change(made, usual, z)


def _change(made: Moves, expected: Array, z: Array) -> Array:
    """Change of a year's expected deaths [C, D] in percent, given those of its months [C, H]; none of none is 0."""
    before = expected.sum(1)[:, None]
    more = (made.of(expected[..., None], z) - expected[..., None]).sum(1)
    nothing = np.where(more > 0, np.inf, 0.0)
    return 100 * np.where(np.isnan(before), np.nan, np.divide(more, before, out=nothing, where=before > 0))


def _positions(known: Sequence[str], wanted: Sequence[str]) -> NDArray[np.intp]:
    """Where each wanted one is among those known; -1 where it is not."""
    at = {code: position for position, code in enumerate(known)}
    return np.array([at.get(code, -1) for code in wanted], dtype=np.intp)


def _at(values: Array, rows: NDArray[np.intp]) -> Array:
    found = values[rows]
    found[rows < 0] = np.nan
    return found
