"""Ideal points against those of Bailey, Strezhnev & Voeten, in the vintage of April 2020."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from landbridge.evidence.framework import Check, Kind, Measured
from landbridge.world import load_world
from landbridge.world.build.sources import CATALOGUE, read

if TYPE_CHECKING:
    from pandas import DataFrame, Series

FILE = CATALOGUE["ideal_points"].path
SOURCE = CATALOGUE["ideal_points"].source.title
RECENT = 46  # the first session after the 45th
TAILS = range(20, 31)  # sessions of 1965 to 1975, where a few states stand far out
NINE_IN_TEN = 1.645
_SOUTH_YEMEN = 680  # Correlates of War number; the file gives both Yemens the code of the northern one
_SERBIA_FROM = 61  # the file keeps YUG for Serbia after Montenegro left in 2006


def published(sources: Path) -> DataFrame:
    """Published points [iso3, session, theirs, error], former states under codes of their own."""
    points = read(sources, "ideal_points")
    points.loc[points["ccode"] == _SOUTH_YEMEN, "iso3"] = "YMD"
    points.loc[(points["iso3"] == "YUG") & (points["session"] >= _SERBIA_FROM), "iso3"] = "SRB"
    error = (points["Q95%"] - points["Q5%"]) / (2 * NINE_IN_TEN)
    return points.assign(theirs=points["IdealPoint"], error=error)[["iso3", "session", "theirs", "error"]]


@cache
def _both(sources: Path) -> DataFrame:
    return load_world("2017").table("ideal_points").merge(published(sources), on=["iso3", "session"])


def _by_session(sources: Path, method: Literal["pearson", "spearman"]) -> Series:
    pairs = _both(sources).groupby("session")[["ideal_point", "theirs"]].corr(method=method)
    return pairs["theirs"].xs("ideal_point", level=1)


def _of(
    method: Literal["pearson", "spearman"], sessions: range, reduce: Callable[[Series], float]
) -> Callable[[Path], Measured]:
    def measure(sources: Path) -> Measured:
        found = _by_session(sources, method)
        chosen = found[found.index.isin(sessions)]
        return Measured(float(reduce(chosen)), f"lowest in session {chosen.idxmin()}: {chosen.min():.4f}")

    return measure


def _distance(session: int) -> Callable[[Path], Measured]:
    def measure(sources: Path) -> Measured:
        both = _both(sources)
        both = both[both["session"] == session].set_index("iso3").loc[["PAK", "RUS"]]
        theirs, ours = (float(np.hypot(*both[name]) * NINE_IN_TEN) for name in ("error", "standard_error"))
        distance = abs(both["ideal_point"]["PAK"] - both["ideal_point"]["RUS"])
        return Measured(float(distance), f"90 % interval: ours +-{ours:.2f}, theirs +-{theirs:.2f}")

    return measure


def _at_one_end(_: Path) -> Measured:
    """How many of the last 30 sessions have both states among the five highest."""
    points = load_world("2017").table("ideal_points")
    recent = points[points["session"] > points["session"].max() - 30]
    ranks = recent.assign(rank=recent.groupby("session")["ideal_point"].rank(ascending=False))
    pair = ranks[ranks["iso3"].isin(["USA", "ISR"])].groupby("session")["rank"].max()
    return Measured(float((pair <= 5).sum()))


def _check(
    name: str,
    sentence: str,
    wanted: float,
    tolerance: float | None,
    measure: Callable[[Path], Measured],
    kind: Kind = "golden",
    unit: str = "1",
) -> Check:
    return Check(f"ideal-points-{name}", kind, sentence, wanted, tolerance, unit, SOURCE, measure, (FILE,))


def _least(series: Series) -> float:
    return float(series.min())


def _median(series: Series) -> float:
    return float(series.median())


EVERY, LATE = range(1, 75), range(RECENT, 75)
CHECKS = (
    _check(
        "median", "correlation with the published points by session, median", 1.0, 0.02, _of("pearson", EVERY, _median)
    ),
    _check("least", "the same, lowest of all sessions", 1.0, 0.05, _of("pearson", EVERY, _least), "evidence"),
    _check("least-recent", f"the same, lowest since session {RECENT}", 1.0, 0.05, _of("pearson", LATE, _least)),
    _check("ranks-1965-1975", "rank correlation, lowest of sessions 20-30", 1.0, 0.02, _of("spearman", TAILS, _least)),
    _check("ranks", "rank correlation by session, median", 1.0, 0.02, _of("spearman", EVERY, _median)),
    _check("pakistan-russia-1995", "distance of Pakistan and Russia, session 50", 2.28, 0.35, _distance(50), unit="sd"),
    _check("pakistan-russia-2017", "distance of Pakistan and Russia, session 72", 0.32, 0.15, _distance(72), unit="sd"),
    Check(
        id="ideal-points-one-end",
        kind="golden",
        sentence="sessions 45-74 in which the United States and Israel are among the five highest",
        published=30.0,
        tolerance=0.0,
        unit="sessions",
        source=SOURCE,
        measure=_at_one_end,
    ),
)
