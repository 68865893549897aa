"""Which way goods go - by sea, rail, road or air - and what transport adds to their price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.labels import MAIN_MODES

Floats = NDArray[np.float64]

SETS = len(MAIN_MODES) - 1  # sets of modes on the network: sea, rail, road; the air is beside it
PIPED = ("fuels", "oil_gas")  # sectors of which a pipeline carries part
RAW = ("fuels", "coal", "oil_gas", "refined_fuels", "metal_ores", "other_mining")  # sectors of which all is bulk
FOOD = ("agriculture", "crops", "forestry", "fishing", "food")  # sectors of which less is urgent than of manufactures


@dataclass(frozen=True)
class Goods:
    """Goods of one class in one sector: general, bulk or time-sensitive.

    ``sector`` position of the sector; ``share`` of its value that is of this class; ``value`` USD per TEU;
    ``per_day`` what a day is worth, USD per TEU.
    """

    sector: int
    share: float
    value: float
    per_day: float


def goods_of(params: Mapping[str, float], sectors: Sequence[str]) -> list[Goods]:
    """The goods that travel: classes of every sector with a ``value_per_teu_`` parameter, general ones first.

    Bulk and time-sensitive goods are so many times as valuable by the TEU, and a day of theirs as dear a share of it,
    as their parameters say. General goods are what is left: their value is such that a TEU of the sector is worth
    ``value_per_teu_`` on average, sum of share / ratio = 1. ``RAW`` materials are one class: bulk.

    Raises:
        InputError: the classes' shares and values leave no such general goods.
    """
    raw = [(1.0, 1.0, params["value_of_time_ratio_bulk"])]
    food, worked = (_classes(params, urgent) for urgent in ("share_time_sensitive_food", "share_time_sensitive"))
    found = []
    for position, sector in enumerate(sectors):
        mean = params.get(f"value_per_teu_{sector}")
        if mean is not None:
            for share, ratio, day in raw if sector in RAW else food if sector in FOOD else worked:
                found.append(Goods(position, share, ratio * mean, day * params["value_of_time"] * ratio * mean))
    return found


def _classes(params: Mapping[str, float], urgent: str) -> list[tuple[float, float, float]]:
    """Share of the value, value over the mean, and value of time over that of general goods: general goods first."""
    special = [
        (params[share], params[f"value_ratio_{name}"], params[f"value_of_time_ratio_{name}"])
        for name, share in (("bulk", "share_bulk"), ("time_sensitive", urgent))
    ]
    rest, room = 1.0 - sum(share for share, *_ in special), 1.0 - sum(share / ratio for share, ratio, _ in special)
    if rest <= 0.0 or room <= 0.0:
        raise InputError(
            f"The parameters share_bulk, {urgent} and value_ratio_bulk, value_ratio_time_sensitive leave "
            f"{100 * rest:.0f} % of the value and {100 * room:.0f} % of the TEU to general goods; both must be above "
            "zero."
        )
    return [(rest, rest / room, 1.0), *special]


def general_day(params: Mapping[str, float]) -> float:
    """What a day of general manufactures is worth, USD per TEU."""
    return goods_of(params, ["manufactures"])[0].per_day


def worth_of_days(params: Mapping[str, float], sectors: Sequence[str]) -> tuple[float, float, float]:
    """Worths of a day for which routes are found, USD per TEU: the least and the greatest among goods, and between
    them that of general manufactures; at least 1 % apart.

    Of many sectors the cheapest and the dearest eighth are left out, so that a few extreme goods do not bend the costs
    of all that lie between. Where no sector has a value of its own, manufactures stand for all.
    """
    carried = [sector for sector in sectors if f"value_per_teu_{sector}" in params] or ["manufactures"]
    carried.sort(key=lambda sector: params[f"value_per_teu_{sector}"])
    middle = carried[len(carried) // 8 : len(carried) - len(carried) // 8]
    days = [goods.per_day for goods in goods_of(params, middle)]
    general = general_day(params)
    return min(*days, 0.99 * general), general, max(*days, 1.01 * general)


@dataclass(frozen=True)
class CountryCosts:
    """Transport between countries: arrays by worth of a day, main mode (sea, rail, road) and pair [k, mode, i, j].

    ``cost`` USD per TEU of goods of which a day is worth ``worths`` [k], of the cheapest route that may use this mode
    and those after it, ``inf`` where there is none; ``uses`` share of hub pairs whose route takes the mode when it
    may. ``reachable`` [mode, i, j] share of hub pairs, weighted by people, that a route joins at all; ``air_km``
    [i, j] over the sphere; ``piped`` [i, j] share of the trade in fuels that goes by pipeline.
    """

    countries: list[str]
    worths: tuple[float, ...]
    cost: Floats
    uses: Floats
    reachable: Floats
    air_km: Floats
    piped: Floats

    def cut_off(self) -> list[str]:
        """Countries that no other country can reach by any mode."""
        joined = np.isfinite(self.cost[0]).any(axis=0) & ~np.eye(len(self.countries), dtype=bool)
        return [self.countries[position] for position in np.flatnonzero(~joined.any(axis=1))]

    def days_and_usd(self, per_day: float) -> tuple[Floats, Floats]:
        """Mean days and USD per TEU [mode, i, j] of the routes of goods near this worth of a day; ``inf`` without one.

        By the envelope theorem days are the slope of the cost between the two worths around it.
        """
        at = min(max(int(np.searchsorted(self.worths, per_day)) - 1, 0), len(self.worths) - 2)
        low, high = self.cost[at], self.cost[at + 1]
        joined = np.isfinite(low)
        days = np.subtract(high, low, out=np.full_like(low, np.inf), where=joined)
        days /= self.worths[at + 1] - self.worths[at]
        return days, np.subtract(low, self.worths[at] * days, out=np.full_like(low, np.inf), where=joined)

    def off_network(self, sectors: Sequence[str]) -> Floats:
        """Share [i, j, s] of trade that goes by pipeline."""
        share = np.zeros((*self.piped.shape, len(sectors)))
        share[:, :, [position for position, sector in enumerate(sectors) if sector in PIPED]] = self.piped[:, :, None]
        return share

    def of_ways(self, goods: Goods, params: Mapping[str, float]) -> Floats:
        """What each way costs goods [way, i, j], USD per TEU, a day at its worth: three sets of modes, and the air.

        ``inf`` where a set has no route, and by air where no set has one: who can fly there nobody says.
        """
        return _ways(self.cost, self.air_km, goods, self.worths, params)


def weights(worths: Sequence[float], per_day: float) -> Floats:
    """Weights [k] by which costs at some worths of a day make that at ``per_day``: linear between the two around it.

    No weight is negative, so that no way gets dearer where a link gets cheaper. Below the least worth the cost is that
    of the least; beyond the greatest it grows in proportion, as it does where time is nearly all of it.
    """
    at = np.interp(per_day, worths, np.arange(len(worths)))
    hats = np.maximum(1.0 - np.abs(at - np.arange(len(worths))), 0.0)
    return hats * max(per_day / worths[-1], 1.0)


def _ways(cost: Floats, air_km: Floats, goods: Goods, worths: Sequence[float], params: Mapping[str, float]) -> Floats:
    surface = sum(weight * cost[at] for at, weight in enumerate(weights(worths, goods.per_day)) if weight > 0.0)
    per_tonne = params["air_usd_per_tonne"] + params["air_usd_per_tonne_km"] * air_km
    air = params["tonnes_per_teu"] * per_tonne + goods.per_day * params["air_hours"] / 24.0
    return np.concatenate([surface, np.where(np.isfinite(surface).any(axis=0), air, np.inf)[None]])


def mean_cost(ways: Floats, params: Mapping[str, float]) -> tuple[Floats, Floats]:
    """What an average shipper pays [...] who chooses among ways [way, ...], and the share of each way [way, ...].

        mean = (sum_m a_m g_m^-sigma)^(-1/sigma)        p_m = a_m (g_m / mean)^-sigma

    with a_m the shares of shippers who may use a set of modes, summing to one, and one for the air: tastes for a way
    are Frechet with shape sigma. Where all sets give one route, it is the cost of that route, but for the air.
    ``inf`` where there is no way; zero, and no shares, where the best costs nothing (at home).
    """
    land, road = params["shipments_land_only"], params["shipments_road_only"]
    may_use = np.array([1.0 - land - road, land, road, 1.0]).reshape(-1, *[1] * (ways.ndim - 1))
    mean = ways.min(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        chosen = (mean / ways) ** params["mode_dispersion"]
        chosen *= may_use
        total = chosen.sum(axis=0)
        chosen /= total
        factor = total ** (-1.0 / params["mode_dispersion"])
    none = ~(total > 0.0)
    factor[none], chosen[:, none] = 1.0, 0.0
    return mean * factor, chosen


def ad_valorem(
    costs: CountryCosts,
    params: Mapping[str, float],
    sectors: Sequence[str],
    near: tuple[CountryCosts, Floats] | None = None,
) -> Floats:
    """Transport cost t [i, j, s] as a share of the value of the goods; a day costs ``value_of_time`` of it.

    The mean over the sector's classes of ``mean_cost`` over value, by their shares of the value; what goes by pipeline
    pays nothing here, since no change of the network moves it. Sectors without a ``value_per_teu_`` parameter
    (services) and trade within a country pay nothing; ``inf`` where no route exists.

    ``near``: other costs and their t at the same parameters; pairs that cost the same keep it, for speed.
    """
    count = len(costs.countries)
    differs = np.ones((count, count), dtype=bool) if near is None else (costs.cost != near[0].cost).any(axis=(0, 1))
    one, other = np.nonzero(np.triu(differs, 1))
    cost = np.ascontiguousarray(costs.cost[:, :, one, other])
    cost_of = np.zeros((count, count, len(sectors))) if near is None else near[1].copy()
    found = np.zeros((len(sectors), len(one)))
    for goods in goods_of(params, sectors):
        mean, _ = mean_cost(_ways(cost, costs.air_km[one, other], goods, costs.worths, params), params)
        found[goods.sector] += goods.share / goods.value * mean
    by_network = 1.0 - costs.off_network(sectors)
    cost_of[one, other], cost_of[other, one] = found.T * by_network[one, other], found.T * by_network[other, one]
    return cost_of


def by_main_mode(
    costs: CountryCosts, params: Mapping[str, float], sectors: Sequence[str], flows: Floats
) -> tuple[Floats, Floats]:
    """Trade ``flows`` [i, j, s] by main mode [mode, i, j], its value and its TEU: by sea, rail or road, or by air.

    Shipments of a set go by the mode that the set adds where its route takes that mode, else with the next set. What
    goes by pipeline is left aside, and nothing is carried of services, within a country, or where there is no route.
    """
    value, teu = np.zeros((2, len(MAIN_MODES), *costs.piped.shape))
    carried = flows * (1.0 - costs.off_network(sectors))
    for goods in goods_of(params, sectors):
        _, chosen = mean_cost(costs.of_ways(goods, params), params)
        moved = goods.share * main_modes(chosen, costs, goods.per_day) * carried[..., goods.sector]
        value += moved
        teu += moved / goods.value
    return value, teu


def main_modes(chosen: Floats, costs: CountryCosts, per_day: float) -> Floats:
    """Shares [mode, i, j] by main mode from shares by way: what a set's own mode does not carry moves to the next."""
    near = weights(costs.worths, per_day)
    uses = np.tensordot(near / near.sum(), costs.uses, axes=1)
    moved = chosen.copy()
    rest = np.zeros_like(chosen[0])
    for position in range(SETS):
        here = chosen[position] + rest
        taken = uses[position] if position < SETS - 1 else 1.0
        moved[position], rest = here * taken, here * (1.0 - taken)
    return moved


def cost_change(before: Floats, after: Floats) -> Floats:
    """kappa = (1 + t') / (1 + t), by which iceberg trade cost is multiplied; ``inf`` where a route is lost.

    A pair without a route before keeps kappa = 1: there is no trade whose change could be computed.
    """
    known = np.isfinite(before)
    return np.divide(1.0 + after, 1.0 + before, out=np.ones_like(before), where=known)
