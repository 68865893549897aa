"""Show any variable of a world or an outcome: one verb for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from landbridge.alignment.votes import ISSUES
from landbridge.errors import InputError, did_you_mean
from landbridge.labels import country
from landbridge.variables import variables
from landbridge.world import World

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.study.outcome import Outcome

Table = Callable[..., "DataFrame"]

COUNTRY_COLUMNS = ("iso3", "exporter", "importer", "country", "partner", "relative_to")


@dataclass(frozen=True)
class View:
    """A table computed from a world: how, for which labels it asks, and the countries without which it is too long.

    ``made_by`` names module and function, as in ``study.dyad:dyad_table``: a view is loaded when it is shown.
    ``of_outcomes`` says that it can be computed from an outcome, too; ``without_country`` is what is shown instead when
    no country is named; ``pair`` that it is of two countries.
    """

    made_by: str
    asks: tuple[str, ...] = ("sector",)
    countries: tuple[str, ...] = ()
    of_outcomes: bool = False
    without_country: str = ""
    pair: bool = False

    @property
    def table(self) -> Table:
        """The function that makes it."""
        return _load(self.made_by)


VIEWS = {
    "chokepoints": View(
        "study.chokepoints:chokepoints",
        (),
        ("country",),
        of_outcomes=True,
        without_country="study.chokepoints:chokepoints_of_all",
    ),
    "dyad": View("study.dyad:dyad_table", ("weights", "sources", "exercises"), ("country", "partner"), pair=True),
    "triads": View("alignment.triads:triads", (), ("country", "partner"), pair=True),
    "balance": View("alignment.triads:balance_table", ()),
    "lead_lag": View("study.dyad:lead_lag_table", ("sources",)),
    "exposure": View("study.exposure:exposure_table", ("sector", "deficits"), ("country", "partner"), of_outcomes=True),
    "gravity": View("study.gravity:gravity_table", countries=("country", "partner")),
    "gravity_fits": View("study.gravity:gravity_fits"),
    "gravity_parameters": View("study.gravity:gravity_parameters", asks=()),
    "membership_covariates": View("study.institutions:membership_covariates", (), ("country", "institution")),
    "membership_hazard": View("study.institutions:membership_hazard", (), ("country", "institution")),
    "optimal_tariff": View("study.tariffs:optimal_tariffs", ("coalition", "sector", "deficits")),
    "link_risk": View(
        "study.conflict:link_risk_table", (), ("country",), without_country="study.conflict:link_risk_table"
    ),
    "spillover": View("study.conflict:spillover_table", ()),
    "conflict": View(
        "study.conflict:conflict_view", ("country", "horizon", "until", "months", "shock", "fans"), ("country",)
    ),
    "worth_of_peace": View(
        "study.peace:worth_of_peace", ("country", "scenario"), ("country", "partner"), of_outcomes=True
    ),
}


def show(source: World | Outcome, quantity: str, **labels: Any) -> DataFrame:
    """A quantity of ``variables.toml``, a table of a world or a view of it, as a tidy table that labels narrow down.

    Raises:
        InputError: no such quantity, table, or label; the message names the nearest.
    """
    check_name(source, quantity)
    if quantity in VIEWS:
        return _view(source, quantity, labels)
    if not isinstance(source, World):
        return source.table(quantity, **labels)
    if quantity in variables() and not variables()[quantity].modelled:
        return _load("study.observed:observed_table")(source, quantity, **labels)
    return _rows(source.table(quantity), quantity, labels)


def check_name(source: World | Outcome, name: str) -> None:
    """Refuse a name of nothing that this world or outcome can show.

    Raises:
        InputError: says where to look for it, or names the nearest and all there is.
    """
    observed = [quantity for quantity, variable in variables().items() if not variable.modelled]
    modelled = [quantity for quantity in variables() if quantity not in observed]
    if not isinstance(source, World):
        if name in modelled or (name in VIEWS and VIEWS[name].of_outcomes):
            return
        of_world = [*observed, *VIEWS]
        if name in of_world:
            raise InputError(f"{name} is of a world, not of an outcome: show it with --world {_world_of(source)}.")
        tables: list[str] = []
    else:
        of_world, tables = [*observed, *VIEWS], sorted(source.resources)
        if name in of_world or name in tables:
            return
        if name in modelled:
            raise InputError(f"{name} is computed by a run: show it of an outcome, not of a world.")
    told = f" Tables: {', '.join(tables)}." if tables else ""
    raise InputError(
        f'Nothing called "{name}".{did_you_mean(name, [*modelled, *of_world, *tables])} Of a run: '
        f"{', '.join(modelled)}. Of a world: {', '.join(of_world)}.{told}"
    )


def _world_of(outcome: Outcome) -> str:
    return str(outcome.header["world"]["folder"])


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

    A bare word is a year, or the name of a scenario, sector, mode, passage, institution, issue or deficit rule, and
    several of a kind are all meant; any other is a country, the first one the country (or exporter), the next its
    partner (or importer), or one more where there is no partner. Where coalitions are asked for, each word is one.

    Raises:
        InputError: no such quantity, or a word fits no label of it; the message names the nearest.
    """
    check_name(source, quantity)
    given = list(words)
    labels = parse_labels(word for word in given if "=" in word)
    for word in given:
        if "=" in word:
            continue
        label = _label_meant(source, quantity, word, labels)
        labels[label] = [*_several(labels[label]), word] if label in labels else word
    return labels


