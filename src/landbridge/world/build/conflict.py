"""Deaths in conflict by country and month, the months each country is covered, and who borders whom on land."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.labels import country
from landbridge.world.build.boundaries import NATURAL_EARTH
from landbridge.world.build.boundaries import tables as boundary_tables
from landbridge.world.build.sources import read, source
from landbridge.world.package import Column, Table
from landbridge.world.wkb import read_wkb

if TYPE_CHECKING:
    from pandas import DataFrame

# Countries as the table of state-based violence spells them, where labels.country does not read it so.
_SPELT = {"Congo, DRC": "COD", "Congo": "COG", "Macedonia": "MKD", "The Gambia": "GMB", "Marshall Is.": "MHL"}
STATE_BASED, ALL = "state_based", "all"
LICENCE = "CC BY 4.0"


def conflict_tables(sources: Path) -> list[Table]:
    """The tables ``conflict_months``, ``conflict_coverage`` and ``neighbours``.

    Raises:
        DataError: a file is missing.
    """
    covered = _observed(sources)
    return [_months(covered), _coverage(covered), _neighbours(sources)]


def _observed(sources: Path) -> DataFrame:
    """Deaths by iso3, month and kind, zeros included, for every month in which the country was covered."""
    import pandas as pd

    state = read(sources, "ucdp_state_based").dropna(subset=["ged_sb"])
    state = state.assign(iso3=[_code(name) for name in state["country"]], deaths=state["ged_sb"], kind=STATE_BASED)
    every = read(sources, "ucdp").assign(kind=ALL).rename(columns={"best_all": "deaths"})
    both = pd.concat([state, every], ignore_index=True)[["iso3", "month", "kind", "deaths"]]
    return both.assign(deaths=both["deaths"].round().astype("int64"))


def _code(name: str) -> str:
    return _SPELT.get(name) or country(name)


def _months(covered: DataFrame) -> Table:
    return Table(
        name="conflict_months",
        frame=covered[covered["deaths"] > 0].sort_values(["iso3", "kind", "month"], ignore_index=True),
        description="Deaths in organised violence by country and month. A month without a row had none, within the "
        "months that conflict_coverage gives for the country and kind.",
        columns=(
            Column("iso3", "ISO3 of the country in which people died"),
            Column("month", "year and month, 2017-03"),
            Column("kind", "state_based (a government is a party), or all (also non-state and one-sided violence)"),
            Column("deaths", "best estimate", "deaths a month"),
        ),
        key=("iso3", "month", "kind"),
        licence=LICENCE,
        sources=(source("ucdp"), source("ucdp_state_based")),
    )


def _coverage(covered: DataFrame) -> Table:
    spans = covered.groupby(["iso3", "kind"])["month"].agg(first="min", last="max").reset_index()
    return Table(
        name="conflict_coverage",
        frame=spans,
        description="The months for which deaths in conflict are known, by country and kind. Of kind all only "
        "countries that had any are listed; the others had none from 1989 to 2021.",
        columns=(
            Column("iso3", "ISO3 of the country"),
            Column("kind", "state_based or all"),
            Column("first", "first month known"),
            Column("last", "last month known"),
        ),
        key=("iso3", "kind"),
        licence=LICENCE,
        sources=(source("ucdp"), source("ucdp_state_based")),
    )


def _neighbours(sources: Path) -> Table:
    outlines = next(table.frame for table in boundary_tables(sources) if table.name == "boundaries")
    return Table(
        name="neighbours",
        frame=land_neighbours(outlines),
        description="Pairs of countries whose outlines share a border on land, both ways.",
        columns=(Column("iso3", "ISO3 of a country"), Column("neighbour", "ISO3 of one that it borders")),
        key=("iso3", "neighbour"),
        licence="public domain",
        sources=(NATURAL_EARTH,),
    )


def land_neighbours(outlines: DataFrame) -> DataFrame:
    """Pairs of countries that have two or more points of their simplified outlines in common: both ways, sorted."""
    import pandas as pd

    known = outlines[outlines["iso3"].fillna("") != ""]
    points = pd.concat(
        [
            pd.DataFrame(np.unique(np.vstack(read_wkb(shape)), axis=0), columns=["lon", "lat"]).assign(iso3=iso3)
            for iso3, shape in zip(known["iso3"], known["geometry"], strict=True)
        ]
    ).drop_duplicates()
    shared = points.groupby(["lon", "lat"])["iso3"].agg(tuple)
    pairs = [pair for members in shared[shared.map(len) > 1] for pair in permutations(members, 2)]
    counted = pd.Series(pairs).value_counts()
    return pd.DataFrame(sorted(counted[counted >= 2].index), columns=["iso3", "neighbour"])
