"""Ideal points and agreement: simulated votes are recovered, symmetries hold, a user's mistakes are named."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from landbridge.alignment.core.agreement import agreement
from landbridge.alignment.core.ballots import Ballots
from landbridge.alignment.core.ideal_points import fit_ideal_points
from landbridge.alignment.ideal_points import ideal_points
from landbridge.alignment.tables import world_of_votes
from landbridge.alignment.votes import read_votes
from landbridge.errors import InputError, SolveError
from landbridge.labels import country_name
from landbridge.study.observed import observed_value
from landbridge.world import World, load_world

STATES = (
    "USA",
    "GBR",
    "FRA",
    "DEU",
    "JPN",
    "BRA",
    "IND",
    "PAK",
    "RUS",
    "CHN",
    "CUB",
    "IRN",
    "EGY",
    "KEN",
    "MEX",
    "IDN",
)
SESSIONS, ROLL_CALLS = 4, 60


def simulated(
    seed: int = 1, roll_calls: int = ROLL_CALLS, sessions: int = SESSIONS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Votes by the model, and the points behind them."""
    random = np.random.default_rng(seed)
    first = np.linspace(2.0, -1.6, len(STATES))
    walk = first[:, None] + np.cumsum(random.normal(0, 0.25, (len(STATES), sessions)), axis=1)
    rows = []
    for t in range(sessions):
        beta = random.normal(1.2, 0.5, roll_calls) * random.choice([1, 1, 1, -1], roll_calls)
        cut = random.normal(0, 1, roll_calls)
        z = walk[:, [t]] * beta + random.standard_normal((len(STATES), roll_calls))
        vote = 2 - (z > cut).astype(int) - (z > cut + 0.6).astype(int)
        rows += [(1000 * t + j, 50 + t, state, vote[i, j]) for i, state in enumerate(STATES) for j in range(roll_calls)]
    votes = pd.DataFrame(rows, columns=["rcid", "session", "iso3", "vote"])
    truth = pd.DataFrame(walk, index=STATES, columns=range(50, 50 + sessions)).stack().rename("truth")
    return votes.assign(year=votes["session"] + 1945), truth.rename_axis(["iso3", "session"]).reset_index()


@pytest.fixture(scope="module")
def votes() -> pd.DataFrame:
    return simulated()[0]


@pytest.fixture(scope="module")
def points(votes: pd.DataFrame) -> pd.DataFrame:
    return ideal_points(votes)


def test_simulated_points_are_recovered(points: pd.DataFrame) -> None:
    both = points.merge(simulated()[1], on=["iso3", "session"])
    by_session = both.groupby("session")[["ideal_point", "truth"]].corr()["truth"].xs("ideal_point", level=1)
    assert by_session.min() > 0.95


def test_points_have_the_scale_and_sign_of_the_published_ones(points: pd.DataFrame) -> None:
    assert points["ideal_point"].mean() == pytest.approx(0, abs=1e-9)
    assert points["ideal_point"].std(ddof=0) == pytest.approx(1)
    assert points.set_index("iso3")["ideal_point"].loc["USA"].min() > 1


def test_turning_every_vote_round_leaves_the_points_as_they_are(votes: pd.DataFrame, points: pd.DataFrame) -> None:
    turned = ideal_points(votes.assign(vote=2 - votes["vote"]))
    np.testing.assert_allclose(turned["ideal_point"], points["ideal_point"], atol=5e-3)


def test_turning_the_first_guess_round_turns_the_points_round() -> None:
    random = np.random.default_rng(2)
    theta = np.linspace(-2, 2, 30)
    items = np.repeat(np.arange(80), 30)
    point = np.tile(np.arange(30), 80)
    z = np.repeat(random.normal(1, 0.5, 80), 30) * theta[point] + random.standard_normal(len(items))
    ballots = Ballots.of(point, items, np.digitize(z, [-0.5, 0.5]), np.full(30, -1))
    one, other = (fit_ideal_points(ballots, sign * theta, tolerance=1e-6) for sign in (1, -1))
    np.testing.assert_allclose(one.point, -other.point, atol=1e-4)
    np.testing.assert_allclose(one.standard_error, other.standard_error, atol=1e-4)


