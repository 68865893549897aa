"""What goes first between two states: votes, institutions, pacts, arms, trade? Across all pairs, with intervals.

The tracks are read from the public sources, some of which may not be shipped: only coefficients leave here.
"""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.alignment.core.lead_lag import Array, Index, lead_lag
from landbridge.alignment.estimates import estimates
from landbridge.errors import InputError
from landbridge.parameters import central_values
from landbridge.world.world import load_world

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from landbridge.world import World

STEP = 4  # years between two trade tables
PERIODS = range(1964, 2017, STEP)
WITHIN = 1.96
LEAD_LAG = "lead_lag"  # the model's name among the estimates that ship
BEFORE = " before "  # between leader and follower in the name of a term
ABSENT_IS_NONE = ("pacts", "arms")  # tables of what there is: a pair that is not in them has none
ORDER = ("voting", "institutions", "pacts", "arms", "trade")


def lead_lags(sources: Path) -> DataFrame:
    """[leader, follower, coefficient, standard_error, lower, upper, rows]: errors shared by all pairs of a state.

    The change of the follower over four years, in its standard deviations, that goes with a change of the leader by one
    standard deviation over the four years before, at an equal earlier change of the follower, and year effects.

    Raises:
        InputError: a source file is missing.
    """
    import pandas as pd

    levels, members = _panel(Path(sources))
    rows = []
    for leader, follower in permutations(ORDER, 2):
        found = lead_lag(levels[leader], levels[follower], members)
        rows.append(
            {
                "leader": leader,
                "follower": follower,
                "coefficient": found.coefficient,
                "standard_error": found.standard_error,
                "rows": found.rows,
            }
        )
    return _with_interval(pd.DataFrame(rows))


def packaged_lead_lags(world: World) -> DataFrame:
    """The same, as the estimates that ship have it."""
    import pandas as pd

    table = estimates(world, LEAD_LAG).reset_index(drop=True)
    pair = table["term"].str.split(BEFORE, expand=True)
    columns = {"coefficient": "estimate", "standard_error": "standard_error", "rows": "observations"}
    named = {"leader": pair[0], "follower": pair[1]}
    return _with_interval(pd.DataFrame(named | {name: table[column] for name, column in columns.items()}))


def _with_interval(table: DataFrame) -> DataFrame:
    """The table with the ends of 95 % intervals, ``lower`` and ``upper``, after its ``standard_error``."""
    spread, at = WITHIN * table["standard_error"], list(table).index("standard_error") + 1
    table.insert(at, "lower", table["coefficient"] - spread)
    table.insert(at + 1, "upper", table["coefficient"] + spread)
    return table


def _panel(sources: Path) -> tuple[dict[str, Array], Index]:
    """Levels [pairs, periods] of every track for pairs that ever vote and trade, NaN where unknown; their members."""
    politics = sources / "politics"
    tracks = {
        "voting": _voting(),
        "institutions": np.log1p(_read(politics / "dyad_igo_count_1946_2014.parquet", "dyadigos")),
        "pacts": _pacts(politics / "dyad_alliance_atop_1946_2018.parquet"),
        "arms": _arms(politics / "arms_tiv_1950_2021.parquet"),
        "trade": _trade(sources / "trade" / "trade_panel_1964_2016.parquet"),
    }
    wide = {name: series.unstack("year").reindex(columns=list(PERIODS)) for name, series in tracks.items()}
    pairs = wide["voting"].index.intersection(wide["trade"].index)
    exists = wide["voting"].reindex(pairs).notna().to_numpy()
    levels = {}
    for name, frame in wide.items():
        values = frame.reindex(pairs).to_numpy(float)
        if name in ABSENT_IS_NONE:
            values = np.where(np.isnan(values), 0.0, values)
        levels[name] = np.where(exists, values, np.nan)
    return levels, np.unique(np.array(pairs.to_list()), return_inverse=True)[1].reshape(-1, 2)


def _frame(path: Path) -> DataFrame:
    import pandas as pd

    if not path.is_file():
        raise InputError(f"{path} is missing: lead and lag rest on it.")
    frame = pd.read_parquet(path)
    return frame[frame["year"].isin(PERIODS)] if "arms" not in path.name else frame


def _sorted_pairs(frame: DataFrame, one: str, two: str, value: str, how: str) -> Series:
    first, second = frame[one].astype(str), frame[two].astype(str)
    swapped = first > second
    keyed = frame.assign(a=first.where(~swapped, second), b=second.where(~swapped, first))
    return keyed[keyed["a"] != keyed["b"]].groupby(["a", "b", "year"])[value].agg(how)


def _read(path: Path, value: str) -> Series:
    return _sorted_pairs(_frame(path), "iso3_a", "iso3_b", value, "max")


def _voting() -> Series:
    """Closeness: the distance of ideal points, turned round. The later session where a year has two."""
    import pandas as pd

    points = load_world("2017").table("ideal_points").drop_duplicates(["iso3", "year"], keep="last")
    parts = []
    for year in PERIODS:
        at = points[points["year"] == year].set_index("iso3")["ideal_point"].sort_index()
        i, j = np.triu_indices(len(at), 1)
        values, names = at.to_numpy(), at.index.to_numpy()
        parts.append(pd.DataFrame({"a": names[i], "b": names[j], "year": year, "v": -np.abs(values[i] - values[j])}))
    return pd.concat(parts).set_index(["a", "b", "year"])["v"]


def _pacts(path: Path) -> Series:
    beliefs, frame = central_values(), _frame(path)
    strength = np.maximum.reduce(
        [
            frame["atop_defense"].to_numpy(float),
            beliefs["nonaggression_closeness"] * frame[["atop_nonagg", "atop_neutral"]].max(axis=1).to_numpy(float),
            beliefs["consultation_closeness"] * frame["atop_consul"].to_numpy(float),
        ]
    )
    return _sorted_pairs(frame.assign(strength=strength), "iso3_a", "iso3_b", "strength", "max")


def _arms(path: Path) -> Series:
    """Log of arms delivered either way over the four years that end with the period."""
    frame = _frame(path).dropna(subset=["iso3_supplier", "iso3_recipient"])
    ends = PERIODS[0] + STEP * np.ceil((frame["year"] - PERIODS[0]) / STEP).astype(int)
    frame = frame.assign(year=ends)
    summed = _sorted_pairs(frame[frame["year"].isin(PERIODS)], "iso3_supplier", "iso3_recipient", "value", "sum")
    return np.log1p(summed)


def _trade(path: Path) -> Series:
    """x / (x + e) of goods both ways, as in a pair's profile."""
    frame = _frame(path)
    both = _sorted_pairs(frame, "exporter", "importer", "value_usd", "sum").reset_index()
    ends = [both[["year", "value_usd"]].assign(code=both[side]) for side in ("a", "b")]
    totals = (
        ends[0]
        .groupby(["code", "year"])["value_usd"]
        .sum()
        .add(ends[1].groupby(["code", "year"])["value_usd"].sum(), fill_value=0.0)
    )
    world = totals.groupby("year").sum()
    own, other = (totals.reindex(list(zip(both[side], both["year"], strict=True))).to_numpy() for side in ("a", "b"))
    expected = own * other / both["year"].map(world).to_numpy()
    return both.assign(v=both["value_usd"] / (both["value_usd"] + expected)).set_index(["a", "b", "year"])["v"]
