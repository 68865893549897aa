"""The maps of one report: which outlines, which regions, which lines of trade each scenario changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from landbridge.report.changes import wars_of
from landbridge.report.geometry import bounds
from landbridge.report.maps import (
    FAR,
    Box,
    Canvas,
    Label,
    Layer,
    Outlines,
    common_borders,
    flows,
    frame,
    land,
    region_canvas,
    within,
    world_canvas,
)
from landbridge.report.markup import Markup, element
from landbridge.study.record import CHANGED, CLOSED, NEW, SAME
from landbridge.study.schema import BASELINE
from landbridge.world.dated import in_force
from landbridge.world.wkb import read_wkb

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.study.outcome import Outcome
    from landbridge.world import World

Floats = NDArray[np.float64]

WIDTHS = (13.0, 9.0, 6.5, 4.5, 3.0, 2.0)  # units, for loads that change by the most, by half of it, a quarter ...
BAND = 24.0  # units: width of the band along links that a scenario builds or alters
LEAST = 14.0  # degrees: no inset shows less
KNOWN, CITIES = 2000, 12  # the largest cities of the world that may be named on an inset, and how many on one
WIDE = 75.0  # degrees: a country wider than this does not set the frame of an inset
NEAR = 30.0  # degrees: nor a neighbour wider than this that of the map of a war


@dataclass(frozen=True)
class Region:
    """An inset: its canvas, and the areas visible on it."""

    canvas: Canvas
    visible: Sequence[str]


@dataclass(frozen=True)
class Lines:
    """Links [L] of the network: ends (longitude, latitude), and by scenario what becomes of them: ``load`` million USD
    of trade a year over the baseline's, ``change`` as the outcome's "link_change" has it."""

    start: Floats
    end: Floats
    load: Mapping[str, Floats]
    change: Mapping[str, NDArray[np.int8]]

    @classmethod
    def of(cls, outcome: Outcome) -> Lines:
        """The lines of an outcome."""
        data = outcome.data
        ends = [np.column_stack([data[f"lon{end}"], data[f"lat{end}"]]).astype(float) for end in (0, 1)]
        load = data["link_load"].fillna(0.0)
        gained = load - load.sel(scenario=BASELINE, drop=True)
        change = data["link_change"].fillna(SAME).astype(np.int8)
        return cls(
            ends[0],
            ends[1],
            {name: gained.sel(scenario=name).to_numpy().astype(float) for name in outcome.scenarios},
            {name: change.sel(scenario=name).to_numpy() for name in outcome.scenarios},
        )

    def built(self, scenario: str) -> list[Floats]:
        """The links a scenario adds or alters, as lines of two points."""
        return self._lines(np.isin(self.change[scenario], (NEW, CHANGED)))

    def closed(self, scenario: str) -> list[Floats]:
        """The links a scenario closes, as lines of two points."""
        return self._lines(self.change[scenario] == CLOSED)

    def largest(self, scenario: str) -> float:
        """The largest change of a link's load in a scenario, million USD a year."""
        return float(np.abs(self.load[scenario]).max(initial=0.0))

    def _lines(self, chosen: NDArray[np.bool_]) -> list[Floats]:
        return list(np.stack([self.start[chosen], self.end[chosen]], axis=1))


@dataclass(frozen=True)
class Atlas:
    """Everything the maps of one report share."""

    outlines: Outlines
    contested: Sequence[Floats]
    notes: DataFrame
    world: Region
    regions: Mapping[str, Region]
    wars: Region | None
    lines: Lines
    definitions: Markup

    @classmethod
    def of(cls, outcome: Outcome, world: World) -> Atlas:
        """For an outcome, with the outlines of its world."""
        outlines = Outlines.from_table(world.table("boundaries"))
        disputed = world.table("disputed_lines")
        notes = disputed[in_force(disputed, int(outcome.header["world"]["year"]))]
        contested = [line for blob in notes["geometry"] for line in read_wkb(blob)]
        lines = Lines.of(outcome)
        canvases: dict[Box | None, Canvas] = {None: world_canvas()}
        box_of = {}
        for name, scenario in outcome.header["study"]["scenario"].items():
            if box := _box(name, scenario["changes"], outlines, lines):
                box_of[name] = box
                canvases.setdefault(box, region_canvas(f"r{len(canvases)}", box))
        if around := _around_wars(outcome, world, outlines):
            canvases.setdefault(around, region_canvas(f"r{len(canvases)}", around))
        shared = common_borders(outlines, contested)
        drawn = {box: (canvas, *land(canvas, outlines, shared)) for box, canvas in canvases.items()}
        regions = {box: Region(canvas, visible) for box, (canvas, _, visible) in drawn.items()}
        definitions = [[frame(canvas), shapes] for canvas, shapes, _ in drawn.values()]
        return cls(
            outlines,
            contested,
            notes,
            regions[None],
            {name: regions[box] for name, box in box_of.items()},
            regions[around] if around else None,
            lines,
            element("svg", definitions, _HATCH, class_="hidden", aria_hidden="true"),
        )

    def layers(self, scenario: str, thickness: float = 1.0) -> list[Layer]:
        """Lines of a scenario: what it builds or alters as a band, changed loads on it. ``thickness`` scales widths."""
        changed = flows(
            self.lines.start,
            self.lines.end,
            self.lines.load[scenario],
            self.lines.largest(scenario) or 1.0,
            [thickness * width for width in WIDTHS],
        )
        return [Layer("corridor", self.lines.built(scenario), BAND * thickness), *changed]


