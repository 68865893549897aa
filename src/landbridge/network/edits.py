"""What a study may do to the network: pure functions from one world to another.

Each refuses, in one message, what it cannot do: an unknown place, a link over water or across a closed border that is
not marked as assumed, a speed that is not positive, a change that would touch nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge import labels
from landbridge.errors import InputError, did_you_mean
from landbridge.network import core
from landbridge.network.coded import labels_of, links_of, nodes_of, with_values
from landbridge.network.drawn import Drawn, corridor
from landbridge.network.laying import SNAP_KM, Ground, lay, on_line, positive, with_feeders
from landbridge.network.places import find_place
from landbridge.network.tables import running_modes
from landbridge.world.distance import great_circle_km

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world import World

Ints = NDArray[np.int64]

LINES = ("rail", "road", "ferry", "sea")


def add_link(
    world: World,
    *,
    mode: str,
    via: Sequence[str],
    speed_kmh: float | None = None,
    capacity: float | None = None,
    assumed: bool = False,
) -> World:
    """A new line of a mode through places, in that order, straight from one to the next times the mode's detour.

    Each place is joined to the line of the mode that passes within 25 km, and to its city or the nearest road. Where
    the line enters another country it crosses a border, with the hours and money of the mode, and tracks change to
    the gauge of that country.

    Args:
        world: the world before.
        mode: rail, road, ferry or sea.
        via: two or more names of places.
        speed_kmh: speed on the new line; the mode's own unless given.
        capacity: TEU a year of the new line, both ways together; without limit unless given.
        assumed: the study vouches for water, wilderness or a closed border on the way.

    Raises:
        InputError: an unknown place or mode; a speed or capacity that is not positive; places in a row that are the
            same; land over water, far from any line, or across a border closed to the mode, unless ``assumed``.
    """
    mode = labels.one_of(mode, LINES, "mode that can be laid")
    positive(speed_kmh, "speed_kmh")
    positive(capacity, "capacity")
    places = [find_place(world, name) for name in via]
    if len(places) < 2:
        raise InputError("A link needs two places or more.")
    for one, other in pairwise(places):
        if great_circle_km(one.lat, one.lon, other.lat, other.lon) < 1.0:
            raise InputError(f'A link from "{one.name}" to "{other.name}" has no length.')
    return lay(world, mode, places, speed_kmh=speed_kmh, assumed=assumed, capacity=capacity)


def add_drawn(
    world: World,
    *,
    mode: str,
    line: Drawn,
    speed_kmh: float | None = None,
    capacity: float | None = None,
    assumed: bool = False,
) -> World:
    """A new line of a mode along a drawn one and as long; ``drawn.corridor`` says where it joins what is there.

    Raises:
        InputError: as ``add_link``, and as ``drawn.corridor``.
    """
    mode = labels.one_of(mode, LINES, "mode that can be laid")
    positive(speed_kmh, "speed_kmh")
    positive(capacity, "capacity")
    found = corridor(world, mode, line)
    places = [stop.place for stop in found.stops]
    return lay(world, mode, places, speed_kmh=speed_kmh, assumed=assumed, capacity=capacity, courses=found.courses)


def upgrade(
    world: World,
    *,
    mode: str,
    via: Sequence[str] | None = None,
    countries: Iterable[str] | None = None,
    speed_kmh: float | None = None,
    speed_factor: float | None = None,
    capacity: float | None = None,
) -> World:
    """A faster or slower existing line: the one along ``via``, or every line of the mode in ``countries``.

    ``speed_kmh`` sets the speed; ``speed_factor`` multiplies the one it has. ``capacity`` in TEU a year, both ways
    together, is set on each of the links.

    Raises:
        InputError: no such line, both or none of the alternatives given, nothing to set, or a number that is not
            positive.
    """
    mode = labels.one_of(mode, LINES, "mode")
    exactly_one(via=via, countries=countries)
    if capacity is None or (speed_kmh is not None and speed_factor is not None):
        exactly_one(speed_kmh=speed_kmh, speed_factor=speed_factor)
    positive(capacity, "capacity")
    positive(speed_kmh, "speed_kmh")
    positive(speed_factor, "speed_factor")
    links = links_of(world)
    chosen = line_along(world, mode, via) if via is not None else _lines_in(links, mode, countries or ())
    if capacity is not None:
        links = with_values(links, chosen, capacity=capacity)
    if speed_kmh is not None:
        links = with_values(links, chosen, speed_kmh_override=speed_kmh)
    elif speed_factor is not None:
        speeds = {name: links[name].to_numpy(dtype=float)[chosen] for name in ("speed_factor", "speed_kmh_override")}
        links = with_values(links, chosen, **{name: speed * speed_factor for name, speed in speeds.items()})
    if via is None:
        return world.with_(links=links)
    ends = links[["u", "v"]].to_numpy()[chosen].ravel()
    once = np.flatnonzero(np.bincount(ends) == 1)
    return with_feeders(world.with_(links=with_values(links, chosen, feeder=True)), once)


def close(
    world: World,
    *,
    passage: str | None = None,
    country: str | None = None,
    border: tuple[str, str] | None = None,
    via: Sequence[str] | None = None,
    mode: str | None = None,
    share: float = 1.0,
) -> World:
    """Nothing passes any more: a passage, a country's borders and ports, a border, or the line of a mode along ``via``.

    ``mode`` limits it to one mode, ``share`` to a part of the shippers, who keep away while the others pass as before
    (``network.shippers``); of two shares on one link the greater holds. Trade within a closed country goes on.

    Raises:
        InputError: not exactly one of the four given, an unknown name, nothing of that mode there to close, or a
            share that is not above 0 and at most 1.
    """
    exactly_one(passage=passage, country=country, border=border, via=via)
    if not 0.0 < share <= 1.0:
        raise InputError(f"share is {share}; it must be above 0 and at most 1.")
    mode = None if mode is None else labels.mode(mode)
    links = links_of(world)
    if via is not None:
        if mode is None:
            raise InputError("To close the line along places, say of which mode.")
        chosen, what = line_along(world, mode, via), f"the {mode} line along {' - '.join(via)}"
        links = with_values(links, _bypass(world, mode, via, chosen), feeder=True)
    elif passage is not None:
        chosen, what = of_mode(links, passage_links(links, passage), mode), f"passage {passage}"
    elif border is not None:
        pair = border_of(*border)
        chosen, what = crossings(links, pair, mode), f"border {pair}"
    else:
        code = labels.country(str(country))
        chosen, what = of_mode(links, _gates(world, links, code), mode), f"{labels.country_name(code)}"
    if not len(chosen):
        raise InputError(f"Nothing to close: {what} has no link{f' by {mode}' if mode else ''} in this world.")
    if share < 1.0:
        avoided = np.maximum(links["avoided"].to_numpy(dtype=float)[chosen], share)
        return world.with_(links=with_values(links, chosen, avoided=avoided))
    reason = f"{what} closed{f' to {mode}' if mode else ''} by the study"
    return world.with_(links=with_values(links, chosen, closed_by=reason))


def set_border(
    world: World,
    *,
    between: tuple[str, str],
    mode: str | None = None,
    hours: float | None = None,
    usd: float | None = None,
    capacity: float | None = None,
) -> World:
    """Hours and money per TEU that crossing a border takes, in place of the parameters' values; opens it if closed.

    ``capacity`` in TEU a year, both ways together, is that of each crossing. Nobody avoids the border any more.

    Raises:
        InputError: the countries share no crossing of that mode (the message lists the neighbours), nothing is set,
            or a value is negative, or the capacity zero.
    """
    pair = border_of(*between)
    mode = None if mode is None else labels.one_of(mode, ("rail", "road"), "mode with border crossings")
    if hours is None and usd is None and capacity is None:
        raise InputError(f"Border {pair}: give hours, usd, capacity, or several of them.")
    positive(capacity, f"Border {pair}: capacity")
    for name, value in (("hours", hours), ("usd", usd)):
        if value is not None and not (np.isfinite(value) and value >= 0.0):
            raise InputError(f"Border {pair}: {name} is {value}; it must be zero or more.")
    links = links_of(world)
    chosen = crossings(links, pair, mode)
    given = {"hours_override": hours, "usd_override": usd, "capacity": capacity}
    overrides = {column: float(value) for column, value in given.items() if value is not None}
    return world.with_(links=with_values(links, chosen, **overrides, exempt=True, closed_by="", avoided=0.0))


def line_along(world: World, mode: str, via: Sequence[str], without: Ints | None = None) -> Ints:
    """Links of one mode on the shortest way (km) from each place to the next, leaving some links aside.

    Raises:
        InputError: an unknown place, one without a line of the mode within 25 km, or places that no line joins.
    """
    places = [find_place(world, name) for name in via]
    if len(places) < 2:
        raise InputError("A line along places needs two places or more.")
    ground = Ground.of(world)
    mine = ground.line(mode)
    km = np.where(mine, ground.km, np.inf)
    if without is not None:
        km[without] = np.inf
    stops = [on_line(ground, mine, place) for place in places]
    for place, stop in zip(places, stops, strict=True):
        if not len(stop):
            raise InputError(f'No {mode} line passes within {SNAP_KM:.0f} km of "{place.name}" ({place.iso3}).')
    nodes, usable = ground.ends_of(mine), np.flatnonzero(np.isfinite(km))
    tail, head = (np.searchsorted(nodes, ends[usable]) for ends in (ground.tail, ground.head))
    line = core.adjacency(tail, head, km[usable], len(nodes))
    chosen = []
    for (one, here), (other, there) in pairwise(zip(places, stops, strict=True)):
        path = core.path_in(*line, np.searchsorted(nodes, here), np.searchsorted(nodes, there))
        if not np.isfinite(path.length):
            raise InputError(f'No {mode} line joins "{one.name}" ({one.iso3}) and "{other.name}" ({other.iso3}).')
        chosen.append(usable[path.links])
    return np.unique(np.concatenate(chosen))


def _bypass(world: World, mode: str, via: Sequence[str], closed: Ints) -> Ints:
    """Links of the next shortest way along the places once some are closed; none where there is no other way."""
    try:
        return line_along(world, mode, via, without=closed)
    except InputError:
        return np.empty(0, dtype=np.int64)


def _lines_in(links: DataFrame, mode: str, countries: Iterable[str]) -> Ints:
    """All links of a mode in some countries.

    Raises:
        InputError: an unknown country, or one without any link of the mode.
    """
    codes = [labels.country(text) for text in countries]
    mine = (links["mode"] == mode).to_numpy()
    for code in codes:
        if not (mine & (links["iso3"] == code).to_numpy()).any():
            raise InputError(f"{labels.country_name(code)} has no {mode} link in this world.")
    return np.flatnonzero(mine & links["iso3"].isin(codes).to_numpy())


def passage_links(links: DataFrame, text: str) -> Ints:
    """Links of a passage.

    Raises:
        InputError: no such passage; the message lists them all.
    """
    known = sorted(set(links["passage"].unique()) - {""})
    tag = text.strip().lower().replace(" ", "_").replace("-", "_")
    if tag not in known:
        raise InputError(f'No passage called "{text}".{did_you_mean(tag, known)} Passages: {", ".join(known)}.')
    return np.flatnonzero((links["passage"] == tag).to_numpy())


def border_of(one: str, other: str) -> str:
    """The border "AAA-BBB" of two countries.

    Raises:
        InputError: an unknown country, or the same twice.
    """
    pair = sorted((labels.country(one), labels.country(other)))
    if pair[0] == pair[1]:
        raise InputError(f'"{one}" and "{other}" are one country: a border lies between two.')
    return "-".join(pair)


def crossings(links: DataFrame, border: str, mode: str | None) -> Ints:
    """Links that cross a border, by one mode if given.

    Raises:
        InputError: there are none; the message names the neighbours that there are.
    """
    crosses = (links["border"] == border).to_numpy()
    chosen = np.flatnonzero(crosses if mode is None else crosses & (links["mode"] == mode).to_numpy())
    if len(chosen):
        return chosen
    others = links if mode is None else links[links["mode"] == mode]
    by = f" by {mode}" if mode else ""
    found = [f"{code} borders {', '.join(_neighbours(others, code)) or 'nobody'}" for code in border.split("-")]
    raise InputError(f"No link crosses the border {border}{by}: {'; '.join(found)}.")


def _neighbours(links: DataFrame, code: str) -> list[str]:
    pairs = {border for border in links["border"].unique() if code in border}
    return sorted(side for border in pairs for side in border.split("-") if side != code)


def _gates(world: World, links: DataFrame, code: str) -> Ints:
    """Where a country meets the world: its border crossings, its ports, and the ferries that land in it."""
    node_iso3 = labels_of(nodes_of(world), "iso3")
    ends = [node_iso3[links[end].to_numpy(dtype=np.int64)] for end in ("u", "v")]
    crossing = links["border"].isin([border for border in links["border"].unique() if code in border]).to_numpy()
    at_home = (ends[0] == code) | (ends[1] == code)
    port = (links["dwell"] == "port").to_numpy() & at_home
    ferry = (links["mode"] == "ferry").to_numpy() & at_home & (ends[0] != ends[1])
    return np.flatnonzero(crossing | port | ferry)


def of_mode(links: DataFrame, chosen: Ints, mode: str | None) -> Ints:
    """Of these links those of a mode; a port's connector counts as sea."""
    if mode is None:
        return chosen
    running = running_modes(links["mode"].array, links["dwell"].array)
    return chosen[running[chosen] == mode]


def exactly_one(**given: object) -> None:
    """Exactly one of the named alternatives is not None.

    Raises:
        InputError: none is, or several are.
    """
    set_ones = [name for name, value in given.items() if value is not None]
    if len(set_ones) != 1:
        raise InputError(f"Give exactly one of {', '.join(given)}; found {' and '.join(set_ones) or 'none'}.")
