"""Goods trade of the input-output table over the years: what the world of a base year is later confronted with."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from landbridge.world.build.icio import read_icio
from landbridge.world.build.sectors import GOODS
from landbridge.world.build.sources import source
from landbridge.world.package import Column, Table

YEARS = range(2011, 2023)


def trade_history_table(sources: Path) -> Table:
    """Goods sold across borders each year; the rest of the world is one economy here.

    Raises:
        DataError: the file of a year is missing.
    """
    import pandas as pd

    parts = []
    for year in YEARS:
        icio = read_icio(sources, year)
        goods = icio.flows[..., : len(GOODS)].sum(axis=-1)
        i, j = np.nonzero(~np.eye(len(goods), dtype=bool))
        names = np.array(icio.economies)
        parts.append(
            pd.DataFrame({"exporter": names[i], "importer": names[j], "year": year, "value_musd": goods[i, j]})
        )
    frame = pd.concat(parts, ignore_index=True).astype({"year": "int32", "value_musd": "float32"})
    return Table(
        name="trade_history",
        frame=frame,
        description="Goods trade between economies, 2011-2022, basic prices; ROW is the rest of the world undivided.",
        columns=(
            Column("exporter", "ISO3 of the seller"),
            Column("importer", "ISO3 of the buyer"),
            Column("year", "calendar year"),
            Column("value_musd", "value of goods sold, basic prices", "million USD"),
        ),
        key=("exporter", "importer", "year"),
        licence="CC BY 4.0",
        sources=(source("icio"),),
    )
