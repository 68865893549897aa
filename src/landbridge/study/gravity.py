"""Gravity on a world's trade and its own network: what distance, time and cost explain, and what one can learn from it.

The trade of a world and the costs of its network meet here: no model below knows the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from pandas import DataFrame

from landbridge.labels import one_of
from landbridge.network.choice import ad_valorem, general_day
from landbridge.network.model import Network
from landbridge.network.shippers import Shippers
from landbridge.parameters import Parameter, central_values, parameters
from landbridge.study.chain import components
from landbridge.trade.estimation import PanelFit, panel_fit
from landbridge.trade.gravity import vuong
from landbridge.trade.model import elasticities
from landbridge.trade.prediction import (
    PAIR,
    both_ways,
    carried_sectors,
    gravity_of_world,
    great_circle,
    predicted_against_actual,
    ratio,
    trade_of_pairs,
)
from landbridge.world import World

ALL_GOODS = "goods"
EFFECTS = (("exporter", "sector"), ("importer", "sector"))
CLEAR = 1.96  # standard errors that an estimate must lie from zero to be offered


@dataclass(frozen=True)
class Between:
    """What lies between two countries [exporter, importer]: nan where there is none, or a country is off the network.

    ``distance`` km over the sphere; ``days`` of the quickest set of modes on the network; ``t`` cost of transport as a
    share of value by sector carried, and its parts, ``hours`` and ``money`` [exporter, importer, sector].
    """

    distance: xr.DataArray
    days: xr.DataArray
    t: xr.DataArray
    hours: xr.DataArray
    money: xr.DataArray

    @classmethod
    def of(cls, world: World) -> Between:
        """Measure a world's network at the central values of the parameters."""
        params = central_values()
        costs = Network.from_world(world).country_costs(params)
        sectors = carried_sectors(world)
        days = costs.days_and_usd(general_day(params))[0].min(axis=0)
        days[~np.isfinite(days) | (days <= 0)] = np.nan
        t = ad_valorem(costs, params, sectors)
        parts = components([Shippers(1.0, costs)], t, params, sectors)
        here = {"exporter": world.countries, "importer": world.countries}

        def by_sector(values: np.ndarray) -> xr.DataArray:
            known = np.where(np.isnan(days)[:, :, None], np.nan, values)
            return xr.DataArray(known, coords={**here, "sector": sectors}, dims=(*PAIR, "sector"))

        return cls(
            distance=great_circle(world),
            days=xr.DataArray(days, coords=here, dims=PAIR),
            t=by_sector(t),
            hours=by_sector(parts["hours"]),
            money=by_sector(parts["money"]),
        )

    def costs(self, world: World, sectors: Sequence[str] | None) -> dict[str, xr.DataArray]:
        """What trade of these sectors (None: all goods) may fall with, by name: distance, time, and cost 1 + t.

        The cost of several sectors is that of the world's mix of them; sectors not carried have none of their own.
        """
        chosen = [name for name in sectors or self.t["sector"].values if name in self.t["sector"]]
        found = {"distance": self.distance, "time": self.days}
        if not chosen:
            return found
        trade = world.table("trade")
        mix = trade[trade["exporter"] != trade["importer"]].groupby("sector")["value_musd"].sum()[chosen]
        weights = xr.DataArray(mix.to_numpy(), coords={"sector": chosen}, dims="sector")
        return {**found, "cost": 1.0 + self.t.sel(sector=chosen).weighted(weights).mean("sector", skipna=False)}


def gravity_table(world: World, sector: Sequence[str] = (ALL_GOODS,)) -> DataFrame:
    """Trade of every pair of countries against what gravity predicts for it.

    Args:
        sector: each is looked at by itself; "goods" are all that are carried, together.

    Returns:
        Rows ``country``, ``partner``, ``sector``, ``direction`` (exports, imports, both), ``by`` (size; then size and
        distance, time or cost), ``actual_musd``, ``predicted_musd``, ``ratio`` actual over predicted, ``status``: a
        "modelled" flow follows gravity by construction and proves nothing. Predictions are empty for countries without
        observed trade, and where there is no way.

    Raises:
        InputError: an unknown sector.
        SolveError: gravity has no estimate.
    """
    between = Between.of(world)
    return pd.concat([_predictions(world, between, name) for name in sector], ignore_index=True)


