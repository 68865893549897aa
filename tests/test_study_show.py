"""What a tired analyst types, and what the answer is."""

import pytest

from landbridge.errors import InputError
from landbridge.study.outcome import Outcome
from landbridge.study.show import labels_of, show
from landbridge.world import World


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gravty", "PAK", "RUS"], "Nothing called \"gravty\". Did you mean 'gravity'"),
        (["real_incom", "PAK"], "Did you mean 'real_income'"),
        (["real_income", "PAK"], "computed by a run: show it of an outcome"),
        (["exposure", "PAK", "fules"], "Did you mean 'fuels'"),
        (["exposure", "PAK", "CHN", "RUS"], 'no label left for "RUS". Its labels: country, partner'),
        (["gdp", "Pakistn"], "Did you mean 'Pakistan'"),
        (["trade", "exportr=PAK"], "Did you mean 'exporter'"),
    ],
)
def test_mistakes_are_answered_with_the_nearest_name(world2017: World, words: list[str], message: str) -> None:
    with pytest.raises(InputError) as complaint:
        show(world2017, words[0], **labels_of(world2017, words[0], words[1:]))
    assert message in str(complaint.value)


def test_what_is_of_a_world_is_looked_for_there(small_outcome: Outcome) -> None:
    with pytest.raises(InputError, match="gdp is of a world, not of an outcome: show it with --world"):
        labels_of(small_outcome, "gdp", ["PAK"])


def test_bare_words_take_the_labels_of_a_quantity_in_their_order(world2017: World, small_outcome: Outcome) -> None:
    assert labels_of(small_outcome, "exposure_trade_cost", ["PAK", "RUS", "CHN"]) == {
        "country": "PAK",
        "exporter": "RUS",
        "importer": "CHN",
    }
    assert labels_of(world2017, "trade_ratio", ["PAK", "RUS", "IND"])["relative_to"] == "IND"
    assert labels_of(world2017, "gdp", ["PAK", "2017", "2018"])["year"] == ["2017", "2018"]


def test_the_optimal_tariff_of_a_country_is_a_view(world2017: World) -> None:
    labels = labels_of(world2017, "optimal_tariff", ["USA", "manufactures"])
    assert labels == {"coalition": "USA", "sector": "manufactures"}
    rows = show(world2017, "optimal_tariff", **labels).set_index("country")
    assert rows["tariff"]["USA"] > 5
    assert rows["real_income"]["USA"] == pytest.approx(rows["gain"]["USA"])
    assert rows["real_income"]["USA"] > 0 > rows["real_income"]["MEX"]
    assert rows["residual"].max() < 1e-5
    assert (rows["coalition"] == "").sum() == len(world2017.countries) - 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "needs who sets it"),
        (["EU", "DEU"], "In more than one coalition: DEU"),
        (["Atlantis"], 'No country called "Atlantis"'),
        (["NAT0"], "Did you mean 'NATO'"),
        (["USA", "zero", "share"], "one deficit rule at a time"),
    ],
)
def test_wrong_coalitions_are_named(world2017: World, words: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        show(world2017, "optimal_tariff", **labels_of(world2017, "optimal_tariff", words))
