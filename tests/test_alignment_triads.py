"""Ties and triads: counts by hand, blocs are found, a quarrelsome state is no foe of all, facts of known pairs."""

from itertools import combinations

import numpy as np
import pytest

from landbridge.alignment.core.balance import balance, ties, triangles
from landbridge.alignment.triads import balance_table, triads
from landbridge.errors import InputError, SolveError
from landbridge.world import World

STATES, MONTHS = 24, 12


def _events(hostile: np.ndarray, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Friendly and hostile events of all pairs, of which a share [n, n] is hostile, with noise."""
    random = np.random.default_rng(seed)
    n = len(hostile)
    negative = np.zeros((n, n, MONTHS))
    upper = np.triu_indices(n, 1)
    for month in range(MONTHS):
        counts = random.binomial(200, np.clip(hostile[upper], 0, 1))
        negative[upper[0], upper[1], month] = counts
    negative += negative.swapaxes(0, 1)
    positive = np.where(np.eye(n, dtype=bool)[:, :, None], 0.0, 200.0 - negative)
    return positive, negative


def test_triangles_are_counted_as_by_hand() -> None:
    random = np.random.default_rng(2)
    signs = np.triu(random.integers(-1, 2, (11, 11)), 1).astype(float)
    signs += signs.T
    counts = np.zeros(4)
    for i, j, k in combinations(range(11), 3):
        three = [signs[i, j], signs[j, k], signs[i, k]]
        if all(three):
            counts[sum(sign < 0 for sign in three)] += 1
    np.testing.assert_allclose(triangles(signs), counts)


def test_two_blocs_are_balanced_and_chance_is_not() -> None:
    bloc = np.arange(STATES) % 2
    hostile = np.where(bloc[:, None] == bloc[None, :], 0.05, 0.3)
    found = balance(ties(*_events(hostile), fewest_months=6), threshold=2.0)
    assert found.share > 0.95
    assert found.by_chance == pytest.approx(0.5, abs=0.05)
    assert found.z > 10


def test_hostility_dealt_out_at_random_is_no_more_balanced_than_by_chance() -> None:
    random = np.random.default_rng(3)
    hostile = np.triu(random.choice([0.05, 0.3], (STATES, STATES)), 1)
    found = balance(ties(*_events(hostile + hostile.T), fewest_months=6), threshold=2.0)
    assert abs(found.z) < 3


def test_a_state_that_quarrels_with_everybody_is_nobodys_foe() -> None:
    hostile = np.full((STATES, STATES), 0.05)
    hostile[0, :] = hostile[:, 0] = 0.35
    signs = ties(*_events(hostile), fewest_months=6).signs(3.0)
    assert np.abs(signs[0]).sum() <= 2
    assert (signs == signs.T).all()


def test_few_months_are_no_tie_and_no_tie_is_no_triangle() -> None:
    positive, negative = _events(np.full((6, 6), 0.1))
    short = positive[:, :, :3], negative[:, :, :3]
    with pytest.raises(SolveError, match="enough months"):
        ties(*short, fewest_months=6)
    with pytest.raises(SolveError, match="no triangle"):
        balance(ties(positive, negative, fewest_months=6), threshold=1e6)


def test_known_pairs_have_the_sign_one_expects(world2017: World) -> None:
    signs = world2017.table("ties").set_index(["iso3_a", "iso3_b", "year"])["sign"]
    for year in range(2018, 2024):
        assert signs["IND", "PAK", year] == -1
        assert signs["PAK", "RUS", year] == 1
        assert signs["RUS", "UKR", year] == -1
    assert signs["RUS", "USA", 2022] == -1


def test_pakistan_is_friendly_with_russia_while_india_objects(world2017: World) -> None:
    found = triads(world2017, "Pakistan", "Russia").set_index(["third", "year"])
    assert list(found.loc[("IND", 2022), ["pair", "country_third", "partner_third"]]) == [1, -1, 1]
    assert found.loc[("IND", 2022), "balanced"] == "no"
    assert found.loc[("CHN", 2022), "reading"] == "friendly with both: balanced"
    turned = triads(world2017, "Russia", "Pakistan").set_index(["third", "year"])
    assert (turned["country_third"] == found["partner_third"].reindex(turned.index)).all()
    assert (turned["balanced"] == found["balanced"].reindex(turned.index)).all()


def test_triads_of_the_world_are_a_little_more_balanced_than_by_chance(world2017: World) -> None:
    table = balance_table(world2017.with_(ties=world2017.table("ties").query("year == 2023")))
    assert table["balanced"].iloc[0] > table["by_chance"].iloc[0] + 3 * table["spread"].iloc[0]
    assert table["balanced"].iloc[0] < 0.7


@pytest.mark.parametrize(
    ("pair", "message"),
    [(("PAK", "PAK"), "both are PAK"), (("PAK", "ATA"), "ATA has no tie"), (("PAK", "Rusia"), "Russia")],
)
def test_a_mistake_is_named(world2017: World, pair: tuple[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        triads(world2017, *pair)
