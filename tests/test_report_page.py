"""Facts of a written report: it asks nothing of the network, loses nothing, and lets no user's text become markup."""

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pandas as pd
import pytest

from landbridge.errors import InputError
from landbridge.report import write_report
from landbridge.report.numbers import change, listed, plain, share, signed, span, ticks
from landbridge.report.scale import Scale
from landbridge.report.words import billions, incomes_read
from report_outcomes import DRAWS, FOCUS, UNSAFE, outcome, verdicts, world

VOID = {"meta", "br", "hr", "img", "input", "link", "col"}
ASKING = {"src", "srcset", "data", "poster", "action", "background", "xlink:href"}


class Reader(HTMLParser):
    """Reads a page strictly: every element must be closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    assert write_report(outcome(), folder, verdicts(), world=world()) == folder / "report.html"
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Reader:
    return Reader((folder / "report.html").read_text(encoding="utf-8"))


def test_page_asks_for_nothing_outside_itself(folder: Path, page: Reader) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    for tag, attributes in page.elements:
        assert tag not in {"script", "link", "iframe", "img", "object", "embed", "base"}
        assert not ASKING & set(attributes)
        href = attributes.get("href")
        assert href is None or href.startswith("#"), href
    assert "@import" not in text
    assert all(target.startswith("#") for target in re.findall(r"url\(['\"]?([^)'\"]+)", text))


def test_page_refuses_requests_by_its_own_policy(page: Reader) -> None:
    policy = next(a["content"] for t, a in page.elements if t == "meta" and a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_every_reference_inside_the_page_has_its_target_and_ids_are_unique(page: Reader) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        if (href := attributes.get("href")) is not None:
            assert href[1:] in ids, href
        for value in attributes.values():
            for target in re.findall(r"url\(#([^)]+)\)", value or ""):
                assert target in ids


def test_drawings_are_well_formed_and_described(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    drawings = re.findall(r"<svg\b.*?</svg>", text, flags=re.S)
    assert len(drawings) > 10
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)
        if root.get("aria-hidden") != "true":
            assert root.get("role") == "img"
            title = root.find("title")
            assert title is not None
            assert title.text


def test_every_table_has_a_caption_and_headings(page: Reader) -> None:
    tags = [tag for tag, _ in page.elements]
    assert tags.count("table") == tags.count("caption") > 5
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in page.elements if tag == "th")


def test_page_is_small_enough_to_send(folder: Path) -> None:
    assert (folder / "report.html").stat().st_size < 6_000_000


def test_what_the_user_wrote_stays_text(folder: Path, page: Reader) -> None:
    assert "<script" not in (folder / "report.html").read_text(encoding="utf-8")
    plain = " ".join(UNSAFE.split())
    assert page.text.count(plain) >= 4  # title, question, scenario, claim


def test_every_claim_appears_with_its_verdict(page: Reader) -> None:
    for verdict in verdicts():
        assert " ".join(verdict.claim.statement.split()) in page.text
    assert "What a test would take: A model of friendship." in page.text
    found = [a["class"] for t, a in page.elements if (a.get("class") or "").startswith("verdict ")]
    assert len(found) == len(verdicts())
    assert "v-untested" in (found[-1] or "")
    assert f"of {DRAWS} draws" in page.text


def test_a_country_cut_off_is_named(page: Reader) -> None:
    assert "no way is left for goods between Afghanistan and the rest of the world" in page.text


def test_the_wars_of_scenarios_are_mapped_with_what_they_do_next_door(folder: Path, page: Reader) -> None:
    ids = [attributes.get("id") for _, attributes in page.elements]
    assert "security" in ids
    assert "In the countries that border on Afghanistan violence changes by up to +0.62" in page.text
    assert "this cannot be told from nothing" in page.text
    assert any(attributes.get("class") == "set" for _, attributes in page.elements)
    table = pd.read_csv(folder / "csv" / "violence.csv").set_index(["scenario", "country"])
    assert table.loc[("war", "AFG"), "value"] == pytest.approx(3300.0)


def test_every_parameter_is_listed_with_its_source(page: Reader) -> None:
    for name in outcome().header["parameters"]:
        assert name in page.text
    assert "log-normal, median 5, σ 0.3" in page.text
    assert "Parameters replaced by the study." in page.text


def test_every_table_of_data_is_listed_with_its_hash(page: Reader) -> None:
    for name, recorded in outcome().header["world"]["tables"].items():
        assert name in page.text
        assert recorded.removeprefix("sha256:")[:12] in page.text


def test_workbook_and_csv_files_hold_the_same_figures(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "tables.xlsx", read_only=True)
    names = {path.stem for path in (folder / "csv").glob("*.csv")} - {"units"}
    assert names == set(book.sheetnames) - {"contents"}
    assert {"real_income", "trade", "passage_load", "claims", "parameters", "reasons", "data", "residuals"} <= names
    for name in names:
        rows = list(book[name].iter_rows(values_only=True))
        ours = pd.DataFrame(rows[1:], columns=rows[0])
        theirs = pd.read_csv(folder / "csv" / f"{name}.csv", keep_default_na=False, na_values=[""])
        assert list(ours.columns) == list(theirs.columns)
        assert len(ours) == len(theirs)
        for column in theirs:
            if theirs[column].dtype.kind == "f":  # a workbook holds 16 digits
                left = ours[column].map(float).to_numpy(dtype=float)
                right = theirs[column].to_numpy()
                assert np.allclose(left, right, rtol=1e-15, atol=0.0, equal_nan=True), (name, column)


def test_tables_hold_the_outcome_at_full_precision(folder: Path) -> None:
    table = pd.read_csv(folder / "csv" / "real_income.csv").set_index(["scenario", "country"])
    assert table.loc[("railway", "PAK"), "value"] == outcome().value("real_income", scenario="railway", country="PAK")
    units = pd.read_csv(folder / "csv" / "units.csv", keep_default_na=False).set_index(["table", "column"])
    assert units.loc[("real_income", "value"), "unit"] == "% change"


def test_infinite_times_are_written_in_words_not_dropped(folder: Path) -> None:
    table = pd.read_csv(folder / "csv" / "travel_days.csv")
    cut = table[(table["scenario"] == "war") & (table["country"] == "AFG")]
    assert len(cut) == len(FOCUS)
    assert np.isinf(cut["value"]).all()


def test_a_run_without_draws_makes_a_report_without_intervals(tmp_path: Path) -> None:
    page = Reader(write_report(outcome(0), tmp_path, verdicts(0), world=world()).read_text(encoding="utf-8"))
    assert "there are no intervals" in page.text
    assert "5–95" not in page.text.replace("\u2060", "")
    assert "true at the central values" in page.text


def test_a_report_without_verdicts_has_no_chapter_of_claims(tmp_path: Path) -> None:
    page = Reader(write_report(outcome(0), tmp_path, world=world()).read_text(encoding="utf-8"))
    assert "claims" not in [attributes.get("id") for _, attributes in page.elements]


def test_a_second_report_replaces_the_first_and_leaves_nothing_else(folder: Path, tmp_path: Path) -> None:
    write_report(outcome(), tmp_path, verdicts(), world=world())
    write_report(outcome(0), tmp_path, world=world())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["csv", "report.html", "tables.xlsx"]
    assert not (tmp_path / "csv" / "claims.csv").exists()


def test_the_same_outcome_gives_the_same_page(folder: Path, tmp_path: Path) -> None:
    again = write_report(outcome(), tmp_path, verdicts(), world=world())
    assert again.read_bytes() == (folder / "report.html").read_bytes()


def test_a_folder_that_cannot_be_written_is_one_clear_message(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(InputError, match="Cannot write the report to"):
        write_report(outcome(0), blocked / "report", world=world())
    assert blocked.read_text() == "in the way"


def test_figures_are_printed_as_an_article_prints_them() -> None:
    assert signed(0.4249) == "+0.42"
    assert signed(-12.345) == "−12.3"
    assert signed(-0.00001) == "0"
    assert plain(0.0) == "0"
    assert signed(float("nan")) == "–"
    assert change(1.5) == "+1.50\u202f%"
    assert span(-0.104, 0.93) == "−0.10 to +0.93"
    assert share(0.9999) == "> 99\u202f%"
    assert share(1.0) == "100\u202f%"
    assert billions(-1234.5) == "−1.2 billion USD"
    assert listed(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.037), (-0.4, 8.0), (-1e-7, 3e-7), (-250.0, 10.0)])
def test_ticks_are_round_and_span_the_values(low: float, high: float) -> None:
    marks = ticks(low, high)
    assert marks[0] <= low
    assert marks[-1] >= high
    assert 2 <= len(marks) <= 9
    assert any(mark == 0 for mark in marks)


def test_classes_of_the_scale_are_symmetric_and_no_change_is_neutral() -> None:
    scale = Scale.of([0.001, -0.02, 0.3, 1.2, -0.6])
    assert scale.thresholds == tuple(sorted(scale.thresholds))
    assert scale.grade(0.0) == "q4"
    assert scale.grade(1e9) == "q8"
    assert scale.grade(-np.inf) == "q0"
    assert scale.grade(np.nan) is None
    for value in (0.02, 0.2, 2.0):
        up, down = scale.grade(value), scale.grade(-value)
        assert up is not None
        assert down is not None
        assert int(up[1]) + int(down[1]) == 8


def test_sentence_under_a_map_says_what_the_figures_say() -> None:
    table = pd.DataFrame({"country": ["PAK", "RUS", "USA"], "value": [0.4, 0.004, -0.2]})
    text = incomes_read(table, 0.01)
    assert "rises by 0.01\u202f% or more in 1 economy, most in Pakistan: +0.40\u202f%" in text
    assert "falls by as much in 1 economy, most in the United States: −0.20\u202f%" in text
