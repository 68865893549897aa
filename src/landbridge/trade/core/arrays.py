"""Arrays of the trade core, and the checks that name the place of a wrong number."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

LARGEST_TARIFF = 2.0  # a typical rate above 200 % is taken for a number in percent


def every(holds: Any, values: Any, what: str, allowed: str) -> None:
    """Raise an InputError that names the first place where ``holds`` is false."""
    if not np.all(holds):
        where = tuple(int(k) for k in np.argwhere(~np.asarray(holds))[0])
        raise InputError(f"The {what} at {list(where)} is {np.asarray(values)[where]}; it must be {allowed}.")


def inward(array: Array) -> Array:
    """[i, j, s] as [s, i, j], contiguous by sector."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 0))


def outward(array: Array) -> Array:
    """[s, i, j] seen as [i, j, s]."""
    return np.moveaxis(array, 0, -1)


def cube(values: Any, what: str) -> Array:
    """Values [i, j, s], or [i, j] of a single sector, checked to be finite and not negative, as [i, j, s]."""
    array = np.asarray(values, dtype=float)
    array = array[:, :, None] if array.ndim == 2 else array
    if array.ndim != 3 or array.shape[0] != array.shape[1] or 0 in array.shape:
        raise InputError(
            f"{what.capitalize()}s of shape {array.shape}: wanted is [exporter, importer, sector], "
            "the same countries twice."
        )
    every(np.isfinite(array), array, what, "a finite number")
    every(array >= 0, array, what, "zero or more")
    return array


def like(values: Any, shape: tuple[int, ...], what: str) -> Array:
    """values[i, j, s], or [i, j] for all sectors, as [s, i, j]."""
    array = np.asarray(values, dtype=float)
    array = array[:, :, None] if array.ndim == 2 else array
    if array.ndim != 3 or array.shape[:2] != shape[:2] or array.shape[2] not in (1, shape[2]):
        raise InputError(f"{what} has shape {array.shape}, the flows have {shape}.")
    return inward(np.broadcast_to(array, shape))


def checked_tariff(tariff: Any, shape: tuple[int, ...]) -> Array:
    """Tariffs [i, j, s], fractions above -1, none on own goods; a warning where they look like percent."""
    rates = outward(like(tariff, shape, "tariff"))
    every(np.isfinite(rates) & (rates > -1), rates, "tariff", "a fraction above -1")
    every(np.einsum("iis->is", rates) == 0, np.einsum("iis->is", rates), "tariff on own goods", "zero")
    if rates.max() > LARGEST_TARIFF and (typical := float(np.median(rates[rates > 0]))) > LARGEST_TARIFF:
        warnings.warn(
            f"Tariffs of typically {typical:g}, which is {100 * typical:g} %: a rate is a fraction, 0.25 for 25 %.",
            stacklevel=2,
        )
    return rates


def checked_theta(theta: Any, sectors: int) -> Array:
    """theta[s], positive."""
    values = np.asarray(theta, dtype=float)
    if values.ndim > 1 or values.size not in (1, sectors):
        raise InputError(f"Elasticities of shape {values.shape}: wanted is one number or {sectors}, one a sector.")
    every(np.isfinite(values) & (values > 0), values, "elasticity", "a positive number")
    return np.broadcast_to(values, (sectors,)).astype(float)
