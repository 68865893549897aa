"""Deaths in conflict by month and country, what makes countries alike, and the months that a user adds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError, did_you_mean
from landbridge.labels import country, country_name
from landbridge.security.core import Array, decayed_mean

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world import World

KIND = "state_based"
COLUMNS = ("country", "month", "deaths")
STRUCTURE = ("population", "gdp_usd")
STRUCTURE_LAG = 2  # years after which a year's indicator counts as known
FIRST_YEAR = 1980  # month numbers count from January of it: 1 is 1980-01, as ViEWS counts

# States that have ceased to be or been renamed, and what their months must be filed under.
GONE = {
    "YUG": "SRB, MNE and others, each with its own months",
    "SCG": "SRB and MNE",
    "SUN": "RUS and others",
    "CSK": "CZE and SVK",
    "DDR": "DEU",
    "ZAR": "COD",
    "BUR": "MMR",
    "YMD": "YEM",
    "TMP": "TLS",
    "ROM": "ROU",
}

# How much a step of each feature counts: own violence at four memories (months), the neighbours', other violence, size
# and income (log). Chosen on targets of 2005 to 2017 (docs/security.md).
OWN_MEMORY = {1: 0.5, 4: 0.5, 24: 0.5, 60: 0.5}
NEIGHBOUR_MEMORY, NEIGHBOUR_WEIGHT = 4, 0.2
OTHER_MEMORY, OTHER_WEIGHT = 12, 0.2
SIZE_WEIGHT, INCOME_WEIGHT = 0.3, 0.1


@dataclass(frozen=True)
class ConflictPanel:
    """Deaths by month and country.

    Attributes:
        countries: [C] ISO3.
        months: [T] such as "2017-10", without a gap.
        deaths: [T, C] in state-based violence; 0 where not known.
        known: [T, C] whether they are known.
        other: [T, C] deaths in other organised violence; 0 where not known.
        borders: [C, C] 1 where two countries border on land.
        structure: [Y, C, 2] population and GDP per head (USD) by year from ``structure_year``; nan where not known.
        structure_year: the first year of ``structure``.
    """

    countries: tuple[str, ...]
    months: tuple[str, ...]
    deaths: Array
    known: NDArray[np.bool_]
    other: Array
    borders: Array
    structure: Array
    structure_year: int

    @classmethod
    def of(cls, world: World) -> ConflictPanel:
        """The panel of a world's tables."""
        coverage = world.table("conflict_coverage").query("kind == @KIND").set_index("iso3")
        countries = tuple(coverage.index)
        months = month_range(coverage["first"].min(), coverage["last"].max())
        rows = world.table("conflict_months")
        deaths, every = (_square(rows[rows["kind"] == kind], months, countries) for kind in (KIND, "all"))
        at = np.array(months)[:, None]
        known = (at >= coverage["first"].to_numpy(str)) & (at <= coverage["last"].to_numpy(str))
        pairs = world.table("neighbours")
        borders = _square(pairs.assign(deaths=1.0), countries, countries, "neighbour")
        years, structure = _structure(world.table("indicators"), countries)
        return cls(
            countries, months, np.where(known, deaths, 0.0), known, np.maximum(every - deaths, 0.0), borders, structure,
            years,
        )  # fmt: skip

    def until(self, month: str) -> ConflictPanel:
        """The panel as it stood at the end of a month.

        Raises:
            InputError: the month is not in the panel.
        """
        if month not in self.months:
            raise InputError(f'No month "{month}" in the data: they run from {self.months[0]} to {self.months[-1]}.')
        rows = self.months.index(month) + 1
        parts = {name: getattr(self, name)[:rows] for name in ("months", "deaths", "known", "other")}
        return replace(self, **parts)

    def features(self) -> Array:
        """What makes two country-months alike [T, C, F], each from what was known in that month."""
        own = [weight * np.log1p(decayed_mean(self.deaths, memory)) for memory, weight in OWN_MEMORY.items()]
        near = np.log1p(decayed_mean(self.deaths @ self.borders, NEIGHBOUR_MEMORY))
        other = np.log1p(decayed_mean(self.other, OTHER_MEMORY))
        size, income = np.moveaxis(self._structure_known(), -1, 0)
        return np.stack(
            [*own, NEIGHBOUR_WEIGHT * near, OTHER_WEIGHT * other, SIZE_WEIGHT * size, INCOME_WEIGHT * income], axis=-1
        )

    def _structure_known(self) -> Array:
        """Log population and income [T, C, 2] as last known in each month; a country's unknown one is the median."""
        logs = np.log(self.structure)
        for at in range(1, len(logs)):
            logs[at] = np.where(np.isnan(logs[at]), logs[at - 1], logs[at])
        middle = np.nanmedian(logs, axis=1, keepdims=True)
        logs = np.where(np.isnan(logs), middle, logs)
        year = np.array([int(month[:4]) for month in self.months]) - STRUCTURE_LAG - self.structure_year
        taken: Array = logs[np.clip(year, 0, len(logs) - 1)]
        return taken

    def with_months(self, table: DataFrame, where: str = "the months added") -> ConflictPanel:
        """The panel followed by later months: columns country, month, deaths; a country without a row had none.

        Other organised violence is held at its mean of the last year known.

        Raises:
            InputError: listing every fault: a column missing, a gap, a month already known, a country unknown, split
                or renamed, a repeated row, deaths that are no number of zero or more.
        """
        if missing := [name for name in COLUMNS if name not in table]:
            raise InputError(f"{where}: no column {', '.join(missing)}. Wanted are: {', '.join(COLUMNS)}.")
        faults, rows = [], []
        for line, (name, month, deaths) in enumerate(table[list(COLUMNS)].itertuples(index=False), start=2):
            fault = self._row_fault(str(name), str(month), deaths)
            if fault:
                faults.append(f"{where}, line {line}: {fault}")
            else:
                rows.append((country(str(name)), str(month), float(deaths)))
        if not faults:
            faults = self._series_faults(rows, where)
        if faults:
            raise InputError("\n".join(faults))
        added = month_range(self.months[-1], max(month for _, month, _ in rows))[1:]
        new = np.zeros((len(added), len(self.countries)))
        for iso3, month, deaths in rows:
            new[added.index(month), self.countries.index(iso3)] = deaths
        return replace(
            self,
            months=(*self.months, *added),
            deaths=np.vstack([self.deaths, new]),
            known=np.vstack([self.known, np.repeat(self.known[-1:], len(added), axis=0)]),
            other=np.vstack([self.other, np.repeat(self.other[-12:].mean(0, keepdims=True), len(added), axis=0)]),
        )

    def _row_fault(self, name: str, month: str, deaths: object) -> str:
        """What is wrong with one row; nothing: an empty string."""
        if name.upper() in GONE:
            return f'"{name}" is no state today: file its deaths under {GONE[name.upper()]}.'
        try:
            iso3 = country(name)
        except InputError as error:
            return str(error)
        if iso3 not in self.countries:
            return f'"{name}" ({country_name(iso3)}) is not among the {len(self.countries)} countries of the series.'
        if not is_month(month):
            return f'month "{month}": write it as 2021-03.'
        if month <= self.months[-1]:
            return f"{month} is known already: the data run to {self.months[-1]}."
        try:
            number = float(deaths)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            number = np.nan
        return "" if np.isfinite(number) and number >= 0 else f"deaths are {deaths!r}; wanted is a number, 0 or more."

    def _series_faults(self, rows: list[tuple[str, str, float]], where: str) -> list[str]:
        """Months left out between the data and the last month added, and rows given twice."""
        if not rows:
            return [f"{where}: no row."]
        given = {month for _, month, _ in rows}
        gaps = [month for month in month_range(self.months[-1], max(given))[1:] if month not in given]
        faults = [f"{where}: no row for {month}; a month without any deaths needs one row of 0." for month in gaps]
        seen = set()
        for iso3, month, _ in rows:
            if (iso3, month) in seen:
                faults.append(f"{where}: {iso3} {month} stands there twice.")
            seen.add((iso3, month))
        return faults

    def position(self, name: str) -> int:
        """Where a country stands in the panel.

        Raises:
            InputError: it is in no series; the message names the nearest that is.
        """
        iso3 = country(name)
        if iso3 not in self.countries:
            near = did_you_mean(country_name(iso3), [country_name(code) for code in self.countries])
            raise InputError(f"{country_name(iso3)} ({iso3}) has no series of deaths in conflict.{near}")
        return self.countries.index(iso3)