_HATCH = Markup(
    '<defs><pattern id="unsure" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="2.2" height="9" fill="#ffffff" fill-opacity=".75"/></pattern></defs>'
)


def labels(changes: Sequence[Mapping[str, Any]], world: World) -> list[Label]:
    """Names of the places a scenario's changes go through, the ends of each line first."""
    from landbridge.network.places import find_place

    ordered: dict[str, None] = {}
    routes = [change["via"] for change in changes if change.get("via")]
    for route in routes:
        ordered |= dict.fromkeys((route[0], route[-1]))
    for route in routes:
        ordered |= dict.fromkeys(route)
    found = (find_place(world, text) for text in ordered)
    return [Label(place.name, float(place.lon), float(place.lat)) for place in found]


def largest_cities(world: World, canvas: Canvas) -> list[Label]:
    """Names of the largest cities on a canvas, as many as a reader needs to find his way."""
    cities = world.table("places").nlargest(KNOWN, "population")
    points = cities[["lon", "lat"]].to_numpy(dtype=float)
    inside = within(canvas.place(points), (0.0, 0.0, canvas.width, canvas.height))
    inside &= np.abs(points[:, 0] - canvas.centre) < FAR
    found = cities[inside].head(CITIES)
    return [Label(name, lon, lat) for name, lon, lat in zip(found["name"], found["lon"], found["lat"], strict=True)]


def _box(scenario: str, changes: Sequence[Mapping[str, Any]], outlines: Outlines, lines: Lines) -> Box | None:
    """The region a scenario is about: the links it builds or alters, else those it closes, else the countries named."""
    if marked := lines.built(scenario) or lines.closed(scenario):
        return _padded(bounds(marked))
    return _of_countries({code for change in changes for code in _countries(change)}, outlines, WIDE)


def _of_countries(named: set[str], outlines: Outlines, widest: float) -> Box | None:
    """The region of some countries, those wider than some degrees left out of account."""
    rings = [
        ring
        for area, code in outlines.iso3.items()
        if code in named and np.ptp(np.concatenate(outlines.rings[area])[:, 0]) < widest
        for ring in outlines.rings[area]
    ]
    return _padded(bounds(rings)) if rings else None


def _around_wars(outcome: Outcome, world: World, outlines: Outlines) -> Box | None:
    """The region of the countries whose violence scenarios set, with their neighbours by land."""
    wars = {code for name in outcome.scenarios[1:] for code in wars_of(outcome, name)}
    return _of_countries(wars | set(neighbours(world, wars)), outlines, NEAR) if wars else None


def neighbours(world: World, countries: Iterable[str]) -> list[str]:
    """The countries that border on some others by land, sorted; none where the world has no table of them."""
    if "neighbours" not in world.resources:
        return []
    pairs = world.table("neighbours")
    return sorted(set(pairs.loc[pairs["iso3"].isin(list(countries)), "neighbour"]))


def _countries(change: Mapping[str, Any]) -> list[str]:
    pairs = [change.get(key) or () for key in ("between", "border", "exporters", "importers", "by", "on")]
    return [code for pair in pairs for code in pair] + ([change["country"]] if change.get("country") else [])


def _padded(box: Box) -> Box:
    """A box with room around it, on whole degrees, so that scenarios about the same place share one map."""
    west, south, east, north = box
    across, up = max(1.24 * (east - west), LEAST), max(1.3 * (north - south), LEAST * 0.62)
    lon, lat = (west + east) / 2.0, (south + north) / 2.0
    return (
        float(np.floor(lon - across / 2.0)),
        float(max(np.floor(lat - up / 2.0), -60.0)),
        float(np.ceil(lon + across / 2.0)),
        float(min(np.ceil(lat + up / 2.0), 84.0)),
    )
