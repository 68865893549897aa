"""Which link is worth most: what a dollar or an hour saved on any link adds to real income, for all links at once.

With t the cost of transport and kappa = (1 + t') / (1 + t), the chain rule from a link's cost c_l to real income W_n,

    sum_n E_n d ln W_n / d c_l = sum_ijs (sum_n E_n d ln W_n / d ln kappa_ijs) / (1 + t_ijs) . d t_ijs / d c_l

The bracket comes from one adjoint solve of the equilibrium (``trade.exposure``), the rest from shortest-path trees
(``network.marginal``). E_n is what n spends, so the sum is money: what the beneficiaries would pay for the saving.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from landbridge.errors import InputError
from landbridge.labels import country_name, one_of
from landbridge.network.choice import ad_valorem, cost_change
from landbridge.network.marginal import link_gradient
from landbridge.network.model import RUNNING, Network
from landbridge.network.route import node_name
from landbridge.network.shippers import Kind, kinds_of, mean_transport, refuse_without_a_way
from landbridge.network.stretches import Stretches, stretches
from landbridge.network.variants import Variants
from landbridge.parameters import central_values
from landbridge.study.names import group
from landbridge.trade.core import DeficitRule
from landbridge.trade.exposure import LinearResponse
from landbridge.trade.model import calibrate_world, solve_world
from landbridge.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WORLD = "world"
ORDERS = {"hour": "per_hour", "usd": "per_usd", "cost": "per_tenth"}


@dataclass(frozen=True)
class LinkValues:
    """What savings on the links of a network are worth to some countries, million USD a year, to first order.

    ``per_hour`` [L] for an hour less, ``per_usd`` [L] for a USD per TEU less, ``per_tenth`` [L] for 10 % less of both
    the hours and the money of a link. Below zero: these countries lose, since others gain at their expense.
    """

    network: Network
    beneficiaries: tuple[str, ...]
    hours: Floats
    usd: Floats
    per_hour: Floats
    per_usd: Floats

    @property
    def per_tenth(self) -> Floats:
        """What 10 % less of a link's hours and money are worth."""
        return 0.1 * (_product(self.hours, self.per_hour) + _product(self.usd, self.per_usd))

    def ranked(
        self,
        *,
        mode: str | None = None,
        within: Iterable[str] | None = None,
        by: str = "hour",
        top: int = 20,
    ) -> Ranking:
        """The stretches of line worth most, the first most.

        Args:
            mode: only links that run as this (sea, rail, road, ferry).
            within: only links that lie in, or cross a border of, these countries, regions or institutions.
            by: "hour" or "usd", what one saved is worth anywhere on the stretch; "cost", what 10 % less on all of it.
            top: how many.

        Raises:
            InputError: an unknown mode, order or country; a number that is not positive.
        """
        column = ORDERS[one_of(by, ORDERS, "order")]
        if top < 1:
            raise InputError(f"top is {top}; it must be 1 or more.")
        found = stretches(self.network, self.per_hour)
        first = found.first()
        chosen = np.ones(len(first), dtype=bool)
        if mode is not None:
            chosen &= self.network.running[first] == one_of(mode, RUNNING, "mode")
        if within is not None:
            chosen &= _inside(self.network, first, group(self.network.world, within))
        table = DataFrame(
            {
                "mode": self.network.running[first],
                "stop": self.network.dwell[first],
                "where": np.where(
                    self.network.border[first] != "", self.network.border[first], self.network.iso3[first]
                ),
                "passage": self.network.passage[first],
                "km": found.sums(self.network.km),
                "hours": found.sums(self.hours),
                "usd_per_teu": found.sums(self.usd),
                "per_hour": self.per_hour[first],
                "per_usd": self.per_usd[first],
                "per_tenth": found.sums(self.per_tenth),
            }
        )[chosen]
        table = table.sort_values(column, ascending=False, kind="stable").head(top)
        rows = table.index.to_numpy()
        for place, (name, ends) in enumerate((("from", found.start), ("to", found.end))):
            table.insert(place, name, [node_name(self.network, int(node)) for node in ends[rows]])
        return Ranking(self, found, rows, column, table.reset_index(drop=True))


