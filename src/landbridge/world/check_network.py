"""The rules a world's network must keep; each complaint names the link or the place and the cure.

A world without the tables ``nodes`` and ``links`` has no network and nothing to complain of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from landbridge.errors import did_you_mean
from landbridge.world.distance import great_circle_km

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame, Series

    from landbridge.world.world import World

LAND = ("rail", "road")
SHORTEST = 0.85  # of the great circle: published lengths are rounded, and nodes stand a few km off
LONGEST = 20.0  # times the great circle, for links whose ends are more than NEAR_KM apart
NEAR_KM = 5.0
LONGEST_STITCH_KM = 60.0  # of a rail or road join that somebody invented
LARGEST_ISLAND = 100  # nodes that nothing joins to the rest, by land or by sea
SPEED_FACTORS = (0.1, 2.0)
GAUGES_MM = (0, 600, 750, 762, 891, 914, 950, 1000, 1050, 1067, 1435, 1520, 1600, 1668, 1676)

Rule = Callable[["World"], Iterator[str]]


def _of_network(rule: Callable[[DataFrame, DataFrame], Iterator[str]]) -> Rule:
    """The rule on nodes and links as a rule on worlds, silent where there is no network."""

    @wraps(rule)
    def on_world(world: World) -> Iterator[str]:
        if "nodes" in world.resources and "links" in world.resources:
            nodes, links = world.table("nodes"), world.table("links")
            if rule is _ends or not list(_ends(nodes, links)):
                yield from rule(nodes, links)

    return on_world


def _ends(nodes: DataFrame, links: DataFrame) -> Iterator[str]:
    """Every link joins two different nodes, and nodes are numbered in the order of their rows."""
    if (nodes["node"].to_numpy() != np.arange(len(nodes))).any():
        yield "nodes.node: must count the rows from 0. Number the nodes in their order."
    ends = links[["u", "v"]].to_numpy()
    beyond = (ends < 0) | (ends >= len(nodes))
    if (strange := beyond[:, 0] | beyond[:, 1]).any():
        count = strange.sum()
        yield f"links: {_link(links, strange)} leads to a node that does not exist ({count} links). Add the node."
    if (loop := ends[:, 0] == ends[:, 1]).any():
        yield f"links: {_link(links, loop)} leads from a node to itself ({loop.sum()} links). Drop it."


def _lengths(nodes: DataFrame, links: DataFrame) -> Iterator[str]:
    """No link is shorter than the sphere allows, or absurdly long for where its ends are."""
    chord, km = _chord(nodes, links), links["km"].to_numpy(dtype=float)
    if (low := ~(km > 0)).any():
        yield f"links.km: must be above zero, see {_link(links, low)}."
    if (short := (km < SHORTEST * chord) & (chord > NEAR_KM)).any():
        where = int(np.flatnonzero(short)[0])
        yield (
            f"links.km: {_link(links, short)} has {km[where]:,.0f} km, but its ends are {chord[where]:,.0f} km apart "
            f"({short.sum()} links). Correct the length or the position of an end."
        )
    if (long := (km > LONGEST * chord) & (chord > NEAR_KM)).any():
        where = int(np.flatnonzero(long)[0])
        yield (
            f"links.km: {_link(links, long)} has {km[where]:,.0f} km between ends {chord[where]:,.0f} km apart "
            f"({long.sum()} links). Correct it."
        )


def _repeated(nodes: DataFrame, links: DataFrame) -> Iterator[str]:
    """No two links join the same ends in the same way."""
    ends = links[["u", "v"]].to_numpy()
    same = links[["mode", "passage", "dwell"]].assign(low=ends.min(1), high=ends.max(1)).duplicated().to_numpy()
    if same.any():
        yield f"links: {_link(links, same)} is there twice ({same.sum()} links). Drop the longer."


def _borders(nodes: DataFrame, links: DataFrame) -> Iterator[str]:
    """A link by land between two countries names their border, so that closing the border closes it."""
    of = nodes["iso3"].astype(str).to_numpy(dtype=object)
    one, other = (of[links[end].to_numpy()] for end in ("u", "v"))
    border = links["border"].astype(str).to_numpy(dtype=object)
    by_land = links["mode"].isin(LAND).to_numpy() & (one != "") & (other != "")
    if (nameless := by_land & (one != other) & (border == "")).any():
        where = int(np.flatnonzero(nameless)[0])
        yield (
            f"links.border: {_link(links, nameless)} leads from {one[where]} to {other[where]} and names no border: it "
            f"would stay open when the border is closed ({nameless.sum()} links). Name it."
        )
    pair = np.where(one < other, one + "-" + other, other + "-" + one)
    if (wrong := (border != "") & (pair != border)).any():
        where = int(np.flatnonzero(wrong)[0])
        yield f"links.border: {_link(links, wrong)} says {border[where]} but leads across {pair[where]}. Correct it."


def _islands(nodes: DataFrame, links: DataFrame) -> Iterator[str]:
    """Every city and port is joined to the rest of the world, and no large piece of the network lies apart."""
    part = _parts(nodes, links)
    size = np.bincount(part)
    apart = part != size.argmax()
    if (lost := apart & nodes["kind"].isin(["city", "port"]).to_numpy()).any():
        row = nodes.loc[lost].iloc[0]
        yield (
            f"nodes: {row['kind']} {row['name']} ({row['iso3']}) is joined to nothing else ({lost.sum()} places). "
            f"Join it to the nearest line or port."
        )
    if (large := apart & (size[part] > LARGEST_ISLAND)).any():
        row = nodes.loc[large].iloc[0]
        yield (
            f"nodes: {size[part][large].max():,} nodes around {row['lat']:.2f}, {row['lon']:.2f} ({row['iso3']}) are "
            f"an island. Join them, or drop them."
        )


def _stitches(nodes: DataFrame, links: DataFrame) -> Iterator[str]:
    """Rail and road joins that somebody invented are short, and marked as assumed."""
    invented = (links["status"] == "stitch").to_numpy() & links["mode"].isin(LAND).to_numpy()
    if (long := invented & (links["km"].to_numpy() > LONGEST_STITCH_KM)).any():
        yield (
            f"links: {_link(links, long)} is an invented join of {links['km'].to_numpy()[long].max():,.0f} km "
            f"({long.sum()} links over {LONGEST_STITCH_KM:g} km). Look whether there is a line."
        )
    if (silent := invented & ~links["assumed"].to_numpy(dtype=bool)).any():
        yield f"links.assumed: {_link(links, silent)} is an invented join and must say so ({silent.sum()} links)."


def _speeds(nodes: DataFrame, links: DataFrame) -> Iterator[str]:
    """No link is absurdly slow or fast for its mode."""
    factor, (least, most) = links["speed_factor"].to_numpy(dtype=float), SPEED_FACTORS
    if (absurd := ~((factor >= least) & (factor <= most))).any():
        found = factor[np.flatnonzero(absurd)[0]]
        yield (
            f"links.speed_factor: {_link(links, absurd)} runs at {found:g} times the speed of its mode "
            f"({absurd.sum()} links); allowed is {least:g} to {most:g}."
        )


def _gauges(nodes: DataFrame, links: DataFrame) -> Iterator[str]:
    """Only railways have a gauge, a known one, and two gauges meet only across a change of gauge."""
    gauge, rail = links["gauge_mm"].to_numpy(), (links["mode"] == "rail").to_numpy()
    if (wrong := ~np.isin(gauge, GAUGES_MM) | (rail == (gauge == 0))).any():
        yield f"links.gauge_mm: {_link(links, wrong)} has {gauge[np.flatnonzero(wrong)[0]]} mm ({wrong.sum()} links)."
    ends = links.loc[rail, ["u", "v"]].to_numpy().ravel()
    here = gauge[rail].repeat(2)
    order = np.lexsort((here, ends))
    ends, here = ends[order], here[order]
    meet = (ends[1:] == ends[:-1]) & (here[1:] != here[:-1])
    if meet.any():
        row = nodes.iloc[int(ends[1:][meet][0])]
        yield (
            f"links.gauge_mm: railways of {here[:-1][meet][0]} and {here[1:][meet][0]} mm meet at {row['lat']:.2f}, "
            f"{row['lon']:.2f} ({row['iso3']}) without a change of gauge ({meet.sum()} places). Put one between them."
        )


def _seasons(world: World) -> Iterator[str]:
    """Closures hold for some of the year or all of it; those of part of it say how long goods wait."""
    if "closures" not in world.resources:
        return
    closures = world.table("closures")
    if (wrong := ~((closures["share"] > 0.0) & (closures["share"] <= 1.0))).any():
        row = closures[wrong].iloc[0]
        yield f"closures.share: {row['key']} is closed for {row['share']:g} of the year; allowed is above 0 to 1."
    if (wrong := (closures["share"] < 1.0) & ~(closures["wait_hours"] > 0.0)).any():
        row = closures[wrong].iloc[0]
        yield f"closures.wait_hours: {row['key']} is closed for part of the year; give the hours that goods then wait."


def _pipelines(world: World) -> Iterator[str]:
    """Lines join two known countries, begin before they end, and carry from nothing to all of a pair's fuels."""
    if "pipelines" not in world.resources:
        return
    lines = world.table("pipelines")
    listed = [world.table(name)["iso3"] for name in ("economies", "nodes") if name in world.resources]
    known = {code for codes in listed for code in codes.unique() if code}
    for end in ("origin", "destination"):
        if strangers := sorted(set(lines[end]) - known):
            yield f'pipelines.{end}: no country "{strangers[0]}".{did_you_mean(strangers[0], known)} Use its ISO3 code.'
    if kinds := sorted(set(lines["commodity"]) - {"oil", "gas"}):
        yield f'pipelines.commodity: "{kinds[0]}" is neither oil nor gas. Use one of the two.'
    if (backwards := (lines["until"] != "") & (lines["until"] <= lines["since"])).any():
        yield f"pipelines.until: {_line(lines, backwards)} ends before it begins. Swap or correct the dates."
    if (wrong := ~lines["share"].between(0.0, 1.0)).any():
        found = lines.loc[wrong, "share"].iloc[0]
        yield f"pipelines.share: {_line(lines, wrong)} carries {found:g} of the pair's fuels; allowed is 0 to 1."
        return
    for (origin, destination), pair in lines.groupby(["origin", "destination"]):
        for day in pair["since"]:
            total = pair.loc[(pair["since"] <= day) & ((pair["until"] == "") | (pair["until"] > day)), "share"].sum()
            if total > 1.0 + 1e-9:
                yield (
                    f"pipelines.share: the lines from {origin} to {destination} carry {total:g} of the pair's fuels "
                    f"on {day or 'the first day'}. Lower them to 1 together."
                )
                break


