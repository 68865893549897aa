"""Hostile shocks between two states in monthly event data: how large, and how soon they pass.

Event data need a baseline before anything is read from them: the news grows and shrinks, some pairs are always
quarrelling, and what is hostile in one pair is ordinary in another. Here the outcome is the hostile share of a month,

    share = hostile / (hostile + friendly),        each weighted by its score,

less the month's mean over all pairs. A shock is a month in which that exceeds the pair's own median over the twelve
months before by ``THRESHOLD``, after six months without such a month. The path around it is compared with the same
pair's mean path around months that were as quiet before and brought no shock, so that neither the choice of quiet
months nor the skew of such shares passes for an effect. The other months play no part in choosing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import DataError, InputError
from landbridge.security.core import Array

if TYPE_CHECKING:
    from pandas import DataFrame

FILE = "politics/gdelt_dyad_month_2018_2024.parquet"
LEAST_VOLUME = 200.0  # median score a month of the pairs used: below it single events make the share
BEFORE, PLACEBO, AFTER = 12, 3, 12  # months
QUIET = 6  # months without a shock before one
THRESHOLD = 0.25  # share
ROUNDS = 2000
WORLDWIDE = {"WTO", "G-20", "APEC", "OECD", "OIC", "OPEC"}  # institutions that say little about a pair


@dataclass(frozen=True)
class EventStudy:
    """The mean path around hostile shocks.

    Attributes:
        months: [M] from the shock: -3 .. 12.
        path: [M] hostile share above baseline; ``lower``, ``upper``: 90 % interval, pairs drawn again.
        left: [M] part of the shock that is left; nan before it.
        half_life: months until half of the shock is gone, between months linearly; with ``half_life_interval``.
        shocks, pairs: how many.
    """

    months: NDArray[np.intp]
    path: Array
    lower: Array
    upper: Array
    half_life: float
    half_life_interval: tuple[float, float]
    shocks: int
    pairs: int

    @property
    def left(self) -> Array:
        """Part of the shock that is left."""
        part: Array = np.where(self.months >= 0, self.path / self.path[PLACEBO], np.nan)
        return part


@dataclass(frozen=True)
class Hostility:
    """The hostile share [T, D] of pairs ``pairs`` [D] in ``months`` [T]; nan where nothing was reported."""

    pairs: tuple[tuple[str, str], ...]
    months: tuple[str, ...]
    share: Array


def read_hostility(sources: Path) -> Hostility:
    """Pairs with enough news, from the dyad-months of GDELT.

    Raises:
        DataError: the file is missing.
    """
    import pandas as pd

    if not (sources / FILE).is_file():
        raise DataError(f"{sources / FILE} does not exist: hostile shocks are estimated from it.")
    rows = pd.read_parquet(sources / FILE, columns=["iso3_a", "iso3_b", "month", "pos", "neg"])
    ends = np.sort(rows[["iso3_a", "iso3_b"]].to_numpy(str), axis=1)
    rows = rows.assign(pair=np.char.add(np.char.add(ends[:, 0], "-"), ends[:, 1]), neg=rows["neg"].abs())
    wide = rows.pivot_table(index="month", columns="pair", values=["pos", "neg"], aggfunc="sum")
    volume = wide["pos"] + wide["neg"]
    used = volume.columns[np.nanmedian(volume.fillna(0.0).to_numpy(float), axis=0) >= LEAST_VOLUME]
    share = (wide["neg"] / volume)[used].to_numpy(float)
    pairs = tuple((name[:3], name[4:]) for name in used)
    return Hostility(pairs, tuple(f"{month[:4]}-{month[4:]}" for month in map(str, wide.index)), share)


def deviations(share: Array) -> Array:
    """Share [T, D] less the month's mean, less the pair's median over the ``BEFORE`` months before (nan at first)."""
    level = share - np.nanmean(share, axis=1, keepdims=True)
    above = np.full(level.shape, np.nan)
    for t in range(BEFORE, len(level)):
        above[t] = level[t] - np.nanmedian(level[t - BEFORE : t], axis=0)
    return above


def event_study(share: Array, rng: np.random.Generator) -> EventStudy:
    """The mean path around all hostile shocks in ``share`` [T, D].

    Raises:
        InputError: there is no shock.
    """
    level = share - np.nanmean(share, axis=1, keepdims=True)
    struck, quiet = shocks_in(deviations(share))
    usual = _mean_paths(level, quiet)
    when, who = np.nonzero(struck & ~np.isnan(usual[:, PLACEBO]))
    if not len(when):
        raise InputError(f"No month in which the hostile share is {THRESHOLD:g} above its baseline for the first time.")
    months = np.arange(-PLACEBO, AFTER + 1)
    paths = level[when[:, None] + months, who[:, None]] - usual[who]
    members = [np.flatnonzero(who == d) for d in np.unique(who)]
    drawn = []
    for _ in range(ROUNDS):
        rows = np.concatenate([members[d] for d in rng.integers(len(members), size=len(members))])
        drawn.append(np.nanmean(paths[rows], axis=0))
    path, spread = np.nanmean(paths, axis=0), np.array(drawn)
    lower, upper = np.quantile(spread, [0.05, 0.95], axis=0)
    halves = np.array([half_life(row[PLACEBO:]) for row in spread])
    interval = (float(np.quantile(halves, 0.05)), float(np.quantile(halves, 0.95)))
    return EventStudy(months, path, lower, upper, half_life(path[PLACEBO:]), interval, len(when), len(members))


def shocks_in(above: Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where [T, D] a shock strikes, and where none does, after ``QUIET`` months without any."""
    high = above > THRESHOLD
    calm = ~np.isnan(above)
    for lag in range(1, QUIET + 1):
        calm[lag:] &= ~high[:-lag]
    calm[: BEFORE + QUIET] = False
    calm[len(calm) - AFTER :] = False
    return calm & high, calm & ~high


def _mean_paths(level: Array, chosen: NDArray[np.bool_]) -> Array:
    """Mean of ``level`` [T, D] in the months around those chosen, by pair [D, M]; nan where none is."""
    when, who = np.nonzero(chosen)
    around = level[when[:, None] + np.arange(-PLACEBO, AFTER + 1), who[:, None]]
    total, count = np.zeros((level.shape[1], around.shape[1])), np.zeros((level.shape[1], around.shape[1]))
    np.add.at(total, who, np.nan_to_num(around))
    np.add.at(count, who, ~np.isnan(around))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def half_life(path: Array) -> float:
    """Months until ``path``, from the shock on, has fallen to half of its first value; infinite if it does not."""
    below = np.flatnonzero(path < path[0] / 2)
    if not len(below):
        return np.inf
    at = int(below[0])
    return float(at - 1 + (path[at - 1] - path[0] / 2) / (path[at - 1] - path[at]))


def shared_membership(pairs: tuple[tuple[str, str], ...], memberships: DataFrame, date: str) -> NDArray[np.bool_]:
    """Whether both of each pair [D] were full members of a common regional institution on a date (2018-01-01)."""
    rows = memberships[(memberships["role"] == "member") & ~memberships["institution"].isin(WORLDWIDE)]
    end = rows["end"].fillna("").replace("", "9999")
    now = rows[(rows["start"].fillna("") <= date) & (end >= date)]
    of = now.groupby("iso3")["institution"].agg(set).to_dict()
    return np.array([bool(of.get(a, set()) & of.get(b, set())) for a, b in pairs])
