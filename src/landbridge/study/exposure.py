"""Whose growth, and whose trade costs, raise or lower a country's income: exposure as quantities and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from landbridge.errors import InputError
from landbridge.labels import one_of
from landbridge.study.outcome import Outcome
from landbridge.trade.core import DeficitRule
from landbridge.trade.exposure import Exposure, LinearResponse
from landbridge.trade.model import TradeModel, calibrate_world
from landbridge.world import World

Array = NDArray[np.float64]
Positions = NDArray[np.intp]
ALL_SECTORS = "all"
RULES: tuple[DeficitRule, ...] = ("zero", "fixed", "share")
PAIR = ("country", "partner", "sector")


def exposures(model: TradeModel, watched: Positions, goods: Positions) -> dict[str, tuple[Any, Any]]:
    """The exposures of all countries at a baseline, as variables of an outcome with their dimensions.

    Args:
        watched: positions of the countries for which exposure to every pair's trade cost is kept.
        goods: positions of the sectors whose goods travel on the network.
    """
    response = LinearResponse.of(model.calibration)
    real_income = response.real_income()
    costs = [real_income.trade_cost(n)[:, :, goods].sum(2) for n in watched]
    return {
        "exposure_income": (PAIR, response.income().productivity),
        "exposure_real_income": (PAIR, real_income.productivity),
        "exposure_trade_cost": (("watched", "exporter", "importer"), _stack(costs, len(model.countries))),
    }


def exposures_among(model: TradeModel, watched: Positions, goods: Positions) -> dict[str, Array]:
    """The same among some countries alone, all sectors of a partner together: what is kept of a draw."""
    if not len(watched):
        nothing = np.zeros((0, 0))
        return {"exposure_income": nothing, "exposure_real_income": nothing, "exposure_trade_cost": nothing[None][:0]}
    response = LinearResponse.of(model.calibration)
    rows = np.eye(len(model.countries))[watched]
    real_income = response.real_income(rows)

    def to_partners(found: Exposure) -> Array:
        among: Array = found.productivity.sum(2)[:, watched]
        return among

    return {
        "exposure_income": to_partners(response.income(rows)),
        "exposure_real_income": to_partners(real_income),
        "exposure_trade_cost": real_income.trade_costs(watched)[..., goods].sum(3),
    }


def _stack(matrices: Sequence[Array], count: int) -> NDArray[np.float32]:
    """Matrices one upon another, in single precision: there are as many as pairs of countries, for each watched."""
    return np.asarray(matrices, dtype=np.float32).reshape(-1, count, count)


def exposure_table(
    source: World | Outcome, sector: Sequence[str] = (ALL_SECTORS,), deficits: Sequence[str] | None = None
) -> DataFrame:
    """Exposure of every country to the productivity of every other.

    Args:
        source: a world as it stands, at the central parameters; or an outcome, of its baseline.
        sector: productivity of which sectors of the partner, each by itself; "all" stands for all together.
        deficits: of a world, the rules for trade deficits (see ``trade.core.calibrate``), each by itself; None: "zero".
            An outcome has that of its study.

    Returns:
        Rows ``country``, ``partner``, ``sector``, ``deficits``, ``real_income``, ``income``: percent for one percent
        more productivity of the partner; incomes are wages in units of world income. Who helps most comes first.

    Raises:
        InputError: an unknown sector or rule, or another rule than the outcome's.
        NoEquilibriumError: no equilibrium without deficits was found.
    """
    if isinstance(source, World):
        rules = [deficit_rule(rule) for rule in deficits or ("zero",)]
        parts = [_rows(_of_world(source, rule), sector, rule) for rule in rules]
    else:
        rule = source.header["study"]["study"]["deficits"]
        if deficits is not None and list(deficits) != [rule]:
            raise InputError(
                f'This outcome\'s study has deficits = "{rule}"; for another rule run it with that, or show the '
                "exposure of a world: landbridge show exposure PAK deficits=share --world 2017."
            )
        arrays = {name: source.data[f"exposure_{name}"] for name in ("real_income", "income")}
        axes = [list(map(str, arrays["income"][dim].values)) for dim in PAIR]
        parts = [_rows(({name: array.to_numpy() for name, array in arrays.items()}, axes), sector, rule)]
    table = pd.concat(parts)
    order = ["country", "deficits", "real_income"]
    return table.sort_values(order, ascending=[True, True, False], ignore_index=True)


def deficit_rule(text: str) -> DeficitRule:
    """The rule for trade deficits of that name.

    Raises:
        InputError: there is none; names those there are.
    """
    return RULES[RULES.index(one_of(text, RULES, "deficit rule"))]  # type: ignore[arg-type]


def _of_world(world: World, rule: DeficitRule) -> tuple[dict[str, Array], list[list[str]]]:
    """Exposures by name [country, partner, sector], and the labels of these."""
    model = calibrate_world(world, deficits=rule)
    response = LinearResponse.of(model.calibration)
    values = {"real_income": response.real_income().productivity, "income": response.income().productivity}
    return values, [list(model.countries), list(model.countries), list(model.sectors)]


def _rows(found: tuple[dict[str, Array], list[list[str]]], sector: Sequence[str], rule: str) -> DataFrame:
    """The rows of some sectors under a rule."""
    values, (countries, partners, sectors) = found
    axes = pd.MultiIndex.from_product([countries, partners], names=["country", "partner"])
    parts = []
    for name in [one_of(name, [ALL_SECTORS, *sectors], "sector") for name in sector]:
        places = np.arange(len(sectors)) if name == ALL_SECTORS else [sectors.index(name)]
        chosen = {column: array[:, :, places].sum(2).ravel() for column, array in values.items()}
        parts.append(pd.DataFrame(chosen, index=axes).reset_index().assign(sector=name, deficits=rule))
    return pd.concat(parts)[["country", "partner", "sector", "deficits", "real_income", "income"]]
