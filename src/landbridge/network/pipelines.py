"""What share of a pair's trade in fuels goes by pipe, and so not by road, rail or ship."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landbridge.network.model import Floats
from landbridge.world.dated import in_force

if TYPE_CHECKING:
    from landbridge.world import World


def pipeline_share(world: World, year: int) -> Floats:
    """Share [i, j] of the fuels that ``i`` sells to ``j`` which goes by pipe, oil and gas together, on 1 July.

    Over ``world.countries``; zero where no line of the table ``pipelines`` is in force, and everywhere in a world
    without that table. Lines to or from an economy that the world lacks are left out.
    """
    import pandas as pd

    share = np.zeros((len(world.countries),) * 2)
    if "pipelines" not in world.resources:
        return share
    lines = world.table("pipelines")
    lines = lines[in_force(lines, year)]
    order = pd.Index(world.countries)
    seller, buyer = (order.get_indexer(pd.Index(lines[end])) for end in ("origin", "destination"))
    known = (seller >= 0) & (buyer >= 0)
    np.add.at(share, (seller[known], buyer[known]), lines["share"].to_numpy(dtype=float)[known])
    return share
