"""The profile of two states: separate tracks over the years, each from 0 to 1, with its source.

==============  ============================================================  =======================================
track           value                                                         without a value
==============  ============================================================  =======================================
voting          2^-(distance of ideal points / half distance)                 a session in which one did not vote
institutions    institutions of both over institutions of either, end of year no institution of either with known dates
trade           x / (x + e): goods both ways over what sizes alone predict    a year without a trade table
energy          the closest of: the same of fuels, a pipeline at work         likewise
military        the closest of: pact in force, share in the other's arms      pacts and arms before 1946 and after 2018;
                imports of five years, joint exercise                         exercises are known of few pairs
conflict        1 war: the highest of: hostility of a dispute, rivalry        before 1946 and after 2014
==============  ============================================================  =======================================

In ``trade``, ``e = T_i T_j / T`` with ``T_i`` goods trade of a state with all others; 0.5 is trade as sizes predict.
Military (but for exercises), conflict and trade before 2011 rest on tables that may not be shipped: they are computed
when the folder of sources is named (``alignment.dyad_sources``). There is no overall index but with weights:
``sum w v / sum w`` over the tracks that have a value in the year, ``1 - v`` for conflict, in years in which tracks with
at least half of the weight have one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.alignment.exercises import held
from landbridge.errors import InputError, did_you_mean
from landbridge.labels import country
from landbridge.parameters import central_values
from landbridge.world.dated import in_force
from landbridge.world.world import load_world

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from landbridge.world import World

TRACKS = ("voting", "institutions", "military", "trade", "energy", "conflict")
OVERALL = "overall"
HOSTILE = ("conflict",)  # tracks in which more is farther apart
CLOSEST = ("military", "energy")  # tracks of which the highest of several values of a year counts
COLUMNS = ["country", "partner", "track", "year", "value", "source"]
FUELS = "fuels"
CARRIED = ("agriculture", FUELS, "manufactures")
WIDE_WORLDS = ("2017", "2022")
PIPELINES_FROM = 2000  # lines without a first day are counted from this year
UNDATED = "Factbook snapshots only"  # such a membership began before the first snapshot: unknown when


def dyad_profile(
    world: World,
    country_: str,
    partner: str,
    sources: Path | None = None,
    weights: Mapping[str, float] | None = None,
    exercises: Path | None = None,
) -> DataFrame:
    """Tracks [country, partner, track, year, value, source] of a pair, and ``overall`` where there are weights.

    ``exercises`` is a file of joint exercises beside those that ship (``alignment.exercises``).

    Raises:
        InputError: an unknown state, the same twice, a weight of an unknown track, or a source file missing.
    """
    import pandas as pd

    pair = country(country_), country(partner)
    if pair[0] == pair[1]:
        raise InputError(f"A profile is of two states; both are {pair[0]}.")
    found = [*_packaged(world, pair), ("military", "joint exercises", held(pair, exercises))]
    if sources:
        from landbridge.alignment.dyad_sources import from_sources

        found += from_sources(sources, pair)
    rows = [
        (*pair, track, int(str(year)), float(value), source)
        for track, source, series in found
        for year, value in series.items()
    ]
    tracks = pd.DataFrame(rows, columns=COLUMNS)
    ranked = tracks["value"].where(tracks["track"].isin(CLOSEST), 0.0).sort_values(ascending=False, kind="stable")
    tracks = tracks.loc[ranked.index].drop_duplicates(["track", "year"])
    if weights:
        tracks = pd.concat([tracks, overall(tracks, weights)])
    order = {name: place for place, name in enumerate((*TRACKS, OVERALL))}
    return tracks.sort_values(["track", "year"], key=lambda s: s.map(order) if s.name == "track" else s).reset_index(
        drop=True
    )


def overall(tracks: DataFrame, weights: Mapping[str, float]) -> DataFrame:
    """The weighted mean of the tracks that have a value in a year; its source names those tracks.

    Years in which tracks with less than half of the weight have a value are left out.

    Raises:
        InputError: a weight of an unknown track, a negative one, or none above zero.
    """
    for track, weight in weights.items():
        if track not in TRACKS:
            raise InputError(
                f'weights: no track called "{track}".{did_you_mean(track, TRACKS)} Tracks: {", ".join(TRACKS)}.'
            )
        if not 0.0 <= weight < np.inf:
            raise InputError(f"weights: {track} is {weight}; wanted is a number of 0 or more.")
    if not sum(weights.values()) > 0.0:
        raise InputError("weights: at least one must be above 0.")
    used = tracks[tracks["track"].map(weights).fillna(0.0) > 0]
    closeness = used["value"].where(~used["track"].isin(HOSTILE), 1.0 - used["value"])
    share = used["track"].map(weights)
    sums = used.assign(weight=share, product=share * closeness).groupby(["country", "partner", "year"], as_index=False)
    index = sums.agg(weight=("weight", "sum"), product=("product", "sum"), source=("track", "+".join))
    index = index[index["weight"] >= 0.5 * sum(weights.values())]
    return index.assign(track=OVERALL, value=index["product"] / index["weight"])[COLUMNS]


def parse_weights(words: str | Sequence[str]) -> dict[str, float]:
    """``["voting:2", "trade:1"]`` as weights.

    Raises:
        InputError: a word is not of the form track:number.
    """
    weights = {}
    for word in [words] if isinstance(words, str) else words:
        track, colon, number = word.partition(":")
        try:
            weights[track.strip()] = float(number)
        except ValueError:
            raise InputError(f'weights: "{word}" is no weight: write weights=voting:2,trade:1.') from None
        if not colon:
            raise InputError(f'weights: "{word}" is no weight: write weights=voting:2,trade:1.')
    return weights


Found = tuple[str, str, "Series"]  # track, source, values by year


def _packaged(world: World, pair: tuple[str, str]) -> Iterator[Found]:
    yield "voting", "United Nations votes, ideal points by landbridge", _voting(world, pair)
    yield "institutions", "memberships with known dates", _institutions(world, pair)
    yield "energy", "pipelines", _pipelines(world, pair)
    history = world.derived("trade_history", goods)
    if set(pair) <= set(history["exporter"].unique()):
        yield "trade", "OECD ICIO", intensity(history, pair)
    worlds = [world, *(load_world(name) for name in WIDE_WORLDS if int(name) != world.year)]
    for at in worlds:
        trade = at.table("trade").assign(year=at.year)
        carried = [sector for sector in CARRIED if sector in at.sectors]
        if set(pair) <= set(at.countries):
            yield "trade", f"world {at.year}", intensity(goods(trade[trade["sector"].isin(carried)]), pair)
            yield "energy", f"world {at.year}", intensity(goods(trade[trade["sector"] == FUELS]), pair)


def _voting(world: World, pair: tuple[str, str]) -> Series:
    points = world.table("ideal_points")
    own, other = (points[points["iso3"] == code].set_index("year")["ideal_point"] for code in pair)
    distance = (own.groupby(level=0).mean() - other.groupby(level=0).mean()).abs().dropna()
    return 2.0 ** (-distance / central_values()["votes_half_distance"])


def _institutions(world: World, pair: tuple[str, str]) -> Series:
    """Full members on the last day of a year, from the first year in which one of the two is in any."""
    import pandas as pd

    table = world.table("memberships")
    table = table[table["iso3"].isin(pair) & (table["role"] == "member")]
    if "verification" in table:
        table = table[~table["verification"].astype(str).str.startswith(UNDATED)]
    if table.empty:
        return pd.Series(dtype=float)
    begun = table["start"].astype(str).str[:4].astype(int).to_numpy()
    ended = pd.to_numeric(table["end"].fillna("").astype(str).str[:4], errors="coerce").fillna(9999).to_numpy()
    years = np.arange(begun.min(), _last_year(world) + 1)
    spans = (begun[:, None] <= years) & (ended[:, None] > years)
    institution, names = pd.factorize(table["institution"])
    inside = np.zeros((2, len(names), len(years)), dtype=bool)
    np.logical_or.at(inside, (table["iso3"].eq(pair[1]).to_numpy().astype(int), institution), spans)
    either = inside.any(0).sum(0)
    shares = inside.all(0).sum(0)[either > 0] / either[either > 0]
    return pd.Series(shares, index=years[either > 0])


def _pipelines(world: World, pair: tuple[str, str]) -> Series:
    """Closeness in the years in which a line of oil or gas ran between the two, either way, on 1 July."""
    import pandas as pd

    table = world.table("pipelines") if "pipelines" in world.resources else None
    if table is None:
        return pd.Series(dtype=float)
    table = table[table["origin"].isin(pair) & table["destination"].isin(pair)]
    runs = [year for year in range(PIPELINES_FROM, _last_year(world) + 1) if in_force(table, year).any()]
    return pd.Series(central_values()["pipeline_closeness"], index=runs, dtype=float)


def _last_year(world: World) -> int:
    """The last year of which the table of memberships tells."""
    table = world.table("memberships")
    dates = [*table["start"].astype(str), *table["end"].fillna("").astype(str)]
    return max(int(date[:4]) for date in dates if date[:4].isdigit())


def goods(table: DataFrame) -> DataFrame:
    """Trade across borders only."""
    return table[table["exporter"] != table["importer"]]


def intensity(trade: DataFrame, pair: tuple[str, str]) -> Series:
    """Trade of a pair against what the two totals predict, by year, where both trade at all."""
    world = 2.0 * trade.groupby("year")["value_musd"].sum()
    own, other = (
        trade[(trade["exporter"] == code) | (trade["importer"] == code)].groupby("year")["value_musd"].sum()
        for code in pair
    )
    between = trade["exporter"].isin(pair) & trade["importer"].isin(pair)
    actual = trade[between].groupby("year")["value_musd"].sum().reindex(world.index, fill_value=0.0)
    expected = own * other / world
    return (actual / (actual + expected)).dropna()


def as_columns(tracks: DataFrame) -> DataFrame:
    """A row a year, a column a track: for reading."""
    present: Iterable[str] = [name for name in (*TRACKS, OVERALL) if name in set(tracks["track"])]
    wide = tracks.pivot(index="year", columns="track", values="value")[list(present)]
    return wide.rename_axis(columns=None).reset_index()
