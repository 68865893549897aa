"""The forecast of violence: scores by their definitions, no leak from later months, published benchmarks, mistakes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.errors import InputError
from landbridge.evidence import validate
from landbridge.security.core import LONGEST, decayed_mean, systematic
from landbridge.security.hindcast import hindcast, pit_histogram, weighted_history
from landbridge.security.model import forecast_conflict
from landbridge.security.panel import ConflictPanel, month_number, month_of
from landbridge.security.scores import crps, ignorance, interval_score, pit_share
from landbridge.study.conflict import conflict_table
from landbridge.study.show import show
from landbridge.world.build.conflict import land_neighbours


@pytest.fixture(scope="module")
def panel(world2017):
    return ConflictPanel.of(world2017)


# --------------------------------------------------------------------------------------------------------------- data


def test_neighbours_are_those_whose_outlines_meet(world2017):
    table = world2017.table("neighbours")
    assert land_neighbours(world2017.table("boundaries")).equals(table)
    pairs = set(zip(table["iso3"], table["neighbour"], strict=True))
    assert {(b, a) for a, b in pairs} == pairs
    assert {b for a, b in pairs if a == "AFG"} == {"CHN", "IRN", "PAK", "TJK", "TKM", "UZB"}
    assert not any(a == "JPN" for a, _ in pairs)


def test_deaths_of_all_kinds_add_up_to_the_years_of_the_indicators(world2017):
    months = world2017.table("conflict_months").query("kind == 'all'")
    yearly = months.groupby(["iso3", months["month"].str[:4].astype(int)])["deaths"].sum()
    indicators = world2017.table("indicators").query("indicator == 'conflict_deaths' and value > 0")
    assert len(indicators) > 1000
    for iso3, year, value in indicators[["iso3", "year", "value"]].itertuples(index=False):
        assert yearly[iso3, year] == value


def test_no_row_lies_outside_the_months_covered(world2017):
    months, covered = world2017.table("conflict_months"), world2017.table("conflict_coverage")
    joined = months.merge(covered, on=["iso3", "kind"], validate="m:1")
    assert len(joined) == len(months)
    assert ((joined["month"] >= joined["first"]) & (joined["month"] <= joined["last"])).all()


# ------------------------------------------------------------------------------------------------------------- scores


@given(st.lists(st.integers(0, 50), min_size=2, max_size=12), st.integers(0, 60))
def test_crps_is_the_integral_of_the_squared_gap_between_distributions(draws, came):
    grid = np.arange(0, 61)
    below = (np.array(draws)[:, None] <= grid).mean(0)
    integral = ((below - (came <= grid)) ** 2)[:-1].sum()
    assert crps(np.array([draws]), np.array([came]))[0] == pytest.approx(integral)


def test_crps_of_a_point_forecast_is_its_absolute_error():
    assert crps(np.full((1, 5), 7.0), np.array([10.0]))[0] == pytest.approx(3.0)


def test_ignorance_counts_one_more_draw_in_each_of_eleven_bins():
    assert ignorance(np.zeros((1, 89)), np.array([0.0]))[0] == pytest.approx(-np.log2(90 / 100))
    assert ignorance(np.zeros((1, 89)), np.array([5000.0]))[0] == pytest.approx(-np.log2(1 / 100))


def test_a_miss_costs_twenty_times_its_distance_from_a_90_percent_interval():
    draws = np.arange(101.0)[None]
    assert interval_score(draws, np.array([50.0]))[0] == pytest.approx(90.0)
    assert interval_score(draws, np.array([97.0]))[0] == pytest.approx(90.0 + 20 * 2.0)


def test_a_forecast_of_its_own_distribution_is_covered_as_announced():
    rng = np.random.default_rng(0)
    draws, came = rng.poisson(0.3, (4000, 400)), rng.poisson(0.3, 4000)
    assert pit_share(draws, came, 0.05, 0.95).mean() == pytest.approx(0.9, abs=0.01)


# --------------------------------------------------------------------------------------------------------------- core


def test_the_memory_of_a_steady_level_is_that_level():
    assert decayed_mean(np.full((50, 2), 8.0), 4.0) == pytest.approx(np.full((50, 2), 8.0))


def test_a_memory_halves_every_half_life():
    deaths = np.zeros((400, 1))
    deaths[300] = 1.0
    mean = decayed_mean(deaths, 5.0)[:, 0]
    assert mean[320] / mean[310] == pytest.approx(0.25)


def test_systematic_draws_have_the_frequencies_of_their_weights():
    weight = np.array([[1.0, 0.0, 3.0], [0.0, 2.0, 2.0], [0.0, 0.0, 0.0]])
    drawn = systematic(weight, 400, np.random.default_rng(0))
    shares = np.array([[(row == place).mean() for place in range(3)] for row in drawn])
    assert shares[:2] == pytest.approx(np.array([[0.25, 0, 0.75], [0, 0.5, 0.5]]), abs=0.005)
    assert (drawn[2] == 0).all()


# -------------------------------------------------------------------------------------------------------------- leaks


def test_no_later_month_can_leak_into_a_forecast(panel):
    """Everything after the forecast's date is replaced by rubbish; the draws stay the same to the bit."""
    now = panel.months.index("2012-10")
    later = slice(now + 1, None)
    rubbish = np.random.default_rng(1)
    deaths, other, structure = panel.deaths.copy(), panel.other.copy(), panel.structure.copy()
    deaths[later] = rubbish.integers(0, 10**6, deaths[later].shape)
    other[later] = rubbish.integers(0, 10**6, other[later].shape)
    structure[2012 - panel.structure_year - 1 :] *= rubbish.uniform(0.1, 10.0)
    changed = replace(panel, deaths=deaths, other=other, structure=structure)
    honest = forecast_conflict(panel, LONGEST, 200, until="2012-10").samples
    assert np.array_equal(honest, forecast_conflict(changed, LONGEST, 200, until="2012-10").samples, equal_nan=True)


