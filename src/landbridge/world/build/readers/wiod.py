"""World Input-Output Tables of the World Input-Output Database, releases of 2013 and 2016.

Excel (``.xlsx``; CSV saved from it): two lines of title; then above the columns, and in the first four columns of each
row, stand industry code, name, country and number (``c1``, ``r1``). Stata (``.dta``) and CSV written from the release's
R files: columns ``IndustryCode, IndustryDescription, Country, RNr, Year``, then ``vAUS1`` or ``AUS1`` ... and ``TOT``.
Million USD, basic prices. https://www.rug.nl/ggdc/valuechain/wiod/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from landbridge.errors import DataError
from landbridge.world.build.readers import files
from landbridge.world.build.readers.files import Advance, text
from landbridge.world.build.readers.industries import WIOD_2013, WIOD_2016
from landbridge.world.build.readers.inputoutput import FINAL, OTHER, OUTPUT, Label, Published

_TITLE = "World Input-Output Database, release of {}"
_LICENCE = {2013: "cite Timmer et al. (2015)", 2016: "CC BY 4.0"}
_INDUSTRIES = {2013: WIOD_2013, 2016: WIOD_2016}
_LAST = {2013: 35, 2016: 56}
_COUNTRY = re.compile(r"[A-Z]{3}|RoW")
_BUYER = re.compile(r"v?([A-Z]{3})(\d+)", re.IGNORECASE)
_TEXTS = 4  # code, name, country, number
_HEAD = 12  # lines in which the header of a matrix stands


def long_header(header: Sequence[str]) -> bool:
    """Whether a header is that of the Stata or R files."""
    return {"IndustryCode", "Country", "RNr"} <= set(header)


def matrix_header(lines: Sequence[Sequence[object]]) -> int | None:
    """The line (from 0) of the countries above a matrix, or None when these are not the first lines of one."""
    for position, line in enumerate(lines):
        cells = [text(cell) for cell in line[_TEXTS:]]
        if position >= 2 and sum(bool(_COUNTRY.fullmatch(cell)) for cell in cells) > len(cells) / 2 > 0:
            return position
    return None


def read_excel(path: Path, advance: Advance) -> Published:
    """A matrix from Excel.

    Raises:
        DataError: no header of such a table in the first lines.
    """
    rows = files.rows_of_excel(path, advance)
    lines = list(islice(rows, _HEAD))
    first = _first_row(path, lines)
    blocks = files.numbers_of_rows(path, chain(lines[first:], rows), _TEXTS, first + 1)
    return _matrix(path, lines, first, blocks)


def read_matrix(path: Path, lines: Sequence[Sequence[str]], advance: Advance) -> Published:
    """A matrix saved from Excel as CSV, of which ``lines`` are the first.

    Raises:
        DataError: no header of such a table in the first lines.
    """
    first = _first_row(path, lines)
    return _matrix(path, lines, first, files.numbers_of_csv(path, len(lines[first]), _TEXTS, first, advance))


def read_long(path: Path, header: Sequence[str], advance: Advance) -> Published:
    """The release of 2016 from Stata, or as CSV written from R.

    Raises:
        DataError: a column is neither a label nor a country with a number.
    """
    columns = [_BUYER.fullmatch(name) for name in header]
    texts = next((position for position, found in enumerate(columns) if found), len(header))
    if path.suffix.lower() == ".dta":
        blocks = files.numbers_of_stata(path, texts, advance)
    else:
        blocks = files.numbers_of_csv(path, len(header), texts, 1, advance)
    code, country, number = (header.index(name) for name in ("IndustryCode", "Country", "RNr"))
    opening = list(islice(blocks, 1))
    codes = {labels[number]: labels[code] for rows, _ in opening for labels in rows}

    def buyer(name: str) -> Label:
        found = _BUYER.fullmatch(name)
        if found is None:
            return "", OUTPUT if name.upper().removeprefix("V") == "TOT" else OTHER
        return _label(codes.get(found[2], ""), found[1].upper(), found[2], 2016)

    def seller(labels: tuple[str, ...]) -> Label:
        return _label(labels[code], labels[country], labels[number], 2016)

    return Published(
        where=str(path),
        title=_TITLE.format(2016),
        licence=_LICENCE[2016],
        year=_year(path),
        columns=[buyer(name) for name in header[texts:]],
        industries=WIOD_2016,
        blocks=(([seller(row) for row in labels], values) for labels, values in chain(opening, blocks)),
    )


def _matrix(path: Path, lines: Sequence[Sequence[Any]], first: int, blocks: Iterator[Any]) -> Published:
    codes, _, countries, numbers = ([text(cell) for cell in lines[first - up][_TEXTS:]] for up in (4, 3, 2, 1))
    release = 2013 if "AtB" in codes else 2016
    width = len(codes)
    return Published(
        where=str(path),
        title=_TITLE.format(release),
        licence=_LICENCE[release],
        year=_year(path),
        columns=[_label(*cells, release) for cells in zip(codes, countries, numbers, strict=True)],
        industries=_INDUSTRIES[release],
        blocks=(
            ([_label(code, country, number, release) for code, _, country, number in labels], values[:, :width])
            for labels, values in blocks
        ),
    )


def _first_row(path: Path, lines: Sequence[Sequence[object]]) -> int:
    countries = matrix_header(lines)
    if countries is None:
        raise DataError(
            f"{path}: no header of a World Input-Output Table in the first {_HEAD} rows. Wanted are four rows of "
            f"industry codes, names, countries and numbers above the columns."
        )
    return countries + 2


def _label(code: str, country: str, number: str, release: int) -> Label:
    """A row or column; what is beyond the last industry is final demand, or a total where no country stands."""
    digits = number.lstrip("crCR")
    beyond = digits.isdigit() and int(digits) > _LAST[release]
    if code in _INDUSTRIES[release] and _COUNTRY.fullmatch(country) and country != "TOT":
        return country, code
    if not _COUNTRY.fullmatch(country) or country == "TOT":
        return "", OUTPUT
    return country, FINAL if beyond else code


def _year(path: Path) -> int | None:
    """The year in ``WIOT2014_Nov16_ROW`` or ``wiot05_row_apr12``."""
    found = re.search(r"wiot_?(\d{4}|\d{2})(?!\d)", path.stem, re.IGNORECASE)
    if found is None:
        return None
    return int(found[1]) if len(found[1]) == 4 else (1900 if int(found[1]) > 50 else 2000) + int(found[1])
