"""The chapter on votes and institutions: what the scenarios' trade does to them, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landbridge.labels import country_name
from landbridge.report.charts import Estimate, dots_and_whiskers
from landbridge.report.maps import Map, draw
from landbridge.report.markup import Markup, element
from landbridge.report.numbers import plain, signed, significant
from landbridge.report.page import Numbering, Shown, figure, legend, patch, section, table
from landbridge.report.scale import NIL, Scale
from landbridge.report.triads import triangles
from landbridge.report.words import country_in_text, title_of
from landbridge.study.institutions import HORIZON, estimate_of
from landbridge.study.observed import observed_value
from landbridge.study.over_years import WITHIN
from landbridge.study.schema import BASELINE

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from landbridge.report.atlas import Atlas
    from landbridge.study.outcome import Outcome
    from landbridge.world import World

LONGEST = 10  # rows of the chart, and of the table
THOUSAND, MILLION = 1e3, 1e6


def chapter(outcome: Outcome, world: World, atlas: Atlas, numbering: Numbering) -> Markup | None:
    """Everything the report says about alignment; None for outcomes without it."""
    if "alignment_shift" not in outcome.data:
        return None
    shifts = shifts_of_focus(outcome)
    return section(
        "alignment",
        "Votes and institutions",
        element(
            "p",
            "Trade is computed first, then what it does to votes and memberships; nothing of that acts back on trade. ",
            "The estimates on the past find no response of votes to economic exposure that can be told from nothing, ",
            "and none of departures to trade: sizes here matter more than signs.",
        ),
        _shifts(shifts, numbering),
        _map(outcome, world, atlas, numbering),
        _institutions(outcome, numbering),
        triangles(outcome, world, numbering),
    )


def shifts_of_focus(outcome: Outcome) -> DataFrame:
    """Shift of every directed pair of the countries looked at, in the scenario where it is largest, largest first."""
    codes = [code for code in outcome.focus if code in outcome.countries]
    frame = outcome.table("alignment_shift", country=codes, partner=codes)
    frame = frame[frame["scenario"] != BASELINE]
    frame = frame.loc[frame["value"].abs().sort_values(ascending=False, kind="stable").index]
    return frame.drop_duplicates(["country", "partner"]).reset_index(drop=True)


def institutions_table(outcome: Outcome) -> DataFrame:
    """Accessions and departures expected of each institution: in the unchanged world, and their largest change."""
    import pandas as pd

    columns = {}
    for event in ("accessions", "departures"):
        frame = outcome.table(f"expected_{event}")
        by_scenario = frame.pivot(index="institution", columns="scenario", values="value")
        before = by_scenario.pop(BASELINE)
        changed = by_scenario.sub(before, axis=0).to_numpy()
        columns[event] = before
        base = frame[frame["scenario"] == BASELINE].set_index("institution")
        for end in ("low", "high"):
            columns[f"{event}_{end}"] = base[end] if end in base else pd.Series(np.nan, base.index)
        largest = np.abs(changed).argmax(1) if changed.size else np.zeros(len(before), dtype=int)
        moved = changed[np.arange(len(before)), largest] if changed.size else np.zeros(len(before))
        columns[f"{event}_moved"] = pd.Series(moved, before.index)
    return pd.DataFrame(columns).sort_values("departures", ascending=False).reset_index()


def _shifts(shifts: DataFrame, numbering: Numbering) -> Markup | None:
    if shifts.empty:
        return None
    rows = [
        Estimate(
            f"{country_name(row['country'])} – {country_name(row['partner'])}, {row['scenario']}",
            THOUSAND * row["value"],
            THOUSAND * row.get("low", np.nan),
            THOUSAND * row.get("high", np.nan),
        )
        for _, row in shifts.head(LONGEST).iterrows()
    ]
    caption = "Shift of the distance in United Nations votes, each pair in the scenario that moves it most"
    reads = (
        f"The largest shift is {signed(rows[0].value)} thousandths of a standard deviation of states; below zero the "
        "two come to vote more alike."
    )
    drawing = dots_and_whiskers(rows, "thousandths of a standard deviation", caption, reads)
    return figure(numbering, f"{caption}.", element("div", drawing, class_="scroll"), reads)


def shifts_from(outcome: Outcome) -> DataFrame:
    """Shifts of the first country looked at, in the scenario that moves it most: partner, value, and ends if drawn."""
    code = next((code for code in outcome.focus if code in outcome.countries), None)
    frame = outcome.table("alignment_shift", country=[code] if code else [])
    frame = frame[(frame["scenario"] != BASELINE) & frame["value"].notna()]
    if frame.empty or not frame["value"].abs().max() > 0.0:
        return frame.head(0)
    most_moved = frame["scenario"].iloc[int(frame["value"].abs().argmax())]
    return frame[frame["scenario"] == most_moved].reset_index(drop=True)


def _map(outcome: Outcome, world: World, atlas: Atlas, numbering: Numbering) -> Markup | None:
    """Towards whom the votes of the first country looked at move, and from whom away."""
    shifts = shifts_from(outcome)
    if shifts.empty:
        return None
    closer = -MILLION * shifts.set_index("partner")["value"]
    scale = Scale.of(closer)
    response = estimate_of(world, "response")
    error = float(response.covariance[0, 0]) ** 0.5
    told = abs(float(response.coefficient[0])) > WITHIN * error
    open_ends = shifts.set_index("partner").apply(
        lambda row: row.get("low", np.nan) < 0 < row.get("high", np.nan), axis=1
    )
    classes, tips, unsure = {}, {}, set()
    for area, code in atlas.outlines.iso3.items():
        grade = scale.grade(float(closer.get(code, np.nan)))
        if grade is None:
            continue
        classes[area] = grade
        tips[area] = f"{atlas.outlines.names[area]}: {signed(closer[code])} millionths"
        if grade != NIL and (not told or open_ends[code]):
            unsure.add(area)
    scenario, code = str(shifts["scenario"].iloc[0]), str(shifts["country"].iloc[0])
    title = title_of(outcome, scenario)
    caption = f"{title}: towards whom the votes of {country_in_text(code)} move, and from whom away"
    reads = map_in_words(closer, code, told, world)
    drawing = draw(
        atlas.world.canvas, atlas.world.visible, Map(caption, reads, classes, frozenset(unsure), tips), atlas.contested
    )
    entries = [patch("no trade data, or the country itself", "none")]
    if unsure:
        entries.append(patch("towards or away cannot be told", "q6", "unsure"))
    return figure(
        numbering,
        f"{caption}, millionths of a standard deviation of states; above zero towards. Equal Earth projection.",
        drawing,
        reads,
        element("div", scale.legend("millionths of a standard deviation"), class_="legend"),
        legend(*entries),
    )


def map_in_words(closer: Series, code: str, told: bool, world: World) -> str:
    """What the map says, first of all whether anything on it can be told from nothing."""
    best = str(closer.abs().idxmax())
    way = "towards" if closer[best] > 0 else "away from"
    most = (
        f"The largest shift of the votes of {country_in_text(code)} is {way} {country_in_text(best)}, by "
        f"{significant(abs(closer[best]), 2)} millionths of a standard deviation of states"
    )
    apart = observed_value(world, "ideal_point_distance", country=code, partner=best, year=world.year)
    if apart is not None:
        most += f", where the two stand {round(MILLION * apart, -3):,.0f} apart"
    if told:
        return f"{most}."
    return (
        f"Nowhere on this map can a shift be told from none: past trade has moved votes neither way that could be "
        f"seen, so that every colour could as well be the opposite one. {most}."
    )


def _institutions(outcome: Outcome, numbering: Numbering) -> Markup | None:
    frame = institutions_table(outcome).head(LONGEST)
    if frame.empty:
        return None
    for event in ("accessions", "departures"):
        ends = zip(frame[f"{event}_low"], frame[f"{event}_high"], strict=True)
        frame[f"{event}_span"] = ["" if np.isnan(low) else f"{plain(low)} to {plain(high)}" for low, high in ends]
    columns = (
        Shown("institution", "Institution"),
        Shown("departures", "leave", plain, numeric=True),
        Shown("departures_span", "5–95 %", numeric=True),
        Shown("departures_moved", "largest change", _tiny, numeric=True),
        Shown("accessions", "join", plain, numeric=True),
        Shown("accessions_span", "5–95 %", numeric=True),
        Shown("accessions_moved", "largest change", _tiny, numeric=True),
    )
    caption = (
        f"Countries expected to leave and to join within {HORIZON} years in the unchanged world, and the largest "
        "change that a scenario makes; institutions by departures."
    )
    return table(numbering, caption, frame, columns)


def _tiny(value: float) -> str:
    """A change of a number of countries, which may be next to nothing."""
    return "under 0.001" if 1e-12 < abs(value) < 1e-3 else signed(value)
