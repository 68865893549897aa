"""Gravity: published estimates reproduced, and what time on our network explains that distance does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.evidence.framework import Check, Measured
from landbridge.parameters import parameters
from landbridge.study.gravity import Between, gravity_parameters
from landbridge.trade.estimation import PanelFit, panel_fit
from landbridge.trade.gravity import GravityFit, vuong
from landbridge.trade.prediction import gravity_of_world, trade_of_pairs
from landbridge.world import load_world

YEARS = ("2017", "2022")
FAR_KM = 3000.0
CLEAR = 1.96
KEYS, VALUES = ("parameter", "holding"), ("estimate", "standard_error")

GUIDE = "trade/agtpa_1986_2006.parquet"
REPLICATION = (
    "Vargas Sepulveda's replication (tradepolicy, {edition}) of Yotov, Piermartini, Monteiro & Larch (2016), An "
    "Advanced Guide to Trade Policy Analysis, chapter 1, application 3, column {column}"
)
GRAVITY = ("log_dist", "cntg", "lang", "clny", "rta")
LAGS = ("rta", "rta_lag4", "rta_lag8", "rta_lag12")
COLUMNS = {2: GRAVITY, 3: GRAVITY, 4: ("rta",), 5: ("rta", "rta_lead4"), 6: LAGS}
# column, quantity, published, largest difference that rounding explains
PUBLISHED = (
    (2, "log_dist", -0.8216, 6e-5),
    (2, "rta", 0.1907, 6e-5),
    (3, "log_dist", -0.800, 6e-4),
    (3, "rta", 0.409, 6e-4),
    (4, "rta", 0.5572, 6e-5),
    (4, "standard error of rta", 0.1022, 6e-5),
    (5, "rta_lead4", 0.0774, 6e-5),
    (6, "rta", 0.2914, 6e-5),
    (6, "rta_lag4", 0.4135, 6e-5),
    (6, "rta_lag12", 0.1189, 6e-5),
)


@cache
def _guide(sources: Path, column: int) -> PanelFit:
    """Effects of trade agreements on 69 countries every fourth year, as in this column of the published table."""
    panel = pd.read_parquet(sources / GUIDE)
    panel = panel[panel["year"].isin(range(1986, 2007, 4))]
    own = panel["exporter"] == panel["importer"]
    panel = panel.assign(
        log_dist=np.log(panel["dist"]),
        own_border=np.where(own, panel["pair_id"], 0.0),
        foreign_pair=np.where(own, 0.0, panel["pair_id"]),
    )
    effects: list[tuple[str, ...]] = [("exporter", "year"), ("importer", "year")]
    if column == 2:
        panel = panel[~own]
    elif column == 3:
        effects.append(("own_border",))
    else:
        effects.append(("foreign_pair",))
    return panel_fit(panel, COLUMNS[column], effects=effects, clusters=[("pair_id",)])


def _of_guide(column: int, quantity: str, published: float, tolerance: float) -> Check:
    name = quantity.removeprefix("standard error of ")

    def measure(sources: Path) -> Measured:
        fit = _guide(sources, column)
        values = fit.standard_error if quantity != name else fit.coefficient
        return Measured(float(values[fit.names.index(name)]), f"{fit.observations:,} flows")

    return Check(
        id=f"gravity-guide-{column}-{quantity.replace(' ', '-').replace('_', '-')}",
        kind="golden",
        sentence=f"PPML on the Advanced Guide's panel, column {column}: {quantity}",
        published=published,
        tolerance=tolerance,
        unit="1",
        source=REPLICATION.format(edition="edition of 2024" if column == 3 else "edition of 2026", column=column),
        measure=measure,
        needs=(GUIDE,),
    )


@cache
def _between(year: str) -> Between:
    return Between.of(load_world(year))


@cache
def _alone(year: str, sector: str | None, beyond_km: float = 0.0) -> tuple[GravityFit, GravityFit, float]:
    """Fits by time and by distance on the same pairs, and how clearly time is the better: a normal deviate."""
    world, between = load_world(year), _between(year)
    sectors = None if sector is None else [sector]
    far = between.distance > beyond_km
    time, distance = (
        gravity_of_world(world, {"cost": cost.where(far)}, sectors) for cost in (between.days, between.distance)
    )
    return time, distance, vuong(np.where(*trade_of_pairs(world, sectors)[::-1], np.nan), time, distance)


def _better(year: str, sector: str | None, beyond_km: float = 0.0) -> Measured:
    """Which of the two leaves less deviance."""
    time, distance, clarity = _alone(year, sector, beyond_km)
    note = (
        f"deviance explained {distance.deviance_explained:.4f} by distance, {time.deviance_explained:.4f} by time; "
        f"elasticities {distance.coefficient[0]:.2f} ({distance.standard_error[0]:.2f}) and "
        f"{time.coefficient[0]:.2f} ({time.standard_error[0]:.2f}); Vuong {clarity:+.2f}; {time.observations:,} flows"
    )
    return Measured("time" if time.deviance < distance.deviance else "distance", note)


def _clear(year: str) -> Measured:
    clarity = _alone(year, None)[2]
    return Measured("clear" if clarity > CLEAR else "not clear", f"Vuong {clarity:+.2f}, wanted above {CLEAR:g}")


def _together(year: str) -> Measured:
    """The elasticity to time where distance is held constant."""
    world, between = load_world(year), _between(year)
    fit = gravity_of_world(world, {"distance": between.distance, "time": between.days})
    distance, time = (f"{b:.2f} ({e:.2f})" for b, e in zip(fit.coefficient, fit.standard_error, strict=True))
    return Measured(
        "negative" if fit.coefficient[1] < -CLEAR * fit.standard_error[1] else "not clear",
        f"elasticities to time {time}, to distance {distance}",
    )


def _distance_elasticity(_: Path) -> Measured:
    fit = _alone("2017", None)[1]
    return Measured(float(fit.coefficient[0]), f"standard error {fit.standard_error[0]:.2f}")


@cache
def _parameters(year: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Estimate and standard error on the industry world, by parameter and what is held constant."""
    rows = gravity_parameters(load_world(f"{year}-industry"))
    named, found = (zip(rows[one], rows[other], strict=True) for one, other in (KEYS, VALUES))
    return dict(zip(named, found, strict=True))