def _haulage(world: World) -> Iterator[str]:
    """Rates and speeds by country are of lorries or trains there, and positive."""
    if "haulage" not in world.resources:
        return
    table = world.table("haulage")
    known = set(world.table("nodes")["iso3"].unique()) if "nodes" in world.resources else set(table["iso3"])
    if strangers := sorted(set(table["iso3"]) - known):
        yield f'haulage.iso3: no country "{strangers[0]}".{did_you_mean(strangers[0], known)} Use its ISO3 code.'
    if modes := sorted(set(table["mode"]) - set(LAND)):
        yield f'haulage.mode: "{modes[0]}" is neither {" nor ".join(LAND)}.'
    for column in ("speed_ratio", "rate_ratio"):
        if (wrong := ~(table[column] > 0.0)).any():
            row = table[wrong].iloc[0]
            yield f"haulage.{column}: {row['mode']} in {row['iso3']} has {row[column]:g}; it must be above 0."


def _frontier_times(world: World) -> Iterator[str]:
    """Times at frontiers are of a border or post that links cross, zero or more, and end after they begin."""
    if "frontier_times" not in world.resources or "links" not in world.resources:
        return
    table, links = world.table("frontier_times"), world.table("links")
    known = {str(key) for column in ("border", "passage") for key in links[column].unique() if key}
    if strangers := sorted(set(table["key"]) - known):
        near = did_you_mean(strangers[0], known)
        yield f'frontier_times.key: no link crosses "{strangers[0]}".{near} Name a border or the passage of a post.'
    if measures := sorted(set(table["measure"]) - {"hours", "usd"}):
        yield f'frontier_times.measure: "{measures[0]}" is neither hours nor usd.'
    if (wrong := ~(table["value"] >= 0.0)).any():
        row = table[wrong].iloc[0]
        yield f"frontier_times.value: {row['key']} by {row['mode']} has {row['value']:g}; allowed is 0 or more."
    if (backwards := (table["until"] != "") & (table["until"] <= table["since"])).any():
        key = table[backwards].iloc[0]["key"]
        yield f"frontier_times.until: {key} ends before it begins. Swap or correct the dates."


