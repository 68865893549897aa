"""Which way goods go against published statistics: half of them fitted the choice of modes, half are held out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.evidence.framework import Check, Measured
from landbridge.labels import MAIN_MODES
from landbridge.network.choice import by_main_mode
from landbridge.network.model import Network
from landbridge.parameters import central_values
from landbridge.study.names import group
from landbridge.trade.model import trade_baseline
from landbridge.world import World, load_world

SHARES = "mode_shares.csv"
TOLERANCE = 5.0  # points of percent
OTHERS = "others"
LAND = "land"  # rail and road together


@cache
def published() -> pd.DataFrame:
    """The published rows, with ``percent``: of the modes together that the flow lists, as published if it lists one."""
    frame = pd.read_csv(
        str(files("landbridge.evidence") / "data" / SHARES), dtype={"world": str}, keep_default_na=False
    )
    together = frame.groupby("flow")["published"].transform("sum")
    alone = frame.groupby("flow")["mode"].transform("size") == 1
    return frame.assign(percent=frame["published"].where(alone, 100.0 * frame["published"] / together))


def shares_of(year: str, params: dict[str, float]) -> dict[str, NDArray[np.float64]]:
    """Trade [mode, i, j] by main mode in a packaged world, by ``value`` (MUSD) and ``weight`` (million TEU).

    Pipelines are left aside; the weight of a TEU is the same whatever is in it.
    """
    world = load_world(year)
    costs = _network(year).country_costs(params)
    value, weight = by_main_mode(costs, params, world.sectors, trade_baseline(world).flows)
    return {"value": value, "weight": weight}


@cache
def _network(year: str) -> Network:
    return Network.from_world(load_world(year))


@cache
def _central(year: str) -> dict[str, NDArray[np.float64]]:
    return shares_of(year, central_values())


def percent(row: pd.Series, by_mode: dict[str, NDArray[np.float64]], world: World) -> float:
    """Our share of a published row's mode in its flow, percent of the modes that the flow lists."""
    ends = [_countries(world, str(row[end]), str(row[other])) for end, other in _ENDS]
    pairs = np.zeros(by_mode["value"].shape[1:], dtype=bool)
    pairs[np.ix_(*ends)] = True
    pairs |= pairs.T & (row["both_ways"] == "yes")
    moved = dict(zip(MAIN_MODES, by_mode[str(row["by"])][:, pairs].sum(axis=1), strict=True))
    moved[LAND] = moved["rail"] + moved["road"]
    listed = _listed()[row["flow"]]
    whole = listed if len(listed) > 1 else MAIN_MODES
    return float(100.0 * moved[str(row["mode"])] / sum(moved[mode] for mode in whole))


@cache
def _listed() -> dict[str, tuple[str, ...]]:
    """The modes that each published flow lists."""
    return {str(flow): tuple(rows["mode"]) for flow, rows in published().groupby("flow")}


_ENDS = (("exporters", "importers"), ("importers", "exporters"))


def _countries(world: World, names: str, across: str) -> NDArray[np.intp]:
    """Positions of the countries named; of those across from which is everybody else, where "others" are meant."""
    named = np.isin(world.countries, group(world, (across if names == OTHERS else names).split()))
    return np.flatnonzero(~named if names == OTHERS else named)


def compared(half: str, by_mode: Callable[[str], dict[str, NDArray[np.float64]]]) -> pd.DataFrame:
    """The rows of a half with ``error``, ours less published in points; ``by_mode`` of a world, as ``shares_of``."""
    frame = published()
    frame = frame[frame["half"] == half]
    ours = [percent(row, by_mode(row["world"]), load_world(row["world"])) for _, row in frame.iterrows()]
    return frame.assign(error=ours - frame["percent"])


def _measure(row: pd.Series) -> Callable[[Path], Measured]:
    return lambda _: Measured(percent(row, _central(row["world"]), load_world(row["world"])))


def _median_error(_: Path) -> Measured:
    frame = compared("test", _central)
    error = np.abs(frame["error"].to_numpy())
    worst = frame.iloc[int(error.argmax())]
    within = int((error <= TOLERANCE).sum())
    return Measured(
        float(np.median(error)),
        f"{len(error)} shares, {within} of them within {TOLERANCE:g} points; worst {worst['flow']} by {worst['mode']}, "
        f"{error.max():.0f} points",
    )


CHECKS = (
    Check(
        id="mode-held-out",
        kind="evidence",
        sentence="published shares of modes on which nothing was fitted: median error",
        published=0.0,
        tolerance=TOLERANCE,
        unit="points",
        source=f"evidence/data/{SHARES}: written down before the choice of modes was fitted",
        measure=_median_error,
    ),
    *(
        Check(
            id=f"mode-{row['flow']}-{row['mode']}",
            kind="evidence" if row["half"] == "test" else "calibration",
            sentence=f"share of {row['exporters']} to {row['importers']}"
            f"{' and back' if row['both_ways'] == 'yes' else ''} that goes by {row['mode']}, by {row['by']}",
            published=round(float(row["percent"]), 1),
            tolerance=TOLERANCE,
            unit="%",
            source=str(row["source"]),
            measure=_measure(row),
        )
        for _, row in published().iterrows()
    ),
)