def test_months_before_the_forecast_do_matter(panel):
    now = panel.months.index("2012-10")
    deaths = panel.deaths.copy()
    deaths[now, panel.position("Pakistan")] += 5000
    before = forecast_conflict(panel, 3, 200, until="2012-10").of("PAK")
    after = forecast_conflict(replace(panel, deaths=deaths), 3, 200, until="2012-10").of("PAK")
    assert after.mean() > 2 * before.mean()


def test_features_of_a_month_are_of_that_month_and_earlier(panel):
    half = panel.until("2005-06")
    assert np.array_equal(half.features(), panel.features()[: len(half.months)])


# ----------------------------------------------------------------------------------------------------------- forecast


def test_draws_are_whole_deaths_of_zero_or_more_for_every_country_known(panel):
    forecast = forecast_conflict(panel, 12, 100)
    assert forecast.months[0] == "2021-01"
    assert forecast.samples.shape == (191, 12, 100)
    assert (forecast.samples >= 0).all()
    assert (forecast.samples == np.rint(forecast.samples)).all()


def test_the_same_seed_gives_the_same_draws(panel):
    one, other = (forecast_conflict(panel, 2, 50, seed=3).samples for _ in range(2))
    assert np.array_equal(one, other)


def test_a_country_not_yet_born_gets_no_forecast(panel):
    forecast = forecast_conflict(panel, 1, 50, until="2005-10")
    assert np.isnan(forecast.of("SSD")).all()
    assert not np.isnan(forecast.of("AFG")).any()


def test_weighted_history_halves_every_four_months():
    drawn = weighted_history(np.arange(96.0)[None], 100_000)[0]
    assert (drawn == 4).sum() / (drawn == 0).sum() == pytest.approx(0.5, abs=0.01)


