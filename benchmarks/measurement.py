"""One measured quantity, and the clock that everything here is measured by."""

from __future__ import annotations

import gc
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measurement:
    """``value`` in ``unit`` against ``target`` (at most; None: no target) and a peer's figure with its provenance."""

    what: str
    value: float
    unit: str
    target: float | None = None
    peer: str = ""
    provenance: str = ""


def cpu_seconds(work: Callable[[], Any], repeat: int = 5) -> float:
    """The least processor time of several runs of ``work``, seconds: on a shared machine the least is the steadiest."""
    best = float("inf")
    for _ in range(repeat):
        gc.collect()
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def child_cpu_seconds(work: Callable[[], Any], repeat: int = 3) -> float:
    """The least processor time of the child processes that ``work`` waits for, seconds."""
    best = float("inf")
    for _ in range(repeat):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        work()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def peak_memory_mb() -> float:
    """The largest resident memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
