"""Reports: an outcome and the verdicts on its claims as one HTML page, CSV tables and a workbook."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.aside import aside
from landbridge.errors import InputError

if TYPE_CHECKING:
    from landbridge.claims.judge import Verdict
    from landbridge.study.outcome import Outcome
    from landbridge.world import World

PAGE, WORKBOOK, CSV = "report.html", "tables.xlsx", "csv"


def write_report(
    outcome: Outcome, folder: str | Path, verdicts: Iterable[Verdict] | None = None, *, world: World | None = None
) -> Path:
    """Write ``report.html``, ``tables.xlsx`` and the folder ``csv`` into a folder; returns the page's path.

    The page is self-contained. Everything is written aside first, then put in place: what was there before stays as
    it was when something goes wrong.

    Args:
        verdicts: what ``judge`` said of the study's claims; None: no chapter of claims.
        world: where outlines and descriptions of the data are read; None: the world the study was about.

    Raises:
        InputError: the folder cannot be written.
        DataError: the study's world cannot be found.
    """
    from landbridge.report.atlas import Atlas
    from landbridge.report.html import page
    from landbridge.report.tables import sheets, write_csv, write_xlsx
    from landbridge.world import load_world

    world = world or load_world(outcome.header["world"]["folder"])
    judged = list(verdicts or ())
    atlas = Atlas.of(outcome, world)
    folder = Path(folder)

    def write_tables(to: Path) -> None:
        found = sheets(outcome, judged, world, atlas)
        (to / CSV).mkdir()
        write_csv(found, to / CSV)
        write_xlsx(found, to / WORKBOOK)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as scratch:
            with aside(lambda: write_tables(Path(scratch))):
                text = page(outcome, judged, world, atlas)
            (Path(scratch) / PAGE).write_text(text, encoding="utf-8")
            _put_in_place(Path(scratch), folder)
    except OSError as error:
        raise InputError(f'Cannot write the report to "{folder}": {error.strerror or error}.') from None
    return folder / PAGE


def _put_in_place(scratch: Path, folder: Path) -> None:
    """Move what was written aside into the folder, the page last."""
    if (folder / CSV).exists():
        shutil.rmtree(folder / CSV)
    for name in (CSV, WORKBOOK, PAGE):
        os.replace(scratch / name, folder / name)
