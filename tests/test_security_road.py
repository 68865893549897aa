"""Violence on the road: risk by its formula, and the worth of peace at a fixed point."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.errors import InputError, StudyError
from landbridge.parameters import central_values
from landbridge.security.road import equivalent_deaths, grade, link_risk
from landbridge.study.conflict import link_risk_table
from landbridge.study.peace import SMALLEST, TOLERANCE, WayBack, peace_table, worth_of_peace

VALUES = central_values()


def test_peace_bears_no_risk():
    risk = link_risk(np.zeros(5), VALUES)
    assert (risk.grade, risk.delay, risk.surcharge, risk.premium, risk.closed) == (0, 0, 0, 0, 0)


def test_the_grade_of_afghanistan_in_2017_is_as_the_table_of_parameters_says():
    assert grade(20_000 / 36.0, 25.0) == pytest.approx(1.37, abs=0.02)


@given(st.lists(st.floats(0, 5000), min_size=2, max_size=20))
def test_an_uncertain_war_is_no_greater_a_risk_than_its_mean(rates):
    rates = np.array(rates)
    risk, certain = link_risk(rates, VALUES), link_risk(rates.mean(keepdims=True), VALUES)
    assert risk.grade <= certain.grade + 1e-12
    assert risk.closed <= certain.closed + 1e-12
    assert equivalent_deaths(risk.grade, VALUES["conflict_scale"]) <= rates.mean() * (1 + 1e-9) + 1e-9


def test_equivalent_deaths_have_the_grade_they_stand_for():
    assert grade(equivalent_deaths(1.3, 25.0), 25.0) == pytest.approx(1.3)


@pytest.mark.parametrize("deaths", [-1.0, np.nan])
def test_deaths_that_are_no_count_are_refused(deaths):
    with pytest.raises(InputError, match="zero or more"):
        grade(deaths, 25.0)


def test_afghanistan_heads_the_table_of_link_risk(world2017):
    table = link_risk_table(world2017)
    assert table["country"][0] == "AFG"
    assert table["closed"].between(0, 1).all()


def test_incomes_as_they_are_leave_violence_as_it_is(world2017):
    back = WayBack.of(world2017, "AFG")
    assert back.deaths({"PAK": 1.0}) == pytest.approx(np.ones(len(back.panel.countries)))
    assert back.panel.months[-1] == "2016-12"
    assert back.changes(np.ones(len(back.panel.countries))) == []


@pytest.fixture(scope="module")
def peace():
    return worth_of_peace("2017", "AFG", [("AFG", "PAK")])


def test_peace_in_afghanistan_is_worth_most_to_itself_and_something_to_its_neighbours(peace):
    worth = peace.table().set_index("country")["worth"]
    assert worth.index[0] == "AFG"
    assert (worth[["AFG", "TJK", "UZB", "TKM", "IRN", "PAK"]] > 0).all()
    assert peace.residuals[-1] < TOLERANCE
    assert len(peace.residuals) > 1


def test_violence_and_incomes_come_to_the_same_rest_from_another_start(peace):
    doubled = worth_of_peace("2017", "AFG", [("AFG", "PAK")], start=np.full(len(peace.deaths), 2.0))
    assert len(doubled.residuals) > 2  # the start was elsewhere
    np.testing.assert_allclose(doubled.deaths, peace.deaths, rtol=SMALLEST)
    np.testing.assert_allclose(doubled.roads, peace.roads, atol=100 * TOLERANCE)


def test_a_crossing_is_written_as_two_countries():
    with pytest.raises(InputError, match="as AFG-PAK"):
        peace_table("2017", "AFG", ["Torkham"])


def test_a_crossing_that_is_none_is_refused():
    with pytest.raises((StudyError, InputError), match="border"):
        worth_of_peace("2017", "AFG", [("AFG", "BRA")])
