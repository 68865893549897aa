"""Queues at ports, posts and on lines: volume-delay curves, how traffic spreads, the fixed point with trade."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from landbridge.errors import SolveError, StudyError
from landbridge.network.congestion import Choice, Queues, queues, settle
from landbridge.network.loads import assign_trade
from landbridge.report.page import Numbering
from landbridge.report.queues import queue_table, told
from landbridge.study import congestion
from landbridge.study.chain import Chain
from landbridge.study.congestion import TOLERANCE, Usual, queues_of
from landbridge.study.outcome import Outcome
from landbridge.study.run import run
from landbridge.study.schema import BASELINE, Study, read_study

RAIL_POST = 13  # Khorgos, where the railway from Shanghai to Almaty crosses
CONFLICT = ("conflict_delay", "conflict_surcharge", "conflict_closure", "conflict_premium")
ROAD_POST = 19  # the road from Kashgar to Almaty
SCENARIOS: dict[str, list[dict[str, Any]]] = {
    "nothing": [],
    "one_post_less": [{"kind": "close", "border": ["CHN", "KAZ"], "mode": "rail"}],
    "more_trade": [{"kind": "trade_cost", "within": ["CHN", "KAZ", "PAK"], "percent": -3}],
    "narrow": [{"kind": "upgrade", "mode": "rail", "via": ["Karachi", "Lahore"], "speed_factor": 2, "capacity": 2e4}],
    "wide": [{"kind": "upgrade", "mode": "rail", "via": ["Karachi", "Lahore"], "speed_factor": 2}],
}


def _study(small: Study, scenarios: dict[str, list[dict[str, Any]]], *, on: bool) -> Study:
    told = {
        "study": {"title": "t", "world": small.world_folder, "focus": ["PAK", "CHN"], "congestion": on},
        "parameters": {"least_capacity": 100.0},
        "scenario": {name: {"changes": changes} for name, changes in scenarios.items()},
    }
    return Study.model_validate({**told, "path": small.path})


@pytest.fixture(scope="module")
def chain(small_study: Study) -> Chain:
    return Chain.of(_study(small_study, SCENARIOS, on=True))


@pytest.fixture(scope="module")
def usual(chain: Chain) -> Usual:
    return Usual.of(chain)


@pytest.fixture(scope="module")
def crowded(small_study: Study) -> Outcome:
    return run(_study(small_study, SCENARIOS, on=True), draws=0, workers=1, progress=False)


number = st.floats(0.01, 10.0)


@given(capacity=number, usual=number, delay=st.floats(0.1, 2.0), power=st.floats(1.0, 6.0), load=number, more=number)
def test_hours_are_the_usual_ones_at_the_usual_load_and_grow_with_traffic(
    capacity: float, usual: float, delay: float, power: float, load: float, more: float
) -> None:
    curve = Queues(*(np.array([value]) for value in (capacity, usual, delay, power)))
    assert curve.times(np.array([usual])) == pytest.approx(1.0)
    assert curve.times(np.array([load + more])) > curve.times(np.array([load])) > curve.empty()
    if (load / capacity) ** power > 1e-9:
        assert curve.load(curve.times(np.array([load]))) == pytest.approx(load, rel=1e-4)


def _two_posts(capacity: list[float], cost: list[float]) -> tuple[Choice, Queues]:
    """One pair of hubs, 1,000 TEU a year, two ways past one post each, 10 hours at 20 USD there."""
    count = np.zeros(2)
    curves = Queues(np.array(capacity), count, count + 1.0, count + 4.0)
    choice = Choice(np.array(cost), sparse.identity(2, format="csr"), np.zeros(2, int), np.array([1e3]), count + 200.0)
    return choice, curves


def test_two_posts_alike_share_alike_and_the_wider_takes_more() -> None:
    for capacity in ([500.0, 500.0], [200.0, 400.0]):
        choice, curves = _two_posts(capacity, [3000.0, 3000.0])
        times = settle(choice, curves, np.ones(2))
        load = curves.load(times)
        assert load == pytest.approx(choice.split(times)[0] * load.sum(), rel=1e-4)
        assert load[1] / load[0] == pytest.approx(capacity[1] / capacity[0], rel=0.02)


def test_pairs_without_a_choice_count_by_the_traffic_they_bring() -> None:
    both, curves = _two_posts([300.0, 300.0], [3000.0, 3100.0])
    found = []
    for flow in ([1e3, 90.0], [1e3, 40.0, 20.0, 30.0]):
        cost = np.array([3000.0, 3100.0, *[2500.0] * (len(flow) - 1)])
        crosses = sparse.vstack([both.crosses, *[both.crosses[:1]] * (len(flow) - 1)], format="csr")
        pair = np.array([0, *range(len(flow))])
        found.append(settle(Choice(cost, crosses, pair, np.array(flow), both.worth), curves, np.ones(2)))
    assert found[0] == pytest.approx(found[1], rel=1e-5)
    assert found[0][0] > settle(both, curves, np.ones(2))[0] * 1.001


def test_no_shipper_gains_by_the_other_way_beyond_what_counts_as_alike() -> None:
    choice, curves = _two_posts([300.0, 300.0], [3000.0, 3200.0])
    costs = choice.costs(settle(choice, curves, np.ones(2)))
    assert abs(costs[0] / costs[1] - 1.0) < 0.005


@pytest.mark.parametrize("start", [[50.0, 1.0], [0.5, 30.0], [3.0, 3.0]])
def test_hours_do_not_depend_on_where_the_search_begins(start: list[float]) -> None:
    choice, curves = _two_posts([200.0, 500.0], [3000.0, 3100.0])
    found = []
    for times in (np.array(start), np.ones(2)):
        for _ in range(25):
            times = settle(choice, curves, times)
        found.append(times)
    assert found[0] == pytest.approx(found[1], rel=TOLERANCE)


def test_hours_twice_as_long_are_days_twice_as_dear(chain: Chain) -> None:
    peace = {**chain.central, **dict.fromkeys(CONFLICT, 0.0)}
    alone = chain.variants.only(chain.variant_of["wide"])
    slowed = alone.slowed([np.full(len(alone.networks[0].km), 2.0)]).country_costs(peace)[0]
    dear = alone.country_costs({**peace, "value_of_time": 2 * peace["value_of_time"]})[0]
    assert slowed.cost == pytest.approx(dear.cost, rel=1e-4)


def test_hours_are_as_usual_where_nothing_changes(chain: Chain, usual: Usual) -> None:
    settled = queues_of(chain, "nothing", usual)
    assert settled.rounds == 1
    assert (settled.times == 1.0).all()


def test_closing_one_of_two_posts_lengthens_the_queue_at_the_other(chain: Chain, usual: Usual) -> None:
    assert (usual.load[[RAIL_POST, ROAD_POST]] > 0.0).all()
    assert queues_of(chain, "one_post_less", usual).times[ROAD_POST] > 1.01


@pytest.mark.parametrize("scenario", ["one_post_less", "more_trade", "narrow"])
def test_fixed_point_is_the_same_from_elsewhere(chain: Chain, usual: Usual, scenario: str) -> None:
    found = queues_of(chain, scenario, usual)
    for start in (found.times, np.where(found.times == 1.0, 1.0, 3.0)):
        assert queues_of(chain, scenario, usual, start=start).times == pytest.approx(found.times, rel=5 * TOLERANCE)


@pytest.mark.parametrize("scenario", ["one_post_less", "more_trade", "narrow"])
def test_trade_at_the_hours_found_makes_loads_that_make_these_hours(chain: Chain, usual: Usual, scenario: str) -> None:
    found, variant, params = queues_of(chain, scenario, usual), chain.variant_of[scenario], chain.central
    ones = {name: np.ones(len(chain.network(name).km)) for name in chain.scenarios}
    slowed = chain.with_queues({**ones, scenario: found.times}, {})
    solved = {each.scenario: each for each in slowed.solve(params)}[scenario]
    flows = solved.trade.equilibrium.flows
    load = assign_trade(
        slowed.variants, variant, flows, params, solved.shippers[0].costs, found.spread, in_teu=True
    ).link
    curves = queues(chain.network(scenario), chain.network(BASELINE), usual.load, params)
    assert curves.times(load) == pytest.approx(found.times, rel=5 * TOLERANCE)


def test_more_trade_makes_no_stop_faster_that_it_passes(crowded: Outcome) -> None:
    before, after = (crowded.values("link_load").sel(scenario=name) for name in ("baseline", "more_trade"))
    assert float((after - before).sum()) > 0.0
    told = crowded.header["congestion"]["more_trade"]
    assert told["longest"]
    assert all(stop["times"] > 1.0 and stop["teu"] > stop["usual_teu"] for stop in told["longest"])


def test_a_narrow_line_carries_less_and_helps_less_than_a_wide_one(crowded: Outcome) -> None:
    income = {name: crowded.value("real_income", scenario=name, country="PAK") for name in ("narrow", "wide")}
    assert income["narrow"] < income["wide"]
    line = crowded.data["link_mode"].values == "rail"
    load = {name: float(crowded.values("link_load").sel(scenario=name)[line].max()) for name in ("narrow", "wide")}
    assert load["narrow"] <= load["wide"]


def test_loads_of_the_outcome_are_those_of_the_queues(crowded: Outcome) -> None:
    days = {
        name: crowded.value("travel_days", scenario=name, country="CHN", partner="KAZ")
        for name in ("baseline", "one_post_less")
    }
    assert days["one_post_less"] > days["baseline"]
    through = crowded.values("flow").sel(scenario="one_post_less", sector=["agriculture", "fuels", "manufactures"])
    carried = crowded.values("passage_share").sel(scenario="one_post_less")
    assert float(through.sum()) > 0.0
    assert float(carried.max()) <= 1.0 + 1e-6


def test_report_names_the_longest_queues(crowded: Outcome, small_outcome: Outcome) -> None:
    text = "".join(told(crowded, Numbering()))
    assert "KAZ at" in text
    assert all(stop in set(queue_table(crowded)["scenario"]) for stop in ("one_post_less", "more_trade"))
    assert told(small_outcome, Numbering()) == []


def test_capacity_does_nothing_in_a_study_without_congestion(small_study: Study) -> None:
    study = _study(small_study, {name: SCENARIOS[name] for name in ("narrow", "wide")}, on=False)
    outcome = run(study, draws=0, workers=1, progress=False)
    assert outcome.header["congestion"] == {}
    for name, values in outcome.data.data_vars.items():
        if "scenario" in values.dims and name != "link_change":
            np.testing.assert_array_equal(*(values.sel(scenario=each).to_numpy() for each in ("narrow", "wide")))
    assert study.remarks(study.world()) == [
        "scenario.narrow.changes[0]: its capacity does nothing unless study.congestion is true."
    ]


def test_queues_do_not_depend_on_the_number_of_workers(small_study: Study, crowded: Outcome) -> None:
    beside = run(_study(small_study, SCENARIOS, on=True), draws=1, workers=2, progress=False)
    assert beside.header["congestion"] == crowded.header["congestion"]
    for name in ("real_income", "link_load", "travel_days"):
        assert np.allclose(beside.data[name], crowded.data[name], rtol=1e-6, atol=1e-9)
    drawn = beside.draws("real_income")
    assert drawn is not None
    assert np.allclose(drawn[:, 0], beside.values("real_income"), atol=1e-6)


def test_queues_that_do_not_come_to_rest_are_refused(
    chain: Chain, usual: Usual, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(congestion, "MOST_ROUNDS", 1)
    with pytest.raises(SolveError, match=r"Scenario one_post_less: queues did not come to rest.* of .* at .* by"):
        queues_of(chain, "one_post_less", usual)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "upgrade", "mode": "rail", "countries": ["PAK"], "capacity": -1}, "greater than 0"),
        ({"kind": "border", "between": ["CHN", "PAK"], "capacity": 0}, "greater than 0"),
        ({"kind": "border", "between": ["CHN", "PAK"]}, "wants hours, usd, capacity"),
        ({"kind": "upgrade", "mode": "rail", "countries": ["PAK"]}, "speed_kmh, speed_factor; found none"),
        ({"kind": "close", "passage": "suez", "capacity": 5}, "capacity"),
    ],
)
def test_a_capacity_that_cannot_be_is_refused(small_study: Study, change: dict[str, Any], message: str) -> None:
    assert small_study.path
    path = small_study.path.parent / "wrong.toml"
    keys = ", ".join(f"{key} = {value!r}" for key, value in change.items())
    about = f"[study]\ntitle = 't'\nworld = '{small_study.world_folder}'\n"
    path.write_text(f"{about}[scenario.wrong]\nchanges = [{{ {keys} }}]\n", encoding="utf-8")
    with pytest.raises(StudyError, match=message):
        read_study(path)
