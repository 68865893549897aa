"""Uncertain parameters: how a belief spreads, and draws from it that depend on the seed and the name alone."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from landbridge.parameters import parameters
from landbridge.study.complaints import Strict, complaint

DRAWS = "_draws"  # ends the name under which an outcome keeps a quantity in every draw
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Normal(Strict):
    """Mean and standard deviation; cut off at zero for a parameter that cannot be negative."""

    mean: Finite
    sd: Positive


class LogNormal(Strict):
    """Median, and standard deviation of the logarithm."""

    median: Positive
    sigma: Positive


class Uniform(Strict):
    """Anything between low and high alike."""

    low: Finite
    high: Finite

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise complaint(f"low = {self.low:g} is not below high = {self.high:g}.")
        return self


class Triangular(Strict):
    """Between low and high, most likely at mode."""

    low: Finite
    mode: Finite
    high: Finite

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not (self.low <= self.mode <= self.high and self.low < self.high):
            raise complaint(f"wants low <= mode <= high; found {self.low:g}, {self.mode:g}, {self.high:g}.")
        return self


class Uncertain(Strict):
    """The distribution of one parameter, and where it comes from."""

    normal: Normal | None = None
    lognormal: LogNormal | None = None
    uniform: Uniform | None = None
    triangular: Triangular | None = None
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_distribution(self) -> Self:
        kinds = ("normal", "lognormal", "uniform", "triangular")
        given = [kind for kind in kinds if getattr(self, kind) is not None]
        if len(given) != 1:
            raise complaint(f"wants exactly one of {', '.join(kinds)}; found {' and '.join(given) or 'none'}.")
        return self

    @property
    def lowest(self) -> float:
        """The lowest value that can be drawn, before the sign of a parameter cuts it."""
        if bounded := self.uniform or self.triangular:
            return bounded.low
        return 0.0 if self.lognormal else -np.inf

    def at(self, u: NDArray[np.float64], *, positive: bool) -> NDArray[np.float64]:
        """The quantiles of the distribution at probabilities ``u``."""
        from scipy.special import ndtr, ndtri

        if self.normal:
            floor = float(ndtr(-self.normal.mean / self.normal.sd)) if positive else 0.0
            return self.normal.mean + self.normal.sd * ndtri(floor + (1 - floor) * u)
        if self.lognormal:
            return self.lognormal.median * np.exp(self.lognormal.sigma * ndtri(u))
        if self.uniform:
            return self.uniform.low + (self.uniform.high - self.uniform.low) * u
        assert self.triangular
        low, mode, high = self.triangular.low, self.triangular.mode, self.triangular.high
        rising = np.sqrt(u * (high - low) * (mode - low)) + low
        falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
        return np.where(u < (mode - low) / (high - low), rising, falling)


def draw(uncertain: Mapping[str, Uncertain], draws: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """``draws`` values of every uncertain parameter, independent of one another.

    Each parameter has its own stream, seeded by ``seed`` and its name: another uncertain parameter, or more draws,
    leave the values of the others and the first draws as they were.
    """
    values = {}
    for name, distribution in uncertain.items():
        stream = np.random.default_rng([seed, zlib.crc32(name.encode())])
        values[name] = distribution.at(stream.random(draws), positive=is_positive(name))
    return values


def is_positive(name: str) -> bool:
    """Whether a parameter cannot be negative: nothing in its published range is."""
    return parameters()[name].range[0] >= 0