def test_absences_and_unanimous_votes_change_nothing(votes: pd.DataFrame, points: pd.DataFrame, tmp_path: Path) -> None:
    public = votes.assign(Countryname=votes["iso3"].map(country_name), vote=votes["vote"].map({2: 1, 1: 2, 0: 3}))
    absent = pd.DataFrame({"rcid": 9_999, "session": 50, "Countryname": ["Chad", "Peru"], "vote": [8, 9]})
    unanimous = pd.DataFrame({"rcid": 9_998, "session": 51, "Countryname": ["France", "Kenya"], "vote": 1})
    path = tmp_path / "UNVotes.csv"
    pd.concat([public.drop(columns=["iso3", "year"]), absent, unanimous]).to_csv(path, index=False)
    again = ideal_points(read_votes([path]))
    pd.testing.assert_frame_equal(again, points, check_dtype=False)


def test_names_of_the_public_file_are_known(tmp_path: Path) -> None:
    names = ["Antigua & Barbuda", "German Federal Republic", "Yemen People's Republic", "Czechoslovakia", "Laos"]
    path = tmp_path / "UNVotes.csv"
    rows = {"rcid": 1, "session": 40, "Countryname": names, "vote": [1, 2, 3, 1, 1], "ccode": 0}
    pd.DataFrame(rows).to_csv(path, index=False)
    assert list(read_votes([path])["iso3"]) == ["ATG", "DEU", "YMD", "CSK", "LAO"]


def test_standard_errors_shrink_with_votes() -> None:
    few, many = (ideal_points(simulated(3, count)[0])["standard_error"].median() for count in (20, 120))
    assert many < 0.75 * few


def test_intervals_of_nine_in_ten_hold_the_simulated_points_about_as_often() -> None:
    held = []
    for seed in range(3):
        votes, truth = simulated(seed)
        both = ideal_points(votes).merge(truth, on=["iso3", "session"])
        slope, level = np.polyfit(both["truth"], both["ideal_point"], 1)  # the scale is free
        missed = (both["ideal_point"] - level) / slope - both["truth"]
        held.append((missed.abs() < 1.645 * both["standard_error"] / slope).mean())
    assert 0.85 < np.mean(held) < 0.97


def test_no_later_vote_moves_an_earlier_point_but_by_scale(votes: pd.DataFrame, points: pd.DataFrame) -> None:
    last = votes["session"].max()
    changed = votes.copy()
    of_russia = (changed["session"] == last) & (changed["iso3"] == "RUS")
    usa = changed[(changed["session"] == last) & (changed["iso3"] == "USA")].set_index("rcid")["vote"]
    changed.loc[of_russia, "vote"] = changed.loc[of_russia, "rcid"].map(usa)
    moved = ideal_points(changed).set_index(["iso3", "session"])["ideal_point"]
    before = points.set_index(["iso3", "session"])["ideal_point"]
    assert moved["RUS", last] > before["RUS", last] + 0.5
    early = before.index.get_level_values("session") < last
    assert np.corrcoef(moved[early], before[early])[0, 1] > 0.9999


def test_a_first_guess_without_sides_is_refused() -> None:
    ballots = Ballots.of(np.array([0, 1]), np.array([0, 0]), np.array([0, 2]), np.array([-1, -1]))
    with pytest.raises(SolveError, match="no sign"):
        fit_ideal_points(ballots, np.zeros(2))


def test_agreement_by_hand() -> None:
    found = agreement(np.array([[2, 2, 0, 1, -1], [2, 1, 0, 1, 2], [0, 0, 2, 2, 2]], dtype=np.int8))
    assert found.votes[0, 1] == 4
    assert found.identical[0, 1] == pytest.approx(3 / 4)
    assert found.s[0, 1] == pytest.approx(1 - 1 / 4)
    pooled = np.array([2, 3, 3]) / 8
    by_chance = sum(abs(k - m) * pooled[k] * pooled[m] for k in range(3) for m in range(3))
    assert found.pi[0, 1] == pytest.approx(1 - (1 / 4) / by_chance)
    np.testing.assert_allclose(found.pi, found.pi.T)
    assert found.pi[0, 2] < 0


