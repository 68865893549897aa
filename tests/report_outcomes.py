"""A small made-up outcome for tests of reports: six countries, two scenarios, links of a corridor and of a sea lane."""

from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from landbridge.claims.judge import Verdict, judge
from landbridge.claims.schema import Claims
from landbridge.parameters import central_values
from landbridge.study.outcome import Outcome
from landbridge.study.record import CAUSES, NO_SECTOR
from landbridge.world import World, load_world
from landbridge.world.world import BASELINE

COUNTRIES = ["AFG", "CHN", "IND", "PAK", "RUS", "USA"]
FOCUS = ["PAK", "RUS", "CHN", "AFG"]
SECTORS = ["agriculture", "fuels", "manufactures", "services"]
SCENARIOS = ["baseline", "railway", "war"]
MODES = ["sea", "rail", "road"]
PASSAGES = ["khunjerab", "suez"]
DRAWS = 40
MONTHS = [f"2017-{month:02d}" for month in range(1, 13)]
UNSAFE = """<script>alert("x")</script> & 'Kashgar' <b>"""


def world() -> World:
    return load_world("2017")


@cache
def outcome(draws: int = DRAWS) -> Outcome:
    """An outcome with the shape of a run's, its figures drawn at random from a fixed seed."""
    rng = np.random.default_rng(7)
    n, s = len(COUNTRIES), len(SCENARIOS)
    income = rng.normal(0.2, 0.4, (s, n))
    income[0] = 0.0
    flow = rng.gamma(2.0, 900.0, (1, n, n, 4)) * np.ones((s, 1, 1, 1))
    flow[1, 3, 1] *= 1.4
    flow[2, 0] = flow[2, :, 0] = 0.0
    days = rng.uniform(5.0, 40.0, (s, n, n))
    days[2, 0] = days[2, :, 0] = np.inf
    violence = np.array([1400.0, 0.2, 60.0, 65.0, 16.0, 0.0]) + np.zeros((s, 1)) + 1e-9
    violence[2, [0, 3]] = 3300.0, 65.4
    reasons = np.zeros((s, len(FOCUS), len(CAUSES), n, len(SECTORS) + 1))
    reasons[1, 0, 0, 1, 2] = income[1, 3]
    by_pair = ("scenario", "country", "partner")
    data = xr.Dataset(
        {
            "real_income": (by_pair[:2], income),
            "real_wage": (by_pair[:2], 0.9 * income),
            "wage": (by_pair[:2], 0.5 * income),
            "cut_off": (by_pair[:2], np.isinf(days).all(axis=2)),
            "flow": ((*by_pair, "sector"), flow),
            "trade_cost": ((*by_pair, "sector"), np.zeros((s, n, n, 4))),
            "cost_change": ((*by_pair, "sector"), np.zeros((s, n, n, 4))),
            "travel_days": (by_pair, days),
            "freight_usd": (by_pair, 100.0 * days),
            "mode_share": ((*by_pair, "mode"), rng.dirichlet([1.0, 1.0, 1.0], (s, n, n))),
            "residual": (("scenario",), np.array([0.0, 2e-13, 3e-12])),
            "violence": (by_pair[:2], violence),
            "violence_change": (by_pair[:2], 100 * (violence / violence[0] - 1)),
            "violence_by_month": ((*by_pair[:2], "month"), violence[..., None] * np.linspace(0.9, 1.1, len(MONTHS))),
            "contribution": (("scenario", "watched", "cause", "partner", "why_sector"), reasons),
            "passage_load": (("scenario", "passage"), np.array([[400.0, 9e5], [2400.0, 8.9e5], [400.0, 9e5]])),
            "passage_share": (("scenario", "country", "passage"), rng.uniform(0.0, 0.5, (s, n, 2))),
            "link_load": (("scenario", "link"), np.array([[100.0, 5e3], [2100.0, 4e3], [100.0, 5e3]])),
            "link_change": (("scenario", "link"), np.array([[0, 0], [1, 0], [0, 3]], dtype=np.int8)),
        },
        coords={
            "scenario": SCENARIOS,
            "country": COUNTRIES,
            "partner": COUNTRIES,
            "sector": SECTORS,
            "why_sector": [*SECTORS, NO_SECTOR],
            "carried": ("sector", [True, True, True, False]),
            "mode": MODES,
            "watched": FOCUS,
            "month": MONTHS,
            "cause": list(CAUSES),
            "passage": PASSAGES,
            "link": ["0", "1"],
            "link_mode": ("link", ["rail", "sea"]),
            "lat0": ("link", [39.5, 12.0]),
            "lon0": ("link", [76.0, 45.0]),
            "lat1": ("link", [35.9, 20.0]),
            "lon1": ("link", [74.3, 38.5]),
        },
    )
    if draws:
        data = data.merge(_drawn(income, draws, rng)).merge(_violence(violence, draws, rng))
    return Outcome(data, _header(draws))


