"""Whose growth helps whom, and whose trade costs: quantities of an outcome, and a table of a world."""

import numpy as np
import pytest

from landbridge.claims.judge import judge
from landbridge.claims.schema import Claim
from landbridge.errors import InputError
from landbridge.study.outcome import Outcome
from landbridge.study.schema import Study
from landbridge.study.show import labels_of, show
from landbridge.trade.core import counterfactual
from landbridge.trade.model import calibrate_world
from landbridge.world import World


def test_own_growth_helps_most_and_sectors_add_up(world2017: World) -> None:
    rows = show(world2017, "exposure", country="Pakistan")
    assert rows["partner"].iloc[0] == "PAK"
    assert (rows["real_income"].diff().dropna() <= 0).all()
    assert rows["real_income"].sum() == pytest.approx(1, abs=1e-8)
    assert rows["income"].sum() == pytest.approx(0, abs=1e-8)
    parts = show(
        world2017, "exposure", **labels_of(world2017, "exposure", ["PAK", f"sector={','.join(world2017.sectors)}"])
    )
    own = rows.set_index("partner")["real_income"]
    assert parts.groupby("partner")["real_income"].sum()["CHN"] == pytest.approx(own["CHN"])


def test_an_outcome_shows_the_exposure_of_its_baseline(small_study: Study, small_outcome: Outcome) -> None:
    of_world = show(small_study.world(), "exposure", country="PAK")
    of_outcome = show(small_outcome, "exposure", **labels_of(small_outcome, "exposure", ["PAK"]))
    assert of_outcome["real_income"].tolist() == pytest.approx(of_world["real_income"].tolist())


def test_exposures_of_an_outcome_are_derivatives_of_its_model(small_study: Study, small_outcome: Outcome) -> None:
    """One percent more productivity of Russia, and one percent dearer goods from Russia to Pakistan."""
    world, step = small_study.world(), 1e-4
    model = calibrate_world(world, deficits=small_study.about.deficits)
    pak, rus = (model.countries.index(code) for code in ("PAK", "RUS"))
    goods = [model.sectors.index(sector) for sector in small_outcome.goods]
    shape = model.calibration.data.flows.shape

    def slope(change: str) -> np.ndarray:
        def at(h: float) -> np.ndarray:
            gain, kappa = np.ones((shape[0], shape[2])), np.ones(shape)
            if change == "productivity":
                gain[rus] = np.exp(h)
            else:
                kappa[rus, pak, goods] = np.exp(h)
            found = counterfactual(model.calibration, productivity=gain, kappa=kappa)
            return np.log([found.wage[pak], found.real_income[pak]])

        return (at(step) - at(-step)) / (2 * step)

    income, real_income = slope("productivity")
    ours = small_outcome.value
    assert ours("exposure_income", country="PAK", partner="RUS") == pytest.approx(income, abs=1e-7)
    assert ours("exposure_real_income", country="PAK", partner="RUS") == pytest.approx(real_income, abs=1e-7)
    by_cost = ours("exposure_trade_cost", country="PAK", exporter="RUS", importer="PAK")
    assert by_cost == pytest.approx(slope("trade cost")[1], abs=1e-7)
    by_sector = [ours("exposure_real_income", country="PAK", partner="RUS", sector=sector) for sector in model.sectors]
    assert sum(by_sector) == pytest.approx(real_income, abs=1e-7)


def test_exposure_is_known_in_every_draw_at_that_draws_parameters(small_outcome: Outcome) -> None:
    drawn = small_outcome.drawn("exposure_real_income", country="PAK", partner="CHN")
    central = small_outcome.value("exposure_real_income", country="PAK", partner="CHN")
    assert drawn is not None
    assert drawn.shape == (small_outcome.draw_count,)
    assert 0 < np.ptp(drawn) < 5 * abs(central)
    assert small_outcome.drawn("exposure_real_income", country="PAK", partner="CHN", sector="fuels") is None


def test_a_claim_may_be_about_exposure(small_outcome: Outcome) -> None:
    own = {"quantity": "exposure_real_income", "country": "PAK", "partner": "PAK"}
    dearer = {"quantity": "exposure_trade_cost", "country": "PAK", "exporter": "Russia", "importer": "PAK"}
    of_sector = {**own, "sector": "manufactures"}
    tests = [
        {**own, "is": ">", "than": {"partner": "CHN"}},
        {**dearer, "is": "<", "value": 0.0},
        {**of_sector, "is": ">", "value": 0.0},
    ]
    claims = [Claim.model_validate({"id": "c", "statement": "s", "test": test}) for test in tests]
    assert [verdict.verdict for verdict in judge(small_outcome, claims)] == [
        "holds",
        "holds",
        "true at the central values",
    ]


def test_the_rule_for_deficits_is_chosen_for_a_world_and_given_with_an_outcome(
    world2017: World, small_outcome: Outcome
) -> None:
    labels = labels_of(world2017, "exposure", ["PAK", "USA", "deficits=zero,fixed,share"])
    rows = show(world2017, "exposure", **labels).set_index("deficits")["real_income"]
    assert sorted(rows.index) == ["fixed", "share", "zero"]
    assert rows["fixed"] != pytest.approx(rows["share"], rel=1e-6)
    assert labels_of(world2017, "exposure", ["PAK", "share"]) == {"country": "PAK", "deficits": "share"}
    with pytest.raises(InputError, match="No deficit rule called"):
        show(world2017, "exposure", country="PAK", deficits="none")
    with pytest.raises(InputError, match=r'deficits = "zero"; for another rule'):
        show(small_outcome, "exposure", country="PAK", deficits="share")


def test_exposure_needs_a_country(world2017: World) -> None:
    with pytest.raises(InputError, match="needs a country"):
        show(world2017, "exposure")
