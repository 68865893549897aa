"""Solving x = f(x) where f brings points together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from landbridge.trade.core.arrays import Array

ENOUGH = 3e-14  # largest change, relative to ``size``, at which a point counts as fixed
MOST = 500
MEMORY = 6
WORSE = 2.0  # a residual grown by this factor makes the search start again from the best point


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def fixed_point(
    update: Callable[[Array], Array],
    start: Array,
    size: Array | float = 1.0,
    carried: Callable[[Array], Array] | None = None,
) -> tuple[Array, float]:
    """The x with update(x) = x, and the largest |update(x) - x| / size that is left; inf where a number is not finite.

    ``carried`` is about (1 - f')^-1: the step to take for a change that ``update`` makes; None: the change itself.
    Anderson acceleration: the next point is the combination of the last few that makes the linearised residual least.

    Source: Walker & Ni (2011), SIAM Journal on Numerical Analysis 49(4).
    """
    point, error = start, np.inf
    best, least = start, np.inf
    memory: _Memory | None = None
    for _ in range(MOST):
        change = update(point) - point
        error = float(np.abs(change / size).max())
        if error <= ENOUGH:
            return point + change, error
        if memory is not None and not error <= WORSE * least:
            point, memory, least = best, None, np.inf
            continue
        if not np.isfinite(error):
            break
        step = change if carried is None else carried(change)
        if error < least:
            best, least = point + step, error
        memory = _Memory() if memory is None else memory
        point = memory.next_point(point, step, size)
    return point, error if np.isfinite(error) else np.inf


class _Memory:
    """The last few points and the steps taken there."""

    def __init__(self) -> None:
        self.count = 0
        self.last: tuple[Array, Array] | None = None
        self.steps, self.turns, self.gram = np.empty((0, 0)), np.empty((0, 0)), np.zeros((MEMORY, MEMORY))

    def next_point(self, point: Array, step: Array, size: Array | float) -> Array:
        """Where to look next, where the plain way from ``point`` is ``step``."""
        plain = (point + step).ravel()
        weighted = (step / size).ravel()
        mixed = plain
        if self.last is not None:
            if not self.count:
                self.steps, self.turns = np.empty((2, MEMORY, plain.size))
            place = self.count % MEMORY
            self.count += 1
            np.subtract(plain, self.last[0], out=self.steps[place])
            np.subtract(weighted, self.last[1], out=self.turns[place])
            held = min(self.count, MEMORY)
            self.gram[place, :held] = self.gram[:held, place] = self.turns[:held] @ self.turns[place]
            mix = np.linalg.lstsq(self.gram[:held, :held], self.turns[:held] @ weighted, rcond=1e-14)[0]
            mixed = plain - mix @ self.steps[:held]
        self.last = plain, weighted
        return mixed.reshape(point.shape)
