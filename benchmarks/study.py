"""How long the README's main command takes on this machine, and how much memory all its processes use together."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measurement import Measurement

STUDY = "pakistan-russia-2017"


def measure() -> list[Measurement]:
    """The packaged study with its 200 draws, and without draws; wall time, all cores; memory in a run of its own."""
    drawn, central = _seconds(), _seconds("--draws", "0")
    return [
        Measurement(f"`landbridge run {STUDY}`, 200 draws, 8 scenarios, wall time", drawn, "s", 60),
        Measurement("the same without draws, wall time", central, "s", 15),
        Measurement("memory at the peak with 200 draws, all processes, shared pages once", _peak_mb(), "MB", 2_000),
    ]


def _seconds(*arguments: str) -> float:
    """Wall time of a run."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        _ended(_started(folder, *arguments))
        return time.perf_counter() - begun


def _peak_mb() -> float:
    """The highest sum of proportional set sizes seen in a run; looking at them slows it, so it is not timed."""
    with tempfile.TemporaryDirectory() as folder:
        process, peak = _started(folder), 0.0
        while process.poll() is None:
            peak = max(peak, sum(map(_proportional_mb, _family(process.pid))))
            time.sleep(0.5)
        _ended(process)
        return peak


def _started(folder: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from landbridge.cli import main; main()", "run", STUDY, "-o", folder, *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _ended(process: subprocess.Popen[bytes]) -> None:
    if process.wait():
        raise RuntimeError(f"landbridge run {STUDY} ended with {process.returncode}")


def _family(pid: int) -> list[int]:
    """A process and all its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _proportional_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
