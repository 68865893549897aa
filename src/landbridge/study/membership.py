"""Chances of being in an institution some years on, under a scenario's trade and the members its changes leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.alignment.core.hazard import probability
from landbridge.alignment.institutions import TERMS, Setting, covariates, trade_terms
from landbridge.study.institutions import EVENTS, HORIZON, Estimate

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.intp]

BY_TRADE = (TERMS.index("trade_share"), TERMS.index("size"))


@dataclass(frozen=True)
class AtRisk:
    """Who may join, or leave: institution and country [r], and standardised covariates [r, k] at any trade."""

    institution: Index
    country: Index
    x: Array
    mean: Array
    spread: Array

    def happens(self, share: Array, size: Array, coefficient: Array) -> Array:
        """Probability of the event within ``HORIZON`` years [r]; nan for who does not trade.

        ``share`` [m, n] of trade with members, ``size`` [n] log of the share in all trade, ``coefficient`` [1 + k].
        """
        first, last = BY_TRADE
        x = self.x.copy()
        x[:, first] = (share[self.institution, self.country] - self.mean[first]) / self.spread[first]
        x[:, last] = (size[self.country] - self.mean[last]) / self.spread[last]
        return probability(coefficient[0] + x @ coefficient[1:], HORIZON)


@dataclass(frozen=True)
class Membership:
    """What is the same at any trade: members [m, n], and by event who is at risk of it."""

    inside: Mask
    at_risk: Mapping[str, AtRisk]

    @classmethod
    def of(cls, at: Setting, estimates: Mapping[str, Estimate]) -> Membership:
        """For a setting, whatever its trade."""
        x, inside = covariates(at), at.inside
        elsewhere = [term for term in range(len(TERMS)) if term not in BY_TRADE]
        known = np.isfinite(x[..., elsewhere]).all(2)
        at_risk = {}
        for event in EVENTS:
            m, n = np.nonzero(known & (inside == (event == "leave")))
            mean, spread = estimates[event].mean, estimates[event].spread
            at_risk[event] = AtRisk(m, n, (x[m, n] - mean) / spread, mean, spread)
        return cls(inside, at_risk)

    def expected(self, trade: Array, coefficients: Mapping[str, Array]) -> dict[str, Array]:
        """By event how many countries are expected to join or leave within ``HORIZON`` years [m]."""
        terms = trade_terms(self.inside, trade)
        found = {}
        for event, at_risk in self.at_risk.items():
            happens = np.nan_to_num(at_risk.happens(*terms, coefficients[event]))
            found[event] = np.bincount(at_risk.institution, happens, len(self.inside)).astype(float, copy=False)
        return found

    def probability(self, trade: Array, coefficients: Mapping[str, Array]) -> Array:
        """Probability of being a member after ``HORIZON`` years [m, n]; nan where it is not known."""
        terms = trade_terms(self.inside, trade)
        chance = np.full(self.inside.shape, np.nan)
        for event, at_risk in self.at_risk.items():
            happens = at_risk.happens(*terms, coefficients[event])
            chance[at_risk.institution, at_risk.country] = happens if event == "join" else 1.0 - happens
        return chance
