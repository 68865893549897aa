"""How many threads linear algebra uses: one, so that results are the same however many processes work, and processes
may be forked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def keep_to_one() -> None:
    """Let this process and those it starts use one thread; takes effect where numpy is not loaded yet."""
    os.environ.update(_ONE)


def may_fork() -> bool:
    """Whether this process may be forked: on Linux, where it was told to use one thread."""
    return sys.platform == "linux" and all(os.environ.get(name) == value for name, value in _ONE.items())


@contextmanager
def one_in_new_processes() -> Iterator[None]:
    """Processes started here use one thread; this one goes on as it is."""
    before = {name: os.environ.get(name) for name in _ONE}
    keep_to_one()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
