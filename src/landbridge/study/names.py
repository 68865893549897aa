"""Names a study may use, each looked up in the world the study is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from landbridge.errors import InputError, did_you_mean
from landbridge.labels import country, country_name, one_of
from landbridge.network.drawn import Drawn, read_line
from landbridge.network.places import find_place
from landbridge.parameters import parameters
from landbridge.security.panel import is_month
from landbridge.study.complaints import complaint
from landbridge.world import World

FULL_NAMES = {
    "African Union": "AU",
    "Association of Southeast Asian Nations": "ASEAN",
    "Collective Security Treaty Organization": "CSTO",
    "Commonwealth of Independent States": "CIS",
    "Economic Cooperation Organization": "ECO",
    "Eurasian Economic Union": "EAEU",
    "European Union": "EU",
    "G20": "G-20",
    "Gulf Cooperation Council": "GCC",
    "North Atlantic Treaty Organization": "NATO",
    "Organisation of Islamic Cooperation": "OIC",
    "Organization of Turkic States": "OTS",
    "Shanghai Cooperation Organisation": "SCO",
    "World Trade Organization": "WTO",
}


@dataclass(frozen=True)
class Names:
    """The countries, places, passages, sectors and institutions of one world."""

    world: World
    _found: set[str] = field(default_factory=set, repr=False)

    @cached_property
    def countries(self) -> frozenset[str]:
        """ISO3 codes of every economy, whatever its role."""
        return frozenset(self.world.table("economies")["iso3"])

    @cached_property
    def passages(self) -> list[str]:
        """Tags of straits, canals and land crossings that a study may close."""
        return sorted(set(self.world.table("links")["passage"].unique()) - {""})

    @cached_property
    def institutions(self) -> list[str]:
        """Institutions whose members the world knows."""
        return sorted(set(self.world.table("memberships")["institution"]))

    @cached_property
    def regions(self) -> dict[str, tuple[str, ...]]:
        """ISO3 codes of the economies of every broad region of the world's table ``economies``."""
        table = self.world.table("economies")
        if "region" not in table:
            return {}
        return {str(name): tuple(rows["iso3"]) for name, rows in table.groupby("region")}

    def region(self, text: str) -> tuple[str, ...] | None:
        """The economies of a region, case ignored; None if it is none."""
        folded = {name.casefold(): codes for name, codes in self.regions.items()}
        return folded.get(text.strip().casefold())

    def institution(self, text: str) -> str | None:
        """The institution of that name, short or in full, case ignored; None if it is none."""
        known = {**{name: name for name in self.institutions}, **FULL_NAMES}
        folded = {name.casefold(): short for name, short in known.items() if short in self.institutions}
        return folded.get(text.strip().casefold())

    def members(self, institution: str) -> tuple[str, ...]:
        """ISO3 codes of the members of an institution on the last day of the world's year."""
        return members(self.world, institution, self.world.year)

    def check_place(self, text: str) -> None:
        """Raise ``InputError`` with the nearest names when the world has no such place."""
        if text not in self._found:
            find_place(self.world, text)
            self._found.add(text)


def members(world: World, institution: str, year: int) -> tuple[str, ...]:
    """ISO3 codes of the full members of an institution on the last day of a year, sorted."""
    table = world.table("memberships")
    last_day = f"{year}-12-31"
    end = table["end"].fillna("").astype(str)
    inside = (
        (table["institution"] == institution)
        & (table["role"] == "member")
        & (table["start"].astype(str) <= last_day)
        & ((end == "") | (end > last_day))
    )
    return tuple(sorted(set(table.loc[inside, "iso3"])))


def group(world: World, entries: Iterable[str]) -> tuple[str, ...]:
    """ISO3 codes of countries, regions ("Central Asia") and institutions ("EAEU"), each once, in the order given.

    Raises:
        InputError: an entry is none of these, or both a country and an institution; or nobody is a member.
    """
    names = Names(world)
    codes = [code for entry in entries for code in meant(entry, names)]
    return tuple(dict.fromkeys(codes))


