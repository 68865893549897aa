"""The chapter on violence: what to expect, what the scenarios' wars do at home and next door, and through incomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landbridge.labels import country_name
from landbridge.report.atlas import Atlas, neighbours
from landbridge.report.changes import wars_of
from landbridge.report.charts import Estimate, dots_and_whiskers
from landbridge.report.markup import Markup, element
from landbridge.report.numbers import listed, plain, signed, span
from landbridge.report.page import Numbering, Shown, figure, legend, section, swatch, table
from landbridge.report.paths import Panel, small_multiples
from landbridge.report.security_maps import changes_scale, expected_map, moved, next_door_map
from landbridge.report.words import country_in_text, most, title_of
from landbridge.study.schema import BASELINE

if TYPE_CHECKING:
    from landbridge.study.outcome import Outcome
    from landbridge.world import World

PANELS = 6
STYLES = ("loss", "gain", "neutral")  # lines of scenarios with a war, as many as can be told apart
LONGEST = 10
INCOMES, POWER = "incomes", "jobs and power"
THROUGH = {"violence_through_income": INCOMES, "violence_through_living": POWER}


def chapter(outcome: Outcome, world: World, atlas: Atlas, numbering: Numbering) -> Markup | None:
    """Everything the report says about violence; None where nothing is known of it."""
    if "violence" not in outcome.data or not np.isfinite(outcome.values("violence")).any():
        return None
    months = [str(month) for month in outcome.data["month"].values]
    wars = [name for name in outcome.scenarios[1:] if wars_of(outcome, name)]
    scale = changes_scale(outcome, wars)
    return section(
        "security",
        "Security",
        element(
            "p",
            f"Deaths in conflict are forecast for {months[0]} to {months[-1]} from what was known the month before, by "
            "what followed in the countries and months of the past most like these. A draw is one course that events "
            "may take. Where a scenario has a war, its deaths are set, others answer as countries near wars have "
            "answered since 1990, and roads bear delay, surcharge, insurance and shut borders.",
        ),
        expected_map(outcome, atlas, numbering),
        [next_door_map(outcome, name, world, atlas, scale, numbering) for name in wars],
        _months(outcome, wars, world, numbering) if wars else None,
        _table(outcome, wars, world, numbering) if wars else None,
        _through_living(outcome, numbering),
    )


def _months(outcome: Outcome, wars: list[str], world: World, numbering: Numbering) -> Markup:
    """Month by month: the countries at war and their neighbours, without the wars and with them."""
    import pandas as pd

    shown = wars[: len(STYLES)]
    at_war = list(dict.fromkeys(code for name in shown for code in wars_of(outcome, name)))
    codes = _countries(outcome, wars, world)[:PANELS]
    expected, drawn = outcome.values("violence_by_month"), outcome.draws("violence_by_month")
    kept = set() if drawn is None else {str(code) for code in drawn["country"].values}
    panels = []
    for code in codes:
        lines = {"usual": expected.sel(scenario=BASELINE, country=code).to_numpy()}
        lines |= {
            style: expected.sel(scenario=name, country=code).to_numpy()
            for style, name in zip(STYLES, shown, strict=False)
        }
        band: tuple[object, ...] = ()
        if drawn is not None and code in kept:
            band = tuple(np.quantile(drawn.sel(scenario=BASELINE, country=code), [0.05, 0.95], axis=0))
        panels.append(Panel(country_name(code), lines, *band))  # type: ignore[arg-type]
    months = [str(month) for month in outcome.data["month"].values]
    caption = "Deaths in conflict a month: expected without the wars of the scenarios, and with them"
    near = [code for code in codes if code not in at_war]
    changes = pd.concat([moved(outcome, name) for name in shown])
    changes = changes[changes["country"].isin(near)]
    reads = "Each panel has its own scale."
    if len(changes):
        furthest = most(changes)
        reads = (
            f"Beyond {listed([country_in_text(code) for code in at_war])} no year's deaths move by more than "
            f"{plain(abs(furthest['value']))}\u202f% ({country_name(furthest['country'])}). What is expected may lie "
            "above the shade, for rare courses weigh in it; each panel has its own scale."
        )
    entries = [("usual", "expected without"), *((s, title_of(outcome, n)) for s, n in zip(STYLES, shown, strict=False))]
    band_told = "; shaded what holds nine draws of ten without a war" if kept else ""
    return figure(
        numbering,
        f"{caption}{band_told}.",
        element("div", small_multiples(panels, months, caption, reads), class_="scroll"),
        reads,
        legend(*(swatch(text, element("path", class_=f"line {style}", d="M2 8.5H32")) for style, text in entries)),
    )


def _table(outcome: Outcome, wars: list[str], world: World, numbering: Numbering) -> Markup:
    """Deaths a month with and without each scenario's war, in the countries at war and around them."""
    import pandas as pd

    parts, drawn = [], bool(outcome.draw_count)
    for name in wars:
        codes = _countries(outcome, [name], world)
        frame = moved(outcome, name).set_index("country").reindex(codes).dropna(subset=["value"]).reset_index()
        if drawn:
            frame.loc[frame["country"].isin(wars_of(outcome, name)), ["low", "high"]] = np.nan
        parts.append(
            frame.assign(scenario=title_of(outcome, name), where=[country_name(code) for code in frame["country"]])
        )
    frame = pd.concat(parts, ignore_index=True)
    known = frame["low"].notna() if drawn else frame["value"].isna()
    frame["interval"] = [
        span(row["low"], row["high"]) if k else "" for k, row in zip(known, frame.to_dict("records"), strict=True)
    ]
    frame["scenario"] = frame["scenario"].where(~frame["scenario"].duplicated(), "")
    columns = (
        Shown("scenario", "Scenario"),
        Shown("where", "Country"),
        Shown("before", "without", plain, numeric=True),
        Shown("after", "with", plain, numeric=True),
        Shown("value", "change, %", signed, numeric=True),
        Shown("interval", "5–95\u202f%", numeric=True),
    )
    return table(
        numbering,
        "Deaths in conflict to expect a month, without and with the scenarios' wars.",
        frame,
        columns if drawn else columns[:-1],
    )


