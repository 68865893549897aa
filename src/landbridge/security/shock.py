"""A war of given start, intensity and end: what it makes of the forecast, at home and elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.security.core import Array
from landbridge.security.model import DRAWS, SEED, ConflictForecast, forecast_conflict
from landbridge.security.panel import ConflictPanel, is_month, month_number, month_of
from landbridge.security.projection import answer, shocks_for
from landbridge.security.spillover import HORIZON, Spillover

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Shock:
    """Violence of ``deaths`` a month in one country from month ``start`` to month ``end``.

    Left empty they are the first month that is forecast, and the last of twelve.
    """

    iso3: str
    start: str
    end: str
    deaths: float


@dataclass(frozen=True)
class Moves:
    """What shocks do to a forecast: logs of deaths move by ``shift`` + z ``spread``, z standard normal.

    z says how far spill-over lies from its estimate, the same for all countries and months: standard errors, with the
    sign of the shock. ``fixed`` deaths of the countries and months that the shocks set, nan elsewhere. All [C, H].
    ``at_war`` [C] are the countries of the shocks.
    """

    shift: Array
    spread: Array
    fixed: Array
    at_war: NDArray[np.bool_]

    def of(self, deaths: Array, z: Array | float = 0.0) -> Array:
        """Deaths [C, H, S] moved, ``z`` by draw [S] or one for all."""
        moved = moved_by(deaths, self.shift[..., None] + self.spread[..., None] * z, self.at_war)
        return np.where(np.isnan(self.fixed)[..., None], moved, self.fixed[..., None])


def moved_by(deaths: Array, deviation: Array, at_war: NDArray[np.bool_]) -> Array:
    """Deaths [C, ...] times exp(deviation); for countries at war, where there may have been none, 1 + deaths are."""
    one = at_war.astype(float).reshape(-1, *(1,) * (deaths.ndim - 1))
    return np.maximum((one + deaths) * np.exp(deviation) - one, 0.0)


@dataclass(frozen=True)
class ShockedForecast:
    """The forecast without and with shocks: the same draws, moved by draws of the estimated spill-over.

    ``deviation`` [C, H, S]: by how much the log of 1 + deaths moves, a draw of the estimated effects a draw.
    """

    without: ConflictForecast
    shocked: ConflictForecast
    deviation: Array

    def table(self, countries: list[str]) -> DataFrame:
        """Per country: expected deaths over all months without and with the shock; the change of 1 + deaths, mean over
        the months, in percent, with its 90 % interval over the estimated effects."""
        import pandas as pd

        rows = []
        for iso3 in countries:
            mean = self.deviation[self.without.countries.index(iso3)].mean(0)
            lower, middle, upper = 100 * np.expm1(np.quantile(mean, [0.05, 0.5, 0.95]))
            before, after = (float(made.of(iso3).mean(1).sum()) for made in (self.without, self.shocked))
            totals = {"deaths_without": before, "deaths_with": after}
            rows.append({"country": iso3, **totals, "percent": middle, "lower": lower, "upper": upper})
        return pd.DataFrame(rows)


def simulate_shock(
    panel: ConflictPanel,
    spillover: Spillover,
    shock: Shock,
    horizon: int = HORIZON,
    draws: int = DRAWS,
    seed: int = SEED,
) -> ShockedForecast:
    """The forecast when one country's violence follows a shock; after its end it falls back as wars do.

    Deaths of others are multiplied by exp(their answer); effects are drawn from their joint normal one.

    Raises:
        InputError: the shock starts before the data end, ends before it starts or beyond the horizon, or is negative.
    """
    if horizon > HORIZON:
        raise InputError(f"A horizon of {horizon} months with a shock: spill-over is estimated for {HORIZON}.")
    first, last = months_of(shock, panel.months[-1], horizon)
    without = forecast_conflict(panel, horizon, draws, seed)
    moved = deviation(without, spillover, shock, draws, seed)
    source = panel.position(shock.iso3)
    samples = moved_by(without.samples, moved, np.arange(len(moved)) == source)
    samples[source, first : last + 1] = shock.deaths
    return ShockedForecast(without, ConflictForecast(without.countries, without.months, without.last, samples), moved)


def moves(without: ConflictForecast, spillover: Spillover, shocks: Sequence[Shock]) -> Moves:
    """What shocks make of a forecast: answers to several add up, and a later shock to one country replaces an earlier.

    Raises:
        InputError: a shock cannot be; see ``simulate_shock``.
    """
    shape = without.samples.shape[:2]
    shift, spread, fixed = np.zeros(shape), np.zeros(shape), np.full(shape, np.nan)
    at_war = np.isin(without.countries, [shock.iso3 for shock in shocks])
    for shock in shocks:
        first, last = months_of(shock, without.last, shape[1])
        found = deviation(without, spillover, shock)
        source = without.countries.index(shock.iso3)
        shift += found.mean(-1)
        spread += found.std(-1) * np.sign(found[source].mean())
        fixed[source, first : last + 1] = shock.deaths
    return Moves(shift, spread, fixed, at_war)


def deviation(
    without: ConflictForecast, spillover: Spillover, shock: Shock, draws: int = DRAWS, seed: int = SEED
) -> Array:
    """By how much the log of 1 + deaths moves [C, H, S], a draw of the estimated effects a draw."""
    horizon = len(without.months)
    first, last = months_of(shock, without.last, horizon)
    source = without.countries.index(shock.iso3)
    rng = np.random.default_rng([seed, 1])
    shape = spillover.projection.effect.shape
    drawn = rng.multivariate_normal(spillover.projection.effect.ravel(), spillover.projection.covariance, draws)
    effect = np.concatenate([np.zeros((draws, shape[0], 1)), drawn.reshape(draws, *shape)], axis=-1)[..., :horizon]
    effect[:, 0, 0] = 1.0
    usual = np.log1p(np.median(without.samples[source], axis=-1))
    path = np.where((np.arange(horizon) >= first) & (np.arange(horizon) <= last), np.log1p(shock.deaths) - usual, 0.0)
    needed = shocks_for(path, effect[:, 0])
    needed[:, last + 1 :] = 0.0
    moved = np.moveaxis(answer(needed, effect), 0, -1)
    group = spillover.group[:, source]
    found: Array = np.where((group > 0)[:, None, None], moved[group], 0.0)
    found[source] = moved[0]
    return found


def read_shock(text: str) -> Shock:
    """``AFG:2021-01:2021-06:3000`` as a shock.

    Raises:
        InputError: it is not of that form.
    """
    from landbridge.labels import country

    parts = text.split(":")
    number = parts[3] if len(parts) == 4 else ""
    if len(parts) != 4 or not (is_month(parts[1]) and is_month(parts[2])) or not number.replace(".", "", 1).isdigit():
        raise InputError(f'"{text}" is no shock: write COUNTRY:START:END:DEATHS a month, as AFG:2021-01:2021-06:3000.')
    return Shock(country(parts[0]), parts[1], parts[2], float(number))


def months_of(shock: Shock, known: str, horizon: int) -> tuple[int, int]:
    """First and last month of a shock, counted from the first month after those ``known``.

    Raises:
        InputError: it starts before the data end, ends before it starts or beyond the horizon, or is negative.
    """
    now = month_number(known)
    first = month_number(shock.start) - now - 1 if shock.start else 0
    last = month_number(shock.end) - now - 1 if shock.end else horizon - 1
    start, end = (month_of(now + 1 + month) for month in (first, last))
    if first < 0:
        raise InputError(f"Violence starts in {start}, but the data run to {known}: start it later.")
    furthest = f"{horizon} months, to {month_of(now + horizon)}"
    if first >= horizon:
        raise InputError(f"Violence starts in {start}, beyond the horizon of {furthest}.")
    if last < first:
        raise InputError(f"Violence ends in {end}, before it starts in {start}.")
    if last >= horizon:
        raise InputError(f"Violence ends in {end}, beyond the horizon of {furthest}.")
    if not (np.isfinite(shock.deaths) and shock.deaths >= 0):
        raise InputError(f"Violence of {shock.deaths} deaths a month: wanted is a number of zero or more.")
    return first, last
