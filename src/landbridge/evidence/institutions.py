"""Joining and leaving institutions by hindsight: learnt up to 2010, scored on 2011-2020."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from landbridge.alignment.institutions import TERMS, scores
from landbridge.evidence.framework import Check, Measured
from landbridge.evidence.membership_panel import LAST, TRADE, TRAINED, base_rates, hazard, hindsight
from landbridge.study.institutions import EVENTS

LATER = f"{TRAINED + 1}-{LAST}"
CLEAR = 1.96
SCORES = ("Brier score", "log score")
BENCHMARKS = ("the mean rate before", "each institution's own rate before")
SOURCE = "a claim of ours; memberships and ideal points of the packaged world, trade every fourth year"


def _better(event: str, score: int) -> Callable[[Path], Measured]:
    """Which predicts the later years better: the hazard, or the better of the two benchmarks."""

    def measure(sources: Path) -> Measured:
        later, predicted = hindsight(sources, event)
        model = scores(later.happened, predicted)[score]
        others = [scores(later.happened, rate)[score] for rate in base_rates(sources, event)]
        skills = (f"{1 - model / other:+.1%} on {name}" for name, other in zip(BENCHMARKS, others, strict=True))
        note = f"{model:.6f}; {', '.join(skills)}; {later.happened.sum():.0f} events in {len(later.year):,}"
        return Measured("hazard" if model < min(others) else "base rate", note)

    return measure


def _expected(event: str) -> Callable[[Path], Measured]:
    """Ours over what came about."""

    def measure(sources: Path) -> Measured:
        later, predicted = hindsight(sources, event)
        return Measured(
            float(predicted.sum() / later.happened.sum()),
            f"{predicted.sum():.1f} expected, {later.happened.sum():.0f} came about",
        )

    return measure


def _sign(event: str, term: str) -> Callable[[Path], Measured]:
    def measure(sources: Path) -> Measured:
        fit, k = hazard(sources, event, LAST), 1 + TERMS.index(term)
        value, error = float(fit.coefficient[k]), float(np.sqrt(fit.covariance[k, k]))
        sign = "not clear" if abs(value) < CLEAR * error else "positive" if value > 0 else "negative"
        return Measured(sign, f"{value:+.2f} ({error:.2f}) per standard deviation of {fit.spread[k - 1]:.2f}")

    return measure


_SIGNS = (
    ("join", "trade_share", "positive", "more trade with the members makes joining likelier"),
    ("join", "ideal_point_distance", "negative", "voting far from the members makes joining less likely"),
    ("leave", "trade_share", "negative", "more trade with the members makes leaving less likely"),
    ("leave", "ideal_point_distance", "positive", "voting far from the members makes leaving likelier"),
)

CHECKS = (
    *(
        Check(
            id=f"institutions-{event}-{name.replace(' ', '-').lower()}",
            kind="evidence",
            sentence=f"what predicts who will {event} which institution in {LATER} better, by {name}",
            published="hazard",
            tolerance=None,
            unit="",
            source=SOURCE,
            measure=_better(event, k),
            needs=(TRADE,),
        )
        for event in EVENTS
        for k, name in enumerate(SCORES)
    ),
    *(
        Check(
            id=f"institutions-{event}-expected",
            kind="evidence",
            sentence=f"events expected over events that came about in {LATER}: {event}",
            published=1.0,
            tolerance=tolerance,
            unit="1",
            source=f"{SOURCE}; tolerance: two standard deviations of a Poisson count",
            measure=_expected(event),
            needs=(TRADE,),
        )
        for event, tolerance in (("join", 0.29), ("leave", 0.55))
    ),
    *(
        Check(
            id=f"institutions-{event}-{term.replace('_', '-')}",
            kind="evidence",
            sentence=f"{sentence} (1965-{LAST})",
            published=expected,
            tolerance=None,
            unit="",
            source=SOURCE,
            measure=_sign(event, term),
            needs=(TRADE,),
        )
        for event, term, expected, sentence in _SIGNS
    ),
)
