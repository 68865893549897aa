"""What a war does to its neighbours: estimated over all countries, and simulated for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.security.core import LONGEST, Array
from landbridge.security.model import DRAWS, SEED, ConflictForecast, forecast_conflict
from landbridge.security.panel import ConflictPanel, is_month, month_number
from landbridge.security.projection import Z90, Projection, answer, local_projection, shocks_for
from landbridge.world.distance import great_circle_km

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world import World

HORIZON = 12
LAGS = 6  # months of own and others' past that are held fixed
BANDS = (("borders on land", 0.0, np.inf), ("up to 1,500 km", 0.0, 1500.0), ("1,500 to 3,000 km", 1500.0, 3000.0))
GROUPS = ("own", *(name for name, _, _ in BANDS))


@dataclass(frozen=True)
class Spillover:
    """Answers of log(1 + deaths) to one log point more violence in one country.

    Attributes:
        projection: effects by group (``GROUPS``) and month after the shock.
        group: [C, C] which group (1 ..) country j is in for country i; 0: none.
    """

    projection: Projection
    group: NDArray[np.intp]

    def table(self) -> DataFrame:
        """Group, month, effect and its 90 % interval."""
        import pandas as pd

        lower, upper = self.projection.interval()
        return pd.DataFrame(
            [
                {"group": name, "month": h + 1, "effect": effect, "lower": lower[g, h], "upper": upper[g, h]}
                for g, name in enumerate(GROUPS)
                for h, effect in enumerate(self.projection.effect[g])
            ]
        )

    def mean_effect(self) -> tuple[Array, Array]:
        """Mean answer over all months by group, and the lower end of its 90 % interval."""
        groups, horizon = self.projection.effect.shape
        average = np.kron(np.eye(groups), np.full(horizon, 1 / horizon))
        mean = self.projection.effect.mean(1)
        spread = np.sqrt(np.diag(average @ self.projection.covariance @ average.T))
        return mean, mean - Z90 * spread


def centres(world: World, countries: tuple[str, ...]) -> tuple[Array, Array]:
    """Latitude and longitude of the population-weighted middle of each country's cities; nan without any."""
    cities = world.table("places").query("kind == 'city'")
    phi, lam, weight = np.radians(cities["lat"]), np.radians(cities["lon"]), cities["population"]
    parts = {"x": np.cos(phi) * np.cos(lam), "y": np.cos(phi) * np.sin(lam), "z": np.sin(phi)}
    weighted = cities[["iso3"]].assign(**{name: part * weight for name, part in parts.items()})
    mean = weighted.groupby("iso3").sum().reindex(list(countries))
    x, y, z = mean[["x", "y", "z"]].to_numpy(float).T
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def proximity(panel: ConflictPanel, world: World) -> NDArray[np.intp]:
    """Which of ``GROUPS`` each other country is in [C, C]: 1 borders on land, 2 and 3 by distance of centres, 0 far."""
    lat, lon = centres(world, panel.countries)
    km = great_circle_km(lat[:, None], lon[:, None], lat, lon)
    group = np.zeros(km.shape, dtype=np.intp)
    for number, (_, least, most) in reversed(list(enumerate(BANDS, start=1))):
        group[panel.borders > 0 if number == 1 else (km > least) & (km <= most)] = number
    np.fill_diagonal(group, 0)
    return group


def estimate_spillover(panel: ConflictPanel, world: World, horizon: int = HORIZON) -> Spillover:
    """Local projections of log(1 + deaths) on violence at home, next door and further off, lags of each held fixed.

    Violence at home in the month of the shock is held fixed too: what strikes two countries at once is no spill-over.
    """
    group = proximity(panel, world)
    level = np.log1p(panel.deaths)
    around = [level, *(level @ (group == number).T.astype(float) for number in range(1, len(GROUPS)))]
    regressors = np.stack(around, axis=-1)
    past = [np.roll(regressors, lag, axis=0) for lag in range(1, LAGS + 1)]
    used = panel.known.copy()
    for lag in range(1, LAGS + 1):
        used &= np.roll(panel.known, lag, axis=0)
    used[:LAGS] = False
    found = local_projection(level, regressors, np.concatenate(past, axis=-1), used, horizon, lag=2 * horizon)
    return Spillover(found, group)


@dataclass(frozen=True)
class Shock:
    """Violence of ``deaths`` a month in one country from month ``start`` to month ``end``."""

    iso3: str
    start: str
    end: str
    deaths: float


@dataclass(frozen=True)
class ShockedForecast:
    """The forecast without and with a shock: the same draws, moved by draws of the estimated spill-over.

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

    The 1 + deaths of others are multiplied by exp(their answer); effects are drawn from their joint normal one.

    Raises:
        InputError: the shock starts before the data end, ends before it starts or beyond the horizon, or is negative.
    """
    first, last = _months_of(shock, panel, horizon)
    without = forecast_conflict(panel, horizon, draws, seed)
    source = panel.position(shock.iso3)
    rng = np.random.default_rng([seed, 1])
    shape = spillover.projection.effect.shape
    drawn = rng.multivariate_normal(spillover.projection.effect.ravel(), spillover.projection.covariance, draws)
    effect = np.concatenate([np.zeros((draws, shape[0], 1)), drawn.reshape(draws, *shape)], axis=-1)[..., :horizon]
    effect[:, 0, 0] = 1.0
    usual = np.log1p(np.median(without.samples[source], axis=-1))
    path = np.where((np.arange(horizon) >= first) & (np.arange(horizon) <= last), np.log1p(shock.deaths) - usual, 0.0)
    moved = np.zeros((draws, shape[0], horizon))
    for draw in range(draws):
        needed = shocks_for(path, effect[draw, 0])
        needed[last + 1 :] = 0.0
        moved[draw] = answer(needed, effect[draw])
    group = spillover.group[:, source]
    deviation = np.where((group > 0)[:, None, None], np.moveaxis(moved, 0, -1)[group], 0.0)
    deviation[source] = moved[:, 0].T
    samples = np.maximum((1 + without.samples) * np.exp(deviation) - 1, 0.0)
    samples[source, first : last + 1] = shock.deaths
    shocked = ConflictForecast(without.countries, without.months, without.last, samples)
    return ShockedForecast(without, shocked, deviation)


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


def _months_of(shock: Shock, panel: ConflictPanel, horizon: int) -> tuple[int, int]:
    """First and last month of the shock, counted from the first month forecast."""
    now = month_number(panel.months[-1])
    first, last = month_number(shock.start) - now - 1, month_number(shock.end) - now - 1
    if first < 0:
        raise InputError(f"The shock starts in {shock.start}, but the data run to {panel.months[-1]}: start it later.")
    if last < first:
        raise InputError(f"The shock ends in {shock.end}, before it starts in {shock.start}.")
    if last >= horizon:
        raise InputError(f"The shock ends in {shock.end}, beyond the horizon of {horizon} months (at most {LONGEST}).")
    if not (np.isfinite(shock.deaths) and shock.deaths >= 0):
        raise InputError(f"A shock of {shock.deaths} deaths a month: wanted is a number of zero or more.")
    return first, last
