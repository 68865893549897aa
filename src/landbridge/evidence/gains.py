"""Gains from trade against autarky, one sector, 2008."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.evidence.framework import Check, Measured
from landbridge.trade.core import TradeBaseline, solve

FILE = "published/wiod2013_trade_2008.parquet"
SOURCE = "Costinot & Rodriguez-Clare (2014), Handbook of International Economics 4, Table 4.1, column 1 (theta = 5)"
THETA = 5.0
PUBLISHED = {"USA": 1.8, "DEU": 4.5, "HUN": 8.0, "JPN": 1.7, "RUS": 2.4, "IND": 2.4}


@cache
def _gains(sources: Path) -> pd.Series[float]:
    """Percent of real income lost in autarky, found by an embargo of everybody on everybody."""
    frame = pd.read_parquet(sources / FILE)
    frame["value"] = frame["intermediate_musd"].astype(float) + frame["final_musd"].astype(float)
    flows = frame.groupby(["exporter", "importer"])["value"].sum().unstack().fillna(0.0)
    embargo = np.where(np.eye(len(flows)) > 0, 1.0, np.inf)
    found = solve(TradeBaseline.from_flows(flows), THETA, kappa=embargo, deficits="share")
    return pd.Series(100 * (1 - found.real_wage), index=flows.index)


CHECKS = tuple(
    Check(
        id=f"gains-{iso3}",
        kind="golden",
        sentence=f"gains of {iso3} from trade in 2008, one sector: real wage lost in autarky",
        published=published,
        tolerance=0.05,
        unit="%",
        source=SOURCE,
        measure=lambda sources, iso3=iso3: Measured(float(_gains(sources)[iso3])),  # type: ignore[misc]
        needs=(FILE,),
    )
    for iso3, published in PUBLISHED.items()
)
