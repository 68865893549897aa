"""From violence to the risk of a land route, on arrays.

The grade of violence is g = log10(1 + deaths per million and year / scale). Delay, money and insurance are in
proportion to it; a crossing is shut for the share 1 - exp(-c g) of the time. Where deaths are uncertain the expected
grade counts, which is less than the grade of expected deaths (Jensen): a war that may end is a smaller risk than one
that goes on as on average.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from landbridge.errors import InputError
from landbridge.security.core import Array


@dataclass(frozen=True)
class LinkRisk:
    """What violence does to land transport through a country; arrays of one shape.

    Attributes:
        grade: expected grade of violence.
        delay: hours per 100 km.
        surcharge: USD per TEU-km for escorts and payments.
        premium: insurance of cargo, percent of its value per 1,000 km.
        closed: share of the time a crossing is shut.
        wait: expected hours at a crossing because of it.
    """

    grade: Array
    delay: Array
    surcharge: Array
    premium: Array
    closed: Array
    wait: Array


def grade(deaths_per_million: Any, scale: float) -> Array:
    """The grade of violence of deaths a year per million people.

    Raises:
        InputError: deaths are negative or unknown.
    """
    rate = np.asarray(deaths_per_million, dtype=float)
    if not (np.isfinite(rate) & (rate >= 0)).all():
        raise InputError("Deaths per million people must be numbers of zero or more.")
    return np.log10(1 + rate / scale)


def link_risk(deaths_per_million: Any, values: Mapping[str, float]) -> LinkRisk:
    """Risk from draws of deaths a year per million people [..., S], by the parameters' ``values``."""
    grades = grade(deaths_per_million, values["conflict_scale"])
    expected = grades.mean(-1)
    closed = (1 - np.exp(-values["conflict_closure"] * grades)).mean(-1)
    return LinkRisk(
        grade=expected,
        delay=values["conflict_delay"] * expected,
        surcharge=values["conflict_surcharge"] * expected,
        premium=values["conflict_premium"] * expected,
        closed=closed,
        wait=values["conflict_closure_hours"] * closed,
    )


def equivalent_deaths(expected_grade: Any, scale: float) -> Array:
    """Deaths per million of a certain war as risky as an uncertain one of this expected grade."""
    found: Array = scale * np.expm1(np.log(10.0) * np.asarray(expected_grade, dtype=float))
    return found
