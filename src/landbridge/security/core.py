"""Forecasting deaths in conflict, on arrays.

The predictive distribution of a country is a linear pool of two empirical ones, with weight ``pool`` on the first.

Analogues: the k country-months of the past that resemble the country's present most, by its own violence at several
memories, its neighbours' and its structure. What followed them, h months later, times the ratio of the two levels, is
what may follow here:

    x_n(h) = (1 + l) / (1 + l_n) y_n(h),        weight (1 - (d_n / d_k)^2),

l the level of violence with a short memory, d_n the distance to the analogue, d_k that to the furthest one used. An
analogue is used only where all of its future lies before the forecast's date.

Own history: the country's past months, with weights that halve every few months.

Source: the analogue method is Lorenz (1969), Journal of the Atmospheric Sciences 26, used on wars of all countries; the
linear opinion pool is Stone (1961), Annals of Mathematical Statistics 32 (general knowledge, not read here).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from landbridge.errors import InputError

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

LONGEST = 14  # months ahead: a year, two months after the last data
FIRST_ANALOGUE = 36  # months of history that an analogue needs
REMEMBERED = 36  # months of own history that are drawn from
TIE = 1e-6  # standard deviation of the noise that breaks ties between analogues, in the units of the features


@dataclass(frozen=True)
class Settings:
    """How the forecast is made; the values stand in ``parameters.toml`` and were chosen on targets before 2018.

    Attributes:
        analogues: k, their number.
        pool: weight of the analogues against own history.
        level_half_life: memory of the level that scales an analogue's future, months.
        history_half_life: memory of own history, months.
    """

    analogues: int
    pool: float
    level_half_life: float
    history_half_life: float


@dataclass(frozen=True)
class Forecast:
    """Predictive distributions as equally likely draws.

    Attributes:
        samples: [C, H, S] deaths in month 1 .. H after the last month known, whole numbers. A draw is a path: an
            analogue's months in their order, or one month of own history held for the whole path.
        distance: [C] distance to the furthest analogue used, in the units of the features.
    """

    samples: Array
    distance: Array


def decayed_mean(deaths: Array, half_life: float) -> Array:
    """Mean of all months so far [T, ...] with weights that halve every ``half_life`` months; deaths [T, ...]."""
    keep = 0.5 ** (1 / half_life)
    mean = np.empty(deaths.shape)
    total, weight = np.zeros(deaths.shape[1:]), 0.0
    for month, here in enumerate(deaths):
        total, weight = keep * total + here, keep * weight + 1.0
        mean[month] = total / weight
    return mean


def forecast(
    deaths: Array,
    known: NDArray[np.bool_],
    features: Array,
    horizon: int,
    draws: int,
    settings: Settings,
    rng: np.random.Generator,
) -> Forecast:
    """Draws of the deaths of the next months, given all up to the last row.

    Args:
        deaths: [T, C] a month and country; what is not known is 0.
        known: [T, C] where deaths are known. A country that is not known in the last month gets no forecast (nan).
        features: [T, C, F] what makes two country-months alike, each from what was known in that month, in units in
            which one counts as much as another.
        horizon: H, months ahead.
        draws: S, of each distribution.

    Raises:
        InputError: the horizon is beyond what is supported, the series is too short, or a number is negative.
    """
    _check(deaths, features, horizon)
    last = len(deaths) - 1
    start = np.arange(FIRST_ANALOGUE, last - LONGEST + 1)
    usable = np.flatnonzero(known[start].ravel())
    if len(usable) < settings.analogues:
        raise InputError(
            f"{len(deaths)} months of data hold {len(usable)} analogues whose future is known; "
            f"the forecast uses {settings.analogues}."
        )
    past = features[start].reshape(-1, features.shape[-1])[usable]
    past = past + np.random.default_rng(0).normal(0.0, TIE, past.shape)
    distance, nearest = cKDTree(past).query(features[last], k=settings.analogues)
    month, country = start[usable[nearest] // deaths.shape[1]], usable[nearest] % deaths.shape[1]
    closeness = 1 - (distance / distance[:, -1:]) ** 2

    level = decayed_mean(deaths, settings.level_half_life)
    ratio = (1 + level[last])[:, None] / (1 + level[month, country])
    ahead = np.arange(1, horizon + 1)
    of_analogues = round(draws * settings.pool)
    chosen = systematic(closeness, of_analogues, rng)
    row = np.arange(deaths.shape[1])[:, None]
    month, country, ratio = month[row, chosen], country[row, chosen], ratio[row, chosen]
    followed = deaths[month[:, None, :] + ahead[:, None], country[:, None, :]] * ratio[:, None, :]

    recent = np.arange(last, max(last - REMEMBERED, -1), -1)
    weight = 0.5 ** (np.arange(len(recent)) / settings.history_half_life)
    held = systematic(weight * known[recent].T, draws - of_analogues, rng)
    own = deaths[recent[held], row]
    samples = np.concatenate([followed, np.broadcast_to(own[:, None, :], (*followed.shape[:2], own.shape[1]))], axis=2)
    samples = np.rint(samples)[:, :, rng.permutation(draws)]
    samples[~known[last]] = np.nan
    return Forecast(samples, distance[:, -1])


def systematic(weight: Array, draws: int, rng: np.random.Generator) -> Indices:
    """Positions [C, S] drawn with probabilities proportional to ``weight`` [C, N], evenly spread (one offset a row).

    A row without weight gets position 0. Source: systematic resampling, Kitagawa (1996) (general knowledge).
    """
    cumulated = np.cumsum(weight, axis=1)
    total = cumulated[:, -1:]
    cumulated = cumulated / np.where(total > 0, total, 1.0)
    points = (np.arange(draws) + rng.random((len(weight), 1))) / max(draws, 1)
    shift = 2.0 * np.arange(len(weight))[:, None]  # one sorted line for all rows
    found = np.searchsorted((cumulated + shift).ravel(), (points + shift).ravel()).reshape(points.shape)
    position: Indices = np.minimum(found - np.arange(len(weight))[:, None] * weight.shape[1], weight.shape[1] - 1)
    return np.where(total > 0, np.maximum(position, 0), 0)


def _check(deaths: Array, features: Array, horizon: int) -> None:
    if not 1 <= horizon <= LONGEST:
        raise InputError(f"A horizon of {horizon} months: supported are 1 to {LONGEST}.")
    if not (np.isfinite(deaths) & (deaths >= 0)).all():
        month, country = np.argwhere(~(np.isfinite(deaths) & (deaths >= 0)))[0]
        raise InputError(f"Deaths of month {month}, country {country} are {deaths[month, country]}; wanted is >= 0.")
    if not np.isfinite(features).all() or features.shape[:2] != deaths.shape:
        raise InputError(f"Features of shape {features.shape} must be finite and cover {deaths.shape} country-months.")