def _drawn(income: np.ndarray, draws: int, rng: np.random.Generator) -> xr.Dataset:
    spread = rng.lognormal(0.0, 0.3, draws)
    drawn = income[:, None, :] / spread[None, :, None]
    trade = rng.normal(2.0, 1.0, (len(SCENARIOS), draws, len(FOCUS), len(FOCUS)))
    trade[0] = 0.0
    return xr.Dataset(
        {
            "real_income_draws": (("scenario", "draw", "country"), drawn),
            "real_wage_draws": (("scenario", "draw", "country"), 0.9 * drawn),
            "trade_draws": (("scenario", "draw", "watched", "watched_partner"), trade),
            "residual_draws": (("scenario", "draw"), np.full((len(SCENARIOS), draws), 1e-12)),
            "drawn_parameter": (("draw", "parameter"), np.column_stack([5.0 * spread, rng.uniform(35, 60, draws)])),
        },
        coords={
            "watched_partner": FOCUS,
            "draw": np.arange(draws),
            "parameter": ["trade_elasticity", "rail_speed_kmh"],
        },
    )


def _violence(violence: np.ndarray, draws: int, rng: np.random.Generator) -> xr.Dataset:
    course = rng.lognormal(0.0, 0.5, (draws, 1))
    change = (
        100 * (violence / violence[0] - 1)[:, None]
        + rng.normal(0.0, 1.0, (draws, 1)) * (violence != violence[0])[:, None]
    )
    watched = violence[:, [COUNTRIES.index(code) for code in FOCUS]]
    by_month = watched[:, None, :, None] * course[None, :, :, None] * np.ones(len(MONTHS))
    return xr.Dataset(
        {
            "violence_draws": (("scenario", "draw", "country"), violence[:, None] * course),
            "violence_change_draws": (("scenario", "draw", "country"), np.maximum(change, -100.0)),
            "violence_by_month_draws": (("scenario", "draw", "watched", "month"), by_month),
        }
    )


def _header(draws: int) -> dict[str, Any]:
    tables = {name: resource["hash"] for name, resource in world().resources.items()}
    elasticity = {"lognormal": {"median": 5.0, "sigma": 0.3}, "source": "a handbook"}
    speed = {"uniform": {"low": 35.0, "high": 60.0}, "source": "a survey"}
    via = ["Kashgar", "Gilgit"]
    return {
        "format": 1,
        "created": "2017-11-16T00:00:00+00:00",
        "study": {
            "name": "test",
            "study": {
                "title": f"A railway {UNSAFE}",
                "question": f"What does it do? {UNSAFE}",
                "source": "a talk",
                "world": "2017",
                "focus": FOCUS,
            },
            "parameters": {"port_hours": 48.0},
            "scenario": {
                "railway": {
                    "title": f"Railway {UNSAFE}",
                    "description": UNSAFE,
                    "extends": [],
                    "changes": [
                        {
                            "kind": "link",
                            "mode": "rail",
                            "via": via,
                            "speed_kmh": 60.0,
                            "assumed": True,
                            "source": UNSAFE,
                        },
                        {"kind": "border", "between": ["CHN", "PAK"], "hours": 12.0, "usd": None, "mode": None},
                    ],
                },
                "war": {
                    "title": "War",
                    "description": "",
                    "extends": ["railway"],
                    "changes": [{"kind": "conflict", "country": "AFG", "monthly_deaths": 3300.0}],
                },
            },
            "uncertainty": {
                "draws": draws,
                "seed": 1,
                "parameters": {"trade_elasticity": elasticity, "rail_speed_kmh": speed},
            },
            "assumption": [{"statement": "Ships find berths.", "source": ""}],
        },
        "world": {"name": "2017", "folder": str(BASELINE / "2017"), "year": 2017, "tables": tables},
        "parameters": {**central_values(), "port_hours": 48.0},
        "draws": draws,
        "seed": 1,
        "cut_off": {"baseline": [], "railway": [], "war": ["AFG"]},
        "versions": {"python": "3.11", "landbridge": "0.1.0"},
    }


CLAIMS = {
    "claim": [
        {
            "id": "pakistan-gains",
            "speaker": "A. Speaker",
            "paragraph": 3,
            "statement": f"Pakistan gains {UNSAFE}",
            "test": {"quantity": "real_income", "country": "PAK", "scenario": "railway", "is": ">", "value": 0.0},
        },
        {
            "id": "drew-closer",
            "statement": "Their votes drew closer.",
            "test": {
                "quantity": "ideal_point_distance",
                "country": "PAK",
                "partner": "RUS",
                "year": 2017,
                "is": "<",
                "than": {"year": 1995},
            },
        },
        {"id": "friends", "statement": "They are friends.", "not_testable": "A model of friendship."},
    ]
}


@cache
def verdicts(draws: int = DRAWS) -> tuple[Verdict, ...]:
    """Verdicts on three claims: one modelled, one observed, one not testable."""
    return tuple(judge(outcome(draws), Claims.model_validate(CLAIMS).claims, world()))