def _parameter(year: str, parameter: str, holding: str) -> Measured:
    found = {held: estimate for (name, held), estimate in _parameters(year).items() if name == parameter}
    others = (f"{found[held][0]:.3g} ({found[held][1]:.2g}) holding {held}" for held in found if held != holding)
    return Measured(found[holding][0], f"standard error {found[holding][1]:.2g}; {', '.join(others)}")


def _of_world(name: str, year: str, sentence: str, expected: str, measure: Callable[[str], Measured]) -> Check:
    return Check(
        id=f"gravity-{name}-{year}",
        kind="evidence",
        sentence=f"{sentence}, {year}",
        published=expected,
        tolerance=None,
        unit="",
        source="a claim of ours; pairs whose trade is mostly modelled are left out",
        measure=lambda _: measure(year),
    )


CHECKS = (
    *(_of_guide(*row) for row in PUBLISHED),
    *(
        _of_world(name, year, sentence, expected, measure)
        for year in YEARS
        for name, sentence, expected, measure in (
            (
                "time-beats-distance",
                "what explains trade in goods better: days on the network, or km over the sphere",
                "time",
                lambda year: _better(year, None),
            ),
            ("time-clearly-better", "is that advantage of time clear at the 5 % level (Vuong)", "clear", _clear),
            (
                "time-beside-distance",
                "elasticity of trade in goods to days where km are held constant",
                "negative",
                _together,
            ),
            (
                "time-beats-distance-far",
                f"the same where countries are more than {FAR_KM:,.0f} km apart",
                "time",
                lambda year: _better(year, None, FAR_KM),
            ),
            (
                "services-placebo",
                "what explains services better, which do not travel on the network",
                "distance",
                lambda year: _better(year, "services"),
            ),
        )
    ),
    Check(
        id="gravity-distance-elasticity",
        kind="evidence",
        sentence="elasticity of goods trade to distance, PPML with exporter and importer effects",
        published=-0.9,
        tolerance=0.5,
        unit="1",
        source=(
            "Disdier & Head (2008), Review of Economics and Statistics 90(1): mean of 1,467 estimates in 103 papers, "
            "nine tenths of them between -0.28 and -1.55"
        ),
        measure=_distance_elasticity,
    ),
    *(
        Check(
            id=f"gravity-{name}-{year}",
            kind="evidence",
            sentence=f"{sentence}, industry world of {year}",
            published=parameter.value,
            tolerance=tolerance,
            unit=unit,
            source=parameter.source,
            measure=lambda _, year=year, of=parameter.name, held=holding: _parameter(year, of, held),  # type: ignore[misc]
        )
        for year in YEARS
        for name, parameter, sentence, tolerance, unit, holding in (
            (
                "trade-elasticity",
                parameters()["trade_elasticity"],
                "elasticity of trade to the cost of transport, across industries within pairs of countries",
                2.5,
                "1",
                "pair",
            ),
            (
                "value-of-time",
                parameters()["value_of_time"],
                "value of a day in transit, coefficient of days over that of money, distance held constant",
                0.009,
                "",
                "distance",
            ),
        )
    ),
)
