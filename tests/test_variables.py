"""The table of quantities is whole, documented and kept."""

from pathlib import Path

import pytest

from landbridge.study.observed import _TABLES
from landbridge.study.outcome import Outcome
from landbridge.variables import reference, variables

DOCS = Path(__file__).parents[1] / "docs"


def test_documentation_holds_the_table_of_quantities() -> None:
    text = (DOCS / "claims.md").read_text(encoding="utf-8")
    assert reference() in text, "docs/claims.md: put landbridge.variables.reference() under Quantities"


@pytest.mark.parametrize("name", list(variables()))
def test_every_quantity_says_what_it_is(name: str) -> None:
    variable = variables()[name]
    assert variable.origin in ("modelled", "observed")
    assert all([variable.title, variable.dims, variable.unit, variable.sign, variable.source])
    assert variable.sentence.endswith(".")
    assert variable.bounds[0] < variable.bounds[1]


def test_every_observed_quantity_can_be_read() -> None:
    assert set(_TABLES) == {name for name, variable in variables().items() if not variable.modelled}


def test_every_modelled_quantity_is_in_an_outcome_with_its_labels(small_outcome: Outcome) -> None:
    for name in small_outcome.quantities:
        assert set(map(str, small_outcome.values(name).dims)) == set(variables()[name].dims), name
        assert (small_outcome.draws(name) is not None) == variables()[name].drawn, name


def test_nothing_is_stored_that_the_table_does_not_describe(small_outcome: Outcome) -> None:
    described = set(variables()) | {f"{name}_draws" for name in variables()}
    assert set(map(str, small_outcome.data.data_vars)) - described == {"cut_off", "link_change", "drawn_parameter"}
