"""Claims: read with all complaints at once, judged in calibrated words, given out as one document."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from landbridge.claims.document import to_json
from landbridge.claims.judge import Number, Verdict, judge, word
from landbridge.claims.schema import Claim, countries, read_claims
from landbridge.errors import StudyError
from landbridge.study.observed import observed_draws
from landbridge.study.outcome import Outcome
from landbridge.study.run import run
from landbridge.study.schema import Study, packaged_studies, read_study
from landbridge.world import World


@pytest.fixture(scope="module")
def verdicts(small_study: Study, small_outcome: Outcome) -> dict[str, Verdict]:
    return {verdict.claim.id: verdict for verdict in judge(small_outcome, read_claims(small_study))}


def claim(**test: object) -> Claim:
    return Claim.model_validate({"id": "c", "statement": "s", "test": test})


def verdict_of(outcome: Outcome, **test: object) -> Verdict:
    return judge(outcome, [claim(**test)])[0]


def with_draws(outcome: Outcome, values: list[float]) -> Outcome:
    """The outcome with these draws of Pakistan's real income in the scenario of the border."""
    data = outcome.data.isel(draw=np.arange(len(values)) % outcome.draw_count).copy(deep=True)
    data = data.assign_coords(draw=np.arange(len(values)))
    place = {"scenario": data.indexes["scenario"].get_loc("border"), "country": data.indexes["country"].get_loc("PAK")}
    data["real_income_draws"][place] = values
    return replace(outcome, data=data)


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (1.0, "holds"),
        (0.95, "holds"),
        (0.949, "likely"),
        (0.66, "likely"),
        (0.659, "undecided"),
        (0.341, "undecided"),
        (0.34, "unlikely"),
        (0.051, "unlikely"),
        (0.05, "fails"),
        (0.0, "fails"),
    ],
)
def test_words_change_at_their_thresholds(share: float, said: str) -> None:
    assert word(share) == said


@pytest.mark.parametrize(
    ("positive", "said"), [(20, "holds"), (15, "likely"), (10, "undecided"), (5, "unlikely"), (1, "fails")]
)
def test_verdict_is_the_share_of_draws_in_which_the_test_holds(
    small_outcome: Outcome, positive: int, said: str
) -> None:
    outcome = with_draws(small_outcome, [1.0] * positive + [-1.0] * (20 - positive))
    verdict = verdict_of(outcome, quantity="real_income", country="PAK", scenario="border", **{"is": ">"}, value=0.0)
    assert verdict.share == positive / 20
    assert verdict.verdict == said


def test_an_observed_number_with_an_error_is_judged_by_draws_of_it(small_outcome: Outcome, world2017: World) -> None:
    before = {"quantity": "ideal_point_distance", "country": "PAK", "partner": "USA", "year": 2017, "is": "<="}
    told = judge(small_outcome, [claim(**before, than={"year": 2010})], world2017)[0]
    found = told.measured[0]
    assert isinstance(found.right, Number)
    gap = abs(found.left.central - found.right.central)
    assert gap < 0.1 < float(np.std(found.left.in_draws(1000)))
    assert told.verdict == "undecided"
    sure = judge(small_outcome, [claim(**before, value=20.0)], world2017)[0]
    assert (sure.verdict, sure.share, sure.basis) == ("holds", 1.0, "observed")


def test_a_distance_has_the_errors_of_its_two_points(world2017: World) -> None:
    one, other = (observed_draws(world2017, "ideal_point", 50, country=code, year=2017) for code in ("PAK", "RUS"))
    distance = observed_draws(world2017, "ideal_point_distance", 50, country="PAK", partner="RUS", year=2017)
    np.testing.assert_allclose(distance, np.abs(one - other))
    assert observed_draws(world2017, "gdp", 50, country="PAK", year=2017) is None


