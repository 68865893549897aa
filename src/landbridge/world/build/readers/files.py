"""Reading large tables a piece at a time: CSV, Excel and Stata files."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

import numpy as np

from landbridge.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame

Advance = Callable[[float], object]
"""Told what part of a file has been read."""

Rows = tuple[list[tuple[str, ...]], "NDArray[np.float64]"]
"""Labels of some rows, and their numbers [row, column]."""

_PIECE = 8 << 20  # bytes
_TABLES = (".csv", ".dta", ".xlsx")
_BESIDE = ("country_codes", "product_codes")  # in the archives of BACI
_ROWS = 100


@contextmanager
def unpacked(path: Path, year: int | None) -> Iterator[Path]:
    """The file itself; of a ``.zip`` archive its one table, or that of ``year``, beside any table of country codes.

    What is unpacked is gone afterwards.

    Raises:
        DataError: the file is no archive; it holds no table, or several.
    """
    if path.suffix.lower() != ".zip":
        yield path
        return
    try:
        with ZipFile(path) as archive, TemporaryDirectory() as folder:
            names = [name for name in archive.namelist() if Path(name).suffix.lower() in _TABLES]
            beside = [name for name in names if Path(name).name.startswith(_BESIDE)]
            tables = [name for name in names if name not in beside and _of_year(name, year)]
            if len(tables) != 1:
                shown = ", ".join(Path(name).name for name in tables[:6]) or "none"
                what = "one year with --year, or unpack it and name one file"
                raise DataError(f"{path} holds {len(tables)} tables that fit ({shown}). Name {what}.")
            for name in (*tables, *beside):
                with archive.open(name) as packed, (Path(folder) / Path(name).name).open("wb") as plain:
                    shutil.copyfileobj(packed, plain)
            yield Path(folder) / Path(tables[0]).name
    except BadZipFile as error:
        raise DataError(f"{path} is no archive that can be unpacked: {error}.") from None


def _of_year(name: str, year: int | None) -> bool:
    return year is None or re.search(rf"(?<!\d){year}(?!\d)", Path(name).stem) is not None


def numbers_of_csv(path: Path, width: int, texts: int, skip: int, advance: Advance) -> Iterator[Rows]:
    """Rows whose first ``texts`` columns are labels and whose others are numbers; an empty number is zero.

    Args:
        width: number of columns; skip: lines before the first row.

    Raises:
        DataError: a row of another width, or text where a number stands.
    """
    import pyarrow as pa
    from pyarrow import csv

    names = [str(position) for position in range(width)]
    types = {name: pa.string() if position < texts else pa.float64() for position, name in enumerate(names)}
    size = max(path.stat().st_size, 1)
    try:
        with (
            path.open("rb") as file,
            csv.open_csv(
                file,
                csv.ReadOptions(use_threads=False, block_size=_PIECE, skip_rows=skip, column_names=names),
                convert_options=csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=False),
            ) as reader,
        ):
            for batch in reader:
                labels = list(zip(*(column.to_pylist() for column in batch.columns[:texts]), strict=True))
                values = np.empty((batch.num_rows, width - texts))
                for position, column in enumerate(batch.columns[texts:]):
                    values[:, position] = column.fill_null(0.0).to_numpy(zero_copy_only=False)
                yield labels, values
                advance(file.tell() / size)
    except pa.ArrowInvalid as error:
        raise DataError(f"{path}: {' '.join(str(error).split())}") from None


def rows_of_excel(path: Path, advance: Advance) -> Iterator[tuple[Any, ...]]:
    """The rows of the first sheet of an ``.xlsx`` file.

    Raises:
        DataError: the file is none.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
    except (BadZipFile, InvalidFileException, KeyError) as error:
        raise DataError(f"{path} is not an Excel file (.xlsx): {error}.") from None
    most = sheet.max_row or 1
    for position, row in enumerate(sheet.iter_rows(values_only=True)):
        yield row
        if position % _ROWS == 0:
            advance(min(1.0, position / most))


def numbers_of_rows(path: Path, rows: Iterator[tuple[Any, ...]], texts: int, first: int) -> Iterator[Rows]:
    """The same as ``numbers_of_csv`` from rows already read; ``first``: the number of the first row, for messages.

    Raises:
        DataError: text where a number stands.
    """
    numbered = enumerate(rows, first)
    while piece := list(islice(numbered, _ROWS)):
        values = np.array([[_number(path, line, cell) for cell in row[texts:]] for line, row in piece])
        yield [tuple(text(cell) for cell in row[:texts]) for _, row in piece], values


def text(cell: object) -> str:
    """A label as text, "" where there is none; Excel makes 20 of "20", Stata and R may make it 20.0."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return "" if np.isnan(cell) else f"{cell:g}"
    return str(cell).strip()


def _number(path: Path, line: int, cell: object) -> float:
    if cell is None or cell == "":
        return 0.0
    if isinstance(cell, int | float):
        return float(cell)
    raise DataError(f'{path}, row {line}: "{cell}" is not a number.')


def stata_header(path: Path) -> list[str]:
    """The names of the columns of a Stata file.

    Raises:
        DataError: the file is none.
    """
    return list(next(_stata(path, 1)).columns)


def numbers_of_stata(path: Path, texts: int, advance: Advance) -> Iterator[Rows]:
    """The same as ``numbers_of_csv`` from a Stata file.

    Raises:
        DataError: the file is none, or a column holds text where numbers stand.
    """
    done, size = 0, max(path.stat().st_size, 1)
    for piece in _stata(path, 10 * _ROWS):
        try:
            values = piece.iloc[:, texts:].to_numpy(float)
        except ValueError as error:
            raise DataError(f"{path}: {error}") from None
        labels = [tuple(map(text, row)) for row in piece.iloc[:, :texts].itertuples(index=False, name=None)]
        yield labels, np.nan_to_num(values, nan=0.0)
        done += int(piece.memory_usage(index=False).sum())
        advance(min(1.0, done / size))


def _stata(path: Path, rows: int) -> Iterator[DataFrame]:
    import pandas as pd

    try:
        with pd.read_stata(path, chunksize=rows, convert_dates=False, convert_categoricals=False) as pieces:
            yield from pieces
    except ValueError as error:
        raise DataError(f"{path} is not a Stata file: {error}") from None
