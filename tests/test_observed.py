"""Observed quantities: facts of the packaged worlds, read by any spelling of a country."""

import pytest

from landbridge.errors import InputError
from landbridge.study.observed import observed_table, observed_value
from landbridge.world import World


@pytest.mark.parametrize(("year", "distance"), [(1991, 1.54), (1995, 2.02), (2010, 0.87), (2017, 0.33)])
def test_pakistan_and_russia_came_to_vote_alike(world2017: World, year: int, distance: float) -> None:
    found = observed_value(
        world2017, "ideal_point_distance", country="Pakistan", partner="Russian Federation", year=year
    )
    assert found == pytest.approx(distance, abs=0.01)


def test_distance_in_votes_is_the_same_from_either_side(world2017: World) -> None:
    one, other = (
        observed_value(world2017, "ideal_point_distance", country=a, partner=b, year=2017)
        for a, b in (("IND", "USA"), ("USA", "IND"))
    )
    assert one == other


def test_pakistan_joined_the_sco_in_2017(world2017: World) -> None:
    inside = [
        observed_value(world2017, "membership", institution="SCO", country="PAK", year=year) for year in (2016, 2017)
    ]
    assert inside == [0.0, 1.0]
    assert observed_value(world2017, "membership_year", institution="SCO", country="PAK") == 2017
    assert observed_value(world2017, "membership_year", institution="SCO", country="USA") is None


def test_trade_by_sector_exists_in_the_years_of_the_worlds_only(world2017: World) -> None:
    years = [
        observed_value(world2017, "trade_value", country="RUS", partner="PAK", sector="fuels", year=year)
        for year in (2017, 2022, 2015)
    ]
    assert years[0] is not None
    assert years[1] is not None
    assert years[2] is None
    assert observed_value(world2017, "trade_value", country="RUS", partner="PAK", year=2015) is not None


def test_pakistan_trades_far_less_with_russia_than_with_china(world2017: World) -> None:
    ratio = observed_value(world2017, "trade_ratio", country="PAK", partner="RUS", relative_to="CHN", year=2022)
    assert ratio is not None
    assert 0 < ratio < 0.1
    other = observed_value(world2017, "trade_ratio", country="PAK", partner="CHN", relative_to="RUS", year=2022)
    assert other == pytest.approx(1 / ratio)


def test_size_alone_predicts_too_little_trade_between_neighbours(world2017: World) -> None:
    near, far = (
        observed_value(world2017, "gravity_ratio_size_only", country=a, partner=b)
        for a, b in (("DEU", "POL"), ("DEU", "NZL"))
    )
    assert near is not None
    assert far is not None
    assert near > 1 > far


def test_distance_explains_part_of_it(world2017: World) -> None:
    for partner in ("POL", "NZL"):
        size, distance = (
            observed_value(world2017, name, country="DEU", partner=partner)
            for name in ("gravity_ratio_size_only", "gravity_ratio_with_distance")
        )
        assert size is not None
        assert distance is not None
        assert abs(distance - 1) < abs(size - 1)


@pytest.mark.parametrize(
    ("quantity", "low", "high"),
    [
        ("gdp", 2.5e11, 4e11),
        ("population", 1.9e8, 2.4e8),
        ("hdi", 0.5, 0.6),
        ("electricity_access", 60, 100),
        ("conflict_deaths", 100, 5000),
    ],
)
def test_pakistan_of_2017_is_itself(world2017: World, quantity: str, low: float, high: float) -> None:
    found = observed_value(world2017, quantity, country="PAK", year=2017)
    assert found is not None
    assert low < found < high


def test_shared_memberships_count_institutions_both_are_in(world2017: World) -> None:
    table = observed_table(world2017, "membership", country=["PAK", "RUS"], year=2017)
    both = table.groupby("institution")["value"].sum() == 2
    assert observed_value(world2017, "shared_memberships", country="PAK", partner="RUS", year=2017) == both.sum()


@pytest.mark.parametrize(
    ("quantity", "labels", "said"),
    [
        ("gdpp", {}, "Did you mean 'gdp'"),
        ("gdp", {"contry": "PAK"}, "Did you mean 'country'"),
        ("gdp", {"country": "Pakstan"}, "Did you mean 'Pakistan'"),
        ("gdp", {"year": "now"}, "a number such as 2017"),
        ("membership", {"institution": "SCOO"}, "Did you mean 'SCO'"),
        ("trade_value", {"sector": "fuel"}, "Did you mean 'fuels'"),
    ],
)
def test_wrong_names_are_answered_by_the_nearest(world2017: World, quantity: str, labels: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        observed_table(world2017, quantity, **labels)


def test_no_spill_over_from_afghanistan_can_be_told_from_none(world2017: World) -> None:
    mean, floor = (
        observed_value(world2017, name, country="PAK", partner="AFG")
        for name in ("conflict_spillover", "conflict_spillover_floor")
    )
    assert mean is not None
    assert floor is not None
    assert floor < mean < 0.05
    assert floor < 0
    assert observed_value(world2017, "conflict_spillover", country="BRA", partner="AFG") is None


def test_the_deaths_to_expect_of_2017_are_of_the_order_of_those_that_came(world2017: World) -> None:
    expected = observed_value(world2017, "expected_conflict_deaths", country="AFG")
    assert expected is not None
    assert 5_000 < expected < 60_000
