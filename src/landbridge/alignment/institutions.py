"""What moves states into institutions and out of them: covariates of the hazards, from arrays.

An institution is what its members are: how much of a state's trade is with them, how far its votes are from theirs, how
far away they are compared with how far they are from one another, and how many of its neighbours are in already.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.alignment.core.hazard import Array, probability

Mask = NDArray[np.bool_]

TERMS = (
    "trade_share",
    "ideal_point_distance",
    "relative_distance",
    "neighbours",
    "size",
    "members",
    "age",
    "new_state",
)
NEAREST = 5  # states whose membership counts as that of neighbours
FEWEST_MEMBERS = 2


@dataclass(frozen=True)
class Setting:
    """The states [n] and institutions [m] at the end of a year.

    ``trade`` [n, n]: goods both ways, symmetric, zero with oneself; ``ideal_point`` [n], nan without votes; ``km``
    [n, n], nan for a state without a place; ``inside`` [m, n]: members; ``age`` [m]: years since an institution began;
    ``new_state`` [n]: states of at most five years.
    """

    trade: Array
    ideal_point: Array
    km: Array
    inside: Mask
    age: Array
    new_state: Mask


def covariates(at: Setting) -> Array:
    """Covariates of joining, and of leaving, each institution [m, n, len(TERMS)], in the order of ``TERMS``.

    A state is never among the members it is compared with. nan where a state does not trade, vote or have a place, or
    an institution has fewer than two members.
    """
    inside = at.inside.astype(float)
    members = inside.sum(1)
    enough = np.where(members >= FEWEST_MEMBERS, members, np.nan)[:, None]
    share, size = trade_terms(at.inside, at.trade)
    votes = np.isfinite(at.ideal_point)
    apart = np.abs(at.ideal_point - _mean_of_others(inside * votes, np.where(votes, at.ideal_point, 0.0)[None, :]))
    oneself = np.eye(len(at.km), dtype=bool)
    placed = (np.isfinite(at.km) & ~oneself).any(1)
    log_km = np.log(np.where(oneself | ~np.isfinite(at.km), 1.0, at.km))
    away = np.where(placed, _mean_over_others(inside * placed, log_km), np.nan)
    among = _mean_of_finite(np.where(at.inside, away, np.nan))
    ranked = np.where(votes & ~oneself & np.isfinite(at.km), at.km, np.inf)
    nearest = np.argsort(ranked, axis=1)[:, :NEAREST]
    shape = inside.shape
    terms = (
        share,
        apart,
        away - among,
        inside[:, nearest].mean(2),
        np.broadcast_to(size, shape),
        np.broadcast_to(np.log(enough), shape),
        np.broadcast_to(np.log1p(at.age)[:, None], shape),
        np.broadcast_to(at.new_state.astype(float), shape),
    )
    found = np.stack(terms, axis=2)
    found[~(members >= FEWEST_MEMBERS)] = np.nan
    return found


def trade_terms(inside: Mask, trade: Array) -> tuple[Array, Array]:
    """The covariates that rest on trade [n, n]: share of it with members [m, n], and size, the log of a state's share
    in all trade [n]; nan where a state does not trade."""
    total = trade.sum(1)
    total = np.where(total > 0, total, np.nan)
    return inside.astype(float) @ trade / total, np.log(total / np.nansum(total))


def _mean_of_others(weight: Array, value: Array) -> Array:
    """Mean over members of a value per state, oneself left out [m, n]; nan where nobody is left."""
    count = weight.sum(1, keepdims=True) - weight
    total = (weight * value).sum(1, keepdims=True) - weight * value
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _mean_over_others(inside: Array, pair: Array) -> Array:
    """Mean over members of a value per pair of states whose diagonal is zero, oneself left out [m, n]."""
    count = inside.sum(1, keepdims=True) - inside
    total = inside @ pair
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _mean_of_finite(value: Array) -> Array:
    """Mean of each row's finite entries [m, 1]; nan where there is none."""
    count = np.isfinite(value).sum(1, keepdims=True)
    total = np.nansum(value, axis=1, keepdims=True)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


@dataclass(frozen=True)
class Chance:
    """Probability of an event [...] with its interval, from the uncertainty of the coefficients alone."""

    central: Array
    low: Array
    high: Array


def chances(
    x: Array,
    coefficient: Array,
    covariance: Array,
    mean: Array,
    spread: Array,
    *,
    periods: float = 1.0,
    z: float = 1.645,
) -> Chance:
    """Probabilities within some years of covariates x [..., k] that stay as they are; exact in the linear predictor.

    ``coefficient`` [1 + k] and ``covariance`` [1 + k, 1 + k] per standard deviation; ``z``: half the interval in
    standard errors (1.645: 90 %).
    """
    design = np.concatenate([np.ones((*x.shape[:-1], 1)), (x - mean) / spread], axis=-1)
    index = design @ coefficient
    error = np.sqrt(np.einsum("...i,ij,...j->...", design, covariance, design))
    central, low, high = (probability(index + shift * error, periods) for shift in (0.0, -z, z))
    return Chance(central, low, high)


def scores(happened: Array, predicted: Array) -> tuple[float, float]:
    """Brier score and mean logarithmic score (natural logarithm, lower is better) of probabilities [n]."""
    p = np.clip(predicted, 1e-12, 1 - 1e-12)
    log = -np.where(happened > 0, np.log(p), np.log1p(-p))
    return float(((happened - predicted) ** 2).mean()), float(log.mean())
