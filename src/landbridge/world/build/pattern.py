"""Who trades goods with whom: the observed bilateral pattern nearest to a base year, and what it leaves blank.

Nothing from after the base year enters the pattern of 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.labels import REST
from landbridge.world.build.embargoes import allowed
from landbridge.world.build.regions import REGION
from landbridge.world.build.sectors import BY_SITC, CRUDE_MATERIALS, GOODS
from landbridge.world.build.sources import read

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame

REPORTED = "reports of 2015-2016"
RECENT = "table of 2023"
CARRIED = "older pattern carried forward"

# Comtrade's "other Asia, not specified": Taiwan, but also sales whose buyer is kept secret (Iran's oil of 2016).
_OTHER_ASIA = "TWN"

_SUCCESSOR = {"ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "MNT": "MNE", "BLX": "BEL"}


@dataclass(frozen=True)
class Pattern:
    """``value[i, j]``: goods sold by i to j, million USD, 0 where nothing is reported; ``basis[i, j]``: where from.

    ``shares[i, j, s]``: split over the goods sectors, summing to 1 (to 0 where an embargo ended all).
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


def pattern_until_2016(sources: Path, economies: list[str], beliefs: Mapping[str, float]) -> Pattern:
    """The largest of three reports: ITPD-E and Comtrade of 2016, the UNCTAD matrix of 2015.

    The largest, because what a report leaves out is the commoner error (it predicts hidden flows better than means
    or any order of precedence). Sources are first brought to the level of Comtrade by their totals over common pairs.
    ``beliefs``: values of the parameters that split a pair's trade over sectors.

    Raises:
        DataError: a file is missing.
    """
    value = np.max(list(reports_until_2016(sources, economies).values()), axis=0)
    sections = read(sources, "unctad").query("year == 2015")
    return Pattern(value, np.where(value > 0, REPORTED, ""), _sector_shares(sections, economies, beliefs))


def reports_until_2016(sources: Path, economies: list[str]) -> dict[str, NDArray[np.float64]]:
    """Goods trade ``[i, j]`` as each of the three sources has it, at the level of Comtrade; 0 where it is blank.

    Raises:
        DataError: a file is missing.
    """
    panel = read(sources, "panel").query("year == 2016").assign(value=lambda f: f["value_usd"] / 1e6)
    panel = panel[(panel["exporter"] != _OTHER_ASIA) & (panel["importer"] != _OTHER_ASIA)]
    itpde = read(sources, "itpde").query("year == 2016")
    sections = read(sources, "unctad").query("year == 2015 and sitc_section == 'TOTAL'")
    comtrade = matrix(panel, economies, "value")
    return {
        "Comtrade": comtrade,
        "ITPD-E": _to_level(matrix(itpde, economies, "value_musd"), comtrade),
        "UNCTAD": _to_level(matrix(sections, economies, "value_musd"), comtrade),
    }


def pattern_2023(sources: Path, economies: list[str], older: Pattern, growth: NDArray[np.float64]) -> Pattern:
    """The 2023 table where it has a flow; where it cannot have one, the older pattern less what embargoes ended.

    ``growth[i, j]`` carries an older flow forward. The 2023 table cannot have a flow between two of the 76 economies
    that never appear together in it, nor with an economy that is not in it at all.

    Raises:
        DataError: a file is missing.
    """
    table = read(sources, "baci").assign(value=lambda f: f["value_usd"] / 1e6)
    recent = matrix(table, economies, "value")
    common = (recent > 0) & (older.value > 0)
    carried = older.value * growth
    carried *= recent[common].sum() / carried[common].sum()
    still = older.shares * allowed(economies, 2022)
    kept = still.sum(axis=-1)
    carried *= kept
    basis = np.where(recent > 0, RECENT, np.where(_missing(recent) & (carried > 0), CARRIED, ""))
    return Pattern(
        value=np.select([basis == RECENT, basis == CARRIED], [recent, carried], 0.0),
        basis=basis,
        shares=np.where((basis == RECENT)[..., None], older.shares, still / np.where(kept > 0, kept, 1.0)[..., None]),
    )


def _to_level(other: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    common = (other > 0) & (reference > 0)
    return other * reference[common].sum() / other[common].sum()


def _missing(flows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Pairs that a table of one-sided reports cannot hold: neither side reports, or one side is not in it.

    Those that do not report are the largest set without a single flow inside it, grown from the economies with the
    fewest partners: one belongs when it has no flow with any that belong already.
    """
    linked = (flows > 0) | (flows.T > 0)
    partners = linked.sum(axis=1)
    silent: list[int] = []
    for candidate in np.argsort(partners, kind="stable"):
        if partners[candidate] and not linked[candidate, silent].any():
            silent.append(int(candidate))
    inside = np.zeros(len(flows), bool)
    inside[silent] = True
    absent = partners == 0
    return (inside[:, None] & inside[None, :]) | absent[:, None] | absent[None, :]


def _sector_shares(sections: DataFrame, economies: list[str], beliefs: Mapping[str, float]) -> NDArray[np.float64]:
    """Goods-sector shares of each pair."""
    minerals = beliefs["crude_materials_minerals_share"]
    by_sector = np.zeros((len(economies), len(economies), len(GOODS)))
    for section, rows in sections[sections["sitc_section"] != "TOTAL"].groupby("sitc_section"):
        total = matrix(rows, economies, "value_musd")
        if section == CRUDE_MATERIALS:
            by_sector[..., GOODS.index("fuels")] += minerals * total
            by_sector[..., GOODS.index("agriculture")] += (1 - minerals) * total
        else:
            by_sector[..., GOODS.index(BY_SITC[str(section)])] += total
    return _completed_shares(by_sector, beliefs)


def _completed_shares(by_sector: NDArray[np.float64], beliefs: Mapping[str, float]) -> NDArray[np.float64]:
    """Shares ``[i, j, s]`` from values: each pair's mix, drawn towards exporter's times importer's over the world's.

    The draw is weak where a pair reports much and complete where it reports nothing.
    """
    pair = by_sector.sum(axis=-1, keepdims=True)
    pull = beliefs["mix_smoothing_musd"] + beliefs["mix_smoothing"] * pair
    world = _mix(by_sector.sum(axis=(0, 1)))
    exporter, importer = (_mix(by_sector.sum(axis=side) + world) for side in (1, 0))
    return _mix(by_sector + pull * _mix(exporter[:, None, :] * importer[None, :, :] / world))


def _mix(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values / values.sum(axis=-1, keepdims=True)
