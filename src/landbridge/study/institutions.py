"""How likely each country is to join or leave each institution, at the world as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from landbridge.alignment.estimates import estimate_covariances, estimates
from landbridge.alignment.institutions import TERMS, Chance, Setting, chances, covariates
from landbridge.errors import DataError
from landbridge.trade.prediction import great_circle, trade_of_pairs
from landbridge.world import World
from landbridge.world.states import lives

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SUCCESSOR = {"GATT": "WTO", "OAU": "AU", "CST": "CSTO"}  # the same institution under an older name
ONLY_SEEN = "Factbook snapshots only"  # how the verification of a date begins that is no date of joining
OLDEST_VOTES = 5  # years that an ideal point is carried forward
NEW_STATE = 5  # years after independence in which a state is new
HORIZON = 5  # years, beside the single one
EVENTS = ("join", "leave")


@dataclass(frozen=True)
class Estimate:
    """A hazard as estimated: see ``alignment.core.hazard.Hazard``; nothing after the year ``until`` shaped it."""

    until: int
    coefficient: Array
    covariance: Array
    mean: Array
    spread: Array

    def chances(self, x: Array, periods: float = 1.0) -> Chance:
        """Probabilities of the event within some years, with 90 % intervals."""
        return chances(x, self.coefficient, self.covariance, self.mean, self.spread, periods=periods)


def dated_institutions(world: World) -> list[str]:
    """Institutions most of whose members have dates of joining, under their latest names, sorted."""
    table = _members(world)
    seen = table["verification"].str.startswith(ONLY_SEEN) if "verification" in table else pd.Series(False, table.index)
    dated = ~seen.groupby(table["institution"]).mean().gt(0.5)
    return sorted(dated.index[dated])


def inside(world: World, institutions: list[str], year: int) -> Mask:
    """Who is a full member at the end of a year [institution, country of ``world.countries``]."""
    last_day = f"{year}-12-31"
    table = _members(world)
    now = table[(table["start"] <= last_day) & ((table["end"] == "") | (table["end"] > last_day))]
    found = np.zeros((len(institutions), len(world.countries)), dtype=bool)
    m, n = (pd.Index(names).get_indexer(pd.Index(now[column])) for names, column in _axes(world, institutions))
    known = (m >= 0) & (n >= 0)
    found[m[known], n[known]] = True
    return found


def setting(world: World, institutions: list[str], year: int, trade: Array, km: Array, within: Mask) -> Setting:
    """The setting of a year: votes and ages from the world's tables, the rest as given (see ``Setting``)."""
    begun = _members(world).groupby("institution")["start"].min().str[:4].astype(int).reindex(institutions)
    born = np.array([int((lives().get(iso3, ("", ""))[0] or "1900")[:4]) for iso3 in world.countries])
    return Setting(
        trade=trade,
        ideal_point=_ideal_points(world, year),
        km=km,
        inside=within,
        age=np.maximum(year - begun.to_numpy(float), 0.0),
        new_state=year - born <= NEW_STATE,
    )


def setting_of_world(world: World, institutions: list[str]) -> Setting:
    """The setting at the end of the world's year, with its own trade in goods."""
    flows, _ = trade_of_pairs(world)
    trade = flows + flows.T
    np.fill_diagonal(trade, 0.0)
    within = inside(world, institutions, world.year)
    return setting(world, institutions, world.year, trade, great_circle(world).to_numpy(), within)


def estimate_of(world: World, model: str) -> Estimate:
    """The packaged estimate of a model for a world: the latest that nothing after the world's year shaped.

    A world without a table of estimates uses those that ship with landbridge.

    Raises:
        DataError: no estimate is old enough.
    """
    table = estimates(world, model)
    if not (fit := sorted(until for until in set(table["until"]) if until <= world.year)):
        raise DataError(f"No estimate of {model} from data up to {world.year}; the first uses {table['until'].min()}.")
    rows = table[table["until"] == fit[-1]].set_index("term")
    pairs = estimate_covariances(world, model)
    pairs = pairs[pairs["until"] == fit[-1]]
    covariance = pairs.pivot(index="term", columns="other", values="covariance").loc[rows.index, rows.index]
    coefficient, mean, spread = (rows[name].to_numpy(float) for name in ("estimate", "mean", "spread"))
    return Estimate(int(fit[-1]), coefficient, covariance.to_numpy(float), mean[1:], spread[1:])


def membership_hazard(world: World) -> DataFrame:
    """Chances of joining each institution, or for members of leaving it, in the year after the world's.

    Returns:
        Rows ``institution``, ``country``, ``event`` (join or leave), ``probability`` within a year with its 90 %
        interval ``low``, ``high`` (of the coefficients alone), ``within_5_years`` if nothing else changed. Likeliest
        first. Countries without votes or trade have none.

    Raises:
        DataError: the world has no memberships or ideal points.
    """
    institutions = dated_institutions(world)
    at = setting_of_world(world, institutions)
    x = covariates(at)
    table = pd.concat([_chances(world, institutions, x, at.inside == (e == "leave"), e) for e in EVENTS])
    return table.sort_values("probability", ascending=False, ignore_index=True)


def membership_covariates(world: World) -> DataFrame:
    """What the hazards of a world rest on: rows ``institution``, ``country``, a column for each covariate."""
    institutions = dated_institutions(world)
    x = covariates(setting_of_world(world, institutions)).reshape(-1, len(TERMS))
    axes = pd.MultiIndex.from_product([institutions, world.countries], names=["institution", "country"])
    return pd.DataFrame(x, index=axes, columns=list(TERMS)).dropna().reset_index()


def _chances(world: World, institutions: list[str], x: Array, at_risk: Mask, event: str) -> DataFrame:
    m, n = np.nonzero(at_risk & np.isfinite(x).all(2))
    estimate = estimate_of(world, event)
    one, several = (estimate.chances(x[m, n], periods) for periods in (1, HORIZON))
    columns: dict[str, Any] = {
        "institution": np.array(institutions)[m],
        "country": np.array(world.countries)[n],
        "event": event,
        "probability": one.central,
        "low": one.low,
        "high": one.high,
        f"within_{HORIZON}_years": several.central,
    }
    return pd.DataFrame(columns)


def _members(world: World) -> DataFrame:
    """Full members, under the latest name of each institution; dates as text, empty where there is none."""
    table = world.table("memberships")
    table = table[table["role"] == "member"]
    dates = {column: table[column].fillna("").astype(str) for column in ("start", "end")}
    return table.assign(institution=table["institution"].replace(SUCCESSOR), **dates)


def _axes(world: World, institutions: list[str]) -> tuple[tuple[list[str], str], tuple[list[str], str]]:
    return (institutions, "institution"), (world.countries, "iso3")


def _ideal_points(world: World, year: int) -> Array:
    """The latest ideal point of each country of the last few years; nan where it has not voted."""
    points = world.table("ideal_points")
    recent = points[points["year"].between(year - OLDEST_VOTES, year)]
    mean = recent.groupby(["iso3", "year"])["ideal_point"].mean()
    return mean.groupby("iso3").last().reindex(world.countries).to_numpy(float)
