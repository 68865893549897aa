"""The tables of nodes and links with their text as categories: few words among many rows, compared as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pandas import Categorical, DataFrame, Series

    from landbridge.world import World

STUDY_COLUMNS: dict[str, Any] = {
    "hours_override": np.nan,
    "usd_override": np.nan,
    "speed_kmh_override": np.nan,
    "risk_hours": 0.0,
    "capacity": np.nan,
    "avoided": 0.0,
    "exempt": False,
    "closed_by": "",
    "feeder": False,
}


def nodes_of(world: World) -> DataFrame:
    """The table of nodes."""
    return world.derived("nodes", coded)


def links_of(world: World) -> DataFrame:
    """The table of links with the columns that studies write: overrides (NaN: the parameter's value), exemptions."""
    return world.derived("links", _with_study_columns)


def coded(frame: DataFrame) -> DataFrame:
    """A table with every column of text as categories."""
    text = {str(name): column.astype("category") for name, column in frame.items() if _is_text(column)}
    return frame.assign(**text) if text else frame


def labels_of(frame: DataFrame, column: str) -> NDArray[np.object_]:
    """A column of text as Python strings, of which equal ones are one object: there are few among many rows."""
    return words_of(coded(frame[[column]])[column].array)


def words_of(labels: Categorical) -> NDArray[np.object_]:
    """Categories as Python strings."""
    return np.asarray(labels.categories, dtype=object)[labels.codes]


def with_values(frame: DataFrame, rows: NDArray[Any], **values: object) -> DataFrame:
    """A table in which some rows have another value in some columns; a new word becomes a category."""
    return frame.assign(**{name: _changed(frame[name], rows, value) for name, value in values.items()})


def with_rows(frame: DataFrame, rows: Sequence[Mapping[str, Any]]) -> DataFrame:
    """A table with further rows after its own; new words become categories."""
    import pandas as pd

    more = pd.DataFrame(list(rows))[list(frame.columns)]
    columns = {}
    for name, column in frame.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = _knowing(column, more[name])
        columns[name] = pd.concat([column, more[name].astype(column.dtype)], ignore_index=True)
    return pd.DataFrame(columns)


def _with_study_columns(links: DataFrame) -> DataFrame:
    missing = {column: value for column, value in STUDY_COLUMNS.items() if column not in links}
    return coded(links.assign(**missing) if missing else links)


def _is_text(column: Series) -> bool:
    import pandas as pd

    return pd.api.types.is_string_dtype(column.dtype) and not isinstance(column.dtype, pd.CategoricalDtype)


def _changed(column: Series, rows: NDArray[Any], value: object) -> Any:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        changed = _knowing(column, [value]).array.copy()
    else:
        changed = column.to_numpy(copy=True)
    changed[rows] = value
    return changed


def _knowing(column: Series, words: Any) -> Series:
    """A column of categories that has some words among them."""
    import pandas as pd

    new = pd.Index(words).unique().difference(column.cat.categories)
    return column.cat.add_categories(new) if len(new) else column
