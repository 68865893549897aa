"""How fast gravity is estimated: one cross-section here, a panel of three-way effects in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.trade.estimation import panel_fit
from landbridge.trade.gravity import gravity_fit
from measurement import Measurement, cpu_seconds, peak_memory_mb

COUNTRIES = 196
BESIDE = Path(__file__).parents[2] / "shared" / "data"
PANEL = Path(os.environ.get("LANDBRIDGE_SOURCES", BESIDE)) / "trade" / "trade_panel_1964_2016.parquet"


def _cross_section() -> Measurement:
    rng = np.random.default_rng(5)
    log_distance = rng.normal(8, 0.7, (COUNTRIES, COUNTRIES))
    mean = np.exp(np.add.outer(*rng.normal(0, 2, (2, COUNTRIES))) - log_distance)
    flows = mean * rng.gamma(0.5, 2, mean.shape)
    return Measurement(
        f"PPML with exporter and importer effects, {COUNTRIES * (COUNTRIES - 1):,} flows",
        1000 * cpu_seconds(lambda: gravity_fit(flows, {"log_distance": log_distance})),
        "ms",
    )


def _panel() -> list[Measurement]:
    """Empty where the sources are absent: the panel is not shipped."""
    if not PANEL.is_file():
        return []
    one_thread = {**os.environ, "RAYON_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, __file__], check=True, capture_output=True, text=True, env=one_thread)
    found = json.loads(done.stdout)
    what = f"PPML with exporter-year, importer-year and pair effects, errors clustered by pair, {found['rows']:,} rows"
    return [
        Measurement(f"{what}, through pyfixest", found["seconds"], "s", 30),
        Measurement("peak memory of that process, reading the panel included", found["mb"], "MB", 1000),
    ]


def measure() -> list[Measurement]:
    """Everything this file measures."""
    return [_cross_section(), *_panel()]


def main() -> None:
    """Estimate the effect of trade agreements on the panel once, and print what it took."""
    panel = pd.read_parquet(PANEL)
    panel["agreed"] = (panel["agreement"] != "").astype(float)
    begun = time.process_time()
    panel_fit(panel, ["agreed"], flow="value_usd", clusters=[("exporter", "importer")])
    taken = {"rows": len(panel), "seconds": time.process_time() - begun, "mb": peak_memory_mb()}
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
