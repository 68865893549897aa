"""How fast and how well violence is forecast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from landbridge.security.hindcast import YEARS, gain, hindcast, reliability, score_table
from landbridge.security.model import forecast_conflict
from landbridge.security.panel import ConflictPanel
from landbridge.security.shock import Shock, simulate_shock
from landbridge.security.spillover import estimate_spillover
from landbridge.study.violence import at_war, violence_of
from landbridge.world import load_world
from measurement import Measurement, cpu_seconds

WAR = Shock("AFG", "2021-01", "2021-06", 4000.0)
VIEWS = "country-months of 2018 to 2020, data to October of the year before"


def _violence_of_a_study() -> None:
    """What a study's violence costs it, in a world of which nothing is kept."""
    world = load_world("2017")
    fresh = replace(world, _derived={})
    wars = {"baseline": [], "war": [Shock("AFG", "", "", 3300.0)], "peace": [Shock("AFG", "", "", 0.0)]}
    for shocks in wars.values():
        for shock in shocks:
            at_war(fresh, shock)
    violence_of(fresh, wars, ["AFG", "PAK"], np.zeros(201), seed=1)


def measure() -> list[Measurement]:
    """Everything this file measures."""
    world = load_world("2017")
    panel = ConflictPanel.of(world)
    spillover = estimate_spillover(panel, world)
    made = [hindcast(panel, year) for year in YEARS]
    table = score_table(made)
    by, (lower, _) = gain(made)
    coverage = reliability(made)["coverage"]
    peer = "own last 12 months {own_12:.2f}, own history halving every 4 months {own_weighted:.2f}"
    rows = [
        Measurement(
            "violence: data, analogues and 1,000 draws of 12 months for 191 countries, CPU",
            cpu_seconds(lambda: forecast_conflict(ConflictPanel.of(world)), 3),
            "s",
            20,
        ),
        Measurement(
            "spill-over estimated over all countries, CPU",
            cpu_seconds(lambda: estimate_spillover(panel, world), 3),
            "s",
        ),
        Measurement(
            "a war of given start, intensity and end simulated for all countries, 1,000 draws, CPU",
            cpu_seconds(lambda: simulate_shock(panel, spillover, WAR), 3),
            "s",
            2,
        ),
        Measurement(
            "violence in a study: data, forecast, spill-over, two scenarios with wars, 200 draws, CPU",
            cpu_seconds(lambda: _violence_of_a_study(), 3),
            "s",
            1,
        ),
        Measurement(f"mean CRPS, {VIEWS}", table["crps"]["landbridge"], "deaths", 11.0, peer.format(**table["crps"])),
        *(
            Measurement(
                f"CRPS of {year}", table[str(year)]["landbridge"], "deaths", None, peer.format(**table[str(year)])
            )
            for year in YEARS
        ),
        Measurement(f"gain over weighted own history; the 90 % interval begins at {lower:.3f}", by, "deaths"),
    ]
    for name, what in (
        ("crps_log", "CRPS of log(1 + deaths)"),
        ("ignorance", "ignorance score, 11 bins, a draw added to each"),
        ("interval_score", "score of 90 % intervals"),
    ):
        rows.append(Measurement(what, table[name]["landbridge"], "1", None, peer.format(**table[name])))
    return [
        *rows,
        Measurement("coverage of 90 % intervals, least of the deciles of risk", coverage.min(), "1"),
        Measurement("the same, greatest", coverage.max(), "1", 0.95),
    ]
