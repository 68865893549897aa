"""Outcome: everything a run computed, labelled; its tables and quantiles; saving and loading."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from landbridge.errors import InputError, did_you_mean
from landbridge.labels import country, one_of
from landbridge.study.living import OF_LIVING
from landbridge.study.projects import OF_INCOME
from landbridge.study.schema import BASELINE
from landbridge.study.uncertainty import DRAWS
from landbridge.variables import Variable, variables

if TYPE_CHECKING:
    from pandas import DataFrame

FORMAT = 1
INTERVAL = (0.05, 0.5, 0.95)
DATA, HEADER = "outcome.nc", "outcome.json"
COMPUTED = {**OF_INCOME, **OF_LIVING}  # when asked for, from real incomes
LABEL_OF = {
    "watched": "country",
    "watched_partner": "partner",
    "watched_exporter": "exporter",
    "watched_importer": "importer",
    "why_sector": "sector",
}
COUNTRY_LABELS = ("country", "partner", "exporter", "importer")


@dataclass(frozen=True)
class Outcome:
    """What a study computed: ``data`` holds the quantities of ``variables.toml`` with origin "modelled".

    A quantity at the central values of the parameters stands under its own name; where every draw is kept, those are
    under the name with "_draws", pairs of countries among ``watched`` only. ``drawn_parameter`` [draw, parameter] are
    the values drawn. ``header`` says how it came about: study, world, hashes of its tables, seed, versions, central
    parameters, and per scenario the countries cut off.
    """

    data: xr.Dataset
    header: Mapping[str, Any]

    @property
    def scenarios(self) -> list[str]:
        """Scenario names, the baseline first."""
        return [str(name) for name in self.data["scenario"].values]

    @property
    def countries(self) -> list[str]:
        """ISO3 codes of the trading economies."""
        return [str(code) for code in self.data["country"].values]

    @property
    def focus(self) -> list[str]:
        """ISO3 codes of the countries the study looks at."""
        return list(self.header["study"]["study"]["focus"])

    @property
    def draw_count(self) -> int:
        """How many draws of the uncertain parameters were made."""
        return int(self.data.sizes.get("draw", 0))

    @property
    def quantities(self) -> list[str]:
        """Names of the quantities this outcome can show."""
        return [name for name, variable in variables().items() if variable.modelled]

    @cached_property
    def goods(self) -> list[str]:
        """Sectors that travel on the network."""
        return [str(sector) for sector in self.data["sector"].values[self.data["carried"].values]]

    def values(self, quantity: str) -> xr.DataArray:
        """A quantity at the central values, over all its labels.

        Raises:
            InputError: no such quantity; the message names the nearest.
        """
        return self._central(quantity, {})

    def draws(self, quantity: str) -> xr.DataArray | None:
        """A quantity in every draw [scenario, draw, ...]; None when the run had no draws or they are not kept."""
        variable, name = self._variable(quantity), quantity + DRAWS
        if quantity in COMPUTED and (incomes := self.draws("real_income")) is not None:
            head, *rest = variable.dims
            return COMPUTED[quantity](self, incomes).transpose(head, "draw", *rest)
        if name not in self.data:
            return None
        return _with_labels(self.data[name])

    def value(self, quantity: str, **labels: Any) -> float:
        """One number at the central values; ``nan`` where there is none.

        Raises:
            InputError: an unknown label, or one missing.
        """
        variable = self._variable(quantity)
        if missing := [dim for dim in variable.dims if dim not in labels]:
            raise InputError(f"{quantity} needs {', '.join(missing)} to be one number.")
        return float(self._select(quantity, self._central(quantity, labels), labels))

    def drawn(self, quantity: str, **labels: Any) -> NDArray[np.float64] | None:
        """One number in every draw [draw]; None when the draws of this number are not kept."""
        drawn = self.draws(quantity)
        apart = {label for label in self._variable(quantity).optional if label in labels}
        if drawn is None or not apart <= set(drawn.dims):
            return None
        kept = {dim: set(map(str, drawn[dim].values)) for dim in COUNTRY_LABELS if dim in drawn.dims}
        if any(str(labels[dim]) not in codes for dim, codes in kept.items()):
            return None
        found: NDArray[np.float64] = self._select(quantity, drawn, labels).to_numpy().astype(float)
        return found

    def table(self, quantity: str, **labels: Any) -> DataFrame:
        """A quantity as a tidy table: a column per label, ``value``, and ``low``, ``median``, ``high`` of the draws.

        ``low`` and ``high`` are the 5 % and 95 % quantiles. Labels narrow the table down: one value, or several.
        Rows without a value are left out.

        Raises:
            InputError: no such quantity or label; the message names the nearest.
        """
        chosen = self._select(quantity, self._central(quantity, labels), labels, keep=True)
        table = _tidy(chosen, "value")
        drawn = self.draws(quantity)
        if drawn is None or not set(labels) <= set(drawn.dims):
            return table
        spread = self.quantiles(quantity, INTERVAL, **labels)
        spread.columns = [*spread.columns[:-3], "low", "median", "high"]
        return table.merge(spread, how="left", on=list(spread.columns[:-3]))

    def quantiles(self, quantity: str, probabilities: Sequence[float] = INTERVAL, **labels: Any) -> DataFrame:
        """Quantiles of a quantity over the draws, as a tidy table with a column for each probability.

        Raises:
            InputError: the run had no draws, or they are not kept for this quantity.
        """
        drawn = self.draws(quantity)
        if drawn is None:
            raise InputError(f"No draws of {quantity} in this outcome.")
        chosen = self._select(quantity, drawn, labels, keep=True)
        by_draw = chosen.to_series().unstack("draw").dropna(how="all")
        spread = by_draw.quantile(list(probabilities), axis=1).T.set_axis(by_draw.index)
        spread.columns = list(map(str, probabilities))
        return spread.reset_index()

    @cached_property
    def _trade(self) -> xr.DataArray:
        return _between_countries(both_ways(self.data["flow"].sel(sector=self.goods).sum("sector")))

    @property
    def drawn_parameters(self) -> DataFrame:
        """The values drawn of every uncertain parameter: a row per draw, a column per parameter."""
        import pandas as pd

        drawn = self.data["drawn_parameter"]
        return pd.DataFrame(drawn.to_numpy(), columns=[str(name) for name in drawn["parameter"].values])

    def save(self, folder: str | Path) -> Path:
        """Write ``outcome.nc`` and ``outcome.json`` into a folder; each appears whole or not at all.

        Raises:
            InputError: the folder cannot be written.
        """
        folder = Path(folder)
        with _writing_to(folder):
            folder.mkdir(parents=True, exist_ok=True)
            scratch = _scratch(folder)
            try:
                packed = {name: {"zlib": True, "complevel": 4} for name in self.data.data_vars if self.data[name].ndim}
                self.data.to_netcdf(scratch, engine="h5netcdf", encoding=packed)
                header = {**self.header, "data_sha256": _sha256(scratch)}
                os.replace(scratch, folder / DATA)
                scratch.write_text(json.dumps(header, indent=1, ensure_ascii=False, default=str), encoding="utf-8")
                os.replace(scratch, folder / HEADER)
            finally:
                scratch.unlink(missing_ok=True)
        return folder

    def _variable(self, quantity: str) -> Variable:
        known = {name: variable for name, variable in variables().items() if variable.modelled}
        if quantity not in known:
            raise InputError(f'No quantity called "{quantity}" in an outcome.{did_you_mean(quantity, known)}')
        return known[quantity]

    def _central(self, quantity: str, labels: Mapping[str, Any]) -> xr.DataArray:
        """A quantity at the central values, over all its labels and the optional ones among ``labels``."""
        variable = self._variable(quantity)
        if quantity in self.data:
            whole = _with_labels(self.data[quantity])
            together = [label for label in variable.optional if label in whole.dims and label not in labels]
            return whole.sum(together) if together else whole
        if quantity in COMPUTED:
            return COMPUTED[quantity](self, self.values("real_income")).transpose(*variable.dims)
        if quantity not in _DERIVED:
            raise InputError(f"This outcome has no {quantity}: it is of an earlier version. Run the study again.")
        if quantity == "exports" and "sector" in labels:
            return _exports(self, by_sector=True)
        return _DERIVED[quantity](self).transpose(*variable.dims, ...)

    def _select(
        self, quantity: str, array: xr.DataArray, labels: Mapping[str, Any], *, keep: bool = False
    ) -> xr.DataArray:
        """The part of an array at some labels, spelt in any usual way; ``keep`` keeps dimensions of one label."""
        chosen: dict[str, Any] = {}
        for dim, wanted in labels.items():
            if dim not in array.dims:
                allowed = [str(name) for name in array.dims if name != "draw"]
                raise InputError(
                    f"{quantity} has no label {dim}.{did_you_mean(dim, allowed)} It has: {', '.join(allowed)}."
                )
            several = isinstance(wanted, Iterable) and not isinstance(wanted, str)
            spelt = [_label(dim, str(entry), array[dim].values) for entry in (wanted if several else [wanted])]
            chosen[dim] = spelt if several or keep else spelt[0]
        return array.sel(chosen)


def check_writable(folder: str | Path) -> None:
    """Find out before a long run whether its outcome can be saved; nothing is left behind.

    Raises:
        InputError: it cannot.
    """
    folder = Path(folder)
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    with _writing_to(folder):
        if not existing.is_dir():
            raise NotADirectoryError(20, f"{existing} is not a folder")
        _scratch(existing).unlink()


def load_outcome(folder: str | Path) -> Outcome:
    """Read an outcome back from its folder.

    Raises:
        InputError: there is none, or its two files do not belong together.
    """
    folder = Path(folder)
    for name in (DATA, HEADER):
        if not (folder / name).is_file():
            raise InputError(f'No outcome in "{folder}": it has no {name}. Run a study with this output folder first.')
    header = json.loads((folder / HEADER).read_text(encoding="utf-8"))
    if header.get("format") != FORMAT:
        raise InputError(
            f'"{folder}": outcome of format {header.get("format")}; this version reads {FORMAT}. Run again.'
        )
    if header.pop("data_sha256", None) != _sha256(folder / DATA):
        raise InputError(f'"{folder}": {DATA} and {HEADER} are not of the same run. Run the study again.')
    with xr.open_dataset(folder / DATA, engine="h5netcdf") as data:
        return Outcome(data.load(), header)


@contextmanager
def _writing_to(folder: Path) -> Iterator[None]:
    """Turn a failure to write into one message for the user."""
    try:
        yield
    except OSError as error:
        raise InputError(f'Cannot write to "{folder}": {error.strerror or error}.') from None


def _scratch(folder: Path) -> Path:
    path = folder / f".{DATA}.{os.getpid()}.part"
    path.touch()
    return path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _label(dim: str, text: str, allowed: NDArray[Any]) -> str:
    options = [str(option) for option in allowed]
    if text in options:
        return text
    if dim in COUNTRY_LABELS:
        code = country(text)
        if code not in options:
            raise InputError(f"{code} is not among the countries kept for this quantity: {', '.join(options[:30])}.")
        return code
    return one_of(text, options, dim)


def _with_labels(array: xr.DataArray) -> xr.DataArray:
    """The array with the labels users know, and no others beside them."""
    renamed = array.rename({dim: label for dim, label in LABEL_OF.items() if dim in array.dims})
    return renamed.drop_vars([name for name in renamed.coords if name not in renamed.dims])


def _tidy(array: xr.DataArray, name: str) -> DataFrame:
    dims = [str(dim) for dim in array.dims]
    series = array.to_series().dropna()
    series.index.names = dims
    return series.rename(name).reset_index()


def percent_change(before: xr.DataArray, after: xr.DataArray) -> xr.DataArray:
    """100 (after / before - 1); ``nan`` where there was nothing before."""
    return 100 * (after / before.where(before > 0) - 1)


def _exports(outcome: Outcome, *, by_sector: bool = False) -> xr.DataArray:
    flow = outcome.data["flow"].sel(sector=outcome.goods)
    flow = flow if by_sector else flow.sum("sector")
    return _between_countries(percent_change(flow.sel(scenario=BASELINE, drop=True), flow))


def both_ways(flow: xr.DataArray) -> xr.DataArray:
    """Percent change of trade both ways together, from flows [scenario, country, partner]."""
    back = flow.rename(country="partner", partner="country")
    total = flow + back.transpose(*flow.dims)
    return percent_change(total.sel(scenario=BASELINE, drop=True), total)


def _total_trade(outcome: Outcome) -> xr.DataArray:
    flow = outcome.data["flow"].sel(sector=outcome.goods).sum("sector")
    foreign = flow.where(flow["country"] != flow["partner"], 0.0)
    total = foreign.sum("partner") + foreign.sum("country").rename(partner="country")
    return percent_change(total.sel(scenario=BASELINE, drop=True), total)


def _between_countries(array: xr.DataArray) -> xr.DataArray:
    return array.where(array["country"] != array["partner"])


_DERIVED = {"exports": _exports, "trade": lambda outcome: outcome._trade, "total_trade": _total_trade}
