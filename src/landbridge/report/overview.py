"""The first pages: the question, the answer in plain words, all scenarios side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.labels import country_name
from landbridge.report.markup import Markup, element, join
from landbridge.report.numbers import change, common_decimals, signed, significant, span
from landbridge.report.page import Numbering, Shown, same, section, table
from landbridge.report.scale import Scale
from landbridge.report.scenario import focus_pairs
from landbridge.report.verdicts import tally
from landbridge.report.words import country_in_text, economies, most, title_of, with_interval

if TYPE_CHECKING:
    from landbridge.claims.judge import Verdict
    from landbridge.study.outcome import Outcome


def head(outcome: Outcome, chapters: Sequence[tuple[str, str]]) -> Markup:
    """Title, question and table of contents."""
    about = outcome.header["study"]["study"]
    year = outcome.header["world"]["year"]
    return element(
        "header",
        element("p", f"landbridge report · world of {year}", class_="kicker"),
        element("h1", about["title"]),
        element("p", about["question"].strip(), class_="lead") if about["question"] else None,
        element("p", f"The argument examined: {about['source']}", class_="meta") if about["source"] else None,
        element(
            "nav",
            element("ol", [element("li", element("a", title, href=f"#{anchor}")) for anchor, title in chapters]),
            aria_label="Contents",
        ),
    )


def summary(outcome: Outcome, verdicts: Sequence[Verdict], scale: Scale) -> Markup:
    """What came out, a sentence or two per scenario."""
    scenarios = [name for name in outcome.scenarios if name != "baseline"]
    return section(
        "summary",
        "In plain words",
        element("p", _what_was_done(outcome), class_="lead"),
        element("ul", [element("li", _scenario(outcome, name, scale)) for name in scenarios]),
        element("p", f"Of the {len(verdicts)} claims, {tally(verdicts)}.") if verdicts else None,
        element("p", _caution(outcome)),
        _facts(outcome, verdicts),
    )


def _what_was_done(outcome: Outcome) -> str:
    year = outcome.header["world"]["year"]
    draws = outcome.draw_count
    told = (
        f"Each is computed {draws} times more with the uncertain parameters drawn anew; the intervals below hold "
        f"nine draws of ten."
        if draws
        else "Uncertain parameters were kept at their central values: there are no intervals."
    )
    return (
        f"What does each scenario do to freight, trade and real incomes, against the world of {year} as it was? "
        f"A network of sea, rail and road gives the time and money of moving goods between {len(outcome.countries)} "
        f"economies, and an equilibrium model of trade gives what follows for flows, wages and prices. {told}"
    )


def _scenario(outcome: Outcome, name: str, scale: Scale) -> list[object]:
    title = title_of(outcome, name)
    incomes = outcome.table("real_income", scenario=name)
    mine = incomes[incomes["country"].isin(outcome.focus) & np.isfinite(incomes["value"])]
    text = []
    if len(mine):
        row = most(mine)
        if abs(row["value"]) >= scale.nil:
            text.append(f"real income changes most in {country_in_text(row['country'])}, by {with_interval(row)}")
        else:
            text.append("no country looked at sees its real income change noticeably")
    pairs = focus_pairs(outcome, name)
    pairs = pairs[np.isfinite(pairs["value"])]
    if len(pairs):
        row = most(pairs)
        text.append(
            f"trade changes most between {country_in_text(row['country'])} and {country_in_text(row['partner'])}, "
            f"by {change(row['value'])}"
        )
    gains = int((incomes["value"] >= scale.nil).sum())
    losses = int((incomes["value"] <= -scale.nil).sum())
    up, down = ("gain" if gains > 1 else "gains"), ("lose" if losses > 1 else "loses")
    rest = f"{economies(gains)} {up} {significant(scale.nil)}\u202f% or more and {economies(losses)} {down} as much"
    return [
        element("b", element("a", title, href=f"#scenario-{name}"), ": "),
        f"{'; '.join(text)}. In the world, {rest}.",
    ]


def _caution(outcome: Outcome) -> str:
    limits = "" if outcome.header.get("congestion") else "capacity limits, "
    return (
        "These are comparisons of one long-run equilibrium with another, not forecasts: construction costs, "
        f"{limits}finance and politics are outside the model, and the intervals carry only the uncertainty of "
        "the parameters listed under the assumptions."
    )


def _facts(outcome: Outcome, verdicts: Sequence[Verdict]) -> Markup:
    residual = outcome.table("residual")["value"].max()
    facts = [
        ("Scenarios", str(len(outcome.scenarios) - 1), "against the unchanged world"),
        ("Economies", str(len(outcome.countries)), f"{len(outcome.data['sector'])} sectors"),
        ("Draws", str(outcome.draw_count), f"seed {outcome.header['seed']}"),
        ("Claims", str(len(verdicts)), f"{sum(verdict.basis != '' for verdict in verdicts)} tested"),
        ("Largest residual", f"{residual:.0e}".replace("-", "−"), "of a country's income"),
    ]
    return element(
        "dl",
        [
            element("div", element("dt", name), element("dd", value, element("small", note)))
            for name, value, note in facts
        ],
        class_="facts",
    )


def comparison(outcome: Outcome, numbering: Numbering) -> Markup | None:
    """Real income of the countries looked at under every scenario."""
    import pandas as pd

    codes = [code for code in outcome.focus if code in outcome.countries]
    if not codes:
        return None
    incomes = outcome.table("real_income", country=codes)
    rows_of = {(row["scenario"], row["country"]): row for row in incomes.to_dict("records")}
    decimals = min(3, common_decimals(incomes["value"]))
    rows = []
    for name in outcome.scenarios[1:]:
        title = title_of(outcome, name)
        cells = [_cell(rows_of[name, code], decimals) for code in codes]
        rows.append([element("a", title, href=f"#scenario-{name}"), *cells])
    frame = pd.DataFrame(rows, columns=["scenario", *codes], dtype=object)
    columns = [
        Shown("scenario", "Scenario", same),
        *(Shown(code, country_name(code), same, numeric=True) for code in codes),
    ]
    intervals = ", and below it the interval that holds nine draws of ten" if outcome.draw_count else ""
    return section(
        "comparison",
        "The scenarios side by side",
        table(
            numbering,
            f"Change of real income, per cent: at the central values of the parameters{intervals}.",
            frame,
            columns,
        ),
    )


def _cell(row: Mapping[Any, Any], decimals: int) -> Markup:
    """A change, coloured where its sign is sure, above its interval."""
    value, low, high = row["value"], row.get("low", np.nan), row.get("high", np.nan)
    text = signed(value, decimals)
    tone = None if text == "0" else _tone(value, value) if np.isnan(low) else _tone(low, high)
    figure = element("span", text, class_=tone)
    interval = span(low, high, decimals)
    if np.isnan(low) or interval == "0 to 0":
        return figure
    ends = [element("small", end, class_="faint") for end in interval.replace(" to ", " to\n").split("\n")]
    return join([figure, element("br"), ends[0], element("br"), ends[1]])


def _tone(low: float, high: float) -> str | None:
    return "pos" if low > 0 else "neg" if high < 0 else None
