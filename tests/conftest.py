"""Shared fixtures. Tests that rebuild from raw sources ask for ``sources`` and are skipped where there are none."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from landbridge.study.outcome import Outcome
from landbridge.study.run import run
from landbridge.study.schema import Study, read_study
from landbridge.world import World, load_world
from study_worlds import write_small_study

settings.register_profile(
    "default", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("default")


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder of raw source data; the test is skipped when it is absent."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("LANDBRIDGE_SOURCES", beside))
    if not (folder / "README.md").is_file():
        pytest.skip(f"needs the raw source data: no {folder}; set LANDBRIDGE_SOURCES")
    return folder


@pytest.fixture(scope="session")
def world2017() -> World:
    return load_world("2017")


@pytest.fixture(scope="session")
def world2022() -> World:
    return load_world("2022")


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study of five countries with its world and claims, in a folder of its own."""
    return read_study(write_small_study(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="session")
def small_outcome(small_study: Study) -> Outcome:
    """The small study run with all its draws, in this process."""
    return run(small_study, workers=1, progress=False, also=["USA"])
