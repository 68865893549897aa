"""The tracks of a pair that rest on public tables which may not be shipped: computed where their folder is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.alignment.dyad import Found, goods, intensity
from landbridge.errors import InputError
from landbridge.parameters import central_values

if TYPE_CHECKING:
    from pandas import DataFrame, Series

MILITARY_YEARS, CONFLICT_YEARS = range(1946, 2019), range(1946, 2015)
ARMS_YEARS = 5
WORST_DISPUTE = 5  # war, on the scale of militarized disputes


def from_sources(sources: Path, pair: tuple[str, str]) -> Iterator[Found]:
    """Track, source and values by year, as the packaged tracks have them.

    Raises:
        InputError: a file is missing.
    """
    politics = sources / "politics"
    yield "military", "ATOP alliances, SIPRI arms transfers", _military(politics, pair)
    yield "conflict", "COW militarized disputes, strategic rivalries", _conflict(politics, pair)
    panel = _table(sources / "trade" / "trade_panel_1964_2016.parquet").rename(columns={"value_usd": "value_musd"})
    yield "trade", "UN Comtrade", intensity(goods(panel), pair)


def _table(path: Path) -> DataFrame:
    import pandas as pd

    if not path.is_file():
        raise InputError(f"{path} is missing: this track rests on it.")
    return pd.read_parquet(path)


def _either_way(table: DataFrame, pair: tuple[str, str], one: str, two: str) -> DataFrame:
    return table[table[one].isin(pair) & table[two].isin(pair)]


def _military(politics: Path, pair: tuple[str, str]) -> Series:
    import pandas as pd

    beliefs = central_values()
    pacts = _either_way(_table(politics / "dyad_alliance_atop_1946_2018.parquet"), pair, "iso3_a", "iso3_b")
    kinds = {
        1.0: pacts["atop_defense"],
        beliefs["nonaggression_closeness"]: pacts[["atop_nonagg", "atop_neutral"]].max(axis=1),
        beliefs["consultation_closeness"]: pacts["atop_consul"],
    }
    strongest = np.max([value * held for value, held in kinds.items()], axis=0, initial=0.0)
    pact = pd.Series(strongest, index=pacts["year"]).groupby(level=0).max().reindex(MILITARY_YEARS, fill_value=0.0)
    arms = _table(politics / "arms_tiv_1950_2021.parquet")
    shares = [_arms_share(arms, supplier, recipient) for supplier, recipient in (pair, pair[::-1])]
    return pd.concat([pact, *shares], axis=1).fillna(0.0).max(axis=1)


def _arms_share(arms: DataFrame, supplier: str, recipient: str) -> Series:
    """The supplier's share in what the recipient took in over the last five years."""
    received = arms[arms["iso3_recipient"] == recipient]
    total, own = (
        frame.groupby("year")["value"].sum().reindex(MILITARY_YEARS, fill_value=0.0).rolling(ARMS_YEARS, 1).sum()
        for frame in (received, received[received["iso3_supplier"] == supplier])
    )
    return (own / total).where(total > 0, 0.0)


def _conflict(politics: Path, pair: tuple[str, str]) -> Series:
    import pandas as pd

    disputes = _either_way(_table(politics / "mids_cow_1946_2014.parquet"), pair, "iso3_a", "iso3_b")
    level = disputes.set_index("year")[["hostlev1", "hostlev2"]].max(axis=1).groupby(level=0).max() / WORST_DISPUTE
    rivals = _either_way(_table(politics / "rivalries_tss.parquet"), pair, "iso3_a", "iso3_b")
    rivalry = [
        central_values()["rivalry_hostility"] * float(((rivals["start"] <= year) & (rivals["end"] >= year)).any())
        for year in CONFLICT_YEARS
    ]
    dispute = level.reindex([float(year) for year in CONFLICT_YEARS], fill_value=0.0)
    return pd.Series(np.maximum(dispute.to_numpy(), rivalry), index=CONFLICT_YEARS)
