"""Queues at ports, posts and canals: how their hours were found, and where they grow most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landbridge.report.markup import Markup, element
from landbridge.report.numbers import plain
from landbridge.report.page import Numbering, Shown, table
from landbridge.report.words import scenario_title

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.study.outcome import Outcome


def told(outcome: Outcome, numbering: Numbering) -> list[Markup]:
    """The fixed point of every scenario's hours and its longest queues; nothing of a study without congestion."""
    found = list((outcome.header.get("congestion") or {}).values())
    if not found:
        return []
    rounds, residual = (max(each[key] for each in found) for key in ("rounds", "residual"))
    return [
        element(
            "p",
            "Hours at ports, border posts and canals are at a fixed point with routes and trade, at the central values "
            f"of the parameters. It took {rounds} rounds at most; the last changed no hours by more than "
            f"{100 * residual:.2f}\u202f%.",
        ),
        table(
            numbering,
            "Where hours grow most.",
            queue_table(outcome),
            (
                Shown("title", "Scenario"),
                Shown("stop", "Where", style="w"),
                Shown("times", "Hours, times the usual", lambda value: plain(value, 2), numeric=True),
                Shown("teu", "TEU a year", lambda value: plain(value, 0), numeric=True),
                Shown("usual_teu", "In the baseline", lambda value: plain(value, 0), numeric=True),
            ),
        ),
    ]


def queue_table(outcome: Outcome) -> DataFrame:
    """A row per scenario and stop whose hours grow most: times the usual, TEU a year, those of the baseline."""
    import pandas as pd

    rows = [
        {"scenario": name, "title": scenario_title(outcome, name), **stop}
        for name, found in (outcome.header.get("congestion") or {}).items()
        for stop in found["longest"]
    ]
    return pd.DataFrame(rows, columns=["scenario", "title", "stop", "times", "teu", "usual_teu"])
