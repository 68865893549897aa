"""Work done beside the main process is done when the body is, and its failures are not lost."""

from pathlib import Path

import pytest

from landbridge import threads
from landbridge.aside import aside
from landbridge.errors import InputError


@pytest.fixture(params=[True, False], ids=["forked", "before"])
def may_fork(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the process counts as one that may be forked."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "1" if request.param else "2")
    if request.param and not threads.may_fork():
        pytest.skip("processes are not forked on this platform")
    return bool(request.param)


def test_work_is_done_when_the_body_is(may_fork: bool, tmp_path: Path) -> None:
    with aside(lambda: (tmp_path / "file").write_text("done")):
        assert may_fork or (tmp_path / "file").is_file()
    assert (tmp_path / "file").read_text() == "done"


@pytest.mark.usefixtures("may_fork")
def test_what_the_work_raises_is_raised_here() -> None:
    def fail() -> None:
        raise InputError("Cannot write.")

    with pytest.raises(InputError, match="Cannot write"), aside(fail):
        pass


@pytest.mark.usefixtures("may_fork")
def test_a_failure_of_the_body_waits_for_the_work(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="body"), aside(lambda: (tmp_path / "file").touch()):
        raise ValueError("body")
    assert (tmp_path / "file").is_file()
