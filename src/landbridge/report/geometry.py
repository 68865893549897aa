"""Rings and lines of a world's tables: great circles, clipping. numpy only."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEP = 2.0  # degrees: longer lines are bent along the great circle


def great_circles(start: Floats, end: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Points along the great circles from ``start`` to ``end``, both (lines, 2) of longitude and latitude.

    Returns the points (n, 2) of all lines one after the other, and the line each point belongs to. A line has a
    point every ``STEP`` degrees and at both ends.
    """
    a, b = _unit(start), _unit(end)
    angle = np.arccos(np.clip((a * b).sum(axis=1), -1.0, 1.0))
    pieces = np.maximum(np.ceil(np.degrees(angle) / STEP).astype(int), 1)
    line = np.repeat(np.arange(len(start)), pieces + 1)
    first = np.concatenate([[0], np.cumsum(pieces + 1)[:-1]]).astype(int)
    share = (np.arange(len(line)) - first[line]) / pieces[line]
    sine = np.where(angle > 1e-9, np.sin(angle), 1.0)[line]
    near = angle[line] <= 1e-9
    weight_a = np.where(near, 1.0 - share, np.sin((1.0 - share) * angle[line]) / sine)
    weight_b = np.where(near, share, np.sin(share * angle[line]) / sine)
    xyz = weight_a[:, None] * a[line] + weight_b[:, None] * b[line]
    lon = np.degrees(np.arctan2(xyz[:, 1], xyz[:, 0]))
    lat = np.degrees(np.arctan2(xyz[:, 2], np.hypot(xyz[:, 0], xyz[:, 1])))
    return np.column_stack([lon, lat]), line


def _unit(points: Floats) -> Floats:
    lon, lat = np.radians(np.asarray(points, dtype=float)).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def clip_ring(ring: Floats, box: tuple[float, float, float, float]) -> Floats:
    """The part of a closed ring inside a box (left, low, right, high), closed along the box's edge.

    Source: Sutherland & Hodgman (1974), Reentrant polygon clipping, Communications of the ACM 17(1).
    """
    left, low, right, high = box
    if len(ring) and ((ring.max(axis=0) < (left, low)) | (ring.min(axis=0) > (right, high))).any():
        return ring[:0]
    for axis, bound, keep in ((0, left, 1.0), (0, right, -1.0), (1, low, 1.0), (1, high, -1.0)):
        if len(ring) == 0:
            return ring
        ring = _clip_half_plane(ring, axis, bound, keep)
    return ring


def _clip_half_plane(ring: Floats, axis: int, bound: float, keep: float) -> Floats:
    depth = keep * (ring[:, axis] - bound)
    inside = depth >= 0
    if inside.all():
        return ring
    if not inside.any():
        return ring[:0]
    before, depth_before = np.roll(ring, 1, axis=0), np.roll(depth, 1)
    crosses = inside != np.roll(inside, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(crosses, depth_before / (depth_before - depth), 0.0)
    crossing = before + share[:, None] * (ring - before)
    doubled = np.empty((2 * len(ring), 2))
    doubled[0::2], doubled[1::2] = crossing, ring
    return doubled[np.column_stack([crosses, inside]).ravel()]


def bounds(paths: Iterable[Floats]) -> tuple[float, float, float, float]:
    """West, south, east and north of some paths."""
    points = np.concatenate(list(paths))
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return float(west), float(south), float(east), float(north)
