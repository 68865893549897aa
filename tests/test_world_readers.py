"""Worlds from files of one's own: the published formats are read as they are, and what is wrong is said by name.

``build_from_file`` holds every world that it writes to the rules of ``world check``.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest

from landbridge.errors import DataError
from landbridge.study.run import run
from landbridge.study.schema import read_study
from landbridge.trade.model import trade_baseline
from landbridge.world import World, load_world
from landbridge.world.build.readers import build_from_file, write_template
from landbridge.world.build.readers.baci import read_baci
from landbridge.world.build.readers.complete import growth, trade_of, with_goods, with_rows
from landbridge.world.build.readers.industries import OECD, WIOD_2013, WIOD_2016
from landbridge.world.build.readers.inputoutput import add_up
from landbridge.world.build.readers.names import iso3
from landbridge.world.build.readers.own import read_own
from landbridge.world.build.readers.products import sector
from landbridge.world.build.readers.wiod import read_matrix
from landbridge.world.build.readers.worlds import unit_remark
from landbridge.world.build.sectors import INDUSTRIES, NAMES

DATA = Path(__file__).parent / "data"
OECD_2020 = DATA / "2020_SML.csv"
WIOD_2014 = DATA / "WIOT2014_Nov16_ROW.csv"
BACI_2019 = DATA / "BACI_HS17_Y2019_V202501.csv"
CODES = DATA / "country_codes_V202501.csv"


def _lines(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def _written(path: Path, lines: list[list[object]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def _cell(world: World, exporter: str, importer: str, sector: str, column: str = "value_musd") -> object:
    trade = world.table("trade").set_index(["exporter", "importer", "sector"])
    return trade.at[(exporter, importer, sector), column]


@pytest.fixture(scope="module")
def oecd(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("oecd") / "mine"
    assert build_from_file(OECD_2020, folder) == []
    return load_world(folder)


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    """The OECD fixture as it stands in the file."""
    return pd.read_csv(OECD_2020, index_col=0)


@pytest.fixture(scope="module")
def baci(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("baci") / "mine"
    assert build_from_file(BACI_2019, folder) == []
    return load_world(folder)


# ----------------------------------------------------------------------------------------------- input-output tables


def test_a_world_of_an_oecd_table_is_sound(oecd: World) -> None:
    assert (oecd.year, oecd.countries) == (2020, ["CHN", "PAK", "ROW", "RUS", "USA"])
    assert oecd.sectors == ["crops", "oil_gas", "food", "iron_steel", "services"]
    sectors = oecd.table("sectors").set_index("sector")
    assert sectors.at["services", "icio"] == "D, G"
    assert not sectors.at["services", "carried"]
    assert "A01_02" in sectors.at["crops", "title"]


def test_flows_of_an_oecd_table_are_sums_over_all_uses(oecd: World, published: pd.DataFrame) -> None:
    sold = published.loc[["CHN_D", "CHN_G"], [name for name in published.columns if name.startswith("PAK_")]]
    assert _cell(oecd, "CHN", "PAK", "services") == pytest.approx(sold.to_numpy().sum(), rel=1e-12)


def test_intermediate_use_of_an_oecd_table_is_domestic_and_imported_together(
    oecd: World, published: pd.DataFrame
) -> None:
    use = oecd.table("intermediate_use").set_index(["iso3", "input", "sector"])["value_musd"]
    rows = [name for name in published.index if name.endswith(("_D", "_G"))]
    assert use["RUS", "services", "food"] == pytest.approx(published.loc[rows, "RUS_C10T12"].sum(), rel=1e-12)


def test_value_added_and_final_spending_are_what_inputs_leave(oecd: World) -> None:
    trade, use = oecd.table("trade"), oecd.table("intermediate_use")
    output = trade.groupby(["exporter", "sector"])["value_musd"].sum()
    inputs = use.groupby(["iso3", "sector"])["value_musd"].sum()
    bought = trade.groupby(["importer", "sector"])["value_musd"].sum()
    used = use.groupby(["iso3", "input"])["value_musd"].sum()
    assert (output.to_numpy() - inputs.to_numpy() >= 0.02 * output.to_numpy() * (1 - 1e-9)).all()
    assert (bought.to_numpy() - used.to_numpy() >= -1e-9 * bought.to_numpy()).all()
    accounts = oecd.table("accounts").set_index("iso3")
    totals = output.groupby("exporter").sum() - inputs.groupby("iso3").sum()
    assert accounts["value_added_musd"].to_numpy() == pytest.approx(totals.to_numpy(), rel=1e-12)
    assert accounts["value_added_musd"].sum() == pytest.approx(accounts["final_spending_musd"].sum(), rel=1e-9)


def test_a_draw_on_stocks_is_no_negative_flow_and_is_reported(oecd: World, published: pd.DataFrame) -> None:
    row = published.loc["RUS_B05_06"]
    final = row[[name for name in published.columns if name.startswith("PAK_") and name.split("_")[1].isupper()]]
    assert row[["PAK_HFCE", "PAK_INVNT"]].tolist() == [0.5, -80.25]
    assert len(final) >= 6
    inputs = row[["PAK_A01_02", "PAK_B05_06", "PAK_C10T12", "PAK_C24", "PAK_D", "PAK_G"]].sum()
    assert _cell(oecd, "RUS", "PAK", "oil_gas") == pytest.approx(inputs)
    changes = oecd.table("adjustments").set_index("statement")
    stocks = changes[changes.index.str.startswith("negative final demand")].iloc[0]
    assert stocks["largest"] == pytest.approx(79.75)


def test_an_industry_without_value_added_uses_less_and_says_so(oecd: World) -> None:
    use = oecd.table("intermediate_use")
    modelled = use[use["status"] == "modelled"]
    assert set(zip(modelled["iso3"], modelled["sector"], strict=True)) == {("PAK", "iron_steel")}
    assert oecd.table("adjustments")["statement"].str.contains("inputs cut to leave value added, in 1 industries").any()


def test_oecd_parts_of_china_are_added_up(tmp_path: Path, oecd: World) -> None:
    """In the extended tables China stands as CHN (final demand) and CN1, CN2 (industries)."""
    lines = _lines(OECD_2020)
    industries = [name for name in lines[0] if name.startswith("CHN_") and name.split("_", 1)[1] in OECD]
    columns = [lines[0].index(name) for name in industries]
    header = [*lines[0][:1], *(name.replace("CHN_", "CN1_") if name in industries else name for name in lines[0][1:])]
    halves = [[*header, *(name.replace("CHN_", "CN2_") for name in industries)]]
    for line in lines[1:]:
        rows = [line]
        if line[0].startswith("CHN_"):
            half = [str(float(cell) / 2) for cell in line[1:]]
            rows = [[line[0].replace("CHN_", f"CN{part}_"), *half] for part in (1, 2)]
        for row in rows:
            split = [str(float(cell) / 2) if c in columns else cell for c, cell in enumerate(row[1:], 1)]
            halves.append([row[0], *split, *(split[c - 1] for c in columns)])
    assert "CHN_HFCE" in halves[0]
    build_from_file(_written(tmp_path / "2020.csv", halves), tmp_path / "parts")
    parts = load_world(tmp_path / "parts")
    assert parts.countries == oecd.countries
    for table in ("trade", "intermediate_use"):
        assert parts.table(table)["value_musd"].to_numpy() == pytest.approx(
            oecd.table(table)["value_musd"].to_numpy(), rel=1e-9
        )


def test_the_edition_of_2018_writes_other_labels(tmp_path: Path, oecd: World) -> None:
    codes = {"A01_02": "01T03", "B05_06": "05T06", "C10T12": "10T12", "C24": "24", "D": "35T39", "G": "45T47"}
    rename = {
        f"{country}_{code}": f"{country}_{codes[code]}"
        for country in ("CHN", "PAK", "RUS", "USA", "ROW")
        for code in codes
    }
    rename |= {"V1": "", "TLS": "PAK_TAXSUB", "VA": "VALU", "OUT": "OUTPUT"}
    lines = [[rename.get(cell, cell) for cell in line] for line in _lines(OECD_2020)]
    lines[0][-1] = "TOTAL"
    build_from_file(_written(tmp_path / "ICIO2018_2015.CSV", lines), tmp_path / "out")
    world = load_world(tmp_path / "out")
    assert world.year == 2015
    assert world.table("trade")["value_musd"].tolist() == oecd.table("trade")["value_musd"].tolist()


def test_an_unknown_country_industry_or_demand_is_refused_by_name(tmp_path: Path) -> None:
    text = OECD_2020.read_text()
    for wrong, words in (("PAQ_", "PAQ"), ("PAK", "Did you mean 'PAK'")):
        path = tmp_path / "2020_SML.csv"
        path.write_text(text.replace("PAK_", wrong if wrong != "PAK" else "PAKK_"))
        with pytest.raises(DataError, match=words):
            build_from_file(path, tmp_path / "out")
    path.write_text(text.replace("_C24", "_C2X"))
    with pytest.raises(DataError, match=r'No industry called "C2X"\. Did you mean'):
        build_from_file(path, tmp_path / "out")
    path.write_text(text.replace("_HFCE", "_HFCX"))
    with pytest.raises(DataError, match=r'No industry called "HFCX"'):
        build_from_file(path, tmp_path / "out")


def test_a_table_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    lines = _lines(OECD_2020)
    with pytest.raises(DataError, match=r"no row for ROW G, which has a column\. Is the file cut short"):
        build_from_file(_written(tmp_path / "2020_SML.csv", lines[:30]), tmp_path / "out")
    with pytest.raises(DataError, match=r"the row CHN A01_02 stands twice"):
        build_from_file(_written(tmp_path / "2020_SML.csv", [*lines[:3], lines[1], *lines[3:]]), tmp_path / "out")


def test_rows_that_do_not_add_up_to_the_stated_output_are_refused(tmp_path: Path) -> None:
    lines = _lines(OECD_2020)
    half = [[*line[:-1], str(float(line[-1]) / 2)] for line in lines[1:]]
    with pytest.raises(DataError, match=r"add up to .* their column of output says"):
        build_from_file(_written(tmp_path / "2020_SML.csv", [lines[0], *half]), tmp_path / "out")


def test_text_in_a_number_is_refused_with_its_row(tmp_path: Path) -> None:
    lines = _lines(OECD_2020)
    lines[4][7] = "n/a"
    with pytest.raises(DataError, match=r"Row #5.*invalid value 'n/a'"):
        build_from_file(_written(tmp_path / "2020_SML.csv", lines), tmp_path / "out")


def test_the_year_must_stand_somewhere(tmp_path: Path) -> None:
    path = shutil.copy(OECD_2020, tmp_path / "small.csv")
    with pytest.raises(DataError, match="--year"):
        build_from_file(path, tmp_path / "out")
    build_from_file(path, tmp_path / "out", year=2011)
    assert load_world(tmp_path / "out").year == 2011


def _as_excel(lines: list[list[str]], path: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("2014")
    for number, line in enumerate(lines):
        cells = [float(cell) if number >= 6 and place >= 4 else cell or None for place, cell in enumerate(line)]
        sheet.append(cells)
    book.save(path)
    return path


def _as_r(lines: list[list[str]], prefix: str) -> pd.DataFrame:
    """The table as WIOD's R and Stata files have it."""
    codes, countries, numbers = (lines[row][4:-1] for row in (2, 4, 5))
    columns = [f"{prefix}{country}{number[1:]}" for country, number in zip(countries, numbers, strict=True)]
    rows = [
        [line[0], line[1], line[2], int(line[3][1:]), 2014, *map(float, line[4:])]
        for line in lines[6:]
        if line[0] != ""
    ]
    assert len(codes) == len(columns)
    names = ["IndustryCode", "IndustryDescription", "Country", "RNr", "Year", *columns, f"{prefix}TOT"]
    return pd.DataFrame(rows, columns=names)


