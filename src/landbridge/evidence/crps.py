"""Forecasts of deaths in conflict against what came in 2018, 2019 and 2020, scored as the ViEWS challenge does."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from landbridge.evidence.framework import Check, Measured
from landbridge.security.hindcast import YEARS, Hindcast, gain, hindcast, reliability, score_table
from landbridge.security.panel import ConflictPanel
from landbridge.security.scores import crps
from landbridge.world import load_world

VIEWS = "ViEWS prediction challenge 2023/24, country-months"
# Mean CRPS of simple forecasters by year, as first computed from the challenge's actuals.
PUBLISHED = {
    "own_12": (14.49, 9.22, 12.06),
    "own_weighted": (13.52, 7.92, 12.41),
    "bootstrap": (23.49, 22.07, 21.27),
}
WORDS = {"own_12": "own last 12 months", "own_weighted": "own history, weights halving every 4 months"}
TARGET = 11.0
LOWEST, HIGHEST = 0.85, 0.95
BEATEN = "below weighted own history"


@cache
def hindcasts() -> list[Hindcast]:
    """The three years, from the packaged data."""
    panel = ConflictPanel.of(load_world("2017"))
    return [hindcast(panel, year) for year in YEARS]


def _simple(forecaster: str, at: int) -> Measured:
    return Measured(float(hindcasts()[at].score("crps", forecaster).mean()))


def _bootstrap(sources: Path, year: int) -> Measured:
    import pandas as pd

    folder = sources / "published" / "views"
    draws = pd.read_parquet(folder / f"bm_cm_bootstrap_expanded_{year}.parquet")["outcome"].unstack("draw")
    actual = pd.read_parquet(folder / f"cm_actuals_{year}.parquet")["ged_sb"].reindex(draws.index)
    return Measured(float(crps(draws.to_numpy(), actual.to_numpy()).mean()))


def _ours(at: int) -> Measured:
    return Measured(float(hindcasts()[at].score("crps", "landbridge").mean()), "published: weighted own history")


def _mean() -> Measured:
    mean = float(score_table(hindcasts())["crps"]["landbridge"])
    return Measured(f"at most {TARGET:g}" if mean <= TARGET else f"{mean:.2f}", f"mean {mean:.3f}")


def _gain(score: str) -> Measured:
    by, (lower, upper) = gain(hindcasts(), score=score)
    verdict = "above zero" if lower > 0 else "holds zero"
    return Measured(verdict, f"gain {by:.4g}, 90 % interval {lower:.4g} to {upper:.4g}")


def _lower(score: str) -> Measured:
    table = score_table(hindcasts())[score]
    ours, theirs = table["landbridge"], table["own_weighted"]
    return Measured(BEATEN if ours < theirs else "above", f"{ours:.4g} against {theirs:.4g}")


def _coverage() -> Measured:
    coverage = reliability(hindcasts())["coverage"]
    inside = coverage.between(LOWEST, HIGHEST).all()
    return Measured("all ten" if inside else "not all", f"{coverage.min():.3f} to {coverage.max():.3f}")


def _evidence(name: str, sentence: str, published: float | str, measure, source: str = VIEWS) -> Check:  # type: ignore[no-untyped-def]
    return Check(f"crps-{name}", "evidence", sentence, published, None, "1", source, measure)


CHECKS = (
    *(
        Check(
            id=f"crps-{forecaster.replace('_', '-')}-{year}",
            kind="golden",
            sentence=f"mean CRPS of {WORDS[forecaster]}, {year}",
            published=PUBLISHED[forecaster][at],
            tolerance=0.006,
            unit="deaths",
            source=f"{VIEWS}: computed from its actuals",
            measure=lambda _, forecaster=forecaster, at=at: _simple(forecaster, at),  # type: ignore[misc]
        )
        for forecaster in WORDS
        for at, year in enumerate(YEARS)
    ),
    *(
        Check(
            id=f"crps-views-bootstrap-{year}",
            kind="golden",
            sentence=f"mean CRPS of the challenge's bootstrap, {year}",
            published=PUBLISHED["bootstrap"][at],
            tolerance=0.006,
            unit="deaths",
            source=f"{VIEWS}: its 1,000 draws and actuals",
            measure=lambda sources, year=year: _bootstrap(sources, year),  # type: ignore[misc]
            needs=(
                f"published/views/bm_cm_bootstrap_expanded_{year}.parquet",
                f"published/views/cm_actuals_{year}.parquet",
            ),
        )
        for at, year in enumerate(YEARS)
    ),
    *(
        _evidence(
            f"forecast-{year}",
            f"mean CRPS of landbridge's forecast, {year}, beside weighted own history",
            PUBLISHED["own_weighted"][at],
            lambda _, at=at: _ours(at),
        )
        for at, year in enumerate(YEARS)
    ),
    _evidence("mean", "mean CRPS of landbridge's forecast, three years", f"at most {TARGET:g}", lambda _: _mean()),
    _evidence(
        "gain",
        "gain in CRPS over weighted own history: 90 % interval, countries drawn again",
        "above zero",
        lambda _: _gain("crps"),
    ),
    _evidence("gain-log", "the same of CRPS of log(1 + deaths)", "above zero", lambda _: _gain("crps_log")),
    _evidence("ignorance", "ignorance score, 11 bins, a draw added to each", BEATEN, lambda _: _lower("ignorance")),
    _evidence("interval", "score of 90 % intervals", BEATEN, lambda _: _lower("interval_score")),
    _evidence(
        "coverage",
        "randomised-PIT coverage of 90 % intervals within 85 to 95 %, by decile of predicted risk",
        "all ten",
        lambda _: _coverage(),
    ),
)
