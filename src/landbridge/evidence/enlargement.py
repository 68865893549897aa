"""The European Union's enlargement of 2004 in one-sector general equilibrium, as published with ge_gravity."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.evidence.framework import Check, Measured
from landbridge.trade.core import Array, DeficitRule, Equilibrium, TradeBaseline, solve

FILE = "published/gegravity_wiod_2000_2014.parquet"
SOURCE = (
    "Baier, Yotov & Zylkin (2019), Journal of International Economics 116: data and results of ge_gravity, WIOD 2000, "
    "44 regions, theta = 4"
)
THETA = 4.0


@cache
def _published(sources: Path) -> pd.DataFrame:
    frame = pd.read_parquet(sources / FILE)
    return frame[frame["year"] == 2000].set_index(["exporter", "importer"])


def _matrix(sources: Path, column: str) -> pd.DataFrame:
    return _published(sources)[column].unstack()


@cache
def _ours(sources: Path, deficits: DeficitRule) -> Equilibrium:
    flows = TradeBaseline.from_flows(_matrix(sources, "trade").to_numpy())
    kappa = np.exp(_matrix(sources, "eu_effect").to_numpy()) ** (-1 / THETA)
    return solve(flows, THETA, kappa=kappa, deficits=deficits)


def _incomes(sources: Path, column: str, deficits: DeficitRule) -> Measured:
    published = _matrix(sources, column).iloc[:, 0]
    found = _ours(sources, deficits)
    ours: Array = found.real_income if deficits == "fixed" else found.real_wage
    most = int(np.argmax(published))
    note = f"largest gain {published.index[most]}: published {published.iloc[most]:.5f}, ours {ours[most]:.5f}"
    return Measured(float(np.abs(ours / published - 1).max()), note)


def _flows(sources: Path, column: str, deficits: DeficitRule) -> Measured:
    published = _matrix(sources, column).to_numpy()
    ours = _ours(sources, deficits).flows[:, :, 0]
    traded = published > 0
    return Measured(float(np.abs(ours[traded] / published[traded] - 1).max()), f"{int(traded.sum())} flows")


CHECKS = (
    Check(
        id="enlargement-incomes-fixed",
        kind="golden",
        sentence="real incomes after the EU's enlargement, deficits fixed: largest relative difference",
        published=0.0,
        tolerance=1e-5,
        unit="1",
        source=f"{SOURCE}; w_eu",
        measure=lambda sources: _incomes(sources, "w_eu", "fixed"),
        needs=(FILE,),
    ),
    Check(
        id="enlargement-flows-fixed",
        kind="golden",
        sentence="flows after the EU's enlargement, deficits fixed: largest relative difference",
        published=0.0,
        tolerance=1e-5,
        unit="1",
        source=f"{SOURCE}; X_eu",
        measure=lambda sources: _flows(sources, "X_eu", "fixed"),
        needs=(FILE,),
    ),
    Check(
        id="enlargement-wages-share",
        kind="golden",
        sentence="real wages after the EU's enlargement, spending a multiple of income: largest relative difference",
        published=0.0,
        tolerance=1e-5,
        unit="1",
        source=f"{SOURCE}; w_mult",
        measure=lambda sources: _incomes(sources, "w_mult", "share"),
        needs=(FILE,),
    ),
    Check(
        id="enlargement-flows-share",
        kind="golden",
        sentence="flows after the EU's enlargement, spending a multiple of income: largest relative difference",
        published=0.0,
        tolerance=1e-5,
        unit="1",
        source=f"{SOURCE}; X_mult",
        measure=lambda sources: _flows(sources, "X_mult", "share"),
        needs=(FILE,),
    ),
)
