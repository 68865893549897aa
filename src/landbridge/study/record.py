"""What a run keeps of solved scenarios: everything at the central values, and of every draw the numbers asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from landbridge.labels import MAIN_MODES
from landbridge.network.coded import links_of
from landbridge.network.loads import both_ways
from landbridge.network.model import Network
from landbridge.network.paths import Routes
from landbridge.network.shippers import assign_by_kind
from landbridge.study.alignment import Politics, alignment_in_a_draw
from landbridge.study.chain import Chain, Solved, among, components, shipment
from landbridge.study.exposure import exposures, exposures_among
from landbridge.study.schema import BASELINE
from landbridge.trade.decomposition import REVENUE, contributions

Array = NDArray[np.float64]
SAME, NEW, CHANGED, CLOSED = range(4)  # what a scenario does to a link
CAUSES = (
    "hours",
    "money",
    "policy cost",
    "tariff",
    "productivity",
    "terms of trade",
    "closed supply",
    REVENUE,
)
NO_SECTOR = "(none)"


def central_values_of(chain: Chain, scenarios: Sequence[str], watched: Sequence[str]) -> xr.Dataset:
    """Every quantity of some of a chain's scenarios at the central values of the parameters.

    ``contribution``, why real incomes change, for the watched countries only. Exposure, which is the baseline's, comes
    with that one.
    """
    solved = {found.scenario: found for found in chain.solve(chain.central)}
    routes = chain.routes(scenarios)
    parts = [_scenario(chain, solved[scenario], solved[BASELINE], watched, routes[scenario]) for scenario in scenarios]
    data: xr.Dataset = xr.concat(parts, dim="scenario", join="override", coords="minimal", compat="override")
    if BASELINE in scenarios:
        data = data.assign(exposures(chain.model, _places(chain, watched), _goods(chain))).assign_coords(
            exporter=list(chain.model.countries), importer=list(chain.model.countries)
        )
    return data.assign_coords(scenario=list(scenarios), **_links(chain))


def _goods(chain: Chain) -> NDArray[np.intp]:
    """Positions of the sectors that travel on the network."""
    return np.flatnonzero([f"value_per_teu_{sector}" in chain.central for sector in chain.sectors])


def _places(chain: Chain, watched: Sequence[str]) -> NDArray[np.intp]:
    return np.array([chain.model.countries.index(code) for code in watched], dtype=np.intp)


def _scenario(
    chain: Chain, found: Solved, baseline: Solved, watched: Sequence[str], routes: Sequence[Mapping[str, Routes]]
) -> xr.Dataset:
    trade, sectors = found.trade, chain.sectors
    pair = ("country", "partner")
    flows = trade.equilibrium.flows
    met = shipment(found.shippers, trade.equilibrium.baseline.flows, chain.central, sectors)
    variant = chain.variant_of[found.scenario]
    changes = link_changes(chain.variants.networks[variant], chain.network(BASELINE))
    costs = [kind.costs for kind in found.shippers]
    loads = assign_by_kind(chain.variants, chain.kinds[found.scenario], flows, chain.central, costs, routes)
    return xr.Dataset(
        {
            "real_income": ("country", trade.real_income.to_numpy()),
            "real_wage": ("country", trade.real_wage.to_numpy()),
            "terms_of_trade": ("country", trade.terms_of_trade.to_numpy()),
            "volume_of_trade": ("country", trade.volume_of_trade.to_numpy()),
            "spending": ("country", trade.equilibrium.expenditure),
            "wage": ("country", 100 * (trade.equilibrium.wage - 1)),
            "cut_off": ("country", trade.equilibrium.cut_off | np.isin(costs[0].countries, costs[0].cut_off())),
            "flow": ((*pair, "sector"), flows),
            "trade_cost": ((*pair, "sector"), _single(100 * found.transport)),
            "cost_change": ((*pair, "sector"), _single(100 * (trade.kappa - 1))),
            "travel_days": (pair, _single(met["travel_days"])),
            "freight_usd": (pair, _single(met["freight_usd"])),
            "mode_share": ((*pair, "mode"), _single(met["mode_share"])),
            "residual": ((), trade.residual),
            "contribution": (
                ("watched", "cause", "partner", "why_sector"),
                _contributions(chain, found, baseline, watched),
            ),
            "passage_load": ("passage", loads.passage),
            "passage_share": (("country", "passage"), _single(loads.share.T)),
            "link_load": ("link", _on_all_links(chain, variant, _single(loads.link))),
            "link_change": ("link", _on_all_links(chain, variant, changes)),
        },
        coords={
            "country": list(chain.model.countries),
            "partner": list(chain.model.countries),
            "sector": sectors,
            "why_sector": [*sectors, NO_SECTOR],
            "carried": ("sector", [f"value_per_teu_{sector}" in chain.central for sector in sectors]),
            "mode": list(MAIN_MODES),
            "watched": list(watched),
            "cause": list(CAUSES),
            "passage": loads.passages,
        },
    )


def _single(values: Array) -> NDArray[np.float32]:
    """Single precision, enough for levels that are only looked at."""
    return values.astype(np.float32)


def _contributions(chain: Chain, found: Solved, baseline: Solved, watched: Sequence[str]) -> NDArray[np.float32]:
    """Percentage points of real income [watched, cause, partner, sector]; they add up to its change."""
    countries = list(chain.model.countries)
    points = np.zeros((len(watched), len(CAUSES), len(countries), len(chain.sectors) + 1), dtype=np.float32)
    if found.scenario == BASELINE:
        return points
    split = tuple(components(side.shippers, side.transport, chain.central, chain.sectors) for side in (baseline, found))
    for row, code in enumerate(watched):
        n = countries.index(code)
        with np.errstate(invalid="ignore"):  # pairs that no route joins, before or after, have no split
            why = contributions(found.trade, n, split)
        for cause, values in why.points.items():
            points[row, CAUSES.index(cause), :, :-1] = values
        points[row, CAUSES.index(REVENUE), n, -1] = why.revenue
    return points


def _links(chain: Chain) -> dict[str, Any]:
    """Labels and ends of all links: those of the baseline by number, those a scenario adds by its name and number."""
    variants, count = chain.variants, len(chain.variants.networks[0].km)
    label = np.array([*map(str, range(count)), *[""] * (variants.n_links - count)], dtype=object)
    columns = {name: np.zeros(variants.n_links, dtype=np.float32) for name in ("lat0", "lon0", "lat1", "lon1")}
    running = np.full(variants.n_links, "", dtype=object)
    for scenario, variant in reversed(list(chain.variant_of.items())):
        network, own = variants.networks[variant], variants.own_links[variant]
        label[own[count:]] = [f"{scenario}:{number}" for number in range(count, len(own))]
        running[own] = network.running
        for side, end in (("0", network.tail), ("1", network.head)):
            columns[f"lat{side}"][own], columns[f"lon{side}"][own] = network.lat[end], network.lon[end]
    return {
        "link": label,
        "link_mode": ("link", running),
        **{name: ("link", values) for name, values in columns.items()},
    }


def _on_all_links(chain: Chain, variant: int, values: NDArray[Any]) -> NDArray[Any]:
    """Values of a variant's links among those of all variants, zero elsewhere."""
    among_all = np.zeros(chain.variants.n_links, dtype=values.dtype)
    among_all[chain.variants.own_links[variant]] = values
    return among_all


