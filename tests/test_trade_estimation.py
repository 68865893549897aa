"""Gravity on panels: published estimates reproduced, known ones recovered, a user's mistakes answered."""

import builtins

import numpy as np
import pandas as pd
import pytest

from landbridge.errors import InputError, MissingExtraError
from landbridge.trade.estimation import panel_fit

needs_extra = "needs the extra: pip install 'landbridge[estimate]'"


def _panel(seed: int, *, noise: float = 0.0, n: int = 12, years: int = 4) -> pd.DataFrame:
    """Trade made from effects of exporter-year, importer-year and pair, an agreement worth 0.5, a border of -0.3."""
    rng = np.random.default_rng(seed)
    i, j, t = (index.ravel() for index in np.indices((n, n, years)))
    pair = rng.normal(0, 1, (n, n))
    exporter, importer = rng.normal(0, 1.5, (2, n, years))
    agreement = (rng.random((n, n, 1)) + np.linspace(0, 0.6, years) > 0.9).astype(float)[i, j, t]
    closed = (rng.random((n, n, years)) < 0.2).astype(float)[i, j, t]
    mean = np.exp(exporter[i, t] + importer[j, t] + pair[i, j] + 0.5 * agreement - 0.3 * closed)
    trade = mean * (rng.gamma(1 / noise, noise, len(i)) if noise else 1.0)
    return pd.DataFrame(
        {"exporter": i, "importer": j, "year": 2000 + t, "trade": trade, "agreement": agreement, "closed": closed}
    )


def _dense(panel: pd.DataFrame, regressors: list[str], effects: list[list[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and fitted flows by least squares, re-weighted, on a dummy for every effect."""
    dummies = [pd.get_dummies(panel.groupby(columns).ngroup(), dtype=float).to_numpy() for columns in effects]
    X = np.column_stack([panel[regressors].to_numpy(float), *dummies])
    y = panel["trade"].to_numpy()
    mu = (y + y.mean()) / 2
    for _ in range(60):
        root = np.sqrt(mu)
        beta = np.linalg.lstsq(X * root[:, None], root * (np.log(mu) + (y - mu) / mu), rcond=1e-12)[0]
        mu = np.exp(X @ beta)
    return beta[: len(regressors)], mu


def test_known_coefficients_are_recovered() -> None:
    pytest.importorskip("pyfixest", reason=needs_extra)
    exact = panel_fit(_panel(1), ["agreement", "closed"])
    np.testing.assert_allclose(exact.coefficient, [0.5, -0.3], atol=1e-7)
    assert exact.deviance_explained == pytest.approx(1)
    for seed in range(3):
        fit = panel_fit(_panel(seed, noise=0.1, n=25), ["agreement", "closed"])
        assert (np.abs(fit.coefficient - [0.5, -0.3]) < 4 * fit.standard_error).all()
        assert (fit.standard_error < 0.1).all()


def test_three_way_effects_equal_dense_dummies() -> None:
    pytest.importorskip("pyfixest", reason=needs_extra)
    panel = _panel(2, noise=0.5, n=8, years=3)
    fit = panel_fit(panel, ["agreement", "closed"])
    effects = [["exporter", "year"], ["importer", "year"], ["exporter", "importer"]]
    beta, mu = _dense(panel, ["agreement", "closed"], effects)
    np.testing.assert_allclose(fit.coefficient, beta, rtol=1e-6)
    y = panel["trade"]
    assert fit.deviance == pytest.approx(2 * (y * np.log(y / mu) - (y - mu)).sum(), rel=1e-6)


def test_the_unit_of_trade_does_not_matter() -> None:
    pytest.importorskip("pyfixest", reason=needs_extra)
    panel = _panel(3, noise=0.5)
    one = panel_fit(panel, ["agreement"])
    other = panel_fit(panel.assign(trade=1e9 * panel["trade"]), ["agreement"])
    np.testing.assert_allclose(one.coefficient, other.coefficient, rtol=1e-9)
    np.testing.assert_allclose(one.standard_error, other.standard_error, rtol=1e-9)


def test_flows_that_tell_nothing_are_left_out_and_counted() -> None:
    pytest.importorskip("pyfixest", reason=needs_extra)
    panel = _panel(4, noise=0.5)
    panel.loc[(panel["exporter"] == 0) & (panel["importer"] == 1), "trade"] = 0.0
    panel = panel[~((panel["exporter"] == 2) & (panel["importer"] == 3) & (panel["year"] > 2000))]
    fit = panel_fit(panel, ["agreement"])
    assert fit.separated == 4
    assert fit.singletons == 1
    assert fit.observations == len(panel) - 5


def test_a_regressor_without_an_estimate_is_refused() -> None:
    pytest.importorskip("pyfixest", reason=needs_extra)
    panel = _panel(5, noise=0.5)
    panel["size"] = panel["exporter"] * panel["year"]
    panel["twice"] = 2 * panel["agreement"]
    panel.loc[panel.sample(40, random_state=1).index, "trade"] = 0.0
    panel["embargo"] = ((panel["trade"] == 0) & (panel["importer"] < 8)).astype(float)
    for regressors, named in ((["agreement", "size"], "size"), (["agreement", "twice"], "twice")):
        with pytest.raises(InputError, match=f"{named} does not vary"):
            panel_fit(panel, regressors)
    with pytest.raises(InputError, match="No regressor varies"):
        panel_fit(panel, ["size"])
    with pytest.raises(InputError, match="embargo does not vary"):
        panel_fit(panel, ["agreement", "embargo"])


def test_mistakes_are_answered_by_where_and_what() -> None:
    panel = _panel(6)
    with pytest.raises(InputError, match="Did you mean 'agreement'"):
        panel_fit(panel, ["agrement"])
    with pytest.raises(InputError, match='"trade" is in row 3'):
        panel_fit(panel.assign(trade=panel["trade"].where(panel.index != 3, -1.0)), ["agreement"])
    with pytest.raises(InputError, match='"closed" has no value in row 7 and 1 more'):
        panel_fit(panel.assign(closed=panel["closed"].where(~panel.index.isin([7, 9]))), ["closed"])
    with pytest.raises(InputError, match='"year" has no value in row 0'):
        panel_fit(panel.assign(year=panel["year"].where(panel.index > 0)), ["closed"])
    with pytest.raises(InputError, match="wanted are numbers"):
        panel_fit(panel.assign(agreement="yes"), ["agreement"])
    with pytest.raises(InputError, match="only one cluster"):
        panel_fit(panel.assign(world=1), ["agreement"], clusters=[("world",)])
    with pytest.raises(InputError, match="No regressor is named"):
        panel_fit(panel, [])


def test_without_the_extra_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: object, **more: object) -> object:
        if name == "pyfixest":
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingExtraError, match=r"pip install 'landbridge\[estimate\]'"):
        panel_fit(_panel(7), ["agreement"])
