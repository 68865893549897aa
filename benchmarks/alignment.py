"""How fast states are placed by their votes, and two of them profiled."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from landbridge.alignment.agreement import agreement_table
from landbridge.alignment.dyad import dyad_profile
from landbridge.alignment.ideal_points import ideal_points, usable
from landbridge.alignment.lead_lag import lead_lags
from landbridge.alignment.votes import read_votes
from landbridge.world import load_world
from measurement import Measurement, child_cpu_seconds, cpu_seconds

BESIDE = Path(__file__).parents[2] / "shared" / "data"
SOURCES = Path(os.environ.get("LANDBRIDGE_SOURCES", BESIDE))


def _packaged() -> list[Measurement]:
    seconds = cpu_seconds(lambda: dyad_profile(load_world("2017"), "PAK", "RUS"))
    command = [sys.executable, "-c", "from landbridge.cli import main; main()", "show", "dyad", "PAK", "RUS"]
    whole = child_cpu_seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
    return [
        Measurement("`landbridge show dyad PAK RUS`, CPU, the interpreter's start included", whole, "s", 1),
        Measurement("profile of two states, tables at hand", seconds, "s"),
    ]


def _from_sources() -> list[Measurement]:
    """Empty where the sources are absent: votes are not shipped."""
    politics = SOURCES / "politics"
    if not (politics / "unvotes.parquet").is_file():
        return []
    votes = read_votes([politics / "unvotes.parquet"], politics / "un_rollcalls.parquet")
    recent = votes[votes["session"] >= 65]
    peer = "published code: 'run the main model overnight' (MCMC)"
    return [
        Measurement(
            f"ideal points, 74 sessions, {len(usable(votes)):,} votes",
            cpu_seconds(lambda: ideal_points(votes), 2),
            "s",
            90,
            peer,
        ),
        Measurement("ideal points, the last ten sessions", cpu_seconds(lambda: ideal_points(recent), 3), "s", 6),
        Measurement("agreement of all pairs, 74 sessions", cpu_seconds(lambda: agreement_table(usable(votes)), 3), "s"),
        Measurement("lead and lag of five tracks, 15,000 pairs", cpu_seconds(lambda: lead_lags(SOURCES), 2), "s"),
    ]


def measure() -> list[Measurement]:
    """Everything this file measures."""
    return [*_packaged(), *_from_sources()]
