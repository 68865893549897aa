"""How good the split of the rest of the world is: hide economies whose trade is known, split them off, compare.

``python -m landbridge.world.build.evaluate SOURCES DOCS`` writes the page on it and its figure.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from landbridge.parameters import parameters
from landbridge.world.build.gravity import poisson, regressors
from landbridge.world.build.icio import Icio
from landbridge.world.build.pattern import Pattern, reports_until_2016
from landbridge.world.build.rest_of_world import GRAVITY, Given, split
from landbridge.world.build.sectors import GOODS, NAMES
from landbridge.world.build.wide import YEARS, inputs

if TYPE_CHECKING:
    from pandas import DataFrame

# Named economies most like the members of the rest of the world (outside the OECD, or small, or sellers of oil),
# dealt out so that every fold has some of each region.
FOLDS = (
    ("PAK", "NGA", "LAO", "SAU", "PER", "UKR"),
    ("KAZ", "MAR", "MMR", "CMR", "CRI", "BLR"),
    ("BGD", "EGY", "KHM", "AGO", "COL", "BRN"),
    ("JOR", "CIV", "VNM", "COD", "CHL", "ARE"),
    ("TUN", "SEN", "PHL", "STP", "ARG", "CYP"),
)
LEAST_MUSD = 1.0
SPLIT_PARAMETERS = ("gravity_weight", "mix_smoothing", "mix_smoothing_musd", "largest_deficit")
PAGE = "world-predicted-observed"


def hide(given: Given, hidden: tuple[str, ...]) -> Given:
    """The same inputs with some named economies put into the rest of the world of the table."""
    names = given.icio.named
    kept = [k for k, iso3 in enumerate(names) if iso3 not in hidden]
    bloc = [k for k in range(len(names) + 1) if k not in kept]
    by_seller = np.concatenate([given.icio.flows[kept], given.icio.flows[bloc].sum(axis=0, keepdims=True)])
    flows = np.concatenate([by_seller[:, kept], by_seller[:, bloc].sum(axis=1, keepdims=True)], axis=1)
    order = kept + [k for k in range(len(given.economies)) if k not in kept]
    both = np.ix_(order, order)
    return Given(
        icio=Icio([*(names[k] for k in kept), given.icio.economies[-1]], flows),
        economies=[given.economies[k] for k in order],
        gdp=given.gdp[order],
        people=given.people[order],
        geography=given.geography[both],
        pattern=Pattern(given.pattern.value[both], given.pattern.basis[both], given.pattern.shares[both]),
        beliefs=given.beliefs,
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
    """Predicted against observed cells of every hidden economy with named economies and with itself, fold by fold.

    Columns: exporter, importer, sector, basis, observed and predicted (million USD).
    """
    import pandas as pd

    known = given.icio.named
    names = np.array(known)
    parts = []
    for hidden in FOLDS:
        folded = hide(given, hidden)
        done = split(folded)
        place = [folded.economies.index(iso3) for iso3 in known]
        flows, basis = done.flows[np.ix_(place, place)], done.basis[np.ix_(place, place)]
        involved = np.isin(names, hidden)
        i, j = np.nonzero(involved[:, None] | involved[None, :])
        for s, sector in enumerate(NAMES):
            cells = {"exporter": names[i], "importer": names[j], "sector": sector, "basis": basis[i, j, s]}
            values = {"observed": given.icio.flows[i, j, s], "predicted": flows[i, j, s]}
            parts.append(pd.DataFrame(cells | values))
    return pd.concat(parts, ignore_index=True)


def skill(cells: DataFrame, by: list[str]) -> DataFrame:
    """Accuracy over cells of at least a million USD, one row for each combination of ``by``.

    Columns: cells; median_error, the median absolute error of logs; r2 of logs; misplaced, half the sum of absolute
    errors over the sum of observed values (0: perfect; 1: all of it in the wrong cells).
    """
    import pandas as pd

    large = cells[cells["observed"] >= LEAST_MUSD]
    rows = [
        (*(key if isinstance(key, tuple) else (key,)), len(group), *_accuracy(group))
        for key, group in large.groupby(by)
    ]
    return pd.DataFrame(rows, columns=[*by, "cells", "median_error", "r2", "misplaced"])


def _accuracy(group: DataFrame) -> tuple[float, float, float]:
    observed, predicted = np.log(group["observed"]), np.log(np.maximum(group["predicted"], 1e-3))
    error = predicted - observed
    r2 = 1 - (error**2).sum() / ((observed - observed.mean()) ** 2).sum()
    misplaced = (group["predicted"] - group["observed"]).abs().sum() / group["observed"].sum() / 2
    return float(error.abs().median()), float(r2), float(misplaced)


def unreported(sources: Path) -> dict[str, float]:
    """What each source holds for pairs that the other two leave blank, relative to a gravity estimate.

    Only pairs with a member of the rest of the world, told apart; the estimate is fitted on the pairs some source has.
    """
    given = inputs(sources, YEARS[0]).given
    reports = reports_until_2016(sources, given.economies)
    wanted = given.touched & ~np.eye(len(given.economies), dtype=bool)
    wanted[-1, :] = wanted[:, -1] = False
    X = regressors(given.gdp, given.people, given.geography)
    some = wanted & (given.pattern.value > 0)
    gravity = np.exp(X @ poisson(X[some], given.pattern.value[some]))
    shares = {}
    for name, report in reports.items():
        blank = wanted & ~np.any([other > 0 for title, other in reports.items() if title != name], axis=0)
        shares[name] = float(report[blank].sum() / gravity[blank].sum())
    return shares


def sensitivity(sources: Path) -> DataFrame:
    """Accuracy for hidden cross-border goods in 2017 with each parameter of the split at the ends of its range."""
    import pandas as pd

    trials = [("central", float("nan"))]
    trials += [(name, end) for name in SPLIT_PARAMETERS for end in parameters()[name].range]
    rows = []
    for name, value in trials:
        cells = held_out(inputs(sources, YEARS[0], {} if name == "central" else {name: value}).given)
        rows.append((name, value, *_accuracy(_goods_abroad(cells))))
    return pd.DataFrame(rows, columns=["parameter", "value", "median_error", "r2", "misplaced"])


def _goods_abroad(cells: DataFrame) -> DataFrame:
    abroad = (cells["exporter"] != cells["importer"]) & cells["sector"].isin(GOODS)
    return cells[abroad & (cells["observed"] >= LEAST_MUSD)]


def figure(cells: dict[int, DataFrame], path: Path) -> None:
    """Draw predicted against observed, one panel for each year and basis."""
    from matplotlib import ticker
    from matplotlib.figure import Figure

    panels = [
        (year, basis, group[group["observed"] >= LEAST_MUSD])
        for year, frame in cells.items()
        for basis, group in frame.groupby("basis")
    ]
    canvas = Figure(figsize=(12, 6.4), layout="constrained")
    axes = canvas.subplots(2, -(-len(panels) // 2), sharex=True, sharey=True).ravel()
    for axis, (year, basis, group) in zip(axes, panels, strict=False):
        axis.plot([1, 1e7], [1, 1e7], color="0.6", lw=0.8)
        axis.hexbin(
            group["observed"],
            np.maximum(group["predicted"], 0.1),
            xscale="log",
            yscale="log",
            gridsize=36,
            bins="log",
            mincnt=1,
            extent=(0, 6.5, -1, 6.5),
            cmap="viridis",
            linewidths=0,
        )
        error, r2, _ = _accuracy(group)
        axis.set_title(f"{year}: {basis}\n{len(group):,} cells, median error {error:.2f}, R² {r2:.2f}", fontsize=9)
        axis.xaxis.set_major_locator(ticker.LogLocator(100))
        axis.yaxis.set_major_locator(ticker.LogLocator(100))
    for axis in axes[len(panels) :]:
        axis.set_axis_off()
    canvas.supxlabel("observed in the input-output table, million USD")
    canvas.supylabel("predicted by the split, million USD")
    canvas.savefig(path, dpi=90)


def write_page(sources: Path, docs: Path) -> None:
    """Write the page on predicted against observed flows and its figure.

    Raises:
        DataError: a source file is missing.
    """
    given = {year: inputs(sources, year).given for year in YEARS}
    cells = {year: held_out(one) for year, one in given.items()}
    blind = {year: held_out(gravity_only(one)) for year, one in given.items()}
    figure(cells, docs / f"{PAGE}.png")
    by_basis, by_sector, without = [], [], []
    for year in YEARS:
        by_basis.append(_table(skill(cells[year].assign(year=year), ["year", "basis"])))
        by_sector.append(_table(skill(cells[year].assign(year=year), ["year", "basis", "sector"]).query("cells >= 25")))
        without.append((year, *_accuracy(_goods_abroad(cells[year])), *_accuracy(_goods_abroad(blind[year]))))
    page = (Path(__file__).parent / "evaluate.md").read_text(encoding="utf-8")
    shares = ", ".join(f"{name} {share:.0%}" for name, share in unreported(sources).items())
    blocks = {
        "{by_basis}": "\n".join([by_basis[0], *(block.split("\n", 2)[2] for block in by_basis[1:])]),
        "{by_sector}": "\n".join([by_sector[0], *(block.split("\n", 2)[2] for block in by_sector[1:])]),
        "{without}": "\n".join(
            f"| {year} | {' | '.join(f'{value:.2f}' for value in values)} |" for year, *values in without
        ),
        "{sensitivity}": _table(sensitivity(sources)),
        "{unreported}": shares,
        "{folds}": "; ".join(", ".join(fold) for fold in FOLDS),
    }
    for mark, text in blocks.items():
        page = page.replace(mark, text)
    (docs / f"{PAGE}.md").write_text(page, encoding="utf-8")


def _table(frame: DataFrame) -> str:
    """A frame as a Markdown table, floats to two decimals."""
    cells = [[f"{v:.2f}" if isinstance(v, float) else f"{v}" for v in row] for row in frame.itertuples(index=False)]
    rows = [[str(name).replace("_", " ") for name in frame.columns], ["---"] * frame.shape[1], *cells]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows).replace("| nan |", "| |")


if __name__ == "__main__":
    write_page(Path(sys.argv[1]), Path(sys.argv[2]))
