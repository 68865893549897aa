"""The public files a world is built from: what each is, under which licence, and how it is used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.errors import DataError
from landbridge.world.package import Source

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class SourceFile:
    """One public file: its place under the sources folder, its description, and the columns that are read."""

    path: str
    source: Source
    columns: tuple[str, ...]


_PRIOR = "pattern of modelled cells only; no figure of it is shipped"

CATALOGUE: dict[str, SourceFile] = {
    "icio": SourceFile(
        "trade/icio/icio_trade_{year}.parquet",
        Source(
            "OECD Inter-Country Input-Output tables, 2025 release",
            "OECD terms: share and adapt with credit",
            "2011-2022",
            "trade and own trade of 80 economies, totals of the rest of the world",
        ),
        (
            "exporter",
            "importer",
            "sector",
            "value_musd",
        ),
    ),
    "icio_use": SourceFile(
        "trade/icio/icio_use_2022_50s.parquet",
        Source(
            "OECD Inter-Country Input-Output tables, 2025 release: use by industry",
            "OECD terms: share and adapt with credit",
            "2022",
            "what industries use: technology of the industry worlds",
        ),
        (
            "country",
            "sector",
            "input_sector",
            "use_musd",
            "domestic_use_musd",
        ),
    ),
    "icio_matrix": SourceFile(
        "trade/icio/icio_Z_2022_14broad.parquet",
        Source(
            "OECD Inter-Country Input-Output tables, 2025 release: intermediate matrix, 14 sectors",
            "OECD terms: share and adapt with credit",
            "2022",
            "cross-check of the use table",
        ),
        (
            "supplier",
            "buyer",
            "value_musd",
        ),
    ),
    "baci": SourceFile(
        "trade/trade_2023.parquet",
        Source("CEPII BACI HS22, V202501", "Etalab Open Licence 2.0", "2023", "bilateral pattern of the 2022 world"),
        (
            "exporter",
            "importer",
            "year",
            "value_usd",
        ),
    ),
    "listed": SourceFile(
        "trade/country_2023.parquet",
        Source("World Bank, economies in BACI", "CC BY 4.0", "2023", "which economies are told apart"),
        ("iso3",),
    ),
    "panel": SourceFile(
        "trade/trade_panel_1964_2016.parquet",
        Source("UN Comtrade, every fourth year", "UN Comtrade: not for redistribution", "1964-2016", _PRIOR),
        (
            "exporter",
            "importer",
            "year",
            "value_usd",
        ),
    ),
    "itpde": SourceFile(
        "trade/trade_itpde_r01_total_2000_2016.parquet",
        Source("USITC ITPD-E, release 1", "US agency product, no licence text seen", "2000-2016", _PRIOR),
        (
            "year",
            "exporter",
            "importer",
            "value_musd",
        ),
    ),
    "unctad": SourceFile(
        "trade/trade_unctad_1995_2005_2015_sitc.parquet",
        Source("UNCTAD merchandise trade matrix by SITC section", "terms not found", "2015", _PRIOR),
        (
            "year",
            "exporter",
            "importer",
            "sitc_section",
            "value_musd",
        ),
    ),
    "geodist": SourceFile(
        "trade/gravity_geodist.parquet",
        Source("CEPII GeoDist (Mayer & Zignago 2011)", "credit CEPII", "2011", "distances of the gravity estimate"),
        (
            "iso_o",
            "iso_d",
            "dist",
            "contig",
            "comlang_off",
            "colony",
            "smctry",
        ),
    ),
    "wdi": SourceFile(
        "trade/wdi.parquet",
        Source("World Bank, World Development Indicators", "CC BY 4.0", "1960-2023", "GDP, electricity access"),
        (
            "iso3",
            "year",
            "gdp_usd",
            "electricity_access_pct",
        ),
    ),
    "population": SourceFile(
        "trade/population_wb_1990_2024.parquet",
        Source("World Bank, population", "CC BY 4.0", "1990-2024", "population"),
        (
            "code",
            "year",
            "population",
        ),
    ),
    "hdi": SourceFile(
        "trade/undp_hdi_1990_2021.parquet",
        Source("UNDP, Human Development Index", "CC BY 3.0 IGO", "1990-2021", "human development index"),
        (
            "iso3",
            "year",
            "hdi",
        ),
    ),
    "ucdp": SourceFile(
        "politics/conflict_country_month_1989_2021.parquet",
        Source(
            "UCDP Georeferenced Event Dataset, by country and month",
            "CC BY 4.0",
            "1989-2021",
            "deaths by month",
        ),
        (
            "iso3",
            "month",
            "best_all",
        ),
    ),
    "ucdp_state_based": SourceFile(
        "politics/conflict_sb_country_month_views_1990_2020.parquet",
        Source("UCDP GED by country and month, as ViEWS compiles it", "CC BY 4.0", "1990-2020", "state-based deaths"),
        (
            "country",
            "month",
            "ged_sb",
        ),
    ),
    "ideal_points": SourceFile(
        "politics/idealpoints_bsv_2020.parquet",
        Source("Bailey, Strezhnev & Voeten, UN ideal points, April 2020", "MIT", "1946-2019", "comparison only"),
        (
            "iso3",
            "ccode",
            "session",
            "IdealPoint",
            "Q5%",
            "Q95%",
        ),
    ),
    "rollcalls": SourceFile(
        "politics/un_rollcalls.parquet",
        Source(
            "Voeten et al., UN roll calls (Harvard Dataverse LEJUQZ)", "cite", "1946-2019", "dates and issues of votes"
        ),
        (
            "rcid",
            "date",
        ),
    ),
    "unvotes": SourceFile(
        "politics/unvotes.parquet",
        Source("Voeten et al., UN votes (Harvard Dataverse LEJUQZ)", "cite", "1946-2019", "ideal points, agreement"),
        ("iso3",),
    ),
    "events": SourceFile(
        "politics/gdelt_dyad_month_2018_2024.parquet",
        Source("GDELT, events between states by month", "free, credit the GDELT Project", "2018-2024", "ties"),
        (
            "iso3_a",
            "iso3_b",
            "month",
            "pos",
            "neg",
        ),
    ),
    "curated": SourceFile(
        "politics/memberships_curated_UNVERIFIED.csv",
        Source("landbridge, memberships from general knowledge", "MIT", "1949-2025", "dates of membership, unverified"),
        (
            "org",
            "iso3",
            "role",
            "start",
            "end",
        ),
    ),
    "factbook": SourceFile(
        "politics/memberships_factbook_2014_2026.parquet",
        Source(
            "CIA World Factbook, organisation memberships", "public domain", "2015-2026", "memberships, cross-check"
        ),
        (
            "iso3",
            "snapshot",
            "org",
            "status",
        ),
    ),
    "cow_igo": SourceFile(
        "politics/memberships_cow_igo_1816_2014.parquet",
        Source(
            "Correlates of War, intergovernmental organisations", "cite, not shipped", "1816-2014", "cross-check only"
        ),
        (
            "igo",
            "iso3",
            "status",
            "first_year",
        ),
    ),
}


def source(name: str) -> Source:
    """The description of a public file, as it stands in a world's ``datapackage.json``."""
    return CATALOGUE[name].source


def read(sources: Path, name: str, **place: object) -> DataFrame:
    """Read one public file from the sources folder; labels come as plain strings ("NA" is Namibia, not missing).

    Raises:
        DataError: the folder or the file is not there, cannot be read as a table, or lacks a column.
    """
    import pandas as pd

    if not sources.is_dir():
        raise DataError(f"No folder of sources at {sources}. DATA.md says which public files it must hold.")
    path = sources / CATALOGUE[name].path.format(**place)
    if not path.is_file():
        raise DataError(f"{path} is missing: {CATALOGUE[name].source.title}. DATA.md says where it comes from.")
    try:
        frame = pd.read_csv(path, keep_default_na=False) if path.suffix == ".csv" else pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}") from None
    if absent := [column for column in CATALOGUE[name].columns if column not in frame.columns]:
        raise DataError(f"{path} lacks the column {absent[0]!r}. Found: {', '.join(map(str, frame.columns))}.")
    labels = frame.select_dtypes("category").columns
    return frame.astype(dict.fromkeys(labels, str))
