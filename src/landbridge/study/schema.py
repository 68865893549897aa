"""Study: a question put to a world. Reading ``study.toml``, with every complaint at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, StrictBool, ValidationError, field_validator, model_validator

from landbridge.errors import DataError, InputError, StudyError, did_you_mean
from landbridge.parameters import parameters
from landbridge.study.changes import AnyChange, NotNegative, Year
from landbridge.study.complaints import Strict, complaint, complaints, read_toml, refuse
from landbridge.study.names import Country, Names, ParameterName, UncertainName
from landbridge.study.uncertainty import Uncertain, is_positive
from landbridge.world import World, load_world

PACKAGED = Path(str(files("landbridge"))) / "studies"
BASELINE = "baseline"
VALUE = "value_per_teu_"  # begins the parameters of sectors whose goods travel on the network
ROUNDING = 1e-6  # of shares that add up to one


class About(Strict):
    """The table ``[study]``: what is asked, of which world, and which countries are looked at."""

    title: str = Field(min_length=1)
    question: str = ""
    source: str = ""
    world: str
    year: Year | None = None
    focus: tuple[Country, ...] = ()
    deficits: Literal["zero", "fixed", "share"] = "zero"
    congestion: StrictBool = False
    claims: str | None = None


class Scenario(Strict):
    """One scenario: its own changes, made after those of the scenarios it extends, and what they cost to build."""

    title: str = ""
    description: str = ""
    extends: tuple[str, ...] = ()
    changes: tuple[AnyChange, ...] = ()
    cost_musd: NotNegative | None = None
    paid_by: dict[Country, NotNegative] | None = None

    @field_validator("extends", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _payers_pay_all(self) -> Self:
        if self.paid_by is not None:
            if self.cost_musd is None:
                raise complaint("paid_by shares out a cost: it wants cost_musd beside it.")
            if abs(sum(self.paid_by.values()) - 1.0) > ROUNDING:
                raise complaint(f"paid_by: the shares add up to {sum(self.paid_by.values()):g}; they must make 1.")
        return self


class Uncertainty(Strict):
    """The table ``[uncertainty]``: how many draws, from which seed, and how each uncertain parameter spreads."""

    draws: int = Field(default=0, ge=0, le=100_000)
    seed: int = Field(default=0, ge=0)
    parameters: dict[UncertainName, Uncertain] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _gather_parameters(cls, given: Any) -> Any:
        """Every key of the table but draws and seed is the name of a parameter."""
        if not isinstance(given, dict) or "parameters" in given:
            return given
        own = {key: value for key, value in given.items() if key in ("draws", "seed")}
        return {**own, "parameters": {key: value for key, value in given.items() if key not in own}}

    @field_validator("parameters")
    @classmethod
    def _keep_the_sign(cls, given: dict[str, Uncertain]) -> dict[str, Uncertain]:
        for name, uncertain in given.items():
            if is_positive(name) and not uncertain.normal and uncertain.lowest < 0:
                raise complaint(f"{name} cannot be negative; its distribution begins at {uncertain.lowest:g}.")
        return given


class Assumption(Strict):
    """Something the study takes for granted beyond the table of parameters."""

    statement: str = Field(min_length=1)
    source: str = ""


class Study(Strict):
    """A question: scenarios, each a list of changes to a world; uncertain parameters; claims.

    ``scenarios`` are in the order of the file; "baseline", the world unchanged, is always there and never listed.
    """

    about: About = Field(alias="study")
    parameters: dict[ParameterName, float] = Field(default={})
    scenarios: dict[str, Scenario] = Field(alias="scenario", default={})
    uncertainty: Uncertainty = Uncertainty()
    assumptions: tuple[Assumption, ...] = Field(alias="assumption", default=())
    path: Path | None = Field(default=None, exclude=True)

    @field_validator("parameters")
    @classmethod
    def _keep_the_sign(cls, given: dict[str, float]) -> dict[str, float]:
        for name, value in given.items():
            if is_positive(name) and not value >= 0:
                raise complaint(f"{name} is {value:g}; it cannot be negative.")
        return given

    @property
    def name(self) -> str:
        """The name of the study's folder or file."""
        if self.path is None:
            return "study"
        return self.path.parent.name if self.path.name == "study.toml" else self.path.stem

    @property
    def title(self) -> str:
        return self.about.title

    @property
    def focus(self) -> tuple[str, ...]:
        """ISO3 codes of the countries looked at."""
        return self.about.focus

    @property
    def claims_path(self) -> Path | None:
        """The claims file beside the study: the one it names, or ``claims.toml`` where there is one."""
        if self.path is None:
            return None
        path = self.path.parent / (self.about.claims or "claims.toml")
        return path if self.about.claims or path.is_file() else None

    def world(self) -> World:
        """The unchanged world the study is about; a folder is found from the study's own place."""
        return load_world(self.world_folder)

    @property
    def world_folder(self) -> str:
        """What ``load_world`` takes to find the study's world: a packaged name, or a folder."""
        return _world_folder(self.about.world, self.path)

    def steps(self, scenario: str) -> list[tuple[str, AnyChange]]:
        """The changes of a scenario in the order they are made, each with its key path in the file.

        What it extends comes first, and what is reached by two ways is made once.
        """
        extends = {name: one.extends for name, one in self.scenarios.items()}
        return [
            (f"scenario.{name}.changes[{position}]", change)
            for name in lineage(extends, scenario)
            for position, change in enumerate(self.scenarios[name].changes)
        ]

    def year(self, world: World) -> int:
        """The year asked about, which decides what changes with dates are in force: the world's unless given."""
        return self.about.year or world.year

    def remarks(self, world: World) -> list[str]:
        """What to know of the changes: which are not in force in the year asked about, and where drawn lines go."""
        year, found = self.year(world), []
        for place, change in dict(step for scenario in self.scenarios for step in self.steps(scenario)).items():
            if not change.in_force(year):
                found.append(f"{place}: not in force in {year}.")
            if getattr(change, "capacity", None) and not self.about.congestion:
                found.append(f"{place}: its capacity does nothing unless study.congestion is true.")
            found += [f"{place}: {remark}" for remark in change.remarks(world)]
        return found

    def scenario_world(self, scenario: str, world: World) -> World:
        """``world`` after all changes of a scenario that are in force ("baseline": none).

        Raises:
            StudyError: the world cannot take a change; names its place in the file.
        """
        return self._after(scenario, {(): world})

    def scenario_worlds(self, world: World, scenarios: Iterable[str] | None = None) -> dict[str, World]:
        """The worlds of some scenarios (None: of all) by name, the baseline first.

        Raises:
            StudyError: with the complaints of all scenarios.
        """
        worlds, found = {BASELINE: world}, []
        made: dict[tuple[str, ...], World] = {(): world}
        for scenario in self.scenarios if scenarios is None else scenarios:
            try:
                worlds[scenario] = self._after(scenario, made)
            except StudyError as error:
                found += [line for line in error.complaints if line not in found]
        refuse(found)
        return worlds

    def _after(self, scenario: str, made: dict[tuple[str, ...], World]) -> World:
        """The world after a scenario's changes. ``made`` holds worlds by the changes made so far, and is added to:
        scenarios that build on one another share what they have in common.
        """
        if scenario == BASELINE:
            return made[()]
        self._known(scenario)
        done: tuple[str, ...] = ()
        year = self.year(made[()])
        for place, change in self.steps(scenario):
            if not change.in_force(year):
                continue
            before, done = made[done], (*done, place)
            if done not in made:
                try:
                    self._refuse_beside_queues(change)
                    made[done] = change.apply(before)
                except DataError:
                    raise
                except InputError as error:
                    raise StudyError(f"{self._file}: {place}: {error}") from None
        return made[done]

    def _refuse_beside_queues(self, change: AnyChange) -> None:
        """Refuse a closure for a share of shippers in a study with congestion, where all shippers choose alike.

        Raises:
            InputError: saying so.
        """
        share = getattr(change, "share", 1.0)
        if self.about.congestion and share < 1.0:
            raise InputError(
                f"share is {share:g}: with study.congestion a closure is for all shippers (share = 1, or no share). "
                "Leave congestion out, or close to all."
            )

    @property
    def _file(self) -> str:
        return self.path.name if self.path else "study"

    def _known(self, scenario: str) -> None:
        if scenario not in self.scenarios:
            allowed = [BASELINE, *self.scenarios]
            raise StudyError(
                f'{self._file}: no scenario called "{scenario}".{did_you_mean(scenario, allowed)} '
                f"Allowed: {', '.join(allowed)}."
            )


