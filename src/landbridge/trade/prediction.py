"""What gravity predicts for a world's trade, with and without what distance costs, against what is traded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from landbridge.errors import InputError
from landbridge.labels import one_of
from landbridge.trade.core import Array
from landbridge.trade.gravity import GravityFit, gravity_fit
from landbridge.trade.model import trade_baseline
from landbridge.world.distance import great_circle_km

if TYPE_CHECKING:
    from landbridge.world import World

PAIR = ("exporter", "importer")


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


def gravity_of_world(
    world: World, costs: Mapping[str, xr.DataArray], sectors: Sequence[str] | None = None
) -> GravityFit:
    """Gravity on the world's table ``trade`` between countries, with effects of exporters and importers.

    Args:
        costs: positive costs by name [exporter, importer] (km, hours, ...), which enter in logs; pairs whose cost is
            unknown or infinite are left out. Their labels must be exactly the world's countries.
        sectors: the sectors summed; None: those that travel on the network.

    Raises:
        InputError: unknown sectors, costs with other labels or not positive.
        SolveError: see ``gravity_fit``.
    """
    trade = _trade(world, sectors)
    logs = {name: _log_cost(world, name, cost) for name, cost in costs.items()}
    return gravity_fit(trade, logs)


def predicted_against_actual(
    world: World, pairs: Sequence[tuple[str, str]], cost: xr.DataArray, sectors: Sequence[str] | None = None
) -> pd.DataFrame:
    """Trade of chosen pairs: actual, predicted by size alone, and predicted by size and cost.

    "Size" are the effects of exporter and importer. Both predictions are estimated on the same pairs, and both
    reproduce every country's total exports and imports over them.

    Returns:
        Rows ``exporter``, ``importer``, ``actual``, ``predicted_without``, ``predicted_with`` (MUSD), and the ratios
        ``actual_to_without``, ``actual_to_with``: below one, less is traded than predicted.

    Raises:
        InputError, SolveError: see ``gravity_of_world``.
    """
    log_cost = _log_cost(world, "cost", cost)
    trade = _trade(world, sectors)
    observed = np.where(np.isfinite(log_cost), trade, np.nan)
    with_cost = gravity_fit(observed, {"cost": log_cost}).predicted
    without = gravity_fit(observed, {}).predicted
    rows = []
    for exporter, importer in pairs:
        i, j = (
            world.countries.index(one_of(iso3, world.countries, "trading country")) for iso3 in (exporter, importer)
        )
        rows.append((exporter, importer, trade[i, j], without[i, j], with_cost[i, j]))
    columns = ["exporter", "importer", "actual", "predicted_without", "predicted_with"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["actual_to_without"] = frame["actual"] / frame["predicted_without"]
    frame["actual_to_with"] = frame["actual"] / frame["predicted_with"]
    return frame


def _trade(world: World, sectors: Sequence[str] | None) -> Array:
    """X[i, j] over the given sectors, MUSD."""
    table = world.table("sectors")
    wanted = list(table.loc[table["carried"], "sector"]) if sectors is None else list(sectors)
    chosen = [world.sectors.index(one_of(sector, world.sectors, "sector")) for sector in wanted]
    total: Array = trade_baseline(world).flows[:, :, chosen].sum(2)
    return total


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
