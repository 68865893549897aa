"""Poisson gravity: equal to a dense generalised linear model, and to the program pyfixest where it is installed."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from landbridge.errors import InputError
from landbridge.trade.gravity import gravity_fit, vuong
from landbridge.trade.prediction import both_ways, gravity_of_world, great_circle, predicted_against_actual, ratio
from trade_worlds import random_flows, world_of


def _sample(seed, n=25):
    rng = np.random.default_rng(seed)
    log_distance = rng.normal(8, 0.7, (n, n))
    border = (rng.random((n, n)) < 0.1).astype(float)
    sizes = rng.normal(0, 2, (2, n))
    mean = np.exp(sizes[0][:, None] + sizes[1] - log_distance + 0.5 * border + 8)
    flows = mean * rng.gamma(0.5, 2, (n, n)) * (rng.random((n, n)) < 0.8)
    return flows, log_distance, border


def _dense_poisson(flows, regressors, sample):
    """Newton's method on the likelihood with a dummy for every exporter and importer but one."""
    n = len(flows)
    i, j = np.nonzero(sample)
    dummies = np.concatenate([np.eye(n)[i], np.eye(n)[j][:, 1:]], axis=1)
    X = np.column_stack([*(z[sample] for z in regressors), dummies])
    y = flows[sample]
    beta = np.linalg.lstsq(X, np.log(y + y.mean()), rcond=None)[0]
    for _ in range(100):
        mu = np.exp(X @ beta)
        hessian = X.T @ (X * mu[:, None])
        step = np.linalg.solve(hessian, X.T @ (y - mu))
        beta += step
        if np.abs(step).max() < 1e-12:
            break
    mu = np.exp(X @ beta)
    bread = np.linalg.inv(X.T @ (X * mu[:, None]))
    scores = X * (y - mu)[:, None]
    sums = [np.stack([scores[side == country].sum(0) for country in range(n)]) for side in (i, j)]
    meat = sum(each.T @ each for each in sums) - scores.T @ scores
    k = len(regressors)
    return beta[:k], np.sqrt(np.diag((bread @ meat @ bread)[:k, :k])), mu


@pytest.mark.parametrize("seed", range(4))
def test_coefficients_errors_and_predictions_equal_a_dense_poisson_regression(seed):
    flows, log_distance, border = _sample(seed)
    flows[2, 5] = np.nan
    fit = gravity_fit(flows, {"log_distance": log_distance, "border": border})
    sample = ~np.eye(len(flows), dtype=bool) & np.isfinite(flows)
    beta, errors, mu = _dense_poisson(flows, [log_distance, border], sample)
    np.testing.assert_allclose(fit.coefficient, beta, rtol=1e-6)
    np.testing.assert_allclose(fit.standard_error, errors, rtol=1e-5)
    np.testing.assert_allclose(fit.predicted[sample], mu, rtol=1e-5)
    assert fit.observations == sample.sum()


def test_coefficients_and_errors_equal_pyfixest():
    pytest.importorskip("pyfixest", reason="needs the extra: pip install 'landbridge[estimate]'")
    from landbridge.trade.estimation import panel_fit

    flows, log_distance, border = _sample(9)
    flows[3] = 0.0
    i, j = np.nonzero(~np.eye(len(flows), dtype=bool))
    panel = pd.DataFrame(
        {"trade": flows[i, j], "d": log_distance[i, j], "b": border[i, j], "exporter": i, "importer": j}
    )
    theirs = panel_fit(panel, ["d", "b"], effects=[("exporter",), ("importer",)])
    fit = gravity_fit(flows, {"d": log_distance, "b": border})
    few = theirs.standard_error[0] / fit.standard_error[0]
    np.testing.assert_allclose(fit.coefficient, theirs.coefficient, rtol=1e-8)
    np.testing.assert_allclose(fit.standard_error * few, theirs.standard_error, rtol=1e-5)
    assert few**2 == pytest.approx(24 / 23, rel=1e-3)  # G / (G - 1) over the 24 countries that export
    assert fit.deviance == pytest.approx(theirs.deviance)
    assert fit.deviance_explained == pytest.approx(theirs.deviance_explained)
    assert fit.observations == theirs.observations


def test_predictions_add_up_to_what_each_country_sells_and_buys():
    flows, log_distance, _ = _sample(1)
    np.fill_diagonal(flows, 0.0)
    predicted = gravity_fit(flows, {"d": log_distance}).predicted
    np.fill_diagonal(predicted, 0.0)
    np.testing.assert_allclose(predicted.sum(0), flows.sum(0), rtol=1e-6)
    np.testing.assert_allclose(predicted.sum(1), flows.sum(1), rtol=1e-6)


