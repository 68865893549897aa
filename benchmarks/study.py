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
    """The packaged study with its 200 draws, and without draws; wall time, all cores."""
    drawn, memory = _run()
    central, _ = _run("--draws", "0")
    return [
        Measurement(f"`landbridge run {STUDY}`, 200 draws, 8 scenarios, wall time", drawn, "s", 60),
        Measurement("the same without draws, wall time", central, "s", 15),
        Measurement("memory at the peak with 200 draws, all processes, shared pages once", memory, "MB", 2_000),
    ]


def _run(*arguments: str) -> tuple[float, float]:
    """Wall time, seconds, and the highest sum of proportional set sizes seen, MB."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", "from landbridge.cli import main; main()", "run", STUDY, "-o", folder]
        begun, peak = time.perf_counter(), 0.0
        process = subprocess.Popen([*command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            peak = max(peak, sum(map(_proportional_mb, _family(process.pid))))
            time.sleep(0.5)
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
        return time.perf_counter() - begun, peak


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