@pytest.mark.parametrize("form", ["csv", "xlsx", "dta", "r"])
def test_wiod_reads_alike_in_every_form(form: str, tmp_path: Path) -> None:
    lines = _lines(WIOD_2014)
    path = tmp_path / f"WIOT2014_Nov16_ROW.{form if form != 'r' else 'csv'}"
    if form == "csv":
        shutil.copy(WIOD_2014, path)
    elif form == "xlsx":
        _as_excel(lines, path)
    elif form == "dta":
        _as_r(lines, "v").to_stata(path, write_index=False)
    else:
        _as_r(lines, "").to_csv(path, index=True, quoting=csv.QUOTE_NONNUMERIC)
    build_from_file(path, tmp_path / "out")
    world = load_world(tmp_path / "out")
    assert (world.year, world.countries) == (2014, ["CHN", "ROW", "RUS", "TUR"])
    assert world.sectors == ["crops", "oil_gas", "food", "iron_steel", "services"]
    place = lines[6][4:]
    columns = [c for c, country in enumerate(lines[4][4:]) if country == "RUS"]
    assert _cell(world, "CHN", "RUS", "crops") == pytest.approx(sum(float(place[c]) for c in columns), rel=1e-12)


def test_wiod_of_2013_has_other_codes_and_calls_romania_rom(tmp_path: Path) -> None:
    rename = {"A01": "AtB", "B": "C", "C10-C12": "15t16", "C24": "27t28", "G46": "51"}
    lines = [[rename.get(cell, {"TUR": "ROM"}.get(cell, cell)) for cell in line] for line in _lines(WIOD_2014)]
    final = {f"c{57 + n}": f"c{number}" for n, number in enumerate((37, 38, 39, 41, 42))}
    lines[2] = ["" if cell in ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN") else cell for cell in lines[2]]
    lines[5] = [final.get(cell, cell) for cell in lines[5]]
    for number in range(6, len(lines)):
        lines[number][3] = lines[number][3].replace("r", "c") if lines[number][2] != "TOT" else lines[number][3]
    build_from_file(_as_excel(lines, tmp_path / "wiot05_row_apr12.xlsx"), tmp_path / "out")
    world = load_world(tmp_path / "out")
    assert (world.year, world.countries) == (2005, ["CHN", "ROU", "ROW", "RUS"])
    assert set(world.sectors) <= set(WIOD_2013.values())


def test_text_in_an_excel_table_is_refused_with_its_row(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = _as_excel(_lines(WIOD_2014), tmp_path / "WIOT2014.xlsx")
    book = load_workbook(path)
    book.active["F9"] = "missing"
    book.save(path)
    with pytest.raises(DataError, match=r'row 9: "missing" is not a number'):
        build_from_file(path, tmp_path / "out")


def test_every_industry_of_every_table_leads_to_a_sector_of_the_industry_worlds() -> None:
    names = {sector.name for sector in INDUSTRIES}
    for industries, count in ((WIOD_2016, 56), (WIOD_2013, 35)):
        assert set(industries.values()) <= names
        assert len(industries) == count
    assert set(OECD.values()) == names
    for each in INDUSTRIES[:-1]:
        assert OECD[each.icio[0]] == each.name


# -------------------------------------------------------------------------------------------------------------- BACI


def test_a_world_of_baci_carries_its_goods(baci: World) -> None:
    assert baci.year == 2019
    assert _cell(baci, "CHN", "PAK", "manufactures") == pytest.approx(1650.00025)
    assert _cell(baci, "AFG", "PAK", "agriculture") == pytest.approx(95.000123)
    assert _cell(baci, "AFG", "PAK", "agriculture", "status") == "observed"
    assert _cell(baci, "PAK", "RUS", "fuels") == 0.0
    assert _cell(baci, "RUS", "IND", "fuels") == pytest.approx(2500.00075)


def test_other_asia_of_baci_is_taiwan_and_its_electricity_is_in_services(baci: World, world2017: World) -> None:
    assert _cell(baci, "TWN", "CHN", "manufactures") == pytest.approx(92000.00025)
    assert _cell(baci, "RUS", "CHN", "fuels") == pytest.approx(36500.0005)
    assert baci.table("adjustments")["statement"].str.contains("electricity left out.*180 million USD").any()


def test_small_economies_of_baci_trade_inside_the_rest_of_the_world(baci: World) -> None:
    """Andorra and EFTA not specified are part of ROW."""
    assert "AND" not in baci.countries
    assert _cell(baci, "ROW", "CHN", "manufactures") == pytest.approx(0.1205 + 5.2005)
    assert _cell(baci, "ROW", "CHN", "manufactures", "basis") == "BACI"


def test_what_baci_leaves_open_follows_the_base_and_gdp(baci: World, world2017: World) -> None:
    indicators = world2017.table("indicators")
    gdp = indicators[indicators["indicator"] == "gdp_usd"].pivot(index="iso3", columns="year", values="value")
    grown = gdp[2019] / gdp[2017]
    before, after = (world.table("accounts").set_index("iso3")["output_musd"] for world in (world2017, baci))
    assert after["PAK"] / before["PAK"] == pytest.approx(grown["PAK"], rel=1e-9)
    services = _cell(world2017, "CHN", "PAK", "services") * np.sqrt(grown["CHN"] * grown["PAK"])
    assert _cell(baci, "CHN", "PAK", "services") == pytest.approx(services)
    both = np.sqrt(grown["DEU"] * grown["FRA"])
    assert _cell(baci, "DEU", "FRA", "fuels") == pytest.approx(_cell(world2017, "DEU", "FRA", "fuels") * both)
    assert _cell(baci, "DEU", "FRA", "fuels", "status") == "modelled"
    assert "Not in BACI" in baci.table("economies").set_index("iso3").at["DEU", "note"]
    assert {source["title"] for source in baci.resources["trade"]["sources"]} == {
        "CEPII BACI",
        "landbridge, world 2017",
    }


def test_own_trade_is_output_less_exports_and_exports_give_way_to_output(tmp_path: Path, world2017: World) -> None:
    path = tmp_path / "BACI_HS17_Y2019_V202501.csv"
    path.write_text(BACI_2019.read_text() + "2019,4,842,710812,900000000.0,1\n")
    done = with_goods(read_baci(path, CODES, lambda _: None), world2017)
    afghanistan, america = (done.trade.economies.index(code) for code in ("AFG", "USA"))
    sold = done.trade.flows[afghanistan].sum(axis=-1)
    grown, _ = growth(world2017, 2019)
    before = world2017.table("accounts").set_index("iso3").at["AFG", "output_musd"]
    assert sold[afghanistan] > 0
    assert sold.sum() == pytest.approx(before * grown[afghanistan], rel=1e-9)
    assert 0 < sold[america] < 900000
    assert "exceed" in done.notes["AFG"]


def test_imports_beyond_what_gdp_can_pay_for_are_cut(tmp_path: Path, world2017: World) -> None:
    path = tmp_path / "BACI_HS17_Y2019_V202501.csv"
    path.write_text(BACI_2019.read_text() + "2019,842,4,870323,90000000.0,1\n")
    done = with_goods(read_baci(path, CODES, lambda _: None), world2017)
    trade, (america, afghanistan) = done.trade, (done.trade.economies.index(code) for code in ("USA", "AFG"))
    assert 0 < trade.flows[america, afghanistan, 2] < 90000
    assert not trade.observed[america, afghanistan, 2]
    assert "Imports exceed" in done.notes["AFG"]
    abroad = trade.flows.sum(axis=-1) * ~np.eye(len(trade.economies), dtype=bool)
    deficit = abroad.sum(axis=0) - abroad.sum(axis=1)
    assert deficit[afghanistan] == pytest.approx(0.6 * trade.gdp[afghanistan], rel=1e-3)


def test_a_year_after_the_last_gdp_keeps_the_last_and_says_so(tmp_path: Path, world2022: World) -> None:
    path = tmp_path / "BACI_HS22_Y2024_V202601.csv"
    path.write_text(BACI_2019.read_text().replace("2019,", "2024,"))
    done = with_goods(read_baci(path, CODES, lambda _: None), world2022)
    assert done.trade.year == 2024
    assert done.remarks == ["GDP in the world ends in 2022: gross output, services and GDP are those of 2022."]
    assert done.trade.gdp == pytest.approx(trade_of(world2022).gdp)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2019,999,842,851712,1.0,1", r"country 999 \(not in the table of country codes\)"),
        ("2019,710,842,851712,1.0,1", r"country 710 \(Nowhere\) has no ISO3 code that is known: QQQ"),
        ("2020,156,842,851712,1.0,1", "one year is wanted, found 2019, 2020"),
        ("2019,156,842,001712,1.0,1", '"001712" is no product'),
        ("2019,156,842,851712,-1.0,1", "flow from 156 to 842 is -1.0"),
        ("2019,156,842,851712,,1", "flow from 156 to 842 is nan"),
        ("2019,156,842,851712,much,1", "invalid value 'much'"),
        ("2019,1560,842,851712,1.0,1", "two country numbers below 1000"),
    ],
)
def test_a_fault_in_baci_is_named(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "BACI_HS17_Y2019_V202501.csv"
    path.write_text(BACI_2019.read_text() + line + "\n")
    codes = CODES.read_text() + "710,Nowhere,,QQQ\n"
    (tmp_path / "country_codes_V202501.csv").write_text(codes)
    with pytest.raises(DataError, match=message):
        build_from_file(path, tmp_path / "out")


def test_baci_wants_its_country_codes_and_its_own_year(tmp_path: Path) -> None:
    path = shutil.copy(BACI_2019, tmp_path / "baci.csv")
    with pytest.raises(DataError, match="country_codes_V"):
        build_from_file(path, tmp_path / "out")
    with pytest.raises(DataError, match="is no table of BACI's country codes"):
        build_from_file(path, tmp_path / "out", codes=BACI_2019)
    with pytest.raises(DataError, match="its flows are of 2019, not of 2020"):
        build_from_file(BACI_2019, tmp_path / "out", year=2020)
    with pytest.raises(DataError, match=r'--base "2018" is no packaged world'):
        build_from_file(BACI_2019, tmp_path / "out", base="2018")


@pytest.mark.parametrize(
    ("product", "name"),
    [
        ("010121", "agriculture"),
        ("10121", "agriculture"),
        ("240220", "agriculture"),
        ("250100", "fuels"),
        ("252329", "manufactures"),
        ("270900", "fuels"),
        ("271600", "services"),
        ("400121", "agriculture"),
        ("520100", "agriculture"),
        ("520512", "manufactures"),
        ("9999AA", "manufactures"),
        ("001234", None),
        ("horses", None),
    ],
)
def test_products_belong_to_sectors_as_their_industries_do(product: str, name: str | None) -> None:
    assert sector(product) == name


# ------------------------------------------------------------------------------------------------------- own tables


def _own(folder: Path, *lines: str, header: str = "exporter,importer,sector,value_musd") -> Path:
    path = folder / "my_trade.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_the_template_is_a_table_that_builds(tmp_path: Path, world2017: World) -> None:
    path = tmp_path / "my_trade.csv"
    write_template(path)
    assert build_from_file(path, tmp_path / "out", base="2017") == []
    world = load_world(tmp_path / "out")
    assert world.table("trade")["value_musd"].to_numpy() == pytest.approx(
        world2017.table("trade")["value_musd"].to_numpy(), abs=1e-3
    )
    with pytest.raises(DataError, match="is there already"):
        write_template(path)


def test_rows_replace_cells_of_the_base(tmp_path: Path, world2017: World) -> None:
    path = _own(tmp_path, "Pakistan,Russian Federation,fuels,1000", "RUS,PAK,fuels,2500.5")
    before = trade_of(world2017)
    after = with_rows(read_own(path, world2017.sectors), world2017, path.name).trade
    pakistan, russia = (before.economies.index(code) for code in ("PAK", "RUS"))
    assert after.flows[russia, pakistan, 1] == 2500.5
    assert after.basis[pakistan, russia, 1] == "my_trade.csv"
    changed = after.flows != before.flows
    assert np.argwhere(changed).tolist() == [[pakistan, russia, 1], [russia, pakistan, 1]]


def test_rows_in_an_industry_world_scale_what_industries_use(tmp_path: Path) -> None:
    base = load_world("2022-industry")
    before = trade_of(base)
    pakistan, russia, oil = (
        before.economies.index("PAK"),
        before.economies.index("RUS"),
        base.sectors.index("oil_gas"),
    )
    path = _own(tmp_path, "RUS,PAK,oil_gas,5000")
    done = with_rows(read_own(path, base.sectors), base, path.name)
    frame = base.table("intermediate_use").set_index(["iso3", "input"])["value_musd"]
    bought, buys = (flows[:, pakistan, oil].sum() for flows in (before.flows, done.trade.flows))
    assert done.trade.flows[russia, pakistan, oil] == 5000
    assert done.use.value[pakistan, oil].sum() <= frame["PAK", "oil_gas"].sum() * buys / bought * (1 + 1e-9)
    inputs, output = done.use.value.sum(axis=1), done.trade.flows.sum(axis=1)
    assert (inputs <= 0.98 * output * (1 + 1e-9)).all()
    assert (done.use.value.sum(axis=2) <= done.trade.flows.sum(axis=0) * (1 + 1e-9)).all()
    build_from_file(path, tmp_path / "out", base="2022-industry")
    with pytest.raises(DataError, match="name a wide world as the base"):
        build_from_file(BACI_2019, tmp_path / "baci", base="2022-industry")


def test_a_table_with_own_trade_stands_alone(tmp_path: Path) -> None:
    rows = [
        f"{a},{b},{s},{v}"
        for a, b, v in (("PAK", "PAK", 9e4), ("RUS", "RUS", 5e5), ("PAK", "RUS", 400))
        for s in ("fuels", "tea")
    ]
    remarks = build_from_file(_own(tmp_path, *rows), tmp_path / "out")
    world = load_world(tmp_path / "out")
    assert (world.year, world.countries, world.sectors) == (2017, ["PAK", "RUS"], ["fuels", "tea"])
    assert world.table("sectors")["carried"].tolist() == [True, False]
    assert any('Sector "tea" is your own' in remark for remark in remarks)
    assert any("2 of 8 cells have no row" in remark for remark in remarks)
    assert trade_baseline(world).flows.shape == (2, 2, 2)


def test_a_table_in_other_units_is_warned_of(world2017: World) -> None:
    known = (
        world2017.table("trade").groupby(["exporter", "importer"])["value_musd"].sum()[[("CHN", "PAK"), ("PAK", "CHN")]]
    )
    assert unit_remark(known * 2, world2017) == ""
    for factor, unit in ((1e6, "USD"), (1e3, "thousand USD"), (1e-3, "billion USD")):
        assert f"Are the values in {unit}?" in unit_remark(known * factor, world2017)


@pytest.mark.parametrize(
    ("lines", "messages"),
    [
        (["PAK,Rusia,fuels,1"], ["line 2", 'No country called "Rusia"', "Russia"]),
        (["PAK,RUS,fuel,1"], ["line 2", 'no sector called "fuel"', "'fuels'", "agriculture"]),
        (["PAK,RUS,fuels,-1"], ["line 2", "value_musd is -1", "0 or more"]),
        (["PAK,RUS,fuels,nan"], ["line 2", "value_musd is nan"]),
        (["PAK,RUS,fuels,some"], ["line 2", '"some" is not a number']),
        (['PAK,RUS,fuels,"1,234"'], ["line 2", "without separators of thousands"]),
        (["PAK,RUS,fuels"], ["line 2", "3 cells"]),
        (["PAK,RUS,fuels,1", "", "Pakistan,Russia,fuels,2"], ["line 4", "PAK, RUS, fuels stands in line 2 already"]),
        (["PAK,RUS,fuels,1", "PAQ,RUS,fuels,1", "PAK,RUS,fuel,2"], ["line 3", "line 4"]),
        (["PAK,CUB,fuels,1"], ['CUB does not trade in the world "2017"', "ROW"]),
        ([], ["has no rows"]),
        ([f"PAK,PAK,{name},0" for name in NAMES], ["PAK would sell nothing to itself"]),
    ],
)
def test_a_fault_in_an_own_table_is_named_with_its_line(
    lines: list[str], messages: list[str], tmp_path: Path, world2017: World
) -> None:
    with pytest.raises(DataError) as error:
        with_rows(read_own(_own(tmp_path, *lines), world2017.sectors), world2017, "my_trade.csv")
    for message in messages:
        assert message in str(error.value)


def test_a_missing_column_gets_the_nearest(tmp_path: Path) -> None:
    path = _own(tmp_path, "PAK,RUS,fuels,1", header="exporter,importer,sector,value_usd")
    with pytest.raises(DataError, match=r'no column "value_musd"\. Did you mean \'value_usd\''):
        build_from_file(path, tmp_path / "out")


def test_a_table_without_goods_of_a_known_kind_is_told_their_names(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no sector is carried .* agriculture, fuels, manufactures"):
        build_from_file(_own(tmp_path, "PAK,PAK,tea,100"), tmp_path / "out")


def test_a_table_separated_by_semicolons_is_told_so(tmp_path: Path) -> None:
    path = _own(tmp_path, "PAK;RUS;fuels;1", header="exporter;importer;sector;value_musd")
    with pytest.raises(DataError, match="separated by commas; found: exporter;importer"):
        build_from_file(path, tmp_path / "out")


def test_a_table_without_own_trade_is_told_how_to_fill_it(tmp_path: Path) -> None:
    path = _own(tmp_path, "PAK,RUS,fuels,1", "PAK,PAK,fuels,100")
    with pytest.raises(DataError, match=r"no row RUS,RUS,fuels.*gross output less exports.*--base"):
        build_from_file(path, tmp_path / "out")


# ------------------------------------------------------------------------------------------------------- any format


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "a,b,c\n1,2,3\n", r"the first line \(a, b, c\) is of no format that is known. Known are OECD"),
        ("a.csv", "", "empty"),
        ("a.zip", "", "no archive that can be unpacked"),
        ("WIOT2014_October16_ROW.RData", "", "write.csv"),
        ("WIOT2014_Nov16_ROW.xlsb", "", "Save it as .xlsx"),
        ("a.xlsx", "text", "is not an Excel file"),
        ("a.dta", "text", "is not a Stata file"),
        ("a.csv", "\udcff", "cannot be read as text"),
    ],
)
def test_a_file_of_no_known_format_is_told_what_is_known(name: str, content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=message):
        build_from_file(path, tmp_path / "out")


