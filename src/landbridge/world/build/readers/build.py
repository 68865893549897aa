"""From one file to a world's folder: the format is told from the file's first lines."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.errors import DataError, did_you_mean
from landbridge.world.build.build import writable
from landbridge.world.build.readers import baci, oecd, own, wiod
from landbridge.world.build.readers.complete import standing_alone, with_goods, with_rows
from landbridge.world.build.readers.files import Advance, stata_header, unpacked
from landbridge.world.build.readers.inputoutput import Published, add_up
from landbridge.world.build.readers.worlds import (
    VALUE_ADDED,
    economies_of,
    from_source,
    industry_tables,
    trade_tables,
    unit_remark,
)
from landbridge.world.build.tables import sectors_table
from landbridge.world.build.wide import GROSS
from landbridge.world.package import Source, Table, write_tables
from landbridge.world.world import load_world, packaged_worlds

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_LINES = 12  # that are looked at to tell a format
_ELSEWISE = {
    ".rdata": 'In R: load the file, then write.csv(wiot, "WIOT2014.csv", row.names = FALSE), and build from that file.',
    ".xlsb": "Save it as .xlsx (Excel, LibreOffice), or take the Stata file (.dta) of the same release.",
    ".xls": "Save it as .xlsx (Excel, LibreOffice).",
}
_KNOWN = (
    "OECD's YYYY_SML.csv; WIOD's tables (.xlsx, .dta, .csv); BACI's yearly CSV; a table with the columns "
    f"{', '.join(own.COLUMNS)}"
)


def build_from_file(
    file: Path,
    out: Path,
    *,
    year: int | None = None,
    base: str | None = None,
    codes: Path | None = None,
    advance: Advance = lambda _: None,
) -> list[str]:
    """Write the world that a file, or one in an archive, describes to the folder ``out``.

    What the file does not say is a packaged world's.

    Args:
        year: the year that the file describes; None: as its name or its rows say. Of an archive: the table to take.
        base: a packaged world. BACI: a wide one, from which services and gross output come (None: the nearest in
            time); a trade table: the world whose cells its rows replace (None: the table stands alone).
        codes: BACI's table of country codes; None: the one beside the file.
        advance: told what part of the file is read.

    Returns:
        Remarks to the user, a sentence each.

    Raises:
        DataError: the file cannot be read, is of no known format, or contradicts itself; the folder cannot be written.
    """
    writable(out)
    if file.is_dir():
        raise DataError(f"{file} is a folder; name one file. Known are {_KNOWN}.")
    if not file.is_file():
        near = did_you_mean(file.name, [each.name for each in file.parent.glob("*")] if file.parent.is_dir() else [])
        raise DataError(f"No file {file}.{near}")
    with unpacked(file, year) as table:
        return _built(table, out, year, base, codes, advance)


def write_template(file: Path) -> None:
    """Write a trade table to fill in, with an example from a packaged world.

    Raises:
        DataError: the file is there already, or cannot be written.
    """
    own.template(file, load_world(_nearest(0)))


def _built(
    file: Path, out: Path, year: int | None, base: str | None, codes: Path | None, advance: Advance
) -> list[str]:
    header, lines = _first_lines(file)
    if own.looks_like(header):
        return _own_world(file, out, year, base)
    if baci.looks_like(header):
        return _baci_world(file, out, year, base, codes, advance)
    if base is not None:
        raise DataError(f"{file}: an input-output table needs no --base; leave it out.")
    published = _published(file, header, lines, advance)
    return _industry_world(published, file, out, year)


def _first_lines(file: Path) -> tuple[list[str], list[list[str]]]:
    """The header of a file and, of a text, its first lines."""
    suffix = file.suffix.lower()
    if suffix in _ELSEWISE:
        raise DataError(f"{file}: {suffix} files cannot be read. {_ELSEWISE[suffix]}")
    if suffix == ".dta":
        return stata_header(file), []
    if suffix == ".xlsx":
        return [], []
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            lines = list(islice(csv.reader(text), _LINES))
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise DataError(f"{file} cannot be read as text: {error}. Known are {_KNOWN}.") from None
    return (lines[0] if lines else []), lines


def _published(file: Path, header: list[str], lines: list[list[str]], advance: Advance) -> Published:
    if file.suffix.lower() == ".xlsx":
        return wiod.read_excel(file, advance)
    if wiod.long_header(header):
        return wiod.read_long(file, header, advance)
    if oecd.looks_like(header):
        return oecd.read_oecd(file, header, advance)
    if wiod.matrix_header(lines) is not None:
        return wiod.read_matrix(file, lines, advance)
    shown = ", ".join(header[:6]) + (", ..." if len(header) > 6 else "")
    raise DataError(f"{file}: the first line ({shown or 'empty'}) is of no format that is known. Known are {_KNOWN}.")


def _industry_world(published: Published, file: Path, out: Path, year: int | None) -> list[str]:
    year = _year(file, year or published.year)
    base = load_world(_nearest(year))
    io = add_up(published)
    source = Source(published.title, published.licence, str(year), f"{file.name}: trade and intermediate use")
    tables = industry_tables(io, year, source, base)
    _write(out, year, base.name, "industry", f"The industry world of {file.name}", tables)
    return list(filter(None, [unit_remark(_traded(tables), base)]))


def _baci_world(
    file: Path, out: Path, year: int | None, base: str | None, codes: Path | None, advance: Advance
) -> list[str]:
    goods = baci.read_baci(file, codes, advance)
    if year not in (None, goods.year):
        raise DataError(f"{file}: its flows are of {goods.year}, not of {year}.")
    below = load_world(_packaged(base) if base else _nearest(goods.year))
    done = with_goods(goods, below)
    source = Source("CEPII BACI", baci.LICENCE, str(goods.year), f"{file.name}: goods across borders")
    completed = Source(
        f"landbridge, world {below.name}", "CC BY 4.0", str(below.year), "services, gross output, own trade"
    )
    tables = [
        economies_of(below, done.trade.economies, done.notes, source),
        *trade_tables(done.trade, source, done.changes, GROSS),
    ]
    tables = [_also(table, completed) for table in tables]
    _write(out, goods.year, below.name, "wide", f"The wide world of {file.name}", tables)
    return list(filter(None, [*done.remarks, unit_remark(_traded(tables), below)]))


def _own_world(file: Path, out: Path, year: int | None, base: str | None) -> list[str]:
    below = load_world(_packaged(base) if base else _nearest(year or 0))
    rows = own.read_own(file, below.sectors if base else None)
    source = Source(f"own table {file.name}", "as its owner says", str(year or below.year), "trade")
    if base:
        done = with_rows(rows, below, file.name)
        words = GROSS if done.use is None else VALUE_ADDED
        cells = Source(f"landbridge, world {base}", "CC BY 4.0", str(below.year), "all other cells")
        tables = [_also(table, cells) for table in trade_tables(done.trade, source, done.changes, words, done.use)]
    else:
        done = standing_alone(rows, below, file.name, year or below.year)
        tables = [
            economies_of(below, done.trade.economies, done.notes, source),
            from_source(sectors_table(done.trade.sectors), source),
            *trade_tables(done.trade, source, done.changes, GROSS),
        ]
    _write(out, year or below.year, below.name, "own", f"The world of {file.name}", tables)
    remark = unit_remark(_by_pair(rows), below)
    return list(filter(None, [*done.remarks, remark]))


def _write(out: Path, year: int, base: str, detail: str, title: str, tables: list[Table]) -> None:
    """Write the world, and hold it to its own rules; a folder with further tables would mix two worlds."""
    path = out / "datapackage.json"
    if path.is_file():
        held = {resource["name"] for resource in json.loads(path.read_text(encoding="utf-8"))["resources"]}
        if further := sorted(held - {table.name for table in tables}):
            raise DataError(f"{out} holds a world with further tables ({', '.join(further)}). Name another folder.")
    header = {"name": out.name, "year": year, "title": title, "base": base, "detail": detail}
    write_tables(out, header, tables)
    load_world(out).check()


def _also(table: Table, source: Source) -> Table:
    return replace(table, sources=(*table.sources, source))


def _year(file: Path, year: int | None) -> int:
    if year is None:
        raise DataError(f"{file}: neither its name nor its rows say which year it describes. Say it with --year.")
    return year


def _wide_worlds() -> list[str]:
    return [name for name in packaged_worlds() if name.isdigit()]


def _packaged(base: str) -> str:
    worlds = packaged_worlds()
    if base not in worlds:
        raise DataError(
            f'--base "{base}" is no packaged world.{did_you_mean(base, worlds)} Allowed: {", ".join(worlds)}.'
        )
    return base


def _nearest(year: int) -> str:
    """The wide packaged world whose base year is nearest, the earlier one of two."""
    return min(_wide_worlds(), key=lambda name: abs(int(name) - year))


def _traded(tables: list[Table]) -> Series:
    return _by_pair(next(table.frame for table in tables if table.name == "trade"))


def _by_pair(trade: DataFrame) -> Series:
    return trade.groupby(["exporter", "importer"])["value_musd"].sum()
