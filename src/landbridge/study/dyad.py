"""The profile of two states, and what goes first between states, as ``show`` gives them: labels as words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pandas import DataFrame

from landbridge.alignment.dyad import dyad_profile, parse_weights
from landbridge.alignment.lead_lag import lead_lags, packaged_lead_lags
from landbridge.world import World


def dyad_table(
    world: World,
    country: str,
    partner: str,
    weights: Sequence[str] = (),
    sources: Sequence[str | Path] = (),
    exercises: Sequence[str | Path] = (),
) -> DataFrame:
    """Tracks [country, partner, track, year, value, source] of a pair.

    Args:
        weights: as ``["voting:2", "trade:1"]``.
        sources: the folder of public sources, if any.
        exercises: a file of joint exercises of one's own, if any.

    Raises:
        InputError: an unknown state or track, a weight that is no number, a source file missing.
    """
    folder = Path(sources[0]) if sources else None
    own = Path(exercises[0]) if exercises else None
    return dyad_profile(world, country, partner, folder, parse_weights(weights) if weights else None, own)


def lead_lag_table(world: World, sources: Sequence[str | Path] = ()) -> DataFrame:
    """What goes first, across all pairs [leader, follower, coefficient, standard_error, lower, upper, rows].

    As it ships; with the folder of sources, computed anew.

    Raises:
        InputError: a file of the sources is missing.
    """
    return lead_lags(Path(sources[0])) if sources else packaged_lead_lags(world)
