"""What the model says the closure of the Suez canal did to trade by pair, to be set beside what happened.

One sector, the trade of 1964, trade elasticity and value of time at their central values: nothing is fitted here. The
cost of a pair is that of the cheapest way by sea and over land to the ports, t = (usd + v V days) / V; pairs without
the sea between them keep theirs. A country's own trade is its GDP less its exports; where GDP of 1964 is unknown, its
exports times the median of the others' GDP over exports stand for it. Only states that report exports in 1964 are in.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.evidence.sea_distance import between_hubs, network, over_countries
from landbridge.evidence.suez_panel import CANAL_STATES, PANEL, PORTS_OF, panel, without
from landbridge.parameters import central_values
from landbridge.trade.core import Array, TradeBaseline, solve

GDP = "trade/wdi.parquet"
BEFORE, CLOSED = 1964, 1972


@cache
def ad_valorem(avoid: tuple[str, ...] = ()) -> pd.DataFrame:
    """Cost of bringing goods from country to country as a share of their value, keeping out of some passages."""
    net, params = network(), central_values()
    value = params["value_per_teu_manufactures"]
    day = params["value_of_time"] * value
    land = params["usd_per_teu_km_road"] + day / 24 / params["road_speed_kmh"]
    cost = between_hubs(net, net.quantities.generalised_cost(params, day), land, avoid)
    return over_countries(net, cost / value)


@cache
def predicted(sources: Path) -> pd.DataFrame:
    """Log change of trade by the model, a frame [exporter, importer] over the states that report exports in 1964."""
    flows = _flows(sources)
    opened, shut = (
        ad_valorem(avoid).reindex(index=_ports(flows.index), columns=_ports(flows.columns)).to_numpy()
        for avoid in ((), ("suez",))
    )
    kappa = np.where(np.isfinite(opened), (1 + shut) / (1 + opened), 1.0)
    np.fill_diagonal(kappa, 1.0)
    baseline = TradeBaseline.from_flows(flows.to_numpy())
    found = solve(baseline, central_values()["trade_elasticity"], kappa=kappa, deficits="fixed")
    change = np.full(flows.shape, np.nan)
    traded = flows.to_numpy() > 0
    change[traded] = np.log(found.flows[:, :, 0][traded] / flows.to_numpy()[traded])
    return pd.DataFrame(change, flows.index, flows.columns)


@cache
def beside(sources: Path) -> pd.DataFrame:
    """Flows of 1964 and 1972 above zero in both: columns of ``panel`` and ``said``, zero in 1964.

    ``said`` in 1972 is the model's log change of the flow.
    """
    frame = without(panel(sources), CANAL_STATES)
    frame = frame[frame["year"].isin((BEFORE, CLOSED)) & (frame["trade"] > 0)]
    said = predicted(sources).rename_axis("exporter").melt(var_name="importer", value_name="said", ignore_index=False)
    frame = frame.merge(said.dropna().reset_index(), on=["exporter", "importer"])
    both = frame.groupby(["exporter", "importer"])["year"].transform("size") == 2
    return frame[both].assign(said=np.where(frame["year"] == CLOSED, frame["said"], 0.0)[both]).reset_index(drop=True)


@cache
def changes(sources: Path) -> pd.DataFrame:
    """One row a flow of ``beside``: ``said`` and ``happened``, log changes 1964-72, and both less effects of the ends.

    What is left after the effects of the exporter and of the importer is in ``said_alone`` and ``happened_alone``: a
    country's growth is nothing that the model speaks of.
    """
    frame = beside(sources).sort_values("year")
    grouped = frame.groupby(["exporter", "importer"])
    table = grouped.agg(said=("said", "last"), first=("trade", "first"), last=("trade", "last")).reset_index()
    table = table.assign(happened=np.log(table["last"] / table["first"]))
    ends = pd.get_dummies(table[["exporter", "importer"]]).to_numpy(float)
    alone = {f"{name}_alone": _residual(table[name].to_numpy(), ends) for name in ("said", "happened")}
    return table.assign(**alone)


def _residual(values: Array, on: Array) -> Array:
    """What a least-squares fit on some columns leaves."""
    rest: Array = values - on @ np.linalg.lstsq(on, values, rcond=None)[0]
    return rest


def _flows(sources: Path) -> pd.DataFrame:
    """Trade of 1964 in USD with own trade: a square frame [exporter, importer] over the states that report exports."""
    frame = pd.read_parquet(sources / PANEL)
    frame = frame[frame["year"] == BEFORE]
    table = frame.pivot(index="exporter", columns="importer", values="value_usd")
    flows = table.reindex(columns=table.index).fillna(0.0)
    values = flows.to_numpy(copy=True)
    np.fill_diagonal(values, 0.0)
    wdi = pd.read_parquet(sources / GDP, columns=["iso3", "year", "gdp_usd"])
    gdp = wdi[(wdi["year"] == BEFORE) & wdi["iso3"].notna()].set_index("iso3")["gdp_usd"]
    exports = values.sum(1)
    openness = gdp.reindex(flows.index).to_numpy() / exports
    own = exports * (np.where(np.isfinite(openness), openness, np.nanmedian(openness)) - 1)
    np.fill_diagonal(values, own)
    return pd.DataFrame(values, flows.index, flows.columns)


def _ports(states: pd.Index) -> list[str]:
    return [PORTS_OF.get(state, state) for state in states]