def test_the_true_elasticity_is_found_without_noise():
    _, log_distance, border = _sample(2)
    exact = np.exp(-1.2 * log_distance + 0.4 * border + 9)
    fit = gravity_fit(exact, {"d": log_distance, "b": border}, own_trade=True)
    np.testing.assert_allclose(fit.coefficient, [-1.2, 0.4], atol=1e-8)
    np.testing.assert_allclose(fit.predicted, exact, rtol=1e-6)
    assert fit.deviance_explained == pytest.approx(1)


def test_a_country_that_sells_nothing_is_predicted_to_sell_nothing():
    flows, log_distance, _ = _sample(3)
    flows[4] = 0.0
    fit = gravity_fit(flows, {"d": log_distance})
    assert (fit.predicted[4] == 0).all()
    assert np.isfinite(fit.coefficient).all()


def test_nothing_is_predicted_for_a_country_of_which_nothing_is_observed():
    flows, log_distance, _ = _sample(3)
    flows[4] = np.nan
    fit = gravity_fit(flows, {"d": log_distance})
    assert np.isnan(fit.predicted[4]).all()
    assert np.isfinite(fit.predicted[5]).all()


def test_a_regressor_that_marks_only_flows_of_zero_is_refused():
    """Its coefficient would be minus infinity: the flows it marks tell nothing, and without them it does not vary."""
    flows, log_distance, _ = _sample(4)
    embargo = (flows == 0) & (np.add.outer(np.arange(25), np.arange(25)) % 3 == 0)
    with pytest.raises(InputError, match="does not vary beyond"):
        gravity_fit(flows, {"d": log_distance, "embargo": embargo})


def test_separated_flows_are_left_out_and_predicted_to_be_nothing():
    """Ten countries sell nothing to the rest, and how much the rest sell them is unknown: any low level fits."""
    flows, log_distance, _ = _sample(8)
    flows[10:, :10] = np.nan
    flows[:10, 10:] = 0.0
    fit = gravity_fit(flows, {"d": log_distance})
    flows[:10, 10:] = np.nan
    without = gravity_fit(flows, {"d": log_distance})
    assert fit.separated == 150
    assert fit.observations == without.observations
    assert (fit.predicted[:10, 10:] == 0).all()
    np.testing.assert_allclose(fit.coefficient, without.coefficient, rtol=1e-8)
    np.testing.assert_allclose(fit.standard_error, without.standard_error, rtol=1e-6)


def test_the_better_of_two_explanations_is_told_apart():
    _, log_distance, _ = _sample(7)
    rng = np.random.default_rng(0)
    flows = np.exp(-log_distance + 9) * rng.gamma(5, 0.2, log_distance.shape)
    true, false = (gravity_fit(flows, {"z": z}) for z in (log_distance, rng.normal(size=flows.shape)))
    off = np.where(np.eye(len(flows), dtype=bool), np.nan, flows)
    assert vuong(off, true, false) == pytest.approx(-vuong(off, false, true))
    assert vuong(off, true, false) > 1.96


def test_collinear_regressors_are_refused():
    flows, log_distance, _ = _sample(4)
    size = np.add.outer(np.arange(25.0), np.arange(25.0))
    with pytest.raises(InputError, match="does not vary beyond"):
        gravity_fit(flows, {"size": size})
    with pytest.raises(InputError, match="does not vary beyond"):
        gravity_fit(flows, {"d": log_distance, "again": 2 * log_distance})


def test_negative_trade_is_refused():
    flows, log_distance, _ = _sample(5)
    with pytest.raises(InputError, match="negative"):
        gravity_fit(-flows, {"d": log_distance})


COUNTRIES = [f"A{letter}{other}" for letter in "ABCD" for other in "ABCDE"]


