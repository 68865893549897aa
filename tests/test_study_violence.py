"""Violence in a study: wars with dates, their answers elsewhere, what the roads bear, and what can be refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from landbridge.errors import InputError, StudyError
from landbridge.network.model import Network
from landbridge.network.tables import deaths_per_million
from landbridge.parameters import central_values, parameters
from landbridge.security.living import MEASURES, estimate_living, read_measures
from landbridge.security.panel import ConflictPanel
from landbridge.security.shock import Shock
from landbridge.study.outcome import Outcome
from landbridge.study.schema import read_study
from landbridge.study.violence import at_war, outlook, violence_of

WAR, PEACE = Shock("AFG", "", "", 3300.0), Shock("AFG", "", "", 0.0)
Z = np.concatenate([[0.0], np.random.default_rng(0).normal(size=200)])


@pytest.fixture(scope="module")
def violence(world2017):
    wars = {"baseline": [], "war": [WAR], "peace": [PEACE], "both": [WAR, Shock("PAK", "2017-04", "2017-06", 900.0)]}
    return violence_of(world2017, wars, ["AFG", "PAK"], Z, seed=1)


def test_a_study_of_2017_knows_no_violence_after_2016(world2017):
    forecast = outlook(world2017).forecast
    assert (forecast.last, forecast.months[0], forecast.months[-1]) == ("2016-12", "2017-01", "2017-12")


def test_worlds_made_from_one_share_its_outlook(world2017):
    assert outlook(at_war(world2017, WAR)) is outlook(world2017)


def test_a_war_has_its_deaths_in_its_months_and_others_answer(violence):
    by_month = violence["violence_by_month"].sel(country="PAK")
    assert (violence["violence"].sel(country="AFG", scenario=["war", "peace"]) == [3300, 0]).all()
    assert (by_month.sel(scenario="both", month=["2017-04", "2017-05", "2017-06"]) == 900).all()
    assert by_month.sel(scenario="both", month="2017-07") < 900
    assert by_month.sel(scenario="war")[:3].values == pytest.approx(by_month.sel(scenario="both")[:3].values, rel=0.01)
    spared = violence["violence"].sel(country="BRA")
    assert (spared == spared.sel(scenario="baseline")).all()


def test_draws_are_courses_of_events_and_the_same_ones_in_every_scenario(violence):
    drawn = violence["violence_draws"]
    expected = violence["violence"].sel(scenario="baseline", country="AFG")
    assert drawn.sel(scenario="baseline", country="AFG").mean() == pytest.approx(float(expected), rel=0.1)
    change = violence["violence_change_draws"].sel(country="IRN")
    assert np.corrcoef(change.sel(scenario="war"), Z[1:])[0, 1] > 0.99
    assert np.corrcoef(change.sel(scenario="peace"), Z[1:])[0, 1] < -0.99
    assert (change.sel(scenario="baseline") == 0).all()
    assert violence["violence_by_month_draws"].sel(watched="PAK").mean("month").values == pytest.approx(
        drawn.sel(country="PAK").values
    )


def test_more_draws_leave_the_first_as_they_were(world2017, violence):
    fewer = violence_of(world2017, {"baseline": []}, ["AFG"], Z[:51], seed=1)
    assert np.array_equal(
        fewer["violence_draws"][0], violence["violence_draws"].sel(scenario="baseline")[:50], equal_nan=True
    )


def test_roads_bear_the_mean_grade_of_the_months(world2017):
    whole, half = (at_war(world2017, replace(WAR, end=end)) for end in ("", "2017-06"))
    peace = at_war(world2017, PEACE)
    rates = [deaths_per_million(each, 2017).get("AFG", 0.0) for each in (peace, world2017, half, whole)]
    assert 0.0 == rates[0] < rates[1] < rates[2] < 1.01 * rates[3]
    calm_half = deaths_per_million(at_war(world2017, replace(PEACE, end="2017-06")), 2017)["AFG"]
    assert 0 < calm_half < 0.5 * rates[1]
    assert whole.table("conflict").set_index("iso3")["intensity"]["AFG"] == pytest.approx(12 * 3300)


def test_what_a_war_sets_no_other_war_moves_but_a_later_one_of_the_same_country_does(world2017):
    syria = at_war(world2017, replace(PEACE, iso3="SYR"))
    assert "SYR" in set(at_war(world2017, PEACE).table("conflict")["iso3"])  # moved by peace in Afghanistan
    both = at_war(syria, PEACE).table("conflict").set_index("iso3")
    assert both["set"][["SYR", "AFG"]].all()
    assert (both["intensity"][["SYR", "AFG"]] == 0).all()
    again = at_war(syria, replace(WAR, iso3="SYR")).table("conflict").set_index("iso3")
    assert again["intensity"]["SYR"] == pytest.approx(12 * 3300)


def test_spill_over_that_is_felt_reaches_the_roads_draw_by_draw(world2017):
    peace = at_war(world2017, replace(PEACE, iso3="SYR"))
    assert "IRQ" in set(peace.table("conflict")["iso3"])
    network = Network.from_world(peace)
    low, high = ({**central_values(), "conflict_spillover": z} for z in (-1.0, 1.0))
    theirs = np.flatnonzero((network.iso3 == "IRQ") & (network.mode == "road") & network.open)
    hours = [network.link_costs(params)[0][theirs].sum() for params in (low, high)]
    assert hours[0] > hours[1]


def _checked(path: Path) -> None:
    study = read_study(path)
    study.scenario_worlds(study.world())


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('country = "AFG", monthly_deaths = 10, start = "2016-06"', "starts in 2016-06, but the data run to 2016-12"),
        ('country = "AFG", monthly_deaths = 10, start = "2017-06", end = "2017-03"', "ends before it starts"),
        ('country = "AFG", monthly_deaths = 10, end = "2018-06"', "beyond the horizon of 12 months, to 2017-12"),
        (
            'country = "AFG", monthly_deaths = 10, start = "2018-02"',
            "starts in 2018-02, beyond the horizon of 12 months",
        ),
        ('country = "AFG", monthly_deaths = -1', "monthly_deaths: is -1"),
        ('country = "AFG", monthly_deaths = nan', "monthly_deaths: is nan"),
        ('country = "Afganistan", monthly_deaths = 1', "Did you mean 'Afghanistan'"),
        ('country = "AFG", monthly_deaths = 1, start = "2017-13"', 'start: is "2017-13"; write a month as 2017-03'),
        ('country = "AFG", deaths = 1', "Did you mean 'monthly_deaths'?"),
    ],
)
def test_a_war_that_cannot_be_is_refused_with_one_message(tmp_path: Path, keys: str, message: str) -> None:
    path = tmp_path / "study.toml"
    change = f'{{ kind = "conflict", {keys} }}'
    path.write_text(f'[study]\ntitle = "t"\nworld = "2017"\n[scenario.s]\nchanges = [{change}]\n', encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        _checked(path)
    told = [line for line in caught.value.complaints if "scenario.s.changes[0]" in line]
    assert any(message in line for line in told), told


def test_dates_are_refused_where_the_world_has_no_months(small_study):
    with pytest.raises(InputError, match="no deaths by month"):
        at_war(small_study.world(), Shock("PAK", "2017-01", "", 10.0))


def test_a_country_without_a_series_is_refused(world2017):
    with pytest.raises(InputError, match="no series"):
        at_war(world2017, Shock("PSE", "", "", 10.0))


def test_violence_goes_with_incomes_as_it_went_with_growth(small_outcome: Outcome) -> None:
    income, moved = (small_outcome.values(name).to_numpy() for name in ("real_income", "violence_through_income"))
    assert moved == pytest.approx(100 * (1.013**income - 1))


def test_parameters_of_living_standards_are_their_estimates(world2017, sources):
    panel = ConflictPanel.of(world2017)
    _, measures = read_measures(sources, panel)
    table = estimate_living(panel, measures).table().set_index(["measure", "year"])
    for name in MEASURES:
        found, parameter = table.loc[(name, 1)], parameters()[f"violence_of_{name}"]
        assert found["percent"] == pytest.approx(parameter.value, abs=0.06), name
        assert (found["lower"], found["upper"]) == pytest.approx(parameter.range, abs=0.06), name


def test_jobs_and_electricity_add_up_over_what_a_scenario_extends(small_outcome: Outcome) -> None:
    changes = {
        "rail": [{"kind": "living", "country": "PAK", "unemployment": -2.0, "electricity": None}],
        "canal": [
            {"kind": "living", "country": "PAK", "electricity": 10.0},
            {"kind": "living", "country": "RUS", "unemployment": 1.0, "until": 2016},
        ],
    }
    scenarios = {name: {**told, "changes": changes.get(name, [])} for name, told in _scenarios(small_outcome).items()}
    scenarios["canal"]["extends"] = ["rail"]
    header = {**small_outcome.header, "study": {**small_outcome.header["study"], "scenario": scenarios}}
    moved = replace(small_outcome, header=header).values("violence_through_living")
    assert float(moved.sel(scenario="rail", country="PAK")) == pytest.approx(100 * (1.013**-2 - 1))
    assert float(moved.sel(scenario="canal", country="PAK")) == pytest.approx(100 * (1.013**-2 * 0.999**10 - 1))
    assert float(np.abs(moved.sel(country="RUS")).max()) == 0.0


def _scenarios(outcome: Outcome) -> dict[str, dict]:
    return outcome.header["study"]["scenario"]


def test_nobody_can_have_more_electricity_than_everybody(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    change = '{ kind = "living", country = "PAK", electricity = 40 }'
    path.write_text(f'[study]\ntitle = "t"\nworld = "2017"\n[scenario.s]\nchanges = [{change}]\n', encoding="utf-8")
    with pytest.raises(StudyError, match="% of people in PAK have electricity"):
        _checked(path)
