"""What the README and the documents show is true: their examples are read and run."""

import re
from pathlib import Path

import pytest

from landbridge.study.changes import KINDS, Change
from landbridge.study.schema import read_study

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_the_study_shown_in_the_readme_is_free_of_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(_blocks(README, "toml")[0], encoding="utf-8")
    study = read_study(path)
    study.scenario_worlds(study.world())


def test_the_readme_names_the_commands_for_a_fresh_machine() -> None:
    shell = "\n".join(_blocks(README, "bash"))
    assert "pip install . && landbridge run pakistan-russia-2017" in shell
    assert "pip install '.[test]' && pytest" in shell


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_change_kind_and_key_is_documented(kind: str) -> None:
    text = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")
    assert f"### `{kind}`" in text
    section = text.split(f"### `{kind}`")[1].split("\n### ")[0]
    for key in KINDS[kind].model_fields.keys() - Change.model_fields.keys() - {"kind"}:
        assert f"`{key}`" in section, f"{kind}.{key} is not in docs/studies.md"


@pytest.mark.parametrize(
    "page", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=lambda page: page.name
)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http", "mailto")):
            assert (page.parent / target).exists(), f"{page.name}: {target} does not exist"
