"""The estimates that ship: ``python -m landbridge.evidence.estimates SOURCES`` writes their two tables.

Each is made twice, from data up to the year of each packaged world, so that nothing later shapes a world's answers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.alignment.institutions import TERMS
from landbridge.alignment.lead_lag import BEFORE, LEAD_LAG, PERIODS, lead_lags
from landbridge.errors import LandbridgeError
from landbridge.evidence.membership_panel import LAST, hazard
from landbridge.evidence.response_panel import SPAN, VARIANTS, fitted
from landbridge.study.institutions import EVENTS
from landbridge.world.build.sources import source
from landbridge.world.package import Column, Source, Table, write_tables
from landbridge.world.world import BASELINE

YEARS = (2017, LAST)
ALIGNED_BEFORE = 2012  # the last trade whose votes, to 2015, a world of 2017 may know
CONSTANT = "constant"

ESTIMATION_ONLY = (
    Source("ATOP, alliances between states", "cite; the table does not ship", "1946-2018", "lead and lag of pacts"),
    Source("SIPRI, arms transfers", "the table does not ship", "1950-2021", "lead and lag of arms"),
    Source("COW, common organisations", "cite; the table does not ship", "1946-2014", "lead and lag of institutions"),
)

_MODEL = Column(
    "model",
    "what was estimated: join, leave (hazards of joining and leaving an institution), response (of the distance of "
    "ideal points to exposure; response_* on other samples, measures and effects), lead_lag (which track of relations "
    "changes after which)",
)
_UNTIL = Column("until", "last year of the data used", "year")
_TERM = Column("term", "covariate, or constant")


def estimates_tables(sources: Path) -> list[Table]:
    """Coefficients with what standardises their covariates, and their covariances.

    Raises:
        LandbridgeError: a source is missing, or an estimate did not converge.
    """
    rows: list[tuple[object, ...]] = []
    pairs: list[tuple[object, ...]] = []
    for model, until, terms, mean, spread, estimate, covariance, events, observations in _fits(sources):
        errors = np.sqrt(np.diag(covariance))
        for k, term in enumerate(terms):
            rows.append((model, until, term, mean[k], spread[k], estimate[k], errors[k], events, observations))
            pairs += [(model, until, term, other, covariance[k, j]) for j, other in enumerate(terms)]
    used = (*(source(name) for name in ("panel", "ideal_points", "curated", "wdi", "geodist")), *ESTIMATION_ONLY)
    coefficients = Table(
        name="estimates",
        frame=pd.DataFrame(rows, columns=[*_names(_MODEL, _UNTIL, _TERM), *_ESTIMATES]),
        description=f"Coefficients of the models of alignment, 1964-{LAST}.",
        columns=(_MODEL, _UNTIL, _TERM, *_ESTIMATES.values()),
        key=("model", "until", "term"),
        licence="CC0",
        sources=used,
    )
    other = Column("other", "another term of the same model")
    covariances = Table(
        name="estimate_covariance",
        frame=pd.DataFrame(pairs, columns=[*_names(_MODEL, _UNTIL, _TERM, other), "covariance"]),
        description="Covariances of the coefficients of the models of alignment.",
        columns=(_MODEL, _UNTIL, _TERM, other, Column("covariance", "covariance of two coefficients", "1")),
        key=("model", "until", "term", "other"),
        licence="CC0",
        sources=used,
    )
    return [coefficients, covariances]


_ESTIMATES = {
    "mean": Column("mean", "mean of the covariate", "1"),
    "spread": Column("spread", "standard deviation of the covariate", "1"),
    "estimate": Column("estimate", "coefficient per standard deviation; of a response, per unit of the regressor", "1"),
    "standard_error": Column(
        "standard_error",
        "standard error; of hazards clustered by country, of responses robust to shared countries",
        "1",
    ),
    "events": Column("events", "events in the data; of a response, observations", "events"),
    "observations": Column("observations", "observations", "observations"),
}


def _names(*columns: Column) -> list[str]:
    return [column.name for column in columns]


def _fits(sources: Path) -> Iterable[tuple]:  # type: ignore[type-arg]
    for event in EVENTS:
        for until in YEARS:
            fit = hazard(sources, event, until)
            mean, spread = np.append(0.0, fit.mean), np.append(1.0, fit.spread)
            terms = (CONSTANT, *TERMS)
            yield event, until, terms, mean, spread, fit.coefficient, fit.covariance, fit.events, fit.observations
    yield _response(sources, "main", ALIGNED_BEFORE)
    for name in VARIANTS:
        yield _response(sources, name, VARIANTS[name].last)
    for row in lead_lags(sources).to_dict("records"):
        pair, one = f"{row['leader']}{BEFORE}{row['follower']}", np.ones(1)
        covariance = np.full((1, 1), row["standard_error"] ** 2)
        estimate, rows = row["coefficient"] * one, row["rows"]
        yield LEAD_LAG, PERIODS[-1], (pair,), 0 * one, one, estimate, covariance, rows, rows


def _response(sources: Path, name: str, last: int) -> tuple:  # type: ignore[type-arg]
    """A regression of one coefficient, the regressor not standardised; the last votes are three years after trade."""
    fit = fitted(sources, name, last)
    model = "response" if name == "main" else f"response_{name}"
    one, covariance = np.ones(1), np.full((1, 1), fit.standard_error**2)
    until, terms = last + SPAN - 1, (VARIANTS[name].regressor,)
    return model, until, terms, 0 * one, one, fit.coefficient * one, covariance, fit.observations, fit.observations


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m landbridge.evidence.estimates SOURCES")
    try:
        header = {"name": "common", "year": 0, "title": "Tables common to all base years"}
        write_tables(BASELINE / "common", header, estimates_tables(Path(sys.argv[1])))
    except LandbridgeError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
