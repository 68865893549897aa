"""Two scenarios, or two outcomes, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
from pandas import DataFrame

from landbridge.errors import InputError
from landbridge.study.outcome import Outcome

QUANTITIES = ("real_income", "real_wage", "total_trade", "trade")


def compare(
    left: Outcome,
    right: Outcome,
    left_scenario: str,
    right_scenario: str,
    quantities: Iterable[str] = QUANTITIES,
    **labels: Any,
) -> DataFrame:
    """Quantities in two scenarios, of one outcome or of two.

    Args:
        labels: narrow both sides down, as in ``Outcome.table``; without any, countries are those of the left focus.

    Returns:
        rows ``quantity``, the labels, ``left``, ``right``, ``difference`` (right minus left).

    Raises:
        InputError: an unknown quantity, scenario or label; a quantity without scenarios.
    """
    return pd.concat(
        [_side_by_side(left, right, left_scenario, right_scenario, name, labels) for name in quantities],
        ignore_index=True,
    )


def _side_by_side(
    left: Outcome, right: Outcome, left_scenario: str, right_scenario: str, quantity: str, labels: dict[str, Any]
) -> DataFrame:
    dims = [str(dim) for dim in left.values(quantity).dims]
    if "scenario" not in dims:
        raise InputError(f"{quantity} has no scenarios to compare.")
    focus = [code for code in left.focus if code in left.countries and code in right.countries]
    chosen = {label: value for label, value in labels.items() if label in dims}
    for dim in ("country", "partner"):
        if dim in dims and not labels and focus:
            chosen[dim] = focus
    keys = [dim for dim in dims if dim != "scenario"]
    one, other = (
        outcome.table(quantity, scenario=scenario, **chosen)[[*keys, "value"]]
        for outcome, scenario in ((left, left_scenario), (right, right_scenario))
    )
    suffixes = ("_left", "_right")
    both = (
        one.merge(other, how="outer", on=keys, suffixes=suffixes)
        if keys
        else one.merge(other, "cross", suffixes=suffixes)
    )
    if {"country", "partner"} <= set(keys) and quantity == "trade":
        both = both[both["country"] < both["partner"]]
    both = both.rename(columns={"value_left": "left", "value_right": "right"})
    both.insert(0, "quantity", quantity)
    return both.assign(difference=both["right"] - both["left"])
