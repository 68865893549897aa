"""Embargoes that came between an older trade pattern and the base year, for flows that no newer table shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from landbridge.world.build.sectors import GOODS

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Embargo:
    """Trade of ``target`` that ended in ``since``: its sales of ``sectors``, and its purchases where ``both_ways``.

    It binds ``partners``, or everyone but ``exempt`` when ``partners`` is empty.
    """

    target: str
    since: int
    sectors: tuple[str, ...]
    partners: frozenset[str]
    exempt: frozenset[str]
    both_ways: bool
    source: str


EMBARGOES = (
    Embargo(
        target="IRN",
        since=2019,
        sectors=("fuels",),
        partners=frozenset(),
        exempt=frozenset({"AFG", "ARE", "ARM", "AZE", "CHN", "IRQ", "OMN", "PAK", "SYR", "TKM", "TUR", "VEN"}),
        both_ways=False,
        source="United States: no more waivers for buyers of Iranian oil from 2 May 2019; neighbours and China go on",
    ),
    Embargo(
        target="RUS",
        since=2022,
        sectors=GOODS,
        partners=frozenset({"ABW", "ALB", "BHS", "CUW", "FSM", "MKD", "MNE", "NCL", "PYF"}),
        exempt=frozenset(),
        both_ways=True,
        source="European Union packages of February to December 2022 and the states and territories that follow them",
    ),
)


def allowed(economies: list[str], year: int) -> NDArray[np.bool_]:
    """Which goods flows ``[i, j, s]`` no embargo had ended by ``year``."""
    names = np.array(economies)
    free = np.ones((len(names), len(names), len(GOODS)), bool)
    for embargo in EMBARGOES:
        if embargo.since > year:
            continue
        bound = np.isin(names, list(embargo.partners)) if embargo.partners else ~np.isin(names, list(embargo.exempt))
        sectors = np.isin(GOODS, embargo.sectors)
        ended = (names == embargo.target)[:, None] & bound[None, :]
        if embargo.both_ways:
            ended |= ended.T
        free &= ~(ended[..., None] & sectors)
    return free
