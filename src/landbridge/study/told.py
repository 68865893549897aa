"""A study as it stands in an outcome's header: its scenarios, what they extend, and their changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landbridge.study.outcome import Outcome

Change = Mapping[str, Any]


def lineage(scenarios: Mapping[str, Mapping[str, Any]], scenario: str) -> list[str]:
    """A scenario and all it extends, parents first, each once; none for the baseline.

    ``scenarios`` as they stand in an outcome's header.
    """
    order: list[str] = []

    def climb(name: str) -> None:
        for parent in scenarios[name].get("extends") or ():
            climb(parent)
        if name not in order:
            order.append(name)

    if scenario in scenarios:
        climb(scenario)
    return order


def year_asked(outcome: Outcome) -> int:
    """The year that decides which changes are in force."""
    return int(outcome.header["study"]["study"].get("year") or outcome.header["world"]["year"])


def steps(outcome: Outcome, name: str) -> list[dict[str, Any]]:
    """All changes of a scenario in the order made, those of the scenarios it extends first, each lineage once."""
    scenarios = outcome.header["study"]["scenario"]
    return [change for one in lineage(scenarios, name) for change in scenarios[one]["changes"]]


def in_force(change: Change, year: int) -> bool:
    """Whether a change holds in a year, as ``Change.in_force`` has it."""
    return bool((change.get("from") or year) <= year <= (change.get("until") or year))
