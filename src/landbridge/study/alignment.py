"""What a scenario's trade does to alignment and institutions: the last link of the chain, after network and trade.

Trade gives each pair's change of exposure and each country's share of trade with the members of every institution;
estimates on the past turn these into a shift of the distance of ideal points and into chances of joining and leaving.
In every draw both are new: trade and exposure are the draw's own, and the coefficients are drawn from their covariance.
Exposure is measured at the study's central trade elasticity, as the coefficient was estimated at one.

Nothing acts back on routes or trade: network, trade, exposure, alignment and institutions are computed once each, in
this order, and that is the fixed point (tests/test_study_order.py).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from landbridge.parameters import central_values
from landbridge.study.changes import Join, Leave
from landbridge.study.institutions import (
    EVENTS,
    Estimate,
    dated_institutions,
    estimate_of,
    inside,
    setting,
)
from landbridge.study.membership import Membership
from landbridge.study.schema import BASELINE, Study
from landbridge.trade.core import one_sector_exposure
from landbridge.trade.prediction import great_circle
from landbridge.world import World

Array = NDArray[np.float64]
Index = NDArray[np.intp]

EXPOSURE_UNIT = 1e-4  # elasticity of real income: a ten-thousandth counts as small
TABLES = ("memberships", "ideal_points")
RESPONSE = "response"
EXPECTED = {"join": "expected_accessions", "leave": "expected_departures"}


def exposure_measure(elasticity: Any) -> Array:
    """Exposure as the estimates use it: asinh of the elasticity over a ten-thousandth.

    About linear below a ten-thousandth and logarithmic above, of either sign: most pairs hardly matter to one another,
    and a few do a thousand times as much.
    """
    measure: Array = np.arcsinh(np.asarray(elasticity, dtype=float) / EXPOSURE_UNIT)
    return measure


def drawn_coefficients(world: World, draws: int, seed: int) -> list[dict[str, Array]]:
    """The coefficients of every model in every draw; each has its own stream, and more draws leave the first as is."""
    by_model = {model: _drawn(estimate_of(world, model), draws, seed, model) for model in (RESPONSE, *EVENTS)}
    return [{model: drawn[position] for model, drawn in by_model.items()} for position in range(draws)]


def _drawn(estimate: Estimate, draws: int, seed: int, name: str) -> Array:
    """Coefficients [draw, k] of an estimate."""
    k = len(estimate.coefficient)
    normal = np.random.default_rng([seed, zlib.crc32(name.encode())]).standard_normal((draws, k))
    values, vectors = np.linalg.eigh(estimate.covariance)
    drawn: Array = estimate.coefficient + normal @ (vectors * np.sqrt(np.clip(values, 0.0, None))).T
    return drawn


@dataclass(frozen=True)
class Politics:
    """What trade is turned into alignment with, the same in every draw.

    ``goods`` are positions of the sectors that travel on the network, ``watched`` of the countries whose pairs are kept
    of a draw; ``membership`` by scenario; ``central`` the coefficients of every model as estimated.
    """

    elasticity: float
    goods: Index
    watched: Index
    institutions: list[str]
    membership: Mapping[str, Membership]
    central: Mapping[str, Array]

    @classmethod
    def of(cls, study: Study, world: World, watched: Sequence[str] = ()) -> Politics:
        """Make a study's scenarios ready, and the baseline.

        Raises:
            DataError: no estimate is old enough for the world.
        """
        estimates = {model: estimate_of(world, model) for model in (RESPONSE, *EVENTS)}
        institutions = dated_institutions(world) if set(TABLES) <= set(world.resources) else []
        membership = {}
        if institutions:
            km, no_trade = great_circle(world).to_numpy(), np.zeros((len(world.countries), len(world.countries)))
            worlds = {name: _changed(study, name, world) for name in (BASELINE, *study.scenarios)}
            made: dict[int, Membership] = {}
            for scenario, changed in worlds.items():
                members = id(changed.table("memberships"))
                if members not in made:
                    within = inside(changed, institutions, world.year)
                    at = setting(world, institutions, world.year, no_trade, km, within)
                    made[members] = Membership.of(at, estimates)
                membership[scenario] = made[members]
        central = central_values(study.parameters)
        return cls(
            central["trade_elasticity"],
            np.flatnonzero([f"value_per_teu_{sector}" in central for sector in world.sectors]),
            np.array([world.countries.index(code) for code in watched], dtype=np.intp),
            institutions,
            membership,
            {model: estimate.coefficient for model, estimate in estimates.items()},
        )

    def exposure(self, flows: Array, some: Index | None = None) -> Array:
        """The measure of exposure of some countries, or all, to every other [n, i]: all trade, own trade included."""
        return exposure_measure(one_sector_exposure(flows.sum(2), self.elasticity, some))

    def traded(self, flows: Array) -> Array:
        """Goods both ways [i, j], zero with oneself."""
        goods = flows @ np.isin(np.arange(flows.shape[2]), self.goods).astype(float)
        trade: Array = goods + goods.T
        np.fill_diagonal(trade, 0.0)
        return trade

    def expected(self, scenario: str, flows: Array, coefficients: Mapping[str, Array]) -> dict[str, Array]:
        """By event how many countries are expected to join or leave each institution [m]."""
        if not self.institutions:
            return dict.fromkeys(EVENTS, np.zeros(0))
        return self.membership[scenario].expected(self.traded(flows), coefficients)


def alignment_in_a_draw(
    politics: Politics, flows: Mapping[str, Array], coefficients: Mapping[str, Array]
) -> dict[str, Array]:
    """Quantities of alignment of every scenario, the baseline first, in one draw's trade and coefficients.

    ``alignment_shift`` [scenario, watched, watched], ``expected_accessions``, ``expected_departures`` [scenario, m].
    """
    watched = politics.watched
    measure = np.stack([politics.exposure(trade, watched)[:, watched] for trade in flows.values()])
    expected = [politics.expected(scenario, trade, coefficients) for scenario, trade in flows.items()]
    moved = coefficients[RESPONSE][0] * _of_others(measure - measure[0])
    return {"alignment_shift": moved} | {EXPECTED[e]: np.stack([one[e] for one in expected]) for e in EVENTS}


def alignment_of(politics: Politics, flow: xr.DataArray) -> xr.Dataset:
    """Quantities of alignment of every scenario, from its trade ``flow`` [scenario, country, partner, sector].

    ``alignment_shift`` [scenario, country, partner], ``membership_probability`` [scenario, institution, country],
    ``expected_accessions`` and ``expected_departures`` [scenario, institution]. nan where there is no estimate:
    countries without votes.
    """
    scenarios = [str(name) for name in flow["scenario"].values]
    flows = flow.transpose("scenario", "country", "partner", "sector").to_numpy()
    measure = np.stack([politics.exposure(trade) for trade in flows])
    expected = [politics.expected(*of_scenario, politics.central) for of_scenario in zip(scenarios, flows, strict=True)]
    chance = np.full((len(scenarios), len(politics.institutions), flows.shape[1]), np.nan)
    for place, scenario in enumerate(scenarios):
        if politics.institutions:
            of_scenario = politics.membership[scenario]
            chance[place] = of_scenario.probability(politics.traded(flows[place]), politics.central)
    by_institution = ("scenario", "institution")
    data: dict[str, Any] = {
        "alignment_shift": (
            ("scenario", "country", "partner"),
            politics.central[RESPONSE][0] * _of_others(measure - measure[scenarios.index(BASELINE)]),
        ),
        "membership_probability": ((*by_institution, "country"), chance),
        **{EXPECTED[e]: (by_institution, np.stack([one[e] for one in expected])) for e in EVENTS},
    }
    labels = {side: flow[side].to_numpy() for side in ("country", "partner")}
    coords = {"scenario": scenarios, "institution": np.array(politics.institutions, dtype=object), **labels}
    return xr.Dataset(data, coords=coords)


def _of_others(moved: Array) -> Array:
    """The changes [scenario, n, i] without those of a country's exposure to itself."""
    return np.where(np.eye(moved.shape[1], dtype=bool), np.nan, moved)


def _changed(study: Study, scenario: str, world: World) -> World:
    """The world with a scenario's changes of membership and no others."""
    if scenario == BASELINE:
        return world
    for _, change in study.steps(scenario):
        if isinstance(change, Join | Leave):
            world = change.apply(world)
    return world
