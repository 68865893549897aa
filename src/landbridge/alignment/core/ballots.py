"""Votes as arrays, ordered by roll call and category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

CATEGORIES = 3


@dataclass(frozen=True)
class Ballots:
    """Votes [V], ordered by item and category.

    Attributes:
        point: which state and session cast each [V].
        item: which item it is on [V].
        first: place where each category of each item begins [S].
        segment: the item of each of these stretches [S].
        rank: the place of the stretch's category among those cast on the item [S]: 0, 1, 2.
        categories: how many categories were cast on each item [J], 2 or 3.
        previous: the state's point in its last session before [N]; -1 for the first.
        votes: votes cast at each point [N].
    """

    point: Index
    item: Index
    first: Index
    segment: Index
    rank: Index
    categories: Index
    previous: Index
    votes: Array

    @classmethod
    def of(cls, point: Index, item: Index, category: Index, previous: Index) -> Ballots:
        """Order votes [V] given in any order. Every item needs two categories, every point a vote."""
        order = np.lexsort((category, item))
        point, item, category = point[order], item[order], category[order]
        keys, first = np.unique(item * CATEGORIES + category, return_index=True)
        segment = keys // CATEGORIES
        begins = np.searchsorted(segment, np.arange(item[-1] + 1))
        return cls(
            point=point,
            item=item,
            first=first,
            segment=segment,
            rank=np.arange(len(keys)) - begins[segment],
            categories=np.bincount(segment),
            previous=previous,
            votes=np.bincount(point, minlength=len(previous)).astype(float),
        )

    @property
    def lengths(self) -> Index:
        """Votes of each stretch [S]."""
        return np.diff(np.append(self.first, len(self.point)))