def _predictions(world: World, between: Between, sector: str) -> DataFrame:
    """The rows of one sector."""
    name, sectors = _group(world, sector)
    exports = predicted_against_actual(world, between.costs(world, sectors), sectors)
    both = both_ways(exports)
    imports = exports.rename(exporter="importer", importer="exporter").transpose("by", *PAIR)
    table = xr.concat([exports, imports, both], pd.Index(["exports", "imports", "both"], name="direction"))
    table = table.assign(ratio=ratio(table)).rename(exporter="country", importer="partner")
    rows = table.to_dataframe(dim_order=["country", "partner", "direction", "by"]).reset_index()
    rows = rows[rows["country"] != rows["partner"]].assign(sector=name)
    rows["status"] = np.where(rows["observed"], "observed", "modelled")
    rows = rows.rename(columns={"actual": "actual_musd", "predicted": "predicted_musd"})
    return rows[["country", "partner", "sector", "direction", "by", "actual_musd", "predicted_musd", "ratio", "status"]]


def _group(world: World, name: str) -> tuple[str, list[str] | None]:
    """A sector as spelt in the world, or "goods"; and the sectors that it stands for."""
    found = one_of(name, [ALL_GOODS, *world.sectors], "sector")
    return found, None if found == ALL_GOODS else [found]


def gravity_fits(world: World, sector: Sequence[str] | None = None) -> DataFrame:
    """What explains observed trade: distance, time or cost; alone, and distance with each of the others.

    Returns:
        Rows by ``sector`` ("goods" are all that is carried) and ``by`` (what stands in the estimate): the elasticity
        of trade to ``of`` and its ``standard_error``, ``deviance_explained``, ``observations``, and
        ``better_than_distance``: the statistic of Vuong (1989), above 1.96 clearly better, below -1.96 clearly worse.

    Raises:
        InputError: an unknown sector.
    """
    between = Between.of(world)
    rows = []
    for given in sector or (ALL_GOODS, *world.sectors):
        name, sectors = _group(world, given)
        costs = between.costs(world, sectors)
        trade = np.where(*trade_of_pairs(world, sectors)[::-1], np.nan)
        single = {by: gravity_of_world(world, {by: cost}, sectors) for by, cost in costs.items()}
        joint = {
            f"distance and {by}": gravity_of_world(world, {"distance": costs["distance"], by: cost}, sectors)
            for by, cost in costs.items()
            if by != "distance"
        }
        for by, fit in {**single, **joint}.items():
            better = vuong(trade, fit, single["distance"]) if by in single and by != "distance" else np.nan
            for position, of in enumerate(fit.names):
                estimate = (float(fit.coefficient[position]), float(fit.standard_error[position]))
                rows.append((name, by, of, *estimate, fit.deviance_explained, better, fit.observations))
    columns = ["sector", "by", "of", "elasticity", "standard_error"]
    return pd.DataFrame(rows, columns=[*columns, "deviance_explained", "better_than_distance", "observations"])