def _label_meant(source: World | Outcome, quantity: str, word: str, taken: dict[str, Any]) -> str:
    if word.isdigit():
        return "year"
    names = _names(source, quantity)
    coalitions = quantity in VIEWS and "coalition" in VIEWS[quantity].asks
    for label, known in names.items():
        if word in known and not (coalitions and label == "institution"):
            return label
    if coalitions:
        return "coalition"
    try:
        country(word)
    except InputError as error:
        near = did_you_mean(word, [name for known in names.values() for name in known])
        raise InputError(f"{error}{near}") from None
    places = [label for label in _labels(source, quantity) if label in COUNTRY_COLUMNS]
    free = [label for label in places if label not in taken] or (places if len(places) == 1 else [])
    if not free:
        raise InputError(
            f'{quantity} has no label left for "{word}". Its labels: {", ".join(_labels(source, quantity))}.'
        )
    return free[0]


def _names(source: World | Outcome, quantity: str) -> dict[str, list[str]]:
    """The names that a bare word may be, by label; none for a view of a pair, whose words are countries."""
    view = VIEWS.get(quantity)
    if view and view.pair:
        return {}
    rules: dict[str, list[str]] = {}
    if view and "deficits" in view.asks:
        from landbridge.study.exposure import RULES

        rules = {"deficits": list(RULES)}
    if not isinstance(source, World):
        dims = ("scenario", "sector", "mode", "passage", "institution", "month")
        return {
            dim: [str(name) for name in source.data[dim].values] for dim in dims if dim in source.data.coords
        } | rules
    from landbridge.study.names import Names
    from landbridge.study.observed import NAMES

    found = {label: known(source) for label, known in NAMES.items() if label not in ("leader", "follower")}
    return found | {"passage": Names(source).passages, "issue": list(ISSUES.values())} | rules


def _labels(source: World | Outcome, quantity: str) -> list[str]:
    """The labels of a quantity, view or table, in their order."""
    if quantity in VIEWS:
        return list(dict.fromkeys([*VIEWS[quantity].countries, *VIEWS[quantity].asks]))
    if isinstance(source, World) and quantity in source.resources:
        return list(map(str, source.table(quantity).columns))
    return [*variables()[quantity].dims, *variables()[quantity].optional]


def _view(source: World | Outcome, name: str, labels: dict[str, Any]) -> DataFrame:
    """The rows of a view that have the labels asked for.

    Raises:
        InputError: no country is named where one is needed, or a label does not fit.
    """
    view = VIEWS[name]
    if view.without_country and not set(labels) & set(view.countries):
        return _rows(_load(view.without_country)(source), name, labels)
    pair = _pair(view, name, labels) if view.pair else []
    if view.countries and not set(labels) & set(view.countries):
        raise InputError(f"{name} needs a country, or two: landbridge show {name} PAK RUS.")
    asked = {label: _several(labels[label]) for label in view.asks if label in labels}
    return _rows(
        view.table(source, *pair, **asked), name, {label: labels[label] for label in labels if label not in asked}
    )


def _load(made_by: str) -> Table:
    module, _, function = made_by.partition(":")
    made: Table = getattr(import_module(f"landbridge.{module}"), function)
    return made


def _pair(view: View, name: str, labels: dict[str, Any]) -> list[str]:
    """The two countries of a view that two make.

    Raises:
        InputError: not two countries.
    """
    found = [labels[label] for label in view.countries if isinstance(labels.get(label), str)]
    if len(found) < len(view.countries):
        raise InputError(f"{name} needs two countries: landbridge show {name} PAK RUS.")
    return found


def _several(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def _rows(table: DataFrame, name: str, labels: dict[str, Any]) -> DataFrame:
    """The rows of a world's table whose columns have the values asked for."""
    for label, wanted in labels.items():
        if label not in table:
            columns = [str(column) for column in table.columns]
            raise InputError(
                f'Table "{name}" has no column {label}.{did_you_mean(label, columns)} It has: {", ".join(columns)}.'
            )
        spelt = [country(str(entry)) if label in COUNTRY_COLUMNS else str(entry) for entry in _several(wanted)]
        table = table[table[label].astype(str).isin(spelt)]
    return table.reset_index(drop=True)
