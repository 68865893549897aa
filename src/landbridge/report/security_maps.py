"""Maps of violence: what to expect in the world, and what a scenario's wars do to their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from landbridge.labels import country_name
from landbridge.report.atlas import Atlas, neighbours
from landbridge.report.changes import wars_of
from landbridge.report.maps import Label, Map, draw
from landbridge.report.markup import Markup, element
from landbridge.report.numbers import listed, plain
from landbridge.report.page import Numbering, figure, legend, patch
from landbridge.report.scale import NIL, Scale
from landbridge.report.words import country_in_text, most, title_of, with_interval
from landbridge.security.spillover import centres
from landbridge.study.schema import BASELINE

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.study.outcome import Outcome
    from landbridge.world import World

LEVELS = (
    (0.0, "q4", "under 1"),
    (1.0, "q3", "1 to 10"),
    (10.0, "q2", "10 to 100"),
    (100.0, "q1", "100 to 1,000"),
    (1000.0, "q0", "1,000 or more"),
)  # deaths a month: least, style, words


def moved(outcome: Outcome, scenario: str) -> DataFrame:
    """Deaths a month by country without (``before``) and with (``after``) a scenario; their change in percent,
    ``value``, with ``low`` and ``high`` where there are draws.
    """
    change = outcome.table("violence_change", scenario=scenario).drop(columns="scenario")
    levels = outcome.values("violence")
    for name, where in (("before", BASELINE), ("after", scenario)):
        change[name] = levels.sel(scenario=where, country=list(change["country"])).to_numpy()
    return change


def expected_map(outcome: Outcome, atlas: Atlas, numbering: Numbering) -> Markup:
    """The world by deaths to expect."""
    frame = outcome.table("violence", scenario=BASELINE)
    deaths = dict(zip(frame["country"], frame["value"], strict=True))
    classes, tips = {}, {}
    for area, code in atlas.outlines.iso3.items():
        name = atlas.outlines.names[area]
        tips[area] = f"{name}: {plain(deaths[code])} a month" if code in deaths else f"{name}: no data"
        if code in deaths:
            classes[area] = [style for least, style, _ in LEVELS if deaths[code] >= least][-1]
    first = frame.sort_values("value", ascending=False).head(5)
    named = [f"{country_in_text(row['country'])} ({plain(row['value'], 0)})" for _, row in first.iterrows()]
    reads = (
        f"{plain(frame['value'].sum(), 0)} deaths a month are expected in all, most of them in {listed(named)}. "
        f"In {int((frame['value'] < 1).sum())} of {len(frame)} economies less than one a month is."
    )
    content = Map("Violence to expect: the world", reads, classes, tips=tips)
    return figure(
        numbering,
        "Violence to expect without the scenarios' wars: deaths in conflict a month. Equal Earth projection.",
        draw(atlas.world.canvas, atlas.world.visible, content, atlas.contested),
        reads,
        legend(*(patch(text, style) for _, style, text in LEVELS)),
    )


def changes_scale(outcome: Outcome, wars: Sequence[str]) -> Scale:
    """One colour scale for what the wars of all scenarios do to others."""
    frames = {name: moved(outcome, name) for name in wars}
    return Scale.of(
        value
        for name, frame in frames.items()
        for value in frame.loc[~frame["country"].isin(wars_of(outcome, name)), "value"]
    )


def next_door_map(
    outcome: Outcome, name: str, world: World, atlas: Atlas, scale: Scale, numbering: Numbering
) -> Markup | None:
    """The region of the wars by what a scenario's war does to the violence of others."""
    if atlas.wars is None:
        return None
    wars, title = wars_of(outcome, name), title_of(outcome, name)
    frame = moved(outcome, name)
    others = frame[~frame["country"].isin(wars)]
    rows = {row["country"]: row for row in others.to_dict("records")}
    classes, tips, unsure = {}, {}, set()
    for area, code in atlas.outlines.iso3.items():
        called = atlas.outlines.names[area]
        if code in wars:
            classes[area], tips[area] = "set", f"{called}: set by the scenario"
        elif code in rows:
            row = rows[code]
            classes[area], tips[area] = str(scale.grade(-row["value"])), f"{called}: {with_interval(row)}"
            if classes[area] != NIL and row.get("low", np.nan) < 0 < row.get("high", np.nan):
                unsure.add(area)
    reads = _next_door_reads(wars, others[others["country"].isin(neighbours(world, wars))])
    shown = [*wars, *neighbours(world, wars)]
    names = [
        Label(country_name(code), float(lon), float(lat))
        for code, lat, lon in zip(shown, *centres(world, tuple(shown)), strict=True)
        if np.isfinite(lat)
    ]
    content = Map(f"{title}: violence next door", reads, classes, frozenset(unsure), tips, labels=names)
    entries = [patch("set by the scenario", "set")]
    if unsure:
        entries.append(patch("more or less left open by the draws", "q2", "unsure"))
    return figure(
        numbering,
        f"{title}: change of violence in other countries, per cent of deaths a month. Lambert azimuthal equal-area "
        "projection.",
        element("div", draw(atlas.wars.canvas, atlas.wars.visible, content, atlas.contested), class_="inset"),
        reads,
        [element("div", scale.legend("per cent", flipped=True), class_="legend"), legend(*entries)],
    )


def _next_door_reads(wars: list[str], near: DataFrame) -> str:
    where = listed([country_in_text(code) for code in wars])
    if near.empty:
        return f"Nobody borders on {where} by land."
    row = most(near)
    sure = row.get("low", np.nan) > 0 or row.get("high", np.nan) < 0
    told = "this can be told from nothing" if sure else "this cannot be told from nothing"
    told = "" if np.isnan(row.get("low", np.nan)) else f": {told}"
    return (
        f"In the countries that border on {where} violence changes by up to {with_interval(row)}{told}."
        " The answer of a month is the same for all of them, for it is estimated over all neighbours of wars."
    )
