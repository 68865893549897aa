"""The cheapest way between two places, told leg by leg; or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge import labels
from landbridge.errors import InputError, did_you_mean
from landbridge.network import core
from landbridge.network.choice import general_day
from landbridge.network.places import Place, find_place
from landbridge.parameters import central_values
from landbridge.world.distance import great_circle_km

if TYPE_CHECKING:
    from landbridge.network.model import Network

_ACCESS_KM = 150.0  # farthest that a place may lie from the line it starts on
_SAME_SPOT_KM = 15.0
_NAMED_KM = 60.0


@dataclass(frozen=True)
class Leg:
    """A stretch of one mode, a border crossing, or a stop (``stop``: port, terminal, gauge).

    ``border`` is "AAA-BBB" on crossings; ``countries`` those it lies in, in order, none at sea.
    """

    start: str
    end: str
    mode: str
    stop: str
    km: float
    hours: float
    usd: float
    countries: tuple[str, ...]
    passages: tuple[str, ...]
    border: str


@dataclass(frozen=True)
class Route:
    """A route and its totals; unreachable where ``reason`` says why, and then km, hours and usd are ``inf``.

    ``lat, lon`` the course in degrees; ``links, nodes`` the same in positions of the network.
    """

    origin: Place
    destination: Place
    legs: tuple[Leg, ...]
    km: float
    hours: float
    usd: float
    countries: tuple[str, ...]
    passages: tuple[str, ...]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    links: NDArray[np.int64]
    nodes: NDArray[np.int64]
    reason: str

    @property
    def reachable(self) -> bool:
        """Whether there is a route at all."""
        return not self.reason

    @property
    def days(self) -> float:
        """Travel time in days."""
        return self.hours / 24.0


def find_route(
    network: Network,
    origin: str,
    destination: str,
    *,
    params: Mapping[str, float] | None = None,
    modes: Iterable[str] | None = None,
    within: Iterable[str] | None = None,
    avoid: Iterable[str] = (),
) -> Route:
    """The route of least cost of general manufactures, ``usd + general_day x days``, on the whole network.

    Args:
        network: the network.
        origin: name of a place ("Kashgar", "Kashgar, CHN").
        destination: name of a place.
        params: parameter values; the central ones unless given.
        modes: only these (sea, rail, road, ferry), between the points of the mode nearest to the places.
        within: only through these countries (ISO3), and not by sea.
        avoid: passages, borders ("AAA-BBB") or countries (ISO3) to keep out of.

    Returns:
        the route; an unreachable destination gives infinite totals and a reason, never a number.

    Raises:
        InputError: an unknown place, mode, country or passage.
    """
    params = central_values() if params is None else params
    start, end = find_place(network.world, origin), find_place(network.world, destination)
    wanted = None if modes is None else [labels.mode(mode) for mode in modes]
    inside = None if within is None else [labels.country(text) for text in within]
    usable = _usable(network, wanted, inside, [_thing(network, text) for text in avoid])
    sources, targets = (access_nodes(network, place, usable) for place in (start, end))
    for place, nodes in ((start, sources), (end, targets)):
        if not len(nodes):
            line = f"{' or '.join(wanted)} line" if wanted else "line"
            return _nowhere(start, end, f"no {line} passes within {_ACCESS_KM:.0f} km of {place.name} ({place.iso3})")
    hours, usd = network.quantities.costs(params)
    cost = usd + general_day(params) / 24.0 * hours
    path = _path(network, np.where(usable & network.open, cost, np.inf), sources, targets)
    if not np.isfinite(path.length):
        reason = _why_not(network, np.where(usable, cost, np.inf), sources, targets, start, end, wanted)
        return _nowhere(start, end, reason)
    legs = _legs(network, path, hours, usd, start, end)
    return Route(
        start,
        end,
        legs,
        float(network.km[path.links].sum()),
        float(hours[path.links].sum()),
        float(usd[path.links].sum()),
        _in_order(code for leg in legs for code in leg.countries),
        _in_order(name for leg in legs for name in leg.passages),
        network.lat[path.nodes],
        network.lon[path.nodes],
        path.links,
        path.nodes,
        "",
    )


def _nowhere(start: Place, end: Place, reason: str) -> Route:
    none, nothing = np.empty(0), np.empty(0, dtype=np.int64)
    return Route(start, end, (), np.inf, np.inf, np.inf, (), (), none, none, nothing, nothing, reason)


def access_nodes(network: Network, place: Place, usable: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Nodes where a journey by the usable links may begin: the place's own city node, else those nearest to it.

    Nodes of the place's own country come first. Empty where no usable line passes within 150 km.
    """
    touched = np.zeros(len(network.lat), dtype=bool)
    touched[network.tail[usable]] = touched[network.head[usable]] = True
    km = great_circle_km(network.lat, network.lon, place.lat, place.lon)
    pool = np.flatnonzero(touched & (km <= _ACCESS_KM) & (network.node_iso3 == place.iso3))
    if not len(pool):
        pool = np.flatnonzero(touched & (km <= _ACCESS_KM))
    at_home = pool[(km[pool] <= _SAME_SPOT_KM) & np.isin(pool, network.city_nodes)]
    if len(at_home):
        return at_home[[km[at_home].argmin()]]
    return pool[km[pool] <= km[pool].min(initial=np.inf) + 2.0]


