"""A progress bar for what takes longer than two seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from landbridge.world.build.readers.files import Advance

_PATIENCE = 2.0  # seconds


@contextmanager
def bar(title: str) -> Iterator[Advance]:
    """A bar on stderr that appears after two seconds and is gone when done; yields what takes the part that is done."""
    from rich.console import Console
    from rich.progress import Progress

    begun = time.monotonic()
    with Progress(console=Console(stderr=True), transient=True, disable=not Console(stderr=True).is_terminal) as shown:
        task = shown.add_task(title, total=1.0, visible=False)
        yield lambda part: shown.update(task, completed=part, visible=time.monotonic() - begun > _PATIENCE)
