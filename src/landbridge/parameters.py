"""The table of beliefs: value, range, unit, source and status of every parameter, from ``parameters.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from landbridge.errors import StudyError, did_you_mean

BY_SECTOR = ("trade_elasticity_ratio_", "value_per_teu_")  # what such a parameter's name begins with


@dataclass(frozen=True)
class Parameter:
    """One named belief. ``status`` is observed, estimated, published or assumed."""

    name: str
    value: float
    range: tuple[float, float]
    unit: str
    status: str
    source: str
    sentence: str


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every parameter by name."""
    table = tomllib.loads((files("landbridge") / "parameters.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {name: Parameter(name, **{**entry, "range": tuple(entry["range"])}) for name, entry in table.items()}
    )


def of_sectors(values: Mapping[str, float], sectors: Collection[str]) -> dict[str, float]:
    """The values without those of sectors that a world does not have.

    Manufactures stay: routes between two places are those of manufactures in every world.
    """
    known = {*sectors, "manufactures"}
    return {
        name: value
        for name, value in values.items()
        if not any(name.startswith(prefix) and name.removeprefix(prefix) not in known for prefix in BY_SECTOR)
    }


def central_values(replacing: Mapping[str, float] | None = None) -> dict[str, float]:
    """The central value of every parameter, after replacing some.

    Raises:
        StudyError: a name in ``replacing`` is no parameter.
    """
    values = {name: parameter.value for name, parameter in parameters().items()}
    for name, value in (replacing or {}).items():
        if name not in values:
            raise StudyError(f'No parameter called "{name}".{did_you_mean(name, values)}')
        values[name] = float(value)
    return values
