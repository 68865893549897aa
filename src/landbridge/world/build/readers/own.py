"""A trade table of one's own: a CSV file with the columns exporter, importer, sector, value_musd."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.errors import DataError, InputError, did_you_mean
from landbridge.labels import country
from landbridge.world.build.readers.names import refuse
from landbridge.world.world import World

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMNS = ("exporter", "importer", "sector", "value_musd")

_EXAMPLE = ("PAK", "RUS")


def looks_like(header: Sequence[str]) -> bool:
    """Whether a header is that of a trade table, even if a column is missing or misspelt, or commas are semicolons."""
    found = {name.strip().casefold() for cell in header for name in cell.split(";")}
    return len(found & set(COLUMNS)) >= 2


def template(path: Path, world: World) -> None:
    """Write a table to fill in: what two countries sell to themselves and to each other in ``world``.

    Raises:
        DataError: the file is there already, or cannot be written.
    """
    trade = world.table("trade")
    rows = trade[trade["exporter"].isin(_EXAMPLE) & trade["importer"].isin(_EXAMPLE)][list(COLUMNS)]
    if path.exists():
        raise DataError(f"{path} is there already; name another file.")
    try:
        rows.round(3).to_csv(path, index=False)
    except OSError as error:
        raise DataError(f"Cannot write {path}: {error.strerror}.") from None


def read_own(path: Path, sectors: Sequence[str] | None) -> DataFrame:
    """The rows of a trade table, countries as ISO3 codes, values in million USD.

    Args:
        sectors: names that are allowed; None: any.

    Raises:
        DataError: a column is missing; naming the lines with an unknown country or sector, a value that is no number or
            below zero, or a pair and sector that an earlier line holds.
    """
    import pandas as pd

    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file)
        header = [cell.strip() for cell in next(reader, [])]
        lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    positions = _positions(path, header)
    rows: list[tuple[str, str, str, float]] = []
    complaints: list[str] = []
    first: dict[tuple[str, str, str], int] = {}
    for number, cells in lines:
        try:
            row = _row(cells, positions, sectors)
        except InputError as error:
            complaints.append(f"line {number}: {error}")
            continue
        key = row[:3]
        if key in first:
            complaints.append(f"line {number}: {', '.join(key)} stands in line {first[key]} already.")
        first.setdefault(key, number)
        rows.append(row)
    refuse(str(path), complaints)
    if not rows:
        raise DataError(f"{path} has no rows. Wanted is a line for each {', '.join(COLUMNS)}.")
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _positions(path: Path, header: list[str]) -> list[int]:
    if absent := [name for name in COLUMNS if name not in header]:
        raise DataError(
            f'{path}: no column "{absent[0]}".{did_you_mean(absent[0], header)} Wanted are {", ".join(COLUMNS)}, '
            f"separated by commas; found: {', '.join(header) or 'nothing'}."
        )
    return [header.index(name) for name in COLUMNS]


def _row(cells: list[str], positions: list[int], sectors: Sequence[str] | None) -> tuple[str, str, str, float]:
    if len(cells) <= max(positions):
        raise InputError(f"{len(cells)} cells; wanted are {', '.join(COLUMNS)}.")
    seller, buyer, sector, written = (cells[position] for position in positions)
    if sectors is not None and sector not in sectors:
        raise InputError(f'no sector called "{sector}".{did_you_mean(sector, sectors)} Allowed: {", ".join(sectors)}.')
    if not sector:
        raise InputError("the sector is empty.")
    try:
        value = float(written)
    except ValueError:
        hint = (
            " Write it without separators of thousands." if written.replace(",", "").replace(" ", "").isdigit() else ""
        )
        raise InputError(f'value_musd "{written}" is not a number.{hint}') from None
    if not 0 <= value < float("inf"):
        raise InputError(f"value_musd is {written}; sales are 0 or more, in million USD.")
    return country(seller), country(buyer), sector, value