def test_independent_votes_agree_no_more_than_by_chance() -> None:
    random = np.random.default_rng(4)
    found = agreement(random.choice([0, 1, 2], size=(12, 20_000), p=[0.05, 0.1, 0.85]).astype(np.int8))
    apart = ~np.eye(12, dtype=bool)
    assert found.s[apart].min() > 0.6
    assert np.abs(found.pi[apart]).max() < 0.05
    assert np.abs(found.kappa[apart]).max() < 0.05


def test_votes_hardly_see_the_rivalry_of_india_and_pakistan(world2017: World) -> None:
    rivals, others = (
        observed_value(world2017, "vote_agreement", country=a, partner=b, year=2016)
        for a, b in (("IND", "PAK"), ("PAK", "USA"))
    )
    assert rivals is not None
    assert others is not None
    assert rivals > 0.5 > 0 > others


MISTAKES = {
    "another scheme": ({"vote": 7}, "a vote is coded 7.*0 no, 1 abstention, 2 yes"),
    "unknown state": ({"iso3": "Atlantis"}, 'No country called "Atlantis"'),
    "before it existed": ({"iso3": "SSD"}, r"SSD has a vote in session 50 \(1995\).*session 65"),
    "after it ended": ({"iso3": "CSK"}, r"CSK has a vote in session 50.*last in session 47"),
}


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_a_mistake_in_a_vote_is_named(votes: pd.DataFrame, tmp_path: Path, mistake: str) -> None:
    changes, message = MISTAKES[mistake]
    wrong = votes.drop(columns="year").astype({"vote": "int64", "iso3": object})
    for column, value in changes.items():
        wrong.loc[0, column] = value
    path = tmp_path / "votes.csv"
    wrong.to_csv(path, index=False)
    with pytest.raises(InputError, match=message):
        read_votes([path])


def test_an_empty_session_a_missing_column_and_a_double_vote_are_named(votes: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    tidy = votes.drop(columns="year")
    pd.concat([tidy, pd.DataFrame([[5000, 75, "USA", 2]], columns=tidy.columns)]).to_csv(path, index=False)
    with pytest.raises(InputError, match="Session 75 has no roll call on which states differ"):
        read_votes([path])
    tidy.rename(columns={"session": "sesion"}).to_csv(path, index=False)
    with pytest.raises(InputError, match=r"lacks the column session\. Did you mean 'sesion'"):
        read_votes([path])
    pd.concat([tidy, tidy.iloc[:1]]).to_csv(path, index=False)
    with pytest.raises(InputError, match="USA votes twice on roll call 0"):
        read_votes([path])


def test_own_votes_make_a_world_that_shows_them(votes: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    later = votes.assign(session=votes["session"] + 22, hr=(votes["rcid"] % 2).astype(float)).drop(columns="year")
    later.to_csv(path, index=False)
    world_of_votes([path], tmp_path / "mine")
    world = load_world(tmp_path / "mine")
    assert observed_value(world, "ideal_point", country="USA", year=2020) is not None
    assert set(world.table("issue_points")["issue"]) == {"human_rights"}
    assert observed_value(world, "ideal_point", country="USA", year=1995) is None


def test_votes_of_the_public_sources_give_the_packaged_points(sources: Path, world2017: World) -> None:
    """The last five sessions alone: another span, so another scale, but the same places."""
    files = sources / "politics"
    votes = read_votes([files / "unvotes.parquet"], files / "un_rollcalls.parquet")
    recent = ideal_points(votes[votes["session"] >= 70])
    both = recent.merge(world2017.table("ideal_points"), on=["iso3", "session"])
    by_session = both.groupby("session")[["ideal_point_x", "ideal_point_y"]].corr()["ideal_point_y"]
    assert by_session.xs("ideal_point_x", level=1).min() > 0.97
