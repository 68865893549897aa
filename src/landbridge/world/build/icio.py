"""The input-output table: trade and own trade of 80 economies and the rest of the world, by sector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.labels import REST
from landbridge.world.build.sectors import SECTORS, Sector
from landbridge.world.build.sources import read

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Icio:
    """``flows[i, j, s]``: what ``economies[i]`` sells to ``economies[j]``, million USD at basic prices.

    ``economies`` are the named ones in alphabetical order, then the rest of the world.
    """

    economies: list[str]
    flows: NDArray[np.float64]

    @property
    def named(self) -> list[str]:
        """The economies with a table of their own."""
        return self.economies[:-1]


def read_icio(sources: Path, year: int, sectors: Sequence[Sector] = SECTORS) -> Icio:
    """The table of one year, summed over intermediate and final use, to these sectors.

    Raises:
        DataError: the file is missing.
    """
    of_industry = {industry: index for index, sector in enumerate(sectors) for industry in sector.icio}
    frame = read(sources, "icio", year=year)
    economies = [*sorted(set(frame["exporter"]) - {REST}), REST]
    place = {iso3: index for index, iso3 in enumerate(economies)}
    flows = np.zeros((len(economies), len(economies), len(sectors)))
    cell = (
        frame["exporter"].map(place).to_numpy(),
        frame["importer"].map(place).to_numpy(),
        frame["sector"].map(of_industry).to_numpy(),
    )
    np.add.at(flows, cell, frame["value_musd"].to_numpy(float))
    return Icio(economies, flows)
