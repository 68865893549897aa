"""Which economies a world has, and the role of each: trade, network, votes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.labels import REST, country_name
from landbridge.parameters import parameters
from landbridge.world.build.regions import REGION
from landbridge.world.build.sources import read, source
from landbridge.world.package import Column, Table

if TYPE_CHECKING:
    from pandas import Series


@dataclass(frozen=True)
class Membership:
    """The trading economies of a world: ``named`` in the input-output table, ``members`` of its rest of the world."""

    named: list[str]
    members: list[str]

    @property
    def trading(self) -> list[str]:
        """Named economies, members, then the remainder."""
        return [*self.named, *self.members, REST]


def membership(sources: Path, named: list[str], people: Series) -> Membership:
    """Members are the economies of the 2023 trade table that are populous enough to stand alone.

    The list is the same for every base year: which economies are told apart is a choice of presentation, not a figure.

    Raises:
        DataError: a file is missing.
    """
    least = parameters()["smallest_economy"].value
    listed = read(sources, "listed")["iso3"]
    return Membership(named, sorted(iso3 for iso3 in set(listed) - set(named) if people.get(iso3, 0) >= least))


def with_rest(values: Series, trading: Membership) -> Series:
    """Values of the trading economies; the remainder gets the sum of all countries that are none."""
    others = [iso3 for iso3 in REGION if iso3 not in trading.trading]
    chosen = values.reindex(trading.trading)
    chosen[REST] = values.reindex(others).sum()
    return chosen


def in_words(remarks: Mapping[str, Sequence[str]], economies: Sequence[str]) -> dict[str, str]:
    """Remarks by economy as sentences; that on the remainder lists the countries inside it."""
    outside = sorted(country_name(iso3) for iso3 in REGION if iso3 not in economies)
    every = {**remarks, REST: ["together: " + ", ".join(outside)]}
    return {iso3: " ".join(f"{said[0].upper()}{said[1:]}." for said in sentences) for iso3, sentences in every.items()}


def economies_table(sources: Path, trading: Membership, notes: dict[str, str]) -> Table:
    """Every country and territory of the world with its roles; ``notes`` are remarks on single economies.

    Raises:
        DataError: a file is missing.
    """
    import pandas as pd

    votes = set(read(sources, "unvotes")["iso3"])
    status = dict.fromkeys(trading.named, "observed") | dict.fromkeys(trading.members, "modelled")
    frame = pd.DataFrame({"iso3": sorted([*REGION, REST])})
    frame["name"] = frame["iso3"].map(country_name)
    frame["trade"] = frame["iso3"].isin(trading.trading)
    frame["network"] = frame["iso3"] != REST
    frame["votes"] = frame["iso3"].isin(votes)
    frame["status"] = frame["iso3"].map(status).fillna("remainder")
    frame["region"] = frame["iso3"].map(REGION).fillna("Remainder")
    frame["note"] = frame["iso3"].map(notes).fillna("")
    return Table(
        name="economies",
        frame=frame,
        description="Countries and territories, and the role each has in this world.",
        columns=(
            Column("iso3", "ISO 3166 alpha-3 code; ROW is the remainder"),
            Column("name", "usual short English name"),
            Column("trade", "trades in its own right; the trade of the others is inside ROW"),
            Column("network", "has places on the transport network"),
            Column("votes", "votes in the United Nations General Assembly (1946-2019)"),
            Column(
                "status",
                "observed: named in the input-output table; modelled: split off its rest of the world; remainder",
            ),
            Column("region", "broad region, after the United Nations M49 subregions"),
            Column("note", "what to know before using this economy's figures"),
        ),
        key=("iso3",),
        licence="CC BY 4.0",
        sources=(source("icio"), source("listed"), source("unvotes")),
    )