def link_changes(network: Network, before: Network) -> NDArray[np.int8]:
    """What a scenario does to each of its links: 0 nothing, 1 new, 2 faster, slower, dearer or of a
    stated capacity, 3 closed to all shippers or a share of them."""
    change = np.full(len(network.km), NEW, dtype=np.int8)
    count = len(before.km)
    mine, theirs = (links_of(side.world).iloc[:count] for side in (network, before))
    changed = np.zeros(count, dtype=bool)
    for column in ("speed_factor", "hours_override", "usd_override", "speed_kmh_override", "risk_hours", "capacity"):
        new, old = (side[column].to_numpy(dtype=float) for side in (mine, theirs))
        changed |= (new != old) & ~(np.isnan(new) & np.isnan(old))
    change[:count] = np.where(changed, CHANGED, SAME)
    closed = ~network.open | (network.avoided > 0.0)
    change[:count][closed[:count] & before.open] = CLOSED
    return change


@dataclass(frozen=True)
class Record:
    """What is kept of one draw: arrays by scenario first, pairs among the watched countries only.

    Exposure, which is the baseline's, is not by scenario.
    """

    real_income: Array
    real_wage: Array
    trade: Array
    travel_days: Array
    freight_usd: Array
    mode_share: Array
    residual: Array
    exposure_income: Array
    exposure_real_income: Array
    exposure_trade_cost: Array
    alignment_shift: Array
    expected_accessions: Array
    expected_departures: Array


_HEAD = ("scenario", "draw")
_PAIR = (*_HEAD, "watched", "watched_partner")
RECORD_DIMS: dict[str, tuple[str, ...]] = {
    "real_income": (*_HEAD, "country"),
    "real_wage": (*_HEAD, "country"),
    "trade": _PAIR,
    "travel_days": _PAIR,
    "freight_usd": _PAIR,
    "mode_share": (*_PAIR, "mode"),
    "residual": _HEAD,
    "exposure_income": ("draw", "watched", "watched_partner"),
    "exposure_real_income": ("draw", "watched", "watched_partner"),
    "exposure_trade_cost": ("draw", "watched", "watched_exporter", "watched_importer"),
    "alignment_shift": _PAIR,
    "expected_accessions": (*_HEAD, "institution"),
    "expected_departures": (*_HEAD, "institution"),
}


def record(
    chain: Chain,
    politics: Politics,
    params: Mapping[str, float],
    coefficients: Mapping[str, Array],
    watched: Sequence[str],
) -> Record:
    """Solve every scenario of a chain at these parameters, and what follows at these coefficients of alignment."""
    positions, goods = _places(chain, watched), _goods(chain)
    solved = list(chain.solve(params, positions))
    rows = [_row(chain, found, params, positions, goods) for found in solved]
    by_scenario = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    flows = {found.scenario: found.trade.equilibrium.flows for found in solved}
    return Record(
        **by_scenario,
        **exposures_among(solved[0].trade.model, positions, goods),
        **alignment_in_a_draw(politics, flows, coefficients),
    )


def _row(
    chain: Chain, found: Solved, params: Mapping[str, float], positions: NDArray[np.intp], goods: NDArray[np.intp]
) -> dict[str, Any]:
    square = np.ix_(positions, positions)
    some = [replace(kind, costs=among(kind.costs, positions)) for kind in found.shippers]
    equilibrium = found.trade.equilibrium
    before, after = (
        both_ways(flows[..., goods].sum(axis=2)[square]) for flows in (equilibrium.baseline.flows, equilibrium.flows)
    )
    return {
        "real_income": 100 * (equilibrium.real_income - 1),
        "real_wage": 100 * (equilibrium.real_wage - 1),
        "trade": 100 * (np.divide(after, before, out=np.full_like(before, np.nan), where=before > 0) - 1),
        **shipment(some, equilibrium.baseline.flows[square], params, chain.sectors),
        "residual": np.asarray(found.trade.residual),
    }
