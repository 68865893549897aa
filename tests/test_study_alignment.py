"""What a study says about alignment: identities of its outcome, and its chapter in the report."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from landbridge.report.alignment import chapter, institutions_table
from landbridge.report.atlas import Atlas
from landbridge.report.page import Numbering
from landbridge.report.triads import in_words, triads_of_pair, triangles
from landbridge.study.alignment import Politics, alignment_in_a_draw, alignment_of, drawn_coefficients
from landbridge.study.changes import Join, Leave
from landbridge.study.institutions import estimate_of
from landbridge.study.outcome import Outcome
from landbridge.study.schema import Study
from landbridge.world import World

EXPECTED = ("expected_accessions", "expected_departures")


def test_nothing_shifts_where_trade_does_not_change(small_outcome: Outcome) -> None:
    shift = small_outcome.values("alignment_shift").sel(scenario=["baseline", "nothing"])
    assert np.abs(shift.fillna(0)).max() < 1e-6
    for quantity in EXPECTED:
        values = small_outcome.values(quantity)
        assert np.allclose(values.sel(scenario="nothing"), values.sel(scenario="baseline"), rtol=1e-6)


def test_a_shift_in_a_draw_is_the_draws_coefficient_times_its_own_change_of_exposure(
    small_study: Study, small_outcome: Outcome
) -> None:
    drawn, central = small_outcome.draws("alignment_shift"), small_outcome.values("alignment_shift")
    assert drawn is not None
    coefficients = drawn_coefficients(small_study.world(), small_outcome.draw_count, small_study.uncertainty.seed)
    moved = drawn / xr.DataArray([drawn_by["response"][0] for drawn_by in coefficients], dims="draw")
    of_pair = moved.sel(scenario="border", country="PAK", partner="CHN")
    estimate = estimate_of(small_study.world(), "response").coefficient[0]
    at_centre = central.sel(scenario="border", country="PAK", partner="CHN") / estimate
    assert float(of_pair.min()) < float(at_centre) < float(of_pair.max())
    assert float(of_pair.std()) > 0.01 * abs(float(at_centre))  # trade differs from draw to draw


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
    flow = small_outcome.data["flow"].sel(scenario=["baseline", "nothing"])
    found = alignment_of(Politics.of(study, world), flow)
    chance = found["membership_probability"].sel(institution="SCO", scenario="nothing")
    assert float(chance.sel(country="USA")) > 0.5 > float(chance.sel(country="PAK"))


def test_more_draws_leave_the_first_as_they_were(world2017: World) -> None:
    few, many = (drawn_coefficients(world2017, draws, 1) for draws in (3, 5))
    for one, same in zip(few, many, strict=False):
        for model, coefficients in one.items():
            np.testing.assert_allclose(coefficients, same[model], rtol=1e-9)


def test_chances_in_a_draw_without_changes_are_those_at_the_centre(small_study: Study, small_outcome: Outcome) -> None:
    flow = small_outcome.data["flow"]
    watched = ["PAK", "RUS"]
    politics = Politics.of(small_study, small_study.world(), watched)
    flows = {str(name): flow.sel(scenario=name).to_numpy() for name in flow["scenario"].values}
    drawn, central = alignment_in_a_draw(politics, flows, politics.central), alignment_of(politics, flow)
    pairs = central["alignment_shift"].sel(country=watched, partner=watched)
    np.testing.assert_allclose(drawn["alignment_shift"], pairs, atol=1e-12)
    for quantity in EXPECTED:
        np.testing.assert_allclose(drawn[quantity], central[quantity])


def test_the_shift_is_the_estimate_of_the_worlds_own_time(small_study: Study) -> None:
    world = small_study.world()
    assert estimate_of(world, "response").until == 2015
    assert estimate_of(replace(world, year=2022), "response").until == 2019


def test_the_report_has_a_chapter_with_charts_a_map_and_a_table(small_outcome: Outcome, world2017: World) -> None:
    text = chapter(small_outcome, world2017, Atlas.of(small_outcome, world2017), Numbering())
    assert text is not None
    assert text.count('class="map"') == 1
    assert "<table" in text
    assert "Nowhere on this map can a shift be told from none" in text  # the estimate holds both signs
    assert 'class="unsure"' in text
    table = institutions_table(small_outcome).set_index("institution")
    assert table.loc["SCO", "departures_low"] < table.loc["SCO", "departures_high"]


def test_triads_of_the_pair_are_those_of_the_year_nearest_to_the_worlds(
    small_outcome: Outcome, world2017: World, small_study: Study
) -> None:
    found = triads_of_pair(small_outcome, world2017)
    assert set(found["year"]) == {2018}
    assert found["third"].iloc[0] == "CHN"  # looked at by the study
    india = found.set_index("third").loc["IND"]
    assert (india["country_third"], india["partner_third"]) == (-1, 1)
    reads = in_words(found)
    assert "friendlier than usual" in reads
    assert "India" in reads.partition("friendly with Russia and hostile to Pakistan")[0]
    drawing = triangles(small_outcome, world2017, Numbering())
    assert drawing is not None
    assert "tie foe" in drawing
    assert triangles(small_outcome, small_study.world(), Numbering()) is None  # no ties in that world
