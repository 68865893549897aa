"""Trade of a World, with labels: equilibria under a study's policies and network costs, and why incomes change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from landbridge.errors import DataError, InputError, did_you_mean
from landbridge.parameters import central_values
from landbridge.trade.core import (
    Array,
    Calibration,
    DeficitRule,
    Equilibrium,
    NoEquilibriumError,
    TradeBaseline,
    calibrate,
    counterfactual,
)

if TYPE_CHECKING:
    from landbridge.world import World

PAIR = ("exporter", "importer", "sector")
USE = "intermediate_use"
KEYS = {"productivity": ("iso3", "sector"), USE: ("iso3", "input", "sector")}


@dataclass(frozen=True)
class TradeModel:
    """A world's trade, calibrated: what every counterfactual of a draw has in common.

    ``calibration`` holds the baseline under the deficit rule and the elasticities, by position; ``countries`` and
    ``sectors`` name the positions.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    calibration: Calibration

    @property
    def baseline(self) -> xr.DataArray:
        """Baseline flows [exporter, importer, sector], MUSD; without deficits under the rule "zero"."""
        return self.pairs(self.calibration.baseline.flows)

    @cached_property
    def axes(self) -> dict[str, pd.Index]:
        """Labels by exporter, importer and sector."""
        return dict(zip(PAIR, map(pd.Index, (self.countries, self.countries, self.sectors)), strict=True))

    @cached_property
    def _coordinates(self) -> xr.Coordinates:
        return xr.Coordinates(self.axes)

    def pairs(self, values: Array) -> xr.DataArray:
        """An array [i, j, s] with its labels."""
        return xr.DataArray(values, coords=self._coordinates, dims=PAIR)

    def by_country(self, values: NDArray[Any]) -> xr.DataArray:
        """An array [i] with its labels."""
        return xr.DataArray(values, coords=[list(self.countries)], dims=["country"])


@dataclass(frozen=True)
class TradeResult:
    """One counterfactual of a world's trade against its baseline.

    ``kappa`` is the whole change of iceberg costs, network and policy; ``network_kappa`` the network's part.
    ``cut_off`` lists countries that trade with nobody else any more: their foreign shares are zero.
    """

    model: TradeModel
    equilibrium: Equilibrium
    network_kappa: Array
    kappa: Array
    productivity: Array
    tariff: Array | None

    @property
    def real_income(self) -> xr.DataArray:
        """Change of real income [country], percent: 100 (W^ - 1)."""
        return self.model.by_country(100 * (self.equilibrium.real_income - 1))

    @property
    def real_wage(self) -> xr.DataArray:
        """Change of the real wage [country], percent: 100 (w^ / P^ - 1)."""
        return self.model.by_country(100 * (self.equilibrium.real_wage - 1))

    @property
    def terms_of_trade(self) -> xr.DataArray:
        """What dearer exports and cheaper imports add to income [country], percent, to first order."""
        return self.model.by_country(100 * self.equilibrium.terms_of_trade)

    @property
    def volume_of_trade(self) -> xr.DataArray:
        """What larger imports add to tariff revenue [country], percent of income, to first order."""
        return self.model.by_country(100 * self.equilibrium.volume_of_trade)

    @property
    def flows(self) -> xr.DataArray:
        """Flows after the change [exporter, importer, sector], MUSD of the baseline's world income."""
        return self.model.pairs(self.equilibrium.flows)

    @property
    def trade(self) -> xr.DataArray:
        """Change of flows [exporter, importer, sector], percent, at constant world income; 0 where there is no flow."""
        return _percent(self.model.baseline, self.flows)

    @property
    def residual(self) -> float:
        """The largest relative excess supply."""
        return self.equilibrium.residual

    @cached_property
    def cut_off(self) -> list[str]:
        """Countries that trade with nobody else any more."""
        return [iso3 for iso3, alone in zip(self.model.countries, self.equilibrium.cut_off, strict=True) if alone]


def trade_baseline(world: World) -> TradeBaseline:
    """The world's tables ``trade`` and, in an industry world, ``intermediate_use`` as arrays, countries by sectors.

    No tariffs, as packaged worlds have none.

    Raises:
        DataError: a value is missing, repeated, negative or not a number, or names an unknown country or sector;
            intermediate use exceeds what an industry sells, or what a country buys.
    """
    flows = _dense(world, "trade", "value_musd", (world.countries, world.countries, world.sectors), None, least=0.0)
    own = np.einsum("iis->i", flows)
    if (own <= 0).any():
        without = ", ".join(np.array(world.countries)[own <= 0])
        raise DataError(f'World "{world.name}", table "trade": no trade of {without} with itself; it must be positive.')
    if USE not in world.resources:
        return TradeBaseline.from_flows(flows)
    use = _dense(world, USE, "value_musd", (world.countries, world.sectors, world.sectors), None, least=0.0)
    try:
        return TradeBaseline.from_flows(flows, use=use)
    except InputError as error:
        raise DataError(
            f'World "{world.name}", tables "trade" and "{USE}": {error} See `landbridge world check`.'
        ) from None


def elasticities(world: World, params: Mapping[str, float]) -> Array:
    """theta[s]: ``trade_elasticity`` times ``trade_elasticity_ratio_<sector>``, which is 1 where there is none."""
    ratios = [params.get(f"trade_elasticity_ratio_{sector}", 1.0) for sector in world.sectors]
    return params["trade_elasticity"] * np.array(ratios)


