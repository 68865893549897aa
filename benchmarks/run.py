"""Run the benchmarks on one thread and write results.md: ``python benchmarks/run.py [PART ...]``, PART as in ``PARTS``.

Run by names, the other parts of the table are kept as they stand.
"""

from __future__ import annotations

import os

THREADS = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
os.environ.update(THREADS)

import importlib  # noqa: E402
import json  # noqa: E402
import platform  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from dataclasses import asdict  # noqa: E402
from datetime import date  # noqa: E402
from pathlib import Path  # noqa: E402

from measurement import Measurement, child_cpu_seconds  # noqa: E402

HERE = Path(__file__).parent
TABLE = HERE / "results.md"
RECORD = HERE / "results.json"
PARTS = ("start", "trade", "gravity", "network", "alignment", "institutions", "security", "study")
TITLES = {
    "start": "Starting up",
    "trade": "Trade",
    "gravity": "Gravity",
    "network": "Network",
    "institutions": "Institutions and the response of votes",
    "alignment": "Alignment",
    "security": "Security",
    "study": "A whole study",
}


def start() -> list[Measurement]:
    """Processor time of a fresh interpreter that imports landbridge, and of the command line's help."""

    def python(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)

    bare = child_cpu_seconds(lambda: python("-c", "pass"), repeat=5)
    imported = child_cpu_seconds(lambda: python("-c", "import landbridge"), repeat=5)
    helped = child_cpu_seconds(lambda: python("-c", "from landbridge.cli import main; main()", "--help"), repeat=5)
    return [
        Measurement("`import landbridge`, CPU, a bare interpreter's start taken off", imported - bare, "s", 0.3),
        Measurement("`landbridge --help`, CPU, the interpreter's start included", helped, "s", 0.5),
    ]


def measured(part: str) -> list[Measurement]:
    """The measurements of one part."""
    return start() if part == "start" else list(importlib.import_module(part).measure())


def available() -> list[str]:
    """Parts that can be run: those with a file here."""
    return [part for part in PARTS if part == "start" or (HERE / f"{part}.py").is_file()]


def machine() -> str:
    """One line on what this ran on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or "unknown processor",
    )
    return (
        f"{os.cpu_count()} cores ({model}), shared with other work; {platform.system()}, "
        f"Python {platform.python_version()}, numpy {importlib.import_module('numpy').__version__}, "
        f"scipy {importlib.import_module('scipy').__version__}; one thread"
    )


def commit() -> str:
    """The commit measured, with a mark if the tree differs from it."""
    here = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=HERE, capture_output=True, text=True, check=False
    )
    return here.stdout.strip() or "unknown"


def render(record: dict[str, dict[str, object]]) -> str:
    """The table of all parts on record."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `python benchmarks/run.py`. Times are processor time of one thread, the least of several runs,",
        "unless the line says otherwise. A target is the most allowed. The peers' figures were measured elsewhere, on",
        "machines of the same kind but not in the same process, unless said.",
    ]
    for part in PARTS:
        if part not in record:
            continue
        entry = record[part]
        lines += ["", f"## {TITLES[part]}", "", f"{entry['date']}, commit {entry['commit']}; {entry['machine']}.", ""]
        lines += ["| what | measured | target | peer |", "|---|---:|---:|---|"]
        lines += [_line(Measurement(**row)) for row in entry["rows"]]  # type: ignore[attr-defined]
    return "\n".join(lines) + "\n"


def _line(row: Measurement) -> str:
    target = "" if row.target is None else f"{row.target:g} {row.unit}"
    missed = " (missed)" if row.target is not None and row.value > row.target else ""
    peer = f"{row.peer}; {row.provenance}" if row.provenance else row.peer
    return f"| {row.what} | {row.value:.3g} {row.unit}{missed} | {target} | {peer} |"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).is_file() else []


def main() -> None:
    """Measure the parts named, or all."""
    chosen = sys.argv[1:] or available()
    if unknown := set(chosen) - set(available()):
        sys.exit(f"No benchmark called {', '.join(sorted(unknown))}. There are: {', '.join(available())}.")
    record = json.loads(RECORD.read_text()) if RECORD.is_file() else {}
    for part in chosen:
        rows = measured(part)
        record[part] = {
            "date": date.today().isoformat(),
            "commit": commit(),
            "machine": machine(),
            "rows": [asdict(row) for row in rows],
        }
        print(f"\n{TITLES[part]}")
        for row in rows:
            print(_line(row))
    RECORD.write_text(json.dumps(record, indent=1) + "\n")
    TABLE.write_text(render(record))


if __name__ == "__main__":
    main()