def packaged_studies() -> list[str]:
    """Names of the studies that ship with landbridge."""
    return sorted(path.parent.name for path in PACKAGED.glob("*/study.toml")) if PACKAGED.is_dir() else []


def read_study(path_or_name: str | Path) -> Study:
    """Read a study from its file, its folder, or by the name of a packaged one.

    Raises:
        StudyError: the file is missing or wrong; carries every complaint found in it.
    """
    path = _locate(path_or_name)
    raw = read_toml(path)
    world, found = _named_world(raw, path)
    study, wrong = _validated(raw, path, world)
    found += wrong
    refuse(found + _wrong_parents(raw, path.name))
    assert study
    if study.about.claims and study.claims_path and not study.claims_path.is_file():
        raise StudyError(f'{path.name}: study.claims: no file "{study.about.claims}" beside the study.')
    return study


def _locate(path_or_name: str | Path) -> Path:
    text = str(path_or_name)
    if text in packaged_studies():
        return PACKAGED / text / "study.toml"
    path = Path(text)
    path = path / "study.toml" if path.is_dir() else path
    if not path.is_file():
        raise StudyError(
            f'No study called "{text}": it is neither a file nor a packaged study.'
            f"{did_you_mean(text, packaged_studies())} Packaged: {', '.join(packaged_studies()) or 'none'}."
        )
    return path


