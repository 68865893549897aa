"""The register of checks, running them, and showing the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landbridge.errors import InputError, did_you_mean
from landbridge.evidence import (
    alignment,
    belt_and_road,
    crps,
    distance,
    documented,
    enlargement,
    equilibrium,
    exposure,
    gains,
    gravity,
    institutions,
    mode_shares,
    nafta,
    red_sea,
    response,
    sample,
    suez_history,
)
from landbridge.evidence.framework import Check, Row, run_check

if TYPE_CHECKING:
    from rich.table import Table

CHECKS: tuple[Check, ...] = (
    *equilibrium.CHECKS,
    *enlargement.CHECKS,
    *nafta.CHECKS,
    *sample.CHECKS,
    *exposure.CHECKS,
    *gains.CHECKS,
    *distance.CHECKS,
    *documented.CHECKS,
    *mode_shares.CHECKS,
    *gravity.CHECKS,
    *suez_history.CHECKS,
    *red_sea.CHECKS,
    *belt_and_road.CHECKS,
    *institutions.CHECKS,
    *response.CHECKS,
    *alignment.CHECKS,
    *crps.CHECKS,
)


def validate(sources: Path | None = None, only: str | None = None) -> list[Row]:
    """Run the checks, in the order of the register.

    Args:
        sources: the folder of raw sources; checks that need files of it come back with ``needs`` where it is None.
        only: an id, or the beginning of several ("distance").

    Raises:
        InputError: ``only`` fits no check, or the folder does not exist.
    """
    if sources is not None and not Path(sources).is_dir():
        raise InputError(f"The folder of sources does not exist: {sources}.")
    chosen = [check for check in CHECKS if only is None or check.id == only or check.id.startswith(f"{only}-")]
    if not chosen:
        families = sorted({check.id.partition("-")[0] for check in CHECKS})
        nearest = did_you_mean(only or "", [*families, *(check.id for check in CHECKS)])
        raise InputError(f'No check called "{only}".{nearest} Families: {", ".join(families)}.')
    return [run_check(check, None if sources is None else Path(sources)) for check in chosen]


def as_dicts(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows as JSON-able dictionaries, the difference included."""
    return [{**asdict(row), "difference": row.difference} for row in rows]


def as_table(rows: Sequence[Row]) -> Table:
    """The rows as a table for the terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    table = Table(title="Published results and what landbridge gets", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("verdict", no_wrap=True)
    for heading in ("published", "ours"):
        table.add_column(heading, justify="right", overflow="fold", max_width=12)
    table.add_column("±", justify="right")
    table.add_column("check", overflow="fold")
    for row in rows:
        remark = f"needs {row.needs}" if row.needs else row.note
        remark = remark if row.kind == "golden" else ": ".join(part for part in (row.kind, remark) if part)
        name = f"{row.id}\n  [dim]{escape(remark)}[/dim]" if remark else row.id
        unit = "" if row.unit == "1" else row.unit
        published = f"{_number(row.published)} {unit}".strip()
        tolerance = "" if row.tolerance is None else f"{row.tolerance:.3g}"
        table.add_row(_verdict(row), published, _number(row.ours), tolerance, name)
    return table


def _verdict(row: Row) -> str:
    if row.needs:
        return "[yellow]not run[/yellow]"
    return {True: "[green]passes[/green]", False: "[red]fails[/red]", None: "shown"}[row.passes]


def _number(value: float | str | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:.7g}" if abs(value) > 1e-3 or value == 0 else f"{value:.0e}"
