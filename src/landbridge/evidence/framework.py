"""What a check is, how it is run, and the row it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from landbridge.errors import LandbridgeError, MissingExtraError

Kind = Literal["golden", "evidence", "calibration"]


@dataclass(frozen=True)
class Measured:
    """What we get, and a remark on it."""

    ours: float | str
    note: str = ""


@dataclass(frozen=True)
class Check:
    """One published value that we reproduce.

    Attributes:
        id: begins with the name of its family: "distance-shanghai-rotterdam-suez".
        kind: golden (mathematics, published model results: must pass), evidence (natural experiments, hindsight: may
            fail, and then we say so), calibration (a parameter was set by it: shown, never counted as evidence).
        sentence: what is compared.
        published: the value to reproduce; a text must be met literally.
        tolerance: largest allowed |ours - published|, in the same unit; None for a text, or where no verdict is due.
        source: where the published value comes from.
        measure: computes ours, given the folder of raw sources (None where none is needed).
        needs: files that must exist in the folder of raw sources.
    """

    id: str
    kind: Kind
    sentence: str
    published: float | str
    tolerance: float | None
    unit: str
    source: str
    measure: Callable[[Path], Measured]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One check as it came out; ``passes`` is None when it could not run (``needs`` says why) or has no verdict."""

    id: str
    kind: Kind
    sentence: str
    published: float | str
    ours: float | str | None
    tolerance: float | None
    unit: str
    passes: bool | None
    source: str
    needs: str = ""
    note: str = ""

    @property
    def difference(self) -> float | None:
        """ours - published, where both are numbers."""
        if isinstance(self.ours, str) or isinstance(self.published, str) or self.ours is None:
            return None
        return self.ours - self.published


def run_check(check: Check, sources: Path | None) -> Row:
    """Run one check. What the model refuses to compute is a failure whose note carries the refusal.

    A check whose files or optional part of landbridge are missing does not run, and says so.
    """
    missing = [name for name in check.needs if sources is None or not (sources / name).exists()]
    if missing:
        where = "no folder of sources was given (--sources DIR)" if sources is None else f"not found in {sources}"
        return _row(check, None, None, needs=f"{', '.join(missing)}: {where}")
    try:
        measured = check.measure(sources or Path())
    except MissingExtraError as error:
        return _row(check, None, None, needs=str(error))
    except LandbridgeError as error:
        return _row(check, None, False, note=f"refused: {error}")
    return _row(check, measured.ours, _verdict(check, measured.ours), note=measured.note)


def exit_code(rows: Iterable[Row]) -> int:
    """0 when every golden row that could run passes, else 1."""
    return int(any(row.kind == "golden" and row.passes is False for row in rows))


def _verdict(check: Check, ours: float | str) -> bool | None:
    if isinstance(check.published, str) or isinstance(ours, str):
        return ours == check.published
    return None if check.tolerance is None else abs(ours - check.published) <= check.tolerance


def _row(check: Check, ours: float | str | None, passes: bool | None, needs: str = "", note: str = "") -> Row:
    return Row(
        id=check.id,
        kind=check.kind,
        sentence=check.sentence,
        published=check.published,
        ours=ours,
        tolerance=check.tolerance,
        unit=check.unit,
        passes=passes,
        source=check.source,
        needs=needs,
        note=note,
    )
