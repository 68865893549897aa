"""Work side by side: processes that share out the central values of the scenarios, and the draws of all of them."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from multiprocessing.connection import Connection, wait
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from landbridge import threads
from landbridge.errors import SolveError
from landbridge.study.alignment import Politics
from landbridge.study.chain import Chain
from landbridge.study.congestion import Settled, Usual, queues_of
from landbridge.study.record import Record, central_values_of, record
from landbridge.study.schema import BASELINE, Study

BATCH = 2  # draws between two steps of the progress bar

Draw = tuple[
    Mapping[str, float], Mapping[str, NDArray[np.float64]]
]  # of the parameters, and of alignment's coefficients


@dataclass(frozen=True)
class Task:
    """Scenarios of which to find the central values, or positions of draws of all scenarios."""

    scenarios: tuple[str, ...] = ()
    draws: tuple[int, ...] = ()

    @property
    def steps(self) -> int:
        """How far the progress bar moves."""
        return len(self.scenarios) + len(self.draws)


@dataclass(frozen=True)
class Found:
    """What a task found: the central values of its scenarios, or a record of all scenarios for each of its draws.

    ``queues`` of its scenarios, where the study has congestion.
    """

    task: Task
    central: xr.Dataset | None
    records: Mapping[int, Record]
    queues: Mapping[str, Settled]


def plan(study: Study, draws: int, workers: int) -> list[Task]:
    """The tasks, the longest first; as many groups of scenarios as there are workers, with congestion one for each."""
    scenarios = [BASELINE, *study.scenarios]
    groups = len(scenarios) if study.about.congestion else min(workers, len(scenarios))
    return [
        *(Task(scenarios=tuple(scenarios[group::groups])) for group in range(groups)),
        *(Task(draws=tuple(range(start, min(start + BATCH, draws)))) for start in range(0, draws, BATCH)),
    ]


@dataclass(frozen=True)
class Desk:
    """What a process works on: a study, the countries watched, and what is the same in all tasks, made when needed.

    ``times`` by scenario: what queues, where they have been found, multiply the hours of its links [L] by.
    """

    study: Study
    watched: tuple[str, ...]
    times: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @cached_property
    def chain(self) -> Chain:
        """The models made ready for the study."""
        chain = Chain.of(self.study)
        return chain.with_queues(self.times, {}) if self.times else chain

    @cached_property
    def usual(self) -> Usual:
        """The baseline that queues are measured by."""
        return Usual.of(self.chain)

    @cached_property
    def politics(self) -> Politics:
        """What turns the study's trade into alignment."""
        return Politics.of(self.study, self.study.world(), self.watched)

    def do(self, task: Task, draws: Sequence[Draw]) -> Found:
        """The task, with what is drawn for each of its draws."""
        queued = task.scenarios if self.study.about.congestion else ()
        queues = {name: queues_of(self.chain, name, self.usual) for name in queued}
        chain = self.chain
        if queues:
            ways = {name: each.spread for name, each in queues.items() if each.spread}
            chain = chain.with_queues({name: each.times for name, each in queues.items()}, ways)
        central = central_values_of(chain, task.scenarios, self.watched) if task.scenarios else None
        records = [
            record(chain, self.politics, {**chain.central, **values}, coefficients, self.watched)
            for values, coefficients in draws
        ]
        light = {name: replace(each, spread={}) for name, each in queues.items()}
        return Found(task, central, dict(zip(task.draws, records, strict=True)), light)


def in_turn(desk: Desk, tasks: Sequence[Task], draws: Sequence[Draw], workers: int) -> Generator[Found, None, None]:
    """Have the tasks done as ``at_work`` does; with congestion, draws wait for the queues of all scenarios.

    To be closed by whom it serves, so that an error there ends the processes.

    Raises:
        StudyError: changes do not fit the world.
        SolveError: the first refusal of a model.
    """
    central, drawn = ([task for task in tasks if task.scenarios], [task for task in tasks if task.draws])
    first, then = (central, drawn) if desk.study.about.congestion else (tasks, [])
    times: dict[str, NDArray[np.float64]] = {}
    with at_work(desk, first, draws, workers) as found:
        for each in found:
            times |= {name: settled.times for name, settled in each.queues.items()}
            yield each
    if then:
        with at_work(replace(desk, times=times), then, draws, workers) as found:
            yield from found


@contextmanager
def at_work(desk: Desk, tasks: Sequence[Task], draws: Sequence[Draw], workers: int) -> Iterator[Iterator[Found]]:
    """Have the tasks done, by processes of their own where there are several workers; yields what is found as it comes.

    ``draws[d]`` belong to draw d. Where processes can be forked they share what is made ready here; elsewhere each
    makes it ready for itself. Leaving by an error, Ctrl-C among them, ends the processes at once.

    Raises:
        StudyError: changes do not fit the world.
        SolveError: the first refusal of a model.
    """
    jobs = [(task, [draws[position] for position in task.draws]) for task in tasks]
    if workers == 1:
        yield (desk.do(*job) for job in jobs)
        return
    if threads.may_fork():
        _ = desk.chain, desk.politics
    with threads.one_in_new_processes(), _hands(desk, min(workers, len(tasks))) as hands:
        yield _handed_out(jobs, hands)


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _hands(desk: Desk, count: int) -> Iterator[list[Connection]]:
    """Processes at the same desk, each at the other end of a pipe; they are ended when this is left."""
    context: Any = multiprocessing.get_context("fork" if threads.may_fork() else "spawn")
    hands: list[Connection] = []
    processes = []
    try:
        for _ in range(count):
            here, there = context.Pipe()
            processes.append(context.Process(target=_work, args=(desk, there), daemon=True))
            processes[-1].start()
            there.close()
            hands.append(here)
        yield hands
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _work(desk: Desk, pipe: Connection) -> None:
    """Do what comes until nothing more can. Ctrl-C reaches every process of the terminal; the main one sees to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(desk.do(*job))
        except Exception as error:
            pipe.send(error)


def _handed_out(jobs: Sequence[tuple[Task, list[Draw]]], hands: Sequence[Connection]) -> Iterator[Found]:
    """What comes of the jobs, each given to the first hand that is free."""
    left, busy = iter(jobs), []
    for hand, job in zip(hands, left, strict=False):
        hand.send(job)
        busy.append(hand)
    while busy:
        ready = wait(busy)
        for hand in [each for each in busy if each in ready]:
            try:
                found = hand.recv()
            except EOFError:
                raise SolveError("A worker process has ended before its work was done; is memory short?") from None
            if isinstance(found, Exception):
                raise found
            following = next(left, None)
            if following is None:
                busy.remove(hand)
            else:
                hand.send(following)
            yield found
