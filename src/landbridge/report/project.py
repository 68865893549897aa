"""A scenario's cost against its gains, where the study gives a cost."""

from __future__ import annotations

import numpy as np
from pandas import DataFrame

from landbridge.labels import country_name
from landbridge.report.markup import Markup
from landbridge.report.numbers import plain, signed, span
from landbridge.report.page import Numbering, Shown, table
from landbridge.study.outcome import Outcome
from landbridge.study.projects import NOT_COUNTED, cost_of

ALL = "all countries"
COLUMNS = (
    Shown("country", "Country"),
    Shown("gain", "gain a year", numeric=True),
    Shown("worth", "present value", numeric=True),
    Shown("cost", "pays", numeric=True),
    Shown("net", "net present value", numeric=True),
    Shown("net_span", "5–95\u202f%", numeric=True),
    Shown("ratio", "benefit over cost", numeric=True),
)


def project(outcome: Outcome, name: str, title: str, numbering: Numbering) -> Markup | None:
    """What the scenario costs, what it is worth to the world, to those who pay and to the countries looked at."""
    cost = cost_of(outcome.header["study"]["scenario"], name)
    if cost is None:
        return None
    values = outcome.header["parameters"]
    terms = (
        f"{plain(values['project_life'], 0)} years, discounted at {plain(100 * values['discount_rate'])}\u202f% a year"
    )
    looked_at = [code for code in dict.fromkeys([*cost.paid, *outcome.focus]) if code in outcome.countries]
    rows = [
        _world(outcome, name, cost.total),
        *(_country(outcome, name, code, cost.paid.get(code)) for code in looked_at),
    ]
    caption = f"{title}: cost and gains, billion USD; gains over {terms}."
    return table(numbering, caption, DataFrame(rows), COLUMNS, NOT_COUNTED)


def _world(outcome: Outcome, name: str, cost: float) -> dict[str, str]:
    gain, worth = (
        outcome.table(quantity, scenario=name)["value"].sum() for quantity in ("income_gain", "present_value")
    )
    net, ratio = (outcome.table(quantity, scenario=name) for quantity in ("net_present_value", "benefit_cost_ratio"))
    return _row(ALL, gain, worth, cost, net, ratio)


def _country(outcome: Outcome, name: str, code: str, paid: float | None) -> dict[str, str]:
    labels = {"scenario": name, "country": code}
    gain, worth = (outcome.value(quantity, **labels) for quantity in ("income_gain", "present_value"))
    net, ratio = (
        outcome.table(f"own_{quantity}", **labels) for quantity in ("net_present_value", "benefit_cost_ratio")
    )
    return _row(country_name(code), gain, worth, paid, net, ratio)


def _row(
    country: str, gain: float, worth: float, cost: float | None, net: DataFrame, ratio: DataFrame
) -> dict[str, str]:
    """A row in words; empty where there is no number, as where nobody is said to pay."""
    drawn = len(net) and not np.isnan(net.iloc[0].get("low", np.nan))
    return {
        "country": country,
        "gain": signed(gain / 1e3, 3),
        "worth": signed(worth / 1e3, 2),
        "cost": "" if cost is None else plain(cost / 1e3, 2),
        "net": signed(net["value"].iloc[0] / 1e3, 2) if len(net) else "",
        "net_span": span(net["low"].iloc[0] / 1e3, net["high"].iloc[0] / 1e3, 2) if drawn else "",
        "ratio": plain(ratio["value"].iloc[0], 2) if len(ratio) else "",
    }
