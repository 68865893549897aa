"""The table of quantities: name, labels, unit, bounds, sign, source and sentence of each, from ``variables.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True)
class Variable:
    """One quantity. ``dims`` pick out one number; ``optional`` labels may be left out, with the meaning given."""

    name: str
    title: str
    origin: str
    dims: tuple[str, ...]
    unit: str
    bounds: tuple[float, float]
    sign: str
    source: str
    sentence: str
    optional: Mapping[str, str] = field(default_factory=dict)
    drawn: bool = False

    @property
    def modelled(self) -> bool:
        """Whether the quantity comes from an Outcome; else it is read off a world's tables."""
        return self.origin == "modelled"


@cache
def variables() -> Mapping[str, Variable]:
    """Every quantity by name."""
    table = tomllib.loads((files("landbridge") / "variables.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: Variable(
                name, **{**entry, "dims": tuple(entry["dims"]), "bounds": tuple(map(float, entry["bounds"]))}
            )
            for name, entry in table.items()
        }
    )


def reference() -> str:
    """The table of all quantities for the documentation, in Markdown."""
    head = "| quantity | from | labels | unit | meaning | sign |\n|---|---|---|---|---|---|\n"
    return head + "".join(
        f"| `{name}` | {variable.origin}{', drawn' if variable.drawn else ''} | {_labels(variable)} | {variable.unit} "
        f"| {variable.sentence} | {variable.sign} |\n"
        for name, variable in variables().items()
    )


def _labels(variable: Variable) -> str:
    optional = [f"`{label}` (else {meant})" for label, meant in variable.optional.items()]
    return ", ".join([*(f"`{dim}`" for dim in variable.dims), *optional])
