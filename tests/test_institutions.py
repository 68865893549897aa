"""Hazards of joining and leaving institutions: mathematics, the packaged world, changes of membership."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from landbridge.alignment.core.hazard import fit_hazard, probability
from landbridge.alignment.institutions import TERMS, Setting, chances, covariates, scores
from landbridge.errors import DataError, InputError
from landbridge.evidence.membership_panel import TRAINED, base_rates, hazard, hindsight, panel
from landbridge.study.changes import AnyChange
from landbridge.study.institutions import dated_institutions, estimate_of, membership_hazard
from landbridge.study.names import Names, members
from landbridge.study.show import show
from landbridge.world import World


def _drawn(n: int, b: tuple[float, ...], seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, len(b) - 1))
    return x, (rng.random(n) < probability(b[0] + x @ np.array(b[1:]))).astype(float)


def test_hazards_recover_the_coefficients_that_made_the_data() -> None:
    x, y = _drawn(200_000, (-4.0, 0.5, -0.8))
    fit = fit_hazard(x, y, np.arange(len(y)), ridge=1e-6)
    slopes = fit.coefficient[1:] / fit.spread
    assert np.abs(slopes - [0.5, -0.8]).max() < 4 * np.sqrt(np.diag(fit.covariance)).max()
    assert fit.residual < 1e-8


def test_expected_events_equal_events_where_nothing_is_penalised() -> None:
    """The score of the constant is zero; for the logarithmic link of rates that is Poisson's adding up."""
    x, y = _drawn(5_000, (-3.0, 0.7))
    fit = fit_hazard(x, y, np.arange(len(y)), ridge=1e-9)
    rate = np.exp(fit.index(x))
    assert np.where(y > 0, rate / np.expm1(rate), -rate).sum() == pytest.approx(0.0, abs=1e-4)


def test_errors_by_singletons_agree_with_the_information_where_the_model_is_true() -> None:
    x, y = _drawn(100_000, (-3.0, 0.7))
    alone = fit_hazard(x, y, np.arange(len(y)), ridge=1e-6)
    doubled = fit_hazard(np.r_[x, x], np.r_[y, y], np.r_[np.arange(len(y)), np.arange(len(y))], ridge=2e-6)
    assert np.allclose(doubled.coefficient, alone.coefficient, atol=1e-6)
    assert np.allclose(doubled.covariance, alone.covariance, rtol=1e-3)  # twice the same rows tell nothing new


def test_the_penalty_keeps_finite_what_events_alone_would_not() -> None:
    x = np.array([[0.0], [0.0], [1.0], [1.0]])
    fit = fit_hazard(x, np.array([0.0, 0.0, 0.0, 1.0]), np.arange(4), ridge=1.0)
    assert np.isfinite(fit.coefficient).all()


@pytest.mark.parametrize("y", [np.zeros(4), np.ones(4)])
def test_a_hazard_needs_both_events_and_none(y: np.ndarray) -> None:
    with pytest.raises(InputError, match="no event"):
        fit_hazard(np.arange(4.0)[:, None], y, np.arange(4))


def test_a_covariate_that_does_not_vary_is_refused() -> None:
    with pytest.raises(InputError, match="does not vary"):
        fit_hazard(np.ones((4, 1)), np.array([0.0, 1.0, 0.0, 1.0]), np.arange(4))


def test_several_years_compound() -> None:
    index = np.array([-3.0, 0.0])
    assert np.allclose(probability(index, 5), 1 - (1 - probability(index)) ** 5)


def _setting(**changed: Any) -> Setting:
    """Four states in a row, 1,000 km apart; the first two make up one institution."""
    km = 1000.0 * np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0)))
    given = {
        "trade": np.array([[0, 6, 2, 0], [6, 0, 0, 2], [2, 0, 0, 0], [0, 2, 0, 0.0]]),
        "ideal_point": np.array([0.0, 2.0, 1.0, np.nan]),
        "km": km,
        "inside": np.array([[True, True, False, False]]),
        "age": np.array([10.0]),
        "new_state": np.array([False, False, True, False]),
    }
    return Setting(**{**given, **changed})


def test_covariates_are_what_their_names_say() -> None:
    found = dict(zip(TERMS, covariates(_setting())[0].T, strict=True))
    assert found["trade_share"][:3].tolist() == [0.75, 0.75, 1.0]
    assert found["ideal_point_distance"][:3].tolist() == [2.0, 2.0, 0.0]  # nobody is compared with himself
    assert found["relative_distance"][2] == pytest.approx((np.log(2000) + np.log(1000)) / 2 - np.log(1000))
    assert np.exp(found["size"]).sum() == pytest.approx(1.0)
    assert (found["members"][0], found["age"][0], found["new_state"][2]) == (np.log(2), np.log(11), 1)
    assert np.isnan(found["ideal_point_distance"][3])  # no votes


def test_an_institution_of_one_has_no_covariates() -> None:
    alone = covariates(_setting(inside=np.array([[True, False, False, False]])))
    assert np.isnan(alone).all()


