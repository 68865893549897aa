"""Run a study: every scenario at the central values, then at every draw of the uncertain parameters."""

from __future__ import annotations

import os
import platform
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.labels import MAIN_MODES
from landbridge.study.chain import Chain, Solved, among, shipment
from landbridge.study.outcome import DRAWS, FORMAT, Outcome
from landbridge.study.schema import BASELINE, Study
from landbridge.study.uncertainty import draw

Array = NDArray[np.float64]
Advance = Callable[[int, int], None]
BATCH = 5  # draws a worker takes at a time
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
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

    Args:
        draws: how many draws of the uncertain parameters; None: as the study says; 0: central values only.
        workers: processes for the draws; None: one per core. Results do not depend on it.
        progress: show a progress bar on stderr.
        also: ISO3 codes of countries besides the study's focus whose pairs are kept for every draw.

    Raises:
        StudyError: a scenario's changes do not fit the world.
        SolveError: an equilibrium does not exist or was not found, at the central values or in a draw.
    """
    count = study.uncertainty.draws if draws is None else draws
    if count < 0:
        raise InputError(f"{count} draws: the number must be 0 or more.")
    drawn = draw(study.uncertainty.parameters, count, study.uncertainty.seed)
    with _bar(progress, study.title) as advance:
        chain = Chain.of(study)
        watched = _watched(chain, also)
        central = _central(chain)
        advance(0, count)
        records = _drawn(chain, drawn, count, watched, workers or os.cpu_count() or 1, advance)
        data = central.merge(_drawn_data(chain, records, drawn, watched)) if count else central
    return Outcome(data, _header(chain, data, count))


def _watched(chain: Chain, also: Iterable[str]) -> list[str]:
    trading = chain.model.countries
    return [code for code in dict.fromkeys([*chain.study.focus, *also]) if code in trading]


def _central(chain: Chain) -> xr.Dataset:
    """Every quantity at the central values of the parameters."""
    solved = list(chain.solve(chain.central))
    sectors = list(chain.model.sectors)
    flows = chain.model.calibration.baseline.flows
    shipments = [shipment(found.costs, flows, chain.central, sectors) for found in solved]
    by_pair = ("scenario", "country", "partner")
    trades = [found.trade for found in solved]
    return xr.Dataset(
        {
            "real_income": (by_pair[:2], _stack(trade.real_income for trade in trades)),
            "real_wage": (by_pair[:2], _stack(trade.real_wage for trade in trades)),
            "wage": (by_pair[:2], _stack(100 * (trade.equilibrium.wage - 1) for trade in trades)),
            "flow": ((*by_pair, "sector"), _stack(trade.equilibrium.flows for trade in trades)),
            "trade_cost": ((*by_pair, "sector"), 100 * _stack(found.transport for found in solved)),
            "cost_change": ((*by_pair, "sector"), 100 * (_stack(trade.kappa for trade in trades) - 1)),
            "travel_days": (by_pair, _stack(found["travel_days"] for found in shipments)),
            "freight_usd": (by_pair, _stack(found["freight_usd"] for found in shipments)),
            "mode_share": ((*by_pair, "mode"), _stack(found["mode_share"] for found in shipments)),
            "residual": (("scenario",), np.array([trade.residual for trade in trades])),
            "cut_off": (by_pair[:2], _stack(trade.equilibrium.cut_off for trade in trades)),
        },
        coords={
            "scenario": list(chain.worlds),
            "country": list(chain.model.countries),
            "partner": list(chain.model.countries),
            "sector": sectors,
            "mode": list(MAIN_MODES),
            "carried": ("sector", [f"value_per_teu_{sector}" in chain.central for sector in sectors]),
        },
    )


def _stack(arrays: Iterable[Any]) -> Array:
    return np.stack([np.asarray(array) for array in arrays])


@dataclass(frozen=True)
class Record:
    """What is kept of one draw: arrays by scenario, pairs among the watched countries only."""

    real_income: Array
    real_wage: Array
    trade: Array
    travel_days: Array
    freight_usd: Array
    mode_share: Array
    residual: Array

    @classmethod
    def of(cls, chain: Chain, params: Mapping[str, float], watched: Sequence[str]) -> Record:
        """Solve every scenario at these parameters."""
        positions = np.array([chain.model.countries.index(code) for code in watched], dtype=np.intp)
        rows = [_row(chain, found, params, positions) for found in chain.solve(params)]
        return cls(**{name: np.stack([row[name] for row in rows]) for name in cls.__dataclass_fields__})


def _row(chain: Chain, found: Solved, params: Mapping[str, float], positions: NDArray[np.intp]) -> dict[str, Any]:
    sectors = list(chain.model.sectors)
    carried = [position for position, sector in enumerate(sectors) if f"value_per_teu_{sector}" in params]
    square = np.ix_(positions, positions)
    equilibrium = found.trade.equilibrium
    before, after = (
        flows[..., carried].sum(axis=2)[square] for flows in (equilibrium.baseline.flows, equilibrium.flows)
    )
    before, after = before + before.T, after + after.T
    change = 100 * (np.divide(after, before, out=np.full_like(before, np.nan), where=before > 0) - 1)
    np.fill_diagonal(change, np.nan)
    weights = chain.model.calibration.baseline.flows[square]
    return {
        "real_income": found.trade.real_income.to_numpy(),
        "real_wage": found.trade.real_wage.to_numpy(),
        "trade": change,
        **shipment(among(found.costs, positions), weights, params, sectors),
        "residual": found.trade.residual,
    }


def _drawn(
    chain: Chain,
    drawn: Mapping[str, Array],
    count: int,
    watched: Sequence[str],
    workers: int,
    advance: Advance,
) -> list[Record]:
    """The record of every draw, in order, from worker processes."""
    values = [{name: float(array[position]) for name, array in drawn.items()} for position in range(count)]
    batches = [values[start : start + BATCH] for start in range(0, count, BATCH)]
    records: dict[int, list[Record]] = {}
    if not batches:
        return []
    processes = min(workers, len(batches))
    start = get_context("spawn")
    with _one_thread(), ProcessPoolExecutor(processes, start, _prepare, (chain.study, list(watched))) as pool:
        waiting: dict[Future[list[Record]], int] = {
            pool.submit(_work, batch): position for position, batch in enumerate(batches)
        }
        try:
            for done in as_completed(waiting):
                records[waiting[done]] = done.result()
                advance(len(batches[waiting[done]]), count)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [record for position in range(len(batches)) for record in records[position]]


_worker: dict[str, Any] = {}


@contextmanager
def _one_thread() -> Iterator[None]:
    """Worker processes started here use one thread for linear algebra: results are the same however many there are."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _prepare(study: Study, watched: list[str]) -> None:
    """Make a worker ready. Ctrl-C is left to the main process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker.update(chain=Chain.of(study), watched=watched)


def _work(batch: list[dict[str, float]]) -> list[Record]:
    chain: Chain = _worker["chain"]
    return [Record.of(chain, {**chain.central, **values}, _worker["watched"]) for values in batch]


def _drawn_data(
    chain: Chain, records: Sequence[Record], drawn: Mapping[str, Array], watched: Sequence[str]
) -> xr.Dataset:
    """The records of all draws as labelled arrays, draws behind scenarios."""
    head = ("scenario", "draw")
    by_pair = (*head, "watched", "watched_partner")
    dims = {
        "real_income": (*head, "country"),
        "real_wage": (*head, "country"),
        "trade": by_pair,
        "travel_days": by_pair,
        "freight_usd": by_pair,
        "mode_share": (*by_pair, "mode"),
        "residual": head,
    }
    kept = {
        name + DRAWS: (dims[name], np.stack([getattr(record, name) for record in records], axis=1)) for name in dims
    }
    names = list(drawn)
    values = np.stack([drawn[name] for name in names], axis=1) if names else np.zeros((len(records), 0))
    return xr.Dataset(
        {**kept, "drawn_parameter": (("draw", "parameter"), values)},
        coords={
            "scenario": list(chain.worlds),
            "country": list(chain.model.countries),
            "mode": list(MAIN_MODES),
            "watched": list(watched),
            "watched_partner": list(watched),
            "draw": np.arange(len(records)),
            "parameter": np.array(names, dtype=str),
        },
    )


def _header(chain: Chain, data: xr.Dataset, count: int) -> dict[str, Any]:
    """How the outcome came about: enough to compute it again and to see on what it stands."""
    study, world = chain.study, chain.worlds[BASELINE]
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
        "parameters": dict(chain.central),
        "draws": count,
        "seed": study.uncertainty.seed,
        "cut_off": {scenario: _cut_off(data, scenario) for scenario in chain.worlds},
        "versions": {"python": platform.python_version(), **_versions()},
    }


def _cut_off(data: xr.Dataset, scenario: str) -> list[str]:
    alone = data["cut_off"].sel(scenario=scenario)
    return [str(code) for code in data["country"].values[alone.to_numpy()]]


def _versions() -> dict[str, str]:
    found = {}
    for package in ("landbridge", *RECORDED):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


@contextmanager
def _bar(shown: bool, title: str) -> Iterator[Advance]:
    """A progress bar on stderr; yields the function that moves it by some draws of all."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not shown, transient=True) as bar:
        task = bar.add_task(f"{title}: preparing", total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, description=f"{title}: draws", total=total, advance=done)

        yield advance
