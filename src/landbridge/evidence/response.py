"""Does rerouted trade move politics? The response of alignment to economic exposure, and its skill on later years."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from landbridge.alignment.estimation import LinearFit
from landbridge.evidence.framework import Check, Measured
from landbridge.evidence.response_panel import (
    ICIO_FIRST,
    ICIO_LAST,
    NEEDS,
    TRAINED,
    VARIANTS,
    fitted,
    fitted_icio,
    forecasts,
)

CLEAR = 1.96
STRONG = 10.0  # first-stage F below which an instrument is called weak
CLOSER, FARTHER, UNCLEAR = "closer", "farther", "not clear"
SOURCE = "a claim of ours; trade of every fourth year, World Bank product, ideal points of the packaged world"
TALK = "the claim of the packaged talk that rerouted trade inevitably has political consequences"
FORECASTS = {"none": "no change", "drift": "a random walk with drift"}
WITH = {"none": "exposure", "drift": "drift_exposure"}


def _direction(fit: LinearFit) -> Measured:
    low, high = fit.interval
    strength = f", first stage F = {fit.first_stage:,.0f}" if np.isfinite(fit.first_stage) else ""
    note = f"{fit.coefficient:+.4f} ({low:+.4f} to {high:+.4f}), {fit.observations:,} directed pairs{strength}"
    clear = abs(fit.coefficient) > CLEAR * fit.standard_error
    return Measured(UNCLEAR if not clear else FARTHER if fit.coefficient > 0 else CLOSER, note)


def _skill(against: str, sources: Path) -> Measured:
    """Which predicts the change of distance better: a forecast, or the same moved by exposure."""
    table = forecasts(sources)
    errors = {name: float(((table["actual"] - table[name]) ** 2).mean()) for name in (against, WITH[against])}
    skill = 1 - errors[WITH[against]] / errors[against]
    better = "exposure" if skill > 0 else FORECASTS[against]
    return Measured(better, f"mean squared error {-skill:+.3%} with exposure; {len(table):,} changes over four years")


def _first_stage(sources: Path) -> Measured:
    found = fitted(sources, "instrumented").first_stage
    return Measured("strong" if found > STRONG else "weak", f"F = {found:,.0f}")


def _of_variant(name: str) -> Callable[[Path], Measured]:
    return lambda sources: _direction(fitted(sources, name))


def _check(name: str, sentence: str, expected: str, measure: Callable[[Path], Measured], source: str = SOURCE) -> Check:
    return Check(
        id=f"response-{name.replace('_', '-')}",
        kind="evidence",
        sentence=sentence,
        published=expected,
        tolerance=None,
        unit="",
        source=source,
        measure=measure,
        needs=NEEDS,
    )


CHECKS = (
    *(
        _check(
            name,
            f"where exposure to a partner grows, the two vote closer: {variant.title}",
            UNCLEAR if name == "before" else CLOSER,
            _of_variant(name),
            SOURCE if name == "before" else TALK,
        )
        for name, variant in VARIANTS.items()
    ),
    _check(
        "icio",
        f"the same on yearly input-output tables, {ICIO_FIRST}-{ICIO_LAST}",
        CLOSER,
        lambda sources: _direction(fitted_icio(sources)),
        TALK,
    ),
    _check(
        "first-stage",
        "exposure predicted from geography and partners' trade elsewhere, as an instrument",
        "strong",
        _first_stage,
    ),
    *(
        _check(
            f"skill-{against}",
            f"what predicts changes of distance after {TRAINED} better: {other}, or the same moved by exposure",
            "exposure",
            partial(_skill, against),
        )
        for against, other in FORECASTS.items()
    ),
)
