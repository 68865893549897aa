"""What a saving on a link is worth: derivatives against brute force, and identities that they obey."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from landbridge.errors import InputError
from landbridge.network.choice import ad_valorem, cost_change
from landbridge.network.model import Network
from landbridge.network.stretches import stretches
from landbridge.network.variants import Variants
from landbridge.parameters import central_values
from landbridge.study.names import group
from landbridge.study.ranking import LinkValues, link_values
from landbridge.study.schema import Study
from landbridge.trade.core import counterfactual
from landbridge.trade.model import calibrate_world
from landbridge.world import World


@pytest.fixture(scope="module")
def world_values(world2017: World) -> LinkValues:
    return link_values(world2017)


def _with_more(network: Network, link: int, table: str, amount: float) -> Network:
    """The network with so many more hours, or USD, on one link."""
    matrix = getattr(network.quantities, table).tolil()
    matrix[link, -1] += amount
    return replace(network, quantities=replace(network.quantities, **{table: matrix.tocsr()}))


def _worth_by_brute_force(
    world: World, country: str | None, links: list[int], table: str, step: float, params: dict[str, float]
) -> np.ndarray:
    """Million USD a year for one unit less on each link: the models solved anew a step up and a step down."""
    network = Network.from_world(world)
    changed = [_with_more(network, link, table, sign * step) for link in links for sign in (1, -1)]
    costs = Variants.of([network, *changed]).country_costs(params)
    before, *after = (ad_valorem(found, params, world.sectors) for found in costs)
    model = calibrate_world(world, params)
    spending = model.calibration.state.expenditure
    weights = spending if country is None else spending * (np.array(world.countries) == country)
    solved = [counterfactual(model.calibration, kappa=cost_change(before, each)) for each in after]
    worth = np.array([weights @ np.log(found.real_income) for found in solved]).reshape(-1, 2)
    return (worth[:, 1] - worth[:, 0]) / (2 * step)


@pytest.mark.parametrize("country", [None, "PAK"])
@pytest.mark.parametrize(("table", "worth", "step"), [("hours", "per_hour", 0.01), ("usd", "per_usd", 0.1)])
def test_every_link_is_worth_what_solving_anew_finds(
    small_study: Study, country: str | None, table: str, worth: str, step: float
) -> None:
    world, params = small_study.world(), central_values()
    found = getattr(link_values(world, [country or "world"]), worth)
    expected = _worth_by_brute_force(world, country, list(range(len(found))), table, step, params)
    assert found == pytest.approx(expected, rel=2e-3, abs=1e-4 * expected.max())
    assert (found > 0).sum() > 10


def test_links_of_the_packaged_world_are_worth_what_solving_anew_finds(world2017: World) -> None:
    values = link_values(world2017, ["PAK"])
    busy = np.argsort(values.per_hour)[::-1]
    links = [busy[0], *np.random.default_rng(1).choice(busy[:1500], 3, replace=False)]
    expected = _worth_by_brute_force(world2017, "PAK", [int(link) for link in links], "hours", 0.05, central_values())
    assert values.per_hour[links] == pytest.approx(expected, rel=0.01)


def test_a_tenth_off_every_link_is_worth_a_tenth_of_the_freight_bill_where_nothing_flies(world2017: World) -> None:
    params = {**central_values(), "air_usd_per_tonne": 1e9}
    values = link_values(world2017, params=params)
    transport = ad_valorem(values.network.country_costs(params), params, world2017.sectors)
    flows = calibrate_world(world2017, params).calibration.baseline.flows
    freight = np.where(flows > 0, flows * transport / (1 + transport), 0.0).sum()
    assert values.per_tenth.sum() == pytest.approx(0.1 * freight, rel=1e-4)


def test_no_hour_saved_on_a_link_harms_the_world(world_values: LinkValues) -> None:
    assert (world_values.per_hour >= -1e-6).all()


def test_what_it_is_worth_to_countries_adds_up_to_the_world(small_study: Study) -> None:
    world = small_study.world()
    parts = [link_values(world, [country]).per_hour for country in world.countries]
    assert sum(parts) == pytest.approx(link_values(world).per_hour)
    bloc = link_values(world, ["EAEU"])
    assert bloc.beneficiaries == ("KAZ", "RUS")
    assert bloc.per_hour == pytest.approx(parts[1] + parts[3])


def test_a_scenario_s_new_line_has_a_worth_where_the_scenario_stands(small_study: Study) -> None:
    before = small_study.world()
    after = small_study.scenario_world("rail", before)
    values = link_values(after, before=before)
    count = len(before.table("links"))
    assert values.per_hour[count:].max() > 0
    assert link_values(before, before=before).per_hour == pytest.approx(link_values(before).per_hour)


def test_stretches_are_lines_of_links_that_carry_the_same(world_values: LinkValues) -> None:
    network, found = world_values.network, stretches(world_values.network, world_values.per_hour)
    assert found.sums(world_values.per_tenth).sum() == pytest.approx(world_values.per_tenth.sum())
    carried, kind = world_values.per_hour[found.links], network.running[found.links]
    of_first = world_values.per_hour[found.first()][found.of]
    assert carried == pytest.approx(of_first, rel=1e-3)
    assert (kind == network.running[found.first()][found.of]).all()
    length = np.bincount(found.of)
    assert (length[found.of][network.dwell[found.links] != ""] == 1).all()
    assert (found.start != found.end).all()
    longest = found.links[found.of == length.argmax()]
    touched = np.bincount(np.concatenate([network.tail[longest], network.head[longest]]))
    assert set(np.flatnonzero(touched == 1)) == {found.start[length.argmax()], found.end[length.argmax()]}


def test_ranking_keeps_to_the_mode_and_the_region(world_values: LinkValues, tmp_path: Path) -> None:
    ranking = world_values.ranked(mode="rail", within=["Central Asia"], top=15)
    table = ranking.table
    assert len(table) == 15
    assert set(table["mode"]) == {"rail"}
    central_asia = {"KAZ", "KGZ", "TJK", "TKM", "UZB"}
    assert all(central_asia & set(where.split("-")) for where in table["where"])
    assert table["per_hour"].is_monotonic_decreasing
    assert world_values.ranked(by="cost", top=3).table["per_tenth"].is_monotonic_decreasing
    ranking.draw(tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"mode": "camel"}, "sea, rail, road, ferry"),
        ({"within": ["Centrl Asia"]}, "Central Asia"),
        ({"within": ["AU"]}, "African Union"),
        ({"by": "day"}, "hour, usd, cost"),
        ({"top": 0}, "1 or more"),
    ],
)
def test_what_cannot_be_ranked_is_refused(world_values: LinkValues, wrong: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        world_values.ranked(**wrong)


def test_a_region_is_a_name_wherever_several_countries_are_wanted(world2017: World) -> None:
    assert group(world2017, ["central asia", "EAEU", "Pakistan"])[:5] == ("KAZ", "KGZ", "TJK", "TKM", "UZB")
    assert "RUS" in group(world2017, ["EAEU", "Central Asia"])


def test_worth_to_a_country_without_trade_is_refused(world2017: World) -> None:
    with pytest.raises(InputError, match="North Korea"):
        link_values(world2017, ["North Korea"])
