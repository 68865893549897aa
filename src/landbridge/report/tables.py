"""Every table of a report as CSV and as one XLSX file, at full precision, with units."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landbridge.labels import country_name
from landbridge.report import provenance, queues, verdicts
from landbridge.report.changes import in_words
from landbridge.report.triads import triads_of_pair
from landbridge.study.told import steps, year_asked
from landbridge.variables import variables

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.claims.judge import Verdict
    from landbridge.report.atlas import Atlas
    from landbridge.study.outcome import Outcome
    from landbridge.world import World

BY_COUNTRY = ("real_income", "real_wage", "total_trade")
SMALLEST = 0.001  # percentage points
OF_VIOLENCE = ("violence", "violence_change", "violence_through_income", "violence_through_living")
BY_PAIR = ("trade", "exports", "travel_days", "freight_usd")


@dataclass(frozen=True)
class Sheet:
    """One table: what it holds, and the unit of each column that has one."""

    name: str
    description: str
    frame: DataFrame
    units: Mapping[str, str]


def sheets(outcome: Outcome, judged: Sequence[Verdict], world: World, atlas: Atlas) -> list[Sheet]:
    """All tables of a report. Pairs are those of the countries looked at; the outcome file holds all of them."""
    codes = [code for code in outcome.focus if code in outcome.countries]
    found = [_quantity(outcome, name) for name in BY_COUNTRY]
    found += [_quantity(outcome, name, country=codes, partner=codes) for name in BY_PAIR if codes]
    if codes:
        found.append(_quantity(outcome, "mode_share", country=codes, partner=codes))
        found.append(_used(_quantity(outcome, "passage_share", country=codes)))
    found.append(_quantity(outcome, "passage_load"))
    if "alignment_shift" in outcome.data:
        found.append(_quantity(outcome, "alignment_shift", country=codes, partner=codes))
        found += [_quantity(outcome, name) for name in ("expected_accessions", "expected_departures")]
    if len(triads := triads_of_pair(outcome, world)):
        text = "Third states tied to both of the study's pair: 1 friendlier than usual for the two, -1 more hostile."
        found.append(Sheet("triads", text, triads, {}))
    if "violence" in outcome.data:
        found += [_quantity(outcome, name) for name in OF_VIOLENCE]
        found.append(_quantity(outcome, "violence_by_month", country=codes))
    found.append(_reasons(outcome))
    found.append(_changes(outcome))
    if judged:
        found.append(
            Sheet(
                "claims", "Claims, verdicts, and the numbers tested.", verdicts.frame(outcome, judged), {"share": "1"}
            )
        )
    found.append(Sheet("parameters", "Parameters as used.", provenance.parameter_table(outcome), {}))
    if outcome.draw_count:
        text = "Spearman's rank correlation of each uncertain parameter with real income over the draws."
        found.append(Sheet("influence", text, provenance.influence_table(outcome), {"rank_correlation": "1"}))
        drawn = outcome.drawn_parameters.reset_index()
        found.append(Sheet("draws", "Values drawn of the uncertain parameters.", drawn, {}))
    found.append(Sheet("data", "Tables of the world.", provenance.data_table(outcome, world), {}))
    share = "share of a country's income"
    residuals = provenance.residual_table(outcome)
    found.append(
        Sheet("residuals", "Residuals and countries cut off.", residuals, {"residual": share, "largest": share})
    )
    if len(longest := queues.queue_table(outcome)):
        text = "Ports, posts, canals and lines whose hours grow most in each scenario."
        found.append(Sheet("queues", text, longest, {"times": "1", "teu": "TEU a year", "usual_teu": "TEU a year"}))
    notes = atlas.notes.drop(columns=["geometry", "line"])
    found.append(Sheet("borders", "Contested borders on the maps.", notes, {}))
    return found


def _quantity(outcome: Outcome, name: str, **labels: Any) -> Sheet:
    variable = variables()[name]
    frame = outcome.table(name, **labels)
    frame = frame[frame["scenario"].isin(outcome.scenarios)].reset_index(drop=True)
    for label in ("partner", "country"):
        if label in frame:
            frame.insert(list(frame.columns).index(label) + 1, f"{label}_name", frame[label].map(country_name))
    units = {column: variable.unit for column in ("value", "low", "median", "high") if column in frame}
    spread = "; low, median and high: 5, 50 and 95 % quantiles of the draws" if "low" in frame else ""
    return Sheet(name, f"{variable.sentence}{spread}", frame, units)


def _used(sheet: Sheet) -> Sheet:
    """A table without its rows of zero: most countries use few of the passages of the world."""
    frame = sheet.frame[sheet.frame["value"] != 0.0].reset_index(drop=True)
    return replace(sheet, description=f"{sheet.description} Zeros left out.", frame=frame)


def _reasons(outcome: Outcome) -> Sheet:
    """Contributions to real income of the countries looked at, those of a thousandth of a percentage point or more."""
    codes = [code for code in outcome.focus if code in outcome.data["watched"].values]
    points = outcome.data["contribution"].sel(watched=codes).rename(watched="country", why_sector="sector")
    series = points.to_series().astype(float)
    frame = series[series.abs() >= SMALLEST].rename("points").reset_index()
    variable = variables()["contribution"]
    return Sheet(
        "reasons", f"{variable.sentence} Contributions below {SMALLEST} left out.", frame, {"points": variable.unit}
    )


def _changes(outcome: Outcome) -> Sheet:
    import pandas as pd

    rows = [
        {
            "scenario": name,
            "step": position,
            "kind": change["kind"],
            "change": in_words(change, year_asked(outcome)),
            "assumed": bool(change.get("assumed")),
            "source": change.get("source", ""),
        }
        for name in outcome.scenarios[1:]
        for position, change in enumerate(steps(outcome, name), start=1)
    ]
    columns = ["scenario", "step", "kind", "change", "assumed", "source"]
    return Sheet("changes", "What each scenario changes, in order.", pd.DataFrame(rows, columns=columns), {})


def write_csv(found: Sequence[Sheet], folder: Path) -> None:
    """One CSV file per table, UTF-8, figures at full precision; units are in ``units.csv``."""
    for sheet in found:
        sheet.frame.to_csv(folder / f"{sheet.name}.csv", index=False)
    units(found).to_csv(folder / "units.csv", index=False)


def units(found: Sequence[Sheet]) -> DataFrame:
    """A row per column of every table with its unit."""
    import pandas as pd

    rows = [
        {
            "table": sheet.name,
            "column": str(column),
            "unit": sheet.units.get(str(column), ""),
            "holds": sheet.description,
        }
        for sheet in found
        for column in sheet.frame.columns
    ]
    return pd.DataFrame(rows)


def write_xlsx(found: Sequence[Sheet], path: Path) -> None:
    """One workbook: a sheet of contents, then a sheet per table, the same figures as the CSV files."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    contents = book.create_sheet("contents")
    contents.append(["table", "holds", "column", "unit"])
    for row in units(found).itertuples(index=False):
        contents.append([row.table, row.holds, row.column, row.unit])
    for sheet in found:
        page = book.create_sheet(sheet.name[:31])
        page.freeze_panes = "A2"
        page.append([str(column) for column in sheet.frame.columns])
        for values in sheet.frame.itertuples(index=False, name=None):
            page.append([_cell(value) for value in values])
    book.save(path)


def _cell(value: Any) -> Any:
    """What a workbook can hold of a value: no number as an empty cell, infinity in words."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value
