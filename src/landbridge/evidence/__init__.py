"""Published results and natural experiments that landbridge reproduces, one file each: ``landbridge validate``."""

from landbridge.evidence.framework import Row, exit_code
from landbridge.evidence.registry import CHECKS, as_dicts, as_table, validate

__all__ = ["CHECKS", "Row", "as_dicts", "as_table", "exit_code", "validate"]