def _through_living(outcome: Outcome, numbering: Numbering) -> Markup | None:
    """What incomes, jobs and electricity would do to violence, each country in the scenario that moves it most."""
    import pandas as pd

    codes = [code for code in outcome.focus if code in outcome.countries]
    frames = [outcome.table(name, country=codes).assign(through=words) for name, words in THROUGH.items()]
    frame = pd.concat(frames, ignore_index=True)
    frame = frame[(frame["scenario"] != BASELINE) & np.isfinite(frame["value"]) & (frame["value"] != 0.0)]
    frame = frame.loc[frame["value"].abs().sort_values(ascending=False, kind="stable").index]
    frame = frame.drop_duplicates(["country", "through"]).head(LONGEST)
    if frame.empty:
        return None
    rows = [
        Estimate.of(
            f"{country_name(row['country'])} ({row['scenario']}){'' if row['through'] == INCOMES else f', {POWER}'}",
            row,
        )
        for _, row in frame.iterrows()
    ]
    caption = (
        "Violence if it went with incomes, or where said with jobs and power, as in the past, each country in the "
        "scenario that moves it most"
    )
    first = frame.iloc[0]
    reads = (
        f"The largest change is {signed(first['value'])}\u202f% of 1 + deaths, in {country_in_text(first['country'])} "
        f"through {first['through']}. Over the past more unemployment went with more deaths a year later, electricity "
        "with neither more nor fewer, and growth, too, with more. These are associations; recruits are counted nowhere."
    )
    drawing = dots_and_whiskers(rows, "% of 1 + deaths a year later", caption, reads, more_is_worse=True)
    return figure(numbering, f"{caption}.", element("div", drawing, class_="scroll"), reads)


def _countries(outcome: Outcome, wars: list[str], world: World) -> list[str]:
    """Countries at war in some scenarios, then their neighbours by land, those with most violence to expect first."""
    at_war = list(dict.fromkeys(code for name in wars for code in wars_of(outcome, name)))
    expected = outcome.values("violence").sel(scenario=BASELINE).to_series().dropna()
    near = [code for code in neighbours(world, at_war) if code not in at_war and code in expected.index]
    return [*(code for code in at_war if code in expected.index), *sorted(near, key=lambda code: -expected[code])]
