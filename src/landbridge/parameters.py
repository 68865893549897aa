"""The table of beliefs: value, range, unit, source and status of every parameter, from ``parameters.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from landbridge.errors import StudyError, did_you_mean


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
