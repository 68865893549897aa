"""What landbridge says when it cannot go on: one clear message that names the place and the cure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LandbridgeError(Exception):
    """Base of every error a user may meet. ``exit_code`` is what the command line returns."""

    exit_code = 1


class InputError(LandbridgeError):
    """The user's input is wrong: a file, a name, a number."""

    exit_code = 2


class DataError(InputError):
    """A world's table is missing, malformed or inconsistent."""


class MissingExtraError(InputError):
    """What was asked for needs an optional part of landbridge that is not installed; the message says which."""


class StudyError(InputError):
    """A study or claims file is wrong. Carries every complaint found in the file."""

    def __init__(self, complaints: str | Iterable[str]) -> None:
        self.complaints = [complaints] if isinstance(complaints, str) else list(complaints)
        super().__init__("\n".join(self.complaints))


class SolveError(LandbridgeError):
    """A model refused: it did not converge, or has no solution. No number is returned."""

    exit_code = 3


def near(name: str, allowed: Iterable[str], count: int = 3) -> list[str]:
    """The allowed names closest to a misspelt one, best first (case is ignored)."""
    by_folded = {candidate.casefold(): candidate for candidate in allowed}
    matches = difflib.get_close_matches(name.casefold(), by_folded, n=count, cutoff=0.6)
    return [by_folded[match] for match in matches]


def did_you_mean(name: str, allowed: Iterable[str]) -> str:
    """A sentence naming the nearest allowed names, or an empty string when none is near."""
    matches = near(name, allowed)
    return f" Did you mean {' or '.join(repr(match) for match in matches)}?" if matches else ""
