"""The estimates that ship: coefficients of the models of alignment, and their covariances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landbridge.world.world import load_world, packaged_worlds

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world import World


def estimates(world: World, model: str) -> DataFrame:
    """The rows of a model, of the world or, where it has none, of those that ship with landbridge."""
    table = _with_estimates(world).table("estimates")
    return table[table["model"] == model]


def estimate_covariances(world: World, model: str) -> DataFrame:
    """The covariances of the same."""
    table = _with_estimates(world).table("estimate_covariance")
    return table[table["model"] == model]


def _with_estimates(world: World) -> World:
    return world if "estimates" in world.resources else load_world(packaged_worlds()[0])
