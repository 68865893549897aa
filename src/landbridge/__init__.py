"""landbridge puts a geopolitical argument on a map and runs it."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = [
    "Claim",
    "Outcome",
    "Study",
    "World",
    "judge",
    "load_outcome",
    "load_world",
    "read_study",
    "run",
    "write_report",
]

_HOME = {
    "Claim": "claims.schema",
    "Outcome": "study.outcome",
    "Study": "study.schema",
    "World": "world",
    "judge": "claims.judge",
    "load_outcome": "study.outcome",
    "load_world": "world",
    "read_study": "study.schema",
    "run": "study.run",
    "write_report": "report",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use (PEP 562), so that ``import landbridge`` stays quick."""
    if name not in _HOME:
        raise AttributeError(f"module 'landbridge' has no attribute {name!r}")
    return getattr(import_module(f"landbridge.{_HOME[name]}"), name)
