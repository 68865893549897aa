"""The closure of the Suez canal, 1967-75: trade by pair and year with the distance by sea of that year.

Source: Feyrer (2021), Journal of Development Economics 153, whose experiment this is.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.evidence.sea_distance import sea_km

PANEL = "trade/trade_panel_1964_2016.parquet"
CONTIGUITY = "trade/gravity_geodist.parquet"
NEEDS = (PANEL, CONTIGUITY)

YEARS = range(1964, 1985, 4)
CLOSED = (1968, 1972)
CANAL_STATES = ("EGY", "ISR")  # ports on both sides, and at war with each other over the canal
GULF = ("ARE", "BHR", "IRN", "IRQ", "KWT", "OMN", "QAT", "SAU")

# The panel's states of the time by the country whose ports they used.
PORTS_OF = {"BLX": "BEL", "YUG": "HRV", "SVR": "VNM", "ETH": "ERI", "ANT": "CUW"}


@cache
def panel(sources: Path) -> pd.DataFrame:
    """Flows of pairs that are not contiguous and have the sea between them.

    Columns ``exporter``, ``importer``, ``pair`` (both directions alike), ``year``, ``trade`` (USD, zeros where
    reported as such), ``log_km`` (of that year's distance by sea), ``longer`` (log of the distance without the canal
    over the distance with it, all years alike). What a state did not report in a year is not there.
    """
    frame = pd.read_parquet(sources / PANEL)
    frame = frame[frame["year"].isin(YEARS) & (frame["exporter"] != frame["importer"])]
    ends = {end: frame[end].replace(PORTS_OF) for end in ("exporter", "importer")}
    opened, shut = (_at(sea_km(avoid), ends) for avoid in ((), ("suez",)))
    frame = frame.assign(
        trade=frame["value_usd"],
        pair=np.where(
            frame["exporter"] < frame["importer"],
            frame["exporter"] + frame["importer"],
            frame["importer"] + frame["exporter"],
        ),
        log_km=np.log(np.where(frame["year"].isin(CLOSED), shut, opened)),
        longer=np.log(shut / opened),
    )
    apart = np.isfinite(frame["log_km"]) & np.isfinite(frame["longer"]) & ~_contiguous(sources, ends)
    columns = ["exporter", "importer", "pair", "year", "trade", "log_km", "longer"]
    return frame.loc[apart, columns].reset_index(drop=True)


def without(
    frame: pd.DataFrame, states: tuple[str, ...], ends: tuple[str, ...] = ("exporter", "importer")
) -> pd.DataFrame:
    """The flows in which none of the states is at one of the ends."""
    return frame[~frame[list(ends)].isin(states).any(axis=1)]


def _at(table: pd.DataFrame, ends: dict[str, pd.Series[str]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Values of a square frame by exporter and importer; NaN where one of them is not in it."""
    i, j = (table.index.get_indexer(pd.Index(ends[end])) for end in ("exporter", "importer"))
    known = (i >= 0) & (j >= 0) & (i != j)
    return np.where(known, table.to_numpy()[i, j], np.nan)


def _contiguous(sources: Path, ends: dict[str, pd.Series[str]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether the two share a land border, by CEPII's GeoDist."""
    table = pd.read_parquet(sources / CONTIGUITY, columns=["iso_o", "iso_d", "contig"])
    old = {"YUG": "HRV", "ROM": "ROU", "ZAR": "COD", "TMP": "TLS"}
    touching = table[table["contig"] == 1].replace({"iso_o": old, "iso_d": old})
    pairs = set(zip(touching["iso_o"], touching["iso_d"], strict=True))
    return np.array([pair in pairs for pair in zip(ends["exporter"], ends["importer"], strict=True)])
