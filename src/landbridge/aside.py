"""Work done beside the main process, where it may be forked."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from landbridge import threads


@contextmanager
def aside(work: Callable[[], object]) -> Iterator[None]:
    """Do some work, of which nothing but files is wanted, while the body runs; before the body where nothing is forked.

    Raises:
        BaseException: what the work raised, when the body is done.
    """
    if not threads.may_fork():
        work()
        yield
        return
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(work, there))
    process.start()
    there.close()
    try:
        yield
    finally:
        try:
            failure = here.recv()
        except EOFError:
            failure = OSError("a process at work beside this one has ended before it was done")
        process.join()
    if failure is not None:
        raise failure


def _tell(work: Callable[[], object], to: Connection) -> None:
    """Do the work, and tell what went wrong if anything did."""
    failure = None
    try:
        work()
    except BaseException as error:
        failure = error
    to.send(failure)
