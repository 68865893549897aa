"""Trade that a source leaves open, completed from a packaged world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from landbridge.errors import DataError, did_you_mean
from landbridge.labels import REST
from landbridge.parameters import central_values
from landbridge.world.build.readers.baci import GoodsTrade
from landbridge.world.build.readers.inputoutput import room_for_value_added
from landbridge.world.build.readers.names import refuse
from landbridge.world.build.readers.worlds import Trade, Use
from landbridge.world.build.sectors import GOODS, INDUSTRIES, NAMES, SECTORS, Sector
from landbridge.world.build.tables import Change
from landbridge.world.check import USE
from landbridge.world.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame

_GROWN = "world {} grown with GDP"
_OWN = "gross output less exports"
_NAMES_WITH_PARAMETERS = (
    f"Names with parameters: {', '.join(NAMES)}, and those of landbridge show sectors --world 2022-industry."
)
_ABSENT = "no row: nothing traded"


@dataclass(frozen=True)
class Completed:
    """Trade of a world to be, what was changed, notes on single economies, remarks to the user, intermediate use."""

    trade: Trade
    changes: list[Change]
    notes: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    use: Use | None = None


def trade_of(base: World) -> Trade:
    """Trade of a world as arrays; its sectors without the industries inside them."""
    frame, countries, sectors = base.table("trade"), base.countries, base.sectors
    shape = (len(countries), len(countries), len(sectors))
    cell = _cells(frame, _pairs(countries, sectors))
    flows, basis, observed = np.zeros(shape), np.full(shape, "", dtype="<U64"), np.zeros(shape, dtype=bool)
    flows[cell] = frame["value_musd"]
    basis[cell] = frame["basis"]
    observed[cell] = frame["status"] == "observed"
    gdp = base.table("accounts").set_index("iso3")["gdp_musd"].reindex(countries).to_numpy(float)
    titles = base.table("sectors").set_index("sector")
    described = [Sector(name, str(titles.at[name, "title"]), (), bool(titles.at[name, "carried"])) for name in sectors]
    return Trade(base.year, countries, described, flows, basis, observed, gdp)


def growth(base: World, year: int) -> tuple[NDArray[np.float64], int]:
    """GDP of a year over that of the base's year ``[i]``, current USD; the world's where an economy has none.

    Returns:
        The factors, and the year they lead to: the nearest of which the world has GDP.
    """
    frame = base.table("indicators")
    series = frame[frame["indicator"] == "gdp_usd"].pivot(index="iso3", columns="year", values="value")
    years = [int(each) for each in series.columns]
    reached = min(max(year, min(years)), max(years))
    before, after = series[base.year], series[reached]
    known = before.notna() & after.notna()
    world = after[known].sum() / before[known].sum()
    return (after / before).reindex(base.countries).fillna(world).to_numpy(float), reached


def with_goods(goods: GoodsTrade, base: World) -> Completed:
    """A wide world of the goods' year: goods across borders as reported, the rest from ``base``, grown with GDP.

    Services, the flows of economies that the goods trade does not name, and gross output follow GDP since the base's
    year (as far as the world has it). What an economy sells to itself is output less exports, over sectors as in the
    base. Where exports or imports exceed what output and GDP allow, they give way.

    Raises:
        DataError: ``base`` is no wide world.
    """
    if tuple(base.sectors) != NAMES:
        raise DataError(
            f'World "{base.name}" has other sectors than {", ".join(NAMES)}: name a wide world as the base.'
        )
    start = trade_of(base)
    grown, reached = growth(base, goods.year)
    n, last = len(start.economies), len(GOODS)
    known = np.array([iso3 in goods.economies for iso3 in start.economies])
    place = np.array([start.economies.index(iso3 if iso3 in start.economies else REST) for iso3 in goods.economies])
    reported = np.zeros(start.flows.shape)
    np.add.at(reported, (place[:, None], place[None, :]), goods.flows)
    known[place] = True

    flows = start.flows * np.sqrt(np.outer(grown, grown))[..., None]
    expected = flows.copy()
    pairs = known[:, None] & known[None, :] & ~np.eye(n, dtype=bool)
    flows[pairs, :last] = reported[pairs, :last]
    basis = np.full(flows.shape, _GROWN.format(base.name), dtype="<U64")
    basis[pairs, :last] = "BACI"
    observed = basis == "BACI"

    diagonal = np.arange(n)
    flows[diagonal, diagonal] = 0.0
    output, gdp = start.flows.sum(axis=(1, 2)) * grown, start.gdp * grown
    flows, sold, bought = _given_room(flows, output, gdp, _least_own_share(start))
    own = start.flows[diagonal, diagonal]
    flows[diagonal, diagonal] = (output - flows.sum(axis=(1, 2)))[:, None] * own / own.sum(axis=1, keepdims=True)
    basis[diagonal, diagonal] = _OWN
    observed[diagonal, diagonal] = False
    observed &= (sold == 1)[:, None, None] & (bought == 1)[None, :, None]

    names = np.array(start.economies)
    notes = dict.fromkeys(names[~known], f"Not in BACI: trade of the world {base.name}.")
    notes |= dict.fromkeys(names[bought < 1], "Imports exceed what GDP can pay for and were cut (re-exports).")
    notes |= dict.fromkeys(names[sold < 1], "Reported exports exceed what GDP allows and were cut (entrepot trade).")
    late = f"GDP in the world ends in {reached}: gross output, services and GDP are those of {reached}."
    changes = [
        *_goods_changes(goods, base.name, expected, reported, pairs),
        (
            f"world {base.name}",
            f"gross output, GDP and services grown with GDP from {base.year} to {reached}",
            *_extent(grown),
            "factor",
        ),
        ("GDP", f"exports of {(sold < 1).sum()} economies cut to output", *_extent(1 / sold[sold < 1]), "factor down"),
        ("GDP", f"imports of {(bought < 1).sum()} economies cut", *_extent(1 / bought[bought < 1]), "factor down"),
    ]
    trade = Trade(goods.year, start.economies, SECTORS, flows, basis, observed, gdp)
    return Completed(trade, changes, notes, [late] if reached != goods.year else [])


def _given_room(
    abroad: NDArray[np.float64], output: NDArray[np.float64], gdp: NDArray[np.float64], least_own: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Trade across borders ``[i, j, s]`` cut where GDP wins, as in the packaged worlds (``rest_of_world.split``).

    Exports leave ``least_own`` of ``output[i]`` at home; imports exceed exports by ``largest_deficit`` (a parameter) of
    ``gdp[i]`` at most.

    Returns:
        The flows, and the factors on each economy's exports and imports.
    """
    sold = _factor(abroad.sum(axis=(1, 2)), (1 - least_own) * output)
    flows = abroad * sold[:, None, None]
    bought = _factor(flows.sum(axis=(0, 2)), flows.sum(axis=(1, 2)) + central_values()["largest_deficit"] * gdp)
    return flows * bought[None, :, None], sold, bought


