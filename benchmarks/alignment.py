"""How fast states are placed by their votes."""

from __future__ import annotations

import os
from pathlib import Path

from landbridge.alignment.agreement import agreement_table
from landbridge.alignment.ideal_points import ideal_points, usable
from landbridge.alignment.votes import read_votes
from measurement import Measurement, cpu_seconds

BESIDE = Path(__file__).parents[2] / "shared" / "data"
POLITICS = Path(os.environ.get("LANDBRIDGE_SOURCES", BESIDE)) / "politics"


def measure() -> list[Measurement]:
    """Everything this file measures; empty where the sources are absent: votes are not shipped."""
    if not (POLITICS / "unvotes.parquet").is_file():
        return []
    votes = read_votes([POLITICS / "unvotes.parquet"], POLITICS / "un_rollcalls.parquet")
    recent = votes[votes["session"] >= 65]
    peer = "published code: MCMC, 'run the main model overnight'"
    return [
        Measurement(
            "ideal points, 74 sessions, 797,476 votes", cpu_seconds(lambda: ideal_points(votes), 2), "s", 90, peer
        ),
        Measurement("ideal points, the last ten sessions", cpu_seconds(lambda: ideal_points(recent), 3), "s", 6),
        Measurement("agreement of all pairs, 74 sessions", cpu_seconds(lambda: agreement_table(usable(votes)), 3), "s"),
    ]