def test_tracks_and_leads_of_relations_can_be_claimed(small_outcome: Outcome, world2017: World) -> None:
    pair = {"quantity": "relation", "country": "PAK", "partner": "RUS"}
    joined = claim(**pair, track="institutions", year=2017, **{"is": ">"}, than={"year": 2016})
    no_table = claim(**pair, track="conflict", year=2014, **{"is": ">"}, value=0.0)
    lead = claim(quantity="lead", leader="voting", follower="pacts", **{"is": ">"}, value=0.0)
    rivals = claim(quantity="tie_departure", country="IND", partner="PAK", year=2019, **{"is": ">"}, value=2.0)
    said = [verdict.verdict for verdict in judge(small_outcome, [joined, no_table, lead, rivals], world2017)]
    assert said == ["holds", "not testable", "holds", "holds"]


def test_all_conditions_must_hold_in_the_same_draw(small_outcome: Outcome) -> None:
    outcome = with_draws(small_outcome, [1.0] * 10 + [3.0] * 10)
    base = {"quantity": "real_income", "country": "PAK", "scenario": "border"}
    low, high = {**base, "is": "<", "value": 2.0}, {**base, "is": ">", "value": 2.0}
    assert verdict_of(outcome, all=[low, high]).share == 0.0
    assert verdict_of(outcome, any=[low, high]).share == 1.0
    assert verdict_of(outcome, all=[low]).share == 0.5


def test_rounding_of_the_solver_decides_nothing(small_outcome: Outcome) -> None:
    outcome = with_draws(small_outcome, [1e-9, -1e-9])
    base = {"quantity": "real_income", "country": "PAK", "scenario": "border", "value": 0.0}
    assert [verdict_of(outcome, **base, **{"is": sign}).share for sign in (">", "<", ">=", "<=", "==", "!=")] == [
        0,
        0,
        1,
        1,
        1,
        0,
    ]


