"""The closure of the Suez canal, 1967-75, as a natural experiment on the network's distances and on the model.

    log X_ijt  or  X_ijt = exp(...) :   effects + beta log km_ijt        km by sea, the canal open or shut in year t

Errors are clustered by pair. The panel has one year before the closure, so that no trend before it can be tested.

Source: Feyrer (2021), Journal of Development Economics 153.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.evidence.framework import Check, Measured
from landbridge.evidence.suez_panel import CANAL_STATES, GULF, NEEDS, YEARS, panel, without
from landbridge.evidence.suez_prediction import GDP, beside, changes
from landbridge.trade.estimation import LogFit, PanelFit, log_fit, panel_fit

PAIR, BY_EXPORTER, BY_IMPORTER = ("exporter", "importer"), ("exporter", "year"), ("importer", "year")
EFFECTS = {
    "years": (PAIR, ("year",)),
    "full": (PAIR, BY_EXPORTER, BY_IMPORTER),
    "cross-section": (BY_EXPORTER, BY_IMPORTER),
}
CLUSTERS = (("pair",),)

FEYRER = (
    "Feyrer, VoxEU: 10 % less distance by sea, 5 % more trade (about half of usual cross-sections: abstract of Feyrer "
    "2021, Journal of Development Economics 153)"
)
FOUND = -0.5
USUAL = -1.0  # twice that
NEAR = 0.14  # two standard errors of a rough trial with one port a country, made before this experiment was run
SLOPE_NEAR = 0.25


@dataclass(frozen=True)
class Design:
    """One way to look: the estimator ("log", "ppml" or "weighted"), the effects, and which flows."""

    estimator: str
    effects: str
    flows: str = "all"


SAMPLES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "all": lambda frame: frame,
    "positive": lambda frame: frame[frame["trade"] > 0],
    "no Gulf exports": lambda frame: without(frame, GULF, ("exporter",)),
    "no Gulf": lambda frame: without(frame, GULF),
    "closing": lambda frame: frame[frame["year"] <= 1972],
    "reopening": lambda frame: frame[frame["year"] >= 1972],
    "open before and after": lambda frame: frame[~frame["year"].isin((1968, 1972))].assign(
        log_km=lambda open_years: np.where(open_years["year"] > 1964, open_years["longer"], 0.0)
    ),
}


@cache
def fit(sources: Path, design: Design) -> LogFit | PanelFit:
    """The elasticity of trade to distance by sea, pairs of Egypt and Israel left out."""
    frame = SAMPLES[design.flows](without(panel(sources), CANAL_STATES))
    return _fitted(frame, ["log_km"], design)


@cache
def by_year(sources: Path, estimator: str) -> LogFit | PanelFit:
    """What the log ratio of distance without to distance with the canal did to trade in each year, against 1964."""
    years = list(YEARS)[1:]
    frame = without(panel(sources), CANAL_STATES)
    frame = frame.assign(**{str(year): frame["longer"] * (frame["year"] == year) for year in years})
    return _fitted(frame, [str(year) for year in years], Design(estimator, "full"))


def _fitted(frame: pd.DataFrame, regressors: Sequence[str], design: Design) -> LogFit | PanelFit:
    effects = EFFECTS[design.effects]
    if design.estimator == "ppml":
        return panel_fit(frame, regressors, effects=effects, clusters=CLUSTERS)
    traded = frame[frame["trade"] > 0]
    traded = traded.assign(size=traded.groupby("pair")["trade"].transform("mean"))
    weights = "size" if design.estimator == "weighted" else None
    return log_fit(traded, regressors, effects=effects, clusters=CLUSTERS, weights=weights)


def _elasticity(design: Design) -> Callable[[Path], Measured]:
    def measure(sources: Path) -> Measured:
        found = fit(sources, design)
        note = f"standard error {found.standard_error[0]:.3f}; {found.observations:,} flows"
        return Measured(float(found.coefficient[0]), note)

    return measure


def _slope(estimator: str) -> Callable[[Path], Measured]:
    def measure(sources: Path) -> Measured:
        found = _fitted(beside(sources), ["said"], Design(estimator, "full"))
        return Measured(
            float(found.coefficient[0]),
            f"standard error {found.standard_error[0]:.2f}; {found.observations // 2:,} flows, 1964 and 1972",
        )

    return measure


def _correlation(sources: Path) -> Measured:
    table = changes(sources)
    raw = table["said"].corr(table["happened"])
    return Measured(
        float(table["said_alone"].corr(table["happened_alone"])),
        f"{len(table):,} flows; {raw:.2f} where effects of exporters and importers are left in",
    )


_SHOWN = {
    "log": "logarithms of flows above zero",
    "ppml": "PPML",
    "weighted": "logarithms, each pair weighted by its mean trade",
    "years": "pair and year effects",
    "full": "pair, exporter-year and importer-year effects",
    "cross-section": "exporter-year and importer-year effects, none of pairs",
}
_JUDGED = {
    "log-years": Design("log", "years"),
    "log-full": Design("log", "full"),
    "ppml-full": Design("ppml", "full"),
}
_BESIDE = {
    "ppml-years": Design("ppml", "years"),
    "cross-section-log": Design("log", "cross-section"),
    "cross-section-ppml": Design("ppml", "cross-section"),
    "weighted": Design("weighted", "full"),
    "ppml-positive": Design("ppml", "full", "positive"),
    "ppml-years-no-gulf": Design("ppml", "years", "no Gulf"),
    "ppml-no-gulf-exports": Design("ppml", "full", "no Gulf exports"),
    "weighted-no-gulf-exports": Design("weighted", "full", "no Gulf exports"),
    "log-no-gulf": Design("log", "full", "no Gulf"),
    "log-closing": Design("log", "full", "closing"),
    "ppml-closing": Design("ppml", "full", "closing"),
    "weighted-closing": Design("weighted", "full", "closing"),
    "log-reopening": Design("log", "full", "reopening"),
    "ppml-reopening": Design("ppml", "full", "reopening"),
    "log-open": Design("log", "full", "open before and after"),
    "ppml-open": Design("ppml", "full", "open before and after"),
}
_FLOWS = {
    "all": "",
    "positive": ", no flows of zero",
    "no Gulf exports": ", without what Gulf states sell",
    "no Gulf": ", without Gulf states",
    "closing": ", 1964-72 alone",
    "reopening": ", 1972-84 alone",
    "open before and after": ": placebo, 1976-84 as if the canal were still shut, against 1964",
}


def _sentence(design: Design) -> str:
    return (
        f"elasticity of trade to distance by sea, Suez shut in 1968 and 1972: {_SHOWN[design.estimator]}, "
        f"{_SHOWN[design.effects]}{_FLOWS[design.flows]}"
    )


def _published(design: Design) -> float:
    if design.flows == "open before and after":
        return 0.0
    return USUAL if design.effects == "cross-section" else FOUND


CHECKS = (
    *(
        Check(
            id=f"suez-history-{name}",
            kind="evidence",
            sentence=_sentence(design),
            published=_published(design),
            tolerance=tolerance,
            unit="1",
            source=FEYRER,
            measure=_elasticity(design),
            needs=NEEDS,
        )
        for designs, tolerance in ((_JUDGED, NEAR), (_BESIDE, None))
        for name, design in designs.items()
    ),
    *(
        Check(
            id=f"suez-history-model-slope-{estimator}",
            kind="evidence",
            sentence=(
                "what happened to trade from 1964 to 1972 on what the model says the closure did, flow by flow: "
                f"{_SHOWN[estimator]}, {_SHOWN['full']}; one if the model is right"
            ),
            published=1.0,
            tolerance=SLOPE_NEAR,
            unit="1",
            source="the trade panel; the model with the central trade elasticity and value of time, nothing fitted",
            measure=_slope(estimator),
            needs=(*NEEDS, GDP),
        )
        for estimator in ("log", "ppml")
    ),
    Check(
        id="suez-history-model-correlation",
        kind="evidence",
        sentence="the same, correlation of log changes less effects of exporters and importers",
        published=1.0,
        tolerance=None,
        unit="1",
        source="the trade panel, of which the closure explains a small part",
        measure=_correlation,
        needs=(*NEEDS, GDP),
    ),
)