def calibrate_world(
    world: World,
    params: Mapping[str, float] | None = None,
    *,
    deficits: DeficitRule = "zero",
    near: TradeModel | None = None,
) -> TradeModel:
    """The world's trade made ready for counterfactuals.

    Args:
        params: parameter values; None: the central ones.
        deficits: see ``trade.core.calibrate``.
        near: a model of the same world and rule at other parameters: its data and Jacobian are used again, for speed.

    Raises:
        DataError: see ``trade_baseline``.
        NoEquilibriumError: no equilibrium without deficits was found.
    """
    theta = elasticities(world, central_values() if params is None else params)
    countries, sectors = tuple(world.countries), tuple(world.sectors)
    if near is not None:
        calibration = calibrate(near.calibration.data, theta, deficits, near.calibration)
    else:
        try:
            calibration = calibrate(trade_baseline(world), theta, deficits)
        except NoEquilibriumError as error:
            raise error.named(countries, sectors) from None
    return TradeModel(countries, sectors, calibration)


def solve_world(
    world: World,
    kappa: xr.DataArray | None = None,
    params: Mapping[str, float] | None = None,
    *,
    model: TradeModel | None = None,
    deficits: DeficitRule = "zero",
) -> TradeResult:
    """The equilibrium of a changed world against its baseline.

    Args:
        world: the changed world; its tables ``trade_cost``, ``tariff`` and ``productivity`` are applied.
        kappa: factor on trade costs from the network [exporter, importer, sector], inf where no way is left;
            None: no change. Its labels must be exactly the world's countries and sectors.
        params: parameter values; None: the central ones. Ignored when ``model`` is given.
        model: the baseline from ``calibrate_world``; None: calibrated here.

    Raises:
        DataError: a policy table is malformed.
        InputError: labels of ``kappa`` differ from the world's; a value out of bounds.
        NoEquilibriumError: naming the countries (and sectors) for which none exists or none was found.
    """
    model = model or calibrate_world(world, params, deficits=deficits)
    countries, sectors = list(model.countries), list(model.sectors)
    if (countries, sectors) != (world.countries, world.sectors):
        raise InputError(f'The calibrated model and the world "{world.name}" have different countries or sectors.')
    shape = (countries, countries, sectors)
    network = np.ones([len(axis) for axis in shape]) if kappa is None else exact_values(kappa, model)
    total = network
    if len(world.table("trade_cost")):
        total = network * _dense(world, "trade_cost", "factor", shape, 1.0, above=0.0)
    productivity = _dense(world, "productivity", "factor", (countries, sectors), 1.0, above=0.0)
    tariff = _dense(world, "tariff", "rate", shape, 0.0, above=-1.0) if len(world.table("tariff")) else None
    try:
        equilibrium = counterfactual(model.calibration, kappa=total, productivity=productivity, tariff=tariff)
    except NoEquilibriumError as error:
        raise error.named(countries, sectors) from None
    return TradeResult(model, equilibrium, network, total, productivity, tariff)


def _percent(before: xr.DataArray, after: xr.DataArray) -> xr.DataArray:
    return (100 * (after / before.where(before > 0) - 1)).fillna(0.0)


def exact_values(values: xr.DataArray, model: TradeModel) -> Array:
    """The values in the order of the model's labels, which must match exactly."""
    if set(values.dims) != set(PAIR):
        raise InputError(f"kappa has the dimensions {values.dims}; wanted are {PAIR}.")
    for dim in PAIR:
        given, wanted = values.get_index(dim), model.axes[dim]
        if given.equals(wanted):
            continue
        if sorted(map(str, given)) != sorted(wanted):
            odd = sorted(set(map(str, given)) ^ set(wanted)) or list(map(str, given))
            raise InputError(f"kappa and the world differ in the labels of {dim}: {', '.join(odd[:10])}.")
        values = values.sel({dim: wanted})
    found: Array = values.transpose(*PAIR).to_numpy().astype(float, copy=False)
    return found


def _dense(
    world: World,
    table: str,
    column: str,
    axes: Sequence[Sequence[str]],
    absent: float | None,
    *,
    above: float = -np.inf,
    least: float = -np.inf,
) -> Array:
    """A tidy table as an array over its key columns; a cell without a row is ``absent``, or an error for None."""
    frame = world.table(table)
    where = f'World "{world.name}", table "{table}"'
    keys = KEYS.get(table, PAIR)
    shape = [len(labels) for labels in axes]
    if frame.empty and absent is not None:
        return np.full(shape, absent)
    positions = [pd.Index(labels).get_indexer(pd.Index(frame[key])) for key, labels in zip(keys, axes, strict=True)]
    for key, labels, position in zip(keys, axes, positions, strict=True):
        if (position < 0).any():
            unknown = str(frame[key].iloc[int(np.argmax(position < 0))])
            raise DataError(f'{where}: no {key} called "{unknown}" has trade data.{did_you_mean(unknown, labels)}')
    values = frame[column].to_numpy(dtype=float)
    wrong = ~((values > above) & (values >= least))
    if wrong.any():
        row = frame.iloc[int(np.argmax(wrong))]
        allowed = (
            f"above {above:g}" if np.isfinite(above) else f"{least:g} or more" if np.isfinite(least) else "a number"
        )
        raise DataError(f"{where}: {column} of {', '.join(row[list(keys)])} is {row[column]}; it must be {allowed}.")
    flat = np.ravel_multi_index(positions, shape)
    counts = np.bincount(flat, minlength=int(np.prod(shape)))
    for complaint, bad in (("repeats", counts > 1), ("lacks", (counts < 1) & (absent is None))):
        if bad.any():
            cell = np.unravel_index(int(np.argmax(bad)), shape)
            names = ", ".join(labels[int(place)] for labels, place in zip(axes, cell, strict=True))
            raise DataError(f"{where}: it {complaint} the row {names}.")
    dense = np.full(counts.size, 0.0 if absent is None else absent)
    dense[flat] = values
    return dense.reshape(shape)
