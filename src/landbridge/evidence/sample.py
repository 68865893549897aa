"""gegravity's sample of 30 countries: a trade agreement between Canada and Japan."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.evidence.framework import Check, Measured
from landbridge.trade.core import Array, TradeBaseline, solve

FILE = "published/gegravity_sample_2006.csv"
SOURCE = "gegravity 0.3, example on its 30-country sample of 2006, theta = 4, agreement effect 0.4711383"
THETA = 4.0
AGREEMENT = 0.4711383
PUBLISHED = {"CAN": 1.0034656, "JPN": 1.0005593}


@cache
def _flows(sources: Path) -> pd.DataFrame:
    return pd.read_csv(sources / FILE).set_index(["exporter", "importer"])["trade"].unstack()


def experiment(sources: Path) -> tuple[TradeBaseline, Array]:
    """The sample's trade, and the factors on trade costs [i, j] of the agreement."""
    flows = _flows(sources)
    kappa = pd.DataFrame(1.0, index=flows.index, columns=flows.columns)
    kappa.loc["CAN", "JPN"] = kappa.loc["JPN", "CAN"] = np.exp(AGREEMENT) ** (-1 / THETA)
    return TradeBaseline.from_flows(flows), kappa.to_numpy()


@cache
def _incomes(sources: Path) -> pd.Series[float]:
    baseline, kappa = experiment(sources)
    found = solve(baseline, THETA, kappa=kappa, deficits="fixed")
    return pd.Series(found.real_income, index=_flows(sources).index)


CHECKS = tuple(
    Check(
        id=f"sample-real-income-{iso3}",
        kind="golden",
        sentence=f"real income of {iso3} after a trade agreement between CAN and JPN, deficits fixed (hat)",
        published=published,
        tolerance=1e-6,
        unit="1",
        source=SOURCE,
        measure=lambda sources, iso3=iso3: Measured(float(_incomes(sources)[iso3])),  # type: ignore[misc]
        needs=(FILE,),
    )
    for iso3, published in PUBLISHED.items()
)
