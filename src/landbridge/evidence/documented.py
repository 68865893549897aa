"""Documented routes: lists of published lengths, half of each held out; what CAREC measures of border and speed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.errors import InputError, SolveError
from landbridge.evidence.distance import Query, route_of
from landbridge.evidence.framework import Check, Measured
from landbridge.parameters import parameters

ROUTES = "documented_routes.csv"
HELD_OUT_TOLERANCE = 5.0  # percent
LATER_TOLERANCE = 3.0
LISTS = ("first", "second", "third")
MONITORING = "CAREC Corridor Performance Measurement and Monitoring, annual reports for 2019 and 2020"
# Railways of the CAREC corridors: timed from end to end with borders and gauge breaks.
CAREC = (
    Query("Ürümqi, CHN", "Almaty, KAZ", ("rail",)),
    Query("Ürümqi, CHN", "Tashkent, UZB", ("rail",)),
    Query("Almaty, KAZ", "Tashkent, UZB", ("rail",)),
    Query("Aktau, KAZ", "Tashkent, UZB", ("rail",)),
    Query("Ulan Bator, MNG", "Beijing, CHN", ("rail",)),
)


@cache
def _documented() -> pd.DataFrame:
    """The documented routes with ours: columns of the file, ``ours_km`` (inf where we find no way), ``through``."""
    path = files("landbridge.evidence") / "data" / ROUTES
    frame = pd.read_csv(str(path), keep_default_na=False)
    ours, through = [], []
    for row in frame.itertuples():
        within = tuple(str(row.within).split()) or None
        avoid = tuple(str(row.avoid).split())
        query = Query(str(row.origin), str(row.destination), (str(row.mode),), within, avoid, int(str(row.year)))
        try:
            ours.append(route_of(query).km)
            through.append(" ".join(route_of(query).countries))
        except (SolveError, InputError):
            ours.append(np.inf)
            through.append("no way")
    return frame.assign(ours_km=ours, through=through)


def _error(
    mode: str | None, halves: tuple[str, ...] = ("test",), lists: tuple[str, ...] = LISTS
) -> Callable[[Path], Measured]:
    """Median error of ours, in percent; a route on which we find no way counts as infinitely wrong."""

    def measure(_: Path) -> Measured:
        frame = _documented()
        frame = frame[frame["half"].isin(halves) & frame["list"].isin(lists)]
        frame = frame[frame["mode"] == mode] if mode else frame
        error = 100 * (frame["ours_km"] / frame["km"].astype(float) - 1).abs()
        found = error[np.isfinite(error)]
        worst = frame.loc[found.idxmax()]
        note = (
            f"{len(error)} routes; mean {found.mean():.1f} %, worst "
            f"{worst['origin']}-{worst['destination']} {found.max():.0f} %"
        )
        lost = frame[~np.isfinite(error)]
        note += "".join(f"; no way {row.origin}-{row.destination}" for row in lost.itertuples())
        return Measured(float(error.median()), note)

    return measure


def _countries_passed(name: str) -> Callable[[Path], Measured]:
    """On how many routes by land of a list the countries passed are those documented, in order of entry."""

    def measure(_: Path) -> Measured:
        frame = _documented()
        frame = frame[(frame["countries"] != "") & (frame["list"] == name)]
        wrong = frame[frame["through"] != frame["countries"]]
        return Measured(
            float(len(frame) - len(wrong)),
            "; ".join(f"{row.origin}-{row.destination} by {row.mode}: {row.through}" for row in wrong.itertuples()),
        )

    return measure


def _speed_with_delay(_: Path) -> Measured:
    """km over hours, borders and gauge breaks included, of all the railway routes together."""
    routes = [route_of(query) for query in CAREC]
    ends = ", ".join(f"{route.origin.name}-{route.destination.name} {route.km / route.hours:.1f}" for route in routes)
    return Measured(sum(route.km for route in routes) / sum(route.hours for route in routes), ends)


CHECKS = (
    *(
        Check(
            id=f"distance-held-out-{mode or 'all'}",
            kind="evidence",
            sentence=f"documented {mode or 'rail, road and sea'} routes on which no factor was fitted: median error",
            published=0.0,
            tolerance=HELD_OUT_TOLERANCE,
            unit="%",
            source=f"evidence/data/{ROUTES}: lengths and their sources, written down before the factors were fitted",
            measure=_error(mode),
        )
        for mode in (None, "rail", "road", "sea")
    ),
    *(
        Check(
            id=f"distance-{which}-{name}",
            kind="evidence",
            sentence=f"documented routes of {title}, {halves_are}: median error",
            published=0.0,
            tolerance=LATER_TOLERANCE,
            unit="%",
            source=f"evidence/data/{ROUTES}: written down before any of them was measured",
            measure=_error(None, halves, lists),
        )
        for which, title, lists in (
            ("second-list", "the second list", ("second",)),
            ("third-list", "the third list", ("third",)),
            ("later-lists", "the second and third lists", ("second", "third")),
        )
        for name, halves_are, halves in (
            ("held-out", "the half kept out of any fit", ("test",)),
            ("both", "both halves (no factor was fitted to either)", ("fit", "test")),
        )
    ),
    *(
        Check(
            id=f"distance-{name}-list-countries",
            kind="evidence",
            sentence=f"routes by land of the {name} list that pass the countries documented, in order, of {routes}",
            published=float(routes),
            tolerance=0.0,
            unit="routes",
            source=f"evidence/data/{ROUTES}",
            measure=_countries_passed(name),
        )
        for name, routes in (("second", 16), ("third", 34))
    ),
    *(
        Check(
            id=f"carec-{parameter.replace('_', '-')}",
            kind="calibration",
            sentence=f"{sentence}, the parameter {parameter}",
            published=published,
            tolerance=None,
            unit=unit,
            source=f"{MONITORING}, averages",
            measure=lambda _, name=parameter: Measured(parameters()[name].value),  # type: ignore[misc]
        )
        for parameter, published, unit, sentence in (
            ("rail_speed_kmh", 45.0, "km/h", "speed of a train without delay"),
            ("rail_border_hours", 20.6, "h", "hours of a train at a border"),
            ("road_border_hours", 15.1, "h", "hours of a lorry at a border"),
            ("road_border_usd", 162.0, "USD", "money of a lorry at a border"),
        )
    ),
    Check(
        id="carec-rail-speed-with-delay",
        kind="calibration",
        sentence="speed of trains on five Central Asian routes, borders and gauge breaks included",
        published=19.0,
        tolerance=None,
        unit="km/h",
        source=f"{MONITORING}, average of all corridors",
        measure=_speed_with_delay,
    ),
)
