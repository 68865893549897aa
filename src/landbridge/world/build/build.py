"""From a folder of public sources to a world's folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from landbridge.errors import DataError, did_you_mean
from landbridge.world.build.conflict import conflict_tables
from landbridge.world.build.history import trade_history_table
from landbridge.world.build.indicators import indicators_table
from landbridge.world.build.industry import industry_tables
from landbridge.world.build.industry_use import YEAR as USE_YEAR
from landbridge.world.build.memberships import memberships_table
from landbridge.world.build.wide import YEARS, wide_tables
from landbridge.world.package import Table, write_tables
from landbridge.world.world import BASELINE

DETAILS: dict[str, Callable[[Path, int], list[Table]]] = {"wide": wide_tables, "industry": industry_tables}

ELSEWHERE = ("landbridge.world.build.network", "landbridge.world.build.boundaries")


def build_world(
    sources: Path, year: int, detail: str, out: Path, progress: Callable[[str], object] = lambda _: None
) -> None:
    """Write a self-contained world of one base year to the folder ``out``.

    ``progress`` is told what is being built, a short phrase at a time.

    Raises:
        DataError: a source file is missing, the folder cannot be written, or the year or detail is not supported.
    """
    _supported(year, detail)
    writable(out)
    progress(f"trade and economies of {year}")
    tables = DETAILS[detail](sources, year)
    for common in _common_tables(sources, progress):
        tables += common
    progress(f"writing {out}")
    write_tables(out, _header(out.name, year, detail), tables)


def build_packaged(sources: Path, progress: Callable[[str], object] = lambda _: None) -> None:
    """Refresh the worlds that ship with landbridge: the common tables and each base year's own.

    Raises:
        DataError: a source file is missing, or the folder cannot be written.
    """
    for year in YEARS:
        for detail, tables_of in DETAILS.items():
            progress(f"trade and economies of {year}, {detail}")
            name = packaged_name(year, detail)
            header = {**_header(name, year, detail), "base": "common"}
            write_tables(BASELINE / name, header, tables_of(sources, year))
    common = {"name": "common", "year": 0, "title": "Tables common to all base years"}
    for tables in _common_tables(sources, progress):
        write_tables(BASELINE / "common", common, tables)


def packaged_name(year: int, detail: str) -> str:
    """The name under which a world ships."""
    return str(year) if detail == "wide" else f"{year}-{detail}"


def _header(name: str, year: int, detail: str) -> dict[str, Any]:
    carried = detail == "industry" and year != USE_YEAR
    title = f"The {detail} world of {year}" + f", technology of {USE_YEAR}" * carried
    return {"name": name, "year": year, "title": title, "detail": detail}


def _common_tables(sources: Path, progress: Callable[[str], object]) -> Iterator[list[Table]]:
    progress("indicators, memberships, trade history, conflict by month")
    yield [
        indicators_table(sources, max(YEARS)),
        memberships_table(sources),
        trade_history_table(sources),
        *conflict_tables(sources),
    ]
    for module in ELSEWHERE:
        if find_spec(module) is not None:
            progress(module.rpartition(".")[2])
            yield import_module(module).tables(sources)


def _supported(year: int, detail: str) -> None:
    if year not in YEARS:
        raise DataError(f"No world of {year} can be built: the sources serve {' and '.join(map(str, YEARS))}.")
    if detail not in DETAILS:
        raise DataError(f'No detail called "{detail}".{did_you_mean(detail, DETAILS)} Allowed: {", ".join(DETAILS)}.')


def writable(out: Path) -> None:
    """Refuse before the work begins, not after."""
    place = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not place.is_dir() or not os.access(place, os.W_OK):
        raise DataError(f"Cannot write a world to {out}: {place} is not a folder that can be written to.")
