"""The ground floor: the international system in a base year, as tidy tables with their provenance."""

from landbridge.world.world import World, load_world, packaged_worlds

__all__ = ["World", "load_world", "packaged_worlds"]
