"""Hostile shocks: a known shock is recovered, nothing is found in noise, and what the events of 2018 to 2024 show."""

import numpy as np
import pandas as pd
import pytest

from landbridge.errors import DataError, InputError
from landbridge.security.hostility import (
    event_study,
    half_life,
    read_hostility,
    shared_membership,
    shocks_in,
)


def _noise(periods=80, pairs=60):
    rng = np.random.default_rng(0)
    return 0.2 + 0.1 * rng.random(pairs) + 0.05 * rng.random((periods, 1)) + 0.02 * rng.normal(size=(periods, pairs))


def test_a_known_shock_is_recovered_with_its_size_and_its_half_life():
    share = _noise()
    for pair in range(12):  # few of many: what strikes most pairs at once counts as the month's mood
        at = 25 + 2 * pair
        share[at : at + 12, pair] += 0.5 * 0.5 ** (np.arange(12) / 3)
    study = event_study(share, np.random.default_rng(1))
    assert study.shocks == 12
    assert study.path[3] == pytest.approx(0.5, abs=0.05)
    assert study.half_life == pytest.approx(3.0, abs=0.5)
    assert np.abs(study.path[:3]).max() < 0.05


def test_noise_holds_no_shock():
    with pytest.raises(InputError, match="No month"):
        event_study(_noise(), np.random.default_rng(1))


def test_a_shock_within_six_months_of_another_is_not_a_new_one():
    above = np.zeros((60, 1))
    above[[20, 24, 40]] = 1.0
    struck, quiet = shocks_in(above)
    assert list(np.flatnonzero(struck)) == [20, 40]
    assert not (struck & quiet).any()


def test_half_lives_are_read_between_months():
    assert half_life(np.array([1.0, 0.75, 0.25])) == pytest.approx(1.5)
    assert half_life(np.array([1.0, 0.9, 0.8])) == np.inf


def test_members_of_one_regional_institution_share_it_and_of_the_world_do_not():
    table = pd.DataFrame(
        [("SCO", "PAK", "", ""), ("SCO", "IND", "2017-06-09", ""), ("WTO", "PAK", "", ""), ("WTO", "USA", "", "")],
        columns=["institution", "iso3", "start", "end"],
    ).assign(role="member")
    pairs = (("PAK", "IND"), ("PAK", "USA"))
    assert list(shared_membership(pairs, table, "2018-01-01")) == [True, False]
    assert list(shared_membership(pairs, table, "2016-01-01")) == [False, False]


def test_absent_events_are_named(tmp_path):
    with pytest.raises(DataError, match="hostile shocks"):
        read_hostility(tmp_path)


def test_hostile_shocks_pass_within_a_season_whoever_shares_an_institution(sources, world2017):
    found = read_hostility(sources)
    shared = shared_membership(found.pairs, world2017.table("memberships"), "2018-01-01")
    all_, yes, no = (
        event_study(found.share[:, chosen], np.random.default_rng(0)) for chosen in (shared | ~shared, shared, ~shared)
    )
    assert all_.path[3] > 0.3
    assert all_.half_life < 1
    assert np.abs(all_.left[6:]).max() < 0.05
    assert abs(yes.half_life - no.half_life) < 0.1
