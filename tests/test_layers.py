"""The floors of the house: imports point down only, and the doorway stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import landbridge
from landbridge.study.show import VIEWS

ROOT = Path(landbridge.__file__).parent
MODELS = {"alignment", "network", "security", "trade"}
LEVEL = {
    "errors": 0,
    "labels": 1,
    "panels": 1,
    "parameters": 1,
    "threads": 0,
    "aside": 1,
    "variables": 1,
    "world": 2,
    "study": 5,
    "claims": 6,
    "evidence": 7,
    "report": 7,
    "cli": 9,
}
CORE_MAY_IMPORT = {
    "numpy",
    "scipy",
    "routingkit_cch",
    "warnings",
    "landbridge.errors",
    "dataclasses",
    "typing",
    "__future__",
    "collections",
    "functools",
    "itertools",
    "math",
    "array",
}


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "landbridge":
                found |= {f"landbridge.{alias.name}" for alias in node.names}
    return found


def _part(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def _level(part: str, module: str) -> int:
    if part in MODELS:
        return 3 if "core" in module.split(".") else 4
    return LEVEL[part]


def _modules() -> list[Path]:
    return [path for path in ROOT.rglob("*.py") if path.parent != ROOT or path.stem in LEVEL]


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down_the_layers(path: Path) -> None:
    relative = path.relative_to(ROOT)
    part = relative.parts[0].removesuffix(".py")
    own = _level(part, ".".join(relative.with_suffix("").parts))
    for module in _imports(path):
        other = _part(module)
        if not module.startswith("landbridge.") or other == part or module == "landbridge.__version__":
            continue
        assert _level(other, module) < own, f"{relative} imports {module}, which stands on the same or a higher floor"


def test_no_model_knows_another() -> None:
    for model in MODELS:
        for path in (ROOT / model).rglob("*.py"):
            others = {module for module in _imports(path) if _part(module) in MODELS - {model}}
            assert not others, f"{path.relative_to(ROOT)} imports {others}"


@pytest.mark.parametrize("model", sorted(MODELS))
def test_numerical_cores_stand_on_arrays_alone(model: str) -> None:
    paths = [path for path in (ROOT / model).rglob("*.py") if "core" in (path.stem, path.parent.name)]
    assert paths
    for path in paths:
        for module in _imports(path):
            own = module.startswith(f"landbridge.{model}.core")
            allowed = own or module in CORE_MAY_IMPORT or module.split(".")[0] in CORE_MAY_IMPORT
            assert allowed, f"{path.relative_to(ROOT)} imports {module}"


def test_importing_landbridge_loads_no_heavy_library() -> None:
    script = (
        "import sys, landbridge; "
        "print(sorted({'numpy','pandas','scipy','xarray','matplotlib','pydantic'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"


def test_showing_a_pair_of_states_loads_no_model_and_no_heavy_library() -> None:
    script = (
        "import sys; from landbridge.study.show import show; from landbridge.world import load_world; "
        "show(load_world('2017'), 'dyad', country='PAK', partner='RUS'); "
        "print(sorted({'scipy', 'xarray', 'matplotlib', 'pydantic', 'landbridge.study.outcome'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"


def test_every_view_is_made_below_the_floor_that_shows_it() -> None:
    for name, view in VIEWS.items():
        for made_by in filter(None, (view.made_by, view.without_country)):
            assert _part(f"landbridge.{made_by.partition(':')[0]}") in {"study", *MODELS}, name
        assert callable(view.table)


def test_every_public_name_resolves() -> None:
    for name in landbridge.__all__:
        assert getattr(landbridge, name) is not None
