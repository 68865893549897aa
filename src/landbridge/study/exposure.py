"""Whose growth raises or lowers a country's income and real income: exposure as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from pandas import DataFrame

from landbridge.labels import one_of
from landbridge.study.outcome import Outcome
from landbridge.trade.core import DeficitRule
from landbridge.trade.exposure import LinearResponse
from landbridge.trade.model import calibrate_world
from landbridge.world import World, load_world

ALL_SECTORS = "all"


def exposure_table(
    world: World,
    sector: Sequence[str] = (ALL_SECTORS,),
    params: Mapping[str, float] | None = None,
    deficits: DeficitRule = "zero",
) -> DataFrame:
    """Exposure of every country to the productivity of every other, at the world as it stands.

    Args:
        sector: productivity of which sectors of the partner, each by itself; "all" stands for all together.
        params: parameter values; None: the central ones.
        deficits: what happens to trade deficits (see ``trade.core.calibrate``).

    Returns:
        Rows ``country``, ``partner``, ``sector``, ``real_income``, ``income``: percent for one percent more
        productivity of the partner; incomes are wages in units of world income. Who helps most comes first.

    Raises:
        InputError: an unknown sector.
        NoEquilibriumError: no equilibrium without deficits was found.
    """
    model = calibrate_world(world, params, deficits=deficits)
    response = LinearResponse.of(model.calibration)
    values = {"real_income": response.real_income().productivity, "income": response.income().productivity}
    names = [one_of(name, [ALL_SECTORS, *model.sectors], "sector") for name in sector]
    axes = pd.MultiIndex.from_product([model.countries, model.countries], names=["country", "partner"])
    parts = []
    for name in names:
        places = np.arange(len(model.sectors)) if name == ALL_SECTORS else [model.sectors.index(name)]
        chosen = {column: array[:, :, places].sum(2).ravel() for column, array in values.items()}
        parts.append(pd.DataFrame(chosen, index=axes).reset_index().assign(sector=name))
    table = pd.concat(parts)[["country", "partner", "sector", "real_income", "income"]]
    return table.sort_values(["country", "real_income"], ascending=[True, False], ignore_index=True)


def baseline_exposure_table(outcome: Outcome, sector: Sequence[str] = (ALL_SECTORS,)) -> DataFrame:
    """Exposure at the baseline of an outcome, with its parameters and under its rule for deficits."""
    header = outcome.header
    world = load_world(header["world"]["folder"])
    return exposure_table(world, sector, header["parameters"], header["study"]["study"]["deficits"])
