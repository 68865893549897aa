"""The response of alignment to exposure: regressions on pairs, the instrument, what ships."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from landbridge.alignment.estimation import dyadic_variance, linear_fit
from landbridge.errors import InputError
from landbridge.evidence.response_panel import fitted, forecasts, panel, predicted_flows
from landbridge.study.alignment import EXPOSURE_UNIT, exposure_measure
from landbridge.study.show import show
from landbridge.trade.core import TradeBaseline, calibrate, one_sector_exposure
from landbridge.trade.exposure import LinearResponse
from landbridge.world import World


def _pairs(countries: int = 12, years: int = 8, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [(a, b, t) for a in range(countries) for b in range(countries) if a != b for t in range(years)]
    table = pd.DataFrame(rows, columns=["country", "partner", "year"])
    effect = rng.normal(size=(countries, years))
    pair = rng.normal(size=(countries, countries))
    cause = rng.normal(size=len(table))
    hidden = rng.normal(size=len(table))
    table["z"] = cause
    table["x"] = cause + hidden + effect[table["country"], table["year"]]
    table["y"] = 0.5 * table["x"] + 2 * hidden + effect[table["partner"], table["year"]]
    table["y"] += pair[table["country"], table["partner"]] + 0.1 * rng.normal(size=len(table))
    return table


def test_effects_and_an_instrument_recover_what_made_the_data() -> None:
    table = _pairs()
    naive, clean = linear_fit(table, "y", "x"), linear_fit(table, "y", "x", instrument="z")
    assert naive.interval[0] > 0.5  # what is hidden raises both
    assert clean.interval[0] < 0.5 < clean.interval[1]
    assert clean.first_stage > 10


def test_the_estimate_equals_least_squares_on_dummies() -> None:
    table = _pairs(5, 3)
    dummies = pd.get_dummies(table[["country", "partner", "year"]].astype(str), dtype=float).to_numpy()
    beta = np.linalg.lstsq(np.column_stack([table["x"], dummies]), table["y"], rcond=None)[0][0]
    found = linear_fit(table, "y", "x", effects=(("country",), ("partner",), ("year",)))
    assert found.coefficient == pytest.approx(beta, abs=1e-6)


def test_the_variance_counts_every_two_pairs_that_share_a_country_once() -> None:
    rng = np.random.default_rng(0)
    low, high = np.array([(a, b) for a in range(5) for b in range(a + 1, 5)] * 2).T
    scores = rng.normal(size=len(low))
    shared = [
        scores[m] * scores[n] for m in range(len(low)) for n in range(len(low)) if {low[m], high[m]} & {low[n], high[n]}
    ]
    assert dyadic_variance(scores, low, high) == pytest.approx(sum(shared))


def test_a_regressor_that_the_effects_explain_is_refused() -> None:
    table = _pairs(5, 3)
    table["same"] = table["country"] * 1.0
    with pytest.raises(InputError, match="does not vary"):
        linear_fit(table, "y", "same")
    with pytest.raises(InputError, match='no column "distanse"'):
        linear_fit(table, "distanse", "x")


def test_the_instrument_holds_nothing_of_a_pairs_own_trade() -> None:
    rng = np.random.default_rng(1)
    X = rng.uniform(1, 2, (6, 6))
    np.fill_diagonal(X, 0)
    Y, km = np.full(6, 1e3), rng.uniform(1, 5, (6, 6))
    before = predicted_flows(X, Y, km)
    X[0, 1] *= 3
    after = predicted_flows(X, Y, km)
    share = (after / after.sum()) / np.where(before > 0, before / before.sum(), np.nan)
    assert share[0, 1] == pytest.approx(share[4, 5])  # as where neither side's trade changed
    assert share[0, 2] > share[4, 5]


def test_a_country_is_most_exposed_to_itself_and_gains_from_its_own_growth() -> None:
    rng = np.random.default_rng(2)
    flows = rng.uniform(0.1, 1, (6, 6)) + np.diag(np.full(6, 20.0))
    found = one_sector_exposure(flows, 5.0)
    assert (np.diag(found) > 0).all()
    assert (np.abs(found).argmax(1) == np.arange(6)).all()


@pytest.mark.parametrize("alone", [False, True])
def test_the_closed_form_of_one_sector_is_the_derivative_of_the_exact_model(alone: bool) -> None:
    flows = np.random.default_rng(4).uniform(0.1, 1, (6, 6)) + np.diag(np.full(6, 3.0))
    if alone:
        flows[5, :5] = flows[:5, 5] = 0.0  # a bloc of its own
    exact = LinearResponse.of(calibrate(TradeBaseline.from_flows(flows), 4.0, "fixed")).real_income()
    np.testing.assert_allclose(one_sector_exposure(flows, 4.0), exact.productivity[:, :, 0], atol=1e-12)
    some = np.array([4, 1])
    np.testing.assert_allclose(one_sector_exposure(flows, 4.0, some), exact.productivity[some, :, 0], atol=1e-12)


def test_the_measure_of_exposure_keeps_sign_and_order() -> None:
    given = np.array([-1e-2, -1e-6, 0.0, 1e-6, 1e-2])
    measure = exposure_measure(given)
    assert (np.diff(measure) > 0).all()
    assert np.allclose(measure, -measure[::-1])
    assert measure[3] == pytest.approx(given[3] / EXPOSURE_UNIT, rel=1e-3)


def test_the_packaged_response_tells_its_error_and_no_world_knows_later_votes(world2017: World) -> None:
    table = show(world2017, "estimates", model="response")
    assert set(table["until"]) == {2015, 2019}
    assert (table["estimate"].abs() < 1.96 * table["standard_error"]).all()  # the data show no response


def test_pairs_are_as_distant_seen_from_either_side(sources: Path) -> None:
    table = panel(sources)
    seen = table[(table["country"] == "PAK") & (table["partner"] == "CHN")].set_index("year")["distance"]
    back = table[(table["country"] == "CHN") & (table["partner"] == "PAK")].set_index("year")["distance"]
    pd.testing.assert_series_equal(seen, back)


def test_the_response_in_the_docs_is_what_the_sources_give(sources: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / "institutions.md").read_text(encoding="utf-8")
    for name in ("main", "instrumented", "trade_share"):
        fit = fitted(sources, name)
        assert f"{fit.coefficient:+.4f} ({fit.standard_error:.4f})" in text, name


def test_exposure_does_not_foretell_changes_of_distance(sources: Path) -> None:
    table = forecasts(sources)
    error = {name: ((table["actual"] - table[name]) ** 2).mean() for name in ("none", "exposure")}
    assert error["exposure"] == pytest.approx(error["none"], rel=0.01)
