"""Ties between states, friendly or hostile beyond what both usually meet, and the triads they close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.alignment.core.balance import Array, Balance, Ties, balance, ties
from landbridge.errors import InputError
from landbridge.labels import country, country_name
from landbridge.parameters import central_values

if TYPE_CHECKING:
    from pandas import DataFrame

    from landbridge.world import World

Index = NDArray[np.intp]

FEWEST_MONTHS = 6
LARGEST = 99.0  # departures are not told apart beyond it
COLUMNS = ["iso3_a", "iso3_b", "year", "hostile_share", "usual_share", "error", "departure", "sign"]
_WORDS = {
    (1, 1): "friendly with both",
    (-1, -1): "hostile to both",
    (1, -1): "friendly with {country}, hostile to {partner}",
    (-1, 1): "hostile to {country}, friendly with {partner}",
}


def ties_table(events: DataFrame) -> DataFrame:
    """Ties [``COLUMNS``] of every year from events [iso3_a, iso3_b, month as YYYYMM, pos, neg (0 or less)].

    ``departure`` is how many standard errors a pair is more hostile than its baseline; ``sign`` 1 friendly, -1 hostile,
    0 neither.
    """
    import pandas as pd

    year = events["month"].str[:4].astype(int)
    full = events.groupby(year)["month"].nunique() >= FEWEST_MONTHS
    parts = [_year(events[year == y], int(y)) for y in full.index[full]]
    return pd.concat(parts, ignore_index=True).sort_values(["iso3_a", "iso3_b", "year"], ignore_index=True)


def triads(world: World, country_: str, partner: str) -> DataFrame:
    """Every third state that is tied to both [country, partner, third, year, three signs, balanced, reading].

    Raises:
        InputError: an unknown state, the same twice, or one without ties.
    """
    import pandas as pd

    own, other = country(country_), country(partner)
    if own == other:
        raise InputError(f"Triads are of two states and a third; both are {own}.")
    table = world.table("ties")
    _have_ties(table, own, other)
    one, two = (_ties_of(table, code) for code in (own, other))
    between = one[one["third"] == other].set_index("year")["sign"]
    both = one.merge(two, on=["third", "year"], suffixes=("", "_partner"))
    both = both[both["third"].ne(own) & both["third"].ne(other) & both["sign"].ne(0) & both["sign_partner"].ne(0)]
    tie = both["year"].map(between).fillna(0).astype(int)
    product = tie * both["sign"] * both["sign_partner"]
    words = {"country": country_name(own), "partner": country_name(other)}
    reading = [
        f"{_WORDS[pair].format(**words)}: {_verdict(sign)}"
        for pair, sign in zip(zip(both["sign"], both["sign_partner"], strict=True), product, strict=True)
    ]
    return pd.DataFrame(
        {
            "country": own,
            "partner": other,
            "third": both["third"],
            "year": both["year"],
            "pair": tie,
            "country_third": both["sign"],
            "partner_third": both["sign_partner"],
            "balanced": product.map({1: "yes", -1: "no", 0: "no tie of the pair"}),
            "reading": reading,
        }
    ).sort_values(["year", "third"], ignore_index=True)


def balance_table(world: World) -> DataFrame:
    """Balance of all triads by year [year, ties, hostile, triads, balanced, by_chance, spread, z]."""
    import pandas as pd

    rows = []
    for year, table in world.table("ties").groupby("year"):
        found = balance_of(table)
        rows.append(
            {
                "year": year,
                "ties": int((table["sign"] != 0).sum()),
                "hostile": int((table["sign"] < 0).sum()),
                "triads": int(found.triangles.sum()),
                "balanced": found.share,
                "by_chance": found.by_chance,
                "spread": found.spread,
                "z": found.z,
            }
        )
    return pd.DataFrame(rows)


def balance_of(table: DataFrame) -> Balance:
    """Balance of the ties of one year, against the null model."""
    i, j, names = _places(table)
    mean, error = np.full((2, len(names), len(names)), np.nan)
    mean[i, j] = mean[j, i] = np.arcsin(np.sqrt(table["hostile_share"]))
    usual: Array = np.full_like(mean, np.nan)
    usual[i, j] = usual[j, i] = np.arcsin(np.sqrt(table["usual_share"]))
    error[i, j] = error[j, i] = table["error"]
    return balance(Ties(mean, usual, error), central_values()["tie_threshold"])


def _verdict(product: int) -> str:
    return {1: "balanced", -1: "under strain", 0: "the two have no tie of their own"}[int(np.sign(product))]


def _ties_of(table: DataFrame, code: str) -> DataFrame:
    mine = table[(table["iso3_a"] == code) | (table["iso3_b"] == code)]
    third = mine["iso3_b"].where(mine["iso3_a"] == code, mine["iso3_a"])
    return mine.assign(third=third)[["third", "year", "sign"]]


def _have_ties(table: DataFrame, *codes: str) -> None:
    known = {*table["iso3_a"], *table["iso3_b"]}
    for code in codes:
        if code not in known:
            raise InputError(f"{code} has no tie: it has too few events with any state.")


def _places(frame: DataFrame) -> tuple[Index, Index, NDArray[np.str_]]:
    names = np.unique(np.concatenate([frame["iso3_a"].to_numpy(str), frame["iso3_b"].to_numpy(str)]))
    i, j = (np.searchsorted(names, frame[side].to_numpy(str)) for side in ("iso3_a", "iso3_b"))
    return i, j, names


def _year(events: DataFrame, year: int) -> DataFrame:
    import pandas as pd

    i, j, names = _places(events)
    months, month = np.unique(events["month"].to_numpy(str), return_inverse=True)
    amounts = np.zeros((2, len(names), len(names), len(months)))
    for kind, amount in enumerate((events["pos"], -events["neg"])):
        np.add.at(amounts[kind], (i, j, month), amount.to_numpy(float))
    positive, negative = amounts + amounts.swapaxes(1, 2)
    found = ties(positive, negative, FEWEST_MONTHS)
    a, b = np.nonzero(np.triu(np.isfinite(found.error), 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        departure = np.nan_to_num(found.departure[a, b] / found.error[a, b], nan=0.0, posinf=LARGEST, neginf=-LARGEST)
    return pd.DataFrame(
        {
            "iso3_a": names[a],
            "iso3_b": names[b],
            "year": year,
            "hostile_share": np.sin(found.mean[a, b]) ** 2,
            "usual_share": np.sin(np.clip(found.baseline[a, b], 0.0, np.pi / 2)) ** 2,
            "error": found.error[a, b],
            "departure": np.clip(departure, -LARGEST, LARGEST),
            "sign": found.signs(central_values()["tie_threshold"])[a, b].astype(int),
        }
    )
