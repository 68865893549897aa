"""Shared fixtures. Tests that rebuild from raw sources ask for ``sources`` and are skipped where there are none."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from landbridge.world import World, load_world

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
