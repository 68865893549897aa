"""Why a result is what it is: where a change of real income comes from, and which uncertain parameter matters most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from landbridge.errors import InputError
from landbridge.study.outcome import Outcome
from landbridge.study.schema import BASELINE

BY = ("cause", "partner", "sector")


def why(outcome: Outcome, country: str, scenario: str, by: Sequence[str] = BY) -> DataFrame:
    """What the change of a country's real income comes from.

    Args:
        by: how finely: any of "cause" (hours, money, policy cost, tariff, productivity, terms of trade, closed supply,
            tariff revenue), "partner" and "sector".

    Returns:
        a column for each of ``by`` and ``points``, percentage points of real income, largest first; they add up to
        the change of real income. Rows without a contribution are left out.

    Raises:
        InputError: an unknown label, or a country for which the outcome does not keep the reasons.
    """
    if not by or not set(by) <= set(BY):
        raise InputError(f"by = {', '.join(by) or 'nothing'}: wanted is one or more of {', '.join(BY)}.")
    table = outcome.table("contribution", country=country, scenario=scenario)
    grouped = table.groupby(list(by), as_index=False).agg(points=("value", "sum"))
    found = grouped[grouped["points"] != 0]
    return found.sort_values("points", key=np.abs, ascending=False, ignore_index=True)


def why_trade(outcome: Outcome, country: str, partner: str, scenario: str) -> DataFrame:
    """What changes on the way between two countries: hours, money, mode and cost, before and after.

    Returns:
        rows ``quantity``, ``detail`` (mode or sector), ``from``, ``to``, ``before``, ``after``.

    Raises:
        InputError: an unknown label.
    """
    rows = []
    for quantity in ("travel_days", "freight_usd", "mode_share", "trade_cost", "flow"):
        for one, other in ((country, partner), (partner, country)):
            table = outcome.table(quantity, scenario=[BASELINE, scenario], country=one, partner=other)
            detail = next((label for label in ("mode", "sector") if label in table), None)
            table = table.assign(detail=table[detail] if detail else "")
            wide = table.pivot(index="detail", columns="scenario", values="value")
            rows += [(quantity, name, one, other, row[BASELINE], row[scenario]) for name, row in wide.iterrows()]
    return pd.DataFrame(rows, columns=["quantity", "detail", "from", "to", "before", "after"])


def what_matters(outcome: Outcome, quantity: str, **labels: Any) -> DataFrame:
    """Which uncertain parameters move a result: rank correlations between the parameters drawn and the result.

    Returns:
        rows ``parameter``, ``rank_correlation`` (Spearman; nan where the result does not vary), strongest first.

    Raises:
        InputError: the outcome has no draws of this quantity, or an unknown label.

    Source: Saltelli et al. (2008), Global Sensitivity Analysis, section 1.2.
    """
    drawn = outcome.drawn(quantity, **labels)
    if drawn is None:
        raise InputError(f"No draws of {quantity} at these labels in this outcome.")
    found = rank_correlation(outcome.drawn_parameters, drawn)
    table = DataFrame({"parameter": found.index, "rank_correlation": found.to_numpy()})
    return table.sort_values("rank_correlation", key=np.abs, ascending=False, ignore_index=True, na_position="last")


def rank_correlation(parameters: DataFrame, drawn: Any) -> Series:
    """Spearman's rank correlation of every column with what was drawn; nan where either does not vary."""
    a, b = (values - values.mean(axis=0) for values in (parameters.rank().to_numpy(), Series(drawn).rank().to_numpy()))
    scale = np.sqrt((a**2).sum(axis=0) * (b**2).sum())
    found = np.divide(b @ a, scale, out=np.full(len(scale), np.nan), where=scale > 0)
    return Series(found, index=parameters.columns)
