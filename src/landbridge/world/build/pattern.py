"""Who trades goods with whom: the observed bilateral pattern nearest to a base year, and what it leaves blank.

Nothing from after the base year enters the pattern of 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.labels import REST
from landbridge.parameters import parameters
from landbridge.world.build.regions import REGION
from landbridge.world.build.sectors import BY_SITC, CRUDE_MATERIALS, GOODS
from landbridge.world.build.sources import read

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame

_SUCCESSOR = {"ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "MNT": "MNE", "BLX": "BEL"}


@dataclass(frozen=True)
class Pattern:
    """``value[i, j]``: goods sold by i to j, million USD, 0 where nothing is reported; ``basis[i, j]``: where from.

    ``shares[i, j, s]``: split over the goods sectors, summing to 1.
    """

    value: NDArray[np.float64]
    basis: NDArray[np.str_]
    shares: NDArray[np.float64]


def matrix(frame: DataFrame, economies: list[str], value: str) -> NDArray[np.float64]:
    """Sum a tidy table into ``[i, j]``.

    Countries that are no economy of their own add to the remainder; codes that are no country (bunkers, free zones,
    areas not specified) are left out.
    """
    place = {iso3: economies.index(REST) for iso3 in REGION} | {iso3: index for index, iso3 in enumerate(economies)}
    sides = [frame[side].replace(_SUCCESSOR).map(place) for side in ("exporter", "importer")]
    known = sides[0].notna() & sides[1].notna() & (frame[value] > 0)
    total = np.zeros((len(economies), len(economies)))
    np.add.at(total, tuple(side[known].to_numpy(int) for side in sides), frame.loc[known, value].to_numpy(float))
    np.fill_diagonal(total, 0.0)
    return total


def pattern_until_2016(sources: Path, economies: list[str]) -> Pattern:
    """The larger of the two reports of 2016 (ITPD-E, Comtrade panel); where both are blank, the 2015 matrix.

    The larger, because what one side leaves out is the commoner error. Sources are first brought to the level of the
    panel by the ratio of their totals over common pairs.

    Raises:
        DataError: a file is missing.
    """
    panel = read(sources, "panel").query("year == 2016").assign(value=lambda f: f["value_usd"] / 1e6)
    itpde = read(sources, "itpde").query("year == 2016")
    sections = read(sources, "unctad").query("year == 2015")
    first = matrix(panel, economies, "value")
    second = _to_level(matrix(itpde, economies, "value_musd"), first)
    older = _to_level(matrix(sections[sections["sitc_section"] == "TOTAL"], economies, "value_musd"), first)
    value = np.maximum(first, second)
    basis = np.where(value > 0, "reports of 2016", np.where(older > 0, "matrix of 2015", ""))
    return Pattern(np.where(value > 0, value, older), basis, _sector_shares(sections, economies))


def pattern_2023(sources: Path, economies: list[str], older: Pattern, growth: NDArray[np.float64]) -> Pattern:
    """The 2023 table where it has a flow; where it has none among economies it does not cover, the older pattern.

    ``growth[i, j]`` carries an older flow forward. An economy is uncovered when the 2023 table holds no flow with any
    other uncovered economy: 76 of them never appear together.

    Raises:
        DataError: a file is missing.
    """
    table = read(sources, "baci").assign(value=lambda f: f["value_usd"] / 1e6)
    recent = matrix(table, economies, "value")
    missing = _never_together(recent)
    carried = older.value * growth
    level = recent[(recent > 0) & (older.value > 0)].sum() / carried[(recent > 0) & (older.value > 0)].sum()
    value = np.where(recent > 0, recent, np.where(missing, carried * level, 0.0))
    basis = np.where(
        recent > 0, "table of 2023", np.where(missing & (carried > 0), "older pattern carried forward", "")
    )
    return Pattern(value, basis, older.shares)


def _to_level(other: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    common = (other > 0) & (reference > 0)
    return other * reference[common].sum() / other[common].sum()


def _never_together(flows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Pairs of economies neither of which reports: the largest clique without any flow, grown from the fullest row.

    An economy belongs when it trades with others but has no flow with any member so far.
    """
    linked = (flows > 0) | (flows.T > 0)
    np.fill_diagonal(linked, False)
    trading = linked.any(axis=1)
    members: list[int] = []
    for candidate in np.argsort(np.where(trading, linked.sum(axis=1), 10**9)):
        if trading[candidate] and not linked[candidate, members].any():
            members.append(int(candidate))
    inside = np.zeros(len(flows), bool)
    inside[members] = True
    return inside[:, None] & inside[None, :]


def _sector_shares(sections: DataFrame, economies: list[str]) -> NDArray[np.float64]:
    """Goods-sector shares of each pair; where a pair reports nothing, the exporter's, then the world's."""
    minerals = parameters()["crude_materials_minerals_share"].value
    by_sector = np.zeros((len(economies), len(economies), len(GOODS)))
    for section, rows in sections[sections["sitc_section"] != "TOTAL"].groupby("sitc_section"):
        total = matrix(rows, economies, "value_musd")
        if section == CRUDE_MATERIALS:
            by_sector[..., GOODS.index("fuels")] += minerals * total
            by_sector[..., GOODS.index("agriculture")] += (1 - minerals) * total
        else:
            by_sector[..., GOODS.index(BY_SITC[str(section)])] += total
    world = by_sector.sum(axis=(0, 1))
    exporter = by_sector.sum(axis=1) + 1e-9 * world
    pair = by_sector + 1e-6 * (exporter / exporter.sum(axis=-1, keepdims=True))[:, None, :]
    return pair / pair.sum(axis=-1, keepdims=True)
