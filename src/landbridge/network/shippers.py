"""Shippers who avoid what others use: what a closure for a share of them makes of a network.

Of every link a share s of shippers, 0 where nobody minds, keeps away. They are the most cautious: who avoids one link
avoids every link that at least as many avoid. Where the shares of a network are s_1 > ... > s_k there are k + 1 kinds
of shippers,

    1 - s_1        to whom everything is open
    s_m - s_(m+1)  to whom every link is closed that s_m or more avoid, m = 1 ... k, s_(k+1) = 0

Each kind chooses its routes and modes by itself. A pair's cost of transport is the mean over kinds by these shares, its
trade goes by each kind in these shares, as it does over classes of goods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from landbridge.errors import InputError
from landbridge.labels import country_name
from landbridge.network.choice import CountryCosts
from landbridge.network.loads import Loads, assign_trade

if TYPE_CHECKING:
    from landbridge.network.model import Network
    from landbridge.network.paths import Routes
    from landbridge.network.variants import Variants

Floats = NDArray[np.float64]
NAMED = 3  # pairs of countries named in a refusal


@dataclass(frozen=True)
class Kind:
    """Shippers of one kind: their ``share`` of all, and the position of the network they see among some variants."""

    share: float
    variant: int


@dataclass(frozen=True)
class Shippers:
    """Shippers of one kind: their ``share`` of all, and costs between countries as they find them."""

    share: float
    costs: CountryCosts


def kinds_of(network: Network) -> list[tuple[float, Network]]:
    """The share of every kind of shippers and the network as it sees it, the least cautious first.

    Of a network of which nobody avoids a link, everybody and the network itself.
    """
    levels = np.unique(network.avoided[network.open & (network.avoided > 0.0)])[::-1].tolist()
    found = [(1.0 - levels[0], network)] if levels else [(1.0, network)]
    for share, less in pairwise([*levels, 0.0]):
        shut = network.open & (network.avoided >= share)
        reason = f"avoided by {100 * share:.3g} % of shippers"
        found.append((share - less, replace(network, closed_by=np.where(shut, reason, network.closed_by))))
    return found


def mean_transport(kinds: Sequence[Kind], transport: Sequence[Floats]) -> Floats:
    """The cost of transport t [i, j, s] of all kinds together, from that of every variant; ``inf`` without a route."""
    if len(kinds) == 1:
        return transport[kinds[0].variant]
    return np.asarray(sum(kind.share * transport[kind.variant] for kind in kinds))


def assign_by_kind(
    variants: Variants,
    kinds: Sequence[Kind],
    flows: Floats,
    params: Mapping[str, float],
    costs: Sequence[CountryCosts],
    routes: Sequence[Mapping[str, Routes]],
    *,
    in_teu: bool = False,
) -> Loads:
    """Send trade over the network, each kind's share of every pair's on its own routes; see ``loads.assign_trade``.

    ``costs`` and ``routes`` by kind.
    """
    parts = [
        assign_trade(variants, kind.variant, kind.share * flows, params, own, ways, in_teu=in_teu)
        for kind, own, ways in zip(kinds, costs, routes, strict=True)
    ]
    return parts[0] if len(parts) == 1 else _together(parts)


def refuse_without_a_way(variants: Variants, kinds: Sequence[Kind], where: str) -> None:
    """Refuse a closure that leaves a share of a pair's shippers no way at all while others still have one.

    Their cost would be infinite and so would the mean: the whole pair would lose its trade, however small the share.

    Raises:
        InputError: naming the share and some of the pairs.
    """
    open_to = [_joined(variants, kind.variant) for kind in kinds]
    one, other = np.nonzero(np.triu(open_to[0] & ~open_to[-1], 1))
    if not len(one):
        return
    kind = next(at for at, each in enumerate(open_to) if (open_to[0] & ~each).any())
    names = [country_name(code) for code in variants.networks[0].world.countries]
    pairs = [f"{names[a]} and {names[b]}" for a, b in zip(one[:NAMED], other[:NAMED], strict=True)]
    more = f", and {len(one) - NAMED} more pairs" if len(one) > NAMED else ""
    share = 100 * sum(each.share for each in kinds[kind:])
    raise InputError(
        f"{where}: {share:.3g} % of shippers avoid what is closed to a share of them, and no other way joins "
        f"{'; '.join(pairs)}{more}. A share needs a way round; close to all shippers (share = 1) where there is none."
    )


def _joined(variants: Variants, variant: int) -> NDArray[np.bool_]:
    """Which countries [i, j] some set of modes joins in a variant."""
    changes = [skeleton.changes[variant] for skeleton in variants.skeletons.values()]
    return np.asarray(np.logical_or.reduce([change.share > 0.0 for change in changes]))


def _together(parts: Sequence[Loads]) -> Loads:
    """The loads of several kinds of shippers on the links they share."""
    names = ("link", "passage", "border", "carried", "flown", "piped", "lost")
    total = {name: np.sum([getattr(part, name) for part in parts], axis=0) for name in names}
    through = np.sum([part.share * part.moved for part in parts], axis=0)
    moved = total["carried"] + total["flown"] + total["piped"]
    share = np.divide(through, moved, out=np.zeros_like(through), where=moved > 0.0)
    return replace(parts[0], **total, share=share)
