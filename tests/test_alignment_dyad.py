"""The profile of two states, and what goes first: facts of known pairs, properties, a user's mistakes."""

from pathlib import Path

import numpy as np
import pytest

from landbridge.alignment.core.lead_lag import lead_lag
from landbridge.alignment.dyad import COLUMNS, TRACKS, as_columns, dyad_profile, parse_weights
from landbridge.alignment.exercises import exercises
from landbridge.alignment.lead_lag import lead_lags
from landbridge.errors import InputError
from landbridge.study.over_years import draw_over_years, since
from landbridge.study.show import labels_of, show
from landbridge.world import World


def test_every_track_lies_between_nothing_and_all_and_names_its_source(world2017: World) -> None:
    tracks = dyad_profile(world2017, "Pakistan", "Russia")
    assert list(tracks.columns) == COLUMNS
    assert tracks["value"].between(0, 1).all()
    assert (tracks["source"] != "").all()
    assert set(tracks["track"]) == {"voting", "institutions", "military", "trade", "energy"}
    assert not tracks.duplicated(["track", "year"]).any()


def test_a_profile_is_the_same_from_either_side(world2017: World) -> None:
    one, other = (as_columns(dyad_profile(world2017, *pair)) for pair in (("PAK", "RUS"), ("RUS", "PAK")))
    np.testing.assert_allclose(one, other)


def test_pakistan_and_russia_share_another_institution_since_2017(world2017: World) -> None:
    tracks = dyad_profile(world2017, "PAK", "RUS").set_index(["track", "year"])["value"]
    assert tracks["institutions", 2017] > tracks["institutions", 2016] > 0
    assert tracks["voting", 2017] > tracks["voting", 1995] + 0.3


def test_known_pairs_stand_apart_in_the_tracks_that_may_not_be_shipped(world2017: World, sources: Path) -> None:
    rivals, allies = (
        dyad_profile(world2017, *pair, sources=sources).set_index(["track", "year"])["value"]
        for pair in (("IND", "PAK"), ("GBR", "USA"))
    )
    assert rivals["conflict", 1971] == 1
    assert rivals["conflict", 2014] > 0
    assert allies["conflict", 2014] == 0
    assert allies["military", 2014] == 1


def test_trade_of_india_and_pakistan_broke_off_after_2018(world2017: World) -> None:
    trade = dyad_profile(world2017, "IND", "PAK").query("track == 'trade'").set_index("year")["value"]
    assert trade[2018] > 0.4
    assert trade[2021] < 0.15


def test_a_pipeline_counts_in_energy_while_it_runs(world2017: World) -> None:
    energy = dyad_profile(world2017, "DEU", "RUS").query("track == 'energy'").set_index("year")
    assert energy["source"][2015] == "pipelines"
    assert energy["value"][2015] == 0.5
    assert energy["value"][2017] > 0.5  # trade in fuels says more
    assert 2024 not in energy.index  # shut since 2022
    none = dyad_profile(world2017, "PAK", "RUS").query("track == 'energy'")
    assert none["source"].str.startswith("world").all()


def test_exercises_of_ones_own_stand_beside_those_that_ship(world2017: World, tmp_path: Path) -> None:
    file = tmp_path / "drills.csv"
    file.write_text("iso3_a,iso3_b,year,name,source\nRussia,PAK,2023,A drill,a newspaper\n", encoding="utf-8")
    labels = labels_of(world2017, "dyad", ["PAK", "RUS", f"exercises={file}"])
    military = show(world2017, "dyad", **labels).query("track == 'military'").set_index("year")["value"]
    assert set(military.index) == {*range(2016, 2022), 2023}
    assert military.nunique() == 1
    assert (exercises()["source"] != "").all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read as a table"),
        ("iso3_a,iso3_b,year\nPAK,RUS,2023\n", "name, source is missing"),
        ("iso3_a,iso3_b,year,name,source\nPAK,RUS,soon,a,b\n", 'line 2: year is "soon"'),
        ("iso3_a,iso3_b,year,name,source\nPAK,Rusia,2023,a,b\n", 'line 2: No country called "Rusia"'),
        ("iso3_a,iso3_b,year,name,source\nPAK,PAK,2023,a,b\n", "both are PAK"),
    ],
)
def test_a_mistake_in_a_list_of_exercises_is_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "drills.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        exercises(file)


