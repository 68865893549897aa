"""How fast the trade engine is: one equilibrium, and many draws, on one thread."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from landbridge.evidence import nafta, sample
from landbridge.parameters import central_values
from landbridge.trade.core import Calibration, TradeBaseline, calibrate, counterfactual, solve, solve_draws
from landbridge.trade.exposure import LinearResponse
from landbridge.trade.model import calibrate_world, elasticities, solve_world, trade_baseline
from landbridge.world import load_world
from measurement import Measurement, cpu_seconds, peak_memory_mb

BESIDE = Path(__file__).parents[2] / "shared" / "data"
SOURCES = Path(os.environ.get("LANDBRIDGE_SOURCES", BESIDE))
MEASURED_HERE = "measured for DESIGN.md section 10 on a shared 2-core machine, CPU seconds"
COUNTRIES = 196
DRAWS = 200
SCENARIOS = 8


def _flows(countries: int, sectors: int, seed: int = 1) -> TradeBaseline:
    """Random trade with the spread of sizes, distances and deficits of the world's."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 2, countries)
    places = rng.normal(size=(countries, 2))
    distance = 1 + np.hypot(*np.moveaxis(places[:, None] - places, -1, 0))
    noise = np.exp(rng.normal(size=(countries, countries, sectors)))
    flows = (size[:, None] * size / distance**1.5)[:, :, None] * noise
    home = np.arange(countries)
    flows[home, home] = 4 * flows.sum(1)
    return TradeBaseline.from_flows(flows)


def _costs(seed: int, shape: tuple[int, ...], spread: float) -> np.ndarray:
    kappa = np.exp(spread * np.random.default_rng(seed).normal(size=shape))
    home = np.arange(shape[0])
    kappa[home, home] = 1.0
    return kappa


def _one(countries: int) -> list[Measurement]:
    baseline = _flows(countries, 1)
    kappa = _costs(2, baseline.flows.shape, 0.1)
    found = solve(baseline, 5.0, kappa=kappa, deficits="fixed")
    seconds = cpu_seconds(lambda: solve(baseline, 5.0, kappa=kappa, deficits="fixed"))
    closing = cpu_seconds(lambda: solve(baseline, 5.0, kappa=kappa, deficits="zero"))
    where = f"{countries} countries, one sector"
    return [
        Measurement(
            f"one equilibrium, {where}, deficits fixed",
            1000 * seconds,
            "ms",
            20,
            "104 s at 190 countries, unconverged at 100 (gegravity 0.3)",
            MEASURED_HERE,
        ),
        Measurement(f"one equilibrium, {where}, deficits closed first (two equilibria)", 1000 * closing, "ms"),
        Measurement(f"residual of that equilibrium, {where}", found.residual, "1", 1e-10),
    ]


def _thousand_draws() -> Measurement:
    baseline = _flows(COUNTRIES, 1)
    theta = 5.0 * np.exp(0.25 * np.random.default_rng(3).normal(size=1000))

    def kappas() -> list[np.ndarray]:
        return [_costs(seed, baseline.flows.shape, 0.1) for seed in range(1000)]

    drawn = kappas()
    seconds = cpu_seconds(lambda: solve_draws(baseline, theta, drawn), repeat=1)
    return Measurement(
        f"1,000 draws of elasticity and all trade costs, {COUNTRIES} countries, one sector, deficits closed",
        seconds,
        "s",
        15,
        "231 s for 100 draws at 30 countries (gegravity MonteCarloGE)",
        MEASURED_HERE,
    )


def _study_load() -> list[Measurement]:
    """The trade part of a study: draws x scenarios on the packaged world, through the labelled model."""
    world = load_world("2017")
    central = calibrate_world(world)
    shape = central.calibration.data.flows.shape
    rng = np.random.default_rng(4)
    changes = [np.abs(np.log(_costs(seed, shape, 0.02))) for seed in range(SCENARIOS)]
    for change in changes:
        change[:, :, -1] = 0.0
    residuals = []

    def study() -> None:
        for _ in range(DRAWS):
            params = central_values({"trade_elasticity": 5.0 * np.exp(0.25 * rng.normal())})
            model = calibrate_world(world, params, near=central)
            weight = rng.lognormal(0, 0.5)
            for change in changes:
                kappa = central.pairs(np.exp(weight * change))
                residuals.append(solve_world(world, kappa, model=model).residual)

    seconds = cpu_seconds(study, repeat=1)
    where = f"{DRAWS} draws x {SCENARIOS} scenarios, {shape[0]} countries x {shape[2]} sectors"
    return [
        Measurement(f"{where}, through labels", seconds, "s", 12),
        Measurement(f"largest residual of those {DRAWS * SCENARIOS:,} equilibria", max(residuals), "1", 1e-10),
    ]


def _embargo() -> Measurement:
    world = load_world("2017")
    calibration = calibrate_world(world).calibration
    russia = world.countries.index("RUS")
    kappa = np.ones(calibration.data.flows.shape)
    kappa[russia, :, :-1] = kappa[:, russia, :-1] = np.inf
    kappa[russia, russia] = 1.0
    return Measurement(
        "embargo on all goods of Russia, packaged world, 4 sectors",
        1000 * cpu_seconds(lambda: counterfactual(calibration, kappa=kappa)),
        "ms",
    )


def _calibration() -> Measurement:
    world = load_world("2017")
    data = calibrate_world(world).calibration.data
    return Measurement(
        "closing all deficits of the packaged world, 4 sectors, from nothing",
        1000 * cpu_seconds(lambda: calibrate(data, 5.0)),
        "ms",
    )