@dataclass(frozen=True)
class Ranking:
    """``table``: a row for every stretch, ordered by ``column``; ``rows`` its numbers among all stretches."""

    values: LinkValues
    stretches: Stretches
    rows: Ints
    column: str
    table: DataFrame

    def draw(self, path: Path) -> None:
        """Draw the stretches on a map, the wider the more they are worth; the suffix says the format (png, svg, pdf).

        Raises:
            InputError: there is nothing to draw, or the file cannot be written.
        """
        from landbridge.network.draw import draw_links

        if self.table.empty:
            raise InputError("Nothing to draw: no link is left.")
        rank = pd.Series(np.arange(len(self.rows)), index=self.rows).reindex(self.stretches.of).to_numpy()
        shown = np.flatnonzero(~np.isnan(rank))
        worth = self.table[self.column].to_numpy()[rank[shown].astype(int)]
        draw_links(self.values.network, self.stretches.links[shown], worth, _title(self), path)


def link_values(
    world: World,
    beneficiaries: Iterable[str] = (WORLD,),
    *,
    before: World | None = None,
    params: Mapping[str, float] | None = None,
    deficits: DeficitRule = "zero",
) -> LinkValues:
    """What an hour or a USD per TEU saved on every link of a world's network is worth.

    Args:
        world: the world, or what a scenario makes of it.
        beneficiaries: worth to whom: countries, regions, institutions, or "world" for everybody.
        before: the unchanged world of a scenario, whose equilibrium the changes move; None: ``world`` is unchanged.
        params: parameter values; None: the central ones.
        deficits: what happens to trade deficits (see ``trade.core.calibrate``).

    Raises:
        InputError: a name that is no country, region or institution, or one without trade data; a share of shippers
            avoids the only way between two countries.
        NoEquilibriumError: no equilibrium was found.
    """
    codes = _trading(world, beneficiaries)
    params = central_values() if params is None else params
    network = Network.from_world(world)
    shares, networks = zip(*kinds_of(network), strict=True)
    variants = Variants.of(networks if before is None else [Network.from_world(before), *networks])
    kinds = [Kind(share, len(variants.networks) - len(shares) + at) for at, share in enumerate(shares)]
    refuse_without_a_way(variants, kinds, "Links cannot be ranked")
    costs = variants.country_costs(params)
    each = [ad_valorem(found, params, world.sectors) for found in costs]
    transport = [*([] if before is None else each[:1]), mean_transport(kinds, each)]
    model = calibrate_world(world if before is None else before, params, deficits=deficits)
    if before is None:
        response = LinearResponse.of(model.calibration)
    else:
        kappa = model.pairs(cost_change(*transport))
        response = LinearResponse.after(model.calibration, solve_world(world, kappa, model=model).equilibrium)
    weights = np.where(np.isin(world.countries, codes), response.state.expenditure, 0.0)
    by_kappa = response.real_income(weights[None]).trade_cost(0)
    by_transport = np.where(np.isfinite(transport[-1]), by_kappa / (1.0 + transport[-1]), 0.0)
    gradients = [
        link_gradient(variants, kind.variant, params, costs[kind.variant], kind.share * by_transport) for kind in kinds
    ]
    worth = (-np.sum([getattr(gradient, unit) for gradient in gradients], axis=0) for unit in ("hours", "usd"))
    return LinkValues(network, codes, *network.link_costs(params), *worth)


def _trading(world: World, beneficiaries: Iterable[str]) -> tuple[str, ...]:
    """The trading economies meant.

    Raises:
        InputError: a name is unknown, or none of them trades.
    """
    names = tuple(beneficiaries)
    if WORLD in names:
        return tuple(world.countries)
    codes = tuple(code for code in group(world, names) if code in world.countries)
    if not codes:
        raise InputError(f'World "{world.name}" has no trade data of {", ".join(names)}.')
    return codes


def _inside(network: Network, links: Ints, countries: Iterable[str]) -> NDArray[np.bool_]:
    """Which links [K] lie in one of the countries or cross a border of one."""
    codes = set(countries)
    crosses = np.array([not codes.isdisjoint(border.split("-")) for border in network.border[links]], dtype=bool)
    return np.asarray(np.isin(network.iso3[links], list(codes)) | crosses)


def _product(cost: Floats, worth: Floats) -> Floats:
    """cost x worth [L]; zero on closed links, which cost infinity and are worth nothing."""
    return np.multiply(cost, worth, out=np.zeros_like(worth), where=np.isfinite(cost))


def _title(ranking: Ranking) -> str:
    saved = {"per_hour": "an hour", "per_usd": "a USD per TEU", "per_tenth": "10 % of the cost"}[ranking.column]
    codes = ranking.values.beneficiaries
    whole = len(codes) == len(ranking.values.network.world.countries)
    whom = (
        "the world" if whole else ", ".join(map(country_name, codes)) if len(codes) <= 5 else f"{len(codes)} countries"
    )
    return f"What {saved} saved is worth to {whom}, million USD a year"