def test_a_table_is_taken_out_of_its_archive(tmp_path: Path, baci: World) -> None:
    path = tmp_path / "BACI_HS17_V202501.zip"
    with ZipFile(path, "w") as archive:
        archive.write(BACI_2019, BACI_2019.name)
        archive.writestr("BACI_HS17_Y2020_V202501.csv", BACI_2019.read_text().replace("2019,", "2020,"))
        archive.write(CODES, CODES.name)
        archive.writestr("product_codes_HS17_V202501.csv", "code,description\n")
        archive.writestr("Readme.txt", "")
    with pytest.raises(DataError, match=r"holds 2 tables that fit .* Name one year with --year"):
        build_from_file(path, tmp_path / "out")
    build_from_file(path, tmp_path / "out", year=2019)
    built = load_world(tmp_path / "out")
    assert built.table("trade").equals(baci.table("trade"))
    with pytest.raises(DataError, match=r"holds 0 tables that fit \(none\)"):
        build_from_file(path, tmp_path / "out", year=2025)


def test_a_missing_file_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Did you mean '2020_SML\.csv'"):
        build_from_file(DATA / "2020_SLM.csv", tmp_path / "out")
    with pytest.raises(DataError, match="is a folder; name one file"):
        build_from_file(DATA, tmp_path / "out")


