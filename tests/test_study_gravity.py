"""What gravity says of a packaged world: one answer for claim and command, estimates that a study can take over."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from landbridge.errors import InputError
from landbridge.parameters import parameters
from landbridge.study.gravity import Between, gravity_fits, gravity_parameters
from landbridge.study.observed import observed_value
from landbridge.study.show import labels_of, show
from landbridge.study.uncertainty import Uncertain
from landbridge.world import World


@pytest.fixture(scope="module")
def pair(world2017: World):
    return show(world2017, "gravity", country="PAK", partner="RUS").set_index(["direction", "by"])


def test_command_and_claim_give_one_answer(world2017: World, pair) -> None:
    for by, quantity in (("size", "gravity_ratio_size_only"), ("distance", "gravity_ratio_with_distance")):
        claimed = observed_value(world2017, quantity, country="PAK", partner="RUS")
        assert pair.loc[("both", by), "ratio"] == pytest.approx(claimed)


def test_pakistan_and_russia_trade_a_third_of_what_their_distance_lets_expect(pair) -> None:
    assert pair.loc[("both", "distance"), "ratio"] == pytest.approx(0.34, abs=0.01)
    assert (pair["ratio"].xs("both") < 0.55).all()


def test_both_ways_are_exports_and_imports_together(pair) -> None:
    for column in ("actual_musd", "predicted_musd"):
        together = pair[column].xs("exports") + pair[column].xs("imports")
        np.testing.assert_allclose(together, pair[column].xs("both"))


def test_what_one_exports_the_other_imports(world2017: World, pair) -> None:
    words = ["RUS", "PAK", "by=time", "direction=imports"]
    back = show(world2017, "gravity", **labels_of(world2017, "gravity", words))
    assert len(back) == 1
    assert back.loc[0, "predicted_musd"] == pytest.approx(pair.loc[("exports", "time"), "predicted_musd"])


def test_a_sector_is_looked_at_by_itself(world2017: World) -> None:
    words = ["Pakistan", "Russia", "services"]
    rows = show(world2017, "gravity", **labels_of(world2017, "gravity", words))
    assert set(rows["sector"]) == {"services"}
    assert set(rows["by"]) == {"size", "distance", "time"}  # services do not travel: they have no cost


def test_gravity_predicts_nothing_for_a_country_that_it_made_itself(world2017: World) -> None:
    rows = show(world2017, "gravity", country="PAK", partner="IRN")
    assert set(rows["status"]) == {"modelled"}
    assert rows["predicted_musd"].isna().all()
    assert (rows["actual_musd"] > 0).all()


def test_the_quickest_way_is_known_between_all_countries_on_the_network(world2017: World) -> None:
    between = Between.of(world2017)
    apart = between.days.sel(exporter="DEU", importer="CHN").item()
    assert 8 < apart < 40
    np.testing.assert_allclose(between.t, between.hours + between.money, rtol=1e-9)


def test_time_and_distance_are_set_side_by_side(world2017: World) -> None:
    rows = gravity_fits(world2017, ["goods"]).set_index(["by", "of"])
    assert rows.loc[("time", "time"), "elasticity"] < -0.5
    assert rows.loc[("distance", "distance"), "elasticity"] == pytest.approx(-0.9, abs=0.5)
    nested = rows.loc[("distance and time", "time"), "deviance_explained"]
    assert nested >= rows["deviance_explained"].loc[["distance", "time"]].max()


def test_a_trade_elasticity_planted_in_the_world_is_found_and_can_be_taken_into_a_study(world2017: World) -> None:
    """Trade among thirty countries made from the network's own costs with an elasticity of 4; the rest is modelled."""
    pytest.importorskip("pyfixest", reason="needs the extra: pip install 'landbridge[estimate]'")
    cost = np.log1p(Between.of(world2017).t)
    trade = world2017.table("trade")
    observed = trade[(trade["status"] == "observed") & (trade["sector"] != "services")]
    some = sorted(set(observed["exporter"]))[:30]
    made = trade["exporter"].isin(some) & trade["importer"].isin(some) & trade["sector"].isin(cost["sector"].values)
    made &= trade["exporter"] != trade["importer"]
    theta = {name: 4.0 * parameters()[f"trade_elasticity_ratio_{name}"].value for name in cost["sector"].values}
    sizes = np.random.default_rng(1).normal(0, 1, len(world2017.countries))
    code = dict(zip(world2017.countries, sizes, strict=True))
    rows = trade[made]
    at = [
        cost.sel(exporter=i, importer=j, sector=s).item() for i, j, s in rows[["exporter", "importer", "sector"]].values
    ]
    log_size = rows["exporter"].map(code) + rows["importer"].map(code)
    trade = trade.assign(status="modelled")
    trade.loc[made, "status"] = "observed"
    trade.loc[made, "value_musd"] = 1000 * np.exp(log_size - rows["sector"].map(theta) * np.array(at))
    found = gravity_parameters(world2017.with_(trade=trade)).set_index(["parameter", "holding"])
    for holding in ("nothing", "distance", "pair"):
        assert found.loc[("trade_elasticity", holding), "estimate"] == pytest.approx(4.0, abs=1e-4)
    assert found.loc[("trade_elasticity", "nothing"), "verdict"] == "stands for all that grows with distance"
    assert found.loc[("trade_elasticity", "nothing"), "toml"] == ""
    ((name, given),) = tomllib.loads(found.loc[("trade_elasticity", "distance"), "toml"]).items()
    assert name == "trade_elasticity"
    assert Uncertain(**given).at(np.array([0.5]), positive=True) == pytest.approx(4.0, abs=1e-3)


@pytest.mark.parametrize(
    ("quantity", "labels", "said"),
    [
        ("gravity", {}, "needs a country, or two"),
        ("gravity", {"country": "Pakstan"}, "Did you mean 'Pakistan'"),
        ("gravity", {"country": "PAK", "sector": "fuel"}, "Did you mean 'fuels'"),
        ("gravity", {"country": "PAK", "partnr": "RUS"}, "Did you mean 'partner'"),
        ("gravity_fit", {}, "Did you mean 'gravity_fits'"),
    ],
)
def test_mistakes_are_answered_by_the_nearest_name(world2017: World, quantity: str, labels: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        show(world2017, quantity, **labels)


def test_the_advanced_guide_is_reproduced(sources: Path) -> None:
    pytest.importorskip("pyfixest", reason="needs the extra: pip install 'landbridge[estimate]'")
    from landbridge.evidence import validate

    for name in ("gravity-guide-4-rta", "gravity-guide-4-standard-error-of-rta"):
        assert validate(sources, name)[0].passes
