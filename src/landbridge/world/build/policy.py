"""The policy tables of a world: empty in the packaged worlds, filled by a study's changes."""

from __future__ import annotations

from landbridge.world.package import Column, Table

_EXPORTER = Column("exporter", "ISO3 of the seller")
_IMPORTER = Column("importer", "ISO3 of the buyer")
_SECTOR = Column("sector", "sector name, see table sectors")
_ISO3 = Column("iso3", "ISO3 of the economy")

_DESCRIBED = (
    (
        "trade_cost",
        "Factors on iceberg trade costs.",
        (_EXPORTER, _IMPORTER, _SECTOR, Column("factor", "multiplies the trade cost; infinite is an embargo", "1")),
    ),
    (
        "tariff",
        "Tariffs on top of the baseline, which has none.",
        (_EXPORTER, _IMPORTER, _SECTOR, Column("rate", "ad valorem rate", "1")),
    ),
    (
        "productivity",
        "Factors on productivity.",
        (_ISO3, _SECTOR, Column("factor", "multiplies productivity", "1")),
    ),
    (
        "conflict",
        "Intensity of armed conflict that replaces the baseline's.",
        (_ISO3, Column("intensity", "deaths in armed conflict", "deaths per year")),
    ),
)


def policy_tables() -> list[Table]:
    """The four empty tables, with their columns and types."""
    import pandas as pd

    tables = []
    for name, description, columns in _DESCRIBED:
        frame = pd.DataFrame({c.name: pd.Series(dtype="float64" if c.unit else "str") for c in columns})
        key = tuple(column.name for column in columns if not column.unit)
        tables.append(Table(name, frame, description, columns, key, "CC0", ()))
    return tables