def _world_folder(name: str, path: Path | None) -> str:
    beside = path.parent / name if path else Path(name)
    return str(beside.absolute()) if (beside / "datapackage.json").is_file() else name


def _named_world(raw: Mapping[str, Any], path: Path) -> tuple[World | None, list[str]]:
    """The world a study names, or the complaint that there is none; the rest of the file is checked all the same."""
    about = raw.get("study")
    name = about.get("world") if isinstance(about, dict) else None
    if not isinstance(name, str):
        return None, []
    try:
        world = load_world(_world_folder(name, path))
        return world, [f"{path.name}: study.world: {text}" for text in _nothing_carried(world)]
    except DataError as error:
        return None, [f"{path.name}: study.world: {error}"]


def _nothing_carried(world: World) -> list[str]:
    """The complaint about a world in which nothing travels on the network."""
    known = [name.removeprefix(VALUE) for name in parameters() if name.startswith(VALUE)]
    if set(known) & set(world.sectors):
        return []
    return [
        f'no sector of world "{world.name}" ({", ".join(world.sectors)}) travels on the network, so that no route '
        f"matters. Those that do are called: {', '.join(known)}."
    ]


def _validated(raw: Mapping[str, Any], path: Path, world: World | None) -> tuple[Study | None, list[str]]:
    if "path" in raw:
        return None, [
            f'{path.name}: no key called "path". Allowed: study, parameters, scenario, uncertainty, assumption.'
        ]
    context: dict[str, Any] = {"folder": path.parent} | ({"names": Names(world)} if world else {})
    try:
        return Study.model_validate({**raw, "path": path}, context=context), []
    except ValidationError as error:
        lines = complaints(error, path.name)
        return None, [line.replace(": uncertainty.parameters.", ": uncertainty.", 1) for line in lines]


def _wrong_parents(raw: Mapping[str, Any], file: str) -> list[str]:
    """Complaints about ``extends``: unknown parents, circles, and a scenario that takes the baseline's name."""
    tables = raw.get("scenario")
    if not isinstance(tables, dict):
        return []
    parents = {}
    for name, table in tables.items():
        given = table.get("extends", ()) if isinstance(table, dict) else ()
        parents[name] = [given] if isinstance(given, str) else [key for key in given if isinstance(key, str)]
    found = (
        [f"{file}: scenario.{BASELINE}: this name is the unchanged world's; choose another."]
        if BASELINE in tables
        else []
    )
    for name, above in parents.items():
        others = [other for other in tables if other != name]
        found += [
            f'{file}: scenario.{name}.extends: no scenario called "{parent}".{did_you_mean(parent, others)}'
            for parent in above
            if parent not in tables
        ]
    if circle := _circle(parents):
        found.append(f"{file}: scenario.{circle[0]}.extends: goes in a circle: {' -> '.join(circle)}.")
    return found


def _circle(parents: Mapping[str, list[str]]) -> list[str]:
    """The first circle of scenarios extending one another, its start repeated at the end; empty when there is none."""
    finished: set[str] = set()

    def walk(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in finished:
            return []
        for parent in parents.get(name, []):
            if circle := walk(parent, [*trail, name]):
                return circle
        finished.add(name)
        return []

    return next((circle for name in parents if (circle := walk(name, []))), [])


def lineage(extends: Mapping[str, Sequence[str]], scenario: str) -> list[str]:
    """A scenario and all it extends, parents before children, each once; none for the baseline.

    ``extends`` names of every scenario those that it extends.
    """
    order: list[str] = []
    for parent in extends.get(scenario, ()):
        order += [above for above in lineage(extends, parent) if above not in order]
    return [*order, scenario] if scenario in extends else []