def gravity_parameters(world: World) -> DataFrame:
    """The trade elasticity and the value of time that a world's trade pattern suggests, in several ways.

    Flows of all goods together, E[X_ijs] = exp(a_is + b_js - theta r_s ln(1 + t_ijs)), r_s being the elasticity of the
    sector relative to the others; or, for the value v of a day, with r_s (money_ijs + v days_ijs) in place of the
    logarithm.
    Errors are related within exporters and within importers. See docs/trade.md on what this does not identify.

    Returns:
        Rows ``parameter``, ``holding`` (what is held constant besides exporter and importer by sector), ``estimate``,
        ``standard_error``, ``observations``, ``verdict``, and ``toml``: a line for [uncertainty] where distance is held
        constant and the estimate is clear of zero and within the parameter's published range; empty otherwise.

    Raises:
        MissingExtraError: pyfixest is not installed.
        InputError, SolveError: see ``panel_fit``.
    """
    flows = _observed_flows(world, Between.of(world))
    pair = (*EFFECTS, PAIR)
    elasticity, value = parameters()["trade_elasticity"], parameters()["value_of_time"]
    return pd.DataFrame(
        [
            _row(world, elasticity, "nothing", *_minus(panel_fit(flows, ["cost"], effects=EFFECTS))),
            _row(world, elasticity, "distance", *_minus(panel_fit(flows, ["cost", "distance"], effects=EFFECTS))),
            _row(world, elasticity, "pair", *_minus(panel_fit(flows, ["cost"], effects=pair))),
            _row(world, value, "nothing", *_quotient(panel_fit(flows, ["days", "money"], effects=EFFECTS))),
            _row(
                world, value, "distance", *_quotient(panel_fit(flows, ["days", "money", "distance"], effects=EFFECTS))
            ),
        ]
    )


def _observed_flows(world: World, between: Between) -> DataFrame:
    """A row per observed flow of goods between countries whose cost is known."""
    params = central_values()
    trade = world.table("trade")
    trade = trade[trade["sector"].isin(carried_sectors(world)) & (trade["exporter"] != trade["importer"])]
    if "status" in trade:
        trade = trade[trade["status"] != "modelled"]
    at = {dim: xr.DataArray(trade[dim].to_numpy(), dims="flow") for dim in (*PAIR, "sector")}
    pair = {dim: at[dim] for dim in PAIR}
    relative = elasticities(world, params) / params["trade_elasticity"]
    weight = xr.DataArray(relative, coords=[world.sectors], dims="sector").sel(sector=at["sector"])
    rows = trade[[*PAIR, "sector"]].assign(
        trade=trade["value_musd"],
        cost=(weight * xr.DataArray(np.log1p(between.t.sel(at)))).to_numpy(),
        days=(weight * between.hours.sel(at) / params["value_of_time"]).to_numpy(),
        money=(weight * between.money.sel(at)).to_numpy(),
        distance=np.log(between.distance.sel(pair).to_numpy()),
    )
    known = np.isfinite(rows[["cost", "days", "money", "distance"]].to_numpy()).all(axis=1)
    return rows.loc[known].reset_index(drop=True)


def _minus(fit: PanelFit) -> tuple[float, float, int]:
    """The elasticity, its standard error, and the number of flows."""
    return -float(fit.coefficient[0]), float(fit.standard_error[0]), fit.observations


def _quotient(fit: PanelFit) -> tuple[float, float, int]:
    """The first coefficient over the second, its standard error by the delta method, and the number of flows."""
    upper, lower = fit.coefficient[:2]
    slope = np.array([1 / lower, -upper / lower**2])
    return float(upper / lower), float(np.sqrt(slope @ fit.covariance[:2, :2] @ slope)), fit.observations


def _row(
    world: World, parameter: Parameter, holding: str, estimate: float, error: float, observations: int
) -> dict[str, object]:
    low, high = parameter.range
    if holding == "nothing":
        verdict = "stands for all that grows with distance"
    elif estimate < CLEAR * error:
        verdict = "of the wrong sign" if estimate < -CLEAR * error else "not clear of zero"
    elif not low <= estimate <= high:
        verdict = f"outside the published range, {low:g} to {high:g}"
    else:
        verdict = "usable"
    source = f"gravity on world {world.name}, {observations:,} flows, holding {holding} constant (see docs/trade.md)"
    line = (
        f"{parameter.name} = {{ lognormal = {{ median = {estimate:.4g}, sigma = {error / estimate:.3g} }}, "
        f'source = "{source}" }}'
    )
    return {
        "parameter": parameter.name,
        "holding": holding,
        "estimate": estimate,
        "standard_error": error,
        "observations": observations,
        "verdict": verdict,
        "toml": line if verdict == "usable" else "",
    }
