"""The order of the models: network, trade, exposure, alignment, institutions; nothing flows back, once is enough."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from landbridge.study.chain import Chain
from landbridge.study.outcome import Outcome
from landbridge.study.run import run
from landbridge.study.schema import BASELINE, Study, read_study
from landbridge.trade.core import TradeBaseline, calibrate, counterfactual
from study_worlds import write_small_study

NETWORK = ("travel_days", "freight_usd", "mode_share", "trade_cost")
TRADE = ("flow", "real_income", "exposure_real_income", "link_load")
ALIGNMENT = ("alignment_shift", "membership_probability")


def _outcome(folder: Path, table: str, change) -> Outcome:
    """The small study's central outcome, in a world with a table changed."""
    file = write_small_study(folder)
    path = folder / "world" / f"{table}.parquet"
    change(pd.read_parquet(path)).to_parquet(path)
    return run(read_study(file), draws=0, workers=1, progress=False)


def _same(one: Outcome, other: Outcome, quantity: str) -> bool:
    return (
        one.data[quantity]
        .drop_vars("link", errors="ignore")
        .equals(other.data[quantity].drop_vars("link", errors="ignore"))
    )


def test_votes_and_memberships_act_on_nothing_before_them(tmp_path: Path, small_outcome: Outcome) -> None:
    turned = _outcome(tmp_path / "votes", "ideal_points", lambda t: t.assign(ideal_point=-2 * t["ideal_point"] + 1))
    assert all(_same(turned, small_outcome, quantity) for quantity in (*NETWORK, *TRADE, "alignment_shift"))
    assert not _same(turned, small_outcome, "membership_probability")


def test_trade_acts_on_alignment_and_not_on_costs(tmp_path: Path, small_outcome: Outcome) -> None:
    def more_manufactures(trade: pd.DataFrame) -> pd.DataFrame:
        chosen = (trade["exporter"] == "CHN") & (trade["importer"] == "PAK")
        return trade.assign(value_musd=trade["value_musd"].where(~chosen, 3 * trade["value_musd"]))

    moved = _outcome(tmp_path, "trade", more_manufactures)
    assert _same(moved, small_outcome, "trade_cost")
    assert not any(_same(moved, small_outcome, quantity) for quantity in ("flow", *ALIGNMENT))


@pytest.mark.parametrize("scenario", [BASELINE, "border", "rail", "canal"])
def test_a_scenarios_trade_put_in_again_stays_where_it_is(small_study: Study, scenario: str) -> None:
    chain = Chain.of(small_study)
    found = {one.scenario: one.trade.equilibrium for one in chain.solve(chain.central)}[scenario]
    there = TradeBaseline.from_flows(found.flows)
    again = counterfactual(calibrate(there, np.array(chain.model.calibration.theta), "zero"))
    np.testing.assert_allclose(again.flows, found.flows, rtol=1e-8)
    np.testing.assert_allclose(again.real_income, 1.0, atol=1e-9)


def test_solving_twice_is_solving_once(small_study: Study) -> None:
    chain = Chain.of(small_study)
    once, twice = (list(chain.solve(chain.central)) for _ in range(2))
    for one, other in zip(once, twice, strict=True):
        assert (one.transport == other.transport).all()
        assert (one.trade.equilibrium.flows == other.trade.equilibrium.flows).all()