def _usable(network: Network, modes: list[str] | None, within: list[str] | None, avoid: list[str]) -> NDArray[np.bool_]:
    usable = np.ones(len(network.km), dtype=bool)
    if modes is not None:
        carries = {"port": "sea", "terminal": "rail", "gauge": "rail"}
        serves = np.array([carries.get(dwell, "road") for dwell in network.dwell], dtype=object)
        usable &= np.isin(np.where(network.mode == "transfer", serves, network.mode), modes)
    if within is not None:
        usable &= np.isin(network.node_iso3[network.tail], within) & np.isin(network.node_iso3[network.head], within)
    if avoid:
        usable &= ~(np.isin(network.passage, avoid) | np.isin(network.border, avoid) | np.isin(network.iso3, avoid))
    return usable


def _thing(network: Network, text: str) -> str:
    """A passage tag, a border or a country, as the network spells it.

    Raises:
        InputError: it is none of the three.
    """
    passages, borders = set(network.passage) - {""}, set(network.border) - {""}
    for spelling in (text, text.lower(), "-".join(sorted(text.upper().split("-")))):
        if spelling in passages | borders:
            return spelling
    try:
        return labels.country(text)
    except InputError:
        raise InputError(
            f'"{text}" is no passage, border (AAA-BBB) or country.{did_you_mean(text, passages)} '
            f"Passages: {', '.join(sorted(passages))}."
        ) from None


def _path(
    network: Network, cost: NDArray[np.float64], sources: NDArray[np.int64], targets: NDArray[np.int64]
) -> core.Path:
    return core.shortest_path(network.tail, network.head, cost, len(network.lat), sources, targets)


def _why_not(
    network: Network,
    cost: NDArray[np.float64],
    sources: NDArray[np.int64],
    targets: NDArray[np.int64],
    start: Place,
    end: Place,
    modes: list[str] | None,
) -> str:
    """What cuts the two places apart: the closures on the route that would be taken without them, or no line."""
    unhindered = _path(network, cost, sources, targets)
    if np.isfinite(unhindered.length):
        closures = _in_order(reason for reason in network.closed_by[unhindered.links] if reason)
        return f"no route from {start.name} to {end.name}: " + "; ".join(closures)
    line = f"{' or '.join(modes)} line" if modes else "line"
    usable = np.isfinite(cost)
    component = core.components(network.tail[usable], network.head[usable], len(network.lat))
    reached = network.node_iso3[np.isin(component, component[sources])]
    names = sorted(set(reached) - {""})
    listed = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
    return (
        f"no {line} joins {start.name} ({start.iso3}) to {end.name} ({end.iso3}); from {start.name} it reaches {listed}"
    )


def _legs(
    network: Network,
    path: core.Path,
    hours: NDArray[np.float64],
    usd: NDArray[np.float64],
    start: Place,
    end: Place,
) -> tuple[Leg, ...]:
    legs = []
    steps = list(range(len(path.links)))
    for (mode, stop, border), group in groupby(steps, key=lambda step: _kind(network, int(path.links[step]))):
        part = list(group)
        links = path.links[part]
        first, last = int(path.nodes[part[0]]), int(path.nodes[part[-1] + 1])
        legs.append(
            Leg(
                start.name if part[0] == 0 else node_name(network, first),
                end.name if part[-1] == steps[-1] else node_name(network, last),
                mode,
                stop,
                float(network.km[links].sum()),
                float(hours[links].sum()),
                float(usd[links].sum()),
                _countries(network, path.nodes[part[0] : part[-1] + 2]),
                _in_order(name for name in network.passage[links] if name),
                border,
            )
        )
    return tuple(legs)


def _kind(network: Network, link: int) -> tuple[str, str, str]:
    """What makes a link one leg with its neighbours: its mode, the stop it stands for, the border it crosses."""
    dwell = network.dwell[link]
    stop = dwell if dwell in ("port", "terminal", "gauge") else ""
    mode = "transfer" if stop else network.running[link]
    return mode, stop, network.border[link]


def _countries(network: Network, nodes: NDArray[np.int64]) -> tuple[str, ...]:
    return _in_order(code for code in network.node_iso3[nodes] if code)


def node_name(network: Network, node: int) -> str:
    """The node's own name, else that of the nearest place within 60 km, else its position."""
    if network.node_name[node]:
        return str(network.node_name[node])
    places = network.world.table("places")
    lat, lon = network.lat[node], network.lon[node]
    close = places[(places["lat"] - lat).abs() < 1.0]
    km = great_circle_km(close["lat"], close["lon"], lat, lon)
    if len(km) and km.min() <= _NAMED_KM:
        name = close["name"].iloc[int(km.argmin())]
        return str(name) if km.min() <= _SAME_SPOT_KM else f"near {name}"
    return f"{abs(lat):.1f}{'N' if lat >= 0 else 'S'} {abs(lon):.1f}{'E' if lon >= 0 else 'W'}"


def _in_order(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def draw_route(route: Route, network: Network, path: Path) -> None:
    """Draw the route on a map of its region; the file's suffix says the format (png, svg, pdf).

    Raises:
        InputError: the route is unreachable, or the file cannot be written.
    """
    from landbridge.network.draw import draw

    draw(route, network, path)