def test_the_overall_index_is_the_mean_that_its_weights_say(world2017: World, sources: Path) -> None:
    weights = {"voting": 2.0, "conflict": 1.0}
    tracks = dyad_profile(world2017, "IND", "PAK", sources, weights).set_index(["track", "year"])
    voting, conflict, index = (tracks["value"][name, 1995] for name in ("voting", "conflict", "overall"))
    assert index == pytest.approx((2 * voting + 1 - conflict) / 3)
    assert tracks["source"]["overall", 1995] == "voting+conflict"
    alone = dyad_profile(world2017, "IND", "PAK", weights={"trade": 1.0, "voting": 3.0})
    years = set(alone.loc[alone["track"] == "overall", "year"])
    assert 2022 not in years  # trade alone has a quarter of the weight
    assert 1960 in years


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda world: dyad_profile(world, "PAK", "PAK"), "both are PAK"),
        (lambda world: dyad_profile(world, "PAK", "RUS", weights={"votes": 1.0}), 'no track called "votes"'),
        (lambda world: dyad_profile(world, "PAK", "RUS", weights={"trade": -1.0}), "trade is -1.0"),
        (lambda world: dyad_profile(world, "PAK", "RUS", weights={"trade": 0.0}), "above 0"),
        (lambda world: dyad_profile(world, "PAK", "RUS", Path("nowhere")), "nowhere.* is missing"),
        (lambda world: parse_weights("voting"), "write weights=voting:2"),
        (lambda world: show(world, "dyad", country="PAK"), "needs two countries"),
        (lambda world: since(show(world, "dyad", country="PAK", partner="RUS"), 2040, "dyad"), "nothing since 2040"),
        (lambda world: since(world.table("sectors"), 2000, "sectors"), "has no years"),
        (lambda world: draw_over_years(world.table("ideal_points"), "ideal_points", Path("x.png")), "too many to draw"),
        (lambda world: draw_over_years(world.table("ideal_points"), "ideal_points", Path("x.doc")), "must end in"),
    ],
)
def test_a_mistake_is_named(world2017: World, call, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(world2017)


def test_show_takes_words_and_draws_the_profile(world2017: World, tmp_path: Path) -> None:
    labels = labels_of(world2017, "dyad", ["PAK", "RUS", "weights=voting:1,trade:1"])
    table = since(show(world2017, "dyad", **labels), 2000, "dyad")
    assert {"overall", "voting"} <= set(table["track"])
    assert set(table["track"]) <= {*TRACKS, "overall"}
    picture = tmp_path / "new" / "profile.svg"
    draw_over_years(table, "dyad", picture)
    text = picture.read_text(encoding="utf-8")
    assert "<svg" in text


def test_three_countries_are_three_rows_of_labels(world2017: World) -> None:
    labels = labels_of(world2017, "ideal_points", ["PAK", "Russia", "usa"])
    assert set(show(world2017, "ideal_points", **labels)["iso3"]) == {"PAK", "RUS", "USA"}


def _pairs(count: int) -> np.ndarray:
    """The first pairs of 30 states."""
    return np.stack(np.triu_indices(30, 1), axis=1)[:count]


def test_a_lead_is_found_where_there_is_one_and_only_there() -> None:
    random = np.random.default_rng(5)
    leader = random.standard_normal((400, 12)).cumsum(axis=1)
    follower = random.standard_normal((400, 12)).cumsum(axis=1)
    follower[:, 1:] += 0.5 * leader[:, :-1]
    ahead, behind = (lead_lag(*series, _pairs(400)) for series in ((leader, follower), (follower, leader)))
    assert ahead.coefficient == pytest.approx(0.5 / np.sqrt(1.25), abs=0.05)
    assert ahead.coefficient > 10 * ahead.standard_error
    assert abs(behind.coefficient) < 3 * behind.standard_error
    assert ahead.units == 400


def test_what_is_common_to_a_period_is_no_lead() -> None:
    random = np.random.default_rng(6)
    common = random.standard_normal(12).cumsum()
    one, two = (common + random.standard_normal((300, 12)).cumsum(axis=1) for _ in range(2))
    found = lead_lag(one, two, _pairs(300))
    assert abs(found.coefficient) < 3 * found.standard_error


def test_what_pairs_share_by_a_state_widens_the_error() -> None:
    random = np.random.default_rng(7)
    members = _pairs(435)
    leader, follower = (
        (of_state[members[:, 0]] + of_state[members[:, 1]] + 0.3 * random.standard_normal((435, 12))).cumsum(axis=1)
        for of_state in random.standard_normal((2, members.max() + 1, 12))
    )
    found = lead_lag(leader, follower, members)
    assert found.standard_error > 1.5 * found.by_unit
    assert abs(found.coefficient) < 3 * found.standard_error


def test_votes_go_before_pacts_and_not_the_other_way_round(world2017: World, sources: Path) -> None:
    found = lead_lags(sources).set_index(["leader", "follower"])
    packaged = show(world2017, "lead_lag").set_index(["leader", "follower"])
    np.testing.assert_allclose(packaged.loc[found.index, "lower"], found["lower"], atol=1e-6)
    assert found.loc[("voting", "pacts"), "lower"] > 0
    assert found.loc[("pacts", "voting"), "lower"] < 0 < found.loc[("pacts", "voting"), "upper"]
