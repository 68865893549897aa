"""Run a study: every scenario at the central values, then at every draw of the uncertain parameters."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from landbridge.errors import InputError, SolveError
from landbridge.parameters import central_values, of_sectors
from landbridge.security.shock import Shock
from landbridge.study.alignment import alignment_of, drawn_coefficients
from landbridge.study.changes import Conflict
from landbridge.study.congestion import Settled
from landbridge.study.lanes import Desk, Found, Task, cores, in_turn, plan
from landbridge.study.outcome import FORMAT, Outcome
from landbridge.study.record import RECORD_DIMS
from landbridge.study.schema import BASELINE, Study
from landbridge.study.uncertainty import DRAWS, draw
from landbridge.study.violence import violence_of
from landbridge.variables import variables
from landbridge.world import World

Array = NDArray[np.float64]
ROUNDING = 1e-6  # of results in single precision
RECORDED = ("numpy", "scipy", "pandas", "xarray", "routingkit-cch")


def run(
    study: Study,
    *,
    draws: int | None = None,
    workers: int | None = None,
    progress: bool = True,
    also: Iterable[str] = (),
) -> Outcome:
    """Compute every scenario of a study.

    With several workers this starts processes; a script that calls it needs ``if __name__ == "__main__":``.

    Args:
        draws: how many draws of the uncertain parameters; None: as the study says; 0: central values only.
        workers: processes; None: one per core; 1: none but this. Results do not depend on it.
        progress: show a progress bar on stderr.
        also: ISO3 codes of countries besides the study's focus whose pairs are kept for every draw.

    Raises:
        InputError: a negative number of draws or no workers.
        StudyError: a scenario's changes do not fit the world.
        SolveError: an equilibrium does not exist or was not found, at the central values or in a draw.
    """
    count = study.uncertainty.draws if draws is None else draws
    if count < 0 or (workers is not None and workers < 1):
        given = f"draws is {count}" if count < 0 else f"workers is {workers}"
        raise InputError(f"{given}: draws must be 0 or more, workers 1 or more.")
    world = study.world()
    watched = [code for code in dict.fromkeys([*study.focus, *also]) if code in world.countries]
    drawn = draw(study.uncertainty.parameters, count, study.uncertainty.seed)
    values = [{name: float(array[position]) for name, array in drawn.items()} for position in range(count)]
    workers = workers or cores()
    tasks = plan(study, count, workers)
    coefficients = drawn_coefficients(world, count, study.uncertainty.seed)
    desk = Desk(study, tuple(watched))
    with closing(in_turn(desk, tasks, list(zip(values, coefficients, strict=True)), workers)) as found:
        done = {each.task: each for each in _with_bar(found, progress, study.title, tasks)}
    data = _only_links_that_matter(_joined(study, [part for task in tasks if (part := done[task].central) is not None]))
    data = data.merge(alignment_of(desk.politics, data["flow"]), join="exact")
    central = central_values(study.parameters)["conflict_spillover"]
    z = np.concatenate([[central], drawn.get("conflict_spillover", np.full(count, central))])
    violence = violence_of(world, _wars(study, world), watched, z, study.uncertainty.seed)
    data = data.merge(violence, join="exact")
    if count:
        data = data.merge(_drawn(study, done.values(), drawn, watched), join="exact")
    refuse_out_of_bounds(data)
    queues = {name: settled for task in tasks for name, settled in done[task].queues.items()}
    return Outcome(data, _header(study, world, data, count, queues))


def refuse_out_of_bounds(data: xr.Dataset) -> None:
    """Refuse results that cannot be: outside the bounds of ``variables.toml``.

    Raises:
        SolveError: naming the quantity, and the value farthest out.
    """
    for name, variable in variables().items():
        for stored in {name, name + DRAWS} & set(map(str, data.data_vars)):
            lowest, highest = float(data[stored].min()), float(data[stored].max())
            low, high = variable.bounds
            if lowest < low - ROUNDING or highest > high + ROUNDING:
                found = lowest if lowest < low else highest
                raise SolveError(f"{name} is {found:g} somewhere; it must lie between {low:g} and {high:g}.")


def _wars(study: Study, world: World) -> dict[str, list[Shock]]:
    """The wars of each scenario that are in force, in the order made."""
    year = study.year(world)
    made = {name: [change for _, change in study.steps(name) if change.in_force(year)] for name in study.scenarios}
    wars = {name: [change.shock for change in made[name] if isinstance(change, Conflict)] for name in made}
    return {BASELINE: [], **wars}


def _joined(study: Study, parts: Sequence[xr.Dataset]) -> xr.Dataset:
    """The central values of all tasks, scenarios in the order of the file, the baseline first."""
    of_baseline = [name for name, values in parts[0].data_vars.items() if "scenario" not in values.dims]
    data: xr.Dataset = xr.concat(
        [part.drop_vars([*of_baseline, "exporter", "importer"], errors="ignore") for part in parts],
        dim="scenario",
        join="override",
        coords="minimal",
        compat="override",
    )
    return data.merge(parts[0][of_baseline]).sel(scenario=[BASELINE, *study.scenarios])


def _only_links_that_matter(data: xr.Dataset) -> xr.Dataset:
    """Links that carry something or are changed in some scenario."""
    kept = (data["link_load"] > 0).any("scenario") | (data["link_change"] > 0).any("scenario")
    return data.isel(link=np.flatnonzero(kept.to_numpy()))


def _drawn(study: Study, done: Iterable[Found], drawn: Mapping[str, Array], watched: Sequence[str]) -> xr.Dataset:
    """The records of all draws as labelled arrays."""
    records = {position: record for found in done for position, record in found.records.items()}
    count = len(records)
    kept = {
        quantity + DRAWS: (
            dims,
            np.stack([getattr(records[position], quantity) for position in range(count)], axis=dims.index("draw")),
        )
        for quantity, dims in RECORD_DIMS.items()
    }
    values = np.stack([*drawn.values()], axis=1) if drawn else np.zeros((count, 0))
    return xr.Dataset(
        {**kept, "drawn_parameter": (("draw", "parameter"), values)},
        coords={
            "scenario": [BASELINE, *study.scenarios],
            "watched": list(watched),
            **{f"watched_{side}": list(watched) for side in ("partner", "exporter", "importer")},
            "draw": np.arange(count),
            "parameter": np.array(list(drawn), dtype=object),
        },
    )


def _header(study: Study, world: World, data: xr.Dataset, count: int, queues: Mapping[str, Settled]) -> dict[str, Any]:
    """How the outcome came about: enough to compute it again and to see on what it stands."""
    return {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "study": {"name": study.name, **study.model_dump(mode="json", by_alias=True)},
        "world": {
            "name": world.name,
            "folder": study.world_folder,
            "year": world.year,
            "tables": {name: resource.get("hash", "") for name, resource in world.resources.items()},
        },
        "parameters": of_sectors(central_values(study.parameters), world.sectors),
        "draws": count,
        "seed": study.uncertainty.seed,
        "cut_off": {str(scenario): _cut_off(data, str(scenario)) for scenario in data["scenario"].values},
        "congestion": {
            name: {"rounds": settled.rounds, "residual": settled.residual, "longest": settled.longest}
            for name, settled in queues.items()
        },
        "versions": {"python": platform.python_version(), **_versions()},
    }


def _cut_off(data: xr.Dataset, scenario: str) -> list[str]:
    alone = data["cut_off"].sel(scenario=scenario).to_numpy().astype(bool)
    return [str(code) for code in data["country"].values[alone]]


def _versions() -> dict[str, str]:
    found = {}
    for package in ("landbridge", *RECORDED):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def _with_bar(found: Iterable[Found], shown: bool, title: str, tasks: Sequence[Task]) -> Iterator[Found]:
    """What is found, while a progress bar on stderr moves on by each; it is gone when done."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not shown, transient=True) as bar:
        line = bar.add_task(title, total=sum(task.steps for task in tasks))
        for each in found:
            yield each
            bar.advance(line, each.task.steps)
