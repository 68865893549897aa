"""How alike the states vote in each session, with labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landbridge.alignment.core.agreement import agreement

if TYPE_CHECKING:
    from pandas import DataFrame

MEASURES = ("identical", "s_score", "scott_pi", "cohen_kappa")


def agreement_table(votes: DataFrame) -> DataFrame:
    """Agreement [iso3_a, iso3_b, session, year, votes, and ``MEASURES``] of pairs that share votes, a before b."""
    import pandas as pd

    parts = [_session(frame) for _, frame in votes.groupby("session")]
    return pd.concat(parts, ignore_index=True).sort_values(["iso3_a", "iso3_b", "session"], ignore_index=True)


def _session(votes: DataFrame) -> DataFrame:
    import pandas as pd

    state, states = pd.factorize(votes["iso3"], sort=True)
    item, items = pd.factorize(votes["rcid"])
    cast = np.full((len(states), len(items)), -1, dtype=np.int8)
    cast[state, item] = votes["vote"]
    found = agreement(cast)
    i, j = np.nonzero(np.triu(found.votes, 1))
    names = np.asarray(states)
    return pd.DataFrame(
        {
            "iso3_a": names[i],
            "iso3_b": names[j],
            "session": int(votes["session"].iloc[0]),
            "year": int(votes["year"].min()),
            "votes": found.votes[i, j].astype(int),
            "identical": found.identical[i, j],
            "s_score": found.s[i, j],
            "scott_pi": found.pi[i, j],
            "cohen_kappa": found.kappa[i, j],
        }
    )
