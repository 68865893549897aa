"""What gravity predicts for a world's trade, from the sizes of countries and what lies between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.labels import one_of
from landbridge.trade.core import Array
from landbridge.trade.gravity import GravityFit, gravity_fit
from landbridge.world.distance import great_circle_km

if TYPE_CHECKING:
    from landbridge.world import World

PAIR = ("exporter", "importer")
MOSTLY = 0.5  # a pair is modelled when more than this share of its trade is


def great_circle(world: World) -> xr.DataArray:
    """Population-weighted mean distance between the hub cities of two trading countries [exporter, importer], km.

    Within a country it is the mean over distinct pairs of its hubs; nan where there is only one, or for a country
    without any.
    """
    countries = world.countries
    cities = world.table("cities")
    hubs = cities[cities["hub"] & cities["iso3"].isin(countries)]
    hubs = hubs.merge(world.table("nodes")[["node", "lat", "lon"]], on="node", validate="many_to_one")
    lat, lon = hubs["lat"].to_numpy(float), hubs["lon"].to_numpy(float)
    weights = np.zeros((len(countries), len(hubs)))
    weights[pd.Index(countries).get_indexer(pd.Index(hubs["iso3"])), np.arange(len(hubs))] = hubs["weight"]
    total = weights @ great_circle_km(lat[:, None], lon[:, None], lat, lon) @ weights.T
    pairs = np.outer(weights.sum(1), weights.sum(1)) - np.diag((weights**2).sum(1))
    mean = np.divide(total, pairs, out=np.full_like(total, np.nan), where=pairs > 1e-12)
    return xr.DataArray(mean, coords=[countries, countries], dims=PAIR)


def carried_sectors(world: World) -> list[str]:
    """The sectors whose goods travel on the network."""
    table = world.table("sectors")
    return list(table.loc[table["carried"], "sector"])


def trade_of_pairs(world: World, sectors: Sequence[str] | None = None) -> tuple[Array, NDArray[np.bool_]]:
    """Trade X[i, j] over the given sectors (None: those carried), MUSD, and whether a pair's trade is observed.

    A pair most of whose trade has the status "modelled" is not: such cells follow gravity by construction.

    Raises:
        InputError: an unknown sector.
    """
    wanted = carried_sectors(world) if sectors is None else [one_of(s, world.sectors, "sector") for s in sectors]
    trade = world.table("trade")
    trade = trade[trade["sector"].isin(wanted)]
    flows = _matrix(trade, world.countries)
    modelled = _matrix(trade[trade["status"] == "modelled"] if "status" in trade else trade[:0], world.countries)
    return flows, modelled <= MOSTLY * flows


def gravity_of_world(
    world: World, costs: Mapping[str, xr.DataArray], sectors: Sequence[str] | None = None
) -> GravityFit:
    """Gravity on the world's observed trade between countries, with effects of exporters and importers.

    Args:
        costs: positive costs by name [exporter, importer] (km, days, ...), which enter in logs; pairs whose cost is
            unknown or infinite are left out. Their labels must be exactly the world's countries.
        sectors: the sectors summed; None: those that travel on the network.

    Raises:
        InputError: unknown sectors, costs with other labels or not positive.
        SolveError: see ``gravity_fit``.
    """
    flows, observed = trade_of_pairs(world, sectors)
    logs = {name: _log_cost(world, name, cost) for name, cost in costs.items()}
    return gravity_fit(np.where(observed, flows, np.nan), logs)


def predicted_against_actual(
    world: World, costs: Mapping[str, xr.DataArray], sectors: Sequence[str] | None = None
) -> xr.Dataset:
    """Trade of every pair: actual, and what gravity predicts by size alone and by size and each of the costs.

    "Size" are the effects of exporter and importer. All predictions are estimated on the same pairs, those observed
    whose costs are all known, and reproduce every country's total exports and imports over them.

    Returns:
        ``actual`` [exporter, importer] MUSD; ``observed`` [exporter, importer]; ``predicted`` [by, exporter, importer]
        MUSD, ``by`` being "size" and the names of the costs; nan within a country, where a cost is unknown, and for
        countries of which nothing is observed.

    Raises:
        InputError, SolveError: see ``gravity_of_world``.
    """
    flows, observed = trade_of_pairs(world, sectors)
    logs = {name: _log_cost(world, name, cost) for name, cost in costs.items()}
    known = np.isfinite(np.stack(list(logs.values()))).all(0) if logs else ~np.eye(len(flows), dtype=bool)
    sample = np.where(observed & known, flows, np.nan)
    fits = [gravity_fit(sample, regressors) for regressors in ({}, *({name: log} for name, log in logs.items()))]
    predicted = np.where(known, np.stack([fit.predicted for fit in fits]), np.nan)
    countries = world.countries
    return xr.Dataset(
        {"actual": (PAIR, flows), "observed": (PAIR, observed), "predicted": (("by", *PAIR), predicted)},
        coords={"by": ["size", *logs], "exporter": countries, "importer": countries},
    )


def both_ways(found: xr.Dataset) -> xr.Dataset:
    """What ``predicted_against_actual`` found, with the two directions of a pair added up; observed if both are."""
    back = found.rename(exporter="importer", importer="exporter").transpose("by", *PAIR)
    total = found[["actual", "predicted"]] + back[["actual", "predicted"]]
    return total.assign(observed=found["observed"] & back["observed"])


def ratio(found: xr.Dataset) -> xr.DataArray:
    """Actual over predicted trade [by, exporter, importer]: below one, less is traded than predicted; nan without."""
    predicted: xr.DataArray = found["predicted"]
    return found["actual"] / predicted.where(predicted > 0)


def _matrix(trade: pd.DataFrame, countries: list[str]) -> Array:
    """Flows [i, j] over all sectors of a tidy trade table, MUSD."""
    exporter, importer = (pd.Index(countries).get_indexer(pd.Index(trade[key])) for key in PAIR)
    flows = np.zeros((len(countries), len(countries)))
    np.add.at(flows, (exporter, importer), trade["value_musd"].to_numpy(float))
    return flows


def _log_cost(world: World, name: str, cost: xr.DataArray) -> Array:
    """ln cost [i, j], nan on the diagonal and where there is no finite cost."""
    for dim in PAIR:
        if dim not in cost.dims or sorted(map(str, cost[dim].values)) != sorted(world.countries):
            raise InputError(f'The cost "{name}" needs the dimension {dim} with exactly the world\'s countries.')
    values = cost.sel(exporter=world.countries, importer=world.countries).transpose(*PAIR).to_numpy().astype(float)
    np.fill_diagonal(values := values.copy(), np.nan)
    known = np.isfinite(values)
    if (values[known] <= 0).any():
        raise InputError(f'The cost "{name}" between countries must be positive.')
    logs: Array = np.log(np.where(known, values, np.nan))
    return logs
