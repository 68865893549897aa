"""NAFTA's tariff cuts among 31 regions and 40 sectors with input-output links: Caliendo & Parro (2015), section 5.1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.evidence.framework import Check, Measured
from landbridge.trade.core import Array, Equilibrium, baseline_from_shares, solve

FOLDER = "published/cp2015"
TABLES = ("trade", "intermediate_consumption", "final_consumption", "value_added", "deficit", "theta")
SOURCE = "Caliendo & Parro (2015), Review of Economic Studies 82(1), subsection 5.1; digits of its replication cp2015"
CASES = {"zero": "zero_deficits", "kept": "deficits_kept"}
NAMES = {"MEX": "Mexico", "CAN": "Canada", "USA": "USA"}
COLUMNS = {"tot": "terms of trade", "vot": "volume of trade", "welfare": "welfare", "realwage": "real wage"}
PUBLISHED = {
    "zero": {
        "welfare": (1.3121, -0.0638, 0.0848),
        "tot": (-0.4118, -0.1081, 0.0435),
        "vot": (1.7239, 0.0443, 0.0412),
        "realwage": (1.7153, 0.3228, 0.1124),
    },
    "kept": {"welfare": (1.1743, -0.0405, 0.0850), "realwage": (1.6405, 0.3341, 0.1178)},
}


@dataclass(frozen=True)
class Experiment:
    """The data of the experiment as arrays over ``regions`` and sectors; ``tariff`` before, ``cut`` after."""

    regions: tuple[str, ...]
    shares: Array
    alpha: Array
    income: Array
    inputs: Array
    deficit: Array
    tariff: Array
    cut: Array
    theta: Array

    def run(self, case: str) -> Equilibrium:
        """The equilibrium with NAFTA's tariffs against the one without, deficits "zero" or "kept"."""
        deficit = None if case == "zero" else self.deficit
        before = baseline_from_shares(
            self.shares,
            self.alpha,
            self.income,
            self.theta,
            tariff=self.tariff,
            inputs=self.inputs,
            deficit=deficit,
        )
        return solve(before, self.theta, tariff=self.cut, deficits="zero" if case == "zero" else "fixed")


@cache
def experiment(sources: Path) -> Experiment:
    """The published data. One cell of intermediate use is negative (-0.06 % of cost) and counts as zero."""
    folder = sources / FOLDER
    trade, use, final, added, deficit, theta = (pd.read_parquet(folder / f"{name}.parquet") for name in TABLES)
    regions, sectors = list(deficit["region"]), list(theta["sector"])

    def cube(column: str) -> Array:
        series = trade.set_index(["exporter", "importer", "sector"])[column]
        full = pd.MultiIndex.from_product([regions, regions, sectors])
        return series.reindex(full).to_numpy(float).reshape(len(regions), len(regions), len(sectors))

    tariff = cube("tariff")
    purchases = cube("value") * (1 + tariff)
    cells = pd.MultiIndex.from_product([regions, sectors, sectors])
    used = use.set_index(["region", "input", "sector"])["value"].reindex(cells).to_numpy(float)
    used = np.maximum(used, 0.0).reshape(len(regions), len(sectors), len(sectors))
    by_sector = [
        table.pivot(index="region", columns="sector", values="value").loc[regions, sectors].to_numpy(float)
        for table in (final, added)
    ]
    return Experiment(
        tuple(regions),
        purchases / purchases.sum(0),
        by_sector[0] / by_sector[0].sum(1, keepdims=True),
        by_sector[1].sum(1),
        used / (used.sum(1) + by_sector[1])[:, None, :],
        deficit["D"].to_numpy(float),
        tariff,
        cube("tariff_cfl"),
        theta["value"].to_numpy(float),
    )


@cache
def _ours(sources: Path, case: str) -> dict[str, pd.Series[float]]:
    found = experiment(sources).run(case)
    columns = {
        "tot": found.terms_of_trade,
        "vot": found.volume_of_trade,
        "welfare": found.terms_of_trade + found.volume_of_trade,
        "realwage": found.real_wage - 1,
        "income": found.real_income - 1,
        "revenue_before": found.baseline.revenue / found.baseline.expenditure,
        "revenue_after": found.revenue / found.expenditure,
    }
    regions = list(experiment(sources).regions)
    return {name: pd.Series(100 * values, index=regions) for name, values in columns.items()}


def _one(case: str, iso3: str, column: str) -> Callable[[Path], Measured]:
    return lambda sources: Measured(float(_ours(sources, case)[column][NAMES[iso3]]))


def _exact(case: str, iso3: str) -> Callable[[Path], Measured]:
    def measure(sources: Path) -> Measured:
        row = {name: float(values[NAMES[iso3]]) for name, values in _ours(sources, case).items()}
        revenue = f"tariff revenue {row['revenue_before']:.2f} -> {row['revenue_after']:.2f} % of income"
        return Measured(row["income"], f"exact; the published sum is of first order; {revenue}")

    return measure


def _all_regions(case: str, column: str) -> Callable[[Path], Measured]:
    def measure(sources: Path) -> Measured:
        published = pd.read_csv(sources / FOLDER / f"welfare_by_region_{CASES[case]}.csv", index_col="region")[column]
        gaps = (_ours(sources, case)[column] - published.loc[list(experiment(sources).regions)]).abs()
        return Measured(float(gaps.max()), f"{len(gaps)} regions, the furthest is {gaps.idxmax()}")

    return measure


_NEEDS = tuple(f"{FOLDER}/{name}.parquet" for name in TABLES)
_DEFICITS = {"zero": "aggregate deficits zero", "kept": "deficits kept"}

CHECKS = (
    *(
        Check(
            id=f"nafta-{case}-{column}-{iso3}",
            kind="golden",
            sentence=f"{COLUMNS[column]} of {iso3} after NAFTA's tariff cuts, {_DEFICITS[case]}",
            published=value,
            tolerance=0.001,
            unit="%",
            source=SOURCE,
            measure=_one(case, iso3, column),
            needs=_NEEDS,
        )
        for case, table in PUBLISHED.items()
        for column, values in table.items()
        for iso3, value in zip(NAMES, values, strict=True)
    ),
    *(
        Check(
            id=f"nafta-{case}-exact-{iso3}",
            kind="golden",
            sentence=f"exact change of real income of {iso3} beside the published welfare, {_DEFICITS[case]}",
            published=value,
            tolerance=None,
            unit="%",
            source=SOURCE,
            measure=_exact(case, iso3),
            needs=_NEEDS,
        )
        for case, table in PUBLISHED.items()
        for iso3, value in zip(NAMES, table["welfare"], strict=True)
    ),
    *(
        Check(
            id=f"nafta-{case}-regions-{column}",
            kind="golden",
            sentence=f"{name} of all 31 regions, {_DEFICITS[case]}: largest difference",
            published=0.0,
            tolerance=1e-4,
            unit="%",
            source="results of cp2015 (replication of Caliendo & Parro 2015, subsection 5.1), all digits",
            measure=_all_regions(case, column),
            needs=(*_NEEDS, f"{FOLDER}/welfare_by_region_{table}.csv"),
        )
        for case, table in CASES.items()
        for column, name in COLUMNS.items()
    ),
)
