"""Rows of tables that hold for some years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pandas import DataFrame


def in_force(table: DataFrame, year: int) -> NDArray[np.bool_]:
    """Which dated rows (``since``, ``until``, empty: open-ended) hold on 1 July of the year."""
    day = f"{year:04d}-07-01"
    since, until = (table[name].fillna("").tolist() for name in ("since", "until"))
    return np.array([start <= day and (not end or day < end) for start, end in zip(since, until, strict=True)], bool)
