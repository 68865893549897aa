"""All-pairs shortest paths under changing weights: a contraction hierarchy, and scipy's Dijkstra to stand in for it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from landbridge.network.core import Floats, Ints, Trees, adjacency, components, passed_by, shortest_trees
from landbridge.network.ordering import terminals_last

try:
    import routingkit_cch as routingkit
except ImportError:  # no wheel for this platform: scipy answers the same questions, more slowly
    routingkit = None  # type: ignore[assignment]

Flags = NDArray[np.bool_]
Units = NDArray[np.uint32]  # integer lengths; two of them add up without overflow

_INFINITE = 2**31 - 1  # RoutingKit's "no path"
_LARGEST = 2**31 - 2
_EXACT_ENOUGH = 1e-5  # rounding of a mean weight above which the integer scale is refined
_BLOCKS = 12  # blocks of terminals in the all-pairs triangle: the work falls to (1 + 1/12)/2 of the square
_BLOCK = 64  # terminals whose ways are compared at a time: what the processor keeps at hand
_MANY = 0.35  # rows asked for, by number of terminals, beyond which all pairs are cheaper


class ShortestPaths(Protocol):
    """What ``prepare`` returns: a graph prepared for many questions under changing weights."""

    def distances(self, weights: Floats, sources: Ints, targets: Ints) -> Floats:
        """Distances [S, T] from every source to every target; ``inf`` where there is no path."""

    def pairs(self, weights: Floats, terminals: Ints) -> Floats:
        """Distances [T, T] among terminals, symmetric with a zero diagonal."""

    def pairs_of_each(self, weights: Sequence[Floats], terminals: Ints) -> list[Floats]:
        """Distances [T, T] under several weights, quickest where they differ on few links."""

    def trees(self, weights: Floats, sources: Ints) -> Trees:
        """The tree of cheapest paths from each source to every node."""

    def routes_of_each(self, weights: Sequence[Floats], terminals: Ints) -> list[tuple[Paths, ...]]:
        """Cheapest paths among terminals under several weights, quickest where they differ from the first on few
        links; each pair has one, in one of its directions."""


@dataclass(frozen=True)
class Paths:
    """Paths [P] between terminals ``source`` and ``target`` [P]: ``passed`` [M, P] which of them pass each link, in
    ones, and the ``share`` [P] that each carries of its pair's traffic, both directions together.
    """

    source: Ints
    target: Ints
    passed: sparse.csr_matrix
    share: Floats


Routes = tuple[tuple[Paths, ...], ...]  # the ways of one set of modes, by worth of a day


def prepare(tail: Ints, head: Ints, lat: Floats, lon: Floats, terminals: Ints | None = None) -> ShortestPaths:
    """A contraction hierarchy where its library is installed, else scipy's Dijkstra with the same methods."""
    return Dijkstra(tail, head, len(lat)) if routingkit is None else Hierarchy(tail, head, lat, lon, terminals)