def test_a_folder_keeps_no_tables_of_another_world(tmp_path: Path) -> None:
    build_from_file(OECD_2020, tmp_path / "out")
    build_from_file(OECD_2020, tmp_path / "out")
    own = _own(tmp_path, "PAK,PAK,fuels,9", "RUS,RUS,fuels,9")
    with pytest.raises(DataError, match=r"further tables \(intermediate_use\)"):
        build_from_file(own, tmp_path / "out")
    with pytest.raises(DataError, match="needs no --base"):
        build_from_file(OECD_2020, tmp_path / "other", base="2017")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ROM", "ROU"),
        ("CN1", "CHN"),
        ("MX2", "MEX"),
        ("RoW", "ROW"),
        ("S19", "TWN"),
        ("R20", "ROW"),
        ("ZA1", "ZAF"),
        ("SCG", "SRB"),
        ("ANT", "ROW"),
        ("PUS", "ROW"),
        ("PAK", "PAK"),
    ],
)
def test_codes_of_statistical_offices_lead_to_iso3(text: str, code: str) -> None:
    assert iso3(text) == code


def test_a_study_runs_on_a_world_of_ones_own(tmp_path: Path) -> None:
    build_from_file(OECD_2020, tmp_path / "world")
    (tmp_path / "study.toml").write_text(
        """
[study]
title = "A world of my own"
question = "What does a dearer border do?"
world = "world"
focus = ["PAK", "CHN"]

[scenario.dearer]
title = "Goods from China cost more in Pakistan"
changes = [{ kind = "trade_cost", exporters = ["CHN"], importers = ["PAK"], percent = 20 }]
""",
        encoding="utf-8",
    )
    outcome = run(read_study(tmp_path / "study.toml"), draws=0, workers=1, progress=False)
    assert outcome.value("real_income", scenario="dearer", country="PAK") < 0
    assert outcome.value("real_income", scenario="baseline", country="PAK") == pytest.approx(0, abs=1e-9)


def test_the_command_line_builds_a_template_into_a_world(tmp_path: Path) -> None:
    def landbridge(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from landbridge.cli import main; main()", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    assert "landbridge world build mine.csv" in landbridge("world", "template", "mine.csv").stdout
    assert landbridge("world", "build", "mine.csv", "-o", "mine").stdout == "World: mine\n"
    for arguments in (("-o", "other"), ("mine.csv", "--sources", ".", "-o", "other")):
        refused = landbridge("world", "build", *arguments)
        assert refused.returncode == 2
        assert refused.stderr.startswith("Name one file of your own")


def test_a_matrix_needs_its_four_header_rows(tmp_path: Path) -> None:
    lines = _lines(WIOD_2014)
    with pytest.raises(DataError, match="no header of a World Input-Output Table"):
        read_matrix(WIOD_2014, lines[7:12], lambda _: None)
    table = add_up(read_matrix(WIOD_2014, lines[:12], lambda _: None))
    assert table.economies == ["CHN", "ROW", "RUS", "TUR"]
