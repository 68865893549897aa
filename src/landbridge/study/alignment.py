"""What a scenario's trade does to alignment and institutions: the last link of the chain, after network and trade.

Trade at the central values gives each pair's change of exposure and each country's share of trade with the members of
every institution; estimates on the past turn these into a shift of the distance of ideal points and into chances of
joining and leaving. The coefficients are drawn anew in every draw, from their covariance. Nothing acts back on routes
or trade: network, trade and alignment are computed once each, in this order, and that is the fixed point.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from landbridge.alignment.core.hazard import probability
from landbridge.alignment.institutions import Setting, covariates
from landbridge.parameters import central_values
from landbridge.study.changes import Join, Leave
from landbridge.study.institutions import (
    EVENTS,
    HORIZON,
    Estimate,
    dated_institutions,
    estimate_of,
    inside,
    setting_of_world,
)
from landbridge.study.outcome import DRAWS
from landbridge.study.schema import BASELINE, Study
from landbridge.trade.core import TradeBaseline, calibrate
from landbridge.trade.exposure import LinearResponse
from landbridge.world import World

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

EXPOSURE_UNIT = 1e-4  # elasticity of real income: a ten-thousandth counts as small
TABLES = ("memberships", "ideal_points")
EXPECTED = {"join": "expected_accessions", "leave": "expected_departures"}


def exposure_measure(elasticity: Any) -> Array:
    """Exposure as the estimates use it: asinh of the elasticity over a ten-thousandth.

    About linear below a ten-thousandth and logarithmic above, of either sign: most pairs hardly matter to one another,
    and a few do a thousand times as much.
    """
    measure: Array = np.arcsinh(np.asarray(elasticity, dtype=float) / EXPOSURE_UNIT)
    return measure


def exposure(flows: Array, trade_elasticity: float) -> Array:
    """Elasticity of real income of n to productivity of i [n, i], one sector, flows [i, j] with own trade.

    Deficits are held in units of world income, as in the estimates.
    """
    calibration = calibrate(TradeBaseline.from_flows(flows), trade_elasticity, "fixed")
    return LinearResponse.of(calibration).real_income().productivity[:, :, 0]


@dataclass(frozen=True)
class Members:
    """Chances of institutions [m] and countries [n] in one scenario.

    ``probability`` [m, n] of being a member after ``HORIZON`` years; ``expected`` by event: how many countries are
    expected to join or leave in that time [m], and in every draw [draw, m].
    """

    probability: Array
    expected: dict[str, Array]
    drawn: dict[str, Array]


def alignment_of(study: Study, world: World, flow: xr.DataArray, watched: Sequence[str], draws: int) -> xr.Dataset:
    """Quantities of alignment of every scenario, from its trade ``flow`` [scenario, country, partner, sector].

    Exposure is to all trade, own trade included; the shares of members are of trade in goods (label ``carried``).

    ``alignment_shift`` [scenario, country, partner], ``membership_probability`` [scenario, institution, country],
    ``expected_accessions`` and ``expected_departures`` [scenario, institution], with their draws where there are any.
    nan where there is no estimate: countries without votes.

    Raises:
        DataError: no estimate is old enough for the world.
        SolveError: an exposure could not be computed.
    """
    scenarios, seed = [BASELINE, *study.scenarios], study.uncertainty.seed
    ordered = flow.sel(scenario=scenarios).transpose("scenario", "country", "partner", "sector")
    flows = ordered.sum("sector").to_numpy()
    goods = ordered.isel(sector=np.flatnonzero(flow["carried"].to_numpy())).sum("sector").to_numpy()
    theta = central_values(study.parameters)["trade_elasticity"]
    measure = np.stack([exposure_measure(exposure(trade, theta)) for trade in flows])
    moved = np.where(np.eye(flows.shape[1], dtype=bool), np.nan, measure - measure[0])
    response = estimate_of(world, "response")
    positions = [world.countries.index(code) for code in watched]
    square = moved[:, positions][:, :, positions]
    coefficient = _drawn(response.coefficient, response.covariance, draws, seed, "response")[:, 0]
    institutions = dated_institutions(world) if set(TABLES) <= set(world.resources) else []
    before = setting_of_world(world, institutions) if institutions else None
    found = []
    for scenario, trade in zip(scenarios, goods, strict=True):
        within = inside(_changed(study, scenario, world), institutions, world.year)
        found.append(_members(world, institutions, before, trade, within, draws, seed))
    by_institution = ("scenario", "institution")
    data: dict[str, Any] = {
        "alignment_shift": (("scenario", "country", "partner"), response.coefficient[0] * moved),
        "membership_probability": ((*by_institution, "country"), np.stack([one.probability for one in found])),
        **{EXPECTED[e]: (by_institution, np.stack([one.expected[e] for one in found])) for e in EVENTS},
    }
    if draws:
        shifts = coefficient[:, None, None] * square[:, None]
        data[f"alignment_shift{DRAWS}"] = (("scenario", "draw", "watched", "watched_partner"), shifts)
        for e in EVENTS:
            kept = np.stack([one.drawn[e] for one in found])
            data[EXPECTED[e] + DRAWS] = (("scenario", "draw", "institution"), kept)
    labels = {side: flow[side].to_numpy() for side in ("country", "partner")}
    coords = {"scenario": scenarios, "institution": np.array(institutions, dtype=object), **labels}
    return xr.Dataset(data, coords=coords)


def _members(
    world: World,
    institutions: list[str],
    before: Setting | None,
    goods: Array,
    within: Mask,
    draws: int,
    seed: int,
) -> Members:
    """Chances under a scenario's trade in goods [i, j], with the members its changes leave."""
    if before is None:
        nothing = dict.fromkeys(EVENTS, np.zeros(0))
        return Members(np.zeros((0, len(goods))), nothing, dict.fromkeys(EVENTS, np.zeros((draws, 0))))
    trade = goods + goods.T
    np.fill_diagonal(trade, 0.0)
    at = replace(before, trade=trade, inside=within)
    x = covariates(at)
    known = np.isfinite(x).all(2)
    chance = np.where(at.inside, 1.0, 0.0)
    expected, drawn = {}, {}
    for event in EVENTS:
        at_risk = known & (at.inside == (event == "leave"))
        estimate = estimate_of(world, event)
        coefficients = _drawn(estimate.coefficient, estimate.covariance, draws, seed, event)
        happens = _chances(x[at_risk], estimate, np.vstack([estimate.coefficient, coefficients]))
        chance[at_risk] = np.abs(chance[at_risk] - happens[:, 0])
        m = np.nonzero(at_risk)[0]
        sums = np.zeros((len(institutions), 1 + draws))
        np.add.at(sums, m, happens)
        expected[event], drawn[event] = sums[:, 0], sums[:, 1:].T
    return Members(np.where(known, chance, np.nan), expected, drawn)


def _chances(x: Array, estimate: Estimate, coefficients: Array) -> Array:
    """Probability of the event within ``HORIZON`` years [rows, draws] of covariates [rows, k]."""
    design = np.column_stack([np.ones(len(x)), (x - estimate.mean) / estimate.spread])
    return probability(design @ coefficients.T, HORIZON)


def _drawn(mean: Array, covariance: Array, draws: int, seed: int, name: str) -> Array:
    """Coefficients in every draw [draw, k]; each model has its own stream, more draws leave the first as is."""
    normal = np.random.default_rng([seed, zlib.crc32(name.encode())]).standard_normal((draws, len(mean)))
    values, vectors = np.linalg.eigh(covariance)
    return mean + normal @ (vectors * np.sqrt(np.clip(values, 0.0, None))).T


def _changed(study: Study, scenario: str, world: World) -> World:
    """The world with a scenario's changes of membership and no others."""
    if scenario == BASELINE:
        return world
    for _, change in study.steps(scenario):
        if isinstance(change, Join | Leave):
            world = change.apply(world)
    return world
