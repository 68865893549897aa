"""Violence on the road: risk by its formula, and the worth of peace at a fixed point."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.errors import InputError
from landbridge.parameters import central_values
from landbridge.security.road import equivalent_deaths, grade, link_risk
from landbridge.study.conflict import link_risk_table
from landbridge.study.peace import TOLERANCE, peace_in, worth_of_peace
from landbridge.study.show import show

VALUES = central_values()


def test_peace_bears_no_risk():
    risk = link_risk(np.zeros(5), VALUES)
    assert astuple(risk) == (0, 0, 0, 0, 0, 0)


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


def test_peace_in_afghanistan_is_worth_most_to_itself_and_something_to_its_neighbours(world2017):
    table = worth_of_peace(world2017, ["Afghanistan"]).set_index("partner")
    assert table.index[0] == "AFG"
    near = table.loc[["AFG", "TJK", "UZB", "TKM", "IRN", "PAK"]]
    assert (near["low"] > 0).all()
    assert (near["high"] > near["low"]).all()
    assert (near["violence"] >= 0).all()


def test_violence_and_incomes_come_to_rest(world2017):
    found = peace_in(world2017, "AFG")
    assert len(found.residuals) > 1
    assert found.residuals[-1] < TOLERANCE < found.residuals[0]


def test_violence_and_incomes_come_to_the_same_rest_from_another_start(world2017):
    usual = peace_in(world2017, "AFG")
    other = peace_in(world2017, "AFG", start=np.full(len(world2017.countries), 1.5))
    assert len(other.residuals) > len(usual.residuals)
    np.testing.assert_allclose(other.worth, usual.worth, atol=100 * TOLERANCE)


def test_peace_is_of_one_country(world2017):
    with pytest.raises(InputError, match="one country"):
        worth_of_peace(world2017, ["AFG", "SYR"])
    with pytest.raises(InputError, match="needs a country"):
        show(world2017, "worth_of_peace")


def test_a_corridor_is_valued_with_the_violence_and_without(small_outcome):
    with pytest.raises(InputError, match="Did you mean 'rail'"):
        worth_of_peace(small_outcome, ["PAK"], ["rial"])
    table = worth_of_peace(small_outcome, ["PAK"], ["rail"]).set_index("partner")
    assert set(table["scenario"]) == {"rail"}
    assert table["difference"].to_numpy() == pytest.approx((table["at_peace"] - table["with_violence"]).to_numpy())
    assert table["with_violence"]["PAK"] == pytest.approx(
        small_outcome.value("real_income", scenario="rail", country="PAK")
    )
