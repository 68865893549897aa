"""A closure for a share of shippers lies between none and one for all; several fall on the same shippers first."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from landbridge.errors import InputError, StudyError
from landbridge.network import edits
from landbridge.network.choice import ad_valorem, cost_change
from landbridge.network.loads import Loads
from landbridge.network.model import Network
from landbridge.network.shippers import assign_by_kind, kinds_of
from landbridge.network.variants import Variants
from landbridge.parameters import central_values
from landbridge.report.changes import in_words
from landbridge.study.chain import Chain, Solved, shipment
from landbridge.study.outcome import Outcome
from landbridge.study.ranking import link_values
from landbridge.study.record import CLOSED
from landbridge.study.run import run
from landbridge.study.schema import BASELINE, Study, read_study
from landbridge.trade.core import Equilibrium, counterfactual
from landbridge.trade.model import calibrate_world
from study_worlds import write_small_study
from tiny_network import tiny_world

SUEZ, PASS = {"kind": "close", "passage": "suez"}, {"kind": "close", "passage": "khunjerab"}
SCENARIOS: dict[str, list[dict[str, Any]]] = {
    "open": [],
    "suez": [SUEZ],
    "all": [SUEZ | {"share": 1.0}],
    "nearly_all": [SUEZ | {"share": 1 - 1e-9}],
    "hardly_any": [SUEZ | {"share": 1e-9}],
    "some": [SUEZ | {"share": 0.3}],
    "pass": [PASS],
    "both": [SUEZ, PASS],
    "some_and_fewer": [SUEZ | {"share": 0.6}, PASS | {"share": 0.25}],
    "twice": [SUEZ | {"share": 0.2}, SUEZ | {"share": 0.3}],
    "all_and_some": [PASS, SUEZ | {"share": 0.3}],
    "later": [SUEZ | {"share": 0.3, "from": 2024}],
    "seasonal": [PASS | {"share": 0.5}, {"kind": "risk", "passage": "khunjerab", "probability": 0.3, "hours": 1000}],
    "seasonal_for_all": [{"kind": "risk", "passage": "khunjerab", "probability": 0.3, "hours": 1000}],
    "opened": [
        {"kind": "close", "border": ["CHN", "PAK"], "share": 0.5},
        {"kind": "border", "between": ["CHN", "PAK"], "hours": 1},
    ],
    "quick": [{"kind": "border", "between": ["CHN", "PAK"], "hours": 1}],
}


def _study(small: Study, scenarios: dict[str, list[dict[str, Any]]] = SCENARIOS, **about: Any) -> Study:
    told = {
        "study": {"title": "t", "world": small.world_folder, "focus": ["PAK", "RUS", "USA"], **about},
        "scenario": {name: {"changes": changes} for name, changes in scenarios.items()},
        "uncertainty": {"draws": 3, "seed": 1, "road_border_hours": {"uniform": {"low": 6, "high": 48}, "source": "t"}},
    }
    return Study.model_validate({**told, "path": small.path})


@pytest.fixture(scope="module")
def chain(small_study: Study) -> Chain:
    return Chain.of(_study(small_study))


@pytest.fixture(scope="module")
def solved(chain: Chain) -> dict[str, Solved]:
    return {found.scenario: found for found in chain.solve(chain.central)}


@pytest.fixture(scope="module")
def outcome(small_study: Study) -> Outcome:
    return run(_study(small_study), workers=1, progress=False)


def _loads(chain: Chain, solved: dict[str, Solved], scenario: str) -> Loads:
    """The baseline's trade on the network of a scenario."""
    costs = [kind.costs for kind in solved[scenario].shippers]
    flows = chain.policies[BASELINE].equilibrium.flows
    routes = chain.routes([scenario])[scenario]
    return assign_by_kind(chain.variants, chain.kinds[scenario], flows, chain.central, costs, routes)


def test_who_avoids_the_lesser_danger_avoids_the_greater() -> None:
    world = edits.close(tiny_world(), passage="arabian_sea", share=0.7)
    world = edits.close(world, border=("CHN", "PAK"), share=0.2)
    network = Network.from_world(world)
    kinds = kinds_of(network)
    assert [share for share, _ in kinds] == pytest.approx([0.3, 0.5, 0.2])
    shut = [set(each.passage[~each.open & network.open]) for _, each in kinds]
    assert shut == [set(), {"arabian_sea"}, {"arabian_sea", "khunjerab"}]


