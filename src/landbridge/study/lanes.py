"""Work side by side: each lane has some scenarios and some draws, and a process of its own."""

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
from landbridge.study.schema import Study

BATCH = 4  # draws between two steps of the progress bar
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
POLICY_ONLY = 0.2  # work of a scenario that shares the baseline's network, against one with its own

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Lane:
    """Scenarios worked on together with the baseline, and the positions of the draws; ``central``: those values too."""

    scenarios: tuple[str, ...]
    draws: tuple[int, ...]
    central: bool


@dataclass(frozen=True)
class Results:
    """What the lanes found: the central values of their scenarios, and records by (scenarios, draw)."""

    central: tuple[xr.Dataset, ...]
    records: Mapping[tuple[tuple[str, ...], int], Record]


def plan(study: Study, draws: int, workers: int) -> list[Lane]:
    """Lanes of about equal work: scenarios are spread first, and draws where there are more workers than scenarios."""
    groups: list[list[str]] = [[] for _ in range(max(1, min(workers, len(study.scenarios))))]
    work = [0.0] * len(groups)
    for scenario in sorted(study.scenarios, key=lambda name: -_work_of(study, name)):
        lightest = work.index(min(work))
        groups[lightest].append(scenario)
        work[lightest] += _work_of(study, scenario)
    order = list(study.scenarios)
    splits = max(1, min(workers // len(groups), draws))
    return [
        Lane(tuple(sorted(group, key=order.index)), tuple(range(split, draws, splits)), split == 0)
        for group in groups
        for split in range(splits)
    ]


def work(
    study: Study, lanes: Sequence[Lane], values: Sequence[Mapping[str, float]], watched: Sequence[str], advance: Advance
) -> Results:
    """Do the lanes' work, in processes of their own where there are several. ``values[d]`` belong to draw d.

    Raises:
        StudyError: changes do not fit the world; the complaints of all lanes together.
        SolveError: the first refusal of a model.
    """
    central: dict[Lane, xr.Dataset] = {}
    records: dict[tuple[tuple[str, ...], int], Record] = {}
    with _executors(study, lanes, watched) as executors:
        _ready(
            [
                executor.submit(_prepare, study, lane, list(watched))
                for executor, lane in zip(executors, lanes, strict=True)
            ]
        )
        waiting: dict[Future[Any], tuple[Lane, tuple[int, ...]]] = {}
        for executor, lane in zip(executors, lanes, strict=True):
            if lane.central:
                waiting[executor.submit(_central, lane)] = (lane, ())
            for start in range(0, len(lane.draws), BATCH):
                batch = lane.draws[start : start + BATCH]
                waiting[executor.submit(_records, lane, [values[position] for position in batch])] = (lane, batch)
        for done in as_completed(waiting):
            lane, batch = waiting[done]
            if batch:
                records |= {
                    (lane.scenarios, position): found for position, found in zip(batch, done.result(), strict=True)
                }
            else:
                central[lane] = done.result()
            advance(len(lane.scenarios) * max(1, len(batch)))
    return Results(tuple(central[lane] for lane in lanes if lane.central), records)


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _work_of(study: Study, scenario: str) -> float:
    return 1.0 if any(change.on_network for _, change in study.steps(scenario)) else POLICY_ONLY


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
    _chains[lane] = (Chain.of(study, lane.scenarios), watched)


def _central(lane: Lane) -> xr.Dataset:
    return central_values_of(*_chains[lane])


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
def _executors(study: Study, lanes: Sequence[Lane], watched: Sequence[str]) -> Iterator[list[Executor]]:
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
