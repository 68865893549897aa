"""A way that is closed now and then, by season or by war: what shippers expect who know the odds, not the day.

With p the share of time, or of arrivals, in which the way is closed, and h the hours that a shipment then waits,

    expected hours = hours + p h

Goods take the way round wherever it costs less than the expected wait, so that a pair's cost is the least of the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge import labels
from landbridge.errors import InputError
from landbridge.network import core
from landbridge.network.coded import links_of, with_values
from landbridge.network.edits import border_of, crossings, exactly_one, line_along, of_mode, passage_links

if TYPE_CHECKING:
    from landbridge.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def set_risk(
    world: World,
    *,
    probability: float,
    hours: float,
    passage: str | None = None,
    border: tuple[str, str] | None = None,
    via: Sequence[str] | None = None,
    mode: str | None = None,
) -> World:
    """A chance that a passage, a border or the line of a mode along ``via`` is closed; several on one way add up.

    Args:
        probability: share of shipments that find it closed, 0 to 1.
        hours: how long these wait on average, in hours.

    Raises:
        InputError: not exactly one of the three given, an unknown name, nothing of that mode there, a number out of
            bounds, or a passage of several lanes side by side, of which none says which carries the wait.
    """
    exactly_one(passage=passage, border=border, via=via)
    if not 0.0 <= probability <= 1.0:
        raise InputError(f"probability is {probability}; it must lie between 0 and 1.")
    if not (np.isfinite(hours) and hours >= 0.0):
        raise InputError(f"hours is {hours}; it must be zero or more.")
    mode = None if mode is None else labels.mode(mode)
    links = links_of(world)
    if via is not None:
        if mode is None:
            raise InputError("A risk on the line along places wants its mode.")
        chosen = line_along(world, mode, via)
        share = _by_length(world, chosen)
    elif border is not None:
        chosen = crossings(links, border_of(*border), mode)
        share = np.ones(len(chosen))
    else:
        chosen = of_mode(links, passage_links(links, str(passage)), mode)
        if not len(chosen):
            raise InputError(f"Passage {passage} has no link by {mode} in this world.")
        share = _of_passage(world, chosen, str(passage))
    before = links["risk_hours"].to_numpy(dtype=float)[chosen]
    return world.with_(links=with_values(links, chosen, risk_hours=before + probability * hours * share))


def _of_passage(world: World, chosen: Ints, passage: str) -> Floats:
    """What part [K] of a wait falls on each link: all on every crossing of a post, by length on a strait or canal."""
    links = links_of(world).iloc[chosen]
    if (links["border"] != "").all():
        return np.ones(len(chosen))
    ends, at = np.unique(links[["u", "v"]].to_numpy(), return_inverse=True)
    tail, head = at.reshape(-1, 2).T
    whole = core.components(tail, head, len(ends)).max(initial=0) == 0
    if not (whole and len(ends) == len(chosen) + 1 and np.bincount(at.ravel()).max() <= 2):
        raise InputError(
            f"Passage {passage} has several lanes side by side: a risk can be laid on a border post, a canal or strait "
            "of one lane, or a line along places (via)."
        )
    return _by_length(world, chosen)


def _by_length(world: World, chosen: Ints) -> Floats:
    km = links_of(world)["km"].to_numpy(dtype=float)[chosen]
    return np.asarray(km / km.sum())