def test_nobody_who_avoids_nothing_is_one_kind_on_the_network_itself() -> None:
    network = Network.from_world(tiny_world())
    ((share, seen),) = kinds_of(network)
    assert share == 1.0
    assert seen is network


def test_a_share_of_all_is_a_closure_to_the_last_digit(solved: dict[str, Solved]) -> None:
    assert (solved["all"].transport == solved["suez"].transport).all()
    assert (solved["all"].trade.equilibrium.flows == solved["suez"].trade.equilibrium.flows).all()


@pytest.mark.parametrize(("scenario", "limit"), [("nearly_all", "suez"), ("hardly_any", "open")])
def test_shares_near_one_and_nought_are_near_closed_and_open(
    chain: Chain, solved: dict[str, Solved], scenario: str, limit: str
) -> None:
    near, there = solved[scenario].trade.equilibrium, solved[limit].trade.equilibrium
    np.testing.assert_allclose(near.real_income, there.real_income, rtol=1e-8)
    np.testing.assert_allclose(_loads(chain, solved, scenario).link, _loads(chain, solved, limit).link, atol=1e-3)


def test_the_cost_of_transport_is_the_mean_over_shippers(solved: dict[str, Solved]) -> None:
    t = {name: found.transport for name, found in solved.items()}
    assert t["suez"].max() > t["open"].max()
    np.testing.assert_allclose(t["some"], 0.7 * t["open"] + 0.3 * t["suez"], rtol=1e-12)


def test_several_closures_fall_on_the_same_cautious_shippers(solved: dict[str, Solved]) -> None:
    t = {name: found.transport for name, found in solved.items()}
    expected = 0.4 * t["open"] + 0.35 * t["suez"] + 0.25 * t["both"]
    np.testing.assert_allclose(t["some_and_fewer"], expected, rtol=1e-12)
    apart = 0.3 * t["open"] + 0.45 * t["suez"] + 0.1 * t["pass"] + 0.15 * t["both"]
    assert np.abs(expected - apart).max() > 1e-6, "the worlds do not tell caution in order from caution by lot"


def test_the_greater_of_two_shares_on_one_passage_holds(solved: dict[str, Solved]) -> None:
    assert (solved["twice"].transport == solved["some"].transport).all()


def test_beside_a_closure_for_all_a_share_chooses_among_what_is_left(solved: dict[str, Solved]) -> None:
    t = {name: found.transport for name, found in solved.items()}
    np.testing.assert_allclose(t["all_and_some"], 0.7 * t["pass"] + 0.3 * t["both"], rtol=1e-12)


def test_a_share_goes_with_dates_risks_and_borders(solved: dict[str, Solved]) -> None:
    t = {name: found.transport for name, found in solved.items()}
    assert (t["later"] == t["open"]).all()
    np.testing.assert_allclose(t["seasonal"], 0.5 * t["seasonal_for_all"] + 0.5 * t["pass"], rtol=1e-12)
    assert (t["opened"] == t["quick"]).all()


def test_loads_and_dependence_are_sums_over_shippers_and_add_up(chain: Chain, solved: dict[str, Solved]) -> None:
    some, without, shut = (_loads(chain, solved, name) for name in ("some", "open", "suez"))
    for name in ("link", "passage", "border", "carried", "flown", "piped", "lost"):
        expected = 0.7 * getattr(without, name) + 0.3 * getattr(shut, name)
        np.testing.assert_allclose(getattr(some, name), expected, atol=1e-9)
    suez = some.passages.index("suez")
    assert some.passage[suez] == pytest.approx(0.7 * without.passage[suez])
    assert some.share[suez] == pytest.approx(0.7 * without.share[suez], rel=1e-12)
    np.testing.assert_allclose(some.moved + some.lost, without.moved + without.lost)


def test_days_money_and_modes_of_the_mean_shipment_lie_between(chain: Chain, solved: dict[str, Solved]) -> None:
    flows = chain.policies[BASELINE].equilibrium.flows
    met = {name: shipment(solved[name].shippers, flows, chain.central, chain.sectors) for name in SCENARIOS}
    np.testing.assert_allclose(met["some"]["mode_share"].sum(axis=2), met["open"]["mode_share"].sum(axis=2))
    for quantity in ("travel_days", "freight_usd", "mode_share"):
        ends = np.stack([met[name][quantity] for name in ("open", "suez")])
        assert (met["some"][quantity] >= ends.min(axis=0) - 1e-9).all()
        assert (met["some"][quantity] <= ends.max(axis=0) + 1e-9).all()


