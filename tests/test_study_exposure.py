"""Whose growth helps whom, as a table of a world or of a study's baseline."""

import pytest

from landbridge.errors import InputError
from landbridge.study.outcome import Outcome
from landbridge.study.schema import Study
from landbridge.study.show import labels_of, show
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


def test_exposure_needs_a_country(world2017: World) -> None:
    with pytest.raises(InputError, match="needs a country"):
        show(world2017, "exposure")
