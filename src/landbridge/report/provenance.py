"""What the report stands on: assumptions, what matters most among them, data with licences, residuals, versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from landbridge.labels import country_name
from landbridge.parameters import parameters
from landbridge.report import queues
from landbridge.report.charts import Estimate, bars
from landbridge.report.markup import Markup, element, join
from landbridge.report.numbers import listed, plain, significant
from landbridge.report.page import Numbering, Shown, figure, same, section, table
from landbridge.report.words import country_in_text, most, scenario_title, title_of

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.report.atlas import Atlas
    from landbridge.study.outcome import Outcome
    from landbridge.world import World

_DISTRIBUTIONS = {
    "normal": "normal, mean {mean}, standard deviation {sd}",
    "lognormal": "log-normal, median {median}, σ {sigma}",
    "uniform": "uniform, {low} to {high}",
    "triangular": "triangular, {low} to {high}, mode {mode}",
}


# ------------------------------------------------------------------------------------------------------- assumptions


def assumptions(outcome: Outcome, numbering: Numbering) -> Markup:
    """Every parameter with value, range, distribution, source and status; the study's own assumptions."""
    frame = parameter_table(outcome)
    drawn, replaced = frame["distribution"] != "", frame["replaced"]
    own = outcome.header["study"].get("assumption") or []
    shown = frame.astype(object).assign(
        name=[_meaning(row) for row in frame.to_dict("records")],
        value=[
            f"{significant(value)} {unit}".removesuffix(" 1")
            for value, unit in zip(frame["value"], frame["unit"], strict=True)
        ],
    )
    kept = (
        Shown("name", "Parameter", same, style="w"),
        Shown("value", "Value", style="v"),
        Shown("range", "Plausible range"),
        Shown("status", "Status"),
        Shown("source", "Source", style="w"),
    )
    spread = (*kept[:2], Shown("distribution", "Drawn from"), *kept[2:])
    return section(
        "assumptions",
        "Assumptions",
        element(
            "p",
            f"Every number that is a belief rather than a computation, with its source: {len(frame)} parameters, "
            f"{int(drawn.sum())} of them drawn anew in every draw, {int(replaced.sum())} replaced by the study.",
        ),
        element("ul", [element("li", _statement(entry)) for entry in own]) if own else None,
        table(numbering, "Parameters drawn anew in every draw.", shown[drawn], spread) if drawn.any() else None,
        table(numbering, "Parameters replaced by the study.", shown[replaced & ~drawn], kept)
        if (replaced & ~drawn).any()
        else None,
        table(numbering, "Parameters kept at one value.", shown[~drawn & ~replaced], kept),
    )


def _meaning(row: Mapping[Any, Any]) -> Markup:
    return join([row["sentence"] or row["name"], element("br"), element("small", row["name"], class_="faint")])


def _statement(entry: Mapping[str, Any]) -> str:
    return f"{entry['statement']} Source: {entry['source']}." if entry.get("source") else str(entry["statement"])


def parameter_table(outcome: Outcome) -> DataFrame:
    """A row per parameter: name, value used, unit, range, distribution, replaced, status, source, sentence."""
    import pandas as pd

    uncertain = uncertainty(outcome)
    rows = []
    for name, value in outcome.header["parameters"].items():
        known = parameters().get(name)
        spread = uncertain.get(name, {})
        rows.append(
            {
                "name": name,
                "value": float(value),
                "unit": known.unit if known else "",
                "range": f"{significant(known.range[0])} to {significant(known.range[1])}" if known else "",
                "distribution": _distribution(spread),
                "replaced": bool(known and not np.isclose(known.value, value, rtol=1e-12)),
                "status": known.status if known else "unknown to this version",
                "source": (spread.get("source") or (known.source if known else "")).rstrip("."),
                "sentence": known.sentence if known else "",
            }
        )
    return pd.DataFrame(rows)


def uncertainty(outcome: Outcome) -> dict[str, Mapping[str, Any]]:
    """The distribution of each uncertain parameter as the study gives it."""
    given = outcome.header["study"].get("uncertainty") or {}
    return dict(given.get("parameters") or {})


def _distribution(spread: Mapping[str, Any]) -> str:
    for kind, text in _DISTRIBUTIONS.items():
        if spread.get(kind):
            return text.format(**{key: significant(value) for key, value in spread[kind].items()})
    return ""


# ------------------------------------------------------------------------------------------------- what matters most


def influence_table(outcome: Outcome) -> DataFrame:
    """Rank correlation of each uncertain parameter with the real income of each country looked at."""
    import pandas as pd

    from landbridge.study.why import what_matters

    codes = [code for code in outcome.focus if code in outcome.countries]
    parts = [
        what_matters(outcome, "real_income", scenario=name, country=code).assign(scenario=name, country=code)
        for name in outcome.scenarios[1:]
        for code in codes
    ]
    columns = ["scenario", "country", "parameter", "rank_correlation"]
    return pd.concat(parts)[columns].dropna().reset_index(drop=True) if parts else pd.DataFrame(columns=columns)


