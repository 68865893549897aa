"""The triads of the study's pair: who is friendly with both, who is hostile to one, drawn as small triangles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from landbridge.alignment.triads import triads
from landbridge.labels import country_name
from landbridge.report.markup import Markup, element
from landbridge.report.numbers import listed
from landbridge.report.page import Numbering, figure, legend, swatch
from landbridge.report.words import country_in_text

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.study.outcome import Outcome
    from landbridge.world import World

MOST = 15  # triangles drawn
ACROSS = 5  # in a row
CELL, HEIGHT = 152, 152
APEX, LEFT, RIGHT = (76, 40), (34, 104), (118, 104)
NEAR, FAR = 0.14, 0.86  # of a side, between which it is drawn
_TIE = {1: "friend", -1: "foe", 0: "no-tie"}


def triads_of_pair(outcome: Outcome, world: World) -> DataFrame:
    """Triads of the first two countries looked at, in the year of the data nearest to the world's.

    Countries looked at come first, then the larger traders; no rows where there are no ties.
    """
    pair = [code for code in outcome.focus if code in outcome.countries][:2]
    ties = world.table("ties") if "ties" in world.resources else None
    if ties is None or len(pair) < 2 or not set(pair) <= {*ties["iso3_a"], *ties["iso3_b"]}:
        import pandas as pd

        return pd.DataFrame(columns=["country", "partner", "third", "year", "pair", "country_third", "partner_third"])
    found = triads(world, *pair)
    found = found[(found["year"] - world.year).abs() == (found["year"] - world.year).abs().min()]
    size = outcome.data["flow"].sel(scenario="baseline").sum(["partner", "sector"]).to_series()
    rank = {code: place for place, code in enumerate(outcome.focus)}
    order = found["third"].map(lambda code: (rank.get(code, len(rank)), -float(size.get(code, 0.0))))
    return found.loc[order.sort_values().index].reset_index(drop=True)


def triangles(outcome: Outcome, world: World, numbering: Numbering) -> Markup | None:
    """The figure of the triads; None where there are none."""
    found = triads_of_pair(outcome, world)
    if found.empty:
        return None
    shown = [dict(zip(found.columns, row, strict=True)) for row in found.head(MOST).itertuples(index=False)]
    names = [country_name(found[side].iloc[0]) for side in ("country", "partner")]
    year, rows = int(found["year"].iloc[0]), -(-len(shown) // ACROSS)
    caption = f"{names[0]}, {names[1]} and third states, by the news of {year}"
    reads = in_words(found)
    drawing = element(
        "svg",
        element("title", caption),
        element("desc", reads),
        [_triangle(row, CELL * (place % ACROSS), HEIGHT * (place // ACROSS), names) for place, row in enumerate(shown)],
        class_="chart triads",
        viewBox=f"0 0 {CELL * min(ACROSS, len(shown))} {HEIGHT * rows}",
        role="img",
    )
    line = '<path class="tie {}" d="M2 8.5H32"/>'
    key = legend(
        *(swatch(text, Markup(line.format(_TIE[sign]))) for sign, text in ((1, "friendlier"), (-1, "more hostile"))),
        element("span", "than the news of these two states usually is"),
    )
    note = (
        f"Drawn: {len(shown)} of the {len(found)} states with a clear tie to both, the countries looked at and the "
        "largest traders. A tie compares a pair with its states' usual news, and says nothing of why."
    )
    about = element("p", note, class_="note")
    return figure(numbering, f"{caption}.", element("div", drawing, class_="scroll"), reads, key, about)


def in_words(found: DataFrame) -> str:
    """What the triangles say: who is friendly with both, who stands on one side."""
    own, other = (country_in_text(found[side].iloc[0]) for side in ("country", "partner"))
    kind = list(zip(found["country_third"], found["partner_third"], strict=True))
    both, neither = kind.count((1, 1)), kind.count((-1, -1))
    sides = []
    for signs, friend, foe in (((1, -1), own, other), ((-1, 1), other, own)):
        members = [country_in_text(code) for code, one in zip(found["third"], kind, strict=True) if one == signs]
        if members:
            verb = "is" if len(members) == 1 else "are"
            sides.append(f"{listed(members)} {verb} friendly with {friend} and hostile to {foe}")
    tie = {1: "friendlier than usual for them", -1: "more hostile than usual for them", 0: "as usual for them"}
    start = f"The news of {own} and {other} is {tie[int(found['pair'].iloc[0])]}. Of {len(found)} states with a clear "
    start += f"tie to both, {both} {'is' if both == 1 else 'are'} friendly with both and {neither} hostile to both"
    return f"{start}; {'; '.join(sides)}." if sides else f"{start}."


def _triangle(row: dict[str, Any], x: float, y: float, names: Sequence[str]) -> Markup:
    sides = ((LEFT, RIGHT, row["pair"]), (LEFT, APEX, row["country_third"]), (RIGHT, APEX, row["partner_third"]))
    third = country_name(row["third"])
    return element(
        "g",
        element("title", f"{third}: {row['reading']}"),
        [_side(start, end, _TIE[int(sign)]) for start, end, sign in sides],
        [element("circle", class_="corner", cx=cx, cy=cy, r=5) for cx, cy in (APEX, LEFT, RIGHT)],
        element("text", third, class_="strong", x=APEX[0], y=APEX[1] - 14, text_anchor="middle"),
        [
            element("text", name, class_="tick", x=corner[0], y=corner[1] + 20, text_anchor="middle")
            for name, corner in zip(names, (LEFT, RIGHT), strict=True)
        ],
        transform=f"translate({x:.0f} {y:.0f})",
    )


def _side(start: tuple[int, int], end: tuple[int, int], style: str) -> Markup:
    (x1, y1), (x2, y2) = (
        tuple(round(a + part * (b - a), 1) for a, b in zip(start, end, strict=True)) for part in (NEAR, FAR)
    )
    return element("line", class_=f"tie {style}", x1=x1, y1=y1, x2=x2, y2=y2)
