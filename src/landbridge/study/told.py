"""A study as it stands in an outcome's header: its scenarios, what they extend, and their changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from landbridge.study.schema import lineage

if TYPE_CHECKING:
    from landbridge.study.outcome import Outcome

Change = Mapping[str, Any]


def with_extended(scenarios: Mapping[str, Mapping[str, Any]], scenario: str) -> list[Mapping[str, Any]]:
    """What is told of a scenario and of all it extends, parents first; nothing of the baseline."""
    extends = {name: one.get("extends") or () for name, one in scenarios.items()}
    return [scenarios[name] for name in lineage(extends, scenario)]


def year_asked(outcome: Outcome) -> int:
    """The year that decides which changes are in force."""
    return int(outcome.header["study"]["study"].get("year") or outcome.header["world"]["year"])


def steps(outcome: Outcome, name: str) -> list[dict[str, Any]]:
    """All changes of a scenario in the order made, those of the scenarios it extends first, each lineage once."""
    told = with_extended(outcome.header["study"]["scenario"], name)
    return [change for one in told for change in one["changes"]]


def in_force(change: Change, year: int) -> bool:
    """Whether a change holds in a year, as ``Change.in_force`` has it."""
    return bool((change.get("from") or year) <= year <= (change.get("until") or year))
