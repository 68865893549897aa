"""How alike two states vote, on arrays: raw and corrected for what chance alone would bring.

With ``d`` the distance of two votes (no 0, abstention 1, yes 2) and ``n`` votes that both cast,

    S  = 1 - 2 sum d / (2 n)                              Signorino & Ritter (1999), linear distance
    pi = 1 - D_o / D_e,   D_o = mean d,   D_e = sum_kl |k - l| p_k q_l

where for Scott's pi ``p = q`` are the pair's pooled shares of each vote, and for Cohen's kappa each state's own.
Source: Signorino & Ritter (1999), International Studies Quarterly 43(1); Haege (2011), Political Analysis 19(3), who
shows that S is high wherever most states vote yes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CATEGORIES = 3
_DISTANCE = np.abs(np.subtract.outer(np.arange(CATEGORIES), np.arange(CATEGORIES))).astype(float)


@dataclass(frozen=True)
class Agreement:
    """Of all pairs of states [n, n]; NaN where a pair shares no vote, or where chance leaves no room to disagree.

    ``votes`` both cast; ``identical`` share of them; ``s`` from -1 to 1; ``pi`` and ``kappa`` at most 1, 0 by chance.
    """

    votes: Array
    identical: Array
    s: Array
    pi: Array
    kappa: Array


def agreement(votes: NDArray[np.int8]) -> Agreement:
    """Agreement of all pairs from votes [n, J]: 0, 1, 2; below zero where a state did not vote."""
    cast = np.stack([votes == k for k in range(CATEGORIES)]).astype(float)
    joint = np.einsum("kir,ljr->ijkl", cast, cast, optimize=True)
    n = joint.sum((2, 3))
    own, other = joint.sum(3), joint.sum(2)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = np.einsum("ijkl,kl->ij", joint, _DISTANCE) / n
        pooled = (own + other) / (2 * n[..., None])
        by_chance = np.einsum("ijk,ijl,kl->ij", pooled, pooled, _DISTANCE, optimize=True)
        apart = np.einsum("ijk,ijl,kl->ij", own, other, _DISTANCE, optimize=True) / n**2
        return Agreement(
            votes=n,
            identical=np.trace(joint, axis1=2, axis2=3) / n,
            s=1.0 - observed,
            pi=np.where(by_chance > 0, 1.0 - observed / by_chance, np.nan),
            kappa=np.where(apart > 0, 1.0 - observed / apart, np.nan),
        )
