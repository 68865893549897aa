"""Show any variable of a world or an outcome: one verb for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pandas import DataFrame

from landbridge.errors import InputError, did_you_mean
from landbridge.labels import country
from landbridge.study.conflict import link_risk_table, spillover_table
from landbridge.study.conflict import view as conflict_view
from landbridge.study.exposure import baseline_exposure_table, exposure_table
from landbridge.study.gravity import gravity_fits, gravity_parameters, gravity_table
from landbridge.study.observed import observed_table
from landbridge.study.outcome import Outcome
from landbridge.variables import variables
from landbridge.world import World

COUNTRY_COLUMNS = ("iso3", "exporter", "importer", "country", "partner")


@dataclass(frozen=True)
class View:
    """A table computed from a world: how, whether by ``sector``, and the countries without which it is too long.

    ``of_outcome`` computes it for the baseline of an outcome; None where it is of worlds alone.
    """

    table: Callable[..., DataFrame]
    by_sector: bool = True
    countries: tuple[str, ...] = ()
    of_outcome: Callable[..., DataFrame] | None = None


VIEWS = {
    "exposure": View(exposure_table, countries=("country", "partner"), of_outcome=baseline_exposure_table),
    "gravity": View(gravity_table, countries=("country", "partner")),
    "gravity_fits": View(gravity_fits),
    "gravity_parameters": View(gravity_parameters, by_sector=False),
    "link_risk": View(link_risk_table, by_sector=False),
    "spillover": View(spillover_table, by_sector=False),
}


def show(source: World | Outcome, quantity: str, **labels: Any) -> DataFrame:
    """A quantity of ``variables.toml``, a table of a world or a view of it, as a tidy table that labels narrow down.

    Raises:
        InputError: no such quantity, table, or label; the message names the nearest.
    """
    if isinstance(source, Outcome):
        return _view(source, quantity, labels) if _has_view(source, quantity) else source.table(quantity, **labels)
    observed = [name for name, variable in variables().items() if not variable.modelled]
    if quantity in observed:
        return observed_table(source, quantity, **labels)
    if quantity in VIEWS:
        return _view(source, quantity, labels)
    if quantity == "conflict":
        return conflict_view(source, **labels)
    if quantity in source.resources:
        return _rows(source.table(quantity), quantity, labels)
    if quantity in variables():
        raise InputError(f"{quantity} is computed by a run: show it of an outcome, not of a world.")
    allowed = [*observed, *VIEWS, "conflict", *source.resources]
    raise InputError(
        f'Nothing called "{quantity}" in world "{source.name}".{did_you_mean(quantity, allowed)} '
        f"Quantities: {', '.join([*observed, *VIEWS])}. Tables: {', '.join(sorted(source.resources))}."
    )


def parse_labels(words: Iterable[str]) -> dict[str, Any]:
    """``["country=PAK", "partner=RUS,CHN"]`` as labels: one value, or a list where there are commas.

    Raises:
        InputError: a word is not of the form label=value.
    """
    labels: dict[str, Any] = {}
    for word in words:
        label, equals, value = word.partition("=")
        if not (label and equals and value):
            raise InputError(f'"{word}" is no label: write label=value, such as country=PAK or partner=RUS,CHN.')
        values = [part.strip() for part in value.split(",") if part.strip()]
        labels[label.strip()] = values if len(values) > 1 else values[0]
    return labels


def labels_of(source: World | Outcome, quantity: str, words: Iterable[str]) -> dict[str, Any]:
    """The labels meant by words such as ``["PAK", "RUS", "cpec", "year=2017"]``.

    A bare word is a year, or the name of a scenario, sector, mode, passage or institution; any other is a country, the
    first one the country (or exporter), the next its partner (or importer).

    Raises:
        InputError: a word fits no label of the quantity; the message names the nearest country.
    """
    given = list(words)
    labels = parse_labels(word for word in given if "=" in word)
    for word in given:
        if "=" not in word:
            labels[_label_meant(source, quantity, word, labels)] = word
    return labels


def _label_meant(source: World | Outcome, quantity: str, word: str, taken: dict[str, Any]) -> str:
    if word.isdigit():
        return "year"
    for label, names in _names(source).items():
        if word in names:
            return label
    country(word)
    wanted = variables()[quantity].dims if quantity in variables() else _columns(source, quantity)
    free = [label for label in COUNTRY_COLUMNS if label in wanted and label not in taken]
    if not free:
        raise InputError(f'{quantity} has no label left for "{word}".')
    return free[0]


def _names(source: World | Outcome) -> dict[str, list[str]]:
    if isinstance(source, Outcome):
        dims = ("scenario", "sector", "mode", "passage")
        return {dim: [str(name) for name in source.data[dim].values] for dim in dims if dim in source.data.coords}
    return {"sector": source.sectors, "institution": sorted(set(source.table("memberships")["institution"]))}


def _columns(source: World | Outcome, quantity: str) -> list[str]:
    if _has_view(source, quantity):
        return list(VIEWS[quantity].countries)
    known = isinstance(source, World) and quantity in source.resources
    return list(map(str, source.table(quantity).columns)) if known else []


def _has_view(source: World | Outcome, name: str) -> bool:
    return name in VIEWS and (isinstance(source, World) or VIEWS[name].of_outcome is not None)


def _view(source: World | Outcome, name: str, labels: dict[str, Any]) -> DataFrame:
    """The rows of a view that have the labels asked for.

    Raises:
        InputError: no country is named where one is needed, or a label does not fit.
    """
    view = VIEWS[name]
    if view.countries and not set(labels) & set(view.countries):
        raise InputError(f"{name} needs a country, or two: landbridge show {name} PAK RUS.")
    given = labels.get("sector") if view.by_sector else None
    sectors = {} if given is None else {"sector": given if isinstance(given, list | tuple) else [given]}
    table = view.table if isinstance(source, World) or view.of_outcome is None else view.of_outcome
    return _rows(table(source, **sectors), name, labels)


def _rows(table: DataFrame, name: str, labels: dict[str, Any]) -> DataFrame:
    """The rows of a world's table whose columns have the values asked for."""
    for label, wanted in labels.items():
        if label not in table:
            columns = [str(column) for column in table.columns]
            raise InputError(
                f'Table "{name}" has no column {label}.{did_you_mean(label, columns)} It has: {", ".join(columns)}.'
            )
        several = wanted if isinstance(wanted, list | tuple) else [wanted]
        spelt = [country(str(entry)) if label in COUNTRY_COLUMNS else str(entry) for entry in several]
        table = table[table[label].astype(str).isin(spelt)]
    return table.reset_index(drop=True)
