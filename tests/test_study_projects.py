"""A project's cost against its gains: the arithmetic of discounting, who pays, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from landbridge.errors import StudyError
from landbridge.report.page import Numbering
from landbridge.report.project import project
from landbridge.study.outcome import Outcome, load_outcome
from landbridge.study.projects import NOT_COUNTED, annuity, cost_of
from landbridge.study.run import run
from landbridge.study.schema import Study, read_study
from study_worlds import STUDY

COSTS = STUDY.replace(
    'title = "A quicker border"\n', 'title = "A quicker border"\ncost_musd = 100\npaid_by = { PAK = 1.0 }\n'
).replace(
    'title = "A railway beside it"\n',
    'title = "A railway beside it"\ncost_musd = 300\npaid_by = { KAZ = 0.5, PAK = 0.5 }\n',
)


def _study(folder: Path, small_study: Study, content: str) -> Study:
    assert small_study.path
    (folder / "world").symlink_to(small_study.path.parent / "world")
    (folder / "study.toml").write_text(content, encoding="utf-8")
    return read_study(folder)


@pytest.fixture(scope="module")
def outcome(small_study: Study, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    content = COSTS + 'discount_rate = { uniform = { low = 0.03, high = 0.12 }, source = "a test" }\n'
    return run(_study(tmp_path_factory.mktemp("costs"), small_study, content), draws=6, workers=1, progress=False)


def test_annuity_is_the_sum_of_discounted_ones() -> None:
    for rate, years in ((0.06, 30), (0.12, 20), (0.0, 25)):
        assert float(annuity(rate, years)) == pytest.approx(sum((1 + rate) ** -t for t in range(1, years + 1)))
    assert annuity(np.array([0.0, 0.05]), 10.0).to_numpy() == pytest.approx([10.0, 7.721735])


def test_gains_less_cost_are_the_net_present_value(outcome: Outcome) -> None:
    gain = outcome.values("income_gain").sel(scenario="rail")
    expected = outcome.values("real_income").sel(scenario="rail") * outcome.values("spending").sel(scenario="baseline")
    assert gain.to_numpy() == pytest.approx(expected.to_numpy() / 100)
    worth = gain.to_numpy().sum() * float(annuity(0.06, 30))
    assert outcome.value("net_present_value", scenario="rail") == pytest.approx(worth - 400)
    assert outcome.value("benefit_cost_ratio", scenario="rail") == pytest.approx(worth / 400)


def test_what_a_scenario_extends_is_paid_too_and_by_those_who_pay_it(outcome: Outcome) -> None:
    cost = cost_of(outcome.header["study"]["scenario"], "rail")
    assert cost is not None
    assert cost.total == 400
    assert cost.paid == {"PAK": 250.0, "KAZ": 150.0}
    worth = outcome.value("present_value", scenario="rail", country="KAZ")
    assert outcome.value("own_net_present_value", scenario="rail", country="KAZ") == pytest.approx(worth - 150)
    own = outcome.values("own_net_present_value").sel(scenario="rail").sum()
    assert float(own) == pytest.approx(outcome.value("net_present_value", scenario="rail"))
    assert np.isnan(outcome.value("own_benefit_cost_ratio", scenario="rail", country="USA"))


def test_without_a_cost_there_is_no_ratio(outcome: Outcome) -> None:
    assert cost_of(outcome.header["study"]["scenario"], "canal") is None
    assert np.isnan(outcome.value("net_present_value", scenario="canal"))
    assert outcome.table("benefit_cost_ratio")["scenario"].tolist() == ["border", "rail"]


def test_every_draw_has_its_own_discount_rate(outcome: Outcome) -> None:
    drawn = outcome.drawn("present_value", scenario="rail", country="PAK")
    gains = outcome.drawn("income_gain", scenario="rail", country="PAK")
    assert drawn is not None
    rate = outcome.drawn_parameters["discount_rate"].to_numpy()
    assert drawn / gains == pytest.approx((1 - (1 + rate) ** -30) / rate)
    row = outcome.table("net_present_value", scenario="rail").iloc[0]
    assert row["low"] <= row["median"] <= row["high"]


def test_an_outcome_read_back_and_its_report_say_the_same(outcome: Outcome, tmp_path: Path) -> None:
    outcome.save(tmp_path / "out")
    back = load_outcome(tmp_path / "out")
    assert back.value("benefit_cost_ratio", scenario="rail") == outcome.value("benefit_cost_ratio", scenario="rail")
    text = str(project(back, "rail", "A railway", Numbering()))
    assert "all countries" in text
    assert NOT_COUNTED[:40] in text
    assert "Kazakhstan" in text
    assert project(back, "canal", "A canal", Numbering()) is None


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("cost_musd = -1", "scenario.border.cost_musd"),
        ("paid_by = { PAK = 1.0 }", "paid_by shares out a cost: it wants cost_musd"),
        ("cost_musd = 5\npaid_by = { PAK = 0.5 }", "the shares add up to 0.5; they must make 1"),
        ("cost_musd = 5\npaid_by = { Pakstan = 1.0 }", "Did you mean 'Pakistan'"),
    ],
)
def test_a_cost_that_cannot_be_is_refused(small_study: Study, tmp_path: Path, told: str, message: str) -> None:
    content = STUDY.replace('title = "A quicker border"\n', f'title = "A quicker border"\n{told}\n')
    with pytest.raises(StudyError, match=message):
        _study(tmp_path, small_study, content)
