"""Which sets of modes goods choose from, and what transport adds to their price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.labels import MAIN_MODES

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CountryCosts:
    """Transport between countries by main mode (sea, rail, road): arrays [mode, i, j] over ``countries``.

    ``days`` and ``usd`` (per TEU) of the cheapest route that may use this mode and those after it; ``inf`` where
    there is none. ``uses`` share of hub pairs whose route takes the mode when it may; ``reachable`` share of hub
    pairs, weighted by people, that a route joins at all.
    """

    countries: list[str]
    days: Floats
    usd: Floats
    uses: Floats
    reachable: Floats

    def cut_off(self) -> list[str]:
        """Countries that no other country can reach by any mode."""
        joined = np.isfinite(self.days).any(axis=0) & ~np.eye(len(self.countries), dtype=bool)
        return [self.countries[position] for position in np.flatnonzero(~joined.any(axis=1))]


def _weights(params: Mapping[str, float]) -> Floats:
    """Share of shipments that may use any mode, land modes only, road only: [3], summing to one."""
    land, road = params["shipments_land_only"], params["shipments_road_only"]
    return np.array([1.0 - land - road, land, road])


def _terms(cost: Floats, params: Mapping[str, float]) -> tuple[Floats, Floats]:
    """Cheapest cost [pairs] and a_m (g_m / g_cheapest)^-sigma [mode, pairs]; zero where a set has no route."""
    best = cost.min(axis=0)
    ratio = np.divide(cost, best, out=np.full_like(cost, np.inf), where=(best > 0.0) & np.isfinite(best))
    return best, _weights(params)[:, None] * ratio ** -params["mode_dispersion"]


def ad_valorem(
    costs: CountryCosts,
    params: Mapping[str, float],
    sectors: Sequence[str],
    near: tuple[CountryCosts, Floats] | None = None,
) -> Floats:
    """Transport cost t [i, j, s] as a share of the value of the goods; a day costs ``value_of_time`` of it.

    g_m = usd_m + v V_s days_m for each set of modes m, and
    t_s = (sum_m a_m g_m^-sigma)^(-1/sigma) / V_s with shares of shipments a_m that sum to one: the mean over
    shippers whose tastes for a set are Frechet with shape sigma. Where all sets give the same route, t is its cost;
    a set without a route counts nothing. Sectors without a ``value_per_teu_`` parameter (services) and trade
    within a country pay nothing; ``inf`` where no route exists.

    ``near``: other costs and their t at the same parameters; pairs that cost the same keep it, for speed.
    """
    count = len(costs.countries)
    one, other = np.triu_indices(count, 1)
    days, usd = costs.days[:, one, other], costs.usd[:, one, other]
    cost_of = np.zeros((count, count, len(sectors))) if near is None else near[1].copy()
    if near is not None:
        same = (days == near[0].days[:, one, other]).all(0) & (usd == near[0].usd[:, one, other]).all(0)
        one, other, days, usd = one[~same], other[~same], days[:, ~same], usd[:, ~same]
    for position, sector in enumerate(sectors):
        value = params.get(f"value_per_teu_{sector}")
        if value is None:
            continue
        best, terms = _terms(usd + params["value_of_time"] * value * days, params)
        total = terms.sum(axis=0)
        mean = np.where(np.isfinite(best), 0.0, np.inf)
        inverse = -1.0 / params["mode_dispersion"]
        mean[total > 0.0] = best[total > 0.0] * total[total > 0.0] ** inverse
        cost_of[one, other, position] = cost_of[other, one, position] = mean / value
    return cost_of


def mode_shares(costs: CountryCosts, params: Mapping[str, float], sectors: Sequence[str]) -> Floats:
    """Share [mode, i, j, s] of a pair's trade that goes by sea, rail or road as its main mode.

    Shipments of a set go by the mode that the set adds where its route takes that mode, else with the next set.
    Zero where nothing is carried: services, trade within a country, pairs without a route.
    """
    count = len(costs.countries)
    shares = np.zeros((len(MAIN_MODES), count, count, len(sectors)))
    for position, sector in enumerate(sectors):
        value = params.get(f"value_per_teu_{sector}")
        if value is None:
            continue
        shares[:, :, :, position] = main_modes(set_shares(costs, params, value), costs.uses)
    return shares


def set_shares(costs: CountryCosts, params: Mapping[str, float], value: float) -> Floats:
    """Share [set, i, j] of goods of this value per TEU whose shippers choose each set of modes."""
    count = len(costs.countries)
    cost = (costs.usd + params["value_of_time"] * value * costs.days).reshape(len(MAIN_MODES), -1)
    _, terms = _terms(cost, params)
    total = terms.sum(axis=0)
    return np.divide(terms, total, out=np.zeros_like(terms), where=total > 0.0).reshape(-1, count, count)


def main_modes(chosen: Floats, uses: Floats) -> Floats:
    """Shares [mode, i, j] by main mode from shares by set: what a set's own mode does not carry moves to the next."""
    moved = np.zeros_like(chosen)
    rest = np.zeros_like(chosen[0])
    for position in range(len(chosen)):
        here = chosen[position] + rest
        taken = uses[position] if position < len(chosen) - 1 else 1.0
        moved[position], rest = here * taken, here * (1.0 - taken)
    return moved


def cost_change(before: Floats, after: Floats) -> Floats:
    """kappa = (1 + t') / (1 + t), by which iceberg trade cost is multiplied; ``inf`` where a route is lost.

    A pair without a route before keeps kappa = 1: there is no trade whose change could be computed.
    """
    known = np.isfinite(before)
    return np.divide(1.0 + after, 1.0 + before, out=np.ones_like(before), where=known)
