"""Reading studies: what is right is read, and everything wrong is said at once, with its place and the cure."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import study_worlds
from landbridge.errors import StudyError
from landbridge.network.drawn import Drawn
from landbridge.study.schema import Study, packaged_studies, read_study
from study_worlds import STUDY, write_small_study

Refused = Callable[[str], list[str]]


@pytest.fixture
def refused(small_study: Study, tmp_path: Path) -> Refused:
    """What is said of a study file with this content; its world is the small one."""

    def complaints(content: str) -> list[str]:
        assert small_study.path
        (tmp_path / "world").symlink_to(small_study.path.parent / "world")
        (tmp_path / "study.toml").write_text(content, encoding="utf-8")
        with pytest.raises(StudyError) as error:
            read_study(tmp_path)
        assert [path.name for path in sorted(tmp_path.iterdir())] == ["study.toml", "world"]
        return error.value.complaints

    return complaints


def scenario(changes: str) -> str:
    return f'[study]\ntitle = "t"\nworld = "world"\n[scenario.s]\nchanges = [{changes}]\n'


MISTAKES = {
    "unknown place": (
        scenario('{ kind = "link", mode = "rail", via = ["Kashghar", "Lahore"] }'),
        'study.toml: scenario.s.changes[0].via: No place called "Kashghar". Did you mean "Kashgar" (CHN)',
    ),
    "unknown country": (
        scenario('{ kind = "close", country = "Pakstan" }'),
        "study.toml: scenario.s.changes[0].country: No country called \"Pakstan\". Did you mean 'Pakistan'",
    ),
    "country that is not in the world": (
        scenario('{ kind = "conflict", country = "France", monthly_deaths = 1 }'),
        'study.toml: scenario.s.changes[0].country: France (FRA) is no economy of world "small".',
    ),
    "unknown kind of change": (
        scenario('{ kind = "lnk", mode = "rail" }'),
        "study.toml: scenario.s.changes[0]: no kind called \"lnk\". Did you mean 'link'? Allowed: link, upgrade,",
    ),
    "a word where true or false is wanted": (
        scenario('{ kind = "risk", passage = "suez", probability = 0.1, hours = 2, assumed = "yes" }'),
        'study.toml: scenario.s.changes[0].assumed: is "yes"; write true or false, without quotes.',
    ),
    "congestion in a word": (
        '[study]\ntitle = "t"\nworld = "world"\ncongestion = "yes"\n',
        'study.toml: study.congestion: is "yes"; write true or false, without quotes.',
    ),
    "change without a kind": (
        scenario('{ mode = "rail" }'),
        "study.toml: scenario.s.changes[0]: the key 'kind' is missing.",
    ),
    "misspelt key": (
        scenario('{ kind = "link", mode = "rail", via = ["Kashgar", "Lahore"], speed_kph = 60 }'),
        "study.toml: scenario.s.changes[0].speed_kph: no key called \"speed_kph\". Did you mean 'speed_kmh'?",
    ),
    "dates the wrong way round": (
        scenario('{ kind = "close", passage = "suez", from = 1975, until = 1967 }'),
        "study.toml: scenario.s.changes[0]: is in force from 1975 until 1967: it ends before it begins.",
    ),
    "negative speed": (
        scenario('{ kind = "link", mode = "rail", via = ["Kashgar", "Lahore"], speed_kmh = -60 }'),
        "study.toml: scenario.s.changes[0].speed_kmh: is -60: input should be greater than 0.",
    ),
    "speed that is no number": (
        scenario('{ kind = "link", mode = "rail", via = ["Kashgar", "Lahore"], speed_kmh = nan }'),
        "study.toml: scenario.s.changes[0].speed_kmh: is nan",
    ),
    "unknown mode": (
        scenario('{ kind = "link", mode = "rial", via = ["Kashgar", "Lahore"] }'),
        "study.toml: scenario.s.changes[0].mode: is \"rial\". Did you mean 'rail'",
    ),
    "unknown passage": (
        scenario('{ kind = "close", passage = "suezz" }'),
        "study.toml: scenario.s.changes[0].passage: No passage called \"suezz\". Did you mean 'suez'?",
    ),
    "two things closed at once": (
        scenario('{ kind = "close", passage = "suez", country = "PAK" }'),
        "wants exactly one of the keys passage, country, border, via; found passage and country.",
    ),
    "upgrade without a speed": (
        scenario('{ kind = "upgrade", mode = "rail", countries = ["KAZ"] }'),
        "wants exactly one of the keys speed_kmh, speed_factor; found none.",
    ),
    "border of one country": (
        scenario('{ kind = "border", between = ["CHN"], hours = 3 }'),
        "study.toml: scenario.s.changes[0].between[1]: is missing.",
    ),
    "border without hours": (
        scenario('{ kind = "border", between = ["CHN", "PAK"] }'),
        "wants hours, usd, capacity, or several of them.",
    ),
    "unknown institution": (
        scenario('{ kind = "tariff", exporters = ["EAEUU"], percent = 10 }'),
        "study.toml: scenario.s.changes[0].exporters:",
    ),
    "unknown sector": (
        scenario('{ kind = "tariff", sectors = ["fuel"], percent = 10 }'),
        "study.toml: scenario.s.changes[0].sectors: No sector called \"fuel\". Did you mean 'fuels'?",
    ),
    "trade cost that turns goods into gifts": (
        scenario('{ kind = "trade_cost", percent = -100 }'),
        "study.toml: scenario.s.changes[0].percent: is -100: input should be greater than -100.",
    ),
    "circle": (
        '[study]\ntitle = "t"\nworld = "world"\n[scenario.a]\nextends = "b"\n'
        '[scenario.b]\nextends = ["c"]\n[scenario.c]\nextends = "a"\n',
        "study.toml: scenario.a.extends: goes in a circle: a -> b -> c -> a.",
    ),
    "scenario that extends itself": (
        '[study]\ntitle = "t"\nworld = "world"\n[scenario.a]\nextends = "a"\n',
        "study.toml: scenario.a.extends: goes in a circle: a -> a.",
    ),
    "unknown parent": (
        '[study]\ntitle = "t"\nworld = "world"\n[scenario.corridor]\n[scenario.b]\nextends = "coridor"\n',
        "study.toml: scenario.b.extends: no scenario called \"coridor\". Did you mean 'corridor'?",
    ),
    "scenario with the baseline's name": (
        '[study]\ntitle = "t"\nworld = "world"\n[scenario.baseline]\n',
        "study.toml: scenario.baseline: this name is the unchanged world's; choose another.",
    ),
    "no world of that name": (
        '[study]\ntitle = "t"\nworld = "1817"\n',
        'study.toml: study.world: No world called "1817"',
    ),
    "no title": ('[study]\nworld = "world"\n', "study.toml: study.title: is missing."),
    "unknown parameter": (
        '[study]\ntitle = "t"\nworld = "world"\n[parameters]\nvalu_of_time = 0.01\n',
        "study.toml: parameters.valu_of_time: No parameter called \"valu_of_time\". Did you mean 'value_of_time'",
    ),
    "negative parameter": (
        '[study]\ntitle = "t"\nworld = "world"\n[parameters]\nvalue_of_time = -0.01\n',
        "value_of_time is -0.01; it cannot be negative.",
    ),
    "misspelt draws": (
        '[study]\ntitle = "t"\nworld = "world"\n[uncertainty]\ndraw = 10\n',
        "study.toml: uncertainty.draw: No parameter called \"draw\". Did you mean 'draws'",
    ),
    "distribution without a source": (
        '[study]\ntitle = "t"\nworld = "world"\n[uncertainty]\nvalue_of_time = { uniform = { low = 0, high = 1 } }\n',
        "study.toml: uncertainty.value_of_time.source: is missing.",
    ),
    "distribution the wrong way round": (
        '[study]\ntitle = "t"\nworld = "world"\n[uncertainty]\n'
        'value_of_time = { uniform = { low = 2, high = 1 }, source = "s" }\n',
        "study.toml: uncertainty.value_of_time.uniform: low = 2 is not below high = 1.",
    ),
    "distribution below zero": (
        '[study]\ntitle = "t"\nworld = "world"\n[uncertainty]\n'
        'value_of_time = { uniform = { low = -1, high = 1 }, source = "s" }\n',
        "value_of_time cannot be negative; its distribution begins at -1.",
    ),
    "claims file that is not there": (
        '[study]\ntitle = "t"\nworld = "world"\nclaims = "clams.toml"\n',
        'study.toml: study.claims: no file "clams.toml" beside the study.',
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_answered_by_one_clear_line(mistake: str, refused: Refused) -> None:
    content, expected = MISTAKES[mistake]
    complaints = refused(content)
    assert len(complaints) == 1, complaints
    assert expected in complaints[0]


def test_broken_toml_names_the_line(refused: Refused) -> None:
    (complaint,) = refused('[study]\ntitle = "t"\nworld = world\n')
    assert complaint.startswith("study.toml: not valid TOML:")
    assert "line 3" in complaint


def test_all_mistakes_of_a_file_come_at_once(refused: Refused) -> None:
    complaints = refused(
        '[study]\ntitel = "t"\nworld = "world"\nfocus = ["Pakstan"]\n[scenario.s]\nextends = "none"\n'
        'changes = [{ kind = "link", mode = "rail", via = ["Kashghar", "Lahor"], speed_kmh = -1 }, { kind = "lnk" }]\n'
    )
    told = "\n".join(complaints)
    for name in ("titel", "title: is missing", "Pakstan", "Kashghar", "Lahor", "speed_kmh", "lnk", "extends"):
        assert name in told
    assert len(complaints) == 8


def test_study_that_is_not_there_is_answered_by_the_packaged_names() -> None:
    with pytest.raises(StudyError, match="neither a file nor a packaged study"):
        read_study("pakistan-rusia-2017")


def test_scenarios_keep_their_order_and_countries_get_their_codes(small_study: Study) -> None:
    assert list(small_study.scenarios) == ["border", "rail", "canal", "embargo", "nothing"]
    assert small_study.focus == ("PAK", "RUS", "CHN", "KAZ")


def test_changes_of_parents_come_first_and_only_once(tmp_path: Path) -> None:
    path = write_small_study(tmp_path)
    path.write_text(
        '[study]\ntitle = "t"\nworld = "world"\n'
        '[scenario.a]\nchanges = [{ kind = "close", passage = "suez" }]\n'
        '[scenario.b]\nextends = "a"\nchanges = [{ kind = "close", country = "USA" }]\n'
        '[scenario.c]\nextends = ["a", "b"]\nchanges = [{ kind = "close", border = ["CHN", "PAK"] }]\n',
        encoding="utf-8",
    )
    steps = read_study(tmp_path).steps("c")
    assert [place for place, _ in steps] == [f"scenario.{name}.changes[0]" for name in "abc"]


def test_scenario_asked_for_by_a_wrong_name_gets_the_nearest(small_study: Study) -> None:
    with pytest.raises(StudyError, match="Did you mean 'canal'"):
        small_study.scenario_world("cannal", small_study.world())


@pytest.mark.parametrize("name", packaged_studies())
def test_packaged_study_fits_its_world(name: str) -> None:
    study = read_study(name)
    assert study.name == name
    assert study.claims_path is not None


def test_link_over_unknown_ground_needs_to_be_assumed(world2017, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "study.toml").write_text(
        STUDY.split("[scenario.border]")[0].replace('"world"', '"2017"')
        + '[scenario.s]\nchanges = [{ kind = "link", mode = "rail", via = ["Gwadar", "Muscat"] }]\n',
        encoding="utf-8",
    )
    study = read_study(tmp_path)
    with pytest.raises(StudyError, match=r"study.toml: scenario.s.changes\[0\]: .*assumed = true"):
        study.scenario_worlds(world2017)


def test_a_world_without_goods_that_travel_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_worlds, "SECTORS", ["services", "care", "rent", "law"])
    path = study_worlds.write_small_study(tmp_path)
    with pytest.raises(StudyError, match=r"study.world: no sector of world \"small\" \(services, care.*agriculture"):
        read_study(path)


def test_a_change_is_made_in_the_years_in_which_it_is_in_force(small_study: Study, tmp_path: Path) -> None:
    assert small_study.path
    (tmp_path / "world").symlink_to(small_study.path.parent / "world")
    dated = scenario('{ kind = "close", passage = "suez", from = 1967, until = 1975 }')
    for year, closed in ((1966, False), (1967, True), (1975, True), (1976, False), (None, False)):
        asked = dated if year is None else dated.replace('world = "world"', f'world = "world"\nyear = {year}')
        (tmp_path / "study.toml").write_text(asked, encoding="utf-8")
        study = read_study(tmp_path)
        before = study.world()
        after = study.scenario_world("s", before)
        assert (after is not before) == closed
        said = [f"scenario.s.changes[0]: not in force in {year or 2017}."]
        assert study.remarks(before) == said * (not closed)
        assert study.year(before) == (year or 2017)


def test_a_study_is_read_back_as_an_outcome_keeps_it() -> None:
    line = Drawn("line.geojson", ((75.0, 39.5), (74.3, 35.9)))
    changes = [
        {"kind": "link", "mode": "rail", "path": line, "assumed": True},
        {"kind": "tariff", "percent": 10, "from": 2018},
    ]
    study = Study.model_validate({"study": {"title": "t", "world": "2017"}, "scenario": {"s": {"changes": changes}}})
    assert Study.model_validate(json.loads(study.model_dump_json(by_alias=True))) == study