def _factor(trade: NDArray[np.float64], room: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(trade > room, room / np.where(trade > 0, trade, 1.0), 1.0)


def with_rows(rows: DataFrame, base: World, name: str) -> Completed:
    """A world in which the rows (exporter, importer, sector, value_musd) replace cells of ``base``.

    Raises:
        DataError: an economy that does not trade in ``base``, or is left without a sale to itself.
    """
    start = trade_of(base)
    refuse(
        name,
        [
            f'{iso3} does not trade in the world "{base.name}": its trade is inside {REST}.'
            for iso3 in sorted({*rows["exporter"], *rows["importer"]} - set(start.economies))
        ],
    )
    cell = _cells(rows, _pairs(start.economies, base.sectors))
    flows, basis, observed = start.flows.copy(), start.basis.copy(), start.observed.copy()
    before = flows[cell]
    flows[cell] = rows["value_musd"]
    basis[cell] = name
    observed[cell] = True
    none = [iso3 for iso3, own in zip(start.economies, np.einsum("iis->i", flows), strict=True) if own <= 0]
    refuse(name, [f"{iso3} would sell nothing to itself; every economy must." for iso3 in none])
    both = (before > 0) & (flows[cell] > 0)
    factor = np.exp(np.abs(np.log(flows[cell][both] / before[both])))
    change = (name, f"{len(rows)} cells of the world {base.name} replaced", *_extent(factor), "factor up or down")
    trade = replace(start, flows=flows, basis=basis, observed=observed)
    return Completed(trade, [change], use=_use_of(base, start.flows, flows) if USE in base.resources else None)


def _use_of(base: World, before: NDArray[np.float64], after: NDArray[np.float64]) -> Use:
    """Intermediate use of ``base`` at other trade: of what is bought of a sector, industries use the same share.

    Inputs that leave an industry too little value added are cut.
    """
    frame, sectors = base.table(USE), base.sectors
    cell = _cells(frame, {"iso3": base.countries, "input": sectors, "sector": sectors})
    shape = (len(base.countries), len(sectors), len(sectors))
    use, status = np.zeros(shape), np.full(shape, "observed", dtype="<U9")
    use[cell], status[cell] = frame["value_musd"], frame["status"]
    bought, buys = before.sum(axis=0), after.sum(axis=0)
    scaled = use * np.divide(buys, bought, out=np.ones_like(bought), where=bought > 0)[..., None]
    scaled *= room_for_value_added(after.sum(axis=1), scaled.sum(axis=1))[:, None, :]
    return Use(scaled, np.where(np.abs(scaled - use) <= 1e-12 * use, status, "modelled"))


def standing_alone(rows: DataFrame, base: World, name: str, year: int) -> Completed:
    """A world of the rows alone: their economies and sectors; a cell without a row is zero. GDP is that of ``base``.

    Raises:
        DataError: an economy without a sale to itself; no sector of goods that a packaged world has.
    """
    economies = sorted({*rows["exporter"], *rows["importer"]})
    sectors, remarks = _sectors_named(list(dict.fromkeys(rows["sector"])))
    if not any(sector.carried for sector in sectors):
        raise DataError(f"{name}: no sector is carried on the network, so no route matters. {_NAMES_WITH_PARAMETERS}")
    names = [sector.name for sector in sectors]
    shape = (len(economies), len(economies), len(sectors))
    flows, observed = np.zeros(shape), np.zeros(shape, dtype=bool)
    cell = _cells(rows, _pairs(economies, names))
    flows[cell] = rows["value_musd"]
    observed[cell] = True
    own = np.einsum("iis->i", flows)
    refuse(
        name,
        [
            f"no row {iso3},{iso3},{names[0]},...: what {iso3} sells at home (gross output less exports). Add it for "
            f"every sector, or name a world with --base: then your rows replace its cells, and all others are kept."
            for iso3, value in zip(economies, own, strict=True)
            if value <= 0
        ],
    )
    output = flows.sum(axis=(1, 2))
    accounts = base.table("accounts").set_index("iso3")
    known = accounts["gdp_musd"].reindex(economies).to_numpy(float)
    gdp = np.where(np.isfinite(known), known, output * float(accounts["gdp_to_output"].median()))
    lacking = int((~observed).sum())
    if lacking:
        remarks.append(f"{lacking} of {observed.size} cells have no row and are taken as zero.")
    change = (name, f"{lacking} of {observed.size} cells without a row taken as zero", 0.0, 0.0, "million USD")
    trade = Trade(year, economies, sectors, flows, np.where(observed, name, _ABSENT), observed, gdp)
    return Completed(trade, [change], remarks=remarks)


def _sectors_named(names: Sequence[str]) -> tuple[list[Sector], list[str]]:
    """The sectors of these names, in the usual order, those of one's own last; a remark on each of the latter."""
    usual = {sector.name: sector for sector in (*SECTORS, *INDUSTRIES)}
    strange = [name for name in names if name not in usual]
    remarks = [
        f'Sector "{name}" is your own: it is not carried on the network, and its trade elasticity is that of '
        f"manufactures.{did_you_mean(name, usual)} {_NAMES_WITH_PARAMETERS}"
        for name in strange
    ]
    return [
        *(usual[name] for name in usual if name in names),
        *(Sector(name, name, (), False) for name in strange),
    ], remarks


def _cells(frame: DataFrame, axes: Mapping[str, Sequence[str]]) -> tuple[NDArray[np.int64], ...]:
    """Where the rows of a table stand in an array; ``axes``: the labels of each key column."""
    found = []
    for column, labels in axes.items():
        place = {label: index for index, label in enumerate(labels)}
        found.append(np.asarray(frame[column].map(place), dtype=np.int64))
    return tuple(found)


def _pairs(countries: Sequence[str], sectors: Sequence[str]) -> dict[str, Sequence[str]]:
    return {"exporter": countries, "importer": countries, "sector": sectors}


def _least_own_share(trade: Trade) -> float:
    """The smallest part of its output that an economy with observed own trade sells at home."""
    own = np.einsum("iis->is", trade.flows).sum(axis=1) / trade.flows.sum(axis=(1, 2))
    return float(own[np.einsum("iis->is", trade.observed).all(axis=1)].min(initial=1.0))


def _goods_changes(
    goods: GoodsTrade,
    base: str,
    expected: NDArray[np.float64],
    reported: NDArray[np.float64],
    pairs: NDArray[np.bool_],
) -> list[Change]:
    """How far the goods trade is from what the base, grown with GDP, expects."""
    last = len(GOODS)
    before, after = (flows[..., :last].sum(axis=-1)[pairs] for flows in (expected, reported))
    both = (before >= 1.0) & (after >= 1.0)
    lost = before[(before >= 1.0) & (after == 0)]
    power = goods.flows[..., last]
    return [
        (
            "BACI",
            f"goods of {both.sum()} pairs of 1 million USD or more, against the world {base} grown with GDP",
            *_extent(np.exp(np.abs(np.log(after[both] / before[both])))),
            "factor up or down",
        ),
        (
            "BACI",
            f"no goods between {len(lost)} pairs that have some in the world {base}",
            *_extent(lost),
            "million USD",
        ),
        (
            "BACI",
            f"electricity left out, which is in services ({power.sum():,.0f} million USD)",
            *_extent(power[power > 0]),
            "million USD",
        ),
    ]


def _extent(values: NDArray[np.float64]) -> tuple[float, float]:
    return (float(values.max()), float(np.median(values))) if len(values) else (0.0, 0.0)
