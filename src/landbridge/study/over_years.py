"""Any quantity with a year: from a year on, and drawn over the years."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.errors import InputError
from landbridge.labels import country_name
from landbridge.variables import variables

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_LINES = 12
WITHIN = 1.645  # standard errors to either side that hold nine in ten
FORMATS = (".png", ".svg", ".pdf")
_PLACES = ("iso3", "country", "partner", "relative_to", "exporter", "importer", "iso3_a", "iso3_b")
_LABELS = (*_PLACES, "issue", "institution", "indicator", "sector", "track", "scenario")
_NUMBERS = ("value", "ideal_point", "scott_pi", "value_musd")


def since(table: DataFrame, year: int, quantity: str) -> DataFrame:
    """The rows of that year and later.

    Raises:
        InputError: the quantity has no years, or none as late.
    """
    _needs_years(table, quantity)
    later = table[table["year"] >= year]
    if later.empty and len(table):
        raise InputError(f"{quantity}: nothing since {year}; the last year here is {int(table['year'].max())}.")
    return later.reset_index(drop=True)


def draw_over_years(table: DataFrame, quantity: str, file: Path) -> None:
    """Draw a line for each set of labels, with the interval that holds nine in ten where errors are known.

    Raises:
        InputError: the quantity has no years, nothing or too much to draw, or the file is no picture.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator

    _needs_years(table, quantity)
    if file.suffix.lower() not in FORMATS:
        raise InputError(f"--plot {file}: the name must end in {', '.join(FORMATS)}.")
    lines = _lines(table, quantity)
    figure, axis = plt.subplots(figsize=(9, 4.6), layout="constrained")
    number = next(name for name in _NUMBERS if name in table)
    for name, rows in lines:
        (line,) = axis.plot(rows["year"], rows[number], label=name, linewidth=1.8, marker="o", markersize=2.5)
        if "standard_error" in rows:
            spread = WITHIN * rows["standard_error"]
            axis.fill_between(
                rows["year"],
                rows[number] - spread,
                rows[number] + spread,
                color=line.get_color(),
                alpha=0.15,
                linewidth=0,
            )
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set(ylabel=_unit(quantity, number), title=_title(table, quantity))
    axis.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=120)
    plt.close(figure)


def _needs_years(table: DataFrame, quantity: str) -> None:
    if "year" not in table:
        raise InputError(f"{quantity} has no years: --since and --plot are for quantities that do.")


def _lines(table: DataFrame, quantity: str) -> list[tuple[str, DataFrame]]:
    """One set of rows for each set of labels that vary; a year of two sessions counts with the later."""
    if not any(name in table for name in _NUMBERS):
        raise InputError(f"{quantity} holds no one number a year that could be drawn.")
    if table.empty:
        raise InputError(f"{quantity}: nothing to draw.")
    present = [name for name in _LABELS if name in table]
    vary = [name for name in present if table[name].nunique() > 1] or present[:1]
    groups = list(table.groupby(vary, sort=False, observed=True)) if vary else [((quantity,), table)]
    if len(groups) > MOST_LINES:
        raise InputError(
            f"{quantity}: {len(groups)} lines are too many to draw (at most {MOST_LINES}); name countries."
        )
    return [(_named(vary, key), rows.sort_values("year").drop_duplicates("year", keep="last")) for key, rows in groups]


def _named(labels: list[str], key: object) -> str:
    values = key if isinstance(key, tuple) else (key,)
    return " - ".join(
        country_name(str(value)) if label in _PLACES else str(value).replace("_", " ")
        for label, value in zip(labels, values, strict=False)
    ) or str(values[0])


def _title(table: DataFrame, quantity: str) -> str:
    """The quantity, and the countries that all lines share."""
    title = variables()[quantity].title if quantity in variables() else quantity.replace("_", " ").capitalize()
    shared = [name for name in _PLACES if name in table and table[name].nunique() == 1]
    places = " - ".join(country_name(str(table[name].iloc[0])) for name in shared)
    return f"{title}: {places}" if places else title


def _unit(quantity: str, number: str) -> str:
    return variables()[quantity].unit if quantity in variables() else number.replace("_", " ")