def meant(entry: str, names: Names) -> tuple[str, ...]:
    """The countries that one entry stands for: itself, those of a region, or the members of an institution.

    Raises:
        InputError: see ``group``.
    """
    if region := names.region(entry):
        return region
    institution = names.institution(entry)
    if not institution:
        try:
            return (country(entry),)
        except InputError as error:
            near = did_you_mean(entry, [*names.regions, *names.institutions, *FULL_NAMES])
            raise InputError(f"{error}{near}") from None
    if entry not in FULL_NAMES and (namesake := _country_called(entry)):
        full = next((name for name, short in FULL_NAMES.items() if short == institution), institution)
        raise InputError(f'"{entry}" is a country and an institution: write "{namesake}" or "{full}".')
    if not (found := names.members(institution)):
        raise InputError(f"{institution} has no members at the end of {names.world.year}.")
    return found


def _names(info: ValidationInfo) -> Names | None:
    return (info.context or {}).get("names")


def _country(text: str, info: ValidationInfo) -> str:
    try:
        code = country(text)
    except InputError as error:
        raise complaint(str(error)) from None
    names = _names(info)
    if names and code not in names.countries:
        raise complaint(f'{country_name(code)} ({code}) is no economy of world "{names.world.name}".')
    return code


def _bloc(given: Any, info: ValidationInfo) -> Any:
    """Countries and institutions written out as ISO3 codes, each once, in the order given."""
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list | tuple) or not all(isinstance(entry, str) for entry in given):
        raise complaint(f"is {given!r}; wanted is a list of countries or institutions.")
    names = _names(info)
    codes: list[str] = []
    wrong: list[str] = []
    for entry in given:
        try:
            codes += _entry(entry, names, info)
        except ValueError as error:
            wrong.append(str(error).rstrip())
    if wrong:
        raise complaint(" ".join(wrong))
    return tuple(dict.fromkeys(codes))


def _entry(entry: str, names: Names | None, info: ValidationInfo) -> Iterable[str]:
    """The countries that one entry of a bloc stands for, each an economy of the world."""
    if not names:
        return [_country(entry, info)]
    try:
        found = meant(entry, names)
    except InputError as error:
        raise complaint(str(error)) from None
    return [_country(found[0], info)] if len(found) == 1 else found


def _country_called(text: str) -> str | None:
    try:
        return country(text)
    except InputError:
        return None


def _place(text: str, info: ValidationInfo) -> str:
    if names := _names(info):
        try:
            names.check_place(text)
        except InputError as error:
            raise complaint(str(error)) from None
    return text


def _drawn(given: Any, info: ValidationInfo) -> Drawn:
    """The line of a GeoJSON file beside the study, or the line as an outcome has kept it."""
    if isinstance(given, Drawn):
        return given
    if isinstance(given, dict) and set(given) == {"file", "points"}:
        return Drawn(given["file"], tuple((lon, lat) for lon, lat in given["points"]))
    if not isinstance(given, str):
        raise complaint(f"is {given!r}; wanted is the name of a GeoJSON file beside the study.")
    folder = (info.context or {}).get("folder", Path())
    try:
        return read_line(folder / given)
    except InputError as error:
        raise complaint(str(error)) from None


def _listed(text: str, allowed: Iterable[str], what: str) -> str:
    try:
        return one_of(text, allowed, what)
    except InputError as error:
        raise complaint(str(error)) from None


def _passage(text: str, info: ValidationInfo) -> str:
    names = _names(info)
    return _listed(text, names.passages, "passage") if names else text


def _sector(text: str, info: ValidationInfo) -> str:
    names = _names(info)
    return _listed(text, names.world.sectors, "sector") if names else text


def _institution(text: str, info: ValidationInfo) -> str:
    names = _names(info)
    return _listed(text, names.institutions, "institution") if names else text


def _parameter(text: str) -> str:
    return _listed(text, parameters(), "parameter")


def _uncertain(text: str) -> str:
    return text if text in parameters() else _listed(text, ["draws", "seed", *parameters()], "parameter")


def _month(text: str) -> str:
    if not is_month(text):
        raise complaint(f'is "{text}"; write a month as 2017-03.')
    return text


Country = Annotated[str, AfterValidator(_country)]
Month = Annotated[str, AfterValidator(_month)]
Bloc = Annotated[tuple[str, ...], BeforeValidator(_bloc)]
Place = Annotated[str, AfterValidator(_place)]
DrawnLine = Annotated[Drawn, BeforeValidator(_drawn)]
Passage = Annotated[str, AfterValidator(_passage)]
SectorName = Annotated[str, AfterValidator(_sector)]
Institution = Annotated[str, AfterValidator(_institution)]
ParameterName = Annotated[str, AfterValidator(_parameter)]
UncertainName = Annotated[str, AfterValidator(_uncertain)]
