"""How fast hazards and the response of votes are estimated, on the panels of the raw sources; empty without them."""

from __future__ import annotations

import os
import time
from pathlib import Path

from landbridge.evidence.membership_panel import hazard
from landbridge.evidence.response_panel import VARIANTS, fitted, fitted_icio
from landbridge.evidence.response_panel import panel as pairs
from landbridge.study.institutions import EVENTS, membership_hazard
from landbridge.world import load_world
from measurement import Measurement, cpu_seconds

BESIDE = Path(__file__).parents[2] / "shared" / "data"
SOURCES = Path(os.environ.get("LANDBRIDGE_SOURCES", BESIDE))


def measure() -> list[Measurement]:
    """Everything this file measures."""
    world = load_world("2017")
    view = Measurement(
        "hazards of every country and institution", cpu_seconds(lambda: membership_hazard(world)), "s", 1
    )
    if not (SOURCES / "README.md").is_file():
        return [view]
    begun = time.process_time()
    rows = len(pairs(SOURCES))
    exposed = time.process_time()
    for name in VARIANTS:
        fitted(SOURCES, name)
    fitted_icio(SOURCES)
    estimated = time.process_time()
    observations = 0
    for event in EVENTS:
        observations += hazard(SOURCES, event, 2020).observations
    done = time.process_time()
    every = "the panel and its thirteen regressions with effects of pairs and country-years"
    return [
        view,
        Measurement(f"panel of exposures, 14 years, {rows:,} directed pairs", exposed - begun, "s"),
        Measurement(every, estimated - begun, "s", 20),
        Measurement(f"panels and hazards of joining and leaving, {observations:,} observations", done - estimated, "s"),
    ]
