"""What goes by pipe: which pairs, in which years, and never more than all of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from landbridge.network.pipelines import pipeline_share
from landbridge.world import World
from landbridge.world.check_network import RULES


def _share(world: World, year: int, origin: str, destination: str) -> float:
    order = world.countries.index
    return float(pipeline_share(world, year)[order(origin), order(destination)])


def test_oil_and_gas_lines_of_a_pair_add_up(world2017: World) -> None:
    lines = world2017.table("pipelines")
    pair = lines[(lines["origin"] == "RUS") & (lines["destination"] == "DEU")]
    assert set(pair["commodity"]) == {"oil", "gas"}
    assert _share(world2017, 2017, "RUS", "DEU") == pytest.approx(pair["share"].sum())


def test_a_line_carries_only_while_it_runs(world2017: World) -> None:
    assert _share(world2017, 2016, "TKM", "IRN") > 0.0
    assert _share(world2017, 2017, "TKM", "IRN") == 0.0
    assert _share(world2017, 2022, "RUS", "CHN") > _share(world2017, 2017, "RUS", "CHN") > 0.0


def test_shares_lie_between_nothing_and_all_and_never_at_home(world2017: World) -> None:
    share = pipeline_share(world2017, 2022)
    assert share.min() == 0.0
    assert 0.0 < share.max() <= 1.0
    assert not np.diagonal(share).any()


def test_a_world_without_the_table_has_no_pipes(world2017: World) -> None:
    bare = replace(world2017, resources={k: v for k, v in world2017.resources.items() if k != "pipelines"})
    assert not pipeline_share(bare, 2017).any()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("share", 1.5, "allowed is 0 to 1"),
        ("share", 0.95, "Lower them to 1 together"),
        ("origin", "RUSS", "Did you mean"),
        ("commodity", "water", "neither oil nor gas"),
        ("until", "1900-01-01", "ends before it begins"),
    ],
)
def test_check_finds_a_line_that_cannot_be(world2017: World, column: str, value: object, said: str) -> None:
    lines = world2017.table("pipelines").copy()
    chosen = (lines["origin"] == "RUS") & (lines["destination"] == "CHN") & (lines["commodity"] == "oil")
    lines.loc[chosen, column] = value
    rule = {rule.__name__: rule for rule in RULES}["_pipelines"]
    assert any(said in complaint for complaint in rule(world2017.with_(pipelines=lines)))
