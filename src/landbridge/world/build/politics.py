"""Ideal points of states in the United Nations General Assembly, as published."""

from __future__ import annotations

from pathlib import Path

from landbridge.world.build.sources import read, source
from landbridge.world.package import Column, Table

_SOUTH_YEMEN = 680  # Correlates of War number; the file gives both Yemens the code of the northern one
_YUGOSLAVIA, _SERBIA_FROM = 345, 61  # the file keeps YUG for Serbia after Montenegro left in 2006


def ideal_points_table(sources: Path) -> Table:
    """Published ideal points of every state and session with their 90 % interval; the year is the session's first.

    Raises:
        DataError: a file is missing.
    """
    points = read(sources, "ideal_points")
    rolls = read(sources, "rollcalls").dropna(subset=["session"])
    first = rolls.assign(year=rolls["date"].str[:4].astype(int)).groupby(rolls["session"].astype(int))["year"].min()
    named = points.rename(columns={"IdealPoint": "ideal_point", "Q5%": "lower", "Q95%": "upper"})
    named["year"] = named["session"].map(first).fillna(named["session"] + 1945).astype("int32")
    named.loc[named["ccode"] == _SOUTH_YEMEN, "iso3"] = "YMD"
    named.loc[(named["ccode"] == _YUGOSLAVIA) & (named["session"] >= _SERBIA_FROM), "iso3"] = "SRB"
    frame = named[["iso3", "session", "year", "ideal_point", "lower", "upper"]].astype({"session": "int32"})
    return Table(
        name="ideal_points",
        frame=frame.sort_values(["iso3", "session"], ignore_index=True),
        description="Positions of states on the main dimension of United Nations votes (the United States is high).",
        columns=(
            Column("iso3", "ISO3 of the state"),
            Column("session", "session of the General Assembly"),
            Column("year", "year in which the session began"),
            Column("ideal_point", "posterior mean", "standard deviations"),
            Column("lower", "5 % quantile", "standard deviations"),
            Column("upper", "95 % quantile", "standard deviations"),
        ),
        key=("iso3", "session"),
        licence="MIT",
        sources=(source("ideal_points"), source("rollcalls")),
    )
