"""Building worlds from public sources: one file per source, then harmonise and balance."""

from landbridge.world.build.build import build_packaged, build_world

__all__ = ["build_packaged", "build_world"]
