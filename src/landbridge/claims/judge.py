"""Judging claims: in which share of the draws does a test hold, and in which word that is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.claims.schema import AnyOf, Claim, Condition
from landbridge.study.observed import observed_draws, observed_value
from landbridge.study.outcome import Outcome
from landbridge.variables import variables
from landbridge.world import World, load_world

HOLDS, LIKELY, UNLIKELY, FAILS = 0.95, 0.66, 0.34, 0.05
NOISE = 1e-7  # differences below it are the solver's rounding, and count as equal
ERRORS = 10_000  # draws of the errors of observed numbers, where a claim is about nothing else
NOT_TESTABLE = "not testable"

_COMPARE: dict[str, Callable[[Any], Any]] = {
    ">": lambda gap: gap > NOISE,
    "<": lambda gap: gap < -NOISE,
    ">=": lambda gap: gap >= -NOISE,
    "<=": lambda gap: gap <= NOISE,
    "==": lambda gap: abs(gap) <= NOISE,
    "!=": lambda gap: abs(gap) > NOISE,
}


def _compare(left: Any, relation: str, right: Any) -> Any:
    """Whether the relation holds, rounding aside; two infinities are equal."""
    left, right = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    gap = np.subtract(left, right, out=np.zeros(np.broadcast_shapes(left.shape, right.shape)), where=left != right)
    return _COMPARE[relation](gap)


@dataclass(frozen=True)
class Number:
    """A quantity at its labels: the central value, and a function that gives it in each of so many draws, or None.

    Modelled numbers have the outcome's draws where those are kept; observed ones draws of their errors, if they have
    any, else the same value in each.
    """

    quantity: str
    labels: dict[str, Any]
    central: float
    in_draws: Callable[[int], NDArray[np.float64] | None]


@dataclass(frozen=True)
class Measured:
    """A condition with its numbers. ``right`` is a number where the condition compares with a fixed value."""

    condition: Condition
    left: Number
    right: Number | float

    @property
    def holds(self) -> bool:
        """Whether it holds at the central values."""
        right = self.right.central if isinstance(self.right, Number) else self.right
        return bool(_compare(self.left.central, self.condition.is_, right))

    def holds_in(self, draws: int) -> NDArray[np.bool_] | None:
        """Whether it holds in every draw [draws]; None when a modelled number has no draws."""
        left = self.left.in_draws(draws)
        right = self.right.in_draws(draws) if isinstance(self.right, Number) else np.full(draws, self.right)
        if left is None or right is None:
            return None
        return np.asarray(_compare(left, self.condition.is_, right), dtype=bool)


@dataclass(frozen=True)
class Verdict:
    """What a run says of a claim.

    ``verdict`` is a calibrated word; ``share`` of draws in which the test holds (of observed quantities alone: of draws
    of their errors, 1 or 0 where they have none; None without draws or test); ``needs`` what a test would take;
    ``measured`` the numbers; ``basis`` where they come from: observed, modelled, both, or nothing.
    """

    claim: Claim
    verdict: str
    share: float | None
    needs: str
    measured: tuple[Measured, ...]
    basis: str


def judge(outcome: Outcome, claims: Iterable[Claim], world: World | None = None) -> list[Verdict]:
    """Judge every claim by an outcome, and by the observed tables of its world.

    Args:
        world: where observed quantities are read; None: the world the study was about.

    Raises:
        DataError: the study's world cannot be found.
    """
    at = world or load_world(outcome.header["world"]["folder"])
    return [_verdict(outcome, at, claim) for claim in claims]


def word(share: float) -> str:
    """The calibrated word for a share of draws."""
    if share >= HOLDS:
        return "holds"
    if share >= LIKELY:
        return "likely"
    if share <= FAILS:
        return "fails"
    return "unlikely" if share <= UNLIKELY else "undecided"


def _verdict(outcome: Outcome, world: World, claim: Claim) -> Verdict:
    if claim.not_testable:
        return Verdict(claim, NOT_TESTABLE, None, claim.not_testable.needs, (), "")
    measured = tuple(_measure(outcome, world, condition) for condition in claim.conditions)
    if absent := [text for found in measured for text in _absent(found)]:
        return Verdict(claim, NOT_TESTABLE, None, f"A value of {'; of '.join(absent)}.", measured, "")
    combine = np.any if isinstance(claim.test, AnyOf) else np.all
    at_centre = bool(combine([found.holds for found in measured]))
    origins = {variables()[name].origin for found in measured for name in _quantities(found)}
    basis = origins.pop() if len(origins) == 1 else "both"
    count = ERRORS if basis == "observed" else outcome.draw_count
    in_draws = [found.holds_in(count) for found in measured]
    if not count or any(draws is None for draws in in_draws):
        said = "true at the central values" if at_centre else "not true at the central values"
        return Verdict(claim, said, None, "", measured, basis)
    share = float(combine(np.stack([draws for draws in in_draws if draws is not None]), axis=0).mean())
    return Verdict(claim, word(share), share, "", measured, basis)


def _measure(outcome: Outcome, world: World, condition: Condition) -> Measured:
    left = _number(outcome, world, *condition.left)
    if condition.right is None:
        assert condition.value is not None
        return Measured(condition, left, condition.value)
    return Measured(condition, left, _number(outcome, world, *condition.right))


def _number(outcome: Outcome, world: World, quantity: str, labels: dict[str, Any]) -> Number:
    if variables()[quantity].modelled:
        drawn = outcome.drawn(quantity, **labels)
        return Number(quantity, labels, outcome.value(quantity, **labels), lambda draws: drawn)
    found = observed_value(world, quantity, **labels)
    if found is None:
        return Number(quantity, labels, np.nan, lambda draws: None)

    def with_errors(draws: int) -> NDArray[np.float64]:
        values = observed_draws(world, quantity, draws, **labels)
        return np.full(draws, found) if values is None else values

    return Number(quantity, labels, found, with_errors)


def _quantities(found: Measured) -> list[str]:
    return [number.quantity for number in (found.left, found.right) if isinstance(number, Number)]


def _absent(found: Measured) -> list[str]:
    """The numbers of a condition that do not exist, in words."""
    return [
        f"{number.quantity} at {', '.join(f'{label} {value}' for label, value in number.labels.items())}"
        for number in (found.left, found.right)
        if isinstance(number, Number) and np.isnan(number.central)
    ]