def test_the_table_of_actuals_is_that_of_the_challenge(panel, sources):
    for year in (2018, 2019, 2020):
        actual = pd.read_parquet(sources / "published" / "views" / f"cm_actuals_{year}.parquet")["ged_sb"]
        rows = [panel.months.index(month) for month in (f"{year}-{m:02d}" for m in range(1, 13))]
        ours = panel.deaths[rows][panel.known[rows]]
        assert len(actual) == ours.size == 191 * 12
        assert ours.sum() == pytest.approx(actual.sum())
        assert sorted(ours) == pytest.approx(sorted(actual), abs=1e-6)


def test_benchmarks_and_targets_of_the_forecast_are_met(sources):
    rows = validate(sources, "crps")
    assert [(row.id, row.ours, row.note) for row in rows if row.passes is False] == []


def test_the_pit_is_a_distribution(panel):
    assert pit_histogram([hindcast(panel, 2016, 200)]).sum() == pytest.approx(1.0)


# ----------------------------------------------------------------------------------------------------------- mistakes


def _added(rows):
    return pd.DataFrame(rows, columns=["country", "month", "deaths"])


def test_months_of_ones_own_follow_the_data(panel):
    longer = panel.with_months(_added([("Pakistan", "2021-01", 12), ("AFG", "2021-02", 900)]))
    assert longer.months[-1] == "2021-02"
    assert longer.deaths[-2, longer.position("PAK")] == 12
    assert longer.deaths[-1, longer.position("PAK")] == 0
    assert forecast_conflict(longer, 1, 50).months == ("2021-03",)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("PAK", "2021-02", 3)], "no row for 2021-01"),
        ([("PAK", "2020-12", 3)], "known already: the data run to 2020-12"),
        ([("PAK", "2021-01", -3)], "deaths are -3"),
        ([("PAK", "2021-01", "many")], "deaths are 'many'"),
        ([("PAK", "2021-13", 3)], "write it as 2021-03"),
        ([("PAK", "2021-01", 3), ("Pakistan", "2021-01", 4)], "stands there twice"),
        ([("Pakstan", "2021-01", 3)], "Pakistan"),
        ([("SCG", "2021-01", 3)], "file its deaths under SRB and MNE"),
        ([("Greenland", "2021-01", 3)], "not among the 191 countries"),
        ([], "no row"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_mistake_in_added_months_is_named(panel, rows, message):
    with pytest.raises(InputError, match=message):
        panel.with_months(_added(rows))


@pytest.mark.parametrize("horizon", [0, 15])
def test_a_horizon_beyond_what_is_supported_is_refused(panel, horizon):
    with pytest.raises(InputError, match="supported are 1 to 14"):
        forecast_conflict(panel, horizon)


def test_a_month_outside_the_data_is_refused(panel):
    with pytest.raises(InputError, match="1990-01 to 2020-12"):
        forecast_conflict(panel, 1, until="2031-01")


def test_too_short_a_series_is_refused(panel):
    with pytest.raises(InputError, match="analogues"):
        forecast_conflict(panel, 1, until="1993-06")


# --------------------------------------------------------------------------------------------------------------- show


def test_show_draws_a_fan_for_every_country_and_tables_it(world2017, tmp_path):
    table = conflict_table(world2017, country=["AFG", "Pakistan"], horizon=2, fans=tmp_path / "fan.svg")
    assert list(table["country"]) == ["AFG", "AFG", "PAK", "PAK"]
    assert (table["q05"] <= table["q50"]).all()
    assert "Afghanistan" in (tmp_path / "fan.svg").read_text(encoding="utf-8") or (tmp_path / "fan.svg").stat().st_size
    assert len(show(world2017, "conflict", country="AFG")) == 12


def test_a_chart_of_an_unknown_format_is_refused(world2017, tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        conflict_table(world2017, country="AFG", horizon=1, fans=tmp_path / "fan.docx")


def test_month_numbers_are_those_of_views():
    assert month_number("2018-01") == 457
    assert month_of(457) == "2018-01"
