"""Memberships in institutions: dated spans, each with how far it was verified.

Dates come from a list of our own, unverified; the Factbook's yearly snapshots and the Correlates of War list either
agree with a row, disagree, or are silent, and each row says which. Bodies without a list of ours come from the
snapshots alone: then only the first snapshot that shows a member is known, and the row says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from landbridge.world.build.regions import REGION
from landbridge.world.build.sources import read, source
from landbridge.world.package import Column, Table

if TYPE_CHECKING:
    from pandas import DataFrame

# Bodies taken from the Factbook: ours -> the names it has used. The AIIB is left out: it shows 9 of about 110 members.
_FACTBOOK = {
    "APEC": ("APEC",),
    "ASEAN": ("ASEAN",),
    "AU": ("AU",),
    "BRICS": ("BRICS",),
    "CICA": ("CICA",),
    "CIS": ("CIS",),
    "CSTO": ("CSTO",),
    "D-8": ("D-8",),
    "EAEU": ("EAEU", "EEU"),
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

_COLUMNS = ["institution", "iso3", "role", "start", "end", "verification", "source"]
_ROLES = {
    "member": "member",
    "observer": "observer",
    "dialogue partner": "dialogue",
    "dialogue member": "dialogue",
    "sectoral dialogue partner": "dialogue",
}
_COW_ROLES = {"full": "member", "observer": "observer", "associate": "associate"}

# Rows of our own beside the list: the snapshots go on showing the United Kingdom in the European Union.
_ADDED = (("EU", "GBR", "member", "1973-01-01", "2020-01-31"),)


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
            Column("role", "member, observer or dialogue (partner)"),
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
    frame = read(sources, "factbook")
    frame = frame[frame["iso3"].isin(REGION)]
    frame = frame.assign(institution=frame["org"].map(ours), role=frame["status"].map(_ROLES))
    frame = frame.dropna(subset=["institution", "role"])
    return frame[["institution", "iso3", "role", "snapshot"]].drop_duplicates()


def _ours(sources: Path, snapshots: DataFrame) -> DataFrame:
    """Our own dated rows, each checked against the other lists."""
    import pandas as pd

    listed = read(sources, "curated").rename(columns={"org": "institution"})[_COLUMNS[:5]]
    added = pd.DataFrame(_ADDED, columns=_COLUMNS[:5])
    frame = pd.concat([listed, added], ignore_index=True).assign(source="general knowledge")
    roles = snapshots.groupby(["institution", "iso3", "snapshot"])["role"].agg(set).to_dict()
    dates = {body: sorted(set(rows["snapshot"])) for body, rows in snapshots.groupby("institution")}
    cow = read(sources, "cow_igo")
    joined = cow.groupby([cow["igo"].str.upper(), "iso3", cow["status"].map(_COW_ROLES)])["first_year"].agg(set)
    verdicts = []
    for body, iso3, role, start, end in frame[_COLUMNS[:5]].itertuples(index=False):
        during = [date for date in dates.get(body, []) if start <= date and (not end or date < end)]
        shown = {date: roles.get((body, iso3, date), set()) for date in during}
        said = [_by_snapshots(role, shown), _by_year_of_joining(start, joined.get((body, iso3, role), set()))]
        verdicts.append("; ".join(filter(None, said)) or "unverified")
    return frame.assign(verification=verdicts)[_COLUMNS]


def _by_snapshots(role: str, shown: dict[str, set[str]]) -> str:
    """What the Factbook snapshots taken during a span say of the role; empty when none was taken."""
    agreeing = [date for date, roles in shown.items() if role in roles]
    if agreeing:
        return f"agrees with Factbook {max(agreeing)[:4]} snapshot"
    if not shown:
        return ""
    newest = max(shown)
    other = f"has it as {' and '.join(sorted(shown[newest]))}" if shown[newest] else "does not show it"
    return f"unverified: Factbook {newest[:4]} snapshot {other}"


def _by_year_of_joining(start: str, years: set[int]) -> str:
    """What the Correlates of War list says of the year; empty when it is silent."""
    if not years:
        return ""
    if int(start[:4]) in years:
        return "year of joining agrees with Correlates of War"
    return f"Correlates of War has it from {', '.join(map(str, sorted(years)))}"


def _spans_of_snapshots(snapshots: DataFrame) -> DataFrame:
    """One span per institution, state and role: first to last snapshot showing it; open when the newest shows it."""
    dates = sorted(set(snapshots["snapshot"]))
    after = dict(zip(dates, [*dates[1:], ""], strict=True))
    spans = snapshots.groupby(["institution", "iso3", "role"])["snapshot"].agg(["min", "max"]).reset_index()
    opening = spans["min"].map(lambda date: "began before it" if date == dates[0] else "joined since the one before")
    closing = spans["max"].map(lambda date: "" if date == dates[-1] else "; end: first snapshot without it")
    return spans.assign(
        start=spans["min"],
        end=spans["max"].map(after),
        verification="Factbook snapshots only; start: first snapshot showing it (" + opening + ")" + closing,
        source="CIA World Factbook",
    )[_COLUMNS]
