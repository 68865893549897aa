"""Plain maps: of one route, and of links by what they are worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.world.wkb import read_wkb

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from landbridge.network.model import Network
    from landbridge.network.route import Route

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Labels = NDArray[np.object_]

COLOURS = {"sea": "#1f6fb4", "rail": "#b03a2e", "road": "#8a6d1d", "ferry": "#4f9da6", "transfer": "#555555"}


def draw(route: Route, network: Network, path: Path) -> None:
    """Draw a reachable route, coloured by mode, over the outlines of the countries around it."""
    from matplotlib.collections import LineCollection

    if not route.reachable:
        raise InputError(f"Nothing to draw: {route.reason}.")
    centre = _central_longitude(route.lon)
    lon, lat = _around(route.lon, centre), route.lat
    figure, axes = _base(network, lon, lat, centre)
    modes = network.running[route.links]
    points = np.column_stack([lon, lat])
    segments = np.stack([points[:-1], points[1:]], axis=1)
    near = np.abs(segments[:, 0, 0] - segments[:, 1, 0]) < 180
    axes.add_collection(
        LineCollection(list(segments[near]), colors=[COLOURS[mode] for mode in modes[near]], linewidths=2.2, zorder=3)
    )
    for place, x, y in ((route.origin, lon[0], lat[0]), (route.destination, lon[-1], lat[-1])):
        axes.plot(x, y, "o", color="black", markersize=5, zorder=4)
        axes.annotate(
            place.name,
            (x, y),
            (6, 6),
            textcoords="offset points",
            fontsize=10,
            zorder=5,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
        )
    _legend(axes, modes)
    axes.set_title(
        f"{route.origin.name} - {route.destination.name}: {route.km:,.0f} km, {route.days:.1f} days, "
        f"{route.usd:,.0f} USD per TEU",
        fontsize=11,
    )
    _save(figure, path)


def draw_links(network: Network, links: Ints, worth: Floats, title: str, path: Path) -> None:
    """Draw some links [K], coloured by mode, in widths by the square root of their ``worth`` [K]."""
    from matplotlib.collections import LineCollection

    ends = [network.tail[links], network.head[links]]
    centre = _widest_gap(np.concatenate([network.lon[end] for end in ends]))
    lon = np.stack([_around(network.lon[end], centre) for end in ends], axis=1)
    lat = np.stack([network.lat[end] for end in ends], axis=1)
    figure, axes = _base(network, lon.ravel(), lat.ravel(), centre)
    near = np.abs(lon[:, 0] - lon[:, 1]) < 180
    widths = 1.0 + 5.0 * np.sqrt(np.maximum(worth, 0.0) / max(float(worth.max()), np.finfo(float).tiny))
    modes = network.running[links]
    axes.add_collection(
        LineCollection(
            list(np.stack([lon, lat], axis=2)[near]),
            colors=[COLOURS[mode] for mode in modes[near]],
            linewidths=widths[near],
            capstyle="round",
            zorder=3,
        )
    )
    _legend(axes, modes)
    axes.set_title(title, fontsize=11)
    _save(figure, path)


def _base(network: Network, lon: Floats, lat: Floats, centre: float) -> tuple[Figure, Axes]:
    """A map of the region around some points, longitudes counted from ``centre``, with the outlines of countries."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    west, east, south, north = _frame(lon, lat)
    figure = Figure(figsize=(9, max(3.0, min(9.0, 9 * (north - south) / (east - west) / _squeeze(south, north)))))
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.9))
    if "boundaries" in network.world.resources:
        for geometry in network.world.table("boundaries")["geometry"]:
            for ring in read_wkb(geometry):
                x = _around(ring[:, 0], centre)
                if np.ptp(x) < 300 and x.max() > west and x.min() < east:
                    axes.fill(x, ring[:, 1], facecolor="#f1eee6", edgecolor="#a8a294", linewidth=0.5, zorder=1)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(_squeeze(south, north))
    axes.set_facecolor("#e4edf3")
    axes.set_xticks([])
    axes.set_yticks([])
    return figure, axes


def _legend(axes: Axes, modes: Labels) -> None:
    from matplotlib.lines import Line2D

    used = [mode for mode in COLOURS if mode in set(modes)]
    axes.legend(
        [Line2D([], [], color=COLOURS[mode], linewidth=2.2) for mode in used],
        used,
        loc="best",
        frameon=True,
        fontsize=9,
    )


def _save(figure: Figure, path: Path) -> None:
    """Write the map.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise InputError(f"Cannot write the map {path}: {error}.") from None


def _widest_gap(lon: Floats) -> float:
    """The longitude opposite to the middle of the widest empty gap between some longitudes."""
    ordered = np.sort(lon % 360.0)
    gap = np.diff(np.append(ordered, ordered[0] + 360.0))
    widest = int(gap.argmax())
    return float((ordered[widest] + gap[widest] / 2.0 + 180.0) % 360.0)


def _central_longitude(lon: NDArray[np.float64]) -> float:
    """The middle of the route's longitudes, across the antimeridian if it goes that way."""
    unrolled = np.unwrap(lon, period=360.0)
    return float(unrolled.min() + unrolled.max()) / 2


def _around(lon: NDArray[np.float64], centre: float) -> NDArray[np.float64]:
    return np.asarray((lon - centre + 180.0) % 360.0 - 180.0)


def _frame(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """West, east, south, north with a margin of a tenth, at least 2 degrees, and not flatter than 3 to 1."""
    width, height = np.ptp(lon), np.ptp(lat)
    dx, dy = max(2.0, 0.12 * width), max(2.0, 0.12 * height)
    dy = max(dy, (width / 3 - height) / 2)
    dx = max(dx, (height / 2 - width) / 2)
    return lon.min() - dx, lon.max() + dx, max(-85.0, lat.min() - dy), min(85.0, lat.max() + dy)


def _squeeze(south: float, north: float) -> float:
    """How much longer a degree of latitude is than one of longitude, in the middle of the map."""
    return float(1.0 / np.cos(np.radians(np.clip((south + north) / 2, -70, 70))))
