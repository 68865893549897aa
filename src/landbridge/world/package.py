"""Writing worlds: tidy Parquet tables and the Frictionless description of each."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landbridge.errors import DataError

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Column:
    """One column: what it holds, in which unit ("1" for pure numbers, "" for labels)."""

    name: str
    description: str
    unit: str = ""


@dataclass(frozen=True)
class Source:
    """Where figures come from: title, the year or period it describes, licence, and how we use it."""

    title: str
    licence: str
    year: str
    use: str = ""


@dataclass(frozen=True)
class Table:
    """A table on its way into a world. ``key`` lists the columns whose values together are unique."""

    name: str
    frame: DataFrame
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    licence: str
    sources: tuple[Source, ...]


_TYPES = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "datetime"}


def write_tables(folder: Path, header: Mapping[str, Any], tables: Iterable[Table]) -> None:
    """Write tables into a world's folder; a description already there keeps its other tables.

    ``header`` holds the package's own fields (name, year, title, base ...). Every file appears whole or not at all.

    Raises:
        DataError: the folder cannot be written, or a table does not match its described columns or key.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"Cannot write a world to {folder}: {error.strerror}.") from None
    path = folder / "datapackage.json"
    before = json.loads(path.read_text(encoding="utf-8"))["resources"] if path.is_file() else []
    resources = {resource["name"]: resource for resource in before}
    for table in tables:
        resources[table.name] = _write(folder, table)
    descriptor = {"profile": "data-package", **header, "resources": [resources[name] for name in sorted(resources)]}
    _replace(path, json.dumps(descriptor, indent=1, ensure_ascii=False).encode())


def _write(folder: Path, table: Table) -> dict[str, Any]:
    frame = table.frame.reset_index(drop=True)
    described = [column.name for column in table.columns]
    if list(frame.columns) != described:
        raise DataError(f'Table "{table.name}" has columns {list(frame.columns)}, described are {described}.')
    if table.key and frame.duplicated(list(table.key)).any():
        row = frame.loc[frame.duplicated(list(table.key)), list(table.key)].iloc[0].to_dict()
        raise DataError(f'Table "{table.name}" repeats the key {row}.')
    path = folder / f"{table.name}.parquet"
    scratch = path.with_suffix(".part")
    frame.to_parquet(scratch, index=False, compression="zstd", compression_level=15)
    os.replace(scratch, path)
    content = path.read_bytes()
    return {
        "name": table.name,
        "path": path.name,
        "format": "parquet",
        "description": table.description,
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    "type": _TYPES.get(frame[column.name].dtype.kind, "string"),
                    "unit": column.unit,
                    "description": column.description,
                }
                for column in table.columns
            ],
            "primaryKey": list(table.key),
        },
        "rows": len(frame),
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "licenses": [{"title": table.licence}],
        "sources": [
            {"title": source.title, "licence": source.licence, "year": source.year, "use": source.use}
            for source in table.sources
        ],
    }


def _replace(path: Path, content: bytes) -> None:
    scratch = path.with_suffix(".part")
    scratch.write_bytes(content)
    os.replace(scratch, path)
