"""What estimates on panels share: columns checked, combinations of columns numbered, lone rows left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.errors import InputError, did_you_mean

Columns = tuple[str, ...]


def without_singletons(data: pd.DataFrame, effects: Sequence[str]) -> pd.DataFrame:
    """Only rows that share every effect with another row."""
    while True:
        alone = np.zeros(len(data), dtype=bool)
        for effect in effects:
            alone |= np.bincount(data[effect])[data[effect]] == 1
        if not alone.any():
            return data
        data = data[~alone].reset_index(drop=True)


def check_column(panel: pd.DataFrame, column: str, *, number: bool) -> None:
    """The column is there, without gaps, and holds finite numbers where it should.

    Raises:
        InputError: it does not; the message names the column, or the first row.
    """
    if column not in panel:
        has = [str(name) for name in panel.columns]
        raise InputError(f'The panel has no column "{column}".{did_you_mean(column, has)} It has: {", ".join(has)}.')
    values = panel[column]
    if number and values.dtype.kind not in "biuf":
        raise InputError(f'The column "{column}" holds {values.dtype}; wanted are numbers.')
    gaps = ~np.isfinite(values.to_numpy(float)) if number else values.isna().to_numpy()
    if gaps.any():
        more = f" and {gaps.sum() - 1:,} more" if gaps.sum() > 1 else ""
        raise InputError(f'The column "{column}" has no value in row {panel.index[gaps][0]}{more}.')


def codes(panel: pd.DataFrame, columns: Columns) -> NDArray[np.integer[Any]]:
    """A number for every combination of the columns that occurs."""
    return panel.groupby(list(columns), sort=False, observed=True).ngroup().to_numpy()
