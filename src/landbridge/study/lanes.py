"""Work side by side: each lane has some draws and the central values of some scenarios, and a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import xarray as xr

from landbridge.errors import StudyError
from landbridge.study.chain import Chain
from landbridge.study.record import Record, central_values_of, record
from landbridge.study.schema import BASELINE, Study

BATCH = 4  # draws between two steps of the progress bar
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Lane:
    """The scenarios of which a lane finds the central values, and the positions of its draws of all scenarios."""

    scenarios: tuple[str, ...]
    draws: tuple[int, ...]


@dataclass(frozen=True)
class Results:
    """What the lanes found: the central values of their scenarios, and a record of all scenarios by draw."""

    central: tuple[xr.Dataset, ...]
    records: Mapping[int, Record]


def plan(study: Study, draws: int, workers: int) -> list[Lane]:
    """Lanes of about equal work."""
    scenarios = [BASELINE, *study.scenarios]
    lanes = max(1, min(workers, max(len(scenarios), draws)))
    return [Lane(tuple(scenarios[lane::lanes]), tuple(range(lane, draws, lanes))) for lane in range(lanes)]


def work(
    study: Study, lanes: Sequence[Lane], values: Sequence[Mapping[str, float]], watched: Sequence[str], advance: Advance
) -> Results:
    """Do the lanes' work, in processes of their own where there are several. ``values[d]`` belong to draw d.

    Raises:
        StudyError: changes do not fit the world; the complaints of all lanes together.
        SolveError: the first refusal of a model.
    """
    central: dict[Lane, xr.Dataset] = {}
    records: dict[int, Record] = {}
    with _executors(lanes) as executors:
        _ready(
            [
                executor.submit(_prepare, study, lane, list(watched))
                for executor, lane in zip(executors, lanes, strict=True)
            ]
        )
        waiting: dict[Future[Any], tuple[Lane, tuple[int, ...]]] = {}
        for executor, lane in zip(executors, lanes, strict=True):
            if lane.scenarios:
                waiting[executor.submit(_central, lane)] = (lane, ())
            for start in range(0, len(lane.draws), BATCH):
                batch = lane.draws[start : start + BATCH]
                waiting[executor.submit(_records, lane, [values[position] for position in batch])] = (lane, batch)
        for done in as_completed(waiting):
            lane, batch = waiting[done]
            if batch:
                records |= dict(zip(batch, done.result(), strict=True))
                advance(len(batch))
            else:
                central[lane] = done.result()
                advance(1)
    return Results(tuple(central[lane] for lane in lanes if lane.scenarios), records)


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _ready(prepared: Iterable[Future[None]]) -> None:
    """Wait until every lane is ready; complaints of several lanes become one."""
    complaints: list[str] = []
    for lane in prepared:
        try:
            lane.result()
        except StudyError as error:
            complaints += [line for line in str(error).split("\n") if line not in complaints]
    if complaints:
        raise StudyError(complaints)


_chains: dict[Lane, tuple[Chain, list[str]]] = {}


def _prepare(study: Study, lane: Lane, watched: list[str]) -> None:
    _chains[lane] = (Chain.of(study), watched)


def _central(lane: Lane) -> xr.Dataset:
    chain, watched = _chains[lane]
    return central_values_of(chain, lane.scenarios, watched)


def _records(lane: Lane, values: Sequence[Mapping[str, float]]) -> list[Record]:
    chain, watched = _chains[lane]
    return [record(chain, {**chain.central, **drawn}, watched) for drawn in values]


class _Here(Executor):
    """Runs what is submitted at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def _executors(lanes: Sequence[Lane]) -> Iterator[list[Executor]]:
    """One executor a lane; leaving by an error, Ctrl-C among them, ends the processes at once."""
    if len(lanes) == 1:
        try:
            yield [_Here()]
        finally:
            _chains.clear()
        return
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        stack.enter_context(_one_thread())
        pools = [stack.enter_context(ProcessPoolExecutor(1, context, _ignore_interrupt)) for _ in lanes]
        try:
            yield list(pools)
        except BaseException:
            for child in set(multiprocessing.active_children()) - before:
                child.terminate()
            raise


def _ignore_interrupt() -> None:
    """Ctrl-C reaches every process of the terminal; the main one sees to the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes started here use one thread for linear algebra: results are the same however many lanes there are."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