class Hierarchy:
    """A customisable contraction hierarchy: ordered once, re-weighted in milliseconds, queried in microseconds.

    Weights are rounded to 31-bit integers at the finest scale that cannot overflow; the error of a distance stays
    below 1e-4 of it.
    Source: Dibbelt, Strasser & Wagner (2016), "Customizable contraction hierarchies", ACM JEA 21.
    """

    def __init__(self, tail: Ints, head: Ints, lat: Floats, lon: Floats, terminals: Ints | None = None) -> None:
        """``tail, head`` [L] link ends; ``lat, lon`` [N] degrees, by which the nested dissection cuts; ``terminals``
        nodes among which distances will be asked for most."""
        arc_tail, arc_head = np.concatenate([tail, head]).tolist(), np.concatenate([head, tail]).tolist()
        order = routingkit.compute_order_inertial(len(lat), arc_tail, arc_head, lat.tolist(), lon.tolist())
        if terminals is not None:
            order = terminals_last(np.asarray(order), tail, head, terminals).tolist()
        self._hierarchy = routingkit.CCH(order, arc_tail, arc_head, False)
        self._metric: Any = None
        self._updater = routingkit.CCHMetricPartialUpdater(self._hierarchy)
        self._tail, self._head, self._n_links, self._n_nodes = tail, head, len(tail), len(lat)
        self._component = components(tail, head, len(lat))
        self._place = np.argsort(np.asarray(order))  # position of a node in the dissection: near nodes stand together
        self._covers: dict[bytes, Ints] = {}

    def distances(self, weights: Floats, sources: Ints, targets: Ints) -> Floats:
        """Distances [S, T]; see ``ShortestPaths``.

        Raises:
            ValueError: a weight is negative or not a number.
        """
        scale = self._scale(weights, sources, targets)
        self._customise(_units(weights, scale))
        return _lengths(self._joined_rows(sources, targets), scale)

    def pairs(self, weights: Floats, terminals: Ints) -> Floats:
        """Distances [T, T] among terminals, symmetric with a zero diagonal."""
        return self.pairs_of_each([weights], terminals)[0]

    def pairs_of_each(self, weights: Sequence[Floats], terminals: Ints) -> list[Floats]:
        """Distances [T, T] under several weights, quickest where they differ on few links.

        Exact, at one integer scale for all. With ``d`` the distances under some weights and ``d'`` under others that
        are nowhere greater, a shorter way passes an end e of a link that became shorter, so that
        d'(s, t) = min(d(s, t), min_e d'(s, e) + d'(e, t)). All pairs are asked about under the greatest of all weights
        of every link; each weights' distances follow from the nearest known of weights nowhere less. A set of nodes
        that covers the shorter links stands for their ends; where there are many, all pairs are asked about. Equal
        weights give the very same array.

        Raises:
            ValueError: a weight is negative or not a number.
        """
        scale = min(self._scale(each, terminals, terminals) for each in weights)
        units = np.array([_units(each, scale) for each in weights])
        lengths: dict[int, Floats] = {}
        found: dict[int, Floats] = {}
        for place, distance in self._distances_of_each(units, terminals):
            if id(distance) not in lengths:
                lengths[id(distance)] = _lengths(distance, scale)
            found[place] = lengths[id(distance)]
        return [found[place] for place in range(len(weights))]

    def _distances_of_each(self, units: Ints, terminals: Ints) -> Iterator[tuple[int, Units]]:
        """Under each of several integer lengths [W, L] its position and the distances [T, T]: of the first to begin
        with, then of those nearest to the last. Equal lengths give the very same array.

        The metric is set to the lengths when their distances are returned.
        """
        greatest = units.max(axis=0)
        self._customise(greatest)
        links = np.flatnonzero((units != greatest).any(axis=0))
        varying, current = units[:, links], greatest[links]
        known = [(current, self._all_pairs(terminals))]
        left, place = list(range(1, len(units))), 0
        while True:
            for lengths in (_in_common(varying[place], varying[left], known), varying[place]):
                self._update(links, current, lengths)
                current = lengths
                base, distance = _nearest(lengths, known)
                shorter = links[lengths < base]
                if len(shorter):
                    distance = self._after(distance, shorter, terminals)
                    known.append((lengths, distance))
            yield place, distance
            if not left:
                return
            place = left.pop(int(np.count_nonzero(varying[left] != current, axis=1).argmin()))

    def _after(self, distance: Units, shorter: Ints, terminals: Ints) -> Units:
        """Distances [T, T] under the metric that is set, from those ``distance`` before some links became shorter."""
        nodes = self._cover(shorter)
        if len(nodes) > _MANY * len(terminals):
            return self._all_pairs(terminals)
        return _through(self._joined_rows(nodes, terminals), distance)

    def _all_pairs(self, terminals: Ints) -> Units:
        """Distances [T, T] under the metric that is set.

        Only terminals of one component are asked about, and of each pair one direction: near terminals stand
        together in the dissection, and each block asks for those after it.
        """
        distance = np.full((len(terminals), len(terminals)), _INFINITE, dtype=np.uint32)
        ordered = np.argsort(self._place[terminals])
        component = self._component[terminals[ordered]]
        for label in np.flatnonzero(np.bincount(component) > 1):
            group = ordered[component == label]
            distance[np.ix_(group, group)] = self._triangle(terminals[group])
        np.fill_diagonal(distance, 0)
        return distance

    def _triangle(self, terminals: Ints) -> Units:
        """Distances [T, T], the lower triangle mirrored from the upper."""
        count = len(terminals)
        distance = np.empty((count, count), dtype=np.uint32)
        step = -(-count // _BLOCKS)
        for first in range(0, count, step):
            last = first + step
            distance[first:last, first:] = self._rows(terminals[first:last], terminals[first:])
            distance[last:, first:last] = distance[first:last, last:].T
        return distance

    def _cover(self, links: Ints) -> Ints:
        """Nodes such that each of the links ends in one of them: the busiest first, until none is left."""
        key = links.tobytes()
        if key not in self._covers:
            tail, head, nodes = self._tail[links], self._head[links], []
            while len(tail):
                nodes.append(int(np.bincount(np.concatenate([tail, head])).argmax()))
                left = (tail != nodes[-1]) & (head != nodes[-1])
                tail, head = tail[left], head[left]
            self._covers[key] = np.array(nodes, dtype=np.int64)
        return self._covers[key]

    def trees(self, weights: Floats, sources: Ints) -> Trees:
        """The tree of cheapest paths from each source; see ``shortest_trees``.

        In integer units a link leads to a node exactly when the distance of its near end and its length make up that
        of the node. No length is rounded to zero, so that no two links lead to each other.
        """
        scale = self._scale(weights, sources, np.arange(self._n_nodes))
        units = _units(weights, scale, least=1)
        self._customise(units)
        trees = self._trees(units, sources)
        return replace(trees, distance=_lengths(trees.distance, scale).astype(np.float32))

    def _trees(self, units: Ints, sources: Ints) -> Trees:
        """Trees under the metric that is set, whose lengths [L] are given, with distances in the same units."""
        is_open = np.flatnonzero(units < _INFINITE)
        component = components(self._tail[is_open], self._head[is_open], self._n_nodes)
        distance = self._joined_rows(sources, np.arange(self._n_nodes), component)
        before = np.full(distance.shape, -1, dtype=np.int32)
        into = np.full(distance.shape, -1, dtype=np.int32)
        length = units[is_open].astype(np.uint32)
        for ends in ((self._tail, self._head), (self._head, self._tail)):
            near, far = (end[is_open] for end in ends)
            for source, reached in enumerate(distance):
                leads = np.flatnonzero(reached[near] + length == reached[far])
                before[source, far[leads]] = near[leads]
                into[source, far[leads]] = is_open[leads]
        return Trees(sources, distance, before, into)

    def routes_of_each(self, weights: Sequence[Floats], terminals: Ints) -> list[tuple[Paths, ...]]:
        """Cheapest paths among terminals under several weights, quickest where they differ from the first on few links.

        A pair's path may be another than under the first weights where its distance d is less, and where a shortest
        path may use a link that became longer: d(s, e) + d(e, t) = d(s, t) for an end e of it. Trees under other
        weights than the first are made for the terminals that cover those pairs.
        """
        scale = min(self._scale(each, terminals, np.arange(self._n_nodes)) for each in weights)
        units = np.array([_units(each, scale, least=1) for each in weights])
        longer = [self._cover(np.flatnonzero(each > units[0])) for each in units]
        ends = np.unique(np.concatenate(longer))
        upper = ~np.tri(len(terminals), dtype=bool)
        found: dict[int, tuple[Paths, ...]] = {}
        for place, distance in self._distances_of_each(units, terminals):
            if not found:
                usual, before = self._paths(units[0], terminals, upper), distance
                reach = self._joined_rows(ends, terminals)
            other = _touched(before, reach[np.searchsorted(ends, longer[place])]) | (distance < before)
            if not other.any():
                found[place] = (usual,)
                continue
            stays = replace(usual, share=np.where(other[usual.source, usual.target], 0.0, usual.share))
            anew = np.isin(np.arange(len(terminals)), covering(other))
            first_end = anew[:, None] & (~anew[None, :] | upper)
            found[place] = (stays, self._paths(units[place], terminals, other & first_end))
        return [found[place] for place in range(len(weights))]

    def _paths(self, units: Ints, terminals: Ints, pairs: Flags) -> Paths:
        """The cheapest paths of the marked pairs [T, T] under the metric that is set, whose lengths [L] are given."""
        source, target = np.nonzero(pairs)
        rows, row = np.unique(source, return_inverse=True)
        passed = passed_by(self._trees(units, terminals[rows]), row, terminals[target], self._n_links)
        return Paths(source, target, passed, np.ones(len(source)))

    def routes(self, weights: Floats, pairs: Sequence[tuple[int, int]]) -> Ints:
        """Every link that lies on the cheapest path of one of the pairs of nodes, sorted."""
        sources, targets = (np.array(ends, dtype=np.int64) for ends in zip(*pairs, strict=True))
        self._customise(_units(weights, self._scale(weights, sources, targets)))
        query = routingkit.CCHQuery(self._metric)
        used = {arc % self._n_links for pair in pairs for arc in query.run(int(pair[0]), int(pair[1])).arc_path}
        return np.array(sorted(used), dtype=np.int64)

    def _scale(self, weights: Floats, sources: Ints, targets: Ints) -> float:
        """Integer units per unit of weight, such that no shortest path exceeds 31 bits.

        No path is longer than the sum of all weights. Where that bound is too coarse, one row per component of the
        graph tells how far its farthest terminal is, and twice that bounds every distance within the component.
        """
        open_weights = weights[np.isfinite(weights)]
        if np.isnan(weights).any() or (open_weights < 0).any():
            raise ValueError("Link weights must be zero, positive or infinite.")
        total, count = float(open_weights.sum()), len(open_weights)
        if total == 0.0:
            return float(_LARGEST)
        safe = (_LARGEST - count) / total
        if count / _LARGEST < _EXACT_ENOUGH:
            return safe
        self._customise(_units(weights, safe))
        waiting, terminals, farthest = np.unique(sources), np.unique(np.concatenate([sources, targets])), 0.0
        while len(waiting):
            row = self._rows(waiting[:1], terminals)[0]
            reached = terminals[np.isfinite(row)]
            farthest = max(farthest, float(row[np.isfinite(row)].max(initial=0.0)) / safe)
            waiting = np.setdiff1d(waiting[1:], reached)
        return max(safe, 0.9 * _LARGEST / (2.0 * farthest)) if farthest > 0.0 else safe

    def _customise(self, units: Ints) -> None:
        """Set the metric to integer lengths [L]."""
        arcs = units.tolist() * 2
        if self._metric is None:
            self._metric = routingkit.CCHMetric(self._hierarchy, arcs)
        else:
            self._metric.reset(arcs)

    def _update(self, links: Ints, before: Ints, after: Ints) -> None:
        """Change the integer lengths that the metric has for some links."""
        changed = before != after
        numbers, lengths = links[changed].tolist(), after[changed].tolist()
        arcs = [*numbers, *(number + self._n_links for number in numbers)]
        self._updater.apply(self._metric, dict(zip(arcs, lengths * 2, strict=True)))

    def _joined_rows(self, sources: Ints, targets: Ints, component: Ints | None = None) -> Units:
        """Distances [S, T], asked for within each component only: the graph's, or those given [N]."""
        component = self._component if component is None else component
        distance = np.full((len(sources), len(targets)), _INFINITE, dtype=np.uint32)
        from_, to = component[sources], component[targets]
        for label in np.intersect1d(from_, to):
            rows, columns = np.flatnonzero(from_ == label), np.flatnonzero(to == label)
            distance[np.ix_(rows, columns)] = self._rows(sources[rows], targets[columns])
        return distance

    def _rows(self, sources: Ints, targets: Ints) -> Units:
        query = routingkit.CCHOneToMany(self._metric, targets.tolist())
        rows = [query.distances_from(source) for source in sources.tolist()]
        try:
            packed = b"".join([array("I", row) for row in rows])  # type: ignore[type-var]
        except TypeError:  # a target beyond reach is None
            distance = np.array(rows, dtype=float).reshape(len(sources), len(targets))
            return np.nan_to_num(distance, nan=_INFINITE).astype(np.uint32)
        return np.frombuffer(packed, dtype=np.uintc).reshape(len(sources), len(targets))


def _units(weights: Floats, scale: float, least: int = 0) -> Ints:
    """Weights [L] as integer lengths, none below ``least``."""
    units = np.full(len(weights), _INFINITE, dtype=np.int64)
    is_open = np.isfinite(weights)
    units[is_open] = np.clip(np.rint(weights[is_open] * scale), least, _INFINITE)
    return units


def _lengths(units: Units, scale: float) -> Floats:
    """Distances in integer units as lengths; ``inf`` beyond reach."""
    lengths = np.divide(units, scale, dtype=float)
    beyond = units == _INFINITE
    if beyond.any():
        np.copyto(lengths, np.inf, where=beyond)
    return lengths


def _through(rows: Units, distance: Units) -> Units:
    """Distances [T, T], or the way between two terminals through one of some nodes where it is shorter; ``rows`` are
    those nodes' distances to the terminals.
    """
    best = np.empty_like(distance)
    for first in range(0, len(best), _BLOCK):
        last = first + _BLOCK
        block = distance[first:last, first:].copy()
        way = np.empty_like(block)
        for row in rows:
            np.add(row[first:last, None], row[first:], out=way)
            np.minimum(block, way, out=block)
        best[first:last, first:], best[first:, first:last] = block, block.T
    return best


def _touched(distance: Units, rows: Units) -> Flags:
    """Pairs [T, T] of which a shortest path passes one of some nodes, whose distances to the terminals are given."""
    beyond = np.full(distance.shape, 2 * _INFINITE, dtype=np.uint32)
    touched = (_through(rows, beyond) <= distance) & (distance < _INFINITE)
    np.fill_diagonal(touched, False)
    return touched


def covering(pairs: Flags) -> Ints:
    """Terminals such that each of the marked symmetric pairs has one of them: the busiest first, until none is left."""
    left, chosen = pairs.copy(), []
    count = left.sum(axis=1)
    while count.any():
        busiest = int(count.argmax())
        chosen.append(busiest)
        count -= left[busiest]
        left[busiest] = left[:, busiest] = False
        count[busiest] = 0
    return np.array(chosen, dtype=np.int64)


def _nearest(lengths: Ints, known: Sequence[tuple[Ints, Units]]) -> tuple[Ints, Units]:
    """Of known lengths with their distances those that are nowhere less, and differ on the fewest links."""
    above = [each for each in known if (lengths <= each[0]).all()]
    return min(above, key=lambda each: np.count_nonzero(lengths < each[0]))


def _in_common(lengths: Ints, others: Ints, known: Sequence[tuple[Ints, Units]]) -> Ints:
    """The greatest of these lengths and of those others that make most of the same links shorter than known lengths."""
    base, _ = _nearest(lengths, known)
    shorter = lengths < base
    same = np.count_nonzero((others < base) & shorter, axis=1)
    alike = (others <= base).all(axis=1) & (same > np.count_nonzero(shorter) / 2)
    return np.maximum(lengths, others[alike].max(axis=0, initial=0))


class Dijkstra:
    """scipy's Dijkstra behind the methods of ``Hierarchy``: the oracle of its tests, and its stand-in elsewhere."""

    def __init__(self, tail: Ints, head: Ints, n_nodes: int) -> None:
        self._tail, self._head, self._n_nodes = tail, head, n_nodes

    def distances(self, weights: Floats, sources: Ints, targets: Ints) -> Floats:
        """Distances [S, T]; see ``ShortestPaths``."""
        graph, _ = adjacency(self._tail, self._head, weights, self._n_nodes)
        return csgraph.dijkstra(graph, indices=sources)[:, targets]

    def pairs(self, weights: Floats, terminals: Ints) -> Floats:
        """Distances [T, T] among terminals."""
        return self.distances(weights, terminals, terminals)

    def pairs_of_each(self, weights: Sequence[Floats], terminals: Ints) -> list[Floats]:
        """Distances [T, T] under several weights."""
        return [self.pairs(each, terminals) for each in weights]

    def trees(self, weights: Floats, sources: Ints) -> Trees:
        """The tree of cheapest paths from each source."""
        return shortest_trees(self._tail, self._head, weights, self._n_nodes, sources)

    def routes_of_each(self, weights: Sequence[Floats], terminals: Ints) -> list[tuple[Paths, ...]]:
        """Cheapest paths among terminals under several weights."""
        source, target = np.triu_indices(len(terminals), 1)
        found: list[tuple[Paths, ...]] = []
        for each in weights:
            passed = passed_by(self.trees(each, terminals), source, terminals[target], len(each))
            found.append((Paths(source, target, passed, np.ones(len(source))),))
        return found