def test_an_outcome_has_what_a_share_avoids(outcome: Outcome) -> None:
    data = outcome.data
    causes = data["contribution"].sel(scenario="some").sum(("cause", "partner", "why_sector"))
    np.testing.assert_allclose(causes, data["real_income"].sel(scenario="some", country=causes["watched"]), atol=1e-5)
    through = data["passage_load"].sel(passage="suez")
    assert 0.6 < float(through.sel(scenario="some") / through.sel(scenario=BASELINE)) < 0.71
    assert (data["link_change"].sel(scenario="some") == CLOSED).sum() == 1
    assert in_words(outcome.header["study"]["scenario"]["some"]["changes"][0], 2017).startswith("Avoided by 30")


def test_in_every_draw_incomes_lie_between_open_and_closed(outcome: Outcome) -> None:
    income = outcome.data["real_income_draws"]
    some, shut = (income.sel(scenario=name, country="PAK") for name in ("some", "suez"))
    assert (shut < 0).all()
    np.testing.assert_allclose(some, 0.3 * shut, rtol=0.2)
    assert (income.sel(scenario="all") == income.sel(scenario="suez")).all()


def test_where_a_share_has_no_way_left_the_study_is_refused(small_study: Study) -> None:
    study = _study(small_study, {"cut": [{"kind": "close", "country": "KAZ", "share": 0.4}]})
    with pytest.raises(InputError, match=r"Scenario cut: 40 % of shippers .* joins China and Kazakhstan.*share = 1"):
        Chain.of(study)
    for_all = _study(small_study, {"cut": [{"kind": "close", "country": "KAZ"}]})
    assert next(found for found in Chain.of(for_all).solve(central_values()) if found.scenario == "cut").shippers


def test_a_share_beside_queues_is_refused(small_study: Study) -> None:
    study = _study(small_study, {"some": [SUEZ | {"share": 0.3}]}, congestion=True)
    with pytest.raises(StudyError, match=r"scenario.some.changes\[0\]: share is 0.3: with study.congestion"):
        study.scenario_worlds(study.world())


@pytest.mark.parametrize("share", ["0", "1.5", "-0.2", '"half"', "nan"])
def test_what_is_no_share_is_named_in_the_file(tmp_path: Path, share: str) -> None:
    file = write_small_study(tmp_path)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('passage = "suez" }', f'passage = "suez", share = {share} }}'), encoding="utf-8")
    with pytest.raises(StudyError) as refused:
        read_study(file)
    (line,) = refused.value.complaints
    assert line.startswith("study.toml: scenario.canal.changes[0].share: is ")


def test_an_edit_refuses_what_is_no_share() -> None:
    for share in (0.0, 1.5, float("nan")):
        with pytest.raises(InputError, match="above 0 and at most 1"):
            edits.close(tiny_world(), passage="khunjerab", share=share)


def test_a_share_is_read_back_as_written(small_study: Study) -> None:
    study = _study(small_study)
    again = Study.model_validate(json.loads(study.model_dump_json(by_alias=True)))
    assert again.scenarios == study.scenarios
    assert again.scenarios["some"].changes[0].share == 0.3


def test_links_are_worth_what_solving_anew_finds_where_a_share_stays_away(small_study: Study) -> None:
    before, params, step = small_study.world(), central_values(), 0.05
    after = edits.close(before, passage="suez", share=0.4)
    found = link_values(after, before=before)
    model = calibrate_world(before, params)
    shares, seen = zip(*kinds_of(Network.from_world(after)), strict=True)

    def equilibrium(link: int, hours: float) -> Equilibrium:
        networks = [Network.from_world(before), *(_longer(network, link, hours) for network in seen)]
        t = [ad_valorem(each, params, before.sectors) for each in Variants.of(networks).country_costs(params)]
        mean = sum(share * each for share, each in zip(shares, t[1:], strict=True))
        return counterfactual(model.calibration, kappa=cost_change(t[0], mean))

    spending = equilibrium(0, 0.0).expenditure
    for link in (4, 5, 6, 17):
        less, more = (np.log(equilibrium(link, hours).real_income) for hours in (-step, step))
        assert found.per_hour[link] == pytest.approx(spending @ (less - more) / (2 * step), rel=1e-3)


def _longer(network: Network, link: int, hours: float) -> Network:
    matrix = network.quantities.hours.tolil()
    matrix[link, -1] += hours
    return replace(network, quantities=replace(network.quantities, hours=matrix.tocsr()))
