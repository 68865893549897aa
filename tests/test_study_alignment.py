"""What a study says about alignment: identities of its outcome, and its chapter in the report."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from landbridge.report.alignment import chapter, institutions_table
from landbridge.report.page import Numbering
from landbridge.study.alignment import alignment_of
from landbridge.study.changes import Join, Leave
from landbridge.study.institutions import estimate_of
from landbridge.study.outcome import Outcome
from landbridge.study.schema import Study

EXPECTED = ("expected_accessions", "expected_departures")


def test_nothing_shifts_where_trade_does_not_change(small_outcome: Outcome) -> None:
    shift = small_outcome.values("alignment_shift").sel(scenario=["baseline", "nothing"])
    assert np.abs(shift.fillna(0)).max() < 1e-6
    for quantity in EXPECTED:
        values = small_outcome.values(quantity)
        assert np.allclose(values.sel(scenario="nothing"), values.sel(scenario="baseline"), rtol=1e-6)


def test_draws_of_a_shift_are_one_change_of_exposure_times_the_drawn_coefficient(small_outcome: Outcome) -> None:
    drawn, central = small_outcome.draws("alignment_shift"), small_outcome.values("alignment_shift")
    assert drawn is not None
    ratio = (drawn / central).sel(scenario="border", country="PAK", partner=["CHN", "RUS"]).to_numpy()
    assert np.allclose(ratio[:, 0], ratio[:, 1])
    assert ratio.std() > 0


def test_expected_departures_are_the_sum_of_the_members_chances_to_be_out(small_outcome: Outcome) -> None:
    chance = small_outcome.values("membership_probability").sel(scenario="baseline", institution="SCO")
    members = chance.sel(country=["CHN", "PAK", "RUS"])
    assert (members > 0.5).all()
    out = float((1 - members).sum())
    assert small_outcome.value("expected_departures", scenario="baseline", institution="SCO") == pytest.approx(out)


def test_what_cannot_be_estimated_is_no_number(small_outcome: Outcome) -> None:
    chance = small_outcome.values("membership_probability")
    assert np.isnan(chance.sel(country="KAZ")).all()  # no votes in the small world
    assert np.isnan(chance.sel(institution="OLD")).all()  # no members


def test_joining_and_leaving_change_who_can_leave(small_study: Study, small_outcome: Outcome) -> None:
    changes = (
        Join(kind="join", institution="SCO", countries=("USA",)),
        Leave(kind="leave", institution="SCO", countries=("PAK",)),
    )
    scenario = small_study.scenarios["nothing"].model_copy(update={"changes": changes})
    study = small_study.model_copy(update={"scenarios": {"nothing": scenario}})
    world = study.world()
    found = alignment_of(study, world, small_outcome.data["flow"], [], 0)
    chance = found["membership_probability"].sel(institution="SCO", scenario="nothing")
    assert float(chance.sel(country="USA")) > 0.5 > float(chance.sel(country="PAK"))


def test_more_draws_leave_the_first_as_they_were(small_study: Study, small_outcome: Outcome) -> None:
    flow, world = small_outcome.data["flow"], small_study.world()
    few, many = (alignment_of(small_study, world, flow, ["PAK", "RUS"], draws) for draws in (3, 5))
    for name in ("alignment_shift_draws", "expected_departures_draws"):
        xr.testing.assert_allclose(few[name], many[name].isel(draw=slice(3)))


def test_the_shift_is_the_estimate_of_the_worlds_own_time(small_study: Study) -> None:
    world = small_study.world()
    assert estimate_of(world, "response").until == 2015
    assert estimate_of(replace(world, year=2022), "response").until == 2019


def test_the_report_has_a_chapter_with_a_chart_and_a_table(small_outcome: Outcome) -> None:
    text = chapter(small_outcome, Numbering())
    assert text is not None
    assert "<svg" in text
    assert "<table" in text
    table = institutions_table(small_outcome).set_index("institution")
    assert table.loc["SCO", "departures_low"] < table.loc["SCO", "departures_high"]
