"""Worlds from files of one's own: OECD's and WIOD's input-output tables, CEPII's BACI, or a trade table."""

from landbridge.world.build.readers.build import build_from_file, write_template

__all__ = ["build_from_file", "write_template"]
