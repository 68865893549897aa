"""Joint military exercises of two states: a short list that ships, and rows of one's own in the same form.

The list holds what was looked up for two pairs, each row with the page that was read; that a pair is not in it says
nothing. Columns: ``iso3_a``, ``iso3_b``, ``year``, ``name``, ``source``.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.errors import InputError
from landbridge.labels import country
from landbridge.parameters import central_values

if TYPE_CHECKING:
    from pandas import DataFrame, Series

COLUMNS = ("iso3_a", "iso3_b", "year", "name", "source")


def exercises(own: Path | None = None) -> DataFrame:
    """The list that ships, and the rows of a file of one's own after it.

    Raises:
        InputError: the file is missing, is no table or lacks a column, or a row has an unknown state or no year.
    """
    import pandas as pd

    with (files("landbridge.alignment") / "exercises.csv").open(encoding="utf-8") as packaged:
        table = pd.read_csv(packaged)
    return table if own is None else pd.concat([table, _read(own)], ignore_index=True)


def held(pair: tuple[str, str], own: Path | None = None) -> Series:
    """Closeness [year] of two states by exercises, in the years in which one is known."""
    import pandas as pd

    table = exercises(own)
    years = table.loc[table["iso3_a"].isin(pair) & table["iso3_b"].isin(pair), "year"].drop_duplicates()
    return pd.Series(central_values()["exercise_closeness"], index=sorted(years.astype(int)), dtype=float)


def _read(file: Path) -> DataFrame:
    import pandas as pd

    if not file.is_file():
        raise InputError(f"{file}: no such file; wanted is a CSV file with the columns {', '.join(COLUMNS)}.")
    try:
        table = pd.read_csv(file, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read as a table: {error}.") from None
    if missing := [column for column in COLUMNS if column not in table]:
        raise InputError(f"{file}: the column {', '.join(missing)} is missing; it has {', '.join(table.columns)}.")
    for line, row in enumerate(table.itertuples(), start=2):
        try:
            pair = {country(str(row.iso3_a)), country(str(row.iso3_b))}
            int(str(row.year))
        except ValueError:
            raise InputError(f'{file}, line {line}: year is "{row.year}"; wanted is a number such as 2017.') from None
        except InputError as error:
            raise InputError(f"{file}, line {line}: {error}") from None
        if len(pair) < 2:
            raise InputError(f"{file}, line {line}: an exercise is of two states; both are {pair.pop()}.")
    return table.assign(**{side: table[side].astype(str).map(country) for side in ("iso3_a", "iso3_b")})
