"""The command line as a user meets it: exit codes, one message for a mistake, JSON for programs, documented options."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from landbridge.cli import app

DOCUMENTATION = (Path(__file__).parents[1] / "docs" / "cli.md").read_text(encoding="utf-8")


def landbridge(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from landbridge.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def _commands() -> list[tuple[str, object]]:
    top = typer.main.get_command(app)
    found = []
    for name, command in top.commands.items():
        inner = getattr(command, "commands", None)
        found += [(f"{name} {sub}", each) for sub, each in inner.items()] if inner else [(name, command)]
    return found


@pytest.mark.parametrize(("name", "command"), _commands(), ids=lambda part: part if isinstance(part, str) else "")
def test_every_command_and_option_is_documented(name: str, command: object) -> None:
    assert f"landbridge {name}" in DOCUMENTATION
    for parameter in command.params:
        for spelling in parameter.opts:
            if spelling.startswith("--") and spelling != "--help":
                assert f"`{spelling}" in DOCUMENTATION, f"{name} {spelling} is not in docs/cli.md"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["route", "Kashghar", "Gwadar"], 'Did you mean "Kashgar" (CHN)'),
        (["route", "Kashgar", "Gwadar", "--mode", "camel"], "camel"),
        (["check", "pakistan-rusia-2017"], "pakistan-russia-2017"),
        (["run", "no-such-study"], "no-such-study"),
        (["world", "show", "Pakstan"], "Pakistan"),
        (["world", "check", "1999"], "2017"),
        (["validate", "--only", "distanc"], "distance"),
        (["rout"], "route"),
        (["claims", "pakistan-russia-2017", "--outcome", "nowhere"], "nowhere"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_a_mistake_is_one_message_and_exit_code_2(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = landbridge(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_route_for_programs_has_totals_that_its_legs_add_up_to() -> None:
    route = json.loads(landbridge("route", "Karachi", "Lahore", "--mode", "rail", "--json").stdout)
    assert route["reachable"]
    assert sum(leg["km"] for leg in route["legs"]) == pytest.approx(route["km"])
    assert sum(leg["hours"] for leg in route["legs"]) == pytest.approx(route["hours"])


def test_an_unreachable_place_has_a_reason_and_no_number() -> None:
    route = json.loads(landbridge("route", "Pyongyang", "Seoul", "--mode", "road", "--json").stdout)
    assert not route["reachable"]
    assert route["km"] is None
    assert "KOR-PRK" in route["reason"]


def test_a_new_study_is_free_of_mistakes(tmp_path: Path) -> None:
    assert landbridge("new", tmp_path / "mine").returncode == 0
    done = landbridge("check", tmp_path / "mine")
    assert done.returncode == 0, done.stderr
    assert landbridge("new", tmp_path / "mine").returncode == 2


def test_an_output_folder_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = landbridge("run", "pakistan-russia-2017", "-o", tmp_path / "file" / "out")
    assert done.returncode == 2
    assert "Cannot write" in done.stderr


def test_an_interrupted_run_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from landbridge.cli import main; main()", "run", "pakistan-russia-2017"]
    process = subprocess.Popen([*command, "-o", str(tmp_path / "out")], stderr=subprocess.PIPE, text=True)
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    _, message = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Interrupted" in message
    assert "Traceback" not in message
    assert list(tmp_path.iterdir()) == []
