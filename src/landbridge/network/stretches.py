"""Stretches of a line: neighbouring links of one kind that the very same goods pass, told as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.network import core

if TYPE_CHECKING:
    from landbridge.network.model import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SAME = 1e-6  # relative difference of what two links carry below which they carry the same


@dataclass(frozen=True)
class Stretches:
    """``links`` [K] those that carry anything, ``of`` [K] the stretch of each; ``start, end`` [S] nodes of each."""

    links: Ints
    of: Ints
    start: Ints
    end: Ints

    def sums(self, values: Floats) -> Floats:
        """Sums [S] of a value of every link [L]."""
        return np.bincount(self.of, values[self.links], len(self.start)).astype(float)

    def first(self) -> Ints:
        """One link [S] of each."""
        return self.links[np.unique(self.of, return_index=True)[1]]


def stretches(network: Network, carried: Floats) -> Stretches:
    """The stretches of a network by what each link carries [L], of either sign; links that carry nothing are in none.

    Two links are of one stretch when they meet where no third link carries anything, carry the same, and are of one
    mode, country and passage; a stop (border, port, gauge) is a stretch by itself.
    """
    links = np.flatnonzero(carried)
    ends, link = np.concatenate([network.tail[links], network.head[links]]), np.tile(np.arange(len(links)), 2)
    order = np.argsort(ends, kind="stable")
    node, first, count = np.unique(ends[order], return_index=True, return_counts=True)
    joint, first = node[count == 2], first[count == 2]
    one, other = link[order][first], link[order][first + 1]
    amount, kind = carried[links], _kinds(network, links)
    alike = (kind[one] == kind[other]) & (network.dwell[links[one]] == "") & (network.dwell[links[other]] == "")
    alike &= np.abs(amount[one] - amount[other]) <= SAME * np.abs(amount[one])
    stretch = core.components(one[alike], other[alike], len(links))
    outer = ~np.isin(ends, joint[alike])
    at, outer_end = stretch[link[outer]], ends[outer]
    start, end = np.empty((2, int(stretch.max(initial=-1)) + 1), dtype=np.int64)
    start[stretch], end[stretch] = network.tail[links], network.head[links]  # where a stretch is a ring
    start[at[::-1]], end[at] = outer_end[::-1], outer_end  # of several the last assigned stays: the first, the last
    return Stretches(links, stretch, start, end)


def _kinds(network: Network, links: Ints) -> Ints:
    """A number [K] for every combination of mode, country and passage."""
    words = network.running[links] + "," + network.iso3[links] + "," + network.passage[links]
    return np.unique(words.astype(str), return_inverse=True)[1].astype(np.int64)
