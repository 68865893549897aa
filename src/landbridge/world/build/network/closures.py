"""What is closed, where borders are soft, what goes by pipe, what differs by place: the tables as published frames."""

from __future__ import annotations

import pandas as pd

from landbridge.world.build.network.graph import overlay, pair


def closures() -> pd.DataFrame:
    """Rows key, mode, since, until, share, wait_hours, source, assumed: a border or passage closed from since to until.

    An empty date is open-ended, an empty mode means all; ``until`` is the first open day. A crossing that is closed for
    a ``share`` of every year keeps goods which find it closed waiting ``wait_hours`` on average.
    """
    table = overlay("closures").astype({"since": str, "until": str, "share": float, "wait_hours": float})
    return _by_key(table)


def union_borders() -> pd.DataFrame:
    """Rows union, members, since, until, source: inside, border hours are those of a soft border."""
    return overlay("unions").astype({"since": str, "until": str})


def pipelines() -> pd.DataFrame:
    """Rows origin, destination, commodity, since, until, share, source, assumed: fuels that go by pipe."""
    table = overlay("pipelines").astype({"since": str, "until": str, "share": float})
    table = table.assign(assumed=table["assumed"].astype(bool))
    return table.sort_values(["origin", "destination", "commodity", "since"], ignore_index=True)


def haulage() -> pd.DataFrame:
    """Rows iso3, mode, speed_ratio, rate_ratio, source, assumed: a country's lorries and trains over the usual ones."""
    table = overlay("haulage").astype({"speed_ratio": float, "rate_ratio": float})
    return table.assign(assumed=table["assumed"].astype(bool)).sort_values(["iso3", "mode"], ignore_index=True)


def frontier_times() -> pd.DataFrame:
    """Rows key, mode, measure, since, until, value, source, assumed: hours and USD per TEU that a crossing takes.

    A figure that the overlay leaves empty is not known and has no row.
    """
    table = overlay("frontier_times").astype({"since": str, "until": str})
    long = table.melt(["key", "mode", "since", "until", "source", "assumed"], ["hours", "usd"], "measure", "value")
    known = long[long["value"] != ""].astype({"value": float})
    return _by_key(known, "measure")[["key", "mode", "measure", "since", "until", "value", "source", "assumed"]]


def _by_key(table: pd.DataFrame, *further: str) -> pd.DataFrame:
    """Sorted rows, whose borders "AAA-BBB" have the first country of the alphabet first."""
    border = table["key"].str.fullmatch("[A-Z]{3}-[A-Z]{3}")
    table.loc[border, "key"] = [pair(*key.split("-")) for key in table.loc[border, "key"]]
    return table.assign(assumed=table["assumed"].astype(bool)).sort_values(
        ["key", "mode", *further, "since"], ignore_index=True
    )
