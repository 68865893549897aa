"""Distance by sea with and without the Suez canal, and the natural experiment of its closure."""

import numpy as np
import pandas as pd
import pytest

from landbridge.claims.schema import read_claims
from landbridge.errors import InputError
from landbridge.evidence import validate
from landbridge.evidence.sea_distance import sea_km
from landbridge.evidence.suez_panel import CANAL_STATES, panel, without
from landbridge.evidence.suez_prediction import predicted
from landbridge.study.schema import read_study
from landbridge.trade.estimation import log_fit


@pytest.fixture(scope="module")
def opened() -> pd.DataFrame:
    return sea_km()


@pytest.fixture(scope="module")
def shut() -> pd.DataFrame:
    return sea_km(("suez",))


def test_distance_by_sea_is_the_same_both_ways_and_known_between_all_coasts(opened):
    values = opened.to_numpy()
    assert np.isfinite(values).all()
    assert np.allclose(values, values.T)
    assert len(opened) >= 140
    assert not {"CHE", "UZB", "ETH"} & set(opened.index), "no coast, no distance by sea"


def test_the_closure_lengthens_ways_through_the_canal_and_no_others(opened, shut):
    ratio = shut / opened
    assert ratio.loc["PAK", "NLD"] == pytest.approx(20318 / 11460, rel=0.05)
    assert ratio.loc["SAU", "ITA"] > 2
    for pair in (("USA", "GBR"), ("JPN", "AUS"), ("ARG", "FRA"), ("CHN", "USA")):
        assert ratio.loc[pair] == pytest.approx(1.0, abs=0.02)
    sides = ratio.index.difference(list(CANAL_STATES))
    assert ratio.loc[sides, sides].min(axis=None) > 0.97, "a closure shortens a way only by a port nearer over land"


def test_log_fit_recovers_what_made_the_flows():
    rng = np.random.default_rng(5)
    i, j, t = (index.ravel() for index in np.indices((12, 12, 4)))
    z = rng.normal(size=len(i))
    pair, exporter, importer = rng.normal(size=(12, 12)), rng.normal(size=(12, 4)), rng.normal(size=(12, 4))
    trade = np.exp(pair[i, j] + exporter[i, t] + importer[j, t] - 0.7 * z)
    frame = pd.DataFrame({"exporter": i, "importer": j, "year": t, "trade": trade, "z": z, "weight": 1 + t})
    for weights in (None, "weight"):
        found = log_fit(frame, ["z"], weights=weights)
        assert found.coefficient == pytest.approx([-0.7], abs=1e-6)
    assert log_fit(frame.assign(trade=np.where(t == 0, 0.0, trade)), ["z"]).observations == 12 * 12 * 3
    with pytest.raises(InputError, match="above zero"):
        log_fit(frame.assign(weight=0.0), ["z"], weights="weight")


def test_the_panel_changes_distance_only_while_the_canal_is_shut(sources):
    frame = without(panel(sources), CANAL_STATES)
    spread = frame.groupby(["exporter", "importer"])["log_km"].agg(np.ptp)
    longer = frame.groupby(["exporter", "importer"])["longer"].first()
    in_both = (
        frame.assign(shut=frame["year"].isin((1968, 1972))).groupby(["exporter", "importer"])["shut"].nunique() == 2
    )
    assert np.allclose(spread[in_both], longer[in_both].abs())
    assert (frame["trade"] == 0).any()
    assert not ((frame["exporter"] == "DEU") & (frame["importer"] == "FRA")).any(), "they share a border"


def test_elasticities_are_negative_in_logarithms_and_nothing_by_ppml(sources):
    pytest.importorskip("pyfixest", reason="needs the extra: pip install 'landbridge[estimate]'")
    ours = {row.id.removeprefix("suez-history-"): row for row in validate(sources, "suez-history")}
    assert ours["log-years"].passes is True
    assert [name for name, row in ours.items() if row.passes is False] == [
        "log-full",
        "ppml-full",
        "model-slope-log",
        "model-slope-ppml",
    ], "docs/suez.md says why these fail"
    assert ours["cross-section-log"].ours < 2 * ours["log-years"].ours
    assert 0 < ours["model-slope-log"].ours < 1


def test_the_model_predicts_less_trade_where_the_canal_was_the_way(sources):
    said = predicted(sources)
    assert said.loc["IND", "GBR"] < -0.2
    assert abs(said.loc["USA", "GBR"]) < 0.05


def test_the_red_sea_study_lengthens_ways_and_its_distances_are_those_observed():
    study = read_study("red-sea-2024")
    changed = study.scenario_worlds(study.world(), ["ships_alone"])["ships_alone"]
    links = changed.table("links")
    assert (links.loc[links["passage"] == "babalmandab", "closed_by"] != "").all()
    assert (links.loc[links["border"] == "JOR-SAU", "closed_by"] != "").all()
    assert (links.loc[links["passage"] == "suez", "closed_by"] == "").all()
    rows = {row.id: row for row in validate(None, "redsea")}
    judged = {name: row.passes for name, row in rows.items() if row.kind == "evidence"}
    fails = [name for name, passes in judged.items() if not passes]
    assert fails == ["redsea-trade-cape-value", "redsea-trade-cape-teu"], "see docs/red-sea.md"
    assert {row.passes for row in rows.values() if row.kind == "calibration"} == {None}
    assert {claim.id for claim in read_claims(study) if claim.not_testable} == {"canal-revenue", "spot-rates"}
