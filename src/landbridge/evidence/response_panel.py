"""Does exposure move alignment? The panel of pairs, 1964-2016, and the regressions on it.

Exposure of a country to a partner is the elasticity of its real income to the partner's productivity in general
equilibrium: exact derivatives of the one-sector model on the trade of each fourth year, own trade being gross domestic
product less exports. Alignment is the distance of ideal points over the year and the three that follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.alignment.estimation import PAIRS, LinearFit, linear_fit
from landbridge.panels import Columns
from landbridge.parameters import parameters
from landbridge.study.alignment import exposure_measure
from landbridge.trade.core import Array, one_sector_exposure
from landbridge.world import load_world
from landbridge.world.build.icio import read_icio

WORLD = "2017"  # for ideal points, which are the same in every packaged world
TRADE = "trade/trade_panel_1964_2016.parquet"
GDP = "trade/wdi.parquet"
DISTANCES = "trade/gravity_geodist.parquet"
AGREEMENT = "politics/dyad_un_agreement_1946_2019.parquet"
ICIO_FIRST, ICIO_LAST = 2011, 2019
NEEDS = (TRADE, GDP, DISTANCES, AGREEMENT, f"trade/icio/icio_trade_{ICIO_FIRST}.parquet")

SPAN = 4  # years over which alignment is averaged, and between two years of trade
MOST_TRADED = 0.9  # exports or imports over product from which an economy's own trade is not known
SHARE_UNIT = 1e-3  # of product: the trade share is measured in asinh of so many
TRAINED = 2000  # the forecasts learn up to here
YEAR_EFFECTS: tuple[Columns, ...] = (("country", "partner"), ("year",))


@dataclass(frozen=True)
class Variant:
    """One regression: what is explained, by what, on which years, with which effects."""

    title: str
    outcome: str = "distance"
    regressor: str = "exposure"
    instrument: str | None = None
    effects: tuple[Columns, ...] = PAIRS
    first: int = 1964
    last: int = 2016


VARIANTS = {
    "main": Variant("pair, country-year and partner-year effects"),
    "year_effects": Variant("pair and year effects only", effects=YEAR_EFFECTS),
    "instrumented": Variant("instrumented", instrument="predicted_exposure"),
    "instrumented_year_effects": Variant(
        "instrumented; pair and year effects only", instrument="predicted_exposure", effects=YEAR_EFFECTS
    ),
    "after_4_years": Variant("distance four years later", outcome="distance_after_4"),
    "after_8_years": Variant("distance eight years later", outcome="distance_after_8"),
    "before": Variant("placebo: distance four years before", outcome="distance_before"),
    "cold_war": Variant("1964-1988", last=1988),
    "since_1992": Variant("1992-2016", first=1992),
    "linear": Variant("exposure in standard deviations, no transformation", regressor="linear"),
    "trade_share": Variant("trade over product, asinh of thousandths", regressor="trade_share"),
    "disagreement": Variant("share of votes not identical", outcome="disagreement"),
}


@cache
def panel(sources: Path) -> pd.DataFrame:
    """Pairs by year: ``country``, ``partner``, ``year``, exposures, trade share, distances, disagreement."""
    flows = pd.read_parquet(sources / TRADE, columns=["exporter", "importer", "year", "value_usd"])
    product = pd.read_parquet(sources / GDP, columns=["iso3", "year", "gdp_usd"]).dropna()
    km = pd.read_parquet(sources / DISTANCES).pivot(index="iso_o", columns="iso_d", values="dist")
    years = [_year(int(str(year)), rows, product, km) for year, rows in flows.groupby("year")]
    table = pd.concat(years, ignore_index=True)
    table["linear"] = table["raw"] / table["raw"].std()
    points = _ideal_points()
    for name, shift in (("", 0), ("_after_4", SPAN), ("_after_8", 2 * SPAN), ("_before", -SPAN)):
        table[f"distance{name}"] = _distance(table, points, shift)
    return table.merge(_disagreement(sources), how="left", on=["country", "partner", "year"])


@cache
def fitted(sources: Path, name: str, last: int = 2016) -> LinearFit:
    """One of the ``VARIANTS``; none of trade after the year ``last``."""
    variant = VARIANTS[name]
    table = panel(sources).dropna(subset=[variant.outcome])
    table = table[table["year"].between(variant.first, min(variant.last, last))]
    return linear_fit(table, variant.outcome, variant.regressor, instrument=variant.instrument, effects=variant.effects)


@cache
def fitted_icio(sources: Path) -> LinearFit:
    """The main regression on yearly input-output tables, whose own trade is observed: 80 economies, 2011-2019."""
    parts = []
    for year in range(ICIO_FIRST, ICIO_LAST + 1):
        icio = read_icio(sources, year)
        parts.append(_pairs(icio.economies, year, {"raw": one_sector_exposure(icio.flows.sum(-1), _elasticity())}))
    table = pd.concat(parts, ignore_index=True)
    table["exposure"] = exposure_measure(table["raw"].to_numpy())
    points = _ideal_points()
    table["distance"] = _distance(table, points, 0, span=1)
    return linear_fit(table.dropna(), "distance", "exposure")


def forecasts(sources: Path) -> pd.DataFrame:
    """Changes of distance over four years after ``TRAINED``: ``actual``, and three forecasts of it.

    ``none``: no change; ``drift``: the mean change up to ``TRAINED``; ``exposure``: the change that the coefficient
    estimated up to ``TRAINED`` gives for the change of exposure that came about, and ``drift_exposure`` both.
    """
    table = panel(sources).dropna(subset=["distance"])
    fit = linear_fit(table[table["year"] <= TRAINED], "distance", "exposure")
    keys = ["country", "partner", "year"]
    later = table[[*keys, "distance", "exposure"]].assign(year=table["year"] - SPAN)
    steps = table[[*keys, "distance", "exposure"]].merge(later, on=keys, suffixes=("", "_next"))
    steps["actual"] = steps["distance_next"] - steps["distance"]
    before = steps["year"] + SPAN <= TRAINED
    drift = steps.loc[before, "actual"].mean()
    moved = fit.coefficient * (steps["exposure_next"] - steps["exposure"])
    after = steps[~before & (steps["year"] >= TRAINED)]
    return after.assign(none=0.0, drift=drift, exposure=moved, drift_exposure=drift + moved)


def _year(year: int, rows: pd.DataFrame, product: pd.DataFrame, km: pd.DataFrame) -> pd.DataFrame:
    gdp = product[product["year"] == year].set_index("iso3")["gdp_usd"]
    matrix = rows.pivot_table(index="exporter", columns="importer", values="value_usd", aggfunc="sum")
    names = sorted(set(gdp.index) & (set(matrix.index) | set(matrix.columns)) & set(km.index))
    X = matrix.reindex(index=names, columns=names).fillna(0.0).to_numpy(float, copy=True)
    np.fill_diagonal(X, 0.0)
    Y = gdp.reindex(names).to_numpy(float)
    while not (kept := _sound(X, Y)).all():
        names = [name for name, keep in zip(names, kept, strict=True) if keep]
        X, Y = X[np.ix_(kept, kept)], Y[kept]
    raw = one_sector_exposure(X + np.diag(Y - X.sum(1)), _elasticity())
    predicted = predicted_flows(X, Y, km.reindex(index=names, columns=names).to_numpy(float))
    columns = {
        "raw": raw,
        "exposure": exposure_measure(raw),
        "predicted_exposure": exposure_measure(
            one_sector_exposure(predicted + np.diag(Y - predicted.sum(1)), _elasticity())
        ),
        "trade_share": np.arcsinh((X + X.T) / Y[:, None] / SHARE_UNIT),
    }
    return _pairs(names, year, columns)


def _elasticity() -> float:
    return parameters()["trade_elasticity"].value


def _sound(X: Array, Y: Array) -> np.ndarray:
    """Economies that trade both ways, and less than nine tenths of their product (entrepots are left out)."""
    sold, bought = X.sum(1), X.sum(0)
    sound: np.ndarray = (sold > 0) & (bought > 0) & (sold < MOST_TRADED * Y) & (bought < MOST_TRADED * Y)
    return sound


def predicted_flows(X: Array, Y: Array, km: Array) -> Array:
    """Flows that geography and each side's trade with all others predict [i, j]: the instrument.

    X_i* less X_ij, times X_*j less X_ij, over distance; scaled to the total, and where a side's predicted trade exceeds
    what its product allows, down. Nothing of a pair's own trade is in its prediction, but for the scale.
    """
    elsewhere = (X.sum(1)[:, None] - X) * (X.sum(0)[None, :] - X)
    found = np.divide(elsewhere, km, out=np.zeros_like(X), where=(km > 0) & ~np.eye(len(X), dtype=bool))
    found *= X.sum() / found.sum()
    for axis in (1, 0):
        total = found.sum(axis)
        factor = np.minimum(1.0, 0.9 * MOST_TRADED * Y / np.where(total > 0, total, np.inf))
        found = found * (factor[:, None] if axis else factor[None, :])
    return found


def _pairs(names: list[str] | tuple[str, ...], year: int, columns: dict[str, Array]) -> pd.DataFrame:
    n, i = np.nonzero(~np.eye(len(names), dtype=bool))
    labels = np.array(names)
    values = {name: matrix[n, i] for name, matrix in columns.items()}
    return pd.DataFrame({"country": labels[n], "partner": labels[i], "year": year, **values})


def _ideal_points() -> pd.DataFrame:
    points = load_world(WORLD).table("ideal_points")
    return points.groupby(["iso3", "year"])["ideal_point"].mean().unstack()


def _distance(table: pd.DataFrame, points: pd.DataFrame, shift: int, span: int = SPAN) -> pd.Series[float]:
    """Distance of mean ideal points over ``span`` years from ``shift`` years after each row's."""
    parts = []
    for year, rows in table.groupby("year"):
        wanted = [column for column in points if 0 <= int(str(column)) - int(str(year)) - shift < span]
        mean = points[wanted].mean(axis=1) if wanted else pd.Series(np.nan, points.index)
        own, other = (mean.reindex(rows[side]).to_numpy(float) for side in ("country", "partner"))
        parts.append(pd.Series(np.abs(own - other), index=rows.index))
    return pd.concat(parts)


def _disagreement(sources: Path) -> pd.DataFrame:
    """One less the share of identical votes, mean over the four years from each year of the panel."""
    votes = pd.read_parquet(sources / AGREEMENT, columns=["iso3_a", "iso3_b", "session", "agree"])
    sessions = load_world(WORLD).table("ideal_points").groupby("session")["year"].first()
    year = votes["session"].map(sessions)
    votes = votes.assign(year=year - year % SPAN, disagreement=1 - votes["agree"]).dropna()
    mean = votes.groupby(["iso3_a", "iso3_b", "year"])["disagreement"].mean().reset_index()
    one = mean.rename(columns={"iso3_a": "country", "iso3_b": "partner"})
    other = mean.rename(columns={"iso3_a": "partner", "iso3_b": "country"})
    return pd.concat([one, other]).astype({"year": int}).drop_duplicates(["country", "partner", "year"])