def _nafta() -> list[Measurement]:
    """Both equilibria of the published experiment, the baseline that its shares imply and the counterfactual."""
    if not (SOURCES / nafta.FOLDER).is_dir():
        return []
    data = nafta.experiment(SOURCES)
    return [
        Measurement(
            f"NAFTA, 31 regions x 40 sectors with input-output links, both equilibria, deficits {case}",
            cpu_seconds(lambda case=case: data.run(case)),  # type: ignore[misc]
            "s",
            0.5,
            "15-18 s (cp2015, R and C++)",
            MEASURED_HERE,
        )
        for case in nafta.CASES
    ]


def _industry() -> list[Measurement]:
    """The packaged industry world: calibrated from nothing, then a change of every trade cost; draws of both."""
    world = load_world("2022-industry")
    data = calibrate_world(world).calibration.data
    shape = data.flows.shape
    kappa = _costs(6, shape, 0.1)
    found = solve(data, 5.0, kappa=kappa)
    theta = 5.0 * np.exp(0.25 * np.random.default_rng(7).normal(size=40))
    drawn = [_costs(seed, shape, 0.1) for seed in range(len(theta))]
    where = f"{shape[0]} countries x {shape[2]} sectors with input-output links"
    return [
        Measurement(
            f"two equilibria, deficits closed and a counterfactual, {where}",
            cpu_seconds(lambda: solve(data, 5.0, kappa=kappa)),
            "s",
            3,
        ),
        Measurement(f"residual of the counterfactual, {where}", found.residual, "1", 1e-10),
        Measurement(
            f"one draw of {len(theta)} of elasticity and all trade costs, {where}",
            cpu_seconds(lambda: solve_draws(data, theta, drawn), repeat=1) / len(theta),
            "s",
            0.05,
        ),
    ]


def _exposure() -> list[Measurement]:
    """The matrices of exposure, from a calibration to every country's answer to every country's productivity."""
    wide = calibrate(_flows(COUNTRIES, 1), 5.0)
    world = load_world("2022-industry")
    linked = calibrate(trade_baseline(world), elasticities(world, central_values()))

    def matrices(calibration: Calibration) -> object:
        response = LinearResponse.of(calibration)
        return response.income().productivity, response.real_income().productivity

    def gradient(calibration: Calibration) -> object:
        weights = calibration.expenditure[None] / calibration.expenditure.sum()
        return LinearResponse.of(calibration).real_income(weights).trade_cost(0)

    where = f"{len(world.countries)} countries x {len(world.sectors)} sectors with links"
    packaged = calibrate_world(load_world("2017")).calibration
    return [
        Measurement(
            f"exposure of income and real income to every productivity, {COUNTRIES} countries, one sector",
            cpu_seconds(lambda: matrices(wide)),
            "s",
            0.1,
        ),
        Measurement(f"the same, {where}", cpu_seconds(lambda: matrices(linked), repeat=2), "s"),
        Measurement(
            "the derivative of the world's welfare by every trade cost, packaged world, 4 sectors",
            1000 * cpu_seconds(lambda: gradient(packaged)),
            "ms",
        ),
        Measurement(f"the same, {where}", cpu_seconds(lambda: gradient(linked), repeat=2), "s"),
    ]


def _peer() -> list[Measurement]:
    """gegravity's own example on its sample of 30 countries, theirs and ours in this process, where it is installed."""
    try:
        import gegravity
    except ImportError:
        return []
    if not (SOURCES / sample.FILE).is_file():
        return []
    table = pd.read_csv(SOURCES / sample.FILE).assign(constant=1)
    betas = {
        "lndist": -0.3898623,
        "contiguity": 0.891577,
        "common_language": 0.0326249,
        "pta": sample.AGREEMENT,
        "international": -3.412584,
        "constant": 16.32434,
    }
    costs = gegravity.CostCoeffs(
        estimates=pd.DataFrame({"var": list(betas), "beta": list(betas.values())}),
        identifier_col="var",
        coeff_col="beta",
    )

    def theirs() -> object:
        baseline = gegravity.BaselineData(
            table,
            imp_var_name="importer",
            exp_var_name="exporter",
            year_var_name="year",
            trade_var_name="trade",
            expend_var_name="E",
            output_var_name="Y",
        )
        model = gegravity.OneSectorGE(
            baseline=baseline,
            cost_coeff_values=costs,
            cost_variables=list(betas),
            year="2006",
            reference_importer="DEU",
            sigma=sample.THETA + 1,
            quiet=True,
        )
        model.build_baseline(omr_rescale=1)
        changed = model.baseline_data.copy()
        agreed = changed["importer"].isin(["CAN", "JPN"]) & changed["exporter"].isin(["CAN", "JPN"])
        changed.loc[agreed & (changed["importer"] != changed["exporter"]), "pta"] = 1
        model.define_experiment(changed)
        model.simulate()
        return model

    baseline, kappa = sample.experiment(SOURCES)
    return [
        Measurement(
            "one equilibrium, gegravity's sample of 30 countries, one sector",
            1000 * cpu_seconds(lambda: solve(baseline, sample.THETA, kappa=kappa, deficits="fixed")),
            "ms",
            None,
            f"{1000 * cpu_seconds(theirs, repeat=2):,.0f} ms (gegravity {_version('gegravity')})",
            "measured in this process: its baseline and one experiment",
        )
    ]


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def measure() -> list[Measurement]:
    """Everything this file measures."""
    measured = [
        *_one(COUNTRIES),
        _thousand_draws(),
        *_study_load(),
        _embargo(),
        _calibration(),
        *_nafta(),
        *_industry(),
        *_exposure(),
        *_peer(),
    ]
    return [*measured, Measurement("peak memory of the trade benchmarks", peak_memory_mb(), "MB", 2000)]
