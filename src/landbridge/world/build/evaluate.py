"""How good the split of the rest of the world is: hide economies whose trade is known, split them off, compare.

``python -m landbridge.world.build.evaluate SOURCES DOCS`` writes the page and its figure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from landbridge.world.build.gravity import poisson, regressors
from landbridge.world.build.icio import Icio
from landbridge.world.build.pattern import Pattern
from landbridge.world.build.rest_of_world import GRAVITY, Given, split
from landbridge.world.build.sectors import GOODS, NAMES

if TYPE_CHECKING:
    from pandas import DataFrame

# Named economies most like the members of the rest of the world (outside the OECD, or small, or sellers of oil),
# dealt out so that every fold has some of each region. Chosen once, before any result.
FOLDS = (
    ("PAK", "NGA", "LAO", "SAU", "PER", "UKR"),
    ("KAZ", "MAR", "MMR", "CMR", "CRI", "BLR"),
    ("BGD", "EGY", "KHM", "AGO", "COL", "BRN"),
    ("JOR", "CIV", "VNM", "COD", "CHL", "ARE"),
    ("TUN", "SEN", "PHL", "STP", "ARG", "CYP"),
)
LEAST_MUSD = 1.0


def hide(given: Given, hidden: tuple[str, ...]) -> Given:
    """The same inputs with some named economies put into the rest of the world of the table."""
    names = given.icio.named
    kept = [k for k, iso3 in enumerate(names) if iso3 not in hidden]
    bloc = [k for k in range(len(names) + 1) if k not in kept]
    by_seller = np.concatenate([given.icio.flows[kept], given.icio.flows[bloc].sum(axis=0, keepdims=True)])
    flows = np.concatenate([by_seller[:, kept], by_seller[:, bloc].sum(axis=1, keepdims=True)], axis=1)
    order = kept + [k for k in range(len(given.economies)) if k not in kept]
    both = np.ix_(order, order)
    pattern = Pattern(given.pattern.value[both], given.pattern.basis[both], given.pattern.shares[both])
    return Given(
        icio=Icio([given.icio.economies[k] for k in kept] + given.icio.economies[-1:], flows),
        economies=[given.economies[k] for k in order],
        gdp=given.gdp[order],
        people=given.people[order],
        geography=given.geography[both],
        pattern=pattern,
    )


def gravity_only(given: Given) -> Given:
    """The same inputs as if no report existed: goods by a gravity estimate on the named economies, the world's mix."""
    n = len(given.icio.named)
    goods = given.icio.flows[:n, :n, : len(GOODS)]
    X = regressors(given.gdp, given.people, given.geography)
    abroad = ~np.eye(n, dtype=bool)
    value = np.exp(X @ poisson(X[:n, :n][abroad], goods.sum(axis=-1)[abroad]))
    mix = goods[abroad].sum(axis=0)
    shares = np.broadcast_to(mix / mix.sum(), (*value.shape, len(GOODS)))
    return replace(given, pattern=Pattern(value, np.full(value.shape, GRAVITY), shares))


def held_out(given: Given) -> DataFrame:
    """Predicted against observed cells of every hidden economy, fold by fold.

    Columns: exporter, importer, sector, basis, observed and predicted (million USD), level (predicted when reports are
    ignored). Pairs are left out whose other side is in the rest of the world anyway: their truth is not known.
    """
    import pandas as pd

    known = given.icio.named
    parts = []
    for hidden in FOLDS:
        folded = hide(given, hidden)
        done, blind = split(folded), split(gravity_only(folded))
        place = [folded.economies.index(iso3) for iso3 in known]
        both = np.ix_(place, place)
        involved = np.isin(known, hidden)
        i, j, s = np.nonzero(
            np.broadcast_to((involved[:, None] | involved[None, :])[..., None], done.flows[both].shape)
        )
        names = np.array(known)
        parts.append(
            pd.DataFrame(
                {
                    "exporter": names[i],
                    "importer": names[j],
                    "sector": np.array(NAMES)[s],
                    "basis": done.basis[both][i, j, s],
                    "observed": given.icio.flows[i, j, s],
                    "predicted": done.flows[both][i, j, s],
                    "blind": blind.flows[both][i, j, s],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def skill(cells: DataFrame, by: list[str]) -> DataFrame:
    """Accuracy over cells of at least a million USD: count, median absolute log error, R2 of logs, misplaced value.

    ``misplaced``: half the sum of absolute errors over the sum of observed values; 0 is perfect, 1 is all in the wrong
    cells. Columns ending in ``_blind`` are those of the split without reports.
    """
    import pandas as pd

    large = cells[cells["observed"] >= LEAST_MUSD]
    rows = {}
    for key, group in large.groupby(by):
        rows[key] = {"cells": len(group)} | _accuracy(group, "predicted") | _accuracy(group, "blind", "_blind")
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.names = by
    return frame.astype({"cells": int})


def _accuracy(group: DataFrame, column: str, suffix: str = "") -> dict[str, float]:
    observed, predicted = np.log(group["observed"]), np.log(np.maximum(group[column], 1e-3))
    error = predicted - observed
    return {
        f"median_error{suffix}": float(np.median(np.abs(error))),
        f"r2{suffix}": float(1 - (error**2).sum() / ((observed - observed.mean()) ** 2).sum()),
        f"misplaced{suffix}": float(np.abs(group[column] - group["observed"]).sum() / group["observed"].sum() / 2),
    }
