"""The JSON document of a run: one shape, versioned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from landbridge.claims.judge import Verdict
from landbridge.study.outcome import Outcome
from landbridge.study.schema import BASELINE

VERSION = 1


def to_json(outcome: Outcome, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """What ``landbridge run --json`` prints: study, scenarios, claims.

    Numbers are percent changes against the unchanged world at the central values; a pair of focus countries is
    "PAK-RUS", in the order of the study. What does not exist is null.
    """
    header = outcome.header["study"]
    return {
        "version": VERSION,
        "study": {
            "name": header["name"],
            "title": header["study"]["title"],
            "world": outcome.header["world"]["name"],
            "focus": outcome.focus,
            "draws": outcome.draw_count,
            "seed": outcome.header["seed"],
        },
        "scenarios": {name: _scenario(outcome, name) for name in outcome.scenarios if name != BASELINE},
        "claims": [
            {
                "id": verdict.claim.id,
                "verdict": verdict.verdict,
                "share": verdict.share,
                "basis": verdict.basis,
                "needs": verdict.needs,
            }
            for verdict in verdicts
        ],
    }


def _scenario(outcome: Outcome, name: str) -> dict[str, Any]:
    trade = outcome.values("trade").sel(scenario=name)
    residuals = [float(outcome.values("residual").sel(scenario=name))]
    drawn = outcome.draws("residual")
    if drawn is not None:
        residuals.append(float(drawn.sel(scenario=name).max()))
    known = [code for code in outcome.focus if code in outcome.countries]
    return {
        "title": outcome.header["study"]["scenario"].get(name, {}).get("title", ""),
        "max_residual": max(residuals),
        "cut_off": outcome.header["cut_off"][name],
        "real_income": _by_country(outcome, "real_income", name),
        "real_wage": _by_country(outcome, "real_wage", name),
        "trade": {f"{a}-{b}": _number(trade.sel(country=a, partner=b)) for a, b in combinations(known, 2)},
    }


def _by_country(outcome: Outcome, quantity: str, scenario: str) -> dict[str, float | None]:
    values = outcome.values(quantity).sel(scenario=scenario)
    return {code: _number(values.sel(country=code)) for code in outcome.countries}


def _number(value: Any) -> float | None:
    number = float(np.asarray(value))
    return number if math.isfinite(number) else None