def influence(outcome: Outcome, numbering: Numbering) -> Markup | None:
    """Which uncertain parameter matters most."""
    if not outcome.draw_count or outcome.drawn_parameters.shape[1] == 0:
        return None
    frame = influence_table(outcome)
    if frame.empty:
        return None
    size = frame.assign(size=frame["rank_correlation"].abs())
    mean = size.groupby("parameter")["size"].mean().sort_values(ascending=False)
    rows = [Estimate(str(name).replace("_", " "), float(value)) for name, value in mean.head(14).items()]
    first = mean.index[0]
    strongest = most(size, 0, "size")
    title = title_of(outcome, strongest["scenario"])
    reads = (
        f"Over all scenarios and countries looked at, {str(first).replace('_', ' ')} matters most: its rank "
        f"correlation with real income is {mean.iloc[0]:.2f} in size on average. The closest single tie is of "
        f"{strongest['parameter'].replace('_', ' ')} with {country_in_text(strongest['country'])}'s real income under "
        f"“{title}” ({strongest['rank_correlation']:+.2f})."
    ).replace("-0.", "−0.")
    caption = "Rank correlation of uncertain parameters with the real income of the countries looked at, mean size"
    return section(
        "influence",
        "Which uncertain number matters most",
        figure(
            numbering,
            f"{caption}. Every pair: influence.csv.",
            element(
                "div", bars(rows, "mean size of Spearman's rank correlation", caption, reads, plain), class_="scroll"
            ),
            reads,
        ),
    )


# --------------------------------------------------------------------------------------------------------- the data


def data(outcome: Outcome, world: World, numbering: Numbering) -> Markup:
    """The tables of the world with sources, licences and hashes."""
    columns = (
        Shown("table", "Table"),
        Shown("description", "What it holds", style="w"),
        Shown("sources", "Sources", style="w"),
        Shown("licence", "Licence"),
        Shown("sha256", "SHA-256", lambda text: text[:12]),
    )
    frame = data_table(outcome, world)
    return section(
        "data",
        "Data",
        element(
            "p",
            f"The world of {outcome.header['world']['year']}, on which the run stands. Whole hashes: data.csv.",
        ),
        table(numbering, "Tables of the world, their sources and licences.", frame, columns),
    )


def data_table(outcome: Outcome, world: World) -> DataFrame:
    """A row per table of the world the run used: table, description, sources, licence, hash as the run recorded it."""
    import pandas as pd

    rows = []
    for name, recorded in outcome.header["world"]["tables"].items():
        resource = world.resources.get(name, {})
        licences = [entry.get("title", "") for entry in resource.get("licenses", [])]
        sources = [
            f"{entry['title']} ({', '.join(filter(None, [entry.get('year', ''), entry.get('licence', '')]))})"
            for entry in resource.get("sources", [])
        ]
        rows.append(
            {
                "table": name,
                "description": resource.get("description", ""),
                "sources": "; ".join(sources),
                "licence": "; ".join(licences),
                "sha256": str(recorded).removeprefix("sha256:"),
            }
        )
    return pd.DataFrame(rows, columns=["table", "description", "sources", "licence", "sha256"])


# ----------------------------------------------------------------------------------------------------- the computation


def computation(outcome: Outcome, numbering: Numbering) -> Markup:
    """Residuals, countries cut off, seed and versions."""
    frame = residual_table(outcome)
    header = outcome.header
    versions = listed([f"{name} {version}" for name, version in header["versions"].items()])
    return section(
        "computation",
        "Computation",
        element(
            "p",
            "An equilibrium that did not converge is refused, never reported. The residual is the largest gap between "
            "what a country sells and what it earns, as a share of its income.",
        ),
        table(
            numbering,
            "Residuals and countries cut off.",
            frame,
            (
                Shown("title", "Scenario"),
                Shown("residual", "Residual, central values", _tiny, numeric=True),
                Shown("largest", "Largest of the draws", _tiny, numeric=True),
                Shown("cut_off", "Cut off from trade", lambda text: text or "none"),
            ),
        ),
        *queues.told(outcome, numbering),
        element(
            "p",
            f"Computed {header['created']} with {versions}; {header['draws']} draws from seed {header['seed']}. "
            f"The same study, world and versions give the same figures.",
            class_="note",
        ),
    )


def residual_table(outcome: Outcome) -> DataFrame:
    """A row per scenario: residual at the central values, the largest of the draws, countries cut off."""
    import pandas as pd

    central, drawn = outcome.values("residual"), outcome.draws("residual")
    rows = []
    for name in outcome.scenarios:
        rows.append(
            {
                "scenario": name,
                "title": scenario_title(outcome, name),
                "residual": float(central.sel(scenario=name)),
                "largest": float(drawn.sel(scenario=name).max()) if drawn is not None else np.nan,
                "cut_off": ", ".join(country_name(code) for code in outcome.header["cut_off"].get(name, [])),
            }
        )
    return pd.DataFrame(rows)


def _tiny(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.1e}".replace("-", "−")


def borders(atlas: Atlas, numbering: Numbering) -> Markup:
    """The note on contested borders."""
    notes = atlas.notes.drop_duplicates(["name", "note"])
    return section(
        "borders",
        "Borders on the maps",
        element(
            "p",
            "Borders are drawn as they stand on the ground, without a position on any of them. Those below are "
            "contested and drawn dashed; the list is a selection. Taiwan, Hong Kong and Palestine are shown apart "
            "because trade statistics count them apart. Crimea and the Siachen Glacier are left without a colour.",
        ),
        table(
            numbering,
            "Contested borders.",
            notes,
            (
                Shown("name", "Border"),
                Shown("note", "Note", style="w"),
                Shown(
                    "approximate",
                    "Course",
                    lambda by_hand: "coarse, placed by hand" if by_hand else "from the outlines",
                ),
            ),
        ),
    )
