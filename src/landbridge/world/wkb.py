"""Reading the geometries of a world's tables, which are well-known binary. numpy only."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import DataError

Floats = NDArray[np.float64]

_LINE, _POLYGON = 2, 3
_MULTI = {4, 5, 6, 7}


def read_wkb(blob: bytes) -> list[Floats]:
    """Every line and every ring of a two-dimensional geometry, each an array (points, 2) of longitude and latitude.

    Raises:
        DataError: a geometry type other than (multi) lines, (multi) polygons and collections of them.
    """
    paths, end = _read(blob, 0)
    if end != len(blob):
        raise DataError(f"A geometry of {len(blob)} bytes ends at byte {end}: it is not well-known binary.")
    return paths


def _read(blob: bytes, at: int) -> tuple[list[Floats], int]:
    order = "<" if blob[at] else ">"
    kind, count = struct.unpack_from(f"{order}II", blob, at + 1)
    at += 9
    if kind == _LINE:
        path, at = _points(blob, at, count, order)
        return [path], at
    paths: list[Floats] = []
    if kind == _POLYGON:
        for _ in range(count):
            (length,) = struct.unpack_from(f"{order}I", blob, at)
            path, at = _points(blob, at + 4, length, order)
            paths.append(path)
        return paths, at
    if kind not in _MULTI:
        raise DataError(f"A geometry has the type {kind}; lines, polygons and collections of them can be drawn.")
    for _ in range(count):
        part, at = _read(blob, at)
        paths += part
    return paths, at


def _points(blob: bytes, at: int, count: int, order: str) -> tuple[Floats, int]:
    points = np.frombuffer(blob, dtype=f"{order}f8", count=2 * count, offset=at).reshape(count, 2)
    return points.astype(float), at + 16 * count
