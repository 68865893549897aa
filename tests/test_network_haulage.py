"""What differs by place: rates and speeds of a country, times at a frontier."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from landbridge.network.model import Network
from landbridge.parameters import central_values
from landbridge.world import World
from landbridge.world.check_network import RULES
from tiny_network import tiny_world

PARAMS = central_values()
KASHGAR_KHUNJERAB, PASS, GILGIT_LAHORE, RAIL, WAGAH = 0, 1, 3, 15, 12


def _haulage(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["iso3", "mode", "speed_ratio", "rate_ratio"])
    return table.assign(source="invented", assumed=True)


def _times(*rows: tuple[str, str, str, str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["key", "mode", "since", "until", "measure", "value"])
    return table.assign(source="invented", assumed=True)


def _costs(**tables: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return Network.from_world(tiny_world(**tables), year=2017).link_costs(PARAMS)


def test_lorries_of_a_country_are_slower_and_cheaper_there_alone() -> None:
    hours, usd = _costs()
    slow_hours, cheap_usd = _costs(haulage=_haulage(("PAK", "road", 0.6, 0.4)))
    in_pakistan, elsewhere = [GILGIT_LAHORE], [KASHGAR_KHUNJERAB, RAIL]
    km = Network.from_world(tiny_world(), year=2017).km
    assert slow_hours[in_pakistan] - hours[in_pakistan] == pytest.approx(
        km[in_pakistan] / PARAMS["road_speed_kmh"] * (1 / 0.6 - 1)
    )
    assert cheap_usd[in_pakistan] - usd[in_pakistan] == pytest.approx(
        -0.6 * km[in_pakistan] * PARAMS["usd_per_teu_km_road"]
    )
    np.testing.assert_allclose(slow_hours[elsewhere], hours[elsewhere])
    np.testing.assert_allclose(cheap_usd[elsewhere], usd[elsewhere])


def test_a_known_frontier_takes_its_own_hours_while_the_row_is_in_force_and_usual_money_where_none_is_known() -> None:
    hours, usd = _costs()
    known, paid = _costs(frontier_times=_times(("khunjerab", "road", "2016-01-01", "2018-01-01", "hours", 70.0)))
    past, _ = _costs(frontier_times=_times(("khunjerab", "road", "", "2017-01-01", "hours", 70.0)))
    assert known[PASS] - hours[PASS] == pytest.approx(70.0 - PARAMS["road_border_hours"])
    np.testing.assert_allclose(paid, usd)
    np.testing.assert_allclose(past, hours)


def test_a_post_goes_before_its_border_in_whatever_order_they_stand() -> None:
    border = [("CHN-PAK", "road", "", "", measure, value) for measure, value in (("hours", 20.0), ("usd", 500.0))]
    rows = [("khunjerab", "road", "", "", "hours", 70.0), *border]
    for order in (rows, rows[::-1]):
        hours, usd = _costs(frontier_times=_times(*order))
        stop_usd = usd[PASS] - _costs()[1][PASS] + PARAMS["road_border_usd"]
        assert hours[PASS] - _costs()[0][PASS] == pytest.approx(70.0 - PARAMS["road_border_hours"])
        assert stop_usd == pytest.approx(500.0)


def test_inside_a_union_there_is_no_frontier_to_wait_at() -> None:
    union = tiny_world().table("union_borders").assign(since="2010-01-01")
    slow = _times(("CHN-PAK", "road", "", "", "hours", 70.0))
    np.testing.assert_allclose(_costs(union_borders=union)[0], _costs(union_borders=union, frontier_times=slow)[0])


def test_what_cannot_be_is_found(world2017: World) -> None:
    rules = {rule.__name__: rule for rule in RULES}

    def said(rule: str, **tables: pd.DataFrame) -> str:
        return " ".join(rules[rule](world2017.with_(**tables)))

    assert 'no country "PKA". Did you mean' in said("_haulage", haulage=_haulage(("PKA", "road", 1.0, 1.0)))
    assert "speed_ratio: road in PAK has 0" in said("_haulage", haulage=_haulage(("PAK", "road", 0.0, 1.0)))
    assert 'mode: "air"' in said("_haulage", haulage=_haulage(("PAK", "air", 1.0, 1.0)))
    lost = _times(("kunjerab", "road", "", "", "hours", 1.0))
    assert "no link crosses \"kunjerab\". Did you mean 'khunjerab'?" in said("_frontier_times", frontier_times=lost)
    backwards = _times(("torkham", "road", "2018-01-01", "2017-01-01", "days", -1.0))
    assert 'measure: "days" is neither hours nor usd' in said("_frontier_times", frontier_times=backwards)
    assert "value: torkham by road has -1" in said("_frontier_times", frontier_times=backwards)
    assert "until: torkham ends before it begins" in said("_frontier_times", frontier_times=backwards)
    assert not said("_haulage") + said("_frontier_times")
