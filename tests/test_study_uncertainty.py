"""Draws have the distribution asked for, and depend on the seed and the parameter's name alone."""

import numpy as np
import pytest

from landbridge.study.uncertainty import Uncertain, draw

DRAWS = 20_000


def uncertain(**distribution: dict[str, float]) -> Uncertain:
    return Uncertain.model_validate({**distribution, "source": "a test"})


@pytest.mark.parametrize(
    ("distribution", "probability", "quantile"),
    [
        ({"normal": {"mean": 5.0, "sd": 1.0}}, 0.5, 5.0),
        ({"normal": {"mean": 5.0, "sd": 1.0}}, 0.975, 6.96),
        ({"lognormal": {"median": 5.0, "sigma": 0.25}}, 0.5, 5.0),
        ({"lognormal": {"median": 5.0, "sigma": 0.25}}, 0.8413447, 5.0 * np.exp(0.25)),
        ({"uniform": {"low": 2.0, "high": 4.0}}, 0.25, 2.5),
        ({"triangular": {"low": 0.0, "mode": 1.0, "high": 4.0}}, 0.25, 1.0),
        ({"triangular": {"low": 0.0, "mode": 1.0, "high": 4.0}}, 0.75, 4.0 - np.sqrt(3.0)),
    ],
)
def test_quantiles_are_those_of_the_distribution(distribution: dict, probability: float, quantile: float) -> None:
    drawn = draw({"trade_elasticity": uncertain(**distribution)}, DRAWS, seed=1)["trade_elasticity"]
    assert np.quantile(drawn, probability) == pytest.approx(quantile, rel=0.02)


def test_normal_draws_of_what_cannot_be_negative_are_cut_at_zero() -> None:
    drawn = draw({"value_of_time": uncertain(normal={"mean": 0.01, "sd": 0.02})}, DRAWS, seed=1)["value_of_time"]
    assert drawn.min() >= 0


def test_another_uncertain_parameter_leaves_the_draws_of_the_others() -> None:
    one = uncertain(lognormal={"median": 5.0, "sigma": 0.25})
    alone = draw({"trade_elasticity": one}, 10, seed=3)
    beside = draw({"value_of_time": one, "trade_elasticity": one}, 10, seed=3)
    assert np.array_equal(alone["trade_elasticity"], beside["trade_elasticity"])
    assert not np.allclose(beside["value_of_time"], beside["trade_elasticity"])


def test_more_draws_begin_with_the_same_ones() -> None:
    one = {"trade_elasticity": uncertain(uniform={"low": 1.0, "high": 2.0})}
    assert np.array_equal(draw(one, 50, 3)["trade_elasticity"][:10], draw(one, 10, 3)["trade_elasticity"])


def test_another_seed_gives_other_draws() -> None:
    one = {"trade_elasticity": uncertain(uniform={"low": 1.0, "high": 2.0})}
    assert not np.allclose(draw(one, 10, 3)["trade_elasticity"], draw(one, 10, 4)["trade_elasticity"])
