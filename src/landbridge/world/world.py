"""World: a folder of tidy Parquet tables described by a Frictionless ``datapackage.json``."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from landbridge.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from pandas import DataFrame

BASELINE = Path(str(files("landbridge.world"))) / "baseline"
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class World:
    """The international system in a base year.

    ``tables`` are tidy data frames by name; the columns, units, keys, sources and licences of each stand in
    ``resources``, the Frictionless descriptors. A world is never changed in place: ``with_`` returns another, which
    shares the tables that were read.
    """

    name: str
    year: int
    resources: Mapping[str, Mapping[str, Any]]
    folders: Mapping[str, Path] = field(repr=False)
    _replaced: Mapping[str, DataFrame] = field(default_factory=dict, repr=False)
    # Both are shared by worlds made from one.
    _read: dict[str, DataFrame] = field(default_factory=dict, repr=False)
    _derived: dict[tuple[Hashable, ...], tuple[Any, Any]] = field(default_factory=dict, repr=False)

    def table(self, name: str) -> DataFrame:
        """The table of that name, read on first use.

        Raises:
            DataError: the world has no such table, or its file lacks a described column.
        """
        if name in self._replaced:
            return self._replaced[name]
        if name not in self._read:
            self._read[name] = self._from_file(name)
        return self._read[name]

    def derived(self, name: str, make: Callable[..., Made], *about: Hashable) -> Made:
        """``make`` of a table and what it is ``about``, made once while worlds made from one have the same table.

        A table of which ``make`` makes nothing new leaves what was made of another where it is.
        """
        table, key = self.table(name), (name, make, *about)
        kept = self._derived.get(key)
        if kept is None or kept[0] is not table:
            kept = (table, make(table, *about))
            if kept[1] is not table:
                self._derived[key] = kept
        made: Made = kept[1]
        return made

    def kept(self, make: Callable[[World], Made], *tables: str) -> Made:
        """``make`` of this world, which looks at some tables only: made once for all worlds that share them."""
        found = tuple(self.table(name) for name in tables)
        key = (make, *map(id, found))
        if key not in self._derived:
            self._derived[key] = (found, make(self))
        made: Made = self._derived[key][1]
        return made

    def with_(self, **tables: DataFrame) -> World:
        """A world in which the given tables replace those of the same name."""
        for name in tables:
            self._known(name)
        return replace(self, _replaced={**self._replaced, **tables})

    @cached_property
    def countries(self) -> list[str]:
        """ISO3 codes of the economies that trade, sorted: the order of every country axis."""
        economies = self.table("economies")
        return sorted(economies.loc[economies["trade"], "iso3"])

    @cached_property
    def sectors(self) -> list[str]:
        """Sector names in the order of every sector axis."""
        return list(self.table("sectors")["sector"])

    def check(self) -> None:
        """Verify every table against its description and the world's own identities.

        Raises:
            DataError: listing all that is wrong, a line each.
        """
        from landbridge.world.check import complaints

        if found := complaints(self):
            raise DataError("\n".join(found))

    def _known(self, name: str) -> None:
        if name not in self.resources:
            raise DataError(
                f'World "{self.name}" has no table "{name}".{did_you_mean(name, self.resources)} '
                f"It has: {', '.join(sorted(self.resources))}."
            )

    def _from_file(self, name: str) -> DataFrame:
        import pandas as pd

        self._known(name)
        path = self.folders[name] / self.resources[name]["path"]
        if not path.is_file():
            raise DataError(f'World "{self.name}": the file of table "{name}" is missing: {path}')
        frame = (
            pd.read_csv(path, keep_default_na=False, na_values=[""]) if path.suffix == ".csv" else pd.read_parquet(path)
        )
        wanted = [column["name"] for column in self.resources[name]["schema"]["fields"]]
        if missing := [column for column in wanted if column not in frame.columns]:
            raise DataError(
                f'{path}: table "{name}" lacks the column{"s" * (len(missing) > 1)} {", ".join(missing)}. '
                f"Found: {', '.join(map(str, frame.columns))}."
            )
        return frame


def packaged_worlds() -> list[str]:
    """Names of the worlds that ship with landbridge."""
    return sorted(folder.name for folder in BASELINE.iterdir() if folder.name[:4].isdigit())


def load_world(name_or_folder: str | Path) -> World:
    """Load a packaged world by its name ("2017", "2022-industry") or any world from its folder.

    A folder may hold only some tables: its ``datapackage.json`` names a ``base`` (a packaged world, or "common")
    that supplies the rest, and the schema of a table that is described without one.

    Raises:
        DataError: no such world, or an unreadable description.
    """
    text = str(name_or_folder)
    return _packaged(text) if text in packaged_worlds() else _from_folder(Path(text))


@cache
def _packaged(name: str) -> World:
    return _from_folder(BASELINE / name)


def _from_folder(folder: Path) -> World:
    about: dict[str, Any] = {}
    resources: dict[str, Mapping[str, Any]] = {}
    folders: dict[str, Path] = {}
    for layer, described in _layers(folder, _descriptor(folder)):
        about |= {key: described[key] for key in ("name", "year") if key in described}
        for resource in described["resources"]:
            name = resource["name"]
            resources[name] = _complete(resource, resources.get(name, {}), layer)
            folders[name] = layer
    if not isinstance(about.get("year"), int):
        raise DataError(f"{folder / 'datapackage.json'}: year is {about.get('year')!r}; wanted is a whole number.")
    return World(name=str(about["name"]), year=about["year"], resources=resources, folders=folders)


def _complete(resource: Mapping[str, Any], below: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """A table's description, with the schema and the words of the table it replaces where it has none of its own."""
    described = {key: below[key] for key in ("schema", "description") if key in below} | dict(resource)
    if lacking := [key for key in ("path", "schema") if key not in described]:
        raise DataError(
            f'{folder / "datapackage.json"}: the description of table "{resource["name"]}" lacks {", ".join(lacking)}.'
        )
    return described


def _layers(folder: Path, descriptor: Mapping[str, Any]) -> list[tuple[Path, Mapping[str, Any]]]:
    """The folder under all the bases it stands on, lowest first."""
    layers = [(folder, descriptor)]
    while base := layers[0][1].get("base"):
        below = BASELINE / str(base)
        if any(below == layer for layer, _ in layers):
            raise DataError(f"{folder}: the base {base!r} of this world stands on itself.")
        layers.insert(0, (below, _descriptor(below)))
    return layers


def _descriptor(folder: Path) -> Mapping[str, Any]:
    path = folder / "datapackage.json"
    if not path.is_file():
        raise DataError(
            f'No world called "{folder}": it is neither a packaged world ({", ".join(packaged_worlds())}) '
            f"nor a folder with a datapackage.json."
        )
    try:
        descriptor: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise DataError(f"{path}: not valid JSON, line {error.lineno}: {error.msg}.") from None
    if absent := [key for key in ("name", "resources") if key not in descriptor]:
        raise DataError(f"{path}: the description lacks {', '.join(absent)}.")
    if not all(isinstance(resource, dict) and "name" in resource for resource in descriptor["resources"]):
        raise DataError(f"{path}: every one of the resources wants a name.")
    return descriptor