def test_intervals_hold_the_central_probability() -> None:
    x = np.array([[-1.0], [0.0], [2.0]])
    found = chances(x, np.array([-3.0, 0.5]), np.diag([0.04, 0.01]), np.zeros(1), np.ones(1))
    assert ((found.low < found.central) & (found.central < found.high)).all()


def test_a_perfect_forecast_scores_zero_and_ignorance_does_not() -> None:
    happened = np.array([1.0, 0.0])
    assert scores(happened, happened) == pytest.approx((0.0, 0.0), abs=1e-9)
    assert scores(happened, np.array([0.5, 0.5])) == pytest.approx((0.25, np.log(2)))


def test_nobody_in_the_world_both_joins_and_leaves(world2017: World) -> None:
    table = membership_hazard(world2017)
    assert not table.duplicated(["institution", "country"]).any()
    assert table["probability"].between(table["low"], table["high"], inclusive="neither").all()
    assert table["within_5_years"].between(table["probability"], 5 * table["probability"]).all()
    inside = set(members(world2017, "SCO", 2017))
    leaving = table[(table["institution"] == "SCO") & (table["event"] == "leave")]
    assert set(leaving["country"]) <= inside


def test_estimates_of_a_world_know_nothing_later(world2017: World, world2022: World) -> None:
    assert estimate_of(world2017, "join").until <= 2017
    assert estimate_of(world2022, "join").until == 2020
    with pytest.raises(DataError, match="up to 2000"):
        estimate_of(replace(world2017, year=2000), "join")


def test_institutions_known_from_snapshots_alone_have_no_hazard(world2017: World) -> None:
    known = dated_institutions(world2017)
    assert {"SCO", "WTO"} <= set(known)
    assert not {"CICA", "G-20", "GATT"} & set(known)  # GATT is the WTO's older name


def test_show_narrows_hazards_to_a_country_or_an_institution(world2017: World) -> None:
    assert set(show(world2017, "membership_hazard", country="PAK")["country"]) == {"PAK"}
    assert set(show(world2017, "membership_hazard", institution="SCO")["institution"]) == {"SCO"}
    with pytest.raises(InputError, match="needs a country"):
        show(world2017, "membership_hazard")


def _changed(world: World, **keys: Any) -> World:
    change: Any = TypeAdapter(AnyChange).validate_python(keys, context={"names": Names(world)})
    return change.apply(world)


def test_who_joins_is_a_member_and_who_leaves_is_not(world2017: World) -> None:
    joined = _changed(world2017, kind="join", institution="SCO", countries=["Iran"])
    assert set(members(joined, "SCO", 2017)) - set(members(world2017, "SCO", 2017)) == {"IRN"}
    left = _changed(joined, kind="leave", institution="SCO", countries=["IRN", "PAK"])
    assert set(members(world2017, "SCO", 2017)) - set(members(left, "SCO", 2017)) == {"PAK"}
    joined.check()


def test_a_member_cannot_join_nor_a_stranger_leave(world2017: World) -> None:
    with pytest.raises(InputError, match="PAK cannot join SCO: already a member at the end of 2017"):
        _changed(world2017, kind="join", institution="SCO", countries=["PAK"])
    with pytest.raises(InputError, match="USA cannot leave SCO: not a member"):
        _changed(world2017, kind="leave", institution="SCO", countries=["USA"])
    with pytest.raises(ValidationError, match="SCO"):
        _changed(world2017, kind="join", institution="SCOO", countries=["USA"])


def test_a_neighbour_who_joins_makes_joining_likelier(world2017: World) -> None:
    def chance(world: World) -> float:
        return float(show(world, "membership_hazard", country="AFG", institution="SCO")["probability"].iloc[0])

    assert chance(_changed(world2017, kind="join", institution="SCO", countries=["IRN", "TKM"])) > chance(world2017)


def test_the_hazard_of_joining_beats_base_rates_in_hindsight(sources: Path) -> None:
    later, predicted = hindsight(sources, "join")
    assert later.year.min() == TRAINED + 1
    log = scores(later.happened, predicted)[1]
    assert all(log < 0.85 * scores(later.happened, rate)[1] for rate in base_rates(sources, "join"))


def test_known_events_are_in_the_panel(sources: Path) -> None:
    joins, leaves = panel(sources, "join"), panel(sources, "leave")

    def named(which: Any) -> set[tuple[str, str, int]]:
        rows = zip(which.institution, which.country, which.year, which.happened, strict=True)
        return {(which.institutions[m], which.countries[n], int(year)) for m, n, year, event in rows if event}

    assert {("SCO", "PAK", 2017), ("WTO", "RUS", 2012), ("EU", "POL", 2004)} <= named(joins)
    assert {("EU", "GBR", 2020), ("CSTO", "UZB", 2012), ("SEATO", "PAK", 1973)} <= named(leaves)
    assert not {event for event in named(leaves) if event[0] == "WTO"}  # late ratification is no departure


def test_the_packaged_estimates_are_those_of_the_sources(sources: Path, world2022: World) -> None:
    fit, shipped = hazard(sources, "join", 2020), estimate_of(world2022, "join")
    assert np.allclose(shipped.coefficient, fit.coefficient, atol=1e-6)
    assert np.allclose(shipped.covariance, fit.covariance, atol=1e-6)