def read_months(file: Path) -> DataFrame:
    """A CSV file of months to add.

    Raises:
        InputError: it cannot be read.
    """
    import pandas as pd

    try:
        return pd.read_csv(file, dtype={"country": str, "month": str}, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read as a table: {error}.") from None


def is_month(text: str) -> bool:
    """Whether a text is a month such as 2017-03."""
    year, dash, month = text.partition("-")
    digits = len(year) == 4 and year.isdigit() and len(month) == 2 and month.isdigit()
    return bool(dash) and digits and 1 <= int(month) <= 12


def month_number(month: str) -> int:
    """Months since the end of 1979: 1980-01 is 1."""
    return 12 * (int(month[:4]) - FIRST_YEAR) + int(month[5:])


def month_of(number: int) -> str:
    """The month of a number."""
    return f"{FIRST_YEAR + (number - 1) // 12}-{(number - 1) % 12 + 1:02d}"


def month_range(first: str, last: str) -> tuple[str, ...]:
    """Every month from ``first`` to ``last``."""
    return tuple(month_of(number) for number in range(month_number(first), month_number(last) + 1))


def _square(rows: DataFrame, index: tuple[str, ...], columns: tuple[str, ...], by: str = "month") -> Array:
    """Deaths [index, columns] of rows (``by``, iso3, deaths); 0 where there is none."""
    kept = rows[rows[by].isin(index) & rows["iso3"].isin(columns)]
    square = np.zeros((len(index), len(columns)))
    first, second = ({label: at for at, label in enumerate(labels)} for labels in (index, columns))
    square[kept[by].map(first), kept["iso3"].map(second)] = kept["deaths"]
    return square


def _structure(indicators: DataFrame, countries: tuple[str, ...]) -> tuple[int, Array]:
    """Population and GDP per head [Y, C, 2], and the first year."""
    wanted = indicators[indicators["indicator"].isin(STRUCTURE)]
    years = range(int(wanted["year"].min()), int(wanted["year"].max()) + 1)
    population, gdp = (
        wanted[wanted["indicator"] == name]
        .pivot(index="year", columns="iso3", values="value")
        .reindex(index=years, columns=list(countries))
        .to_numpy(float)
        for name in STRUCTURE
    )
    return years[0], np.stack([population, gdp / population], axis=-1)