def test_modelled_claims_are_judged_over_the_draws(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["border-helps"].verdict == "holds"
    assert verdicts["border-helps"].basis == "modelled"
    assert verdicts["canal-does-not-matter"].verdict == "fails"


def test_quantity_without_draws_is_judged_at_the_central_values(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["rail-opens"].verdict == "true at the central values"
    assert verdicts["rail-opens"].share is None


def test_run_without_draws_gives_no_calibrated_word(small_study: Study) -> None:
    outcome = run(small_study, draws=0, workers=1, progress=False)
    said = {verdict.claim.id: verdict.verdict for verdict in judge(outcome, read_claims(small_study))}
    assert said["border-helps"] == "true at the central values"
    assert said["canal-does-not-matter"] == "not true at the central values"
    assert said["closer-in-votes"] == "holds"


def test_observed_claim_is_read_off_the_world(verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts["closer-in-votes"]
    assert (verdict.verdict, verdict.share, verdict.basis) == ("holds", 1.0, "observed")
    assert verdict.measured[0].left.central == pytest.approx(0.3)


def test_number_that_does_not_exist_makes_a_claim_not_testable(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["no-such-year"].verdict == "not testable"
    assert "ideal_point_distance at country PAK, partner RUS, year 1901" in verdicts["no-such-year"].needs


def test_claim_that_cannot_be_tested_says_what_it_would_take(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["intentions"].verdict == "not testable"
    assert verdicts["intentions"].needs == "A letter."


def test_speaker_of_the_source_speaks_for_every_claim(small_study: Study) -> None:
    assert {found.speaker for found in read_claims(small_study)} == {"A speaker"}


def test_pair_outside_the_focus_is_judged_at_the_central_values(small_study: Study) -> None:
    outcome = run(small_study, draws=2, workers=1, progress=False)
    test = {"quantity": "trade", "country": "PAK", "partner": "USA", "scenario": "canal", "is": "<", "value": 0.0}
    assert verdict_of(outcome, **test).verdict == "true at the central values"


def test_countries_of_the_claims_are_those_they_name(small_study: Study) -> None:
    assert countries(read_claims(small_study)) == ["KAZ", "PAK", "RUS"]


HEAD = '[[claim]]\nid = "c"\nstatement = "s"\n'
MISTAKES = {
    "unknown quantity": (
        HEAD + 'test = { quantity = "real_incme", country = "PAK", scenario = "rail", is = ">", value = 0 }',
        "claims.toml: claim[0].test.quantity: No quantity called \"real_incme\". Did you mean 'real_income'",
    ),
    "unknown scenario": (
        HEAD + 'test = { quantity = "real_income", country = "PAK", scenario = "cannal", is = ">", value = 0 }',
        "claims.toml: claim[0].test.scenario: No scenario called \"cannal\". Did you mean 'canal'",
    ),
    "unknown country": (
        HEAD + 'test = { quantity = "real_income", country = "Pakstan", scenario = "rail", is = ">", value = 0 }',
        "claims.toml: claim[0].test.country: No country called \"Pakstan\". Did you mean 'Pakistan'",
    ),
    "unknown sign": (
        HEAD + 'test = { quantity = "real_income", country = "PAK", scenario = "rail", is = "=>", value = 0 }',
        'claims.toml: claim[0].test.is: is "=>".',
    ),
    "missing label": (
        HEAD + 'test = { quantity = "trade", country = "PAK", scenario = "rail", is = ">", value = 0 }',
        "claims.toml: claim[0].test: trade needs partner. Its labels: scenario, country, partner.",
    ),
    "label the quantity does not have": (
        HEAD + 'test = { quantity = "gdp", country = "PAK", scenario = "rail", year = 2017, is = ">", value = 0 }',
        "claims.toml: claim[0].test: gdp has no label scenario. Its labels: country, year.",
    ),
    "nothing to compare with": (
        HEAD + 'test = { quantity = "real_income", country = "PAK", scenario = "rail", is = ">" }',
        "claims.toml: claim[0].test: wants exactly one of the keys value, than.",
    ),
    "neither test nor reason": (
        HEAD,
        "claims.toml: claim[0]: wants exactly one of the keys test, not_testable.",
    ),
    "misspelt key of a condition": (
        HEAD
        + 'test = { all = [{ quantity = "gdp", contry = "PAK", country = "PAK", year = 2017, is = ">", value = 0 }] }',
        "claims.toml: claim[0].test.all[0].contry: no key called \"contry\". Did you mean 'country'",
    ),
    "unknown institution": (
        HEAD
        + 'test = { quantity = "membership", institution = "SCOO", country = "PAK", year = 2017, is = ">", value = 0 }',
        "claims.toml: claim[0].test.institution: No institution called \"SCOO\". Did you mean 'SCO'",
    ),
    "id used twice": (
        2 * (HEAD + 'not_testable = "x"\n'),
        'claims.toml: claim: the id "c" is used 2 times; each must be its own.',
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_answered_by_one_clear_line(mistake: str, small_study: Study, tmp_path: Path) -> None:
    content, expected = MISTAKES[mistake]
    path = tmp_path / "claims.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_claims(small_study, path)
    assert len(error.value.complaints) == 1, error.value.complaints
    assert expected in error.value.complaints[0]


def test_document_has_everything_asked_for(
    small_study: Study, small_outcome: Outcome, verdicts: dict[str, Verdict]
) -> None:
    document = json.loads(json.dumps(to_json(small_outcome, list(verdicts.values())), allow_nan=False))
    assert document["version"] == 1
    assert list(document["scenarios"]) == list(small_study.scenarios)
    rail = document["scenarios"]["rail"]
    assert set(rail) >= {"max_residual", "cut_off", "real_income", "real_wage", "trade"}
    assert 0 <= rail["max_residual"] < 1e-9
    assert rail["real_income"]["PAK"] == small_outcome.value("real_income", scenario="rail", country="PAK")
    assert set(rail["trade"]) == {"PAK-RUS", "PAK-CHN", "PAK-KAZ", "RUS-CHN", "RUS-KAZ", "CHN-KAZ"}
    assert document["scenarios"]["embargo"]["cut_off"] == ["KAZ"]
    assert document["scenarios"]["embargo"]["trade"]["PAK-KAZ"] == -100.0
    assert [entry["id"] for entry in document["claims"]] == list(verdicts)
    assert {"id", "verdict", "share"} <= set(document["claims"][0])


@pytest.mark.parametrize("name", packaged_studies())
def test_packaged_claims_fit_their_study(name: str) -> None:
    claims = read_claims(read_study(name))
    assert len(claims) >= 10
    assert all(found.speaker for found in claims)
    if name == "pakistan-russia-2017":
        assert all(found.paragraph for found in claims), "a talk has paragraphs"
