"""The chapter of one scenario: what changes, maps, incomes, trade of the countries looked at, passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.labels import country_name
from landbridge.report.atlas import Atlas, labels, largest_cities
from landbridge.report.changes import in_words
from landbridge.report.charts import Estimate, bars, dots_and_whiskers
from landbridge.report.maps import Map, draw
from landbridge.report.markup import Markup, element
from landbridge.report.numbers import common_decimals, listed, plain, signed, span
from landbridge.report.page import Numbering, Shown, figure, legend, patch, section, swatch, table
from landbridge.report.project import project
from landbridge.report.scale import NIL, Scale
from landbridge.report.words import (
    billions,
    capital,
    country_in_text,
    focus_read,
    incomes_read,
    pairs_read,
    passage_name,
    passages_read,
    title_of,
    with_interval,
)
from landbridge.study.told import steps, year_asked

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.study.outcome import Outcome
    from landbridge.world import World

_SHOWN = 5e-5  # percentage points: a cause smaller than this in every country is left out
LARGE = 500_000  # people: a city that a reader may know
LONGEST = 10  # rows of a chart of pairs, and countries on either side of a table of gains and losses


def chapter(outcome: Outcome, name: str, world: World, atlas: Atlas, scale: Scale, numbering: Numbering) -> Markup:
    """Everything the report says about one scenario."""
    told = outcome.header["study"]["scenario"][name]
    title = title_of(outcome, name)
    incomes = outcome.table("real_income", scenario=name).drop(columns="scenario")
    pairs = focus_pairs(outcome, name)
    return section(
        f"scenario-{name}",
        title,
        element("p", told["description"], class_="lead") if told["description"] else None,
        _what_changes(outcome, name),
        _cut_off(outcome, name),
        _world_map(name, title, incomes, atlas, scale, numbering),
        _inset(outcome, name, title, incomes, world, atlas, scale, numbering),
        _focus_incomes(outcome, title, incomes, numbering),
        _why(outcome, name, title, numbering),
        _gains_and_losses(title, incomes, numbering),
        project(outcome, name, title, numbering),
        _pairs(title, pairs, numbering),
        _matrix(outcome, title, pairs, numbering),
        _passages(outcome, name, title, numbering),
    )


def focus_pairs(outcome: Outcome, name: str) -> DataFrame:
    """Percent change of trade of every pair of countries looked at, each pair once."""
    codes = [code for code in outcome.focus if code in outcome.countries]
    frame = outcome.table("trade", scenario=name, country=codes, partner=codes).drop(columns="scenario")
    rank = {code: position for position, code in enumerate(codes)}
    return frame[frame["country"].map(rank) < frame["partner"].map(rank)].reset_index(drop=True)


def _what_changes(outcome: Outcome, name: str) -> list[Markup]:
    told = outcome.header["study"]["scenario"][name]
    parents = [title_of(outcome, parent) for parent in told.get("extends") or ()]
    items = [
        element(
            "li",
            f"{in_words(change, year_asked(outcome))}.",
            element("small", f" Source: {change['source']}.", class_="faint") if change.get("source") else None,
        )
        for change in told["changes"]
    ]
    built_on = element("p", f"Built on: {listed(parents)}.") if parents else None
    return (
        [element("h3", "What changes"), built_on, element("ul", items)]
        if built_on
        else [
            element("h3", "What changes"),
            element("ul", items),
        ]
    )


def _cut_off(outcome: Outcome, name: str) -> Markup | None:
    codes = outcome.header["cut_off"].get(name, [])
    if not codes:
        return None
    names = listed([country_name(code) for code in codes])
    return element(
        "p",
        element("b", "Cut off: "),
        f"no way is left for goods between {names} and the rest of the world; foreign trade in goods there is nil.",
    )


def _world_map(name: str, title: str, incomes: DataFrame, atlas: Atlas, scale: Scale, numbering: Numbering) -> Markup:
    content = _content(name, f"{title}: the world", incomes, atlas, scale, atlas.layers(name, 0.6))
    return figure(
        numbering,
        f"{title}: change of real income by economy, per cent, and links whose load of trade changes. "
        f"Equal Earth projection.",
        draw(atlas.world.canvas, atlas.world.visible, content, atlas.contested),
        incomes_read(incomes, scale.nil),
        _legend(name, content, atlas, scale),
    )


def _inset(
    outcome: Outcome,
    name: str,
    title: str,
    incomes: DataFrame,
    world: World,
    atlas: Atlas,
    scale: Scale,
    numbering: Numbering,
) -> Markup | None:
    region = atlas.regions.get(name)
    if region is None:
        return None
    names = labels(steps(outcome, name), world) or largest_cities(world, region.canvas)
    drawing = draw(
        region.canvas,
        region.visible,
        _content(name, f"{title}: the region", incomes, atlas, scale, atlas.layers(name), names),
        atlas.contested,
    )
    return figure(
        numbering,
        f"{title}: the region of the changes, colours and lines as in the map before. Lambert azimuthal equal-area "
        f"projection.",
        element("div", drawing, class_="inset"),
        _lines_read(name, atlas, world),
    )


def _content(
    name: str,
    title: str,
    incomes: DataFrame,
    atlas: Atlas,
    scale: Scale,
    layers: Sequence[Any],
    names: Sequence[Any] = (),
) -> Map:
    by_code = {row["country"]: row for row in incomes.to_dict("records")}
    classes, tips, unsure = {}, {}, set()
    for area, code in atlas.outlines.iso3.items():
        if code not in by_code:
            tips[area] = f"{atlas.outlines.names[area]}: no data"
            continue
        row = by_code[code]
        grade = scale.grade(row["value"])
        if grade is None:
            continue
        classes[area] = grade
        tips[area] = f"{atlas.outlines.names[area]}: {with_interval(row)}"
        if grade != NIL and row.get("low", np.nan) < 0 < row.get("high", np.nan):
            unsure.add(area)
    described = incomes_read(incomes, scale.nil)
    return Map(title, described, classes, frozenset(unsure), tips, layers, atlas.lines.closed(name), names)


def _legend(name: str, content: Map, atlas: Atlas, scale: Scale) -> list[Markup]:
    line = '<path class="{}" d="M2 8.5H32" stroke-width="{}"/>'
    entries = [patch("no data", "none")]
    if content.unsure:
        entries.append(patch("gain or loss left open by the draws", "q6", "unsure"))
    if (largest := atlas.lines.largest(name)) > 0:
        entries.append(swatch("more trade on a link", Markup(line.format("more", 6.5))))
        entries.append(swatch("less", Markup(line.format("less", 6.5))))
        entries.append(
            element("span", f"widest line: {billions(largest)[1:]} a year; each thinner one stands for half as much")
        )
    if atlas.lines.built(name):
        entries.append(swatch("built or altered", Markup(line.format("corridor", 13))))
    if atlas.lines.closed(name):
        cross = '<path class="{}" d="M11 3l12 12m0-12l-12 12"/>'
        entries.append(
            swatch(
                "closed, to all shippers or a share", Markup(cross.format("cross-case")), Markup(cross.format("cross"))
            )
        )
    entries.append(swatch("contested border", Markup(line.format("contested", 1.8))))
    return [element("div", scale.legend("per cent"), class_="legend"), legend(*entries)]


def _lines_read(name: str, atlas: Atlas, world: World) -> str:
    if not (largest := atlas.lines.largest(name)):
        return ""
    load = atlas.lines.load[name]
    best = int(np.argmax(np.abs(load)))
    verb = "gains" if load[best] > 0 else "loses"
    lon, lat = (atlas.lines.start[best] + atlas.lines.end[best]) / 2.0
    size = billions(largest)[1:]
    return f"The link whose load changes most, near {nearest_city(world, lon, lat)}, {verb} {size} of trade a year."


def nearest_city(world: World, lon: float, lat: float) -> str:
    """The city of half a million people or more that is nearest to a point, with its country."""
    from landbridge.world.distance import great_circle_km

    places = world.table("places")
    cities = places[places["population"] >= LARGE]
    row = cities.iloc[int(np.argmin(great_circle_km(lat, lon, cities["lat"], cities["lon"])))]
    return f"{row['name']} in {country_in_text(row['iso3'])}"


def _focus_incomes(outcome: Outcome, title: str, incomes: DataFrame, numbering: Numbering) -> Markup | None:
    chosen = incomes[incomes["country"].isin(outcome.focus)].sort_values("value", ascending=False)
    if chosen.empty:
        return None
    caption = f"{title}: change of real income in the countries the study looks at, per cent"
    reads = focus_read(chosen)
    drawing = dots_and_whiskers(estimates(chosen, "country"), "% change of real income", caption, reads)
    return figure(numbering, f"{caption}{_interval_note(chosen)}.", element("div", drawing, class_="scroll"), reads)


def estimates(frame: DataFrame, column: str) -> list[Estimate]:
    """Rows of a chart from a table with value, and low and high where there are draws."""
    return [Estimate.of(country_name(row[column]), row) for _, row in frame.iterrows()]


def _interval_note(frame: DataFrame) -> str:
    if "low" in frame and frame["low"].notna().any():
        return "; dots at the central values of the parameters, lines from the 5 % to the 95 % quantile of the draws"
    return ", at the central values of the parameters"


def reasons(outcome: Outcome, name: str) -> DataFrame:
    """Percentage points of real income by cause [countries looked at, causes], all partners and sectors together."""
    points = outcome.data["contribution"].sel(scenario=name).sum(["partner", "why_sector"])
    chosen = [code for code in outcome.focus if code in points["watched"].values]
    return points.sel(watched=chosen).transpose("watched", "cause").to_series().unstack("cause")


def _why(outcome: Outcome, name: str, title: str, numbering: Numbering) -> Markup | None:
    frame = reasons(outcome, name)
    causes = [cause for cause in frame.columns if frame[cause].abs().max() >= _SHOWN]
    if not causes:
        return None
    decimals = min(3, common_decimals(frame[causes].to_numpy().ravel()))
    shown = frame[causes].assign(country=[country_name(code) for code in frame.index], total=frame.sum(axis=1))

    def text(value: float) -> str:
        return signed(value, decimals)

    columns = (
        Shown("country", ""),
        *(Shown(cause, cause, text, numeric=True) for cause in causes),
        Shown("total", "all together", text, numeric=True),
    )
    return table(
        numbering,
        f"{title}: why real income changes, percentage points. By partner and sector: reasons.csv.",
        shown,
        columns,
    )


def _gains_and_losses(title: str, incomes: DataFrame, numbering: Numbering) -> Markup:
    import pandas as pd

    ordered = incomes.sort_values("value", ascending=False)
    decimals = common_decimals(ordered["value"])
    least = 0.5 * 10.0**-decimals
    gains = ordered[ordered["value"] >= least].head(LONGEST).reset_index(drop=True)
    losses = ordered[ordered["value"] <= -least][::-1].head(LONGEST).reset_index(drop=True)
    rows = [
        [*_cell(gains, position, decimals), *_cell(losses, position, decimals)]
        for position in range(max(len(gains), len(losses)))
    ]
    frame = pd.DataFrame(rows, columns=["gainer", "gain", "gain_span", "loser", "loss", "loss_span"])
    columns = (
        Shown("gainer", "Gains"),
        Shown("gain", "%", numeric=True),
        Shown("gain_span", "5–95\u202f%", numeric=True),
        Shown("loser", "Loses", style="s"),
        Shown("loss", "%", numeric=True),
        Shown("loss_span", "5–95\u202f%", numeric=True),
    )
    drawn = "low" in incomes
    caption = f"{title}: largest gains and losses of real income, per cent. All economies: real_income.csv."
    return table(numbering, caption, frame, [shown for shown in columns if drawn or not shown.column.endswith("_span")])


def _cell(frame: DataFrame, position: int, decimals: int) -> tuple[str, str, str]:
    if position >= len(frame):
        return "", "", ""
    row = frame.iloc[position]
    low, high = row.get("low", np.nan), row.get("high", np.nan)
    return (
        country_name(row["country"]),
        signed(row["value"], decimals),
        span(low, high, decimals) if not np.isnan(low) else "",
    )


def _pairs(title: str, pairs: DataFrame, numbering: Numbering) -> Markup | None:
    finite = pairs[np.isfinite(pairs["value"])]
    if finite.empty:
        return None
    largest = finite.loc[finite["value"].abs().sort_values(ascending=False).index[:LONGEST]]
    rows = [
        Estimate.of(f"{country_name(row['country'])} – {country_name(row['partner'])}", row)
        for _, row in largest.sort_values("value", ascending=False).iterrows()
    ]
    caption = f"{title}: trade in goods between countries the study looks at, the {len(rows)} largest changes, per cent"
    reads = pairs_read(pairs)
    drawing = dots_and_whiskers(rows, "% change of trade, both ways", caption, reads)
    return figure(numbering, f"{caption}.", element("div", drawing, class_="scroll"), reads)


def _matrix(outcome: Outcome, title: str, pairs: DataFrame, numbering: Numbering) -> Markup | None:
    import pandas as pd

    if pairs.empty:
        return None
    codes = [code for code in outcome.focus if code in outcome.countries]
    values = dict(zip(zip(pairs["country"], pairs["partner"], strict=True), pairs["value"], strict=True))
    values |= {(other, one): value for (one, other), value in values.items()}
    decimals = min(3, common_decimals(values.values()))
    rows = [
        [
            country_name(one),
            *("" if one == other else signed(values.get((one, other), np.nan), decimals) for other in codes),
        ]
        for one in codes
    ]
    frame = pd.DataFrame(rows, columns=["country", *codes])
    columns = [Shown("country", ""), *(Shown(code, code, numeric=True) for code in codes)]
    return table(
        numbering,
        f"{title}: change of trade in goods, both ways, per cent. Every figure: trade.csv.",
        frame,
        columns,
    )


def passages(outcome: Outcome, name: str) -> DataFrame:
    """Load of every passage without and with a scenario, million USD a year."""
    before = outcome.table("passage_load", scenario="baseline").set_index("passage")["value"]
    after = outcome.table("passage_load", scenario=name).set_index("passage")["value"]
    frame = before.to_frame("before").join(after.rename("after"), how="outer").fillna(0.0)
    return frame.reset_index()


def _passages(outcome: Outcome, name: str, title: str, numbering: Numbering) -> Markup | None:
    frame = passages(outcome, name)
    frame["delta"] = frame["after"] - frame["before"]
    reads = passages_read(frame)
    moved = frame[frame["delta"].abs() >= 1.0]
    if moved.empty:
        return element("p", reads)
    order = moved["delta"].abs().sort_values(ascending=False).index[:LONGEST]
    shown = frame.loc[order].sort_values("delta", ascending=False)
    rows = [
        Estimate(capital(passage_name(row["passage"]).removeprefix("the ")), row["delta"] / 1e3)
        for _, row in shown.iterrows()
    ]
    caption = f"{title}: change of the trade through straits, canals and land crossings, billion USD a year"
    drawing = bars(rows, "billion USD a year", caption, reads)
    listing = table(
        numbering,
        f"{title}: trade through the same passages, billion USD a year.",
        shown.assign(
            title=[row.label for row in rows],
            share=100 * (shown["after"] / shown["before"].where(shown["before"] > 0) - 1),
        ),
        (
            Shown("title", "Passage"),
            Shown("before", "without", _billion, numeric=True),
            Shown("after", "with", _billion, numeric=True),
            Shown("share", "change, %", signed, numeric=True),
        ),
    )
    return element("div", figure(numbering, f"{caption}.", element("div", drawing, class_="scroll"), reads), listing)


def _billion(musd: float) -> str:
    return plain(musd / 1e3)
