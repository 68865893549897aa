"""Memberships in institutions: dated spans, each with how far it was verified.

Dates come from a list of our own, unverified; the Factbook's yearly snapshots and the Correlates of War list either agree
with a row, disagree, or are silent, and each row says which. Bodies without a list of ours come from the snapshots alone:
then only the first snapshot in which a member appears is known, and the row says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.world.build.regions import REGION
from landbridge.world.build.sources import read, source
from landbridge.world.package import Column, Table

if TYPE_CHECKING:
    from pandas import DataFrame

# Bodies taken from the Factbook: ours -> the names it has used.
_FACTBOOK = {
    "AIIB": ("AIIB",),
    "APEC": ("APEC",),
    "ASEAN": ("ASEAN",),
    "AU": ("AU",),
    "BRICS": ("BRICS",),
    "CICA": ("CICA",),
    "CIS": ("CIS",),
    "CSTO": ("CSTO",),
    "D-8": ("D-8",),
    "EAEU": ("EAEU", "EEU", "EAEC"),
    "ECO": ("ECO",),
    "EU": ("EU",),
    "G-20": ("G-20",),
    "GCC": ("GCC",),
    "NATO": ("NATO",),
    "OECD": ("OECD",),
    "OIC": ("OIC",),
    "OPEC": ("OPEC",),
    "QUAD": ("Quad",),
    "SAARC": ("SAARC",),
    "SCO": ("SCO",),
    "WTO": ("WTO",),
}
_ROLES = {"dialogue partner": "dialogue", "dialogue member": "dialogue", "observer": "observer", "member": "member"}
_COW_ROLES = {"full": "member", "observer": "observer", "associate": "associate"}


def memberships_table(sources: Path) -> Table:
    """Every span of membership known, with its verification.

    Raises:
        DataError: a file is missing.
    """
    import pandas as pd

    snapshots = _snapshots(sources)
    ours = _ours(sources, snapshots)
    covered = set(zip(ours["institution"], ours["iso3"], strict=True))
    seen = _spans_of_snapshots(snapshots)
    seen = seen[[pair not in covered for pair in zip(seen["institution"], seen["iso3"], strict=True)]]
    frame = pd.concat([ours, seen], ignore_index=True).sort_values(["institution", "start", "iso3"], ignore_index=True)
    return Table(
        name="memberships",
        frame=frame,
        description="Who belongs to which institution, from when to when.",
        columns=(
            Column("institution", "usual abbreviation"),
            Column("iso3", "ISO3 of the state"),
            Column("role", "member, observer, dialogue, associate or candidate"),
            Column("start", "first day, ISO date; for rows known from snapshots the date of the first one showing it"),
            Column("end", "last day, ISO date; empty while it lasts"),
            Column("verification", "which independent list agrees, disagrees or is silent"),
            Column("source", "where the row comes from"),
        ),
        key=("institution", "iso3", "role", "start"),
        licence="CC0 (Factbook: public domain; dates: our own list)",
        sources=(source("curated"), source("factbook"), source("cow_igo")),
    )


def _snapshots(sources: Path) -> DataFrame:
    """Factbook rows of the bodies above: institution, iso3, role, snapshot."""
    ours = {theirs: body for body, names in _FACTBOOK.items() for theirs in names}
    frame = read(sources, "factbook").query("iso3 in @REGION")
    frame = frame.assign(institution=frame["org"].map(ours), role=frame["status"].map(_ROLES))
    frame = frame.dropna(subset=["institution", "role"])
    return frame[["institution", "iso3", "role", "snapshot"]].drop_duplicates()


def _ours(sources: Path, snapshots: DataFrame) -> DataFrame:
    frame = read(sources, "curated").rename(columns={"org": "institution"})
    frame = frame.assign(source="general knowledge", verification="unverified")
    shown = snapshots.groupby(["institution", "iso3", "role"])["snapshot"].agg(list)
    dates = sorted(snapshots["snapshot"].unique())
    bodies = set(snapshots["institution"])
    cow = _cow(sources)
    frame["verification"] = [
        "; ".join([_against_snapshots(row, shown, dates, bodies), *_against_cow(row, cow)])
        for row in frame.itertuples()
    ]
    return frame[["institution", "iso3", "role", "start", "end", "verification", "source"]]


def _against_snapshots(row, shown, dates: list[str], bodies: set[str]) -> str:  # noqa: ANN001
    """Whether the snapshots taken during the span show the state in that role."""
    during = [date for date in dates if row.start <= date and (not row.end or date < row.end)]
    if row.institution not in bodies or not during:
        return "unverified"
    showing = [date for date in shown.get((row.institution, row.iso3, row.role), []) if date in during]
    if showing:
        return f"agrees with Factbook {max(showing)[:4]} snapshot"
    return f"unverified: Factbook {max(during)[:4]} snapshot does not show it"


def _cow(sources: Path) -> DataFrame:
    frame = read(sources, "cow_igo")
    return frame.assign(institution=frame["igo"].str.upper(), role=frame["status"].map(_COW_ROLES))


def _against_cow(row, cow: DataFrame) -> list[str]:  # noqa: ANN001
    """Whether the Correlates of War list has the state join in the same year."""
    same = cow[(cow["institution"] == row.institution) & (cow["iso3"] == row.iso3) & (cow["role"] == row.role)]
    if same.empty:
        return []
    years = sorted(same["first_year"])
    if int(row.start[:4]) in years:
        return ["start agrees with Correlates of War"]
    return [f"Correlates of War has it from {', '.join(map(str, years))}"]


def _spans_of_snapshots(snapshots: DataFrame) -> DataFrame:
    """One span per institution, state and role: first to last snapshot showing it; open when the newest shows it."""
    dates = sorted(snapshots["snapshot"].unique())
    spans = snapshots.groupby(["institution", "iso3", "role"])["snapshot"].agg(["min", "max"]).reset_index()
    after = dict(zip(dates, [*dates[1:], ""], strict=True))
    first = spans["min"] == dates[0]
    return spans.assign(
        start=spans["min"],
        end=spans["max"].map(after),
        verification=[
            "Factbook snapshots only: began before the first snapshot"
            if earliest
            else "Factbook snapshots only: start is the first snapshot showing it"
            for earliest in first
        ],
        source="CIA World Factbook",
    )[["institution", "iso3", "role", "start", "end", "verification", "source"]]