def _gravity_world():
    """Twenty countries at known places whose trade falls with the first power of their distance."""
    rng = np.random.default_rng(6)
    n = len(COUNTRIES)
    world = world_of(random_flows(6, n, 2), COUNTRIES, ["manufactures", "services"])
    lat, lon = rng.uniform(-60, 60, n), rng.uniform(-180, 180, n)
    nodes = pd.DataFrame({"node": range(n), "lat": lat, "lon": lon})
    cities = pd.DataFrame({"node": range(n), "iso3": COUNTRIES, "hub": True, "weight": 1.0})
    world = type(world)(
        world.name,
        world.year,
        {**world.resources, "nodes": {}, "cities": {}},
        {},
        {**{name: world.table(name) for name in world.resources}, "nodes": nodes, "cities": cities},
    )
    km = great_circle(world)
    sizes = rng.lognormal(0, 1, (2, n))
    flows = np.outer(*sizes) / np.nan_to_num(km.to_numpy(), nan=100.0)
    trade = world.table("trade").copy()
    trade["value_musd"] = np.repeat(flows.ravel(), 2)
    return world.with_(trade=trade)


def test_distance_explains_trade_that_was_made_from_it():
    world = _gravity_world()
    fit = gravity_of_world(world, {"km": great_circle(world)})
    np.testing.assert_allclose(fit.coefficient, [-1.0], atol=1e-6)
    found = predicted_against_actual(world, {"km": great_circle(world)})
    off = ~np.eye(len(COUNTRIES), dtype=bool)
    np.testing.assert_allclose(ratio(found).sel(by="km").values[off], 1, rtol=1e-5)
    assert (np.abs(ratio(found).sel(by="size").values[off] - 1) > 0.01).mean() > 0.9


def test_every_prediction_adds_up_to_what_countries_sell_and_buy():
    world = _gravity_world()
    found = predicted_against_actual(world, {"km": great_circle(world)})
    off = ~np.eye(len(COUNTRIES), dtype=bool)
    for side in ("exporter", "importer"):
        sums = found["actual"].where(off).sum(side)
        np.testing.assert_allclose(found["predicted"].sum(side), sums.expand_dims(by=2), rtol=1e-6)


def test_both_ways_is_the_same_from_either_side():
    world = _gravity_world()
    found = both_ways(predicted_against_actual(world, {"km": great_circle(world)}))
    trade = predicted_against_actual(world, {})["actual"]
    one, back = trade.sel(exporter="AAA", importer="ABB"), trade.sel(exporter="ABB", importer="AAA")
    assert found["actual"].sel(exporter="AAA", importer="ABB").item() == pytest.approx(float(one + back))
    np.testing.assert_allclose(found["predicted"], found["predicted"].transpose("by", "importer", "exporter"))


def test_modelled_flows_are_no_evidence():
    """They follow gravity by construction: what they hold does not touch the estimate."""
    world = _gravity_world()
    trade = world.table("trade").assign(status="observed")
    some = (trade["exporter"] < "AC") & (trade["importer"] > "AC")
    trade.loc[some, "status"] = "modelled"
    fits = []
    for factor in (1.0, 1000.0):
        changed = trade.assign(value_musd=trade["value_musd"].where(~some, factor * trade["value_musd"]))
        fits.append(gravity_of_world(world.with_(trade=changed), {"km": great_circle(world)}))
    assert fits[0].observations < 380
    np.testing.assert_array_equal(fits[0].coefficient, fits[1].coefficient)


def test_pairs_out_of_reach_are_left_out_and_not_predicted():
    world = _gravity_world()
    km = great_circle(world)
    km.loc["AAA", "ABB"] = np.inf
    found = predicted_against_actual(world, {"km": km})
    assert found["predicted"].sel(exporter="AAA", importer="ABB").isnull().all()


def test_costs_with_other_labels_are_refused():
    world = _gravity_world()
    with pytest.raises(InputError, match="exactly the world's countries"):
        gravity_of_world(world, {"km": great_circle(world).isel(exporter=slice(5))})
    with pytest.raises(InputError, match="must be positive"):
        gravity_of_world(world, {"km": -great_circle(world)})


def test_great_circles_have_known_lengths():
    """A quarter of the equator, and Moscow to Vladivostok (6,420 km within the accuracy of a sphere)."""
    from landbridge.world.distance import EARTH_RADIUS_KM, great_circle_km

    assert great_circle_km(0, 0, 0, 90) == pytest.approx(np.pi / 2 * EARTH_RADIUS_KM)
    assert great_circle_km(55.756, 37.617, 43.116, 131.882) == pytest.approx(6420, rel=0.005)


def test_a_cost_grid_keeps_its_labels():
    world = _gravity_world()
    km = great_circle(world)
    assert list(km["exporter"].values) == world.countries
    assert isinstance(km, xr.DataArray)
    np.testing.assert_allclose(km, km.T)
