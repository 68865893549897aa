"""CEPII's BACI, ``BACI_HSrr_Yyyyy_Vvvvvvv.csv``: goods trade by product, added up to the sectors of a wide world.

Columns ``t,i,j,k,v,q``: year, exporter, importer, product (six digits of the Harmonized System), thousand USD, tons;
countries by number, which ``country_codes_V*.csv`` of the same archive explains.
https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.errors import DataError, InputError
from landbridge.world.build import sectors
from landbridge.world.build.readers.files import Advance
from landbridge.world.build.readers.names import iso3, refuse
from landbridge.world.build.readers.products import sector

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLUMNS = ("t", "i", "j", "k", "v")
LICENCE = "Etalab Open Licence 2.0"

_PIECE = 32 << 20  # bytes
_NUMBERS = 1000  # country numbers have three digits
_SECTORS = sectors.NAMES


@dataclass(frozen=True)
class GoodsTrade:
    """Goods trade of one year.

    ``flows[i, j, s]`` million USD, free on board, over ``economies`` (ISO3, sorted) and the sectors of a wide world;
    what stands under services is electricity.
    """

    year: int
    economies: list[str]
    flows: NDArray[np.float64]


def looks_like(header: Sequence[str]) -> bool:
    """Whether a header is BACI's."""
    return set(COLUMNS) <= {cell.strip() for cell in header}


def codes_beside(path: Path) -> Path | None:
    """The table of country codes in the same folder, the latest if there are several."""
    return max(path.parent.glob("country_codes*.csv"), default=None)


def read_baci(path: Path, codes: Path | None, advance: Advance) -> GoodsTrade:
    """Add up one year of BACI to countries and sectors.

    Args:
        codes: the table of country codes; None: the one in the same folder.

    Raises:
        DataError: no table of codes; a country number, a country or a product that is unknown; several years; a flow
            that is negative or no number.
    """
    table = codes or codes_beside(path)
    if table is None:
        raise DataError(
            f"{path}: countries are numbers here, and {path.parent} has no country_codes_V*.csv. It is in the same "
            f"archive as the trade: put it beside, or name it with --codes."
        )
    years: set[int] = set()
    totals = np.zeros(_NUMBERS * _NUMBERS * len(_SECTORS))
    for batch in _batches(path, advance):
        year, seller, buyer, value = (
            batch.column(name).to_numpy(zero_copy_only=False) for name in ("t", "i", "j", "v")
        )
        years |= set(np.unique(year).tolist())
        if (bad := ~(value >= 0) | ~((seller > 0) & (seller < _NUMBERS) & (buyer > 0) & (buyer < _NUMBERS))).any():
            row = int(bad.argmax())
            raise DataError(
                f"{path}: the flow from {seller[row]} to {buyer[row]} is {value[row]}; wanted are two country numbers "
                f"below {_NUMBERS} and a value of 0 or more."
            )
        goods = batch.column("k")
        cell = (seller * _NUMBERS + buyer) * len(_SECTORS) + _sectors_of(path, goods.dictionary.to_pylist())[
            goods.indices
        ]
        totals += np.bincount(cell, value, len(totals))
    if len(years) != 1:
        raise DataError(f"{path}: one year is wanted, found {', '.join(map(str, sorted(years))) or 'no flow'}.")
    return _by_economy(path, years.pop(), totals.reshape(_NUMBERS, _NUMBERS, -1) / 1e3, _country_codes(table))


def _batches(path: Path, advance: Advance) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import csv as arrow

    number = pa.int64()
    types = {"t": number, "i": number, "j": number, "k": pa.dictionary(pa.int32(), pa.string()), "v": pa.float64()}
    size = max(path.stat().st_size, 1)
    try:
        with (
            path.open("rb") as file,
            arrow.open_csv(
                file,
                arrow.ReadOptions(use_threads=False, block_size=_PIECE),
                convert_options=arrow.ConvertOptions(include_columns=list(COLUMNS), column_types=types),
            ) as reader,
        ):
            for batch in reader:
                yield batch
                advance(file.tell() / size)
    except pa.ArrowInvalid as error:
        raise DataError(f"{path}: {' '.join(str(error).split())}") from None


def _sectors_of(path: Path, products: Sequence[str]) -> NDArray[np.int64]:
    found = [sector(product) for product in products]
    refuse(
        str(path),
        [
            f'"{product}" is no product of the Harmonized System (six digits).'
            for product, name in zip(products, found, strict=True)
            if name is None
        ],
    )
    return np.array([_SECTORS.index(name) for name in found if name], dtype=np.int64)


def _country_codes(path: Path) -> dict[int, tuple[str, str]]:
    """Code and name of each country number."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = list(csv.DictReader(file))
        return {int(row["country_code"]): (row["country_iso3"].strip(), row["country_name"].strip()) for row in rows}
    except (OSError, KeyError, ValueError, AttributeError) as error:
        raise DataError(
            f"{path} is no table of BACI's country codes ({error}). Wanted are the columns country_code, country_name, "
            f"country_iso2, country_iso3."
        ) from None


def _by_economy(path: Path, year: int, totals: NDArray[np.float64], codes: dict[int, tuple[str, str]]) -> GoodsTrade:
    numbers = np.flatnonzero(totals.sum(axis=(1, 2)) + totals.sum(axis=(0, 2)))
    found, unknown = {}, []
    for number in numbers.tolist():
        code, name = codes.get(number, ("", ""))
        try:
            found[number] = iso3(code or name)
        except InputError:
            unknown.append(
                f"country {number} ({name or 'not in the table of country codes'}) has no ISO3 code that is known"
                f"{f': {code}' if code else ''}. Write one (ROW for the rest of the world) in the table of codes."
            )
    refuse(str(path), unknown)
    economies = sorted(set(found.values()))
    place = np.array([economies.index(found[number]) for number in found], dtype=np.int64)
    flows = np.zeros((len(economies), len(economies), len(_SECTORS)))
    np.add.at(flows, (place[:, None], place[None, :]), totals[np.ix_(numbers, numbers)])
    return GoodsTrade(year, economies, flows)
