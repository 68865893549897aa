"""The figures of docs/network-regions.md: ``python -m landbridge.evidence.network_figure FOLDER``."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np

from landbridge.world import World, load_world

YEAR = "2022"
COLOURS = {"sea": "#7fb3d5", "road": "#c8a26a", "rail": "#a01d12", "ferry": "#1f618d"}
WIDTHS = {"sea": 0.5, "road": 0.35, "rail": 0.7, "ferry": 1.0}
# west, south, east, north in degrees
REGIONS = {
    "europe": (-12, 34, 42, 66),
    "middle-east": (24, 10, 64, 44),
    "central-asia": (44, 33, 92, 58),
    "south-asia": (58, 4, 98, 40),
    "east-asia": (90, 18, 148, 56),
    "southeast-asia": (90, -12, 142, 26),
    "africa": (-20, -36, 54, 38),
    "north-america": (-130, 12, -58, 58),
    "south-america": (-84, -56, -32, 14),
    "oceania": (110, -48, 180, -8),
}
COLOUR_COUNT = 64


def draw(world: World, region: str, file: Path) -> None:
    """All links of a region by mode; joins that somebody invented are dotted."""
    import matplotlib.pyplot as plt
    from matplotlib.collections import LineCollection
    from PIL import Image

    west, south, east, north = REGIONS[region]
    nodes, links = world.table("nodes"), world.table("links")
    at = np.column_stack([nodes["lon"].to_numpy(float), nodes["lat"].to_numpy(float)])
    u, v = links["u"].to_numpy(), links["v"].to_numpy()
    inside = (at[:, 0] > west) & (at[:, 0] < east) & (at[:, 1] > south) & (at[:, 1] < north)
    near = (inside[u] | inside[v]) & (np.abs(at[u, 0] - at[v, 0]) < 180)
    mode, stitch = links["mode"].astype(str).to_numpy(), (links["status"] == "stitch").to_numpy()
    squeeze = 1 / np.cos(np.radians((south + north) / 2))
    height = min(7.0, 7.0 * (north - south) / (east - west) * squeeze)
    figure, axes = plt.subplots(figsize=(7, height), layout="constrained")
    for name, colour in COLOURS.items():
        for invented in (False, True):
            chosen = near & (mode == name) & (stitch == invented)
            ends = list(np.stack([at[u[chosen]], at[v[chosen]]], axis=1))
            style = "dotted" if invented else "solid"
            axes.add_collection(LineCollection(ends, colors=colour, linewidths=WIDTHS[name], linestyles=style))
    for kind, marker, size in (("port", "v", 5), ("city", "o", 3)):
        there = inside & (nodes["kind"] == kind).to_numpy()
        axes.scatter(at[there, 0], at[there, 1], s=size, marker=marker, color="#222222", linewidths=0, zorder=3)
    axes.set(xlim=(west, east), ylim=(south, north), aspect=squeeze, xticks=[], yticks=[])
    picture = io.BytesIO()
    figure.savefig(picture, dpi=85)
    plt.close(figure)
    Image.open(picture).convert("RGB").quantize(COLOUR_COUNT, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    for region in REGIONS:
        draw(load_world(YEAR), region, Path(sys.argv[1]) / f"region-{region}.png")
