"""Ideal points of states by session, with labels: of all votes or those on one issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landbridge.alignment.core.ballots import Array, Ballots, Index
from landbridge.alignment.core.ideal_points import fit_ideal_points
from landbridge.alignment.votes import ISSUES, contested
from landbridge.errors import InputError
from landbridge.labels import one_of
from landbridge.parameters import central_values

if TYPE_CHECKING:
    from pandas import DataFrame

ANCHOR = "USA"  # high on the scale
SINGLE_VOTE = 19  # session in which, by agreement, one vote was taken
PARTS_UNTIL = 1989  # after it votes on paragraphs and amendments are left out, as published
LONE = {"ZAF": 48, "ZAN": 18}  # a state's only session in decades, or ever: left out, as published


def usable(votes: DataFrame, issue: str | None = None) -> DataFrame:
    """The votes that ideal points are estimated from: those of the published estimates, or those of one issue of them.

    Raises:
        InputError: no such issue, or the votes do not say what they were on.
    """
    kept = votes[votes["session"] != SINGLE_VOTE]
    for code, session in LONE.items():
        kept = kept[(kept["iso3"] != code) | (kept["session"] != session)]
    for column in ("para", "amend"):
        if column in kept:
            kept = kept[(kept["year"] <= PARTS_UNTIL) | (kept[column] != 1)]
    if issue is not None:
        column = {name: code for code, name in ISSUES.items()}[one_of(issue, ISSUES.values(), "issue")]
        if column not in kept:
            raise InputError(f'The votes have no column "{column}", which says which were on {issue}.')
        kept = kept[kept[column] == 1]
    return contested(kept)


def ideal_points(votes: DataFrame, issue: str | None = None) -> DataFrame:
    """Points [iso3, session, year, ideal_point, standard_error, votes]; the year is the session's first.

    The mean over states and sessions is 0, the standard deviation 1, and the United States are high.

    Raises:
        InputError: no such issue; too few votes, or none of the United States.
        SolveError: the estimate did not settle.
    """
    import pandas as pd

    used = usable(votes, issue)
    if used.empty or ANCHOR not in set(used["iso3"]):
        raise InputError(f"No votes to place states by{f' on {issue}' if issue else ''}: {ANCHOR} must have voted too.")
    point, states = pd.factorize(pd.MultiIndex.from_frame(used[["iso3", "session"]]), sort=True)
    table = pd.DataFrame({"iso3": states.get_level_values(0), "session": states.get_level_values(1)})
    beliefs = central_values()
    found = fit_ideal_points(
        _ballots(used, point, table),
        _with_the_anchor(used, point),
        omega=beliefs["ideal_point_innovation"],
        discrimination_variance=beliefs["discrimination_variance"],
    )
    return table.assign(
        year=table["session"].map(used.groupby("session")["year"].min()),
        ideal_point=found.point,
        standard_error=found.standard_error,
        votes=np.bincount(point),
    )


def _ballots(used: DataFrame, point: Index, table: DataFrame) -> Ballots:
    """Yes is the lowest category: most resolutions are opposed by the United States."""
    items = np.unique(used["rcid"].to_numpy(), return_inverse=True)[1]
    same = table["iso3"].eq(table["iso3"].shift()).to_numpy()
    previous = np.where(same, np.arange(len(table)) - 1, -1)
    return Ballots.of(point, items, 2 - used["vote"].to_numpy().astype(np.int64), previous)


def _with_the_anchor(used: DataFrame, point: Index) -> Array:
    """A first guess: how often a state votes as the anchor does, less the session's mean, in its spread."""
    import pandas as pd

    anchor = used[used["iso3"] == ANCHOR].set_index("rcid")["vote"]
    same = used["rcid"].map(anchor)
    alike = (same == used["vote"]).astype(float).where(same.notna())
    frame = pd.DataFrame({"point": point, "session": used["session"].to_numpy(), "alike": alike.to_numpy()})
    shares = frame.groupby(["point", "session"])["alike"].mean().reset_index()
    by_session = shares.groupby("session")["alike"]
    shares["guess"] = (shares["alike"] - by_session.transform("mean")) / by_session.transform("std")
    guess: Array = shares.sort_values("point")["guess"].replace([np.inf, -np.inf], np.nan).fillna(0.0).to_numpy()
    return guess