RULES: tuple[Rule, ...] = (
    *(_of_network(rule) for rule in (_ends, _lengths, _repeated, _borders, _islands, _stitches, _speeds, _gauges)),
    _pipelines,
    _seasons,
    _haulage,
    _frontier_times,
)


def _parts(nodes: DataFrame, links: DataFrame) -> NDArray[np.int64]:
    """The piece of the network that every node belongs to; closed links join, too."""
    ends = links[["u", "v"]].to_numpy()
    graph = sparse.coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(nodes), len(nodes)))
    return csgraph.connected_components(graph, directed=False)[1].astype(np.int64)


def _chord(nodes: DataFrame, links: DataFrame) -> NDArray[np.float64]:
    lat, lon = (nodes[name].to_numpy(dtype=float) for name in ("lat", "lon"))
    u, v = links["u"].to_numpy(), links["v"].to_numpy()
    return great_circle_km(lat[u], lon[u], lat[v], lon[v])


def _line(lines: DataFrame, chosen: NDArray[np.bool_] | Series) -> str:
    """The first chosen pipeline in words."""
    row = lines.loc[chosen].iloc[0]
    return f"the {row['commodity']} line from {row['origin']} to {row['destination']}"


def _link(links: DataFrame, chosen: NDArray[np.bool_]) -> str:
    """The first chosen link in words."""
    row = links.iloc[int(np.flatnonzero(chosen)[0])]
    return f"link {row['link']} ({row['mode']}{', ' + str(row['iso3']) if row['iso3'] else ''})"
