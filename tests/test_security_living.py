"""Living standards and violence: the estimator recovers a known effect, and what the country-years say."""

from dataclasses import replace

import numpy as np
import pytest

from landbridge.errors import DataError
from landbridge.security.living import estimate_living, read_measures, yearly_deaths
from landbridge.security.panel import ConflictPanel


@pytest.fixture(scope="module")
def panel(world2017):
    return ConflictPanel.of(world2017)


def test_years_add_up_to_all_months(panel):
    deaths, known = yearly_deaths(panel)
    assert deaths.shape == (31, 191)
    assert deaths.sum() == panel.deaths.sum()
    assert not known[2010 - 1990, panel.position("SSD")]


def test_a_known_effect_of_jobs_is_recovered(panel):
    rng = np.random.default_rng(0)
    years, countries = 31, len(panel.countries)
    jobless = rng.normal(10, 3, (years, countries))
    level = 4 + rng.normal(size=countries) + 0.1 * rng.normal(size=(years, countries))
    level[1:] += 0.05 * jobless[:-1]
    deaths = np.zeros((years, 12, countries))
    deaths[:, 0] = np.expm1(np.maximum(level, 0))
    known = np.ones((12 * years, countries), dtype=bool)
    made = replace(panel, deaths=deaths.reshape(-1, countries), known=known)
    found = estimate_living(made, {"unemployment": jobless}).table().set_index("year")
    assert found["percent"][1] == pytest.approx(100 * np.expm1(0.05), abs=0.3)
    assert found["percent"][2] == pytest.approx(0.0, abs=1.0)  # fixed effects on 31 years bias by less than that


def test_unemployment_goes_before_violence_and_electricity_does_not_go_before_peace(panel, sources):
    _, measures = read_measures(sources, panel)
    table = estimate_living(panel, measures).table().set_index(["measure", "year"])
    assert (table.loc["unemployment", "lower"] > 0).all()
    electricity = table.loc["electricity"]
    assert ((electricity["lower"] < 0) & (electricity["upper"] > 0)).all()


def test_absent_indicators_are_named(panel, tmp_path):
    with pytest.raises(DataError, match="living standards"):
        read_measures(tmp_path, panel)
